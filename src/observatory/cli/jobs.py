"""jobs: the programme of a workspace, what ran and what did not, and requests to the scheduler."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from observatory.config import Workspace
    from observatory.jobs import Job
    from observatory.ledger import RunRow


@click.group()
def jobs() -> None:
    """List, check, run, pause and follow the jobs of the workspace."""


@jobs.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def list_(obj: dict[str, Any], as_json: bool) -> None:
    """List the jobs: when each is due, how its last run ended, and what stands in its way."""
    from observatory.cli.opening import now, workspace_of
    from observatory.ledger import SILENCE, open_ledger

    ws = workspace_of(obj)
    ledger = open_ledger(ws)
    rows: list[dict[str, Any]] = []
    for job in _load(ws):
        known, last = ledger.job(job.name), next(iter(ledger.runs(job.name, limit=1)), None)
        state = "disabled" if not job.enabled else f"paused by {known.paused_by}" if known and known.paused_by else ""
        rows.append({
            "name": job.name, "kind": job.kind, "when": str(job.when), "next": job.next_due(now()),
            "state": state or (last.state if last else "new"), "failures": known.failures if known else 0,
            "last": last.due_at if last else None,
        })  # fmt: skip
    scheduler, lead = ledger.scheduler(), ledger.lead()
    beat = scheduler.beat_at if scheduler else None
    if as_json:
        click.echo(
            json.dumps({"jobs": rows, "scheduler_beat": beat, "lead": lead and asdict(lead)}, indent=1, default=str)
        )
        return
    if not rows:
        click.echo(f"No jobs in {ws.jobs_dir}. Put the usual programme there: observatory jobs new")
    names, states = (max((len(row[key]) for row in rows), default=0) for key in ("name", "state"))
    for row in rows:
        click.echo(
            f"{row['name']:<{names}}  {row['state']:<{states}}  next {_time(row['next']):<20}  last {_time(row['last']):<20}  "
            f"{row['kind']}, {row['when']}" + (f"  failures in a row: {row['failures']}" if row["failures"] else "")
        )
    click.echo(f"The scheduler's last sign of life: {_time(beat) if beat else 'none; start it: observatory schedule'}")
    if lead is not None and lead.by == SILENCE:
        click.echo(
            f"{lead.owner} took over at {_time(lead.since)}: {lead.before} is silent and keeps its lock; wake it or end it"
        )


@jobs.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def show(obj: dict[str, Any], name: str, as_json: bool) -> None:
    """Show a job: its file, its settings, its next due times."""
    from observatory.cli.opening import now, workspace_of

    ws = workspace_of(obj)
    job = _job(ws, name)
    upcoming, at = [], now()
    for _ in range(5):
        following = job.next_due(at)
        if following is None:
            break
        at = following
        upcoming.append(at)
    facts: dict[str, Any] = {
        "name": job.name, "kind": job.kind, "about": job.about, "file": str(job.file), "enabled": job.enabled,
        "when": str(job.when), "next": [t.isoformat() for t in upcoming], "tell": list(job.tell),
        "settings": job.settings.model_dump(mode="json"), "on_failure": job.on_failure.model_dump(mode="json"),
        "limits": job.limits.model_dump(mode="json"),
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(facts, indent=1, ensure_ascii=False))
        return
    click.echo(
        f"{job.name}: {job.about or job.kind}\n  file      {job.file}\n  kind      {job.kind}\n  when      {job.when}"
    )
    for at in upcoming:
        click.echo(f"            {_time(at)}")
    for part in ("settings", "on_failure", "limits"):
        for key, value in facts[part].items():
            click.echo(f"  {part + '.' + key:<28} {value}")
    click.echo(f"  tell      {', '.join(job.tell) or 'nobody'}")


@jobs.command()
@click.argument("name")
@click.option("--here", is_flag=True, help="Run it in this process now, without the scheduler; wait for its end.")
@click.pass_context
def run(context: click.Context, name: str, here: bool) -> None:
    """Run a job now: asks the scheduler to, or runs it in this process with --here."""
    from observatory.cli.opening import now, workspace_of
    from observatory.ledger import DONE, FAILED, OWED, open_ledger

    ws = workspace_of(context.obj)
    job = _job(ws, name)
    ledger = open_ledger(ws)
    ledger.know(job.name, kind=job.kind, described=str(job.when), now=now(), next_due=job.next_due(now()))
    number = ledger.request("run", name, by=getpass.getuser(), now=now())
    if not here:
        click.echo(f"asked the scheduler to run {name} (request {number}); follow it: observatory jobs history {name}")
        return
    request = next(r for r in ledger.requests(open_only=True) if r.request == number)
    ledger.owe(request, now=now())
    owed = next(r for r in ledger.owed(name) if r.key == f"{name}!{number}")
    begun = ledger.begin(owed, now=now())
    if begun is None:
        raise click.ClickException(f"{name} is running already; follow it: observatory jobs history {name}")
    _work(context, ws, job, begun.run, begun.attempt)
    ended = ledger.run(begun.run)
    assert ended is not None
    click.echo(f"{ended.state}: {ended.result or ended.reason}", err=ended.state != DONE)
    if ended.state in (FAILED, OWED):
        sys.exit(1)


@jobs.command(hidden=True)
@click.argument("name")
@click.argument("run_number", type=int)
@click.argument("attempt", type=int)
@click.pass_context
def work(context: click.Context, name: str, run_number: int, attempt: int) -> None:
    """Do one attempt of a run; the scheduler starts this."""
    from observatory.cli.opening import workspace_of

    logging.getLogger("observatory").setLevel(logging.INFO)
    ws = workspace_of(context.obj)
    _work(context, ws, _job(ws, name), run_number, attempt)


@jobs.command()
@click.argument("name", required=False, default="")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="Newest so many.")
@click.option("--state", default="", help="Only owed, running, done, failed, missed or stopped.")
@click.option("--log", "with_log", is_flag=True, help="With the end of each log.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def history(obj: dict[str, Any], name: str, limit: int, state: str, with_log: bool, as_json: bool) -> None:
    """Show what ran, what failed, and what was missed and why."""
    from observatory.cli.opening import workspace_of
    from observatory.ledger import open_ledger

    rows = open_ledger(workspace_of(obj)).runs(name, state=state, limit=limit)
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=1, default=str, ensure_ascii=False))
        return
    if not rows:
        click.echo("No runs yet.")
    for row in rows:
        click.echo(_line(row))
        if with_log and row.log:
            click.echo("    " + row.log.strip().replace("\n", "\n    "))


@jobs.command()
@click.argument("name")
@click.pass_obj
def pause(obj: dict[str, Any], name: str) -> None:
    """Pause a job: what falls due meanwhile is listed as missed."""
    _ask(obj, "pause", name)


@jobs.command()
@click.argument("name")
@click.pass_obj
def resume(obj: dict[str, Any], name: str) -> None:
    """Let a paused job run again."""
    _ask(obj, "resume", name)


@jobs.command()
@click.argument("name")
@click.pass_obj
def stop(obj: dict[str, Any], name: str) -> None:
    """Stop the running or waiting run of a job, at a safe point."""
    _ask(obj, "stop", name)


@jobs.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def validate(obj: dict[str, Any], as_json: bool) -> None:
    """Check every job file; say what is wrong, where, and what is expected, and what stands in the way."""
    from observatory.cli.opening import workspace_of
    from observatory.errors import SettingError
    from observatory.jobs import obstacles

    ws = workspace_of(obj)
    try:
        found = _load(ws)
        wrong: list[str] = []
    except SettingError as error:
        found, wrong = [], str(error).splitlines()
    warnings = obstacles(ws, found)
    if as_json:
        click.echo(json.dumps({"jobs": len(found), "wrong": wrong, "warnings": warnings}, indent=1, ensure_ascii=False))
    else:
        for line in warnings:
            click.echo(f"warning: {line}", err=True)
    if wrong:
        raise SettingError("\n".join(wrong))
    if not as_json:
        click.echo(f"{len(found)} jobs in {ws.jobs_dir}, all well")


@jobs.command()
@click.pass_obj
def new(obj: dict[str, Any]) -> None:
    """Put the usual programme of jobs into the workspace; files that are there stay as they are."""
    from observatory.cli.opening import workspace_of

    ws = workspace_of(obj)
    programme = Path(__file__).parent.parent / "jobs" / "programme"
    ws.jobs_dir.mkdir(exist_ok=True)
    for file in sorted(programme.glob("*.toml")):
        there = ws.jobs_dir / file.name
        if there.exists():
            click.echo(f"kept     {there}")
            continue
        there.write_text(file.read_text("utf-8"), "utf-8")
        click.echo(f"written  {there}")


@jobs.command()
@click.option("--state", default="", help="Only waiting, sending, sent, refused or unsure.")
@click.option("--again", type=int, default=None, metavar="NUMBER", help="Send an unsure or refused letter once more.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def mail(obj: dict[str, Any], state: str, again: int | None, as_json: bool) -> None:
    """List letters and what became of them."""
    from observatory.cli.opening import now, workspace_of
    from observatory.ledger import open_ledger

    ledger = open_ledger(workspace_of(obj))
    if again is not None:
        if not ledger.send_again(again, by=getpass.getuser(), now=now()):
            raise click.ClickException(f"letter {again} is neither unsure nor refused")
        click.echo(f"letter {again} waits to be sent")
        return
    rows = ledger.mails(state=state)
    if as_json:
        shown = [{k: v for k, v in asdict(row).items() if k != "body"} for row in rows]
        click.echo(json.dumps(shown, indent=1, default=str, ensure_ascii=False))
        return
    if not rows:
        click.echo("No letters.")
    for row in rows:
        click.echo(
            f"{row.mail:>6}  {row.state:<8} {row.recipient:<32} {row.issue}"
            + (f"  ({row.reason})" if row.reason else "")
        )


def _ask(obj: dict[str, Any], verb: str, name: str) -> None:
    from observatory.cli.opening import now, workspace_of
    from observatory.ledger import open_ledger

    ws = workspace_of(obj)
    job = _job(ws, name)
    ledger = open_ledger(ws)
    ledger.know(job.name, kind=job.kind, described=str(job.when), now=now(), next_due=job.next_due(now()))
    number = ledger.request(verb, name, by=getpass.getuser(), now=now())
    click.echo(f"asked the scheduler to {verb} {name} (request {number})")


def _load(ws: Workspace) -> list[Job]:
    from observatory.jobs import load_jobs, settings_of

    return load_jobs(ws.jobs_dir, settings_of())


def _job(ws: Workspace, name: str) -> Job:
    from observatory.errors import SettingError

    found = {job.name: job for job in _load(ws)}
    if name not in found:
        raise SettingError(f"{name!r} is no job of {ws.jobs_dir}; known are {', '.join(found) or 'none'}")
    return found[name]


def _work(context: click.Context, ws: Workspace, job: Job, run: int, attempt: int) -> None:
    from observatory.cli.opening import now
    from observatory.cli.site import _django
    from observatory.jobs import KINDS, Stopping
    from observatory.jobs import work as do
    from observatory.jobs.processes import log_file_of
    from observatory.jobs.work import PATIENCE
    from observatory.ledger import open_ledger

    stopping = Stopping()
    stopping.watch()
    if KINDS[job.kind].site:
        _django(context)
    do(
        ws, job, run, attempt, kinds=KINDS, ledger=open_ledger(ws, patience=PATIENCE), clock=now, stopping=stopping,
        log_file=log_file_of(ws, job.name, run),
    )  # fmt: skip


def _line(row: RunRow) -> str:
    took = f"{(row.ended_at - row.started_at).total_seconds():.0f} s" if row.ended_at and row.started_at else ""
    said = row.result if row.state == "done" else row.progress if row.state == "running" else row.reason
    return f"{row.run:>6}  {_time(row.due_at)}  {row.job:<24} {row.state:<8} {took:>7}  {said}"


def _time(at: dt.datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else "never"
