"""A real scheduler that looks often and takes silence for death soon, and its jobs, for tests that freeze it.

`python frozen_jobs.py schedule WORKSPACE SILENCE` schedules; jobs are started as `... work WORKSPACE SILENCE JOB RUN
ATTEMPT`, and write down that they ran.
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
import time
from pathlib import Path

from observatory.config import open_workspace
from observatory.jobs import Kind, Outcome, Stopping, Work, load_jobs, settings_of, work
from observatory.jobs.files import Part
from observatory.jobs.processes import log_file_of
from observatory.jobs.work import PATIENCE
from observatory.ledger import open_ledger


class Lasts(Part):
    """How long the job takes."""

    seconds: float = 0.0


def note(job: Work) -> Outcome:
    """Writes a line, then takes its time."""
    with (job.ws.var_dir / "ran.txt").open("a") as file:
        file.write(f"{job.job.name}\n")
    seconds = job.settings(Lasts).seconds
    for step in range(int(seconds * 10)):
        job.progress("step", step, int(seconds * 10))
        time.sleep(0.1)
    return Outcome(result="noted")


KINDS = {"note": Kind(what="", settings=Lasts, run=note)}


def now() -> dt.datetime:
    """The real clock."""
    return dt.datetime.now(dt.UTC)


def main() -> None:
    what, folder, silence, *rest = sys.argv[1:]
    logging.basicConfig(level=logging.INFO)
    ws = open_workspace(Path(folder))
    jobs = load_jobs(ws.jobs_dir, settings_of(KINDS))
    if what == "schedule":
        from observatory.schedule import Scheduler

        words = [sys.executable, __file__, "work", folder, silence]
        scheduler = Scheduler(
            ws, jobs, clock=now, command=words, tick_seconds=0.3, try_seconds=0.3, silence=float(silence)
        )
        scheduler.listen()
        scheduler.run()
        return
    name, run, attempt = rest
    stopping = Stopping()
    stopping.watch()
    work(
        ws, next(job for job in jobs if job.name == name), int(run), int(attempt), kinds=KINDS,
        ledger=open_ledger(ws, patience=PATIENCE), clock=now, stopping=stopping, log_file=log_file_of(ws, name, int(run)),
    )  # fmt: skip


if __name__ == "__main__":
    main()
