"""A compressed week with real processes, killed at random moments: what must hold afterwards.

`python -m benchmarks kill-week` runs a week with a hundred `kill -9`: of schedulers, jobs, both, the whole
PostgreSQL server or one of its processes. A test runs a few in SQLite.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from benchmarks.page import Bench, machine
from benchmarks.postgres import Postgres
from observatory.config import FILE, Workspace, init_workspace, open_workspace
from observatory.corpus import Corpus
from observatory.errors import StorageError
from observatory.jobs.when import cron
from observatory.ledger import DONE, ENDED, SENDING, SENT, UNSURE, WAITING, Ledger, open_ledger

START = dt.datetime(2025, 3, 27, tzinfo=dt.UTC)  # the clocks of Rome change in this week
SCRIPT = Path(__file__).with_name("kill_week_jobs.py")
LINES = {
    "gather": ("0 */8 * * *", "Europe/Rome"),
    "bulletin": ("30 9 * * *", "Asia/Shanghai"),
    "sulk": ("15 */12 * * *", "America/New_York"),
}


class Box:
    """What an SMTP server took: (recipient, subject)."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        subject = str(message_from_bytes(envelope.content)["Subject"])
        self.taken += [(to, subject) for to in envelope.rcpt_tos]
        return "250 OK"


@dataclass
class Week:
    """The world of a compressed week: a workspace, a mail server, two schedulers that are started again when they die."""

    folder: Path
    days: float
    seconds: float
    seed: int
    postgres: Postgres | None = None
    kills: Counter[str] = field(default_factory=Counter)
    frozen: list[tuple[float, subprocess.Popen[bytes]]] = field(default_factory=list)  # and when each is woken
    led: int = 0  # the number of the last leader

    def __post_init__(self) -> None:
        self.pace = self.days * 86_400 / self.seconds
        self.rng = random.Random(self.seed)
        self.box = Box()
        self.ws = self._workspace()
        self.real0 = 0.0
        self.schedulers: list[subprocess.Popen[bytes]] = []

    def _workspace(self) -> Workspace:
        init_workspace(self.folder)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.server = Controller(self.box, hostname="127.0.0.1", port=port)
        self.server.start()
        with (self.folder / FILE).open("a", encoding="utf-8") as file:
            file.write(
                f'\n[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "o@example.org"\n'
                f'\n[schedule]\nat_once = 3\nmetrics_port = 0\ndatabase = "{self.postgres.address if self.postgres else ""}"\n'
            )
        for name, (line, zone) in LINES.items():
            (self.folder / "jobs" / f"{name}.toml").write_text(
                f'name = "{name}"\nkind = "{name}"\n[when]\ncron = "{line}"\ntime_zone = "{zone}"\n[on_failure]\nretries = 20\n'
                f'first_retry = "5m"\nlongest_retry = "30m"\n[limits]\nrun = "5d"\ngrace = "60d"\ncatch_up = "all"\n',
                "utf-8",
            )
        return open_workspace(self.folder)

    def now(self) -> dt.datetime:
        return START + dt.timedelta(seconds=(time.time() - self.real0) * self.pace)

    def _start(self) -> None:
        words = [
            sys.executable,
            str(SCRIPT),
            "schedule",
            str(self.folder),
            START.isoformat(),
            str(self.pace),
            str(self.real0),
        ]
        out = (self.folder / "var" / "scheduler.log").open("ab")
        self.schedulers.append(subprocess.Popen(words, stdout=out, stderr=out, start_new_session=True))
        out.close()

    def run(self, kills: int, freezes: int = 0) -> None:
        """Lets the week pass, killing and freezing so often at random moments; then lets what is owed be done."""
        self.real0 = time.time()
        moments = [(self.rng.uniform(2, self.seconds), self._kill) for _ in range(kills)]
        moments += [(self.rng.uniform(2, self.seconds), self._freeze) for _ in range(freezes)]
        moments.sort(key=lambda moment: moment[0])
        ledger = self.ledger = open_ledger(self.ws)
        self._start()
        self._start()
        try:
            for moment, harm in moments:
                self._wait_until(self.real0 + moment)
                harm()
            self._wait_until(self.real0 + self.seconds)
            self.until = self.now()
            self._drain(ledger)
            lead = ledger.lead()
            self.led = lead.number if lead else 0
        finally:
            for process in self.schedulers:
                if process.poll() is None:
                    process.send_signal(signal.SIGCONT)
                    process.terminate()
            for process in self.schedulers:
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            self.server.stop()
            ledger.close()

    def _wait_until(self, moment: float) -> None:
        """Waits, and starts again what has ended by itself, as systemd does."""
        while (left := moment - time.time()) > 0:
            time.sleep(min(left, 0.5))
            for moment, process in [one for one in self.frozen if one[0] < time.time()]:
                self.frozen.remove((moment, process))
                process.send_signal(signal.SIGCONT)
            alive = sum(process.poll() is None for process in self.schedulers)
            for _ in range(2 - alive):
                self._start()

    def _freeze(self) -> None:
        """Stops the scheduler that leads for some seconds, so that it is taken over from, or nearly."""
        alive = [process for process in self.schedulers if process.poll() is None]
        leads = ""
        with contextlib.suppress(StorageError):
            lead = self.ledger.lead()
            leads = lead.owner if lead else ""
        if alive:
            process = next((one for one in alive if f" {one.pid} " in leads), alive[0])
            process.send_signal(signal.SIGSTOP)
            self.frozen.append((time.time() + self.rng.uniform(1, 10), process))
            self.kills["frozen"] += 1

    def _kill(self) -> None:
        kinds = ["scheduler", "job", "both", *(["database", "database process"] if self.postgres else [])]
        what = self.rng.choice(kinds)
        self.kills[what] += 1
        if self.postgres and what == "database":
            self.postgres.kill()
            time.sleep(self.rng.uniform(0, 2))
            self._start_postgres(self.postgres)
        if self.postgres and what == "database process":
            self.postgres.kill_one(self.rng)
        if what in ("scheduler", "both"):
            for process in self.schedulers:
                if process.poll() is None:
                    process.kill()
                    process.wait()
            self._start()
            self._start()
        if what in ("job", "both"):
            for pid in self._jobs():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    @staticmethod
    def _start_postgres(server: Postgres) -> None:
        """Starts it again; for a moment the killed one's memory may still be there."""
        for _ in range(20):
            try:
                server.start()
            except RuntimeError:
                time.sleep(0.5)
            else:
                return
        raise RuntimeError(f"PostgreSQL does not start again; see {server.folder / 'log'}")

    def _jobs(self) -> list[int]:
        """Processes of jobs of this workspace, and of no other."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with contextlib.suppress(OSError):
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    if str(self.folder).encode() in words and b"work" in words:
                        found.append(int(entry.name))
        return found

    def _drain(self, ledger: Ledger, patience: float = 240) -> None:
        until = time.monotonic() + patience
        while time.monotonic() < until:
            self._wait_until(time.time() + 0.5)
            with contextlib.suppress(StorageError):  # the database may still be recovering
                if self._settled(ledger):
                    return

    def _settled(self, ledger: Ledger) -> bool:
        """Whether all runs due in the week have ended, and all letters."""
        rows = [r for r in ledger.runs(limit=10_000) if r.due_at <= self.until]
        entered = all(
            job.settled_until > self.until or (job.next_due or self.until) > self.until for job in ledger.jobs()
        )
        ended = entered and all(r.state in ENDED for r in rows)
        return ended and not ledger.mails(state=WAITING) and not ledger.mails(state=SENDING)

    def check(self) -> dict[str, int]:
        """The laws; returns counts of what happened."""
        ledger = open_ledger(self.ws)
        all_rows = ledger.runs(limit=10_000)
        rows = [r for r in all_rows if r.due_at <= self.until]
        keys = Counter(r.key for r in rows)
        assert max(keys.values()) == 1
        for name, (line, zone) in LINES.items():
            own = sorted(r.due_at for r in rows if r.job == name)
            # A job is owed from when it was first known, which is before its first entry.
            assert own == cron(line, zone).between(own[0] - dt.timedelta(minutes=1), self.until), name
        for r in rows:
            assert r.state in ENDED, (r, ledger.job(r.job))
            assert r.state == DONE or r.reason, r
        done = {r.key for r in rows if r.state == DONE}
        corpus = Corpus(self.ws.corpus_dir)
        postings = corpus.read("postings", columns=["posting_id", "source_id"]).to_pylist()
        ids = [row["source_id"] for row in postings]
        assert len(ids) == len(set(ids)), "a posting was stored twice"
        grouped = [row["posting_id"] for row in corpus.read("vacancies", columns=["posting_id"]).to_pylist()]
        assert sorted(grouped) == sorted(row["posting_id"] for row in postings), "postings and vacancies differ"
        for r in rows:
            if r.job == "gather" and r.state == DONE:
                assert sum(i.startswith(f"{r.due_at:%Y%m%dT%H%M}-") for i in ids) == 3, r
        taken = Counter(self.box.taken)
        assert not [key for key, n in taken.items() if n > 1], "somebody was mailed twice"
        mails = ledger.mails(limit=10_000)
        for mail in mails:
            there = (mail.recipient, mail.subject) in taken
            assert there or mail.state != SENT, mail
            assert not there or mail.state in (SENT, UNSURE), mail
        issues = {m.issue for m in mails if m.issue.startswith("bulletin/")}
        assert issues == {r.result for r in all_rows if r.job == "bulletin" and r.state == DONE}
        ledger.close()
        return {
            "runs": len(rows), "done": len(done), "missed": sum(r.state == "missed" for r in rows), "failed": sum(r.state == "failed" for r in rows),
            "attempts": sum(r.attempt for r in rows), "letters": len(mails), "unsure": sum(m.state == UNSURE for m in mails), **self.kills,
        }  # fmt: skip


DAYS, SECONDS, KILLS, FREEZES, SEED = 7.0, 400.0, 100, 30, 20_250_327


def measure(bench: Bench) -> str:
    """Kills a hundred times in a week on PostgreSQL; the section of docs/benchmarks.md. An error where a law broke."""
    server = Postgres("kills")
    try:
        week = Week(folder=bench.out / "week", days=DAYS, seconds=SECONDS, seed=SEED, postgres=server)
        week.run(kills=KILLS, freezes=FREEZES)
        n = week.check()
    finally:
        server.remove()
    silent = (week.folder / "var" / "scheduler.log").read_text("utf-8").count("has been silent")
    killed = ", ".join(f"{what} {week.kills[what]}" for what in sorted(week.kills) if what != "frozen")
    return (
        "## Killed at a hundred moments\n\n"
        f"A week ({START:%d %B %Y} on, {DAYS:.0f} days, the clocks of Rome change in it) in {SECONDS:.0f} s, with three jobs "
        "(one fills the corpus, one writes to two people, one fails every other time), two schedulers, real processes, "
        "PostgreSQL and an SMTP server on loopback. `kill -9` at "
        f"{KILLS} moments drawn by lot (seed {SEED}), killed: {killed}. At {week.kills['frozen']} more a scheduler was frozen "
        f"(SIGSTOP) for 1 to 10 s, where 3 s count as silence; the lead changed hands {week.led} times, {silent} of them by "
        f"silence. {machine()}, {dt.datetime.now(dt.UTC):%-d %B %Y}.\n\n"
        "Held afterwards: each due time has its one run, ended, and with its reason where it was not done; the postings of "
        "every run that the ledger calls done are in the corpus, none twice, each in its vacancy; nobody was mailed twice; a "
        "letter called sent had arrived, and one that arrived is called sent or unsure.\n\n"
        f"{n['runs']} runs owed: {n['done']} done, {n['failed']} failed, {n['missed']} missed, in {n['attempts']} attempts. "
        f"{n['letters']} letters, of which {n['unsure']} are unsure: their sender or the database died while they were handed over.\n\n"
        "No law broke. What an earlier, shorter week had shown and is mended: a scheduler, and a job's process, that started in "
        "the second in which the database was away ended with an error instead of waiting for it; a process whose claim the "
        "database had noted, but could not confirm, gave its run up."
    )
