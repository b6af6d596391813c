"""draft, crosswalk, curriculum: what is made of a candidate for those who write standards and teach."""

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


@click.command()
@click.argument("identity", metavar="ID")
@click.option("--as-of", default=None, help="From the newest run at or before this day.")
@click.option(
    "--top", default=5, show_default=True, type=click.IntRange(1, 50), help="Suggestions for each classification."
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="File to write; else it is printed."
)
@click.pass_obj
def crosswalk(obj: dict[str, object], identity: str, as_of: str | None, top: int, out: Path | None) -> None:
    """Suggested relations to the loaded classifications, as JSON for the site. ID is an id, rank, or title.

    A suggestion is made by similarity and shows what it rests on; a person on the site makes it a relation.
    """
    from observatory.cli.opening import workspace_of
    from observatory.cli.reading import candidate_of, stored, write
    from observatory.crosswalks import crosswalk as made_of
    from observatory.crosswalks import to_json
    from observatory.pipeline import corpus_of, shelf_of

    _, found = stored(obj, as_of)
    ws = workspace_of(obj)
    chosen = candidate_of(found, identity)
    text = to_json(made_of(ws, corpus_of(ws), chosen, shelf_of(ws).as_of(chosen.as_of), top=top))
    if out is None:
        click.echo(text, nl=False)
        return
    write(out, text.encode())
    click.echo(str(out))


@click.command()
@click.argument("identity", metavar="ID")
@click.option("--as-of", default=None, help="From the newest run at or before this day.")
@click.option("--format", "form", type=click.Choice(["html", "json", "docx", "pdf"]), default="html", show_default=True)
@click.option("--structure", type=click.Choice(["five", "three"]), default="three", show_default=True, help="Levels.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="File to write; else curriculum-ID in var/.",
)
@click.pass_obj
def curriculum(
    obj: dict[str, object], identity: str, as_of: str | None, form: str, structure: str, out: Path | None
) -> None:
    """A curriculum brief, what a certification should test, and whether a competition suits. ID as for a dossier."""
    from observatory.casebook import Casebook
    from observatory.cli.opening import workspace_of
    from observatory.cli.reading import candidate_of, stored, write
    from observatory.committee import neighbours_of
    from observatory.curriculum import brief, to_json
    from observatory.drafting import draft_standard
    from observatory.pipeline import corpus_of, shelf_of
    from observatory.publish.curriculum_pages import brief_blocks
    from observatory.publish.standard import page_of
    from observatory.publish.standard_documents import docx_of, pdf_of

    _, found = stored(obj, as_of)
    ws = workspace_of(obj)
    chosen, corpus = candidate_of(found, identity), corpus_of(ws)
    levels: Structure = "five" if structure == "five" else "three"
    draft_ = draft_standard(ws, corpus, chosen, structure=levels)
    book = Casebook.of(corpus, chosen, shelf_of(ws).as_of(chosen.as_of))
    made = brief(corpus, chosen, draft_, tuple(neighbours_of(book, chosen)))
    head = {"title": made.title, "kicker": "Curriculum brief", "note": f"made from postings before {chosen.as_of}"}
    language = "zh" if draft_.language == "zh" else "en"
    if form == "json":
        raw = to_json(made).encode()
    elif form == "html":
        raw = page_of(brief_blocks(made, language), **head).encode()
    else:
        raw = (docx_of if form == "docx" else pdf_of)(brief_blocks(made, language), day=chosen.as_of, **head)
    path = out or ws.var_dir / "curricula" / f"curriculum-{chosen.candidate.candidate_id}.{form}"
    write(path, raw)
    click.echo(f"{path}: {len(made.units)} units, {len(made.tested)} skills to test, competition: {made.competition}")
