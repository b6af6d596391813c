"""Scheduled jobs: files, kinds, what is owed, and the process that does a run.

`load_jobs` reads the files of a workspace; `KINDS` is the table of what jobs can do; `Dispatcher`
decides and `work` does. The schedule joins them to a clock.
"""

from observatory.jobs.dispatch import Dispatcher, judge
from observatory.jobs.files import Job, load_jobs, read_job
from observatory.jobs.kinds import KINDS, Kind, obstacles, settings_of
from observatory.jobs.processes import Processes
from observatory.jobs.work import Outcome, Stopping, Work, work

__all__ = [
    "KINDS", "Dispatcher", "Job", "Kind", "Outcome", "Processes", "Stopping", "Work", "judge", "load_jobs", "obstacles",
    "read_job", "settings_of", "work",
]  # fmt: skip
