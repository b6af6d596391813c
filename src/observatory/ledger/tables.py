"""The ledger's tables, in SQLite beside the workspace or in PostgreSQL, through SQLAlchemy's core.

Times are text in one fixed form (UTC, microseconds): they sort as they stand, both databases give
back what was put in, and a person can read them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Dialect,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError

from observatory.errors import SettingError


class Instant(TypeDecorator[dt.datetime]):
    """An aware time, stored as 2025-01-02T03:04:05.000006Z."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> str | None:
        """What is stored."""
        return None if value is None else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """What is read."""
        return None if value is None else dt.datetime.fromisoformat(value)


def instant_text(value: dt.datetime) -> str:
    """An aware time in the fixed form of the ledger."""
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


META = MetaData()

# One row a job: up to when its due times have been entered, and how it fares.
JOBS = Table(
    "ledger_jobs", META,
    Column("name", String(80), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("described", Text, nullable=False),  # when it runs, in words
    Column("settled_until", Instant, nullable=False),
    Column("next_due", Instant),
    Column("paused_by", String(150), nullable=False, default=""),
    Column("paused_at", Instant),
    Column("failures", Integer, nullable=False, default=0),  # in a row
    Column("told", Boolean, nullable=False, default=False),  # a failure mail is out, a recovery mail is owed
    Column("gone", Boolean, nullable=False, default=False),  # its file is no longer there
)  # fmt: skip

# One row a run owed: by the schedule (due_at) or by a request.
RUNS = Table(
    "ledger_runs", META,
    Column("run", Integer, primary_key=True, autoincrement=True),
    Column("job", String(80), nullable=False),
    Column("key", String(140), nullable=False),  # job@due or job!request: the same run is entered once
    Column("cause", String(10), nullable=False),  # schedule | request
    Column("due_at", Instant, nullable=False),
    Column("state", String(10), nullable=False),  # owed | running | done | failed | missed | stopped
    Column("reason", Text, nullable=False, default=""),  # why failed, missed, stopped, or owed again
    Column("result", Text, nullable=False, default=""),  # what it gave, one line
    Column("attempt", Integer, nullable=False, default=0),
    Column("not_before", Instant, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("host", String(120), nullable=False, default=""),
    Column("pid", Integer),
    Column("progress", String(200), nullable=False, default=""),
    Column("beat_at", Instant),
    Column("stop_by", String(150), nullable=False, default=""),
    Column("stop_at", Instant),
    Column("log", Text, nullable=False, default=""),  # the end of its log
    UniqueConstraint("key", name="ledger_runs_once"),
    Index("ledger_runs_by_state", "state", "job"),
    Index("ledger_runs_by_job", "job", "due_at"),
)  # fmt: skip

# What people ask for on the site or the command line; the scheduler acts and answers.
REQUESTS = Table(
    "ledger_requests", META,
    Column("request", Integer, primary_key=True, autoincrement=True),
    Column("verb", String(10), nullable=False),  # run | stop | pause | resume
    Column("job", String(80), nullable=False),
    Column("run", Integer),
    Column("by", String(150), nullable=False),
    Column("at", Instant, nullable=False),
    Column("handled_at", Instant),
    Column("answer", Text, nullable=False, default=""),
)  # fmt: skip

# One row an issue and recipient: nobody gets an issue twice.
MAIL = Table(
    "ledger_mail", META,
    Column("mail", Integer, primary_key=True, autoincrement=True),
    Column("issue", String(200), nullable=False),
    Column("recipient", String(254), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("files", Text, nullable=False, default="[]"),  # JSON: paths inside the workspace
    Column("state", String(10), nullable=False),  # waiting | sending | sent | refused | unsure
    Column("attempt", Integer, nullable=False, default=0),
    Column("not_before", Instant, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("reason", Text, nullable=False, default=""),
    UniqueConstraint("issue", "recipient", name="ledger_mail_once"),
)  # fmt: skip

# One row an issue of a report: the archive.
ISSUES = Table(
    "ledger_issues", META,
    Column("issue", String(200), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("language", String(10), nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("files", Text, nullable=False),  # JSON: {format: path inside the workspace}
)  # fmt: skip

# One row: who schedules, and when it last showed a sign of life.
SCHEDULER = Table(
    "ledger_scheduler", META,
    Column("id", Integer, primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("since", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False),
    Column("lag_seconds", Float, nullable=False, default=0.0),
)  # fmt: skip


# One row: which scheduler leads, under a number that grows with each take-over. Every write of a leader is compared
# with it. `beat` is counted up by the leader; whoever waits sees whether it still changes.
LEAD = Table(
    "ledger_lead", META,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("owner", String(200), nullable=False),
    Column("by", String(10), nullable=False),  # lock | silence: of the one before, whose lock is not free
    Column("since", Instant, nullable=False),
    Column("beat", Integer, nullable=False, default=0),
    Column("before", String(200), nullable=False, default=""),  # the owner before
)  # fmt: skip


def address_of(database: str, var: Path) -> str:
    """SQLAlchemy's address of the ledger: `database` where it is PostgreSQL, else a file in `var`."""
    if not database:
        return f"sqlite:///{var / 'ledger.sqlite3'}"
    scheme, colon, rest = database.partition("://")
    if not colon or scheme not in ("postgresql", "postgres"):
        raise SettingError(
            f"schedule.database = {scheme}://...: expected postgresql://user:password@host/name, or nothing"
        )
    return f"postgresql+psycopg://{rest}"


# A machine that loses power or its network says no good-bye. Both ends look every few seconds, so that within half a
# minute the server frees the lock of a scheduler that is gone, and a scheduler knows that its server is. A process that
# is frozen in the middle of a transaction loses it after ten seconds: it must not keep what others wait for.
WATCHED: Mapping[str, str | int] = {
    "connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000,
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=25000 "
    "-c idle_in_transaction_session_timeout=10000",
}  # fmt: skip


def engine_of(address: str, *, synchronous: str = "FULL") -> Engine:
    """The engine of a ledger. `synchronous` is SQLite's: FULL survives a loss of power, OFF is for simulations."""
    try:
        if not address.startswith("sqlite"):
            own = {name: value for name, value in WATCHED.items() if name not in make_url(address).query}
            return create_engine(address, pool_pre_ping=True, pool_size=5, connect_args=own)
        engine = create_engine(address, connect_args={"timeout": 30})
    except ArgumentError as error:
        raise SettingError(f"schedule.database cannot be read as an address: {error}") from error

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
