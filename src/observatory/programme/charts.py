"""The programme's drawings as small SVG: the map of tiles, and bars of a yearly figure against its target."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from observatory.programme.countries import HEIGHT, TILES, WIDTH, country_name
from observatory.review.templatetags.review import figure

TILE = 34  # units of a tile with its gap


@dataclass(frozen=True, kw_only=True)
class Place:
    """A country on the map: where its tile leads, the class of its colour, what it says."""

    url: str
    shade: str
    detail: str


def tiles(places: Mapping[str, Place], *, inside: frozenset[str], title: str) -> SafeString:
    """A tile for each country. Those in `places` are links; those outside `inside` (when not empty) are faint."""
    parts = []
    for code, (column, row) in TILES.items():
        x, y = column * TILE, row * TILE
        faint = " faint" if inside and code not in inside else ""
        shape = f'x="{x + 1}" y="{y + 1}" width="{TILE - 3}" height="{TILE - 3}" rx="5"'
        words = f'x="{x + TILE / 2 - 0.5}" y="{y + TILE / 2 + 4}" text-anchor="middle"'
        place = places.get(code)
        name = country_name(code)
        if place is None:
            parts.append(
                f'<g class="none{faint}"><title>{escape(name)}</title><rect class="tile none" {shape}/><text class="code" {words}>{code}</text></g>'
            )
        else:
            parts.append(
                format_html(
                    '<a class="partnered{}" href="{}" aria-label="{}"><title>{}</title><rect class="tile {}" {}/><text class="code" {}>{}</text></a>',
                    faint, place.url, f"{name}: {place.detail}", f"{name}: {place.detail}", place.shade, mark_safe(shape), mark_safe(words), code,
                )
            )  # fmt: skip
    return mark_safe(
        f'<svg class="chart tiles" viewBox="0 0 {WIDTH * TILE} {HEIGHT * TILE}" role="group" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


@dataclass(frozen=True, kw_only=True)
class Year:
    """A year of a register: what was reached, and the target; None where nothing is reported or set."""

    year: int
    value: int | None
    target: int | None


def bars(years: Sequence[Year], *, title: str, unit: str, width: int = 560, height: int = 220) -> SafeString:
    """A bar a year, with a line across it at the target. A year without a report has no bar, and says so."""
    if not any(one.value is not None or one.target is not None for one in years):
        return format_html('<p class="empty">{}</p>', _("No figure is reported and no target is set yet."))
    top = max(max(one.value or 0, one.target or 0) for one in years) or 1
    step = _step(top)
    top = math.ceil(top / step) * step
    left, right, upper, lower = 62, 8, 12, 28
    room = (width - left - right) / len(years)

    def y(value: float) -> float:
        return round(height - lower - (height - lower - upper) * value / top, 1)

    parts = [
        f'<svg class="chart bars-chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}: {escape(unit)}" xmlns="http://www.w3.org/2000/svg">'
    ]
    for i in range(round(top / step) + 1):
        value = i * step
        parts.append(f'<line class="grid-line" x1="{left}" x2="{width - right}" y1="{y(value)}" y2="{y(value)}"/>')
        parts.append(f'<text class="tick" x="{left - 8}" y="{y(value) + 4}" text-anchor="end">{figure(value)}</text>')
    for place, one in enumerate(years):
        middle = left + room * (place + 0.5)
        wide = min(54.0, room * 0.62)
        said = _("not reported") if one.value is None else figure(one.value)
        aim = _("no target") if one.target is None else _("target %(n)s") % {"n": figure(one.target)}
        words = f"{one.year}: {said} {unit} ({aim})"
        parts.append(f"<g><title>{escape(words)}</title>")
        if one.value is not None:
            reached = one.target is None or one.value >= one.target
            parts.append(
                f'<rect class="bar {"reached" if reached else "short"}" x="{middle - wide / 2:.1f}" y="{y(one.value)}" '
                f'width="{wide:.1f}" height="{max(height - lower - y(one.value), 0.6):.1f}"/>'
            )
        else:
            parts.append(f'<text class="tick" x="{middle:.1f}" y="{height - lower - 6}" text-anchor="middle">–</text>')
        if one.target is not None:
            parts.append(
                f'<line class="aim" x1="{middle - wide / 2 - 5:.1f}" x2="{middle + wide / 2 + 5:.1f}" y1="{y(one.target)}" y2="{y(one.target)}"/>'
            )
        parts.append(f'<text class="tick" x="{middle:.1f}" y="{height - 8}" text-anchor="middle">{one.year}</text></g>')
    return mark_safe("".join(parts) + "</svg>")


def _step(top: float) -> int:
    """A round step, whole, for at most five lines.

    >>> [_step(n) for n in (1, 4, 9, 37, 1200)]
    [1, 1, 2, 10, 500]
    """
    power = 10 ** max(0, math.floor(math.log10(top / 4))) if top > 0 else 1
    return next(power * m for m in (1, 2, 5, 10) if top / (power * m) <= 5)
