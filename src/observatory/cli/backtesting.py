"""backtest: the pipeline walked through the past, scored against what was recognised later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from observatory.records import Backtest, Score


@click.command()
@click.option("--from", "start", required=True, help="Day of the first list (YYYY-MM-DD).")
@click.option("--to", "end", required=True, help="No list after this day (YYYY-MM-DD).")
@click.option("--every", default=12, show_default=True, type=click.IntRange(1), help="Months between two lists.")
@click.option(
    "--truth", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="CSV of what was recognised later: title, recognised, by, and if wanted aliases and kind.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=None,
    help="Folder for backtest.html and backtest.json; else var/backtest.",
)  # fmt: skip
@click.pass_obj
def backtest(
    obj: dict[str, object], start: str, end: str, every: int, truth: Path, as_json: bool, out: Path | None
) -> None:
    """Walk the past with the same pipeline and score its lists. Stored runs are used again."""
    from observatory import publish
    from observatory.backtest import as_of_dates, read_truth
    from observatory.backtest import backtest as walk
    from observatory.backtest.walk import to_plain
    from observatory.cli.opening import date_of, now, progress_bar, workspace_of
    from observatory.filed import write_beside

    ws = workspace_of(obj)
    first, last = date_of(start, "--from").date(), date_of(end, "--to").date()
    if first > last:
        raise click.UsageError(f"--from {first} is after --to {last}")
    rows = read_truth(truth)
    with progress_bar() as progress:
        found = walk(
            ws, as_of_dates(first, last, every), rows, truth_name=truth.name, now=now(), progress=progress
        )  # fmt: skip
    plain = json.dumps(to_plain(found), indent=1, ensure_ascii=False, default=str)
    folder = out or ws.var_dir / "backtest"
    write_beside(folder / "backtest.json", (plain + "\n").encode())
    write_beside(folder / "backtest.html", publish.backtest_page(found).encode())
    if as_json:
        click.echo(plain)
        return
    _show(found)
    click.echo(f"{folder / 'backtest.html'}")


def _show(found: Backtest) -> None:
    click.echo(f"Backtest against {found.truth}; classifications: {', '.join(found.taxonomies) or 'none'}")
    for past in found.lists:
        named = [f"{row.rank} {row.title}" for row in past.rows[:30] if row.outcome == "recognised"]
        if past.note:
            click.echo(f"{past.as_of}  no list: {past.note}")
        else:
            click.echo(
                f"{past.as_of}  {past.found} of {past.findable} findable in the first 30: {', '.join(named) or '-'}"
            )
    click.echo("Leads")
    for lead in sorted((one for one in found.leads if one.findable), key=lambda one: -one.months):
        sign = {"": " ", "left": "≥", "right": "<"}[lead.censored]
        where = f"{lead.candidate}, no. {lead.rank} on {lead.first}" if lead.first else "not proposed by the end"
        click.echo(
            f"  {sign}{lead.months:>4} months  {lead.recognition.title} ({lead.recognition.by}, {lead.recognition.recognised:%Y-%m}): {where}"
        )
    click.echo("Scores")
    for score in found.scores:
        click.echo(f"  {score.name:<26} {_value(score):<24} {score.note}")
    for alarm in found.false_alarms:
        click.echo(f"False alarm: {alarm}")
    for limit in found.limits:
        click.echo(f"Limit: {limit}")


def _value(score: Score) -> str:
    if score.value is None:
        return f"cannot be said (n = {score.of})"
    form = "{:.0f}" if score.name == "median lead" else "{:.2f}"
    text = form.format(score.value)
    if score.low is not None and score.high is not None:
        text += f" ({form.format(score.low)}-{form.format(score.high)})"
    return f"{text}, n = {score.of}"
