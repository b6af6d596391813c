"""A scheduler that is frozen keeps its lock, is taken over from all the same, and writes nothing when it wakes."""

from __future__ import annotations

import datetime as dt
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from benchmarks.postgres import Postgres
from sqlalchemy import event, select, text

from observatory.config import Workspace, init_workspace, open_workspace
from observatory.errors import StorageError, Superseded
from observatory.jobs import Dispatcher
from observatory.ledger import DONE, LOCK, SILENCE, Ledger, Letter, open_ledger
from observatory.ledger.book import tables
from observatory.ledger.tables import LEAD, engine_of
from observatory.schedule import Scheduler, metrics_text

SCRIPT = Path(__file__).with_name("frozen_jobs.py")
SILENT = 4.0
NOW = dt.datetime(2025, 3, 28, 9, tzinfo=dt.UTC)


def wait(until: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (found := until()):
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)
    return found


class Stage:
    """A workspace, its ledger, and schedulers that are stopped and woken by signals."""

    def __init__(self, folder: Path, database: str) -> None:
        init_workspace(folder)
        with (folder / "observatory.toml").open("a") as file:
            file.write(f'\n[schedule]\nmetrics_port = 0\ndatabase = "{database}"\n')
        for name, seconds in (("long", 7), ("short", 0)):
            (folder / "jobs" / f"{name}.toml").write_text(
                f'name = "{name}"\nkind = "note"\n[when]\nevery = "1w"\n[settings]\nseconds = {seconds}\n', "utf-8"
            )
        self.ws = open_workspace(folder)
        self.ledger = open_ledger(self.ws)
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        with self.log(len(self.started)).open("wb") as out:
            words = [sys.executable, str(SCRIPT), "schedule", str(self.ws.root), str(SILENT)]
            self.started.append(subprocess.Popen(words, stdout=out, stderr=out))
        return self.started[-1]

    def log(self, number: int) -> Path:
        return self.ws.var_dir / f"log{number}"

    def said(self, number: int, words: str) -> bool:
        return words in self.log(number).read_text("utf-8")

    def leads(self, process: subprocess.Popen[bytes]) -> bool:
        lead = self.ledger.lead()
        return lead is not None and f" {process.pid} " in lead.owner

    def freeze(self, process: subprocess.Popen[bytes]) -> None:
        """Stops it between two writes; the other case has tests of its own."""
        while True:
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.05)
            if not self._writing():
                return
            process.send_signal(signal.SIGCONT)
            time.sleep(0.05)

    def _writing(self) -> bool:
        if self.ledger.engine.dialect.name == "sqlite":
            connection = sqlite3.connect(self.ws.var_dir / "ledger.sqlite3", timeout=0)
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            finally:
                connection.close()
            return False
        with self.ledger.engine.connect() as c:
            busy = "SELECT count(*) FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            return bool(c.execute(text(busy)).scalar())

    def rows(self) -> dict[str, list[Any]]:
        with self.ledger.engine.connect() as c:
            return {table.name: [tuple(row) for row in c.execute(select(table))] for table in tables()}

    def ask(self, job: str) -> None:
        self.ledger.request("run", job, by="Anna", now=dt.datetime.now(dt.UTC))

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.ledger.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    server = Postgres("frozen")
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    address = request.getfixturevalue("server").address if request.param == "postgresql" else ""
    stage = Stage(tmp_path / "w", address)
    yield stage
    stage.close()


@pytest.mark.slow
def test_a_frozen_scheduler_is_taken_over_from_and_shut_out(stage: Stage) -> None:
    one = stage.start()
    wait(lambda: stage.leads(one))
    two = stage.start()
    wait(lambda: stage.said(1, "waiting to take over"))
    stage.ask("long")
    wait(lambda: any(run.pid for run in stage.ledger.running()))

    stage.freeze(one)
    began = time.monotonic()
    wait(lambda: stage.leads(two))
    assert SILENT - 1 < time.monotonic() - began < SILENT + 10
    lead = stage.ledger.lead()
    assert lead is not None
    assert (lead.number, lead.by) == (2, SILENCE)
    assert f" {one.pid} " in lead.before
    stage.ask("short")
    wait(lambda: stage.ledger.runs("short", state=DONE))
    wait(lambda: stage.ledger.runs("long", state=DONE))  # started by the first, seen to its end by the second

    # Both asleep, and work to do: the first wakes, still holding the lock, and must not touch it.
    stage.freeze(two)
    stage.ask("short")
    before = stage.rows()
    one.send_signal(signal.SIGCONT)
    wait(lambda: stage.said(0, "number 1 leads no more"))
    assert stage.rows() == before

    # It waits as any other does: now the second one is silent.
    wait(lambda: stage.leads(one))
    lead = stage.ledger.lead()
    assert lead is not None
    assert (lead.number, lead.by) == (3, LOCK)  # the second had no lock to keep
    wait(lambda: len(stage.ledger.runs("short", state=DONE)) == 2)
    two.send_signal(signal.SIGCONT)
    wait(lambda: stage.said(1, "number 2 leads no more"))
    assert stage.leads(one)

    assert sorted((stage.ws.var_dir / "ran.txt").read_text("utf-8").split()) == ["long", "short", "short"]
    assert {(run.state, run.attempt) for run in stage.ledger.runs()} == {(DONE, 1)}
    one.kill()  # the plain case: the lock is free at once, and nobody waits for silence
    began = time.monotonic()
    wait(lambda: stage.leads(two))
    assert time.monotonic() - began < SILENT - 1
    two.send_signal(signal.SIGTERM)
    assert two.wait(30) == 0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(engine_of(f"sqlite:///{tmp_path / 'ledger.sqlite3'}"))
    yield ledger
    ledger.close()


def test_every_write_of_a_leader_is_compared_with_its_number(ledger: Ledger) -> None:
    first = ledger.take_lead(None, "one", by=LOCK, now=NOW)
    assert first is not None
    one = ledger.fenced(first)
    one.know("a", kind="k", described="", now=NOW, next_due=None)
    one.request("run", "a", by="A", now=NOW)
    one.owe(one.requests(open_only=True)[0], now=NOW)
    run = one.begin(one.owed()[0], now=NOW)
    assert run is not None
    one.beat("one", now=NOW)
    assert ledger.lead().beat == 1  # type: ignore[union-attr]
    second = ledger.take_lead(first, "two", by=SILENCE, now=NOW)
    assert second is not None
    assert ledger.take_lead(first, "three", by=SILENCE, now=NOW) is None  # only one takes over
    request = ledger.requests()[0]
    row, letter = ledger.job("a"), Letter(issue="i", recipients=("a@example.org",), subject="s", body="b")
    assert row is not None
    ledger.queue(letter, now=NOW)
    mail = ledger.mails()[0]
    for write in (
        lambda: one.know("b", kind="k", described="", now=NOW, next_due=None),
        lambda: one.forget_missing([], now=NOW),
        lambda: one.settle(row, [], until=NOW + dt.timedelta(days=1), next_due=None),
        lambda: one.ask_to_stop(run.run, by="A", now=NOW),
        lambda: one.end(run, DONE, now=NOW),
        lambda: one.owe_again(run, not_before=NOW, reason="r", now=NOW),
        lambda: one.owe(request, now=NOW),
        lambda: one.pause(request, now=NOW),
        lambda: one.send_begins(mail),
        lambda: one.unsure_mails(now=NOW),
        lambda: one.beat("one", now=NOW),
        one.has_lock,
        one.still_leads,
    ):
        with pytest.raises(Superseded, match="number 1 leads no more: two, number 2"):
            write()
    assert ledger.job("a") == row
    assert ledger.running() == [run]
    assert ledger.lead() == second
    assert ledger.scheduler().owner == "one"  # type: ignore[union-attr]
    assert ledger.mails() == [mail]
    # The run's own process speaks for the run, whoever leads.
    assert ledger.end(run, DONE, now=NOW)


def test_who_leads_without_the_lock_is_shown(ledger: Ledger) -> None:
    assert "observatory_scheduler_lead_number 1" not in metrics_text(ledger, [], NOW)
    first = ledger.take_lead(None, "one", by=LOCK, now=NOW)
    second = ledger.take_lead(first, "two", by=SILENCE, now=NOW)
    assert second is not None
    assert "observatory_scheduler_lead_number 2\n" in metrics_text(ledger, [], NOW)
    assert "observatory_scheduler_without_lock 1\n" in metrics_text(ledger, [], NOW)
    ledger.fenced(second).has_lock()
    assert "observatory_scheduler_without_lock 0\n" in metrics_text(ledger, [], NOW)


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Callable[[], Scheduler]]:
    """Schedulers in this process, without jobs, that take a second of silence for death."""
    init_workspace(tmp_path / "w")
    ws: Workspace = open_workspace(tmp_path / "w")
    ledgers = []

    def make() -> Scheduler:
        ledgers.append(open_ledger(ws))

        @event.listens_for(ledgers[-1].engine, "connect")
        def hasty(connection: Any, record: Any) -> None:
            connection.execute("PRAGMA busy_timeout=200")

        ledgers[-1].engine.dispose()
        return Scheduler(
            ws, [], clock=lambda: NOW, command=[], ledger=ledgers[-1], try_seconds=0.1, tick_seconds=0.1, silence=1.0
        )

    yield make
    for ledger in ledgers:
        ledger.close()


def test_a_free_lock_is_no_invitation_while_a_leader_without_one_beats(quick: Callable[[], Scheduler]) -> None:
    from observatory.schedule import Silence

    scheduler, silence = quick(), Silence(step=0.2)
    lead = scheduler.ledger.take_lead(None, "one", by=SILENCE, now=NOW)
    assert lead is not None
    for _ in range(12):
        assert scheduler._turn(silence) is None
        assert scheduler.lock.free()
        scheduler.ledger.fenced(lead).beat("one", now=NOW)
        time.sleep(0.1)
    taken = wait(lambda: scheduler._turn(silence) or time.sleep(0.1))
    assert (taken.number, taken.by) == (2, LOCK)
    scheduler.lock.release()


def test_one_that_is_stopped_after_it_was_taken_over_from_leaves_the_runs_alone(quick: Callable[[], Scheduler]) -> None:
    """SIGTERM reached it while it was frozen: the runs under way are another one's to stop."""
    scheduler, touched = quick(), []
    book = scheduler.ledger
    book.know("a", kind="k", described="", now=NOW, next_due=None)
    book.request("run", "a", by="A", now=NOW)
    book.owe(book.requests(open_only=True)[0], now=NOW)
    run = book.begin(book.owed()[0], now=NOW)
    lead = book.take_lead(None, "one", by=LOCK, now=NOW)
    assert lead is not None
    hands: Any = SimpleNamespace(
        stop=touched.append, kill=touched.append, gone=lambda run, now: "", wait=lambda seconds: True
    )
    scheduler.book, scheduler.hands = book.fenced(lead), hands
    scheduler.dispatcher = Dispatcher(scheduler.book, [], hands, owner="one")
    book.take_lead(lead, "two", by=SILENCE, now=NOW)
    with pytest.raises(Superseded):
        scheduler._wind_down()
    assert touched == []
    assert book.running() == [run]


@pytest.mark.slow
def test_one_frozen_in_the_middle_of_a_write_is_ended_with_sqlite(quick: Callable[[], Scheduler]) -> None:
    """It keeps the whole ledger from being written, and nothing but its end helps."""
    from observatory.schedule import Silence

    scheduler = quick()
    folder = scheduler.ws.var_dir
    writer = (
        "import os, signal, socket, sqlite3, sys\n"
        "from pathlib import Path\n"
        "from sqlalchemy import text\n"
        "from observatory.ledger import Ledger, Lock, LOCK\n"
        "from observatory.ledger.tables import engine_of\n"
        "import datetime as dt\n"
        f"ledger = Ledger(engine_of('sqlite:///{folder / 'ledger.sqlite3'}'))\n"
        f"lock = Lock(Path('{folder / 'locks'}'), 'scheduler', ledger.engine)\n"
        "assert lock.take()\n"
        "ledger.take_lead(None, f'{socket.gethostname()} {os.getpid()} x', by=LOCK, now=dt.datetime.now(dt.UTC))\n"
        "with ledger.engine.begin() as c:\n"
        "    c.execute(text('UPDATE ledger_lead SET beat = 77'))\n"
        "    os.kill(os.getpid(), signal.SIGSTOP)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", writer])
    try:
        wait(
            lambda: (Path("/proc") / str(process.pid) / "stat").read_text("utf-8").rpartition(")")[2].split()[0] == "T"
        )
        silence = Silence(step=0.2)
        refused: list[str] = []

        def turn() -> Any:
            try:
                return scheduler._turn(silence)
            except StorageError as error:
                refused.append(str(error))
            return time.sleep(0.1)

        lead = wait(turn, 10)
        assert "locked" in refused[0]
        assert process.wait(5) == -signal.SIGKILL
        assert (lead.number, lead.beat) == (2, 0)
        assert scheduler.ledger.lead() == lead
        scheduler.lock.release()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_one_frozen_in_the_middle_of_a_write_is_cut_off_with_postgresql(server: Postgres) -> None:
    frozen = engine_of(server.address.replace("postgresql://", "postgresql+psycopg://"))
    with frozen.connect() as c:
        assert c.execute(text("SHOW idle_in_transaction_session_timeout")).scalar() == "10s"
    frozen.dispose()
    short = f"{server.address}&options=-c%20idle_in_transaction_session_timeout%3D1000"
    engine = engine_of(short.replace("postgresql://", "postgresql+psycopg://"))
    book = Ledger(engine_of(server.address.replace("postgresql://", "postgresql+psycopg://")))
    with book.engine.begin() as c:
        c.execute(LEAD.delete())
    lead = book.take_lead(None, "one", by=LOCK, now=NOW)
    assert lead is not None
    asleep = Ledger(engine).fenced(lead)
    with pytest.raises(StorageError, match="idle-in-transaction"), asleep._change() as c:  # noqa: PT012
        began = time.monotonic()
        after = book.take_lead(lead, "two", by=SILENCE, now=NOW)  # waits until the sleeper has lost the row
        assert after is not None
        assert 0.5 < time.monotonic() - began < 8
        c.execute(LEAD.update().values(beat=99))
    assert book.lead() == after
    engine.dispose()
    book.close()
