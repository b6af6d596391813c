"""employment: people at work in known occupations, to tell how many practise a new one."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.group()
def employment() -> None:
    """Add and list employment statistics of known occupations."""


@employment.command("add")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--scheme", required=True, help="Whose codes these are: isco (ISCO-08 unit groups), onet (SOC), dadian ..."
)
@click.option("--area", required=True, help="The labour market they are of, as a reader should see it.")
@click.option("--of", "of", required=True, help="Day the figures are for, YYYY-MM-DD.")
@click.option("--released", required=True, help="Day they came out, YYYY-MM-DD: a run before it does not see them.")
@click.option("--source", default="", help="How a dossier names them, such as the survey and its publisher.")
@click.option("--map", "columns", multiple=True, metavar="FIELD=COLUMN", help="code, employed.")
@click.pass_obj
def add(
    obj: dict[str, object], file: Path, scheme: str, area: str, of: str, released: str, source: str, columns: tuple[str, ...]
) -> None:  # fmt: skip
    """Add the figures of FILE, a CSV with occupation codes and people at work."""
    from observatory.cli.opening import date_of, mapping_of, workspace_of
    from observatory.taxonomy.employment import EmploymentShelf, read_employment

    ws = workspace_of(obj)
    figures = read_employment(
        file, scheme=scheme, area=area, of=date_of(of, "--of").date(), released=date_of(released, "--released").date(),
        source=source, columns=mapping_of(columns),
    )  # fmt: skip
    changed = EmploymentShelf(ws.employment_dir).add(figures)
    click.echo(
        f"{figures.name}, {figures.area}, {figures.of}: {len(figures.people)} occupations, "
        f"{sum(figures.people.values()):,} people" + ("" if changed else " (stored already)")
    )


@employment.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def list_(obj: dict[str, object], as_json: bool) -> None:
    """List the figures of the workspace."""
    from observatory.cli.opening import workspace_of
    from observatory.taxonomy.employment import EmploymentShelf

    found = EmploymentShelf(workspace_of(obj).employment_dir).all()
    rows = [
        {"name": f.name, "scheme": f.scheme, "area": f.area, "of": str(f.of), "released": str(f.released),
         "occupations": len(f.people), "people": sum(f.people.values())}
        for f in found
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    if not rows:
        click.echo(
            "No figures yet. Add some: observatory employment add FILE --scheme isco --area A --of DATE --released DATE"
        )
    for row in rows:
        click.echo(
            f"{row['scheme']:<8} of {row['of']}, released {row['released']}  {row['occupations']:>5} occupations "
            f"{row['people']:>13,} people  {row['area']}  {row['name']}"
        )
