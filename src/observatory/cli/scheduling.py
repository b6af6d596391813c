"""schedule, up: the scheduler, alone or together with the site."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from typing import Any

import click


def command_of(obj: dict[str, Any], root: str) -> list[str]:
    """The command line of this program for the same workspace, without a command yet."""
    settings = [part for name, value in obj["overrides"].items() for part in ("--set", f"{name}={value}")]
    return [sys.executable, "-m", "observatory", "--workspace", root, *settings]


@click.command()
@click.option("--check", is_flag=True, help="Only check the job files.")
@click.pass_obj
def schedule(obj: dict[str, Any], check: bool) -> None:
    """Run the jobs of the workspace when they are due, until stopped (SIGTERM, Ctrl-C).

    A second scheduler of the same workspace waits, and takes over when the first one ends or falls silent.
    """
    from observatory.cli.opening import now, workspace_of
    from observatory.errors import StorageError
    from observatory.jobs import load_jobs, obstacles, settings_of
    from observatory.schedule import Scheduler, Vitals

    logging.getLogger("observatory").setLevel(logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of each look that another one made needless
    ws = workspace_of(obj)
    jobs = load_jobs(ws.jobs_dir, settings_of())
    for line in obstacles(ws, jobs):
        click.echo(f"warning: {line}", err=True)
    if check:
        click.echo(f"{len(jobs)} jobs in {ws.jobs_dir}, all well")
        return
    scheduler = Scheduler(ws, jobs, clock=now, command=[*command_of(obj, str(ws.root)), "jobs", "work"])
    scheduler.listen()
    s = ws.settings.schedule
    vitals = None
    if s.metrics_port:
        names = [job.name for job in jobs]
        try:
            vitals = Vitals(scheduler.ledger, names, clock=now, host=s.metrics_host, port=s.metrics_port)
            click.echo(f"/alive and /metrics are at http://{s.metrics_host}:{vitals.port}/")
        except StorageError as error:
            if scheduler.lock.free():  # no scheduler of this workspace: something else has the port
                raise
            click.echo(
                f"warning: {error}. A scheduler of this workspace answers there; start this one again after it has taken over",
                err=True,
            )
    click.echo(f"Scheduling {len(jobs)} jobs of {ws.root} (stop with Ctrl-C)")
    sys.stdout.flush()
    scheduler.run()
    if vitals is not None:
        vitals.close()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address the site listens on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port of the site.")
@click.pass_obj
def up(obj: dict[str, Any], host: str, port: int) -> None:
    """The site and the scheduler on one machine; one that ends is started again."""
    from observatory.cli.opening import workspace_of
    from observatory.jobs import load_jobs, settings_of

    ws = workspace_of(obj)
    load_jobs(ws.jobs_dir, settings_of())  # a mistake in a job file is said now, once
    start = command_of(obj, str(ws.root))
    parts = {"site": [*start, "serve", "--host", host, "--port", str(port)], "scheduler": [*start, "schedule"]}
    stopping = False

    def stop(number: int, frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    # Sessions of their own: Ctrl-C reaches us alone, and we pass it on once.
    running = {name: subprocess.Popen(words, start_new_session=True) for name, words in parts.items()}
    began = dict.fromkeys(parts, time.monotonic())
    while not stopping:
        time.sleep(0.5)
        for name, process in running.items():
            if process.poll() is None or stopping:
                continue
            if process.returncode == 2 or time.monotonic() - began[name] < 5:  # wrong settings, or no start at all
                click.echo(f"the {name} ended at once with code {process.returncode}; stopping", err=True)
                stopping = True
                break
            click.echo(f"the {name} ended with code {process.returncode}; starting it again", err=True)
            running[name], began[name] = subprocess.Popen(parts[name], start_new_session=True), time.monotonic()
    for process in running.values():
        if process.poll() is None:
            os.kill(process.pid, signal.SIGTERM)
    patience = ws.settings.schedule.stop_seconds + 15
    codes = []
    for process in running.values():
        try:
            codes.append(process.wait(timeout=patience))
        except subprocess.TimeoutExpired:
            process.kill()
            codes.append(process.wait())
    if any(code not in (0, -signal.SIGTERM) for code in codes):
        sys.exit(1)
