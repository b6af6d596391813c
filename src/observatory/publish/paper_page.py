"""A paper as one HTML file: own styles inside, no script, nothing fetched; the same paper gives the same bytes."""

from __future__ import annotations

from typing import Any

from observatory.publish import wording
from observatory.publish.charts import to_svg
from observatory.publish.page import TEMPLATES, chart_colours, environment, inline
from observatory.publish.paper import SAME, Figures, Grid, Heading, Paper, Picture, Points, Text, spans


def paper_page(paper: Paper) -> str:
    """The page. Whatever came from postings is escaped. Raises `MissingPart` when a chart cannot be drawn."""
    from markupsafe import Markup

    blocks = [_shown(block, f"c{at}") for at, block in enumerate(paper.blocks)]
    style = (TEMPLATES / "dossier.css").read_text("utf-8") + (TEMPLATES / "paper.css").read_text("utf-8")
    return str(
        environment().get_template("paper.html").render(
            paper=paper, blocks=blocks, lang=paper.names.get("lang", paper.language), marked=_lang(paper),
            style=Markup(style + chart_colours()),
        )
    ) + "\n"  # fmt: skip


def _lang(paper: Paper) -> Any:
    """A `lang` attribute for text in another script than the page's."""
    from markupsafe import Markup

    def marked(text: str) -> Any:
        language = wording.language_of(text)
        return Markup(f' lang="{language}"') if language and paper.language != "zh" else ""

    return marked


def _shown(block: Any, prefix: str) -> dict[str, Any]:
    from markupsafe import Markup

    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level + 1, "text": block.text}
    if isinstance(block, Text):
        return {
            "kind": "text",
            "class": "lead" if block.quiet else "conclusion" if block.strong else "said",
            "text": block.text,
        }
    if isinstance(block, Points):
        return {"kind": "points", "lines": block.lines}
    if isinstance(block, Figures):
        return {"kind": "figures", "rows": block.rows}
    if isinstance(block, Grid):
        covered = spans(block.rows)
        rows = [
            [(cell, covered[r][c], block.align[c]) for c, cell in enumerate(row) if cell != SAME or covered[r][c]]
            for r, row in enumerate(block.rows)
        ]
        return {"kind": "grid", "grid": block, "rows": rows}
    assert isinstance(block, Picture)
    found = {
        "kind": "picture",
        "caption": block.caption,
        "wide": Markup(inline(to_svg(block.chart), block.description, prefix)),
    }
    if block.narrow is not None:
        found["narrow"] = Markup(inline(to_svg(block.narrow), block.description, f"{prefix}n"))
    return found
