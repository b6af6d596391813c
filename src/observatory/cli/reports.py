"""report: what readers get, who never sign in."""

from __future__ import annotations

from pathlib import Path

import click

# The kinds, visible without importing what makes them; a test holds the two lists together.
KINDS = ("weekly", "quarterly", "annual", "quality")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option(
    "--as-of", default=None, help="The period that ends with the day before this one (YYYY-MM-DD); else today."
)
@click.option("--format", "form", type=click.Choice(["html", "pdf", "docx"]), default="html", show_default=True)
@click.option("--lang", type=click.Choice(["en", "zh", "it"]), default="en", show_default=True, help="Language.")
@click.option("--decisions", type=click.Path(path_type=Path, dir_okay=False), default=None,
              help="Decisions, as `observatory review verdicts` writes them; else var/review/verdicts.json.")  # fmt: skip
@click.option("--backtest", type=click.Path(path_type=Path, dir_okay=False), default=None,
              help="Figures of a back-test (JSON); else var/backtest/backtest.json.")  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="File to write; else in var/reports/."
)
@click.pass_obj
def report(
    obj: dict[str, object], kind: str, as_of: str | None, form: str, lang: str, decisions: Path | None,
    backtest: Path | None, out: Path | None,
) -> None:  # fmt: skip
    """A report: the weekly bulletin, the quarter by sector, the year, or the quality of the data."""
    from observatory import reporting
    from observatory.cli.opening import date_of, now, workspace_of
    from observatory.errors import BadFile
    from observatory.filed import write_beside

    for given in (decisions, backtest):
        if given is not None and not given.is_file():
            raise BadFile(f"{given}: there is no such file")
    ws = workspace_of(obj)
    when = date_of(as_of, "--as-of") if as_of else now().replace(hour=0, minute=0, second=0, microsecond=0)
    made = reporting.report(ws, kind, as_of=when, form=form, language=lang, decisions=decisions, backtest=backtest)
    path = out or ws.var_dir / "reports" / f"{kind}-{when.date()}-{lang}.{form}"
    write_beside(path, made)
    click.echo(str(path))
