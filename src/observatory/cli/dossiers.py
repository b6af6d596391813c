"""dossier, verify-dossier: the evidence on candidates as files, and whether a file holds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from observatory.committee import Case, Codes
    from observatory.config import Workspace
    from observatory.corpus import Corpus
    from observatory.records import Dossier, Run

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("identities", metavar="ID...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every candidate of the run instead of some.")
@click.option(
    "--format", "form", type=click.Choice(["html", "json", "md", "docx", "pdf"]), default="html", show_default=True
)
@click.option("--as-of", default=None, help="From the newest run at or before this day.")
@click.option("--out", type=click.Path(path_type=Path), default=None,
              help="File to write, of several dossiers the folder; else dossier-ID in var/dossiers.")  # fmt: skip
@click.option(
    "--committee", is_flag=True, help="The committee's file: neighbours side by side, codes, pay, open questions."
)
@click.option("--draft", type=FILE, default=None, help="With --committee: a draft (JSON) whose units stand in it.")
@click.option("--record", type=FILE, default=None,
              help="With --committee: the site's record with its dissent, by: observatory review record.")  # fmt: skip
@click.option("--register", type=FILE, default=None,
              help="With --committee: the register (CSV) whose codes are taken, by: observatory review register.")  # fmt: skip
@click.pass_obj
def dossier(
    obj: dict[str, object], identities: tuple[str, ...], every: bool, form: str, as_of: str | None, out: Path | None,
    committee: bool, draft: Path | None, record: Path | None, register: Path | None,
) -> None:  # fmt: skip
    """The evidence on candidates. ID is a candidate's id, its rank, or its title; several make several files."""
    from observatory.cli.opening import workspace_of
    from observatory.cli.reading import candidate_of, stored, write

    if bool(identities) == every:
        raise click.UsageError("name one candidate or several (id, rank or title), or give --all")
    if committee and form == "md":
        raise click.BadParameter("the committee's file is made as html, json, docx or pdf", param_hint="--format")
    if not committee and (draft or record or register):
        raise click.UsageError("--draft, --record and --register belong to the committee's file: give --committee too")
    run, found = stored(obj, as_of)
    chosen = found if every else [candidate_of(found, one) for one in identities]
    if (draft or record) and len(chosen) > 1:
        raise click.UsageError("a draft and a record are those of one candidate: name one")
    ws = workspace_of(obj)
    many = every or len(chosen) > 1
    if many and out is not None and out.is_file():
        raise click.BadParameter(f"{out} is a file; give a folder for several dossiers", param_hint="--out")
    folder = out if out is not None and (many or out.is_dir()) else ws.var_dir / "dossiers"
    make = (
        _committee_maker(ws, run, chosen, form, draft, record, register) if committee else lambda one: _made(one, form)
    )
    for one in chosen:
        name = f"{'committee' if committee else 'dossier'}-{one.candidate.candidate_id}.{form}"
        path = out if out is not None and not many and not out.is_dir() else folder / name
        write(path, make(one))
        click.echo(str(path))


def _committee_maker(
    ws: Workspace, run: Run, chosen: list[Dossier], form: str, draft: Path | None, record: Path | None, register: Path | None
) -> Callable[[Dossier], bytes]:  # fmt: skip
    """What makes the committee's file of each of the chosen, from one reading of the corpus."""
    from observatory.casebook import Casebook
    from observatory.committee import build_case
    from observatory.given import given_of
    from observatory.pipeline import corpus_of, shelf_of

    corpus = corpus_of(ws)
    book = Casebook(corpus, run, shelf_of(ws).as_of(run.as_of.date()), [one.candidate.candidate_id for one in chosen])
    codes = codes_of(ws, register)

    def make(one: Dossier) -> bytes:
        given = given_of(one.candidate.candidate_id, draft=draft, record=record)
        return _laid_out(one, build_case(book, one, licence_of, codes=codes, given=given), form)

    return make


def _laid_out(chosen: Dossier, case: Case, form: str) -> bytes:
    from observatory import committee
    from observatory.publish import wording
    from observatory.publish.case_pages import case_blocks
    from observatory.publish.standard import page_of
    from observatory.publish.standard_documents import docx_of, pdf_of

    if form == "json":
        return committee.to_json(chosen, case).encode()
    head = {"title": wording.title(chosen), "kicker": "Dossier for the committee",
            "note": f"data before {wording.day(chosen.as_of)} · SHA-256 {committee.digest(chosen, case)}"}  # fmt: skip
    blocks = case_blocks(chosen, case)
    if form == "html":
        return page_of(blocks, **head).encode()
    return (docx_of if form == "docx" else pdf_of)(blocks, day=chosen.as_of, **head)


def codes_of(ws: Workspace, register: Path | None) -> Codes:
    """The rules of codes of a workspace, with the codes that a register (CSV) holds. Raises `BadFile`, `BadInput`."""
    from observatory.committee import Codes
    from observatory.handed import naming, text_of
    from observatory.register import read_csv

    s = ws.settings.standards
    taken: tuple[str, ...] = ()
    if register is not None:
        text = text_of(register, expected="the register (CSV)", made_by="observatory review register --out FILE")
        with naming(register):
            rows = read_csv(text)
        taken = tuple(row.code for row in rows if row.scheme == s.scheme)
    return Codes(scheme=s.scheme, patterns={"occupation": s.occupation_code, "specialisation": s.specialisation_code}, taken=taken)  # fmt: skip


def licence_of(source: str) -> tuple[str, str]:
    """Licence and attribution of a source, as far as the source says them."""
    from observatory.collect import SOURCES

    row = SOURCES.get(source.partition(":")[0])
    return ("not stated by the importer", "") if row is None else (row[0].terms.licence, row[0].terms.attribution)


def _made(chosen: Dossier, form: str) -> bytes:
    if form == "json":
        from observatory.propose import to_json

        return (to_json(chosen, indent=1) + "\n").encode()
    from observatory import publish

    if form == "md":
        return publish.dossier_markdown(chosen).encode()
    if form == "docx":
        return publish.dossier_docx(chosen)
    if form == "pdf":
        return publish.dossier_pdf(chosen)
    return publish.dossier_page(chosen).encode()


@click.command("verify-dossier")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--hash-only", is_flag=True, help="Check the hash and leave the corpus alone.")
@click.option("--register", type=FILE, default=None, help="The register (CSV) that a committee's file was made with.")
@click.pass_obj
def verify_dossier(obj: dict[str, object], file: Path, hash_only: bool, register: Path | None) -> None:
    """Check that a dossier (JSON) is as it was made, and that the corpus it names gives its figures."""
    from observatory.cli.opening import workspace_of
    from observatory.errors import NotEnoughData, WorkspaceError
    from observatory.handed import naming, text_of
    from observatory.pipeline import corpus_of
    from observatory.propose import from_json, verify
    from observatory.verification import differences, withdrawn

    text = text_of(file, expected="a dossier (JSON)", made_by="observatory dossier ID --format json")
    if '"case"' in text[:200_000] and '"dossier"' in text[:400]:
        _verify_committee(obj, file, text, hash_only, register)
        return
    with naming(file):
        found = from_json(text)
    right = _hash_said(file, found, verify(found))
    wrong: list[str] = []
    if not hash_only:
        try:
            corpus = corpus_of(workspace_of(obj))
            wrong = _unrecorded(corpus, found) + differences(corpus, found)
        except (WorkspaceError, NotEnoughData) as error:
            click.echo(f"{file}: figures not recomputed: {error}", err=True)
        else:
            _figures_said(file, found, wrong, withdrawn(corpus, found))
    if wrong or not right:
        sys.exit(1)


def _hash_said(file: Path, found: Dossier, right: bool) -> bool:
    """Says whether a dossier is as it was frozen, or as a removal of quotations left it."""
    if not right:
        click.echo(f"{file}: altered: its contents do not have the hash {found.sha256[:16]} that it names", err=True)
    elif not found.removals:
        click.echo(f"{file}: hash right, sha256 {found.sha256}")
    else:
        click.echo(f"{file}: frozen with sha256 {found.sha256}, which words removed since were part of")
        for note in found.removals:
            click.echo(f"{file}: {note.quotations} quotations removed on {note.on} ({note.why})")
        click.echo(f"{file}: what is left is as that removal left it, sha256 {found.removals[-1].sha256}")
    return right


def _unrecorded(corpus: Corpus, found: Dossier) -> list[str]:
    """A line when a dossier says that quotations were removed and this workspace did not remove them."""
    if not found.removals:
        return []
    from observatory.propose import from_json

    rows = corpus.read(
        "candidates", columns=["dossier"], where="run_id = $run AND candidate_id = $id", run=found.run.run_id, id=found.candidate.candidate_id
    ).to_pylist()  # fmt: skip
    for row in rows:
        stored = from_json(row["dossier"])
        hashes = {note.sha256 for note in stored.removals}
        if stored.sha256 == found.sha256 and all(note.sha256 in hashes for note in found.removals):
            return []
    return ["it says that quotations were removed; this workspace has no record of that"]


def _figures_said(file: Path, found: Dossier, wrong: list[str], removed: list[str]) -> None:
    for line in wrong:
        click.echo(f"{file}: {line}", err=True)
    if not wrong:
        click.echo(f"{file}: figures agree with corpus version {found.run.corpus_version}")
    for line in removed:
        click.echo(f"{file}: {line}")


def _verify_committee(obj: dict[str, object], file: Path, text: str, hash_only: bool, register: Path | None) -> None:
    """Checks a committee's file: both hashes, the dossier's figures, and every figure of the case.

    The headline figures are counted a second time in SQL that shares no code with what made them. What people gave
    (units, dissent) is no figure of the corpus: it is taken as written, held by the hash.
    """
    from observatory import committee
    from observatory.casebook import Casebook
    from observatory.cli.opening import workspace_of
    from observatory.handed import naming
    from observatory.pipeline import corpus_of, shelf_of
    from observatory.recount import case_differences
    from observatory.verification import differences, withdrawn

    with naming(file):
        found, case, right = committee.from_json(text)
    if found.removals:
        _hash_said(file, found, right)
    else:
        click.echo(f"{file}: " + ("hash right" if right else "altered: its contents do not have the hash it names"), err=not right)  # fmt: skip
    wrong: list[str] = []
    if not hash_only:
        ws = workspace_of(obj)
        corpus = corpus_of(ws)
        book = Casebook.of(corpus, found, shelf_of(ws).as_of(found.as_of))
        again = committee.build_case(book, found, licence_of, codes=codes_of(ws, register), given=case.given)
        wrong = [*_unrecorded(corpus, found), *differences(corpus, found), *committee.differences(case, again)]
        wrong += [line for line in case_differences(corpus, found, case) if line not in wrong]
        removed = withdrawn(corpus, found)
        if removed:
            wrong = [line for line in wrong if not line.startswith(OF_WORDS)]
        _figures_said(file, found, wrong, removed)
    if wrong or not right:
        sys.exit(1)


# Parts of a case that are words of postings, or counts of their employers.
OF_WORDS = ("definition", "tasks", "employers")
