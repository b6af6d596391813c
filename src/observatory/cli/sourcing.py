"""collect, sources and forget: what runs, under which terms, how it does; and texts that must go."""

from __future__ import annotations

import datetime as dt
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_context
def sources(context: click.Context, as_json: bool) -> None:
    """The sources: what there is, how each does, and what the corpus holds of it."""
    if context.invoked_subcommand is not None:
        return
    from observatory.cli.opening import now, workspace_of
    from observatory.collect import SOURCES, read_register
    from observatory.collection import health
    from observatory.pipeline import corpus_of

    ws = workspace_of(context.obj)
    register = read_register(ws.root, tuple(SOURCES))
    found = health(corpus_of(ws), now())
    if as_json:
        live = [
            {"name": name, "what": what, "accepted": _accepted(register, name)} for name, (_, what) in SOURCES.items()
        ]
        click.echo(
            json.dumps(
                {"live": live, "held": [asdict(one) for one in found]}, indent=1, ensure_ascii=False, default=str
            )
        )
        return
    click.echo("Sources (observatory collect NAME)")
    for name, (_, what) in SOURCES.items():
        click.echo(f"  {name:<16} {what}{'' if _accepted(register, name) else '  [terms not accepted]'}")
    if not found:
        click.echo("\nThe corpus is empty. Import a file: observatory import FILE --source NAME")
        return
    click.echo(f"\n{'In the corpus':<34} {'postings':>9} {'gone':>6} {'set aside':>9}  last success  outcome")
    for one in found:
        last = f"{one.last_success:%Y-%m-%d}" if one.last_success else "-"
        words = one.outcome + (f": {one.cause}" if one.cause else "")
        if one.failures > 1:
            words += f", {one.failures} times"
        click.echo(
            f"  {one.source:<32} {one.postings:>9} {one.gone:>6} {sum(one.set_aside.values()):>9}  {last:<12}  {words or 'from a file'}"
        )
        if one.silent:
            click.echo(f"    silent: {one.silent}")
        if one.set_aside:
            click.echo("    set aside: " + ", ".join(f"{reason} ({n})" for reason, n in one.set_aside.items()))


@sources.command()
@click.argument("name")
@click.pass_obj
def terms(obj: dict[str, object], name: str) -> None:
    """Show the terms of source NAME."""
    from observatory.cli.opening import workspace_of
    from observatory.collect import read_register

    kind, _, board = name.partition(":")
    found = _row(kind)[0].terms
    register = read_register(workspace_of(obj).root, _kinds())
    days = register.retention_days(kind, board, found)
    rows = [
        ("licence", found.licence), ("attribution", found.attribution), ("terms", found.page), ("use", found.use),
        ("texts kept", f"{days} days" if days else "without limit"), ("at most", f"{found.rate:.3g} requests a second"),
        ("accepted", _accepted(register, kind) or f"not yet: observatory sources accept {kind}"),
    ]  # fmt: skip
    for label, value in rows:
        click.echo(f"{label:<12} {value}")


@sources.command()
@click.argument("name")
@click.pass_obj
def accept(obj: dict[str, object], name: str) -> None:
    """Write down that you have read and accept the terms of source NAME."""
    from observatory.cli.opening import now, workspace_of
    from observatory.collect import read_register
    from observatory.collect.register import accept as write

    ws = workspace_of(obj)
    kind = name.partition(":")[0]
    row = _row(kind)
    old = _accepted(read_register(ws.root, _kinds()), kind)
    if old:
        click.echo(f"{kind}: {old}")
        return
    write(ws.root, kind, now().date())
    click.echo(f"{kind}: accepted; {row[0].terms.licence}. Attribution: {row[0].terms.attribution}")


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def check(obj: dict[str, object], names: tuple[str, ...], as_json: bool) -> None:
    """Ask the live service of source NAME the questions of the contract test; nothing is stored."""
    from observatory.cli.opening import now, workspace_of
    from observatory.collect import Client, make_source, read_register
    from observatory.collect.checking import check_source

    register = read_register(workspace_of(obj).root, _kinds())
    results = {}
    with Client() as client:
        for name in names:
            results[name] = check_source(lambda name=name: make_source(client, register, name), now=now())  # type: ignore[misc]
    if as_json:
        click.echo(
            json.dumps(
                {name: [asdict(one) for one in rows] for name, rows in results.items()}, indent=1, ensure_ascii=False
            )
        )
    else:
        for name, rows in results.items():
            click.echo(name)
            for one in rows:
                click.echo(
                    f"  {'yes' if one.passed else 'NO ':<4} {one.question}{': ' + one.detail if one.detail else ''}"
                )
    if not all(one.passed for rows in results.values() for one in rows):
        sys.exit(1)


STAYS = """not reached by this command, look there too:
- dossiers and drafts already made, in the corpus and as files: their quotations stay
- the review site's database: candidates, evidence and comments brought there
- reports, releases and exports already written, and what others have downloaded
- backups made before today: delete them, or run the command again after a restore
- the files the postings were imported from"""


@click.command()
@click.option("--posting", "ids", multiple=True, help="Id of a posting whose text must go; may be given several times.")
@click.option("--text", default=None, help="Everything in which this name or address stands.")
@click.option("--file", "listed", type=click.Path(path_type=Path), default=None, help="A file with one id a line.")
@click.option("--reason", required=True, help="The request, as it shall be recorded.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def forget(
    obj: dict[str, object], ids: tuple[str, ...], text: str | None, listed: Path | None, reason: str, yes: bool
) -> None:  # fmt: skip
    """Remove texts for a legal request: ids, dates and counts stay, words go, from older versions too."""
    from observatory.cli.opening import now, workspace_of
    from observatory.corpus.forgetting import find_words
    from observatory.corpus.forgetting import forget as remove
    from observatory.pipeline import corpus_of

    corpus = corpus_of(workspace_of(obj))
    wanted = list(ids)
    if listed is not None:
        wanted += listed.read_text("utf-8").split()
    if text is not None:
        if len(text.strip()) < 4:
            raise click.UsageError("--text takes at least four characters")
        wanted += find_words(corpus, text.strip())
    if not wanted:
        click.echo("nothing to remove was found")
        return
    if not yes:
        click.confirm(f"Remove the texts of {len(set(wanted))} postings for ever?", abort=True)
    done = remove(corpus, wanted, reason=reason, now=now())
    click.echo(f"{done.postings} texts removed, {done.derived} rows made from them, {done.rejected} set aside")
    if done.cited:
        click.echo(f"stored dossiers that quote them, for a person to look at: {', '.join(done.cited)}", err=True)
    if done.postings:
        click.echo(STAYS, err=True)


def _row(kind: str) -> tuple[Any, str]:
    from observatory.collect import SOURCES

    if kind not in SOURCES:
        raise click.UsageError(f"{kind!r} is no source; known are {', '.join(SOURCES)}")
    return SOURCES[kind]


def _kinds() -> tuple[str, ...]:
    from observatory.collect import SOURCES

    return tuple(SOURCES)


def _accepted(register: Any, kind: str) -> str:
    if _row(kind)[0].terms.open_data:
        return "open data: nothing to accept"
    day = register.accepted.get(kind)
    return f"accepted on {day}" if day else ""


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option("--since", default=None, help="Only postings from this day on, YYYY-MM-DD.")
@click.option(
    "--backfill", default=None, metavar="YYYY-MM..YYYY-MM", help="Read these months of an archive, one after the other."
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def collect(
    obj: dict[str, object], names: tuple[str, ...], since: str | None, backfill: str | None, as_json: bool
) -> None:  # fmt: skip
    """Collect from live sources, each from where it stopped. SOURCE is a name or NAME:BOARD; without
    one, all that sources.toml names."""
    from observatory import pipeline
    from observatory.cli.collecting import show
    from observatory.cli.opening import date_of, now, progress_bar, workspace_of
    from observatory.collect import Client, make_source, read_register
    from observatory.corpus.forgetting import expire
    from observatory.errors import SettingError

    ws = workspace_of(obj)
    register = read_register(ws.root, _kinds())
    wanted = list(names) or register.boards()
    if not wanted:
        raise click.UsageError(
            "name at least one source, or write it into sources.toml; `observatory sources` lists them"
        )
    start = date_of(since, "--since") if since else None
    spans = _months(backfill) if backfill else [(start, None)]
    reports: dict[str, pipeline.StoreReport] = {}
    keep: dict[str, int] = {}
    allowed = frozenset(host for kind in register.sources.values() for host in kind.allow_hosts)
    with Client(allow_hosts=allowed) as client:
        found = []
        for name in wanted:
            kind, _, board = name.partition(":")
            terms = _row(kind)[0].terms
            try:
                source: Any = make_source(client, register, name)
            except SettingError as error:
                if len(wanted) == 1:
                    raise
                reports[name] = pipeline.StoreReport(failed=str(error), outcome="could not tell", cause="setting")
                continue
            if backfill and not hasattr(source, "between"):
                raise click.UsageError(f"{kind} has no archive that can be read by month")
            days = register.retention_days(kind, board, terms)
            if days is not None:
                keep[source.name] = days
            found.append(source)
        with progress_bar() as progress:
            for first, last in spans:
                for name, report in pipeline.collect(
                    ws, found, since=first, until=last, now=now(), progress=progress
                ).items():
                    reports[f"{name} {first:%Y-%m}" if last and first else name] = report
    expired = expire(pipeline.corpus_of(ws), keep, now=now()) if keep else 0
    if as_json:
        click.echo(json.dumps({name: asdict(report) for name, report in reports.items()}, indent=1, ensure_ascii=False))
    else:
        for name, report in reports.items():
            click.echo(f"{name}: {report.outcome}{': ' + report.cause if report.cause else ''}")
            show(report)
        if expired:
            click.echo(f"{expired} texts removed, as their source's terms ask")
    if any(report.failed for report in reports.values()):
        sys.exit(1)


def _months(text: str) -> list[tuple[Any, Any]]:
    """The months of a backfill, each as (first day, first day of the next)."""
    from observatory.cli.opening import date_of

    first, dots, last = text.partition("..")
    at = date_of(f"{first}-01", "--backfill")
    end = date_of(f"{last if dots else first}-01", "--backfill")
    found: list[tuple[Any, Any]] = []
    while at <= end and len(found) < 1_200:
        following = (at.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
        found.append((at, following))
        at = following
    if not found:
        raise click.UsageError(f"--backfill takes YYYY-MM..YYYY-MM, the earlier month first, not {text!r}")
    return found
