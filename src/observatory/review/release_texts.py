"""The texts of published standards among the files of a release: JSON of all of them, DOCX of each in table form.

The words that were published, by level, with the tables of weights. What they rest on stays on the site: no
sentence of a posting, no employer and no count leaves it, so there is no cell that could be too small.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import translation

from observatory.errors import BadInput
from observatory.register import Row
from observatory.review.actions.drafting import draft_of
from observatory.review.actions.registering import rows_of
from observatory.review.draft_docx import as_docx
from observatory.review.models_standards import DraftVersion, Release
from observatory.standards import Cell, Draft, cells

FORMAT_VERSION = 1
# Field of a text: what it means; what the data dictionary says.
FIELDS: Mapping[str, str] = {
    "identity": "Identity of the standard's row in the register.",
    "code": "Code of the standard.",
    "profession": "Identity of the profession it is for.",
    "title": "Name of the profession, as the standard has it.",
    "names": "Names by language (ISO 639-1), the preferred one first.",
    "language": "Language of the text (ISO 639-1).",
    "structure": "five: levels 5 (lowest) to 1 of skilled workers; three: junior, intermediate, senior of professional staff.",
    "status": "published or withdrawn.",
    "effective": "Day from which it is in force (ISO 8601).",
    "sha256": "SHA-256 of the whole text with its evidence, as the site keeps it; the register's column `standard`.",
    "levels": "Levels, the lowest first: level, and the education and experience asked for (null: not said).",
    "overview": "Paragraphs of the overview: number, key, statements.",
    "ethics": "Statements on professional conduct.",
    "basics": "Statements of basic knowledge.",
    "functions": "Functions of the work: key, title, contents; a content has key, title and, by level, skills and knowledge.",
    "theory": "Weights of the examination in theory: per cent by item and level; each level sums to 100.",
    "practice": "Weights of the examination in skills, alike.",
    "statements": "Number of statements and titles in the text.",
    "with_evidence": "How many of them rest on postings; the others were written by people. Null stands for an empty one.",
}  # fmt: skip


def standards_of(release: Release) -> list[Row]:
    """The standards of a release whose text is on this site, by code; one that was imported has its text elsewhere."""
    rows = [row for row in rows_of(release) if row.kind == "standard" and row.standard]
    here = DraftVersion.objects.filter(sha256__in=[row.standard for row in rows]).values_list("sha256", flat=True)
    there = set(here)
    return sorted((row for row in rows if row.standard in there), key=lambda row: (row.code, row.identity))


def published_texts(release: Release) -> list[tuple[Row, Draft]]:
    """Each standard of a release with its text, the text's hash checked. Raises `BadInput` for one that was altered."""
    rows = standards_of(release)
    versions = {one.sha256: one for one in DraftVersion.objects.filter(sha256__in=[row.standard for row in rows])}
    return [(row, draft_of(versions[row.standard])) for row in rows]


def text_of(row: Row, draft: Draft) -> dict[str, Any]:
    """The published text as JSON holds it; `FIELDS` says what each field means."""
    every = [cell for _place, cell in cells(draft)]
    return {
        "identity": row.identity, "code": row.code, "profession": row.broader, "title": draft.title,
        "names": {language: list(names) for language, names in draft.names.items()}, "language": draft.language,
        "structure": draft.structure, "status": row.status,
        "effective": row.effective.isoformat() if row.effective else None, "sha256": row.standard,
        "levels": [
            {"level": one.level, "education": _word(one.education), "experience": _word(one.experience)} for one in draft.levels
        ],
        "overview": [{"number": one.number, "key": one.key, "statements": _words(one.cells)} for one in draft.overview],
        "ethics": _words(draft.ethics), "basics": _words(draft.basics),
        "functions": [
            {"key": function.key, "title": _word(function.title), "contents": [
                {"key": content.key, "title": _word(content.title), "requirements": [
                    {"level": one.level, "skills": _words(one.skills), "knowledge": _words(one.knowledge)} for one in content.requirements
                ]} for content in function.contents
            ]} for function in draft.functions
        ],
        "theory": {one.item: dict(one.shares) for one in draft.theory},
        "practice": {one.item: dict(one.shares) for one in draft.practice},
        "statements": len(every), "with_evidence": sum(1 for one in every if one.postings),
    }  # fmt: skip


def texts_json(release: Release) -> str:
    """All texts of a release in one file."""
    told = {
        "format_version": FORMAT_VERSION, "release": release.name, "on": release.made_at.date().isoformat(),
        "standards": [text_of(row, draft) for row, draft in published_texts(release)],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def fields_csv() -> str:
    """The data dictionary of a text: field, meaning."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("field", "meaning"))
    writer.writerows(FIELDS.items())
    return out.getvalue()


def text_docx(release: Release, identity: str) -> bytes:
    """One text in the table form of published standards, in its own language. Raises `BadInput` where there is none."""
    row = next((one for one in standards_of(release) if one.identity == identity), None)
    version = DraftVersion.objects.filter(sha256=row.standard).first() if row else None
    if row is None or version is None:
        raise BadInput(f"the release {release.name} holds no text of a standard {identity[:80]!r}")
    draft = draft_of(version)
    with translation.override("zh-hans" if draft.language == "zh" else "en"):
        return as_docx(draft, version=version.number, code=row.code, published=row.effective)


def files_of(release: Release) -> Iterator[tuple[str, bytes]]:
    """Every file of the texts of a release: name, contents."""
    yield "standards.json", texts_json(release).encode()
    yield "standards-dictionary.csv", fields_csv().encode()
    for row, _draft in published_texts(release):
        safe = "".join(sign if sign.isalnum() or sign in "-._" else "-" for sign in row.code)
        yield f"standard-{safe}.docx", text_docx(release, row.identity)


def _word(cell: Cell) -> str | None:
    return cell.text or None


def _words(found: Sequence[Cell]) -> list[str | None]:
    return [_word(cell) for cell in found]
