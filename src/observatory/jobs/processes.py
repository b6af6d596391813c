"""Jobs as processes of this machine: start, look, stop, end."""

from __future__ import annotations

import datetime as dt
import logging
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from observatory.config import Workspace
from observatory.jobs.files import Job
from observatory.jobs.work import job_lock, tail_of
from observatory.ledger import Ledger, RunRow

log = logging.getLogger(__name__)

# A process that a scheduler before us started may not have taken its lock yet.
COMING = dt.timedelta(seconds=60)


class Processes:
    """The `Hands` of a real scheduler. `command` is put before the run and its attempt."""

    def __init__(self, ws: Workspace, ledger: Ledger, command: Sequence[str], *, coming: dt.timedelta = COMING) -> None:
        self.ws, self.ledger, self.command, self.coming = ws, ledger, tuple(command), coming
        self._own: dict[tuple[int, int], subprocess.Popen[bytes]] = {}

    def start(self, run: RunRow, job: Job) -> None:
        """Starts the process of a run in a session of its own, its output in a log file."""
        file = log_file_of(self.ws, run.job, run.run)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as out:
            self._own[run.run, run.attempt] = subprocess.Popen(
                [*self.command, job.name, str(run.run), str(run.attempt)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, cwd=self.ws.root,
            )  # fmt: skip

    def gone(self, run: RunRow, now: dt.datetime) -> str:
        """Why the process of a run is no longer there; empty while it is or may yet come."""
        own = self._own.get((run.run, run.attempt))
        if own is not None:
            code = own.poll()
            if code is None:
                return ""
            del self._own[run.run, run.attempt]
            run = self.ledger.run(run.run) or run
            if run.pid is None or (run.host, run.pid) == (os.uname().nodename, own.pid):
                return _ended(code, self.log_of(run))
            # Another process of the same attempt claimed the run before ours: it is watched through its lock.
        if run.started_at is not None and now - run.started_at < self.coming and run.pid is None:
            return ""
        if not job_lock(self.ws, self.ledger, run.job).free():
            return ""
        return "its process ended without a word while another scheduler watched it"

    def stop(self, run: RunRow) -> None:
        """Asks the process to stop at a safe point."""
        self._signal(run, signal.SIGTERM)

    def kill(self, run: RunRow) -> None:
        """Ends the process, with all it started."""
        self._signal(run, signal.SIGKILL)

    def log_of(self, run: RunRow) -> str:
        """The end of the run's log."""
        return tail_of(log_file_of(self.ws, run.job, run.run))

    def reap(self) -> None:
        """Takes note of processes started here that have ended, for a scheduler that no longer watches them."""
        for process in self._own.values():
            process.poll()

    def wait(self, seconds: float) -> bool:
        """Waits for the processes started here; whether all have ended."""
        for process in self._own.values():
            try:
                process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                return False
        return True

    def _signal(self, run: RunRow, number: signal.Signals) -> None:
        own = self._own.get((run.run, run.attempt))
        try:
            if own is not None:
                if own.poll() is None:
                    os.killpg(own.pid, number)
            elif run.pid and run.host == os.uname().nodename and self._is_ours(run):
                os.killpg(run.pid, number)
        except ProcessLookupError:
            pass
        except PermissionError as error:
            log.warning("job %s: process %s cannot be signalled: %s", run.job, run.pid, error)

    def _is_ours(self, run: RunRow) -> bool:
        """Whether a process started by a scheduler before us is still the one the ledger names."""
        try:
            words = Path(f"/proc/{run.pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return [run.job.encode(), str(run.run).encode(), str(run.attempt).encode()] == words[-4:-1]


def log_file_of(ws: Workspace, job: str, run: int) -> Path:
    """Where the log of a run lies."""
    return ws.var_dir / "jobs" / job / f"{run}.log"


def _ended(code: int, tail: str) -> str:
    last = next((line for line in reversed(tail.splitlines()) if line.strip()), "")
    if code < 0:
        name = signal.Signals(-code).name if -code in signal.Signals._value2member_map_ else str(-code)
        how = f"its process was ended by {name}"
    else:
        how = f"its process ended with exit code {code} and wrote no result"
    return f"{how}; last line of its log: {last[:300]}" if last else how
