"""Which runs are owed, which are started, which have failed: the scheduler's decisions, with the clock given.

Nothing here waits, reads a clock or starts a process: `Dispatcher.tick(now)` looks at the ledger,
decides, writes the decision down, and only then lets its `Hands` act. A simulated year and the
real machine run the same code.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from observatory.jobs.files import Job
from observatory.jobs.when import duration_text
from observatory.ledger import FAILED, MISSED, OWED, STOPPED, Entry, JobRow, Ledger, Letter, RequestRow, RunRow

log = logging.getLogger(__name__)

# Who asked for a stop, where it was no person.
SHUTDOWN = "the scheduler's own stop"
LIMIT = "its limit of"


class Hands(Protocol):
    """Starts and ends the processes of jobs."""

    def start(self, run: RunRow, job: Job) -> None:
        """Starts the process of a run."""

    def gone(self, run: RunRow, now: dt.datetime) -> str:
        """Why the process of a running run is no longer there, in words; empty while it is, or may yet come."""

    def stop(self, run: RunRow) -> None:
        """Asks the process to stop at a safe point."""

    def kill(self, run: RunRow) -> None:
        """Ends the process at once."""

    def log_of(self, run: RunRow) -> str:
        """The end of the run's log."""


def judge(
    due: Sequence[dt.datetime], *, now: dt.datetime, grace: dt.timedelta, catch_up: str, paused_by: str = ""
) -> list[Entry]:
    """What becomes of runs that fell due: owed, or missed with its reason; one entry for each instant.

    With `catch_up` "last", of several only the newest is owed and stands for the others; with "all",
    each. A run later than `grace` is missed: whatever it would have done is out of date.

    >>> at = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    >>> day = dt.timedelta(days=1)
    >>> [e.state for e in judge([at, at + day], now=at + day, grace=day / 2, catch_up="last")]
    ['missed', 'owed']
    """
    if paused_by:
        return [Entry(due_at=at, state=MISSED, reason=f"the job was paused by {paused_by}") for at in due]
    found = []
    newest_counts = bool(due) and now - due[-1] <= grace
    for at in due:
        late = now - at
        if catch_up == "last" and at != due[-1] and newest_counts:
            reason = (
                f"several fell due before one could start; the run due {due[-1]:%Y-%m-%d %H:%M} UTC stands for this one"
            )
            found.append(Entry(due_at=at, state=MISSED, reason=reason))
        elif late <= grace:
            found.append(Entry(due_at=at, state=OWED))
        else:
            reason = f"nothing ran it for {duration_text(late)}, longer than its grace of {duration_text(grace)}"
            found.append(Entry(due_at=at, state=MISSED, reason=reason))
    return found


class Dispatcher:
    """One scheduler's hand on the ledger. Call `tick` every few seconds, from one thread at a time."""

    def __init__(
        self, ledger: Ledger, jobs: Sequence[Job], hands: Hands, *, owner: str, observatory: str = "observatory",
        at_once: int = 2, stop_after: dt.timedelta = dt.timedelta(seconds=60), site: str = "",
    ) -> None:  # fmt: skip
        self.ledger, self.hands, self.owner = ledger, hands, owner
        self.jobs: Mapping[str, Job] = {job.name: job for job in jobs}
        self.at_once, self.stop_after = at_once, stop_after
        self.news = News(observatory, site)
        self._next: dict[str, tuple[dt.datetime, dt.datetime | None]] = {}  # settled until, first due after it

    def take_over(self, now: dt.datetime) -> None:
        """The first thing after getting the lock: enters the jobs, and gives up those without a file."""
        for job in self.jobs.values():
            self.ledger.know(
                job.name, kind=job.kind, described=str(job.when), now=now, next_due=job.next_due(now)
            )  # fmt: skip
        self.ledger.forget_missing(list(self.jobs), now=now)
        self.ledger.beat(self.owner, now=now)

    def tick(self, now: dt.datetime, *, starting: bool = True) -> None:
        """Does everything there is to do at `now`. With `starting=False` no run is begun."""
        for request in self.ledger.requests(open_only=True):
            self._request(request, now)
        for row in self.ledger.jobs():
            if row.name in self.jobs:
                self._settle(self.jobs[row.name], row, now)
        for run in self.ledger.running():
            self._watch(run, now)
        owed = self.ledger.owed()
        for run in owed:
            self._wait(run, now)
        lag = self._start(now) if starting and owed else 0.0
        self.ledger.beat(self.owner, now=now, lag=lag)

    def stop_all(self, now: dt.datetime) -> list[RunRow]:
        """Asks every running job to stop because the scheduler does; returns those under way."""
        running = self.ledger.running()
        for run in running:
            self.ledger.ask_to_stop(run.run, by=SHUTDOWN, now=now)
            self.hands.stop(run)
        return running

    # --- one by one --------------------------------------------------------------------------

    def _settle(self, job: Job, row: JobRow, now: dt.datetime) -> None:
        known = self._next.get(job.name)
        if known is None or known[0] != row.settled_until:
            known = self._next[job.name] = (row.settled_until, job.when.next(row.settled_until))
        if known[1] is None or known[1] > now:
            return
        due = job.when.between(row.settled_until, now)
        if not due:
            return  # nothing to enter: the next due time lies ahead, and `settled_until` may lag behind
        if not job.enabled:  # it owes nothing, then as little when it is enabled again
            self.ledger.settle(row, [], until=now, next_due=None)
            return
        paused_by = row.paused_by
        entries = judge(
            due, now=now, grace=job.limits.grace, catch_up=job.limits.catch_up, paused_by=paused_by
        )  # fmt: skip
        if entries[-1].state == OWED and job.limits.catch_up == "last":
            for waiting in self.ledger.owed(job.name):
                if waiting.cause == "schedule":
                    self._give_up(waiting, job, f"overtaken by the run due {due[-1]:%Y-%m-%d %H:%M} UTC", now)
        lost = [e for e in entries if e.state == MISSED] if entries[-1].state == MISSED and not paused_by else []
        letter = self.news.missed(job, lost) if lost and job.tell else None
        self.ledger.settle(row, entries, until=now, next_due=job.next_due(now), letter=letter)

    def _watch(self, run: RunRow, now: dt.datetime) -> None:
        job = self.jobs.get(run.job)
        if job is None:
            self.hands.stop(run)
        why = self.hands.gone(run, now)
        if why:
            again = self.ledger.run(run.run)  # it may have written its end in the meantime
            if again is None or again.state != run.state or again.attempt != run.attempt:
                return
            tail = self.hands.log_of(run)
            if again.stop_by:
                stopped(self.ledger, job, again, how=why, now=now, log_tail=tail, news=self.news)
            elif job is not None:
                failed(self.ledger, job, run, reason=why, retry=True, now=now, log_tail=tail, news=self.news)
            else:
                self.ledger.end(run, FAILED, now=now, reason=f"{why}; the file of this job is gone", log=tail)
            return
        limit = job.limits.run if job is not None else dt.timedelta()
        if run.stop_by:
            if run.stop_at is not None and now - run.stop_at > self.stop_after:
                self.hands.kill(run)
            return
        if run.started_at is not None and now - run.started_at > limit:
            self.ledger.ask_to_stop(run.run, by=f"{LIMIT} {duration_text(limit)}", now=now)
            self.hands.stop(run)

    def _wait(self, run: RunRow, now: dt.datetime) -> None:
        job = self.jobs.get(run.job)
        if job is not None and run.cause == "schedule" and run.attempt == 0 and now - run.due_at > job.limits.grace:
            self._give_up(run, job, f"it could not start within its grace of {duration_text(job.limits.grace)}", now)

    def _start(self, now: dt.datetime) -> float:
        """Starts what may start; returns how late the latest of them is, in seconds."""
        free = self.at_once - len(self.ledger.running())
        lag = 0.0
        for run in self.ledger.startable(now):
            job = self.jobs.get(run.job)
            if job is None or free <= 0:
                continue
            begun = self.ledger.begin(run, now=now)
            if begun is None:
                continue
            free -= 1
            lag = max(lag, (now - max(run.due_at, run.not_before)).total_seconds())
            self.hands.start(begun, job)
            log.info("job %s: run %d, attempt %d, due %s", run.job, run.run, begun.attempt, run.due_at.isoformat())
        return lag

    def _request(self, request: RequestRow, now: dt.datetime) -> None:
        if request.verb in ("pause", "resume"):
            self.ledger.pause(request, now=now)
            return
        if request.verb == "run":
            if request.job in self.jobs:
                self.ledger.owe(request, now=now)
            else:
                self.ledger.answer(request, "refused: the file of this job is gone", now=now)
            return
        wanted = [r for r in self.ledger.running() if r.job == request.job and request.run in (None, r.run)]
        for run in wanted:
            self.ledger.ask_to_stop(run.run, by=request.by, now=now)
            self.hands.stop(run)
        waiting = [r for r in self.ledger.owed(request.job) if request.run in (None, r.run)]
        for run in waiting:
            self.ledger.give_up(run, reason=f"stopped by {request.by}", now=now, state=STOPPED)
        self.ledger.answer(request, "stopping" if wanted else "stopped" if waiting else "nothing to stop", now=now)

    def _give_up(self, run: RunRow, job: Job, reason: str, now: dt.datetime) -> None:
        full = f"{reason}; last: {run.reason}" if run.attempt and run.reason else reason
        letter = self.news.failing(job, run, full) if run.attempt and job.tell else None
        self.ledger.give_up(run, reason=full, now=now, tell_after=job.on_failure.tell_after, failing=letter)


def failed(
    ledger: Ledger, job: Job, run: RunRow, *, reason: str, retry: bool, now: dt.datetime, log_tail: str, news: News
) -> str:
    """Writes down a failed attempt: owed again where a retry can help and one is left, else failed. Returns the state."""
    if retry and run.attempt <= job.on_failure.retries:
        wait = job.retry_after(run.attempt)
        said = f"attempt {run.attempt} failed: {reason}; tried again after {duration_text(wait)}"
        ledger.owe_again(run, not_before=now + wait, reason=said, now=now, log=log_tail)
        return OWED
    said = f"{reason} (after {run.attempt} attempts)" if run.attempt > 1 else reason
    ledger.end(
        run, FAILED, now=now, reason=said, log=log_tail, tell_after=job.on_failure.tell_after,
        failing=news.failing(job, run, said) if job.tell else None,
    )  # fmt: skip
    return FAILED


def stopped(
    ledger: Ledger, job: Job | None, run: RunRow, *, how: str, now: dt.datetime, log_tail: str, news: News
) -> str:
    """Writes down the end of a run that was asked to stop, by who asked. Returns the state.

    When the scheduler stops, the run is owed as before; at its limit it has failed, and is not tried
    again, since it would hang again; when a person asks, it is stopped.
    """
    if run.stop_by in ("", SHUTDOWN):
        reason = "the scheduler was stopped; it goes on"
        ledger.owe_again(run, not_before=now, now=now, counted=False, log=log_tail, reason=reason)
        return OWED
    if run.stop_by.startswith(LIMIT):
        said = f"ended at {run.stop_by}: {how}"
        ledger.end(
            run, FAILED, now=now, reason=said, log=log_tail,
            tell_after=job.on_failure.tell_after if job is not None else 0,
            failing=news.failing(job, run, said) if job is not None and job.tell else None,
        )  # fmt: skip
        return FAILED
    ledger.end(run, STOPPED, now=now, reason=f"stopped by {run.stop_by}: {how}", log=log_tail)
    return STOPPED


class News:
    """Letters about jobs, in the words of whoever has to act."""

    def __init__(self, observatory: str, site: str = "") -> None:
        self.observatory, self.site = observatory, site.rstrip("/")

    def failing(self, job: Job, run: RunRow, reason: str) -> Letter:
        """A job fails."""
        return Letter(
            issue=f"failing/{job.name}/{run.run}",
            recipients=job.tell,
            subject=f"[{self.observatory}] {job.name} failed",
            body=f"The job {job.name} ({job.kind}), due {run.due_at:%Y-%m-%d %H:%M} UTC, failed:\n\n  {reason}\n\n"
            f"Its log: observatory jobs history {job.name}{self._link()}\nAfter the cause is mended: observatory jobs run "
            f"{job.name}\n\nYou hear of it once more, when the job is done again.\n",
        )

    def recovered(self, job: Job, run: RunRow) -> Letter:
        """A job that failed is done again."""
        return Letter(
            issue=f"recovered/{job.name}/{run.run}",
            recipients=job.tell,
            subject=f"[{self.observatory}] {job.name} is done again",
            body=f"The job {job.name} ({job.kind}), due {run.due_at:%Y-%m-%d %H:%M} UTC, is done again.{self._link()}\n",
        )

    def missed(self, job: Job, entries: Sequence[Entry]) -> Letter:
        """Runs that nobody will catch up."""
        rows = "\n".join(f"  {e.due_at:%Y-%m-%d %H:%M} UTC: {e.reason}" for e in entries[-20:])
        return Letter(
            issue=f"missed/{job.name}/{entries[0].due_at:%Y-%m-%dT%H:%MZ}",
            recipients=job.tell,
            subject=f"[{self.observatory}] {job.name} missed {len(entries)} run{'s' if len(entries) > 1 else ''}",
            body=f"The job {job.name} ({job.kind}) missed:\n\n{rows}\n\nThey are not caught up. To run it now: "
            f"observatory jobs run {job.name}{self._link()}\n",
        )

    def _link(self) -> str:
        return f"\nOn the site: {self.site}/jobs" if self.site else ""
