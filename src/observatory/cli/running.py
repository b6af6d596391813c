"""run, runs: the pipeline as of a date."""

from __future__ import annotations

import json
from dataclasses import asdict

import click


@click.command()
@click.option(
    "--as-of",
    default=None,
    help="Day before which everything is known and after which nothing is (YYYY-MM-DD); today by default.",
)
@click.option("--since", default=None, help="Leave out what was posted before this day.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def run(obj: dict[str, object], as_of: str | None, since: str | None, as_json: bool) -> None:
    """Enrich, embed, detect and propose. Only what is new is computed."""
    from observatory import pipeline
    from observatory.cli.opening import date_of, now, progress_bar, workspace_of

    ws = workspace_of(obj)
    clock = now()
    until = date_of(as_of, "--as-of") if as_of else clock.replace(hour=0, minute=0, second=0, microsecond=0)
    start = date_of(since, "--since") if since else None
    if start is not None and start >= until:
        raise click.UsageError(f"--since {since} is not before --as-of {until.date()}")
    with progress_bar() as progress:
        done, fresh = pipeline.run(ws, as_of=until, since=start, now=clock, progress=progress)
    if as_json:
        click.echo(json.dumps({**asdict(done), "new": fresh}, indent=1, default=str))
        return
    if not fresh:
        click.echo(f"Nothing new: run {done.run_id} as of {done.as_of.date()} stands.")
        return
    click.echo(
        f"Run {done.run_id} as of {done.as_of.date()}, corpus version {done.corpus_version}, {', '.join(done.taxonomies) or 'no classification'}"
    )
    for name, stage in done.stages.items():
        click.echo(
            f"  {name:<9} {stage['seconds']:>7.1f} s {stage['peak_mb']:>7.0f} MB  {stage['rows_in']:>8.0f} -> {stage['rows_out']:.0f}"
        )
    click.echo(f"  in all    {done.seconds:>7.1f} s. See: observatory candidates --as-of {done.as_of.date()}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def runs(obj: dict[str, object], as_json: bool) -> None:
    """List the runs, newest first."""
    from observatory.cli.opening import workspace_of
    from observatory.pipeline import corpus_of, run_from_json

    rows = corpus_of(workspace_of(obj)).query("SELECT run FROM runs ORDER BY started_at DESC").to_pylist()
    found = [run_from_json(row["run"]) for row in rows]
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=1, default=str))
        return
    if not found:
        click.echo("No run yet. Make one: observatory run")
    for one in found:
        click.echo(
            f"{one.run_id}  as of {one.as_of.date()}  {one.seconds:>7.1f} s  corpus {one.corpus_version}  {', '.join(one.taxonomies)}"
        )
