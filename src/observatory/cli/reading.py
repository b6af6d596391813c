"""candidates, dossier, verify-dossier: what a run found."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from observatory.records import Dossier, Run


@click.command()
@click.option("--as-of", default=None, help="The newest run at or before this day (YYYY-MM-DD).")
@click.option("--sector", default=None, help="Only this sector.")
@click.option("--kind", default=None, help="Only this kind: occupation, specialisation, revision, technology, noise.")
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1), help="How many rows.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def candidates(
    obj: dict[str, object], as_of: str | None, sector: str | None, kind: str | None, limit: int, as_json: bool
) -> None:
    """The ranked list of emerging professions."""
    from observatory.records import KINDS

    if kind is not None and kind not in KINDS:
        raise click.BadParameter(f"{kind!r}; known are {', '.join(KINDS)}", param_hint="--kind")
    run, found = _stored(obj, as_of)
    rows = [d for d in found if (sector is None or sector in d.candidate.sectors) and kind in (None, d.candidate.kind)]
    if sector is not None and not any(sector in d.candidate.sectors for d in found):
        known = sorted({s for d in found for s in d.candidate.sectors})
        click.echo(f"no candidate in the sector {sector!r}; sectors found are {', '.join(known) or 'none'}", err=True)
    rows = rows[:limit]
    if as_json:
        click.echo(json.dumps({
            "as_of": str(run.as_of.date()), "run_id": run.run_id, "corpus_version": run.corpus_version,
            "candidates": [asdict(d.candidate) for d in rows],
        }, indent=1, ensure_ascii=False, default=str))  # fmt: skip
        return
    click.echo(
        f"Emerging professions as of {run.as_of.date()} (run {run.run_id}; {', '.join(run.taxonomies) or 'no classification loaded'})"
    )
    if not rows:
        click.echo("No candidate fulfils this. Lower detect.min_vacancies, or import more postings.")
        return
    _table(rows)


@click.command()
@click.argument("identity", metavar="ID")
@click.option("--format", "form", type=click.Choice(["html", "json"]), default="html", show_default=True)
@click.option("--as-of", default=None, help="From the newest run at or before this day.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="File to write; else dossier-ID in var/.",
)
@click.pass_obj
def dossier(obj: dict[str, object], identity: str, form: str, as_of: str | None, out: Path | None) -> None:
    """The evidence on one candidate. ID is its id, its rank, or its title."""
    from observatory.cli.opening import workspace_of
    from observatory.errors import BadInput, StorageError
    from observatory.propose import to_json

    _, found = _stored(obj, as_of)
    chosen = [
        d
        for d in found
        if identity in (d.candidate.candidate_id, str(d.candidate.rank))
        or identity.lower() == d.candidate.title.lower()
    ]
    if not chosen:
        near = ", ".join(f"{d.candidate.candidate_id} ({d.candidate.title})" for d in found[:5])
        raise BadInput(f"no candidate {identity!r} in this run; the first ones are {near or 'none'}")
    if form == "json":
        text = to_json(chosen[0], indent=1) + "\n"
    else:
        from observatory.publish import dossier_page

        text = dossier_page(chosen[0])
    path = out or workspace_of(obj).var_dir / "dossiers" / f"dossier-{chosen[0].candidate.candidate_id}.{form}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise StorageError(f"{path}: cannot be written ({error.strerror})") from error
    click.echo(str(path))


@click.command("verify-dossier")
@click.argument("file", type=click.Path(path_type=Path))
def verify_dossier(file: Path) -> None:
    """Check that a dossier (JSON) is as it was made: its hash is recomputed from its contents."""
    from observatory.errors import BadFile
    from observatory.propose import from_json, verify

    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{file}: cannot be read ({error})") from error
    found = from_json(text)
    if not verify(found):
        click.echo(f"{file}: altered: its contents do not have the hash {found.sha256[:16]} that it names", err=True)
        sys.exit(1)
    click.echo(f"{file}: intact, sha256 {found.sha256}")


def _stored(obj: dict[str, object], as_of: str | None) -> tuple[Run, list[Dossier]]:
    from observatory.cli.opening import date_of, workspace_of
    from observatory.errors import NotEnoughData
    from observatory.pipeline import corpus_of, newest_run
    from observatory.propose import from_json

    corpus = corpus_of(workspace_of(obj))
    run = newest_run(corpus, date_of(as_of, "--as-of") if as_of else None)
    if run is None:
        raise NotEnoughData(
            f"there is no run{' as of ' + as_of if as_of else ''} yet; make one with: observatory run"
            + (f" --as-of {as_of}" if as_of else "")
        )
    rows = corpus.query(
        'SELECT dossier FROM candidates WHERE run_id = $run ORDER BY "rank"', run=run.run_id
    ).to_pylist()
    return run, [from_json(row["dossier"]) for row in rows]


def _table(rows: list[Dossier]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, right in (("#", True), ("id", False), ("profession", False), ("kind", False), ("sectors", False), ("vacancies", True),
                        ("employers", True), ("growth (95 %)", False), ("q", True), ("novelty", True), ("nearest known", False)):  # fmt: skip
        table.add_column(name, justify="right" if right else "left", overflow="ellipsis", no_wrap=True)
    for one in rows:
        c, g = one.candidate, one.candidate.growth
        near = f"{c.nearest[0].title} {c.nearest[0].similarity:.2f}" if c.nearest else "-"
        table.add_row(
            str(c.rank), c.candidate_id, c.title, c.kind, ", ".join(c.sectors) or "-", str(c.vacancies), str(c.employers),
            f"x{g.ratio:.1f} ({g.low:.1f}-{g.high:.1f})", f"{g.q_value:.2f}", f"{c.novelty:.2f}", near[:36],
        )  # fmt: skip
    console = Console() if sys.stdout.isatty() else Console(width=190)
    console.print(table)
