"""The job's own process: takes its run, does it, and writes down what came of it.

The process holds the lock of its job from before it claims the run until it ends, so a job never
runs beside itself, whatever schedulers believe; and the ledger lets a run be claimed and ended
once an attempt.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from observatory.config import Workspace
from observatory.errors import ObservatoryError, StorageError
from observatory.jobs.dispatch import News, failed, stopped
from observatory.jobs.files import Job
from observatory.ledger import DONE, RUNNING, Ledger, Letter, Lock, RunRow

if TYPE_CHECKING:
    from observatory.jobs.kinds import Kind

log = logging.getLogger(__name__)

PATIENCE = 90.0  # seconds that a finished job waits for the ledger to come back
BEAT = 2.0  # seconds between two notes of progress
T = TypeVar("T")


class Stopped(ObservatoryError):
    """The job was asked to stop, and has reached a point where it may."""

    retry = True


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a job gave: one line for people, letters to queue, and whether somebody should look."""

    result: str
    letters: tuple[Letter, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a kind of job is handed: the workspace, its settings, the time it was due, and a way to tell progress."""

    ws: Workspace
    job: Job
    due_at: dt.datetime
    now: Callable[[], dt.datetime]
    ledger: Ledger
    progress: Callable[[str, int, int], None]
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def as_of(self) -> dt.datetime:
        """The beginning, in UTC, of the day on which the run was due on the job's calendar.

        A run that is caught up later has the day it was due, and so gives the same result.
        """
        return dt.datetime.combine(self.job.day_of(self.due_at), dt.time(), dt.UTC)

    def settings(self, model: type[Settings]) -> Settings:
        """The settings of the job, as its kind declares them."""
        assert isinstance(self.job.settings, model)
        return self.job.settings


Settings = TypeVar("Settings", bound=BaseModel)


class Stopping:
    """Whether this process was asked to stop. `watch` listens to SIGTERM."""

    def __init__(self) -> None:
        self.asked = False

    def watch(self) -> None:
        """From now on SIGTERM asks for a stop instead of ending the process."""
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, number: int, frame: object) -> None:
        self.asked = True


def job_lock(ws: Workspace, ledger: Ledger, job: str) -> Lock:
    """The lock that the process of a job holds while it runs."""
    return Lock(ws.var_dir / "locks", f"job-{job}", ledger.engine)


def work(
    ws: Workspace, job: Job, run: int, attempt: int, *, kinds: Mapping[str, Kind], ledger: Ledger,
    clock: Callable[[], dt.datetime], stopping: Stopping, log_file: Path | None = None,
) -> str:  # fmt: skip
    """Does a run; returns the state it ended in, or "" where the run was not this process's to do."""
    lock = job_lock(ws, ledger, job.name)
    if not _patiently(lock.take):
        row = _patiently(lambda: ledger.run(run))
        if row is not None and row.state == RUNNING and row.attempt == attempt:
            ledger.owe_again(
                row, not_before=clock() + dt.timedelta(minutes=1), now=clock(), counted=False, unclaimed=True,
                reason="the process of its last run has not ended yet",
            )  # fmt: skip
        return ""
    try:
        claimed = _patiently(
            lambda: ledger.claim(run, attempt, host=socket.gethostname(), pid=os.getpid(), now=clock())
        )
        if claimed is None:
            return ""
        return _do(ws, job, claimed, kinds[job.kind], ledger, clock, stopping, log_file)
    finally:
        lock.release()


def _do(
    ws: Workspace, job: Job, run: RunRow, kind: Kind, ledger: Ledger, clock: Callable[[], dt.datetime], stopping: Stopping,
    log_file: Path | None,
) -> str:  # fmt: skip
    news = News(ws.settings.workspace.name, ws.settings.mail.site)
    told = Teller(ledger, run, clock, stopping)
    started = time.monotonic()
    try:
        outcome = kind.run(
            Work(ws=ws, job=job, due_at=run.due_at, now=clock, ledger=ledger, progress=told.progress)
        )  # fmt: skip
    except Stopped as stop:
        how = str(stop)

        def stand() -> str:
            row = ledger.run(run.run)
            if row is None or (row.state, row.attempt) != (RUNNING, run.attempt):
                return ""
            return stopped(ledger, job, row, how=how, now=clock(), log_tail=tail_of(log_file), news=news)

        return _patiently(stand)
    except ObservatoryError as error:
        log.error("%s", error)
        reason, retry = str(error), error.retry
        return _patiently(
            lambda: failed(
                ledger, job, run, reason=reason, retry=retry, now=clock(), log_tail=tail_of(log_file), news=news
            )
        )
    log.info("%s (%.1f s)", outcome.result, time.monotonic() - started)
    ended = _patiently(
        lambda: ledger.end(
            run, DONE, now=clock(), result=outcome.result, log=tail_of(log_file), letters=outcome.letters,
            recovered=news.recovered(job, run) if job.tell else None,
        )
    )  # fmt: skip
    return DONE if ended else ""


class Teller:
    """Notes progress every few seconds, and stops the job at the next note when it was asked to."""

    def __init__(
        self, ledger: Ledger, run: RunRow, clock: Callable[[], dt.datetime], stopping: Stopping, beat: float = BEAT
    ) -> None:
        self.ledger, self.run, self.clock, self.stopping, self.beat = ledger, run, clock, stopping, beat
        self._last = 0.0

    def progress(self, stage: str, done: int, of: int) -> None:
        """Takes "stage, done, of how many". Raises `Stopped` when the job should end here."""
        if self.stopping.asked:
            raise Stopped(f"asked to stop at {stage} {done}")
        if time.monotonic() - self._last < self.beat:
            return
        self._last = time.monotonic()
        text = f"{stage} {done:,} of {of:,}" if of else f"{stage} {done:,}"
        try:
            mine = self.ledger.progress(self.run.run, self.run.attempt, text, now=self.clock())
        except StorageError as error:  # the ledger is away: the work goes on, its end will wait for it
            log.warning("%s", error)
            return
        if not mine:
            raise Stopped("the ledger no longer counts on this attempt")


def _patiently(do: Callable[[], T], *, patience: float = PATIENCE) -> T:
    """Does it, again and again while the ledger does not answer. Raises `StorageError` after `patience` seconds."""
    until = time.monotonic() + patience
    while True:
        try:
            return do()
        except StorageError:
            if time.monotonic() > until:
                raise
            time.sleep(1.0)


def tail_of(file: Path | None, characters: int = 8_000) -> str:
    """The end of a log file; empty where there is none."""
    if file is None or not file.is_file():
        return ""
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - characters * 4))
        return opened.read().decode("utf-8", "replace")[-characters:]
