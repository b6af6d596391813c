"""A real scheduler with real job processes: start, stop at a safe point, take-over, limits, metrics."""

from __future__ import annotations

import datetime as dt
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from observatory.config import Workspace, init_workspace, open_workspace
from observatory.errors import StorageError
from observatory.ledger import DONE, OWED, RUNNING, Ledger, Lock, RunRow, open_ledger
from observatory.schedule import Vitals, metrics_text

JOB = """
name = "{name}"
kind = "retention"
tell = ["ops@example.org"]
[when]
every = "{every}"
"""


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    init_workspace(tmp_path / "w")
    with (tmp_path / "w" / "observatory.toml").open("a") as file:
        file.write("\n[schedule]\nmetrics_port = 0\n")
    (tmp_path / "w" / "jobs" / "tidy.toml").write_text(JOB.format(name="tidy", every="1w"), "utf-8")
    return open_workspace(tmp_path / "w")


@pytest.fixture
def ledger(ws: Workspace) -> Iterator[Ledger]:
    ledger = open_ledger(ws)
    yield ledger
    ledger.close()


@pytest.fixture
def start(ws: Workspace) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def go() -> subprocess.Popen[bytes]:
        log = (ws.var_dir / f"log{len(started)}").open("wb")
        words = [sys.executable, "-m", "observatory", "--workspace", str(ws.root), "schedule"]
        started.append(subprocess.Popen(words, stdout=log, stderr=log))
        log.close()
        return started[-1]

    yield go
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait(until: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_request_is_run_a_second_scheduler_takes_over_and_sigterm_ends_it(
    ws: Workspace, ledger: Ledger, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    first = start()
    wait(lambda: ledger.scheduler())
    second = start()
    ledger.request("run", "tidy", by="Anna", now=dt.datetime.now(dt.UTC))
    wait(lambda: ledger.runs("tidy", state=DONE))
    assert "logs in the ledger" in ledger.runs("tidy")[0].result
    assert ledger.requests()[0].answer == "entered"
    owner = ledger.scheduler().owner  # type: ignore[union-attr]
    assert f" {first.pid} " in owner
    first.kill()
    began = time.monotonic()
    wait(lambda: f" {second.pid} " in ledger.scheduler().owner)  # type: ignore[union-attr]
    assert time.monotonic() - began < 60
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0


@pytest.mark.slow
def test_a_second_scheduler_waits_though_the_first_has_the_port_of_the_metrics(
    ws: Workspace, ledger: Ledger, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = ws.root / "observatory.toml"
    file.write_text(file.read_text("utf-8").replace("metrics_port = 0", f"metrics_port = {port}"), "utf-8")
    start()
    wait(lambda: ledger.scheduler())
    second = start()
    wait(lambda: b"waiting to take over" in (ws.var_dir / "log1").read_bytes())
    assert second.poll() is None


def test_one_lock_one_holder(tmp_path: Path, ledger: Ledger) -> None:
    one, two = Lock(tmp_path, "x", ledger.engine), Lock(tmp_path, "x", ledger.engine)
    assert one.take()
    assert one.take()
    assert not two.take()
    assert not two.free()
    assert one.held()
    assert not two.held()
    one.release()
    assert two.free()
    assert two.take()
    two.release()


def test_metrics_are_what_prometheus_reads(ws: Workspace, ledger: Ledger) -> None:
    now = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    ledger.know('ti"dy\\', kind="retention", described="d", now=now, next_due=now)
    ledger.beat("me", now=now, lag=1.5)
    families = {f.name: f for f in text_string_to_metric_families(metrics_text(ledger, [], now))}
    beat = families["observatory_scheduler_beat_seconds"].samples[0]
    assert beat.value == now.timestamp()
    failures = families["observatory_job_failures"].samples[0]
    assert failures.labels == {"job": 'ti"dy\\'}
    assert families["observatory_scheduler_lag_seconds"].samples[0].value == 1.5


def test_alive_says_no_when_the_scheduler_is_silent(ws: Workspace, ledger: Ledger) -> None:
    now = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    clock = [now]
    vitals = Vitals(ledger, [], clock=lambda: clock[0], host="127.0.0.1", port=0)
    try:
        assert vitals.answer("/alive")[0] == 503
        ledger.beat("me", now=now)
        with urllib.request.urlopen(f"http://127.0.0.1:{vitals.port}/alive", timeout=5) as answer:
            assert answer.status == 200
        with urllib.request.urlopen(f"http://127.0.0.1:{vitals.port}/metrics", timeout=5) as answer:
            assert b"observatory_scheduler_beat_seconds" in answer.read()
        clock[0] += dt.timedelta(minutes=3)
        assert vitals.answer("/alive")[0] == 503
        assert vitals.answer("/other")[0] == 404
        with pytest.raises(StorageError, match="cannot be listened on"):
            Vitals(ledger, [], clock=lambda: now, host="127.0.0.1", port=vitals.port)
    finally:
        vitals.close()


def test_a_process_that_may_not_run_leaves_the_run_owed(ws: Workspace, ledger: Ledger) -> None:
    from observatory.jobs import KINDS, Stopping, load_jobs, settings_of, work
    from observatory.jobs.work import job_lock

    job = load_jobs(ws.jobs_dir, settings_of())[0]
    now = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    ledger.know("tidy", kind="retention", described="", now=now, next_due=None)
    ledger.request("run", "tidy", by="A", now=now)
    ledger.owe(ledger.requests(open_only=True)[0], now=now)
    run = ledger.begin(ledger.owed()[0], now=now)
    assert run is not None
    other = job_lock(ws, ledger, "tidy")
    assert other.take()

    def go(attempt: int) -> str:
        return work(ws, job, run.run, attempt, kinds=KINDS, ledger=ledger, clock=lambda: now, stopping=Stopping())

    assert go(1) == ""
    assert [(r.state, r.attempt) for r in ledger.runs()] == [(OWED, 0)]
    other.release()
    begun = ledger.begin(ledger.owed()[0], now=now)
    assert begun is not None
    assert go(7) == ""  # an attempt nobody asked for
    assert ledger.runs()[0].state == RUNNING
    assert go(1) == DONE
    assert go(1) == ""
    assert ledger.runs()[0].state == DONE


def _begun(ledger: Ledger, now: dt.datetime) -> RunRow:
    ledger.know("tidy", kind="retention", described="", now=now, next_due=None)
    ledger.request("run", "tidy", by="A", now=now)
    ledger.owe(ledger.requests(open_only=True)[0], now=now)
    run = ledger.begin(ledger.owed()[0], now=now)
    assert run is not None
    return run


def test_a_late_second_process_leaves_a_claimed_run_alone(ws: Workspace, ledger: Ledger) -> None:
    from observatory.jobs import KINDS, Stopping, load_jobs, settings_of, work
    from observatory.jobs.work import job_lock

    job = load_jobs(ws.jobs_dir, settings_of())[0]
    now = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    run = _begun(ledger, now)
    first = job_lock(ws, ledger, "tidy")
    assert first.take()
    claimed = ledger.claim(run.run, 1, host="here", pid=4242, now=now)
    assert claimed is not None
    late = work(ws, job, run.run, 1, kinds=KINDS, ledger=ledger, clock=lambda: now, stopping=Stopping())
    assert late == ""
    assert ledger.run(run.run) == claimed
    assert ledger.end(claimed, DONE, now=now, result="by the first")
    first.release()


def test_a_process_that_came_second_does_not_speak_for_the_one_at_work(ws: Workspace, ledger: Ledger) -> None:
    """The scheduler's own child ends without a word, because another process of the same attempt has the run."""
    from observatory.jobs import Processes, load_jobs, settings_of
    from observatory.jobs.work import job_lock

    job = load_jobs(ws.jobs_dir, settings_of())[0]
    now = dt.datetime.now(dt.UTC)
    run = _begun(ledger, now)
    hands = Processes(ws, ledger, [sys.executable, "-c", ""])
    hands.start(run, job)
    assert hands.wait(30)
    first = job_lock(ws, ledger, "tidy")
    assert first.take()
    assert ledger.claim(run.run, 1, host=socket.gethostname(), pid=4242, now=now) is not None
    assert hands.gone(run, now) == ""
    assert hands.gone(ledger.running()[0], now) == ""
    first.release()
    assert "ended without a word" in hands.gone(ledger.running()[0], now)


def test_a_job_asked_to_stop_stops_at_its_next_note_of_progress(ws: Workspace, ledger: Ledger) -> None:
    from dataclasses import replace

    from observatory.jobs import Kind, Outcome, Stopping, Work, load_jobs, settings_of, work
    from observatory.jobs.kinds import RetentionSettings

    stopping, reached = Stopping(), []

    def long(job: Work) -> Outcome:
        for n in range(100):
            reached.append(n)
            if n == 3:
                stopping._ask(signal.SIGTERM, None)
            job.progress("step", n, 100)
        return Outcome(result="all")

    kinds = {"retention": Kind(what="", settings=RetentionSettings, run=long)}
    job = replace(load_jobs(ws.jobs_dir, settings_of())[0])
    now = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    ledger.know("tidy", kind="retention", described="", now=now, next_due=None)
    for by, state in (("Bo", "stopped"), ("", "owed")):
        reached.clear()
        stopping.asked = False
        ledger.request("run", "tidy", by="A", now=now)
        request = ledger.requests(open_only=True)[0]
        ledger.owe(request, now=now)
        owed = next(r for r in ledger.owed() if r.key.endswith(f"!{request.request}"))
        run = ledger.begin(owed, now=now)
        assert run is not None
        if by:
            ledger.ask_to_stop(run.run, by=by, now=now)
        assert work(ws, job, run.run, 1, kinds=kinds, ledger=ledger, clock=lambda: now, stopping=stopping) == state
        assert reached == [0, 1, 2, 3]
        ended = ledger.run(run.run)
        assert ended is not None
        assert ended.state == state
