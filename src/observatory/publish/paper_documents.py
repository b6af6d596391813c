"""A paper as PDF by Typst and as DOCX by python-docx; charts as vectors in the PDF, as pictures in the DOCX."""

from __future__ import annotations

import io
import json
import re
from typing import Any

from observatory.errors import MissingPart
from observatory.publish import wording
from observatory.publish.charts import to_png, to_svg
from observatory.publish.documents import (
    LATIN_FONT,
    breakable,
    clean,
    families,
    han_font,
    midnight,
    ruled_table,
    same_bytes,
    styled_document,
)
from observatory.publish.page import TEMPLATES
from observatory.publish.paper import SAME, Figures, Grid, Heading, Paper, Picture, Points, Text, all_text, spans

PAGE_POINTS = 720  # the width charts are defined for
LEAST_SCALE = 3.0  # pixels a point of pictures in DOCX


# --- PDF -------------------------------------------------------------------------------------


def paper_pdf(paper: Paper) -> bytes:
    """The PDF: fonts embedded, charts as vectors, dated with the day the figures hold for.

    Raises `MissingPart` without Typst, or when the paper holds Chinese and no font here has it.
    """
    try:
        import typst
    except ImportError as error:
        raise MissingPart("PDF needs the package typst; install it with: pip install 'typst>=0.13'") from error
    han = needed_han(paper)
    fonts = [LATIN_FONT, *([han] if han else [])]
    files: dict[str, bytes] = {"main": (TEMPLATES / "paper.typ").read_bytes()}
    blocks = []
    for at, block in enumerate(paper.blocks):
        shown = _typst(block, f"chart-{at}.svg")
        if isinstance(block, Picture):
            svg = to_svg(_in_fonts(block.chart, fonts, han))
            files[shown["file"]] = svg.encode()
            wide = float(re.search(r'width="([\d.]+)"', svg).group(1))  # type: ignore[union-attr]
            shown["width"] = round(min(100.0, 100 * wide / PAGE_POINTS), 1)
        blocks.append(shown)
    values = {
        "paper": json.dumps({
            "title": paper.title, "eyebrow": list(paper.eyebrow), "lang": paper.language, "blocks": blocks,
            "date": [paper.dated.year, paper.dated.month, paper.dated.day],
            "made": [[name, breakable(value)] for name, value in paper.made_from], "made_title": paper.made_from_title,
        }, ensure_ascii=False),
        "fonts": json.dumps(fonts),
    }  # fmt: skip
    compile_: Any = typst.compile  # takes a mapping of names to files, which its stubs do not say
    try:
        made: bytes = compile_(files, sys_inputs=values, format="pdf", timestamp=midnight(paper.dated))
    except RuntimeError as error:
        raise MissingPart(f"Typst could not set this paper ({error}); is the package typst 0.13 or newer?") from error
    return made


def needed_han(paper: Paper) -> str:
    """The font for the paper's Chinese text, "" where neither is there. Raises `MissingPart` naming the packages."""
    han = han_font(families())
    if not han and wording.language_of(all_text(paper)):
        raise MissingPart(
            "this paper holds Chinese text and no font here can show it in a PDF; install one with: "
            "apt-get install fonts-noto-cjk (or fonts-wqy-microhei), or take --format html"
        )
    return han


def _in_fonts(chart: Any, fonts: list[str], han: str) -> Any:
    """The chart with its fonts. One with Chinese has the Chinese font first: what draws an SVG takes any font that has
    a sign the first one lacks, and so may set Chinese in the Japanese forms.
    """
    named = [han, *(name for name in fonts if name != han)] if han and wording.language_of(str(chart)) else fonts
    return {**chart, "config": {**chart.get("config", {}), "font": ", ".join(named)}}


def _typst(block: Any, file: str) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "text": breakable(block.text), "level": block.level, "new_page": block.new_page}
    if isinstance(block, Text):
        return {"kind": "text", "text": breakable(block.text), "quiet": block.quiet, "strong": block.strong}
    if isinstance(block, Points):
        return {"kind": "points", "lines": [breakable(line) for line in block.lines]}
    if isinstance(block, Figures):
        return {"kind": "figures", "rows": [[breakable(part) for part in row] for row in block.rows]}
    if isinstance(block, Picture):
        return {"kind": "picture", "file": file, "caption": block.caption, "description": block.description}
    assert isinstance(block, Grid)
    covered = spans(block.rows)
    rows = [
        [[breakable(cell), covered[r][c], block.align[c]] for c, cell in enumerate(row) if covered[r][c]]
        for r, row in enumerate(block.rows)
    ]
    return {
        "kind": "grid", "head": list(block.head), "rows": rows, "align": list(block.align), "ruled": block.ruled,
        "marked": sorted(block.marked), "otherwise": block.otherwise, "columns": columns(block),
    }  # fmt: skip


def columns(grid: Grid) -> list[str]:
    """How wide each column is: as wide as its text ("auto") while short, else a share of what is left."""
    found = []
    for at in range(len(grid.head)):
        longest = max([len(row[at]) for row in grid.rows if row[at] != SAME] + [0])
        found.append(
            str(max(1.0, min(longest, 60) / 24))
            if at in grid.wide or (longest > 22 and grid.align[at] == "l")
            else "auto"
        )
    return found


# --- DOCX ------------------------------------------------------------------------------------


def paper_docx(paper: Paper) -> bytes:
    """The DOCX: real headings, lists and tables, so that it can be edited; the same paper gives the same bytes."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt, RGBColor

    made = styled_document(24 if len(paper.title) <= 50 else 16)
    soft = RGBColor(0x56, 0x61, 0x6B)

    def muted(text: str) -> None:
        run = made.add_paragraph().add_run(clean(text))
        run.font.color.rgb, run.font.size = soft, Pt(9)

    def filled(cell: Any, text: str, align: str, size: float, bold: bool = False) -> None:
        paragraph = cell.paragraphs[0]
        run = paragraph.add_run(clean(text))
        run.font.size, run.bold = Pt(size), bold
        paragraph.paragraph_format.space_after = Pt(1)
        if align == "r":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def table(grid: Grid) -> None:
        drawn = ruled_table(made, grid.head, grid.rows, boxed=grid.ruled)
        rows = list(drawn.rows)
        for at, (cell, text) in enumerate(zip(rows[0].cells, grid.head, strict=True)):
            filled(cell, text, grid.align[at], 8.5, bold=True)
        covered = spans(grid.rows)
        for drawn_row, row in zip(rows[1:], grid.rows, strict=True):
            for at, (cell, text) in enumerate(zip(drawn_row.cells, row, strict=True)):
                if text != SAME:
                    filled(cell, text, grid.align[at], 8.5)
        for r, row_spans in enumerate(covered):
            for c, over in enumerate(row_spans):
                if over > 1:
                    drawn.cell(r + 1, c).merge(drawn.cell(r + over, c))
        made.add_paragraph().paragraph_format.space_after = Pt(2)

    muted("   ·   ".join(paper.eyebrow))
    made.add_heading(clean(paper.title), 0)
    for block in paper.blocks:
        if isinstance(block, Heading):
            heading = made.add_heading(clean(block.text), block.level)
            heading.paragraph_format.page_break_before = block.new_page
        elif isinstance(block, Text):
            muted(block.text) if block.quiet else made.add_paragraph(clean(block.text))
        elif isinstance(block, Points):
            for line in block.lines:
                made.add_paragraph(clean(line), style="List Bullet")
        elif isinstance(block, Figures):
            table(Grid(head=tuple(row[0] for row in block.rows), align="l" * len(block.rows),
                       rows=(tuple(row[1] for row in block.rows), tuple(row[2] for row in block.rows))))  # fmt: skip
        elif isinstance(block, Picture):
            png = to_png(
                _in_fonts(block.chart, ["Noto Sans", "Noto Sans CJK SC", "sans-serif"], "Noto Sans CJK SC"),
                scale=LEAST_SCALE,
            )
            made.add_picture(io.BytesIO(png), width=Cm(16.2))
            muted(block.caption)
        elif block.rows:
            table(block)
        else:
            muted(block.otherwise)
    made.add_heading(clean(paper.made_from_title), 2)
    for name, value in paper.made_from:
        muted(f"{name}: {value}")
    core = made.core_properties
    core.title, core.author, core.comments, core.language = clean(paper.title)[:200], "observatory", "", paper.language
    core.created = core.modified = midnight(paper.dated).replace(tzinfo=None)
    raw = io.BytesIO()
    made.save(raw)
    return same_bytes(raw.getvalue())
