"""What is on file for reports: decisions, a back-test; and files put in place whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from observatory.errors import BadInput, StorageError
from observatory.publish.reports.facts import Decision
from observatory.records import Backtest

if TYPE_CHECKING:
    from observatory.config import Workspace


def decisions_file(ws: Workspace) -> Path:
    """Where `observatory review verdicts --out` puts the decisions for reports."""
    return ws.var_dir / "review" / "verdicts.json"


def backtest_file(ws: Workspace) -> Path:
    """Where `observatory backtest` puts the newest back-test's figures."""
    return ws.var_dir / "backtest" / "backtest.json"


def write_beside(path: Path, made: bytes) -> None:
    """Puts `made` in place of the file at `path`, whole or not at all. Raises `StorageError`; the old one stays."""
    beside = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            beside = Path(file.name)
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)
        os.replace(beside, path)
    except OSError as error:
        if beside is not None:
            beside.unlink(missing_ok=True)
        kept = "; the file that was there is untouched" if path.exists() else ""
        raise StorageError(f"{path}: cannot be written ({error.strerror}){kept}. Make room, then ask again") from error


class _Verdict(BaseModel):
    model_config = ConfigDict(extra="ignore")
    candidate_id: str
    verdict: str
    kind: str = ""
    name: str = ""
    reason_code: str = ""
    decided_at: dt.datetime
    vacancies: int = 0
    merged_into: str = ""


class _Verdicts(BaseModel):
    model_config = ConfigDict(extra="ignore")
    verdicts: tuple[_Verdict, ...]


def read_decisions(file: Path, as_of: dt.datetime) -> tuple[Decision, ...] | None:
    """The decisions taken before a time, the earliest first; None where there is no file.

    Raises `BadInput` when the file is not what `observatory review verdicts` writes.
    """
    if not file.is_file():
        return None
    try:
        found = _Verdicts.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        what = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
        where = ".".join(str(part) for part in what["loc"])
        raise BadInput(
            f"{file}: not a file of decisions ({where}: {what['msg']}); write it again with: "
            f"observatory review verdicts --out {file}"
        ) from error
    rows = [Decision(**one.model_dump()) for one in found.verdicts]
    rows = [row if row.decided_at.tzinfo else _in_utc(row) for row in rows]
    return tuple(sorted((r for r in rows if r.decided_at < as_of), key=lambda r: (r.decided_at, r.candidate_id)))


def _in_utc(row: Decision) -> Decision:
    return replace(row, decided_at=row.decided_at.replace(tzinfo=dt.UTC))


def read_backtest(file: Path) -> Backtest | None:
    """A back-test as `observatory backtest` wrote it; None where there is no file. Raises `BadInput` when it is none."""
    if not file.is_file():
        return None
    try:
        return TypeAdapter(Backtest).validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        what = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
        where = ".".join(str(part) for part in what["loc"])
        raise BadInput(
            f"{file}: not the figures of a back-test ({where}: {what['msg']}); make them again with: observatory backtest"
        ) from error
