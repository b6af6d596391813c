"""import, collect, sources: how postings come in."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from observatory.pipeline import StoreReport


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--source", default=None, help="Name the postings are filed under; else the file's own column, or its name."
)
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column holds a field: id, title, description, posted_at, employer, place, country, language, url.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def import_(
    obj: dict[str, object], files: tuple[Path, ...], source: str | None, columns: tuple[str, ...], as_json: bool
) -> None:
    """Read postings from FILES: CSV, TSV, JSON, JSONL, Parquet or Excel, plain, .gz or .zst.

    Columns are guessed from their names and shown. The same file twice adds nothing.
    """
    from observatory import pipeline
    from observatory.cli.opening import mapping_of, now, progress_bar, workspace_of
    from observatory.collect.files import columns_of, header

    ws = workspace_of(obj)
    given = mapping_of(columns)
    if not as_json:
        for path in files:
            mapping = columns_of(header(path), given, path)
            shown = ", ".join(
                f"{field} = {column}" + ("" if field in given else " (guessed)") for field, column in mapping.items()
            )
            click.echo(f"{path.name}: {shown}")
    with progress_bar() as progress:
        report = pipeline.import_files(ws, files, source=source, columns=given, now=now(), progress=progress)
    if as_json:
        click.echo(json.dumps(asdict(report), indent=1, ensure_ascii=False))
    else:
        _show(report)


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option("--since", default=None, help="Only postings from this day on, YYYY-MM-DD.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def collect(obj: dict[str, object], names: tuple[str, ...], since: str | None, as_json: bool) -> None:
    """Collect from live sources, each from where it stopped. SOURCE is a name or NAME:BOARD."""
    from observatory import pipeline
    from observatory.cli.opening import date_of, now, progress_bar, workspace_of
    from observatory.collect import SOURCES, Client

    ws = workspace_of(obj)
    if not names:
        raise click.UsageError(f"name at least one source: {', '.join(SOURCES)}; boards as greenhouse:BOARD")
    start = date_of(since, "--since") if since else None
    with Client() as client:
        found = []
        for name in names:
            kind, _, board = name.partition(":")
            if kind not in SOURCES:
                raise click.UsageError(f"{kind!r} is no source; known are {', '.join(SOURCES)}")
            if kind == "greenhouse" and not board:
                raise click.UsageError("greenhouse needs a board: greenhouse:BOARD, as in boards.greenhouse.io/BOARD")
            found.append(SOURCES[kind][0](client, board))
        with progress_bar() as progress:
            reports = pipeline.collect(ws, found, since=start, now=now(), progress=progress)
    if as_json:
        click.echo(json.dumps({name: asdict(report) for name, report in reports.items()}, indent=1, ensure_ascii=False))
    else:
        for name, report in reports.items():
            click.echo(f"{name}:")
            _show(report)
    if any(report.failed for report in reports.values()):
        sys.exit(1)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def sources(obj: dict[str, object], as_json: bool) -> None:
    """List the live sources, and what the corpus holds of each source."""
    from observatory.cli.opening import workspace_of
    from observatory.collect import SOURCES
    from observatory.pipeline import corpus_of

    ws = workspace_of(obj)
    held = corpus_of(ws).query(
        """SELECT source, count(*) AS postings, CAST(min(posted_at) AS DATE) AS first, CAST(max(posted_at) AS DATE) AS last,
                  CAST(max(collected_at) AS DATE) AS collected FROM postings GROUP BY source ORDER BY source"""
    ).to_pylist()  # fmt: skip
    if as_json:
        live = [{"name": name, "what": what} for name, (_, what) in SOURCES.items()]
        click.echo(json.dumps({"live": live, "held": held}, indent=1, ensure_ascii=False, default=str))
        return
    click.echo("Live sources (observatory collect NAME)")
    for name, (_, what) in SOURCES.items():
        click.echo(f"  {name:<14} {what}")
    click.echo(
        "\nIn the corpus" if held else "\nThe corpus is empty. Import a file: observatory import FILE --source NAME"
    )
    for row in held:
        click.echo(
            f"  {row['source']:<24} {row['postings']:>8} postings  {row['first']} to {row['last']}  collected {row['collected']}"
        )


def _show(report: StoreReport) -> None:
    rate = report.read / report.seconds if report.seconds > 0 else 0.0
    click.echo(
        f"  {report.read} read, {report.added} added, {report.known} already there, {report.changed} with another text, "
        f"{sum(report.rejected.values())} set aside ({report.seconds:.1f} s, {rate:.0f} a second)"
    )
    for reason, count in sorted(report.rejected.items(), key=lambda row: (-row[1], row[0])):
        click.echo(f"    {count:>6}  {reason}")
    if report.failed:
        click.echo(f"  failed: {report.failed}", err=True)
