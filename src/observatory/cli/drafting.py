"""draft: the draft of a standard from a candidate's postings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

if TYPE_CHECKING:
    from observatory.publish.standard import View
    from observatory.standards import Draft, Structure


@click.command()
@click.argument("identity", metavar="ID")
@click.option("--as-of", default=None, help="From the newest run at or before this day.")
@click.option("--format", "form", type=click.Choice(["html", "json", "docx", "pdf"]), default="html", show_default=True)
@click.option(
    "--structure", type=click.Choice(["five", "three", "esco", "units"]), default="three", show_default=True,
    help="Five levels of skilled workers, three of professional staff, a profile as in ESCO, or units of competence.",
)  # fmt: skip
@click.option(
    "--lang", type=click.Choice(["en", "zh"]), default=None, help="Language of the headings; else the draft's own."
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="File to write; else draft-ID in var/."
)
@click.pass_obj
def draft(
    obj: dict[str, object], identity: str, as_of: str | None, form: str, structure: str, lang: str | None, out: Path | None
) -> None:  # fmt: skip
    """The draft of a standard for one candidate. ID is its id, its rank, or its title.

    Every statement stands with the postings it rests on; what they do not say is left empty and marked.
    """
    from observatory.cli.opening import workspace_of
    from observatory.cli.reading import candidate_of, stored, write
    from observatory.drafting import draft_standard
    from observatory.pipeline import corpus_of
    from observatory.standards import check, skill_coverage

    _, found = stored(obj, as_of)
    ws = workspace_of(obj)
    chosen = candidate_of(found, identity)
    levels: Structure = "five" if structure == "five" else "three"
    made = draft_standard(ws, corpus_of(ws), chosen, structure=levels)
    for problem in check(made):
        click.echo(f"{problem.where}: {problem.why}", err=True)
    view = cast("View", structure if structure in ("esco", "units") else "standard")
    path = out or ws.var_dir / "drafts" / f"draft-{chosen.candidate.candidate_id}-{structure}.{form}"
    write(path, _made(made, form, view, lang or ""))
    good, of = skill_coverage(made)
    click.echo(f"{path}: {len(made.functions)} functions, {good} of {of} skill cells rest on three employers or more")


def _made(made: Draft, form: str, view: View, language: str) -> bytes:
    from observatory.publish.standard import draft_json, draft_page

    if form == "json":
        return draft_json(made, view).encode()
    if form == "html":
        return draft_page(made, view=view, language=language).encode()
    from observatory.publish.standard_documents import draft_docx, draft_pdf

    return (draft_docx if form == "docx" else draft_pdf)(made, view=view, language=language)
