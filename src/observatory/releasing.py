"""Releases of the register: reads the newest run and the decisions, and hands entries to publish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from observatory.filed import backtest_file, decisions_file, read_decisions
from observatory.publish.export import MIN_CELL, Release, entries_of, make_export, plain
from observatory.reporting import Reader

if TYPE_CHECKING:
    from observatory.config import Workspace

NOT_STATED = ("licence not stated by the importer", "")


def export(
    ws: Workspace, form: str, *, as_of: dt.datetime, decisions: Path | None = None, min_cell: int = MIN_CELL
) -> bytes:
    """The register as of a time in a format of `publish.export.FORMATS`. Raises `NotEnoughData` without a run."""
    reader = Reader(ws, as_of, decisions or decisions_file(ws), backtest_file(ws))
    run = reader.needed_run()
    decided = {d.candidate_id: (d.verdict, d.decided_at.date()) for d in read_decisions(reader.decisions, as_of) or ()}
    candidates = reader.candidates(run)
    named = sorted({source for c in candidates for source in c.sources})
    employers = frozenset(plain(name) for name in reader.employers())
    release = Release(
        name=ws.settings.workspace.name, as_of=run.as_of.date(), run=run,
        sources={name: _terms().get(name.partition(":")[0], NOT_STATED) for name in named},
    )  # fmt: skip
    return make_export(form, entries_of(candidates, run, decided, employers=employers, min_cell=min_cell), release)


def export_register(
    ws: Workspace, form: str, file: Path, *, name: str, on: dt.date, schemes: tuple[str, ...] = ()
) -> bytes:
    """A register that the site wrote (CSV) in a format of `publish.register_export`; all live sources with their licences."""
    from observatory.handed import naming, text_of
    from observatory.publish.register_export import RegisterRelease, make_register_export
    from observatory.register import SCHEMES, from_csv

    text = text_of(file, expected="the register (CSV)", made_by="observatory review register --out FILE")
    with naming(file):
        rows = from_csv(text, schemes=(ws.settings.standards.scheme, *SCHEMES, *schemes))
    release = RegisterRelease(name=name, on=on, publisher=ws.settings.workspace.name, sources=_terms())
    return make_register_export(form, rows, release)


def _terms() -> Mapping[str, tuple[str, str]]:
    """Licence and attribution of every live source; the words of files are their importer's to know."""
    from observatory.collect import SOURCES

    return {name: (source.terms.licence, source.terms.attribution) for name, (source, _) in SOURCES.items()}
