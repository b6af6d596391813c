"""The dossier as one HTML file: own styles inside, no script, nothing fetched from anywhere."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from observatory.errors import MissingPart
from observatory.publish import wording
from observatory.publish.charts import DARK, INK, growth_chart, periods, to_svg
from observatory.records import Dossier, Month

TEMPLATES = Path(__file__).parent / "templates"


def dossier_page(dossier: Dossier) -> str:
    """The page; the same dossier gives the same bytes. Text from postings is escaped.

    Raises `MissingPart` when the chart cannot be drawn.
    """
    from markupsafe import Markup

    chart, small = growth_chart(dossier.history), growth_chart(dossier.history, width=300)
    found = periods(dossier.history)
    return str(
        environment().get_template("dossier.html").render(
            d=dossier,
            c=dossier.candidate,
            title=wording.title(dossier),
            kind=wording.KIND_NAMES[dossier.candidate.kind],
            conclusion=wording.conclusion(dossier),
            limits=wording.limits(dossier),
            chart=Markup(inline(to_svg(chart), described(dossier.history), "c")) if chart is not None else None,
            small_chart=Markup(inline(to_svg(small), described(dossier.history), "n")) if small is not None else None,
            periods=found,
            top_skill=max((count for _, count, _ in dossier.skills), default=1) or 1,
            others=_other_names(dossier),
            by="month" if len(found) == len(dossier.history) else "quarter",
            style=Markup((TEMPLATES / "dossier.css").read_text("utf-8") + chart_colours()),
        )
    ) + "\n"  # fmt: skip


def _other_names(dossier: Dossier) -> tuple[str, ...]:
    """Alternative titles that no language lists, in their order."""
    listed = {name for names in dossier.candidate.titles.values() for name in names}
    return tuple(name for name in dossier.candidate.alternative_titles if name not in listed)


def described(history: Sequence[Month]) -> str:
    """The growth chart in words, for those who do not see it."""
    found = [p for p in periods(history) if p.share is not None]
    if not found:
        return "Growth chart: the sources were silent in every period."
    return (
        f"Share of vacancies from {found[0].label} ({found[0].share:.1f} per 1,000) to {found[-1].label} "
        f"({found[-1].share:.1f} per 1,000); the figures stand in the table below."
    )


def inline(svg: str, description: str, prefix: str) -> str:
    """The chart as part of a page: it grows with the page, has a text alternative and ids of its own."""
    svg = svg.replace('"chart-', f'"{prefix}-').replace("(#chart-", f"(#{prefix}-")
    wide, high = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups()  # type: ignore[union-attr]
    svg = re.sub(r' (aria-roledescription|aria-hidden|role|aria-label)="[^"]*"', "", svg)
    return re.sub(
        r"<svg [^>]*>",
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" '
        f'aria-label="{html.escape(description)}">',
        svg,
        count=1,
    )


def chart_colours() -> str:
    """Rules that give each ink of the charts its colour on a light page, on a dark one and on paper."""
    light, dark = (
        ":root{" + ";".join(f"--chart-{name}:{ink}" for name, ink in inks.items()) + "}" for inks in (INK, DARK)
    )
    return f"{light}\n@media screen and (prefers-color-scheme:dark){{{dark}}}\n" + "".join(
        f'.chart svg [fill="{ink}"]{{fill:var(--chart-{name})}}.chart svg [stroke="{ink}"]{{stroke:var(--chart-{name})}}\n'
        for name, ink in INK.items()
    )


@functools.cache
def environment() -> Any:
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError as error:
        raise MissingPart("pages need the package jinja2; install it with: pip install 'jinja2>=3.1'") from error
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.globals["w"] = wording
    return environment
