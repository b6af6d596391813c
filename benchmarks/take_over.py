"""How long a workspace is without a scheduler when the one that works ends, is killed or frozen, or its machine vanishes.

Two real schedulers, each with a folder of its own as on two machines, share a PostgreSQL server: only the
advisory lock keeps them apart. For the machine that vanishes the first one runs in a network of its own
(`ip netns`, as root), whose cable is then pulled: the server hears nothing of it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.page import Bench, machine, table
from benchmarks.postgres import Postgres
from observatory.config import FILE, init_workspace, open_workspace
from observatory.ledger import Ledger, open_ledger

BOUND = 60.0  # seconds
TIMES = {"SIGTERM": 3, "kill -9": 6, "cable pulled": 3, "frozen": 3}
SIGNALS = {"SIGTERM": signal.SIGTERM, "kill -9": signal.SIGKILL, "frozen": signal.SIGSTOP}
HERE, THERE = "10.213.17.1", "10.213.17.2"
NETWORK = "obs-takeover"
JOB = 'name = "tidy"\nkind = "retention"\n[when]\nevery = "1w"\n'


def measure(bench: Bench) -> str:
    """Measures each way to end; the section of docs/benchmarks.md."""
    with _network() as cable, contextlib.ExitStack() as stack:
        server = Postgres("takeover", listen=HERE if cable else "")
        stack.callback(server.remove)
        far = f"postgresql://observatory@{HERE}/takeover" if cable else server.address
        folders = _machine(bench.out / "one", far), _machine(bench.out / "two", server.address)
        ledger = open_ledger(open_workspace(folders[1]))
        stack.callback(ledger.close)
        took = {
            how: [_once(how, folders, ledger, inside=cable) for _ in range(times)]
            for how, times in TIMES.items()
            if cable or how != "cable pulled"
        }
    rows = [
        [how, len(seconds), f"{statistics.median(seconds):.1f}", f"{max(seconds):.1f}"] for how, seconds in took.items()
    ]
    longest = max(max(seconds) for seconds in took.values())
    return "\n\n".join([
        "## A second scheduler takes over",
        f"{machine()}, {dt.datetime.now(dt.UTC):%-d %B %Y}. Two real schedulers in two folders, one PostgreSQL; seconds from the end or freezing of "
        f"the first to the first sign of life of the second. To reach: {BOUND:.0f} s, {'reached' if longest <= BOUND else '**not reached**'}.",
        table(["the first one", "times", "median s", "longest s"], rows),
        "The second tries the lock every 5 s. Where the machine vanishes, the server gives the lock back when the first one's "
        "connection has not answered for 25 s, which each connection to the ledger asks of it."
        + ("" if "cable pulled" in took else " The machine that vanishes was not measured: that needs root and `ip`.")
        + " A frozen one (SIGSTOP) keeps its connection and so its lock: there the second counts 45 s without a beat "
        "(`schedule.silence_seconds`), looking every 5 s. It was frozen just after the second began to wait; at another "
        "moment between two beats it would be 40 to 50 s, by reckoning.",
    ])  # fmt: skip


def _machine(folder: Path, database: str) -> Path:
    init_workspace(folder)
    with (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(f'\n[schedule]\nmetrics_port = 0\ndatabase = "{database}"\n')
    (folder / "jobs" / "tidy.toml").write_text(JOB, "utf-8")
    return folder


def _once(how: str, folders: Sequence[Path], ledger: Ledger, *, inside: bool) -> float:
    """Seconds until the second scheduler shows a sign of life after the first has ended in this way."""
    before = _owner(ledger)
    first = _start(folders[0], inside=inside)
    try:
        _until(lambda: _owner(ledger) != before)
        leader = _owner(ledger)
        second = _start(folders[1], inside=False)
        try:
            log = folders[1] / "var" / "scheduler.log"
            _until(lambda: b"waiting to take over" in log.read_bytes())
            began = time.monotonic()
            if how == "cable pulled":
                _ip("link", "set", "obs-cable0", "down")
            else:
                first.send_signal(SIGNALS[how])
            _until(lambda: _owner(ledger) != leader)
            return time.monotonic() - began
        finally:
            _end(second)
    finally:
        _end(first)
        if inside:
            _ip("link", "set", "obs-cable0", "up")


def _owner(ledger: Ledger) -> str:
    row = ledger.scheduler()
    return row.owner if row else ""


def _start(folder: Path, *, inside: bool) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "observatory", "--workspace", str(folder), "schedule"]
    log = folder / "var" / "scheduler.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as out:
        return subprocess.Popen(["ip", "netns", "exec", NETWORK, *words] if inside else words, stdout=out, stderr=out)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()


def _until(done: object, seconds: float = 180.0) -> None:
    assert callable(done)
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise RuntimeError("no scheduler took over in three minutes")
        time.sleep(0.1)


@contextlib.contextmanager
def _network() -> Iterator[bool]:
    """A network of its own with one cable to this one; says whether it could be made."""
    if os.geteuid() or not shutil.which("ip"):
        yield False
        return
    try:
        _ip("netns", "add", NETWORK)
        _ip("link", "add", "obs-cable0", "type", "veth", "peer", "name", "obs-cable1", "netns", NETWORK)
        _ip("addr", "add", f"{HERE}/24", "dev", "obs-cable0")
        _ip("link", "set", "obs-cable0", "up")
        _ip("-n", NETWORK, "addr", "add", f"{THERE}/24", "dev", "obs-cable1")
        _ip("-n", NETWORK, "link", "set", "obs-cable1", "up")
        made = True
    except subprocess.CalledProcessError:
        made = False
    try:
        yield made
    finally:
        subprocess.run(["ip", "netns", "delete", NETWORK], stderr=subprocess.DEVNULL, check=False)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
