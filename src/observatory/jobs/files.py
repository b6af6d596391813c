"""Job files: one TOML a job, read with pydantic, every mistake named with file, key and what is expected."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from observatory.errors import SettingError
from observatory.jobs.when import Every, When, cron, duration

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
Model = TypeVar("Model", bound=BaseModel)
ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")


def _length(value: object) -> object:
    return duration(value) if isinstance(value, str) else value


def _address(value: str) -> str:
    if not ADDRESS.fullmatch(value) or len(value) > 254:
        raise ValueError(f"{value!r} is no e-mail address; expected name@host")
    return value


Length = Annotated[dt.timedelta, BeforeValidator(_length)]
Addresses = tuple[Annotated[str, BeforeValidator(_address)], ...]


class Part(BaseModel):
    """A table of a job file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WhenPart(Part):
    """When the job is due: `cron` with a `time_zone`, or `every` with an `offset`."""

    cron: str = ""
    every: Length | None = None
    offset: Length = dt.timedelta()
    time_zone: str = "UTC"

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in zones():
            near = difflib.get_close_matches(value, zones(), n=3, cutoff=0.5)
            raise ValueError(
                f"there is no time zone {value!r}; expected a name such as {', '.join(near) or 'Europe/Rome, Asia/Shanghai, UTC'}"
            )
        return value

    @field_validator("cron")
    @classmethod
    def _line(cls, value: str) -> str:
        if value:
            cron(value, "UTC")
        return value

    @model_validator(mode="after")
    def _one(self) -> WhenPart:
        if bool(self.cron) == (self.every is not None):
            raise ValueError('give either cron = "30 2 * * *" or every = "6h", not both and not neither')
        if self.every is not None and self.every < dt.timedelta(minutes=1):
            raise ValueError("every is at least 1m")
        return self

    def trigger(self) -> When:
        """The trigger this describes."""
        if self.every is not None:
            return Every(seconds=int(self.every.total_seconds()), offset=int(self.offset.total_seconds()))
        return cron(self.cron, self.time_zone)


class FailurePart(Part):
    """What happens when a run fails."""

    retries: int = Field(3, ge=0, le=20)
    first_retry: Length = dt.timedelta(minutes=5)
    longest_retry: Length = dt.timedelta(hours=6)
    tell_after: int = Field(1, ge=1, le=100)


class LimitPart(Part):
    """How long a run may take, and how late it may start."""

    run: Length = dt.timedelta(hours=2)
    grace: Length = dt.timedelta(hours=12)
    catch_up: Literal["last", "all"] = "last"


class JobFile(Part):
    """A job file as a whole; `settings` is checked by the job's kind."""

    name: str
    kind: str
    about: str = ""
    enabled: bool = True
    tell: Addresses = ()
    when: WhenPart
    settings: dict[str, Any] = {}
    on_failure: FailurePart = FailurePart()
    limits: LimitPart = LimitPart()

    @field_validator("name")
    @classmethod
    def _named(cls, value: str) -> str:
        if not NAME.fullmatch(value):
            raise ValueError(f"{value!r} is no name for a job; expected small letters, digits and hyphens, at most 60")
        return value


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job, checked: what it does, when, and what happens when it fails."""

    name: str
    kind: str
    about: str
    enabled: bool
    tell: tuple[str, ...]
    when: When
    time_zone: str
    settings: BaseModel
    on_failure: FailurePart
    limits: LimitPart
    file: Path

    def next_due(self, after: dt.datetime) -> dt.datetime | None:
        """The first due time after `after`; None for a job that is disabled: it is due never."""
        return self.when.next(after) if self.enabled else None

    def retry_after(self, attempt: int) -> dt.timedelta:
        """How long to wait after the given failed attempt (1 = the first): doubled each time, up to the longest."""
        wait: dt.timedelta = self.on_failure.first_retry * 2 ** min(attempt - 1, 12)
        return min(wait, self.on_failure.longest_retry)

    def day_of(self, due_at: dt.datetime) -> dt.date:
        """The day of a due time on the job's own calendar."""
        return due_at.astimezone(ZoneInfo(self.time_zone)).date()


@cache
def zones() -> frozenset[str]:
    """Names of the time zones this machine knows."""
    return frozenset(available_timezones())


def load_jobs(folder: Path, kinds: Mapping[str, type[BaseModel]]) -> list[Job]:
    """All jobs of a folder, by name. Raises `SettingError` listing every mistake of every file, a line each."""
    jobs: dict[str, Job] = {}
    wrong: list[str] = []
    for file in sorted(folder.glob("*.toml")):
        try:
            job = read_job(file, kinds)
        except SettingError as error:
            wrong.append(str(error))
            continue
        if job.name in jobs:
            wrong.append(
                f"{file}: name = {job.name!r} is also the name of the job in {jobs[job.name].file}; "
                f"expected a name of its own: give one of them another"
            )
            continue
        jobs[job.name] = job
    if wrong:
        raise SettingError("\n".join(wrong))
    return [jobs[name] for name in sorted(jobs)]


def read_job(file: Path, kinds: Mapping[str, type[BaseModel]]) -> Job:
    """One job file. Raises `SettingError` naming the file, the key, what came and what is expected."""
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{file}: cannot be read ({error})") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{file}: is no TOML: {error}") from error
    found = _parse(file, JobFile, raw, "")
    if found.kind not in kinds:
        near = difflib.get_close_matches(found.kind, kinds, n=1)
        raise SettingError(
            f"{file}: kind = {found.kind!r} is no kind of job; expected one of {', '.join(kinds)}"
            + (f" (did you mean {near[0]}?)" if near else "")
        )
    settings = _parse(file, kinds[found.kind], found.settings, "settings")
    return Job(
        name=found.name, kind=found.kind, about=found.about, enabled=found.enabled, tell=found.tell,
        when=found.when.trigger(), time_zone=found.when.time_zone, settings=settings, on_failure=found.on_failure,
        limits=found.limits, file=file,
    )  # fmt: skip


def _parse(file: Path, model: type[Model], raw: Mapping[str, Any], inside: str) -> Model:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise SettingError("\n".join(_explain(file, model, one, inside) for one in error.errors())) from error


def _explain(file: Path, model: type[BaseModel], error: Any, inside: str) -> str:
    parts = [str(part) for part in error["loc"]]
    key = ".".join([*([inside] if inside else []), *parts])
    came = error["input"]
    if error["type"] == "extra_forbidden":
        known = _keys(model, parts[:-1])
        near = difflib.get_close_matches(parts[-1], known, n=1)
        guess = f" (did you mean {near[0]}?)" if near else ""
        expected = ", ".join(known) if known else "no keys here"
        return f"{file}: {key} = {came!r} is no key; expected {expected}{guess}"
    if error["type"] == "missing":
        return f"{file}: {key} is missing; expected {_what(model, parts)}"
    said = error["msg"].removeprefix("Value error, ")
    shown = "" if isinstance(came, dict) else f" = {came!r}"
    return f"{file}: {key}{shown}: {said}"


def _keys(model: type[BaseModel], path: list[str]) -> list[str]:
    for part in path:
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        if not isinstance(annotation, type) or not issubclass(annotation, BaseModel):
            return []
        model = annotation
    return list(model.model_fields)


EXPECTED = {
    "name": 'a name such as name = "collect-boards"',
    "kind": 'a kind such as kind = "collect"',
    "when": 'a table [when] with cron = "30 2 * * *" and time_zone = "Europe/Rome", or every = "6h"',
}


def _what(model: type[BaseModel], parts: list[str]) -> str:
    field = model.model_fields.get(parts[0])
    return EXPECTED.get(parts[0]) or (field.description if field is not None and field.description else "a value")


__all__ = ["Addresses", "Job", "JobFile", "Length", "Part", "load_jobs", "read_job", "zones"]
