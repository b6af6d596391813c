"""A real scheduler and real job processes on a clock that runs fast, so that they can be killed at any moment.

`python kill_week_jobs.py schedule WORKSPACE START PACE REAL0` schedules; jobs are started as
`python kill_week_jobs.py work WORKSPACE START PACE REAL0 JOB RUN ATTEMPT`.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from pathlib import Path

from observatory.config import open_workspace
from observatory.errors import ObservatoryError
from observatory.jobs import Kind, Outcome, Stopping, Work, load_jobs, settings_of, work
from observatory.jobs.files import Part
from observatory.jobs.processes import log_file_of
from observatory.jobs.work import PATIENCE
from observatory.ledger import Letter, open_ledger

RECIPIENTS = ("anna@example.org", "bo@example.org")


class Nothing(Part):
    """No settings."""


class Busy(ObservatoryError):
    """Asking again later helps."""

    retry = True


def gather(job: Work) -> Outcome:
    """Brings three invented postings of the due time into the corpus."""
    from observatory.pipeline import import_files

    file = job.ws.var_dir / f"in-{job.due_at:%Y%m%dT%H%M}.jsonl"
    rows = [
        {"id": f"{job.due_at:%Y%m%dT%H%M}-{n}", "title": f"Invented role {n}", "description": f"Mends {n} on {job.due_at}.",
         "posted_at": "2024-05-06", "employer": "Widget works"}
        for n in range(3)
    ]  # fmt: skip
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    report = import_files(job.ws, [file], source="invented", columns=None, now=job.now(), progress=job.progress)
    return Outcome(result=f"{report.added} new")


def bulletin(job: Work) -> Outcome:
    """Writes to two people."""
    for done in range(5):
        job.progress("bulletin", done, 5)
        time.sleep(0.05)
    issue = f"bulletin/{job.due_at:%Y-%m-%dT%H}"
    return Outcome(result=issue, letters=(Letter(issue=issue, recipients=RECIPIENTS, subject=issue, body="News.\n"),))


def sulk(job: Work) -> Outcome:
    """Fails every other time with an error that a retry helps."""
    if job.due_at.hour % 2 == 0 and not (flag := job.ws.var_dir / f"sulked-{job.due_at:%Y%m%dT%H%M}").exists():
        flag.touch()
        raise Busy("come back later")
    return Outcome(result="well")


KINDS = {
    "gather": Kind(what="", settings=Nothing, run=gather),
    "bulletin": Kind(what="", settings=Nothing, run=bulletin),
    "sulk": Kind(what="", settings=Nothing, run=sulk),
}


class FastClock:
    """A clock that began at `start` when the real one showed `real0`, and runs `pace` times as fast."""

    def __init__(self, start: dt.datetime, pace: float, real0: float) -> None:
        self.start, self.pace, self.real0 = start, pace, real0

    def __call__(self) -> dt.datetime:
        return self.start + dt.timedelta(seconds=(time.time() - self.real0) * self.pace)


def main() -> None:
    what, folder, start, pace, real0, *rest = sys.argv[1:]
    ws = open_workspace(Path(folder))
    clock = FastClock(dt.datetime.fromisoformat(start), float(pace), float(real0))
    jobs = load_jobs(ws.jobs_dir, settings_of(KINDS))
    if what == "schedule":
        from observatory.schedule import Scheduler

        words = [sys.executable, __file__, "work", folder, start, pace, real0]
        scheduler = Scheduler(
            ws, jobs, clock=clock, command=words, tick_seconds=0.2, try_seconds=0.2,
            coming=dt.timedelta(seconds=15 * float(pace)), stop_after=dt.timedelta(seconds=5 * float(pace)),
            silence=3.0,
        )  # fmt: skip
        scheduler.listen()
        scheduler.run()
        return
    name, run, attempt = rest
    stopping = Stopping()
    stopping.watch()
    job = next(job for job in jobs if job.name == name)
    ledger = open_ledger(ws, patience=PATIENCE)
    work(
        ws, job, int(run), int(attempt), kinds=KINDS, ledger=ledger, clock=clock, stopping=stopping,
        log_file=log_file_of(ws, name, int(run)),
    )  # fmt: skip


if __name__ == "__main__":
    main()
