"""What the ledger says, as frozen records."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

OWED, RUNNING, DONE, FAILED, MISSED, STOPPED = "owed", "running", "done", "failed", "missed", "stopped"
ENDED = (DONE, FAILED, MISSED, STOPPED)
WAITING, SENDING, SENT, REFUSED, UNSURE = "waiting", "sending", "sent", "refused", "unsure"
LOCK, SILENCE = "lock", "silence"  # how a scheduler came to lead
VERBS = ("run", "stop", "pause", "resume")


@dataclass(frozen=True, kw_only=True, slots=True)
class JobRow:
    """A job as the scheduler last knew it. All due times up to `settled_until` have their run."""

    name: str
    kind: str
    described: str
    settled_until: dt.datetime
    next_due: dt.datetime | None
    paused_by: str
    paused_at: dt.datetime | None
    failures: int
    told: bool
    gone: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRow:
    """A run: owed, running, or ended as done, failed, missed or stopped, then with its reason."""

    run: int
    job: str
    key: str
    cause: str
    due_at: dt.datetime
    state: str
    reason: str
    result: str
    attempt: int
    not_before: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    host: str
    pid: int | None
    progress: str
    beat_at: dt.datetime | None
    stop_by: str
    stop_at: dt.datetime | None
    log: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestRow:
    """What somebody asked for, and what came of it."""

    request: int
    verb: str
    job: str
    run: int | None
    by: str
    at: dt.datetime
    handled_at: dt.datetime | None
    answer: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MailRow:
    """One message to one recipient about one issue."""

    mail: int
    issue: str
    recipient: str
    subject: str
    body: str
    files: tuple[str, ...]
    state: str
    attempt: int
    not_before: dt.datetime
    queued_at: dt.datetime
    ended_at: dt.datetime | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueRow:
    """One issue of a report in the archive; `files` maps a format to a path inside the workspace."""

    issue: str
    kind: str
    title: str
    language: str
    as_of: dt.datetime
    made_at: dt.datetime
    files: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class SchedulerRow:
    """Who schedules, since when, and its last sign of life."""

    owner: str
    since: dt.datetime
    beat_at: dt.datetime
    lag_seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadRow:
    """Which scheduler leads: its number, how it came to lead, how often it has beaten, and who led before."""

    number: int
    owner: str
    by: str
    since: dt.datetime
    beat: int
    before: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A run to enter for a due time: owed, or missed with the reason."""

    due_at: dt.datetime
    state: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A message to queue: one row for each recipient, unless that recipient has the issue already."""

    issue: str
    recipients: tuple[str, ...]
    subject: str
    body: str
    files: tuple[str, ...] = ()
