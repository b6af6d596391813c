"""The scheduler: one a workspace, driven by APScheduler, remembered in the ledger.

APScheduler wakes us at the due times, from its persistent store, and every few seconds in between.
What is owed is decided by the ledger alone (`jobs.dispatch`): a wake-up that is late, doubled or
lost changes nothing but the hour.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from observatory.config import Workspace
from observatory.errors import StorageError
from observatory.jobs import Dispatcher, Job, Processes
from observatory.jobs.when import When
from observatory.ledger import LOCK, SILENCE, LeadRow, Ledger, Lock, open_ledger
from observatory.mail import post

log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]
TICK = 5.0  # seconds between two looks at requests and running jobs
TRY_LOCK = 5.0  # seconds between two tries of a scheduler that waits
PATIENCE = 120.0  # seconds that a scheduler waits for the database when both start at once
DEAD_AFTER = dt.timedelta(minutes=2)  # without a beat for so long, /alive says no
STORE = "apscheduler_jobs"

# Who a wake-up from the persistent store is for; APScheduler stores the name of `wake`, not the object.
_awake: dict[str, Scheduler] = {}


class DueTrigger(BaseTrigger):  # type: ignore[misc]
    """A job's due times as APScheduler asks for them."""

    def __init__(self, when: When) -> None:
        self.when = when

    def get_next_fire_time(self, previous_fire_time: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
        """The first due time after the last wake-up, or after now."""
        return self.when.next(previous_fire_time or now)

    def __getstate__(self) -> dict[str, When]:
        return {"when": self.when}

    def __setstate__(self, state: dict[str, When]) -> None:
        self.when = state["when"]


def wake(owner: str) -> None:
    """A job is due: its scheduler looks at the ledger. Called by APScheduler."""
    if owner in _awake:
        _awake[owner].tick()


@dataclass
class Silence:
    """How long a sign of life has stayed the same, counted by looks of our own: no clocks of two machines are compared.

    Two looks far apart count as `step` seconds: whoever slept in between has not seen that the other was silent.
    """

    step: float
    seconds: float = 0.0
    _sign: object = None
    _at: float = 0.0

    def look(self, sign: object, *, at: float) -> float:
        """Looks at the sign; returns for how many seconds it is known to be the same.

        >>> silence = Silence(step=10)
        >>> silence.look("a", at=0), silence.look("a", at=6), silence.look("a", at=900), silence.look("b", at=905)
        (0.0, 6.0, 16.0, 0.0)
        """
        self.seconds = self.seconds + min(at - self._at, self.step) if sign == self._sign else 0.0
        self._sign, self._at = sign, at
        return self.seconds


class Scheduler:
    """A scheduler of one workspace. `run` waits for its turn, then schedules until it is stopped.

    The lock says at once that the one before has ended. Where it is kept by one that is frozen, the unchanged beat in
    the ledger does after `silence` seconds; the number there then shuts the frozen one out (`ledger.lead`).
    """

    def __init__(
        self, ws: Workspace, jobs: Sequence[Job], *, clock: Clock, command: Sequence[str], ledger: Ledger | None = None,
        tick_seconds: float = TICK, try_seconds: float = TRY_LOCK, coming: dt.timedelta = dt.timedelta(seconds=60),
        stop_after: dt.timedelta | None = None, silence: float | None = None,
    ) -> None:  # fmt: skip
        self.ws, self.jobs, self.clock = ws, list(jobs), clock
        self.ledger = ledger or open_ledger(ws, patience=PATIENCE)
        self.owner = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
        self.hands = Processes(ws, self.ledger, command, coming=coming)
        s = ws.settings.schedule
        self.stop_after = stop_after or dt.timedelta(seconds=s.stop_seconds)
        self.silence = s.silence_seconds if silence is None else silence
        self.lock = Lock(ws.var_dir / "locks", "scheduler", self.ledger.engine)
        self.tick_seconds, self.try_seconds = tick_seconds, try_seconds
        self.leading = False
        self.book = self.ledger  # fenced while leading
        self._by = ""
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._one = threading.Lock()  # one tick at a time
        self._posting = threading.Lock()

    def stop(self, *_: object) -> None:
        """Asks the scheduler to end: no new run, running jobs stop at a safe point."""
        self._stop.set()

    def listen(self) -> None:
        """From now on SIGTERM and SIGINT ask for the end."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)

    def run(self) -> None:
        """Waits until no other scheduler works on the ledger, then schedules; again, when the ledger was away."""
        waiting = False
        silence = Silence(step=2 * self.try_seconds)
        while not self._stop.is_set():
            try:
                lead = self._turn(silence)
            except StorageError as error:
                log.warning("%s; trying again", error)
                lead = None
            if lead is not None:
                waiting = False
                self._lead(lead)
                silence = Silence(step=2 * self.try_seconds)
            else:
                if not waiting:
                    log.warning("another scheduler works on this workspace; waiting to take over")
                waiting = True
                self.hands.reap()
                self._stop.wait(self.try_seconds)

    def _turn(self, silence: Silence) -> LeadRow | None:
        """The lead, where it is our turn: the lock is free and nobody leads without it, or the leader is silent."""
        locked = self.lock.take()
        lead = None
        try:
            before, beat = self.ledger.lead(), self.ledger.scheduler()
            sign = (before and before.number, before and before.beat, beat and beat.beat_at)
            silent = silence.look(sign, at=time.monotonic()) >= self.silence
            if (locked and (before is None or before.by == LOCK)) or (silent and before is not None):
                if silent and before is not None and not locked:
                    log.warning("%s has been silent for %.0f s; taking over from it", before.owner, silence.seconds)
                lead = self._take(before, LOCK if locked else SILENCE)
        finally:
            if lead is None:
                self.lock.release()
        return lead

    def _take(self, before: LeadRow | None, by: str) -> LeadRow | None:
        try:
            return self.ledger.take_lead(before, self.owner, by=by, now=self.clock())
        except StorageError:
            if before is not None and self.ledger.engine.dialect.name == "sqlite":
                _end_frozen_writer(before.owner, Path(str(self.ledger.engine.url.database)))
            raise

    def tick(self) -> None:
        """One look at the ledger. A ledger that does not answer ends this scheduler's turn."""
        if not self.leading or self._stop.is_set() or not self._one.acquire(blocking=False):
            return
        try:
            if not self.lock.held():
                if self._by == LOCK:
                    raise StorageError("the scheduler's lock was lost: the database was restarted")
                if self.lock.take():
                    self.book.has_lock()
                    self._by = LOCK
                    log.info("the scheduler that was silent has given its lock back")
            self.book.still_leads()
            self.dispatcher.tick(self.clock())
        except StorageError as error:
            log.warning("%s", error)
            self._lost.set()
        finally:
            self._one.release()

    def send(self) -> None:
        """Sends the letters that wait."""
        if not self.leading or not self._posting.acquire(blocking=False):
            return
        try:
            post(self.ws, self.book, now=self.clock)
        except StorageError as error:
            log.warning("%s", error)
            self._lost.set()
        finally:
            self._posting.release()

    def _lead(self, lead: LeadRow) -> None:
        self._lost.clear()
        waker = None
        self._by, self.book = lead.by, self.ledger.fenced(lead)
        s = self.ws.settings
        self.dispatcher = Dispatcher(
            self.book, self.jobs, self.hands, owner=self.owner, observatory=s.workspace.name,
            at_once=s.schedule.at_once, stop_after=self.stop_after, site=s.mail.site,
        )  # fmt: skip
        try:
            now = self.clock()
            self.book.unsure_mails(now=now)
            self.dispatcher.take_over(now)
            self.leading = True
            _awake[self.owner] = self
            waker = self._waker()
            log.info("scheduling %d jobs as %s, number %d", len(self.jobs), self.owner, lead.number)
            while not self._stop.is_set() and not self._lost.is_set():
                self._stop.wait(0.2)
            if self._stop.is_set():
                self._wind_down()
        except StorageError as error:
            log.warning("%s", error)
            self._stop.wait(self.try_seconds)
        finally:
            self.leading = False
            _awake.pop(self.owner, None)
            if waker is not None and waker.running:
                waker.shutdown(wait=True)
            self.lock.release()

    def _waker(self) -> BackgroundScheduler:
        """APScheduler with everything said that its defaults would get wrong."""
        waker = BackgroundScheduler(
            timezone=dt.UTC,
            jobstores={
                "default": SQLAlchemyJobStore(engine=self.ledger.engine, tablename=STORE),
                "here": MemoryJobStore(),
            },
            # A late wake-up still wakes; several are one; none beside itself.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        waker.start(paused=True)
        for job in self.jobs:
            waker.add_job(
                wake, DueTrigger(job.when), args=[self.owner], id=job.name, name=job.name, replace_existing=True
            )
        names = {job.name for job in self.jobs}
        for stored in waker.get_jobs("default"):
            if stored.id not in names:
                waker.remove_job(stored.id, "default")
        for name, function in (("tick", self.tick), ("send", self.send)):
            waker.add_job(
                function, "interval", seconds=self.tick_seconds, id=name, jobstore="here", next_run_time=dt.datetime.now(dt.UTC)
            )  # fmt: skip
        waker.resume()
        return waker

    def _wind_down(self) -> None:
        """Lets running jobs reach a safe point, and writes down where they stand."""
        with self._one:
            running = self.dispatcher.stop_all(self.clock())
            if running:
                log.warning("stopping; waiting for %s", ", ".join(run.job for run in running))
            until = time.monotonic() + self.ws.settings.schedule.stop_seconds
            while self.ledger.running() and time.monotonic() < until:
                time.sleep(0.2)
                self.dispatcher.tick(self.clock(), starting=False)
            self.book.still_leads()
            for run in self.ledger.running():
                self.hands.kill(run)
            self.hands.wait(5)
            self.dispatcher.tick(self.clock(), starting=False)


def _end_frozen_writer(owner: str, file: Path) -> None:
    """Ends a scheduler of this machine that was stopped while it wrote to an SQLite ledger, which then nobody else can.

    Only one that is stopped (state T), and that has this ledger open; all it had begun to write is undone.
    """
    host, _, rest = owner.partition(" ")
    pid = rest.partition(" ")[0]
    if host != socket.gethostname() or not pid.isdecimal():
        return
    process = Path("/proc") / pid
    try:
        stopped = (process / "stat").read_text("utf-8").rpartition(")")[2].split()[0] in ("T", "t")
        if stopped and any(fd.resolve() == file.resolve() for fd in (process / "fd").iterdir()):
            log.warning("process %s was stopped while it wrote to %s, and keeps it locked: ending it", pid, file)
            os.kill(int(pid), signal.SIGKILL)
    except OSError as error:
        log.warning("process %s may keep %s locked: %s", pid, file, error)


# --- heartbeat and metrics -------------------------------------------------------------------


def metrics_text(ledger: Ledger, jobs: Sequence[str], now: dt.datetime) -> str:
    """The state of scheduler, jobs and mail in Prometheus' text format."""
    counts, rows = ledger.counts(), [row for row in ledger.jobs() if not row.gone]
    done, scheduler, lead = ledger.last_done(), ledger.scheduler(), ledger.lead()
    runs, mails = counts["runs"], counts["mails"]
    families: list[tuple[str, str, str, list[tuple[Mapping[str, str], float]]]] = [
        ("observatory_scheduler_beat_seconds", "gauge", "Time of the scheduler's last sign of life.",
         [({}, scheduler.beat_at.timestamp())] if scheduler else []),
        ("observatory_scheduler_lag_seconds", "gauge", "How late the last run was started.",
         [({}, scheduler.lag_seconds)] if scheduler else []),
        ("observatory_scheduler_lead_number", "gauge", "Grows by one whenever a scheduler takes over.",
         [({}, lead.number)] if lead else []),
        ("observatory_scheduler_without_lock", "gauge", "1 while the one before is silent and keeps the lock.",
         [({}, int(lead.by == SILENCE))] if lead else []),
        ("observatory_job_runs_total", "counter", "Runs by how they ended.",
         [({"job": key[0], "state": key[1]}, n) for key, n in sorted(runs.items()) if key[1] not in ("owed", "running")]),
        ("observatory_job_open_runs", "gauge", "Runs owed or under way.",
         [({"job": row.name, "state": state}, runs.get((row.name, state), 0)) for row in rows for state in ("owed", "running")]),
        ("observatory_job_failures", "gauge", "Failures in a row.", [({"job": row.name}, row.failures) for row in rows]),
        ("observatory_job_paused", "gauge", "1 while the job is paused.",
         [({"job": row.name}, int(bool(row.paused_by))) for row in rows]),
        ("observatory_job_last_done_seconds", "gauge", "Time at which the job was last done.",
         [({"job": name}, at.timestamp()) for name, at in sorted(done.items())]),
        ("observatory_job_next_due_seconds", "gauge", "Time at which the job is next due.",
         [({"job": row.name}, row.next_due.timestamp()) for row in rows if row.next_due]),
        ("observatory_mail_letters", "gauge", "Letters by state.",
         [({"state": key[0]}, n) for key, n in sorted(mails.items())]),
    ]  # fmt: skip
    lines = []
    for name, kind, text, samples in families:
        lines += [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
        for labels, value in samples:
            inside = ",".join(f'{key}="{_escaped(said)}"' for key, said in labels.items())
            lines.append(f"{name}{{{inside}}} {value:.17g}" if inside else f"{name} {value:.17g}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Vitals:
    """A small server on which /alive says whether a scheduler works, and /metrics how everything fares."""

    def __init__(self, ledger: Ledger, jobs: Sequence[str], *, clock: Clock, host: str, port: int) -> None:
        outer = self
        self.ledger, self.jobs, self.clock = ledger, jobs, clock

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                code, text = outer.answer(self.path)
                body = text.encode()
                self.send_response(code)
                self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                with contextlib.suppress(ConnectionError):  # whoever asked has gone
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                log.debug(format, *args)

        try:
            self.server = ThreadingHTTPServer((host, port), Answer)
        except OSError as error:
            raise StorageError(
                f"schedule.metrics_port = {port}: {host}:{port} cannot be listened on ({error.strerror}); name another port, or 0 for none"
            ) from error
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, name="vitals", daemon=True).start()

    def answer(self, path: str) -> tuple[int, str]:
        """Status and text for a path."""
        try:
            if path == "/metrics":
                return 200, metrics_text(self.ledger, self.jobs, self.clock())
            if path == "/alive":
                row = self.ledger.scheduler()
                if row is not None and self.clock() - row.beat_at < DEAD_AFTER:
                    return 200, f"alive; {row.owner} since {row.since:%Y-%m-%d %H:%M} UTC\n"
                return 503, f"no sign of life since {row.beat_at if row else 'ever'}\n"
        except StorageError as error:
            return 503, f"{error}\n"
        return 404, "here are /alive and /metrics\n"

    def close(self) -> None:
        """Stops answering."""
        self.server.shutdown()
        self.server.server_close()
