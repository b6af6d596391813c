"""candidates: the list that a run found; and its dossiers as the other commands read them."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from observatory.records import Candidate, Dossier, Run


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
    run, found = stored(obj, as_of)
    rows = [d for d in found if (sector is None or sector in d.candidate.sectors) and kind in (None, d.candidate.kind)]
    if sector is not None and not any(sector in d.candidate.sectors for d in found):
        known = sorted({s for d in found for s in d.candidate.sectors})
        click.echo(f"no candidate in the sector {sector!r}; sectors found are {', '.join(known) or 'none'}", err=True)
    rows = rows[:limit]
    if as_json:
        click.echo(json.dumps({
            "as_of": str(run.as_of.date()), "run_id": run.run_id, "corpus_version": run.corpus_version,
            "candidates": [_shown(d.candidate) for d in rows],
        }, indent=1, ensure_ascii=False, default=str))  # fmt: skip
        return
    click.echo(
        f"Emerging professions as of {run.as_of.date()} (run {run.run_id}; {', '.join(run.taxonomies) or 'no classification loaded'})"
    )
    if not rows:
        click.echo("No candidate fulfils this." if found else _why_none(obj, run))
        return
    _table(rows)


def _why_none(obj: dict[str, object], run: Run) -> str:
    """What the run had before it, in a sentence: a list without a row must not look like a quiet labour market."""
    from observatory.cli.opening import workspace_of
    from observatory.pipeline import corpus_of

    ws = workspace_of(obj)
    (row,) = corpus_of(ws).query(
        """SELECT count(*) AS n, count(*) FILTER (trim(p.title) = '') AS untitled,
                  count(*) FILTER (EXISTS (SELECT 1 FROM roles r WHERE r.posting_id = p.posting_id AND r.hiring)) AS hiring
           FROM postings p WHERE p.posted_at < $as_of""",
        as_of=run.as_of,
    ).to_pylist()  # fmt: skip
    least = ws.settings.detect
    untitled = f", {row['untitled']:,} have no title" if row["untitled"] else ""
    return (
        f"No candidate: {row['n']:,} postings{untitled}; a role is sought in {row['hiring']:,}. A role becomes a candidate "
        f"when it stands alone as a title and has {least.min_vacancies} vacancies of {least.min_employers} employers "
        f"(detect.min_vacancies, detect.min_employers)."
    )


def candidate_of(found: list[Dossier], identity: str) -> Dossier:
    """The dossier of the candidate with an id, rank or title. Raises `BadInput` naming the first ones."""
    from observatory.errors import BadInput

    for d in found:
        if (
            identity in (d.candidate.candidate_id, str(d.candidate.rank))
            or identity.lower() == d.candidate.title.lower()
        ):
            return d
    near = ", ".join(f"{d.candidate.candidate_id} ({d.candidate.title})" for d in found[:5])
    raise BadInput(f"no candidate {identity!r} in this run; the first ones are {near or 'none'}")


def write(path: Path, made: bytes) -> None:
    """Writes a file, its folder too. Raises `StorageError` where the disk refuses."""
    from observatory.errors import StorageError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written ({error.strerror})") from error


def stored(obj: dict[str, object], as_of: str | None) -> tuple[Run, list[Dossier]]:
    """The newest run at or before a day, and the dossiers of its candidates by rank."""
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


def _shown(candidate: Candidate) -> dict[str, object]:
    """A candidate with the fields that `candidates --json` promises, and no others."""
    raw = asdict(candidate)
    return {
        "candidate_id": raw["candidate_id"], "rank": raw["rank"], "kind": raw["kind"], "title": raw["title"],
        "titles": raw["titles"], "alternative_titles": raw["alternative_titles"], "sectors": raw["sectors"],
        "score": raw["score"], "postings": raw["postings"], "vacancies": raw["vacancies"],
        "employers": raw["employers"], "sources": raw["sources"], "first_seen": raw["first_seen"],
        "growth": {name: raw["growth"][name] for name in ("ratio", "low", "high", "q_value")},
        "novelty": raw["novelty"], "nearest": raw["nearest"], "skills": raw["skills"], "evidence": raw["evidence"],
        "reasons": raw["reasons"],
    }  # fmt: skip


_NAMES = ("profession", "sectors", "nearest known")
# Column: right-aligned, least width, how soon it goes when the terminal is narrow (0 never).
_COLUMNS = (
    ("#", True, 3, 0), ("id", False, 9, 6), ("profession", False, 24, 0), ("kind", False, 10, 1), ("sectors", False, 8, 4),
    ("vacancies", True, 9, 2), ("employers", True, 9, 3), ("growth (95 %)", False, 15, 0), ("q", True, 4, 5),
    ("novelty", True, 7, 7), ("nearest known", False, 20, 8),
)  # fmt: skip


def _widths(needs: list[int], width: int) -> dict[int, int]:
    """The columns that fit in a terminal and their widths: the last to be missed go first.

    Names may be cut down to their least width; figures never are.
    """
    least = [min(need, _COLUMNS[i][2]) if _COLUMNS[i][0] in _NAMES else need for i, need in enumerate(needs)]
    kept = list(range(len(_COLUMNS)))
    while sum(least[i] + 2 for i in kept) - 2 > width:
        loose = [i for i in kept if _COLUMNS[i][3]]
        if not loose:
            break
        kept.remove(max(loose, key=lambda i: _COLUMNS[i][3]))
    found = {i: least[i] for i in kept}
    left = width - sum(least[i] + 2 for i in kept) + 2
    for i in kept:
        more = max(min(needs[i] - found[i], left), 0)
        found[i] += more
        left -= more
    return found


def _cells(c: Candidate) -> list[str]:
    g = c.growth
    near = f"{c.nearest[0].title} {c.nearest[0].similarity:.2f}" if c.nearest else "-"
    high = f"{g.high:.1f}" if g.high < 9999 else "open"
    grew = f"x{g.ratio:.1f} ({g.low:.1f}-{high})" if g.low > 0 or g.high < 9999 else "not known"
    return [
        str(c.rank), c.candidate_id, c.title, c.kind, ", ".join(c.sectors) or "-", str(c.vacancies), str(c.employers),
        grew, f"{g.q_value:.2f}", f"{c.novelty:.2f}", near,
    ]  # fmt: skip


def _table(rows: list[Dossier]) -> None:
    """The list: fitted to a terminal; elsewhere whole and plain, one candidate a line."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    terminal = sys.stdout.isatty()
    console = Console() if terminal else Console(width=2_000, no_color=True, highlight=False, force_terminal=False)
    lines = [[Text(_CONTROL.sub(" ", cell)) for cell in _cells(one.candidate)] for one in rows]
    needs = [max(cell_len(name), *(line[i].cell_len for line in lines)) for i, (name, *_) in enumerate(_COLUMNS)]
    widths = _widths(needs, console.width)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for i, wide in widths.items():
        name, right, _, _ = _COLUMNS[i]
        table.add_column(name, justify="right" if right else "left", overflow="ellipsis", no_wrap=True, width=wide)
    for line in lines:
        table.add_row(*(line[i] for i in widths))
    if terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    for text in captured.get().splitlines():
        click.echo(text.rstrip())


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
