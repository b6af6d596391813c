"""Charts as small SVG: a growth line with its interval, trends of several candidates, the landscape.

Colours are classes of the stylesheet, so that a chart follows dark mode and print. All text is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

Row = Sequence[object]
Z = 1.96


@dataclass(frozen=True, kw_only=True)
class Point:
    """A quarter: share of vacancies per 1,000 with its 95 % interval; None where the sources were silent."""

    label: str
    vacancies: int
    exposure: int
    share: float | None
    low: float
    high: float


def quarters(history: Sequence[Row]) -> list[Point]:
    """Months [ISO date, vacancies, exposure] added up to quarters; the interval is Wilson's.

    >>> [(p.label, p.share) for p in quarters([["2024-01-01", 2, 500], ["2024-02-01", 2, 500]])]
    [('2024 Q1', 4.0)]
    """
    sums: dict[str, list[int]] = {}
    for month, vacancies, exposure in history:
        text = str(month)
        label = f"{text[:4]} Q{(int(text[5:7]) + 2) // 3}"
        row = sums.setdefault(label, [0, 0])
        row[0] += int(str(vacancies))
        row[1] += int(str(exposure))
    points = []
    for label, (k, n) in sums.items():
        if not n:
            points.append(Point(label=label, vacancies=k, exposure=0, share=None, low=0, high=0))
            continue
        p = min(k / n, 1.0)
        middle, spread = p + Z * Z / (2 * n), Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        scale = 1000 / (1 + Z * Z / n)
        points.append(
            Point(
                label=label, vacancies=k, exposure=n, share=1000 * p,
                low=max(0.0, (middle - spread) * scale), high=(middle + spread) * scale,
            )
        )  # fmt: skip
    return points


def lines(
    series: Sequence[tuple[str, Sequence[Point]]], *, title: str, width: int = 720, height: int = 300
) -> SafeString:
    """Lines with bands, one for each (name, points); gaps where the sources were silent."""
    labels = sorted({point.label for _name, points in series for point in points})
    if not labels:
        return mark_safe("")
    top = max((point.high for _name, points in series for point in points), default=1) or 1
    step = _step(top)
    top = math.ceil(top / step) * step
    left, right, upper, lower = 46, 16, 14, 34
    place = {label: i for i, label in enumerate(labels)}
    gap = (width - left - right) / max(len(labels) - 1, 1)

    def x(label: str) -> float:
        return round(left + gap * place[label], 1)

    def y(value: float) -> float:
        return round(height - lower - (height - lower - upper) * value / top, 1)

    parts = [
        _open(width, height, title, _("share of all vacancies of the same sources, per 1,000; band: 95 % interval"))
    ]
    for i in range(round(top / step) + 1):
        value = i * step
        parts.append(f'<line class="grid" x1="{left}" x2="{width - right}" y1="{y(value)}" y2="{y(value)}"/>')
        parts.append(f'<text class="tick" x="{left - 8}" y="{y(value) + 4}" text-anchor="end">{value:g}</text>')
    every = max(1, math.ceil(len(labels) / 9))
    for label in labels[::every]:
        parts.append(f'<text class="tick" x="{x(label)}" y="{height - 12}" text-anchor="middle">{label}</text>')
    for number, (name, points) in enumerate(series, 1):
        for run in _runs(points):
            upper_edge = " ".join(f"{x(p.label)},{y(p.high)}" for p in run)
            lower_edge = " ".join(f"{x(p.label)},{y(p.low)}" for p in reversed(run))
            parts.append(f'<polygon class="band c{number}" points="{upper_edge} {lower_edge}"/>')
            if len(run) == 1:
                parts.append(
                    f'<circle class="dot c{number}" r="3" cx="{x(run[0].label)}" cy="{y(run[0].share or 0)}"/>'
                )
            else:
                path = " ".join(f"{x(p.label)},{y(p.share or 0)}" for p in run)
                parts.append(f'<polyline class="line c{number} d{number}" points="{path}"/>')
        shown = [p for p in points if p.share is not None]
        for p in shown:
            parts.append(
                f'<circle class="hit c{number}" r="4" cx="{x(p.label)}" cy="{y(p.share or 0)}"><title>'
                f"{escape(name)} · {p.label}: {p.share:.2f} ({p.low:.2f}–{p.high:.2f}), n={p.vacancies}</title></circle>"
            )
    return mark_safe("".join(parts) + "</svg>")


def spark(history: Sequence[Row]) -> SafeString:
    """A small line of the share, for a row of the queue."""
    values = [p.share or 0 for p in quarters(history)[-12:]]
    if len(values) < 2 or not max(values):
        return mark_safe("")
    top = max(values)
    path = " ".join(f"{2 + 76 * i / (len(values) - 1):.1f},{22 - 20 * v / top:.1f}" for i, v in enumerate(values))
    return mark_safe(
        f'<svg class="spark" viewBox="0 0 80 24" width="80" height="24" aria-hidden="true"><polyline class="line c1" points="{path}"/></svg>'
    )


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """A candidate on the landscape: area by vacancies, `group` names its island, `shade` 1..5 its colour."""

    url: str
    name: str
    group: str
    vacancies: int
    shade: str
    detail: str


def landscape(bubbles: Sequence[Bubble], *, title: str, width: int = 1080) -> SafeString:
    """Islands of circles, one for each group, packed outward from the largest; each links to its candidate."""
    groups: dict[str, list[Bubble]] = {}
    for bubble in sorted(bubbles, key=lambda b: (-b.vacancies, b.url)):
        groups.setdefault(bubble.group, []).append(bubble)
    biggest = max((b.vacancies for b in bubbles), default=1) or 1
    scale = 46.0 if len(bubbles) < 80 else 30.0
    islands = []
    for name, members in groups.items():
        placed: list[tuple[float, float, float]] = []
        for bubble in members:
            radius = max(4.0, scale * math.sqrt(bubble.vacancies / biggest))
            placed.append((*_free(placed, radius), radius))
        reach = max(math.hypot(px, py) + r for px, py, r in placed)
        islands.append((name, members, placed, reach))
    islands.sort(key=lambda island: -island[3])
    parts: list[str] = []
    cx, cy, row_height = 0.0, 34.0, 0.0
    for name, members, placed, reach in islands:
        wide = max(2 * reach + 28, 150)
        if cx + wide > width and cx:
            cx, cy, row_height = 0.0, cy + row_height + 44, 0.0
        mx, my = cx + wide / 2, cy + reach + 6
        parts.append(f'<text class="island" x="{mx:.0f}" y="{cy - 10:.0f}" text-anchor="middle">{escape(name)}</text>')
        for bubble, (px, py, radius) in zip(members, placed, strict=True):
            parts.append(_circle(bubble, mx + px, my + py, radius))
        cx += wide
        row_height = max(row_height, 2 * reach + 12)
    height = round(cy + row_height + 20)
    return mark_safe(
        _open(width, height, title, _("area: vacancies; each circle opens its candidate")) + "".join(parts) + "</svg>"
    )


def _circle(bubble: Bubble, x: float, y: float, radius: float) -> str:
    label = ""
    if radius >= 24:
        words = bubble.name.split() if " " in bubble.name else [bubble.name]
        room = int(radius / 3.1)
        rows: list[str] = []
        for word in words:
            if rows and len(rows[-1]) + 1 + len(word) <= room:
                rows[-1] += " " + word
            else:
                rows.append(word if len(word) <= room else word[: room - 1] + "…")
        rows = rows[: max(1, int(radius / 10))]
        for i, row in enumerate(rows):
            dy = y + 4 + (i - (len(rows) - 1) / 2) * 13
            label += f'<text class="name" x="{x:.1f}" y="{dy:.1f}" text-anchor="middle">{escape(row)}</text>'
    return format_html(
        '<a href="{}" aria-label="{}"><circle class="bubble {}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>{}</a>',
        bubble.url, f"{bubble.name}: {bubble.detail}", bubble.shade, f"{x:.1f}", f"{y:.1f}", f"{radius:.1f}",
        f"{bubble.name}\n{bubble.detail}", mark_safe(label),
    )  # fmt: skip


def _free(placed: Sequence[tuple[float, float, float]], radius: float) -> tuple[float, float]:
    """The nearest free place to the middle, along a spiral."""
    if not placed:
        return 0.0, 0.0
    angle = 0.0
    while True:
        angle += 0.35
        reach = 2.2 * angle
        x, y = reach * math.cos(angle), reach * math.sin(angle)
        if all((x - px) ** 2 + (y - py) ** 2 >= (radius + r + 2) ** 2 for px, py, r in placed):
            return x, y


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    runs: list[list[Point]] = [[]]
    for point in points:
        if point.share is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _step(top: float) -> float:
    power = 10.0 ** math.floor(math.log10(top / 4)) if top > 0 else 1.0
    return next(power * m for m in (1, 2, 2.5, 5, 10) if top / (power * m) <= 5)


def _open(width: int, height: int, title: str, description: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="group" aria-label="{escape(title)}: {escape(description)}" '
        'xmlns="http://www.w3.org/2000/svg">'
    )
