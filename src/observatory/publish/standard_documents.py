"""The draft of a standard as DOCX, in the official table form, and as PDF; the same blocks as the page."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from observatory.errors import MissingPart
from observatory.publish import wording
from observatory.publish.charts import growth_chart, to_png, to_svg
from observatory.publish.documents import (
    LATIN_FONT,
    breakable,
    clean,
    families,
    han_font,
    midnight,
    same_bytes,
    styled_document,
)
from observatory.publish.standard import Block, Layout, Shown, View, spans
from observatory.publish.standard_words import words
from observatory.standards import Draft

TEMPLATE = Path(__file__).parent / "templates" / "standard.typ"


def draft_docx(draft: Draft, *, view: View = "standard", language: str = "") -> bytes:
    """The DOCX of a draft."""
    language = language or ("zh" if draft.language == "zh" else "en")
    w = words(language)
    note = f"{w['contents']} · {draft.made_from.get('as of', '')}"
    return docx_of(Layout(draft, language).blocks(view), title=draft.title, kicker=w["draft"], note=note, day=_day(draft))  # fmt: skip


def docx_of(blocks: Sequence[Block], *, title: str, kicker: str, note: str, day: dt.date) -> bytes:
    """Blocks as DOCX: headings, lists and bordered tables whose first column joins rows that belong together."""
    from docx.shared import Cm

    paper = styled_document(20)
    _quiet(paper.add_paragraph(), kicker)
    paper.add_heading(clean(title), 0)
    _quiet(paper.add_paragraph(), note)
    for block in blocks:
        if block.kind == "heading":
            paper.add_heading(clean(block.text), block.level)
        elif block.kind == "text":
            _quiet(paper.add_paragraph(), block.text)
        elif block.kind == "growth":
            if (chart := growth_chart(block.history)) is not None:
                paper.add_picture(io.BytesIO(to_png(chart, scale=3.0)), width=Cm(16.2))
            _quiet(paper.add_paragraph(), block.text)
        elif block.kind == "list":
            for shown in block.items:
                _say(paper.add_paragraph(style="List Bullet"), shown)
        else:
            _table(paper, block)
    core = paper.core_properties
    core.title, core.author, core.comments = clean(title)[:200], "observatory", ""
    core.created = core.modified = midnight(day).replace(tzinfo=None)
    raw = io.BytesIO()
    paper.save(raw)
    return same_bytes(raw.getvalue())


def _table(paper: Any, block: Block) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    made = paper.add_table(rows=1, cols=len(block.head), style="Table Grid")
    made.autofit = False
    whole = sum(block.widths)
    widths = [Cm(16.4 * width / whole) for width in block.widths]
    for cell, text in zip(made.rows[0].cells, block.head, strict=True):
        cell.text = clean(text)
        for run in cell.paragraphs[0].runs:
            run.bold, run.font.size = True, Pt(9.5)
    repeat = OxmlElement("w:tblHeader")  # the head stands again on each page
    repeat.set(qn("w:val"), "true")
    made.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in block.rows:
        for cell, items in zip(made.add_row().cells, row, strict=True):
            for number, shown in enumerate(items):
                paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
                paragraph.paragraph_format.space_after = Pt(2)
                _say(paragraph, shown, small=block.quiet)
    for column in range(block.merged):
        for at, covered in enumerate(spans(block.rows, column), 1):
            if covered > 1:
                for below in range(at + 1, at + covered):  # only the first cell keeps its words
                    for paragraph in made.cell(below, column).paragraphs:
                        paragraph.clear()
                joined = made.cell(at, column).merge(made.cell(at + covered - 1, column))
                for paragraph in [p for p in joined.paragraphs if not p.text][:]:
                    paragraph._p.getparent().remove(paragraph._p)
    for column_, width in zip(made.columns, widths, strict=True):  # LibreOffice reads the grid, Word the cells
        column_.width = width
    for row_ in made.rows:
        for cell, width in zip(row_.cells, widths, strict=True):
            cell.width = width


def _say(paragraph: Any, shown: Shown, *, small: bool = False) -> None:
    from docx.enum.text import WD_COLOR_INDEX
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(clean(shown.text))
    run.font.size = Pt(8 if small else 10)
    if shown.missing:
        run.font.highlight_color, run.italic = WD_COLOR_INDEX.YELLOW, True
        return
    if shown.note.strip():
        note = paragraph.add_run(f" ({clean(shown.note)})")
        note.font.size, note.font.color.rgb = Pt(7.5), RGBColor(0x56, 0x61, 0x6B)
    if shown.refs:
        ref = paragraph.add_run(f"[{', '.join(map(str, shown.refs))}]")
        ref.font.superscript = True


def _quiet(paragraph: Any, text: str) -> None:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(clean(text))
    run.font.size, run.font.color.rgb = Pt(9), RGBColor(0x56, 0x61, 0x6B)


def _day(draft: Draft) -> dt.date:
    try:
        return dt.date.fromisoformat(draft.made_from.get("as of", ""))
    except ValueError:
        return dt.date(1980, 1, 1)


def draft_pdf(draft: Draft, *, view: View = "standard", language: str = "") -> bytes:
    """The PDF of a draft."""
    language = language or ("zh" if draft.language == "zh" else "en")
    w = words(language)
    blocks = Layout(draft, language).blocks(view)
    return pdf_of(blocks, title=draft.title, kicker=w["draft"], note=w["contents"], day=_day(draft), language=language)


def pdf_of(blocks: Sequence[Block], *, title: str, kicker: str, note: str, day: dt.date, language: str = "en") -> bytes:
    """Blocks as PDF by Typst. Raises `MissingPart` without Typst, or where Chinese has no font."""
    try:
        import typst
    except ImportError as error:
        raise MissingPart("PDF needs the package typst; install it with: pip install 'typst>=0.13'") from error
    charts = {
        f"growth-{at}.svg": to_svg(chart).encode()
        for at, block in enumerate(blocks)
        if block.kind == "growth" and (chart := growth_chart(block.history, font=LATIN_FONT, width=620)) is not None
    }
    content = json.dumps(
        {
            "title": breakable(title), "draft": kicker, "contents": note, "as_of": wording.day(day), "lang": language,
            "date": [day.year, day.month, day.day], "blocks": [{**_block(b), "file": name if (name := f"growth-{at}.svg") in charts else ""} for at, b in enumerate(blocks)],
        },
        ensure_ascii=False,
    )  # fmt: skip
    han = han_font(families())
    if not han and wording.language_of(content):
        raise MissingPart(
            "this document holds Chinese text and no font here can show it in a PDF; install one with: "
            "apt-get install fonts-noto-cjk (or fonts-wqy-microhei), or take --format html"
        )
    values = {"draft": content, "fonts": json.dumps([LATIN_FONT, *([han] if han else [])])}
    compile_: Any = typst.compile  # takes a mapping of names to files, which its stubs do not say
    try:
        made: bytes = compile_({"main": TEMPLATE.read_bytes(), **charts}, sys_inputs=values, format="pdf", timestamp=midnight(day))  # fmt: skip
    except RuntimeError as error:
        raise MissingPart(
            f"Typst could not set this document ({error}); is the package typst 0.13 or newer?"
        ) from error
    return made


def _block(block: Block) -> dict[str, Any]:
    """A block for the template: table cells with their place and the rows they cover."""
    covers = {column: spans(block.rows, column) for column in range(block.merged)}
    cells = [
        {"x": x, "y": y, "rows": covers[x][y] if x in covers else 1, "items": [_item(shown) for shown in items]}
        for y, row in enumerate(block.rows) for x, items in enumerate(row)
        if x not in covers or covers[x][y]
    ]  # fmt: skip
    return {
        "kind": block.kind, "text": block.text, "level": block.level, "items": [_item(s) for s in block.items],
        "head": list(block.head), "widths": list(block.widths), "quiet": block.quiet, "cells": cells,
    }  # fmt: skip


def _item(shown: Shown) -> dict[str, Any]:
    return {**asdict(shown), "text": breakable(shown.text), "refs": list(shown.refs)}
