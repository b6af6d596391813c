"""A world of two schedulers, jobs that fail in every way, a mail server, and a clock that we turn."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event

from observatory.config import MailSettings
from observatory.errors import Superseded
from observatory.jobs.dispatch import Dispatcher, failed, stopped
from observatory.jobs.files import FailurePart, Job, LimitPart, Part
from observatory.jobs.when import Cron, Every, When
from observatory.ledger import DONE, LOCK, RUNNING, Ledger, Letter, MailRow, RunRow
from observatory.ledger.tables import engine_of
from observatory.mail import PutOff, Refused, post

MINUTE = dt.timedelta(minutes=1)


class Crash(Exception):
    """The process died here."""


def job(name: str, when: When, *, tell: tuple[str, ...] = (), zone: str = "UTC", **limits: Any) -> Job:
    """A job without a file."""
    return Job(
        name=name, kind="test", about="", enabled=True, tell=tell, when=when, time_zone=zone, settings=Part(),
        on_failure=FailurePart(retries=3, first_retry=5 * MINUTE, tell_after=2), limits=LimitPart(**limits), file=Path(f"{name}.toml"),
    )  # fmt: skip


@dataclass
class Process:
    """A job's process: what it will do, and when."""

    run: RunRow
    job: Job
    fate: str
    ends_at: dt.datetime
    claimed: bool = False
    over: bool = False


@dataclass
class World:
    """Everything outside the dispatcher. `trouble` is the chance of a crash at a step."""

    jobs: Sequence[Job]
    start: dt.datetime
    seed: int = 0
    trouble: float = 0.0
    fates: Mapping[str, float] = field(default_factory=lambda: {"done": 1.0})
    outages: Sequence[tuple[dt.datetime, dt.datetime]] = ()
    engine_address: str = "sqlite://"

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.now = self.start
        self.ledger = Ledger(engine_of(self.engine_address, synchronous="OFF"))
        self.fuse: int | None = None
        event.listen(self.ledger.engine, "before_cursor_execute", self._burn)
        self.processes: list[Process] = []
        self.leader: Dispatcher | None = None
        self.asleep: Dispatcher | None = None  # frozen where others die; it wakes later and believes that it leads
        self.woken: list[str] = []
        self.next_leader_at = self.start
        self.terms = 0
        self.delivered: list[tuple[str, str]] = []
        self.overlaps: list[str] = []
        self.done: list[tuple[str, dt.datetime]] = []
        self.crashes = 0
        self.ws: Any = SimpleNamespace(
            root=Path("/nowhere"),
            settings=SimpleNamespace(mail=MailSettings(host="mail.invalid", sender="observatory@example.org")),
        )

    # --- the hands of whichever scheduler leads ----------------------------------------------

    def start_process(self, run: RunRow, job: Job) -> None:
        fate = self.rng.choices(list(self.fates), list(self.fates.values()))[0]
        lasts = dt.timedelta(minutes=self.rng.uniform(0.2, 40)) if fate != "hang" else dt.timedelta(days=30)
        if any(p.job.name == job.name and not p.over for p in self.processes):
            self.overlaps.append(f"{job.name} at {self.now}")
        self.processes.append(Process(run=run, job=job, fate=fate, ends_at=self.now + lasts))

    def gone(self, run: RunRow, now: dt.datetime) -> str:
        own = [p for p in self.processes if (p.run.run, p.run.attempt) == (run.run, run.attempt)]
        if any(not p.over for p in own):
            return ""
        if not own and run.started_at is not None and now - run.started_at < MINUTE:
            return ""
        return "its process ended without a word"

    def stop(self, run: RunRow) -> None:
        for p in self.processes:
            if (p.run.run, p.run.attempt) == (run.run, run.attempt) and not p.over and p.fate != "hang":
                p.fate, p.ends_at = "stop", min(p.ends_at, self.now + MINUTE / 2)

    def kill(self, run: RunRow) -> None:
        for p in self.processes:
            if (p.run.run, p.run.attempt) == (run.run, run.attempt):
                p.over = True

    # --- time --------------------------------------------------------------------------------

    def until(self, end: dt.datetime) -> None:
        """Turns the clock to `end`, stopping at everything that can happen."""
        if self.terms == 0:
            self._guarded(self._take_over)
        while self.now < end:
            self.now = min(self._next_event(), end)
            self._step()

    def settle_down(self) -> None:
        """No more trouble: what is owed is done."""
        self.trouble, self.fates = 0.0, {"done": 1.0}
        for _ in range(400):
            self.now += 10 * MINUTE
            self._step(starting_only=True)
            if (
                not self.ledger.owed()
                and not self.ledger.running()
                and not self.ledger.waiting_mails(self.now + dt.timedelta(days=3))
            ):
                return

    def _next_event(self) -> dt.datetime:
        moments = [j.when.next(self.now) for j in self.jobs]
        moments += [p.ends_at for p in self.processes if not p.over]
        moments += [r.not_before for r in self.ledger.owed()]
        moments += [end for _, end in self.outages] + [begin for begin, _ in self.outages]
        limits = {j.name: j.limits.run for j in self.jobs}
        for run in self.ledger.running():
            assert run.started_at is not None
            limit = limits.get(run.job, MINUTE)
            moments += [run.started_at + limit + MINUTE, run.started_at + 1.5 * MINUTE]
            if run.stop_at is not None:
                moments.append(self.now + 1.2 * MINUTE)
        if self.ledger.requests(open_only=True):
            moments.append(self.now + MINUTE / 60)
        if self.leader is None:
            moments.append(self.next_leader_at)
        moments = [m for m in moments if m is not None and m > self.now]
        # A scheduler looks every few seconds: shortly after a moment, and never much later than another.
        return min([*moments, self.now + dt.timedelta(hours=6)]) + dt.timedelta(seconds=self.rng.uniform(0, 5))

    def _step(self, *, starting_only: bool = False) -> None:
        out = any(begin <= self.now < end for begin, end in self.outages)
        if out:
            self._die()
            self.next_leader_at = self.now + MINUTE
            for p in self.processes:
                p.over = True
            return
        for p in [p for p in self.processes if not p.over]:
            self._go_on(p)
        if self.leader is None and self.now >= self.next_leader_at:
            self._guarded(self._take_over)
        if self.asleep is not None and self.leader is not None and self.rng.random() < 0.1:
            self._wake(self.asleep)
        if self.leader is not None:
            leader = self.leader
            self._guarded(lambda: leader.tick(self.now))
        if self.leader is not None:
            leader = self.leader
            self._guarded(lambda: post(self.ws, leader.ledger, now=lambda: self.now, hand=self._hand))
        self.processes = [p for p in self.processes if not p.over or self.now - p.ends_at < dt.timedelta(days=2)]

    def _take_over(self) -> None:
        self.terms += 1
        hands: Any = SimpleNamespace(
            start=self.start_process, gone=self.gone, stop=self.stop, kill=self.kill, log_of=lambda run: "log"
        )
        lead = self.ledger.take_lead(self.ledger.lead(), f"scheduler {self.terms}", by=LOCK, now=self.now)
        assert lead is not None
        book = self.ledger.fenced(lead)
        leader = Dispatcher(book, self.jobs, hands, owner=f"scheduler {self.terms}", at_once=3, stop_after=MINUTE)
        book.unsure_mails(now=self.now)
        leader.take_over(self.now)
        self.leader = leader

    def _go_on(self, p: Process) -> None:
        try:
            if not p.claimed:
                p.claimed = True
                if self.ledger.claim(p.run.run, p.run.attempt, host="here", pid=1, now=self.now) is None:
                    p.over = True
                    return
            if self.now < p.ends_at:
                return
            p.over = True
            if self.rng.random() < self.trouble:
                self.fuse = self.rng.randrange(1, 8)
            self._end(p)
        except Crash:
            self.crashes += 1
            p.over = True
        finally:
            self.fuse = None

    def _end(self, p: Process) -> None:
        assert self.leader is None or self.leader.news
        news = Dispatcher(self.ledger, [], SimpleNamespace(), owner="").news  # type: ignore[arg-type]
        row = self.ledger.run(p.run.run)
        if row is None or (row.state, row.attempt) != (RUNNING, p.run.attempt):
            return
        if p.fate == "stop":
            stopped(self.ledger, p.job, row, how="stopped", now=self.now, log_tail="", news=news)
        elif p.fate in ("retry", "fatal"):
            failed(
                self.ledger,
                p.job,
                row,
                reason="the source is away",
                retry=p.fate == "retry",
                now=self.now,
                log_tail="",
                news=news,
            )
        elif p.fate == "done":
            bulletin = Letter(
                issue=f"bulletin/{p.job.name}/{row.due_at:%Y-%m-%d}",
                recipients=("a@example.org", "b@example.org"),
                subject="s",
                body="b",
            )
            letters = (bulletin,) if "bulletin" in p.job.name else ()
            recovered = news.recovered(p.job, row) if p.job.tell else None
            if self.ledger.end(row, DONE, now=self.now, letters=letters, recovered=recovered):
                self.done.append((row.key, self.now))

    def _hand(self, mail: MailRow, message: EmailMessage) -> None:
        chance = self.rng.random()
        if self.trouble and chance < 0.10:
            raise PutOff("greylisted")
        if self.trouble and chance < 0.12:
            raise Refused("no such mailbox")
        if not (self.trouble and 0.12 <= chance < 0.13):
            self.delivered.append((mail.issue, mail.recipient))
        if self.trouble and chance < 0.14:
            raise OSError("connection reset")

    def _guarded(self, do: Any) -> None:
        if self.rng.random() < self.trouble:
            self.fuse = self.rng.randrange(1, 14)
        try:
            do()
        except Crash:
            self.crashes += 1
            self._die()
        finally:
            self.fuse = None

    def _die(self) -> None:
        if self.leader is not None:
            if self.rng.random() < 0.3:
                self.asleep = self.leader
            self.leader = None
            self.next_leader_at = self.now + dt.timedelta(seconds=self.rng.uniform(5, 60))

    def _wake(self, leader: Dispatcher) -> None:
        """One that was frozen goes on where it stood; how that ended."""
        self.asleep = None
        try:
            leader.tick(self.now)
        except Superseded:
            self.woken.append("refused")
        else:
            self.woken.append("worked")

    def _burn(self, *_: object) -> None:
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse <= 0:
                self.fuse = None
                raise Crash


def due_by_the_minute(when: When, after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """Due times found by looking at every minute of the wall clock: slow, and shares nothing with `Cron`."""
    if isinstance(when, Every):
        first = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).timestamp() + when.offset
        seconds = range(int(after.timestamp()) + 1, int(until.timestamp()) + 1)
        step = next(s for s in seconds if (s - first) % when.seconds == 0)
        return [dt.datetime.fromtimestamp(s, dt.UTC) for s in range(step, seconds.stop, when.seconds)]
    found: list[dt.datetime] = []
    zone = ZoneInfo(when.zone)
    seen: set[dt.datetime] = set()
    instant = (after - dt.timedelta(days=1)).replace(second=0, microsecond=0)
    before = instant.astimezone(zone).replace(tzinfo=None) - MINUTE
    while instant <= until:
        wall = instant.astimezone(zone).replace(tzinfo=None)
        skipped = before + MINUTE
        while skipped < wall:  # the clock jumped over these
            if _fits(when, skipped) and skipped not in seen:
                found.append(instant)
            seen.add(skipped)
            skipped += MINUTE
        if wall not in seen and _fits(when, wall):
            found.append(instant)
        seen.add(wall)
        before = max(before, wall) if wall > before else wall
        instant += MINUTE
    return sorted({t for t in found if after < t <= until})


def _fits(when: Cron, wall: dt.datetime) -> bool:
    """Whether a wall time fits the five fields, read again from the line."""
    values = (wall.minute, wall.hour, wall.day, wall.month, int(wall.strftime("%w")))
    return all(_in(text, value, i) for i, (text, value) in enumerate(zip(when.line.split(), values, strict=True)))


def _in(text: str, value: int, i: int) -> bool:
    names = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6} if i == 4 else {}
    for part in text.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            low, high = (1 if i in (2, 3) else 0), 60
        else:
            ends = [names.get(end) if end in names else int(end) for end in span.split("-")]
            low, high = ends[0], ends[-1] if len(ends) > 1 or not step else 60
        if low <= value <= high and (value - low) % int(step or 1) == 0:
            return True
    return False
