"""collect, sources and forget: what runs, under which terms, how it does; and texts that must go."""

from __future__ import annotations

import datetime as dt
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from observatory.corpus import Corpus


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
    corpus = corpus_of(ws)
    found = health(corpus, now())
    said = corpus.query("SELECT source, arg_max(detail, started_at) AS detail FROM fetches GROUP BY 1").to_pylist()
    why = {row["source"]: row["detail"] for row in said}
    if as_json:
        live = [
            {"name": name, "what": what, "accepted": _accepted(register, name)} for name, (_, what) in SOURCES.items()
        ]
        click.echo(
            json.dumps(
                {"live": live, "held": [{**asdict(one), "why": why.get(one.source, "")} for one in found]},
                indent=1,
                ensure_ascii=False,
                default=str,
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
        if one.failures and why.get(one.source):
            click.echo(f"    why: {why[one.source]}")
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


STAYS = """not reached by any command:
- what others have downloaded, or got by letter
- copies of the workspace and of its backups elsewhere, and the write-ahead archives of a PostgreSQL server
- the files the postings were imported from, where they lie outside the workspace"""


@click.command()
@click.option("--posting", "ids", multiple=True, help="Id of a posting whose text must go; may be given several times.")
@click.option(
    "--text", default=None, help="A name or address: every posting in which it stands, and it wherever it stands."
)
@click.option("--file", "listed", type=click.Path(path_type=Path), default=None, help="A file with one id a line.")
@click.option("--reason", required=True, help="The request, as it shall be recorded; without the text that must go.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def forget(
    context: click.Context, ids: tuple[str, ...], text: str | None, listed: Path | None, reason: str, yes: bool
) -> None:  # fmt: skip
    """Remove texts for a legal request: ids, dates and counts stay, words go.

    They go from the corpus with its older versions, from stored dossiers, and from the review site: dossiers, drafts,
    what people wrote. Files of the workspace that hold them are named.
    """
    from observatory.backup import backup_folder
    from observatory.cli.opening import now, workspace_of
    from observatory.corpus.forgetting import find_words
    from observatory.forgetting import forget_request, has_site
    from observatory.handed import text_of
    from observatory.pipeline import corpus_of

    ws = workspace_of(context.obj)
    corpus = corpus_of(ws)
    wanted = list(ids)
    if listed is not None:
        wanted += text_of(listed, expected="ids of postings, one a line", made_by="a text editor").split()
    words = (text.strip(),) if text is not None else ()
    if words:
        if len(words[0]) < 4 and words[0].isascii():
            raise click.UsageError("--text takes at least four characters")
        wanted += find_words(corpus, words[0])
    if strange := _strange(corpus, wanted):
        click.echo(
            f"no such posting here: {', '.join(strange[:10])}{' and more' if len(strange) > 10 else ''}", err=True
        )
    if not wanted and not words:
        click.echo("nothing to remove was found")
        return
    if not yes:
        known, elsewhere = (
            len(set(wanted)) - len(strange),
            f", and what quotes {len(strange)} that are not here" if strange else "",
        )
        question = f"Remove for ever the texts of {known} postings{elsewhere}"
        click.confirm(question + (", and these words wherever they stand?" if words else "?"), abort=True)
    if has_site(ws):
        _site(context)
    done = forget_request(ws, corpus, wanted, reason=reason, words=words, now=now(), backups=backup_folder(ws))
    found = done.corpus
    if not (found.postings or found.derived or found.rejected or found.quotations or any((done.site or {}).values())):
        click.echo("nothing to remove was found")
    else:
        click.echo(f"{found.postings} texts removed, {found.derived} rows made from them, {found.rejected} set aside")
        click.echo(
            f"{found.quotations} quotations removed from the stored dossiers of {len(found.dossiers)} candidates"
        )
    if done.site is not None:
        s = done.site
        click.echo(
            f"review site: {s['quotations']} quotations in {s['dossiers']} dossiers, {s['drafts']} drafts, {s['texts']} other texts"
        )
    if done.files:
        click.echo("files to look at, or to delete and make again:", err=True)
        for line in done.files:
            click.echo(f"- {line}", err=True)
    if done.stays:
        click.echo("it still stands in:", err=True)
        for line in done.stays:
            click.echo(f"- {line}", err=True)
    click.echo(STAYS, err=True)


def _strange(corpus: Corpus, ids: list[str]) -> list[str]:
    """The ids among some that the corpus does not have."""
    import pyarrow as pa

    asked = pa.table({"posting_id": pa.array(sorted(set(ids)), pa.string())})
    found: list[str] = corpus.query("SELECT posting_id FROM asked ANTI JOIN postings USING (posting_id) ORDER BY 1", asked=asked).column(0).to_pylist()  # fmt: skip
    return found


def _site(context: click.Context) -> None:
    """Sets Django up for the workspace, so that the site's database can be changed."""
    from observatory.cli.site import _django

    _django(context)


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
@click.pass_context
def collect(
    context: click.Context, names: tuple[str, ...], since: str | None, backfill: str | None, as_json: bool
) -> None:  # fmt: skip
    """Collect from live sources, each from where it stopped. SOURCE is a name or NAME:BOARD; without
    one, all that sources.toml names."""
    from observatory import pipeline
    from observatory.cli.collecting import show
    from observatory.cli.opening import date_of, now, progress_bar, workspace_of
    from observatory.collect import Client, make_source, read_register
    from observatory.errors import SettingError

    ws = workspace_of(context.obj)
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
    expired = _expire(context, keep) if keep else 0
    if as_json:
        click.echo(json.dumps({name: asdict(report) for name, report in reports.items()}, indent=1, ensure_ascii=False))
    else:
        for name, report in reports.items():
            click.echo(f"{name}: {report.outcome}{': ' + report.cause if report.cause else ''}")
            show(report)
        if expired:
            click.echo(f"{expired} texts removed, as their source's terms ask")
    failed = [name for name, report in reports.items() if report.failed]
    if failed:
        if len(reports) > 1:
            click.echo(
                f"{len(failed)} of {len(reports)} sources failed: {', '.join(failed)}. What the others gave is stored; "
                "observatory sources shows why", err=True,
            )  # fmt: skip
        sys.exit(1)


def _expire(context: click.Context, days: dict[str, int]) -> int:
    """Removes the texts that sources' terms no longer let be kept."""
    from observatory.cli.opening import now, workspace_of
    from observatory.corpus.forgetting import expired
    from observatory.forgetting import expire, has_site
    from observatory.pipeline import corpus_of

    ws = workspace_of(context.obj)
    if has_site(ws) and any(True for _ in expired(corpus_of(ws), days, now=now())):
        _site(context)
    return expire(ws, corpus_of(ws), days, now=now())


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
