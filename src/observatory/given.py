"""What people give for a committee's file beside the corpus: the units of a draft, and the site's record.

The record is what `observatory review record ID` writes: where analysts and votes differ, who should be heard, which
standards of other countries were compared. Both come as files and are taken as written; their hashes stand in the file.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from observatory.committee import Given
from observatory.errors import BadInput
from observatory.handed import naming, text_of
from observatory.standards import LEVELS, Draft, from_json

LEAST_EMPLOYERS = 3
RECORD = "observatory review record ID --out FILE"


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid")
    format_version: int = Field(ge=1, le=1)
    candidate_id: str
    written_at: str
    dissent: tuple[str, ...] = Field((), max_length=200)
    heard: tuple[str, ...] = Field((), max_length=200)
    recognised: tuple[str, ...] = Field((), max_length=200)


def given_of(candidate_id: str, *, draft: Path | None, record: Path | None) -> Given:
    """What the files give for a candidate. Raises `BadInput` for a file that is none or is of another candidate."""
    units: tuple[tuple[str, str, int, int], ...] = ()
    draft_hash = record_hash = ""
    told = _Record(format_version=1, candidate_id=candidate_id, written_at="")
    if draft is not None:
        text = text_of(draft, expected="a draft of a standard (JSON)", made_by="observatory draft ID --format json")
        with naming(draft):
            made = from_json(text)
        _same(draft, made.candidate_id, candidate_id)
        units, draft_hash = units_of(made), hashlib.sha256(text.encode()).hexdigest()
    if record is not None:
        text = text_of(record, expected="the site's record of a candidate (JSON)", made_by=RECORD)
        try:
            told = _Record.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            why = f"{where}: {first['msg']}" if where else first["msg"]
            raise BadInput(
                f"{record}: not the site's record of a candidate ({why}); write it again with: {RECORD}"
            ) from error
        _same(record, told.candidate_id, candidate_id)
        record_hash = hashlib.sha256(text.encode()).hexdigest()
    return Given(
        units=units, draft=draft_hash, dissent=told.dissent, heard=told.heard, recognised=told.recognised, record=record_hash,
    )  # fmt: skip


def units_of(draft: Draft) -> tuple[tuple[str, str, int, int], ...]:
    """The functions of a draft as units: title, levels, skill cells on three employers or more, skill cells."""
    found = []
    for function in draft.functions:
        rows = [row for content in function.contents for row in content.requirements]
        cells = [cell for row in rows for cell in row.skills]
        there = {row.level for row in rows if any(cell.origin != "none" for cell in row.skills)}
        levels = [level for level in LEVELS[draft.structure] if level in there]
        good = sum(cell.employers >= LEAST_EMPLOYERS for cell in cells)
        found.append((function.title.text or function.key, ", ".join(levels), good, len(cells)))
    return tuple(found)


def _same(path: Path, theirs: str, ours: str) -> None:
    if theirs.partition("~")[0] != ours.partition("~")[0]:
        raise BadInput(f"{path}: it is of the candidate {theirs}; the file is for {ours}")
