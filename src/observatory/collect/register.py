"""`sources.toml`: which sources run, which terms the operator has accepted, boards, options, keys.

    [accepted]
    greenhouse = 2026-11-25          # the day the terms were read and accepted

    [sources.greenhouse]
    boards = ["acme", "rossi"]

    [sources.careers.boards.kiln]    # a board with options of its own
    sitemap = "https://kiln.example/sitemap.xml"

A key stands in no file: it is read from OBSERVATORY_SOURCE_USAJOBS_KEY, or from the file that
OBSERVATORY_SOURCE_USAJOBS_KEY_FILE names.
"""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from observatory.collect.source import Terms
from observatory.errors import SettingError

FILE = "sources.toml"
PREFIX = "OBSERVATORY_SOURCE_"
SECRETS = ("key", "token", "client_id", "client_secret", "email")


class Kind(BaseModel):
    """The settings of one kind of source; a board may have the same of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    boards: tuple[str, ...] | dict[str, Board] = Field(
        (), description="Boards, sites or names; with options as a table."
    )
    employer: str = Field("", description="The employer of all postings, where the source does not say it.")
    rate: float | None = Field(None, gt=0, le=20, description="Requests a second, below what the terms allow.")
    retention_days: int | None = Field(
        None, ge=1, description="Delete texts after so many days, sooner than the terms ask."
    )
    allow_hosts: tuple[str, ...] = Field((), description="Hosts in a private network that may be asked.")
    sitemap: str = Field("", description="careers: the address of the sitemap.")
    match: str = Field("", description="careers: what addresses of jobs contain, a regular expression.")
    microdata: bool = Field(False, description="careers: read microdata and RDFa too.")
    folder: str = Field("", description="dropfolder, jobspy: the folder to watch.")
    layout: str = Field("", description="dropfolder: 51job, zhaopin, boss, liepin or jobspy.")
    columns: dict[str, str] = Field({}, description="dropfolder: field = column.")
    file: str = Field("", description="jobtecharchive, webdatacommons: the path of the file.")
    days: int | None = Field(None, ge=0, le=100, description="arbeitsagentur: how many days back.")
    was: str = Field("", description="arbeitsagentur: words.")
    wo: str = Field("", description="arbeitsagentur: place.")
    umkreis: int | None = Field(None, ge=0, le=200, description="arbeitsagentur: kilometres around it.")
    codeROME: str = Field("", description="francetravail: code of an occupation.")
    motsCles: str = Field("", description="francetravail: words.")
    category: str = Field("", description="themuse: category.")
    level: str = Field("", description="themuse: level.")
    location: str = Field("", description="themuse: place.")


class Board(Kind):
    """The settings of one board."""

    boards: tuple[()] = Field((), description="A board has no boards.")


Kind.model_rebuild()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    accepted: dict[str, dt.date] = {}
    sources: dict[str, Kind] = {}


class Register:
    """What the operator has decided about each source. `kinds` are the names of all sources."""

    def __init__(
        self, *, accepted: Mapping[str, dt.date], sources: Mapping[str, Kind], environment: Mapping[str, str]
    ) -> None:
        self.accepted, self.sources, self._environment = accepted, sources, environment

    def boards(self) -> list[str]:
        """Every configured source as KIND or KIND:BOARD."""
        found = []
        for kind, settings in self.sources.items():
            found += [f"{kind}:{board}" for board in settings.boards] or [kind]
        return found

    def options(self, kind: str, board: str) -> dict[str, Any]:
        """The options of a board: its own, then those of its kind, then keys from the environment."""
        found: dict[str, Any] = {}
        settings = self.sources.get(kind)
        if settings is not None:
            found = settings.model_dump(exclude_defaults=True, exclude={"boards"})
            own = settings.boards.get(board) if isinstance(settings.boards, dict) else None
            if own is not None:
                found |= own.model_dump(exclude_defaults=True, exclude={"boards"})
        for name in SECRETS:
            value = secret(f"{PREFIX}{kind.upper()}_{name.upper()}", self._environment)
            if value:
                found[name] = value
        return found

    def check_accepted(self, kind: str, terms: Terms) -> None:
        """Raises `SettingError` where the terms of a source were not accepted."""
        if not terms.open_data and kind not in self.accepted:
            raise SettingError(
                f"{kind}: its terms are not accepted yet ({terms.licence}). Read {terms.page}, then run: "
                f"observatory sources accept {kind}"
            )

    def retention_days(self, kind: str, board: str, terms: Terms) -> int | None:
        """After how many days texts of a source are deleted: what the terms ask, or sooner."""
        own = self.options(kind, board).get("retention_days")
        limits = [days for days in (own, terms.retention_days) if days is not None]
        return min(limits) if limits else None


def read_register(root: Path, kinds: Sequence[str], environment: Mapping[str, str] | None = None) -> Register:
    """The register of a workspace; an absent file is an empty one. Raises `SettingError` naming the line."""
    file = root / FILE
    environment = os.environ if environment is None else environment
    if not file.is_file():
        return Register(accepted={}, sources={}, environment=environment)
    try:
        found = _File.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingError(f"{file}: cannot be read ({error})") from error
    except ValidationError as error:
        first = error.errors()[0]
        at = [str(part) for part in first["loc"]]
        known = Kind.model_fields if at[0] == "sources" else _File.model_fields
        raise SettingError(
            f"{file}: {'.'.join(at)}: {first['msg']}; known here are {', '.join(sorted(known))}. A source is written "
            "[sources.NAME], and one board of it with options of its own [sources.NAME.boards.BOARD]"
        ) from error
    unknown = [name for name in (*found.sources, *found.accepted) if name not in kinds]
    if unknown:
        raise SettingError(f"{file}: {', '.join(unknown)} is no source; known are {', '.join(kinds)}")
    return Register(accepted=found.accepted, sources=found.sources, environment=environment)


def accept(root: Path, kind: str, day: dt.date) -> None:
    """Writes down that the terms of a source were accepted on a day."""
    file = root / FILE
    old = file.read_text("utf-8") if file.is_file() else ""
    line = f"{kind} = {day.isoformat()}\n"
    if "[accepted]" in old:
        head, _, tail = old.partition("[accepted]\n")
        new = f"{head}[accepted]\n{line}{tail}"
    else:
        new = f"[accepted]\n{line}\n{old}"
    beside = file.with_suffix(".new")
    beside.write_text(new, "utf-8")
    os.replace(beside, file)


def secret(name: str, environment: Mapping[str, str]) -> str:
    """A secret from the environment, or from the file that NAME_FILE names; "" where there is none."""
    if environment.get(name):
        return environment[name].strip()
    path = environment.get(f"{name}_FILE")
    if not path:
        return ""
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{name}_FILE names {path}, which cannot be read ({error})") from error
