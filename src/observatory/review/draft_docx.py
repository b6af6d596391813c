"""A draft of a standard as a Word document in the table form of the published standards.

Four chapters: overview, basic requirements, work requirements (one table a level: function, content, skills,
related knowledge), weights. A cell without evidence says so; what rests on postings says on how many.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from observatory.review.sections import weight_table
from observatory.review.templatetags.standards import level_word, paragraph_word, weight_word
from observatory.standards import Cell, Draft


def a4_document(title: str) -> Any:
    """An empty A4 document of Word with a Latin and a Chinese font."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    made = Document()
    section = made.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    style = made.styles["Normal"]
    style.font.name, style.font.size = "Noto Sans", Pt(10)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Noto Sans CJK SC")
    made.core_properties.title = title
    return made


def as_docx(draft: Draft, *, version: int, code: str = "", published: dt.date | None = None) -> bytes:
    """The document, in the language of the reader; the texts stay in the language of the draft.

    A standard `published` (the day it is in force from) shows its words alone, a draft what they rest on too.
    """
    made = a4_document(draft.title)
    made.add_heading(draft.title, 0)
    what = (
        _("Standard, in force from %(day)s") % {"day": published.isoformat()} if published
        else _("Draft of a standard, version %(number)s") % {"number": version}
    )  # fmt: skip
    made.add_paragraph(" · ".join(one for one in (code, what) if one))
    say = _bare if published else said
    made.add_heading(f"1  {_('Overview of the occupation')}", 1)
    for paragraph in draft.overview:
        made.add_heading(f"{paragraph.number}  {paragraph_word(paragraph.key)}", 2)
        _lines(made, paragraph.cells, say)
        if paragraph.key == "levels":
            for level in draft.levels:
                asked = "; ".join(one.text for one in (level.education, level.experience) if one.text)
                made.add_paragraph(f"{level_word(level.level)}{': ' + asked if asked else ''}", style="List Bullet")
    made.add_heading(f"2  {_('Basic requirements')}", 1)
    for number, key, found in (("2.1", "ethics", draft.ethics), ("2.2", "basics", draft.basics)):
        made.add_heading(f"{number}  {paragraph_word(key)}", 2)
        _lines(made, found, say)
    made.add_heading(f"3  {_('Work requirements')}", 1)
    made.add_paragraph(_("Each level includes what the lower ones ask for."))
    for at, level in enumerate(draft.levels, 1):
        made.add_heading(f"3.{at}  {level_word(level.level)}", 2)
        _work(made, draft, level.level, say)
    made.add_heading(f"4  {_('Weights')}", 1)
    for at, name in enumerate(("theory", "practice"), 1):
        made.add_heading(f"4.{at}  {weight_word(name)}", 2)
        _weights(made, draft, name)
    if draft.limits and not published:
        made.add_heading(_("Limits"), 1)
        for line in draft.limits:
            made.add_paragraph(line, style="List Bullet")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def said(cell: Cell) -> str:
    """A statement with what it rests on."""
    if cell.origin == "none":
        return f"[{_('no evidence')}]"
    if not cell.postings:
        return f"{cell.text} [{_('written by a person')}]"
    return f"{cell.text} [{_('%(n)s postings, %(e)s employers') % {'n': cell.postings, 'e': cell.employers}}]"


def _bare(cell: Cell) -> str:
    return cell.text or f"[{_('no evidence')}]"


def _lines(made: Any, found: Iterable[Cell], say: Callable[[Cell], str]) -> None:
    for cell in found:
        made.add_paragraph(say(cell))


def _work(made: Any, draft: Draft, level: str, say: Callable[[Cell], str]) -> None:
    table = _table(made, (_("Function"), _("Content of work"), _("Skill requirement"), _("Related knowledge")))
    for function in draft.functions:
        first = None
        for content in function.contents:
            for row in (one for one in content.requirements if one.level == level):
                cells = table.add_row().cells
                _fill(cells[1], [say(content.title)])
                _fill(cells[2], [say(one) for one in row.skills])
                _fill(cells[3], [say(one) for one in row.knowledge])
                if first is None:
                    first = cells[0]
                    _fill(first, [say(function.title)])
                else:
                    first = first.merge(cells[0])


def _weights(made: Any, draft: Draft, name: str) -> None:
    shown = weight_table(draft, name)
    table = _table(made, (_("Item"), *(level_word(level) for level in shown["levels"])))
    for item, words, values in shown["rows"]:
        cells = table.add_row().cells
        _fill(cells[0], [weight_word(item) if words == item else words])
        for place, (_field, value, _may) in enumerate(values, 1):
            _fill(cells[place], [value])
    cells = table.add_row().cells
    _fill(cells[0], [_("Sum")])
    for place, total in enumerate(shown["sums"], 1):
        _fill(cells[place], [str(total)])


def _table(made: Any, heads: Sequence[str]) -> Any:
    table = made.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, words in zip(table.rows[0].cells, heads, strict=True):
        _fill(cell, [words])
        for run in cell.paragraphs[0].runs:
            run.bold = True
    return table


def _fill(cell: Any, lines: Sequence[str]) -> None:
    cell.paragraphs[0].text = lines[0] if lines else ""
    for line in lines[1:]:
        cell.add_paragraph(line)
