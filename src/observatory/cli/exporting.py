"""export: the register as open data."""

from __future__ import annotations

from pathlib import Path

import click

# The formats, visible without importing what makes them; a test holds the two lists together.
FORMATS = ("turtle", "jsonld", "schemaorg", "csv", "dictionary", "parquet")
_ENDINGS = {"turtle": "ttl", "jsonld": "jsonld", "schemaorg": "schema.json", "csv": "csv", "dictionary": "dictionary.csv", "parquet": "parquet"}  # fmt: skip


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(FORMATS))
@click.option("--as-of", default=None, help="The newest run at or before this day (YYYY-MM-DD); else the newest.")
@click.option("--decisions", type=click.Path(path_type=Path, dir_okay=False), default=None,
              help="Decisions, as `observatory review verdicts` writes them; else var/review/verdicts.json.")  # fmt: skip
@click.option("--register", type=click.Path(path_type=Path, dir_okay=False), default=None,
              help="Professions and standards instead, from this CSV, as `observatory review register` writes it.")  # fmt: skip
@click.option(
    "--min-cell", default=5, show_default=True, type=click.IntRange(1), help="Counts below this are left out."
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="File to write; else in var/releases/."
)
@click.pass_obj
def export(
    obj: dict[str, object], form: str, as_of: str | None, decisions: Path | None, register: Path | None, min_cell: int,
    out: Path | None,
) -> None:  # fmt: skip
    """The register as open data: turtle or jsonld (SKOS, DCAT, PROV), schemaorg, csv, its dictionary, or parquet."""
    from observatory import releasing
    from observatory.cli.opening import date_of, now, workspace_of
    from observatory.errors import BadFile
    from observatory.filed import write_beside

    if decisions is not None and not decisions.is_file():
        raise BadFile(f"{decisions}: there is no such file")
    ws = workspace_of(obj)
    when = date_of(as_of, "--as-of") if as_of else now()
    if register is not None:
        made = releasing.export_register(ws, form, register, name=register.stem, on=when.date())
        path = out or ws.var_dir / "releases" / f"standards.{_ENDINGS[form]}"
    else:
        made = releasing.export(ws, form, as_of=when, decisions=decisions, min_cell=min_cell)
        path = out or ws.var_dir / "releases" / f"register.{_ENDINGS[form]}"
    write_beside(path, made)
    click.echo(str(path))
