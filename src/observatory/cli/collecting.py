"""import: how postings come in from files."""

from __future__ import annotations

import json
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
    from observatory.collect.files import columns_of, header, text_parts

    ws = workspace_of(obj)
    given = mapping_of(columns)
    if not as_json:
        for path in files:
            names = header(path)
            mapping = columns_of(names, given, path)
            parts = text_parts(names, mapping)
            shown = ", ".join(
                f"{field} = {column}" + ("" if field in given else " (guessed)") for field, column in mapping.items()
            )
            click.echo(f"{path.name}: {shown}{'; to the text also ' + ', '.join(parts) if parts else ''}")
    with progress_bar() as progress:
        report = pipeline.import_files(ws, files, source=source, columns=given, now=now(), progress=progress)
    if as_json:
        click.echo(json.dumps(asdict(report), indent=1, ensure_ascii=False))
    else:
        show(report)


def show(report: StoreReport) -> None:
    """Prints what became of the postings read."""
    rate = report.read / report.seconds if report.seconds > 0 else 0.0
    click.echo(
        f"  {report.read} read, {report.added} added, {report.known} already there, {report.changed} with another text, "
        f"{sum(report.rejected.values())} set aside ({report.seconds:.1f} s, {rate:.0f} a second)"
    )
    if report.mended:
        click.echo(f"  {report.mended} titles with look-alike letters or direction marks put right")
    for reason, count in sorted(report.rejected.items(), key=lambda row: (-row[1], row[0])):
        click.echo(f"    {count:>6}  {reason}")
    if report.failed:
        click.echo(f"  failed: {report.failed}", err=True)
