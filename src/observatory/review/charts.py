"""Charts as small SVG: a growth line with its interval, trends of several candidates, the landscape.

Made by hand, because each circle of the landscape is a link that the keyboard reaches. Colours are classes
of the stylesheet, so that a chart follows dark mode and print. All text is escaped.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from observatory.review.templatetags.review import figure

Row = Sequence[object]
Z = 1.96
COVERED = 230  # what the circles of the landscape cover, in units of height over its whole width


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
    sums: dict[tuple[int, int], list[int]] = {}
    for month, vacancies, exposure in history:
        text = str(month)
        row = sums.setdefault((int(text[:4]), (int(text[5:7]) + 2) // 3), [0, 0])
        row[0] += int(str(vacancies))
        row[1] += int(str(exposure))
    points = []
    for (year, quarter), (k, n) in sorted(sums.items()):
        label = _("%(year)s Q%(quarter)s") % {"year": year, "quarter": quarter}
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
    """Lines with bands, one for each (name, points); quarters in which all sources were silent are grey."""
    labels = sorted({point.label for _name, points in series for point in points})
    if not labels:
        return format_html('<p class="empty">{}</p>', _("The dossier holds no months to draw."))
    top = max((point.high for _name, points in series for point in points), default=1) or 1
    step = _step(top)
    top = math.ceil(top / step) * step
    left, right, upper, lower = 46, 22, 14, 30
    place = {label: i for i, label in enumerate(labels)}
    gap = (width - left - right) / max(len(labels) - 1, 1)

    def x(label: str) -> float:
        return round(left + gap * place[label], 1)

    def y(value: float) -> float:
        return round(height - lower - (height - lower - upper) * value / top, 1)

    parts = [
        _open(width, height, title, _("share of all vacancies of the same sources, per 1,000; band: 95 % interval"))
    ]
    heard = {point.label for _name, points in series for point in points if point.share is not None}
    for label in labels:
        if label not in heard:
            near = max(left, x(label) - gap / 2)
            far = min(width - right, x(label) + gap / 2)
            parts.append(
                f'<rect class="silent" x="{near:.1f}" y="{upper}" width="{max(far - near, 1):.1f}" '
                f'height="{height - lower - upper}"><title>{escape(label)}: {escape(_("the sources were silent"))}</title></rect>'
            )
    for i in range(round(top / step) + 1):
        value = i * step
        parts.append(f'<line class="grid-line" x1="{left}" x2="{width - right}" y1="{y(value)}" y2="{y(value)}"/>')
        parts.append(f'<text class="tick" x="{left - 8}" y="{y(value) + 4}" text-anchor="end">{_short(value)}</text>')
    every = max(1, math.ceil(len(labels) / max(2, width // 90)))
    for label in labels[::every]:
        anchor = "end" if place[label] == len(labels) - 1 and len(labels) > 1 else "middle"
        shift = right - 4 if anchor == "end" else 0
        parts.append(
            f'<text class="tick" x="{x(label) + shift:.1f}" y="{height - 8}" text-anchor="{anchor}">{escape(label)}</text>'
        )
    for number, (_name, points) in enumerate(series, 1):
        faint = " many" if len(series) > 3 else ""  # six bands over each other would hide the lines
        for run in _runs(points):
            upper_edge = " ".join(f"{x(p.label)},{y(p.high)}" for p in run)
            lower_edge = " ".join(f"{x(p.label)},{y(p.low)}" for p in reversed(run))
            parts.append(f'<polygon class="band c{number}{faint}" points="{upper_edge} {lower_edge}"/>')
    for number, (name, points) in enumerate(series, 1):
        for run in _runs(points):
            if len(run) == 1:
                parts.append(
                    f'<circle class="dot c{number}" r="3" cx="{x(run[0].label)}" cy="{y(run[0].share or 0)}"/>'
                )
            else:
                path = " ".join(f"{x(p.label)},{y(p.share or 0)}" for p in run)
                parts.append(f'<polyline class="line c{number} d{number}" points="{path}"/>')
        for p in points:
            if p.share is not None:
                words = f"{name} · {p.label}: {figure(p.share, 2)} ({figure(p.low, 2)}–{figure(p.high, 2)}), " + _(
                    "%(n)s of %(all)s vacancies"
                ) % {"n": p.vacancies, "all": p.exposure}
                parts.append(
                    f'<circle class="hit c{number}" r="6" cx="{x(p.label)}" cy="{y(p.share)}"><title>{escape(words)}</title></circle>'
                )
    return mark_safe("".join(parts) + "</svg>")


def spark(history: Sequence[Row]) -> SafeString:
    """A small line of the share, for a row of the queue; a gap where the sources were silent."""
    return _spark(tuple((str(month), int(str(k)), int(str(n))) for month, k, n in history))


@functools.lru_cache(maxsize=4096)
def _spark(history: tuple[Row, ...]) -> SafeString:
    """It holds no words, so that one drawing serves every language; a queue draws a page of them each time."""
    points = quarters(history)[-12:]
    top = max((p.share or 0 for p in points), default=0)
    if len(points) < 2 or not top:
        return mark_safe("")
    place = {p.label: 2 + 76 * i / (len(points) - 1) for i, p in enumerate(points)}
    runs = "".join(
        '<polyline class="line c1" points="'
        + " ".join(f"{place[p.label]:.1f},{22 - 20 * (p.share or 0) / top:.1f}" for p in run)
        + '"/>'
        for run in _runs(points)
    )
    return mark_safe(f'<svg class="spark" viewBox="0 0 80 24" width="80" height="24" aria-hidden="true">{runs}</svg>')


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """A candidate on the landscape: area by vacancies, `group` names its island, `shade` is a class of colour.

    Islands that are not `named` (those of no sector) come last.
    """

    url: str
    name: str
    group: str
    vacancies: int
    shade: str
    detail: str
    named: bool = True


def landscape(bubbles: Sequence[Bubble], *, title: str, width: int = 1120) -> SafeString:
    """Islands of circles, one for each group, packed outward from the largest; each links to its candidate."""
    groups: dict[str, list[Bubble]] = {}
    for bubble in sorted(bubbles, key=lambda b: (-b.vacancies, b.url)):
        groups.setdefault(bubble.group, []).append(bubble)
    biggest = max((b.vacancies for b in bubbles), default=1) or 1
    mass = sum(bubble.vacancies for bubble in bubbles) / biggest or 1
    scale = min(72.0, math.sqrt(COVERED * width / (math.pi * mass)))
    islands = []
    for name, members in groups.items():
        radii = [max(7.0, scale * math.sqrt(bubble.vacancies / biggest)) for bubble in members]
        places = packed(radii)
        left = min(x - r for (x, _y), r in zip(places, radii, strict=True))
        upper = min(y - r for (_x, y), r in zip(places, radii, strict=True))
        spots = [(x - left, y - upper, r) for (x, y), r in zip(places, radii, strict=True)]
        wide, tall = max(x + r for x, _y, r in spots), max(y + r for _x, y, r in spots)
        islands.append(_Island(name=name, members=members, spots=spots, wide=wide, tall=tall))
    islands.sort(key=lambda island: (not any(bubble.named for bubble in island.members), -island.wide))
    shelves: list[list[_Island]] = [[]]
    for island in islands:
        if shelves[-1] and sum(one.room for one in shelves[-1]) + island.room > width:
            shelves.append([])
        shelves[-1].append(island)
    parts: list[str] = []
    top = 26.0
    for shelf in shelves:
        spare = max(0.0, width - sum(island.room for island in shelf)) / max(len(shelf), 1)
        start = 0.0
        for island in shelf:
            room = island.room + spare
            shift = start + (room - island.wide) / 2
            parts.append(
                f'<text class="island" x="{start + room / 2:.0f}" y="{top:.0f}" text-anchor="middle">{escape(island.name)}</text>'
            )
            for bubble, (x, y, radius) in zip(island.members, island.spots, strict=True):
                parts.append(_circle(bubble, shift + x, top + 14 + y, radius))
            start += room
        top += 14 + max((island.tall for island in shelf), default=0) + 52
    height = round(top - 40)
    return mark_safe(
        _open(width, height, title, _("area: vacancies; each circle opens its candidate")) + "".join(parts) + "</svg>"
    )


@dataclass(frozen=True, kw_only=True)
class _Island:
    """The circles of one group: (x, y, radius) from its upper left corner, and its size."""

    name: str
    members: Sequence[Bubble]
    spots: Sequence[tuple[float, float, float]]
    wide: float
    tall: float

    @property
    def room(self) -> float:
        return max(self.wide + 40, 200.0)


def packed(radii: Sequence[float], *, space: float = 2.0) -> list[tuple[float, float]]:
    """Places of circles round the origin: the first in the middle, each next at the free place nearest to it.

    Free places are looked for on a sunflower of points whose distance to the circles already there is kept.
    No two circles come closer than `space`. The same circles are packed once in a process.
    """
    return list(_packed(tuple(radii), space))


@lru_cache(maxsize=128)
def _packed(radii: tuple[float, ...], space: float) -> tuple[tuple[float, float], ...]:
    if not radii:
        return ()
    reach = 1.5 * math.sqrt(sum((r + space) ** 2 for r in radii)) + 2 * max(radii)
    number = int(min(30_000, max(400, (reach / 1.8) ** 2)))
    turn = np.arange(number, dtype=np.float64)
    away = reach * np.sqrt(turn / number)
    xs, ys = away * np.cos(2.399963229728653 * turn), away * np.sin(2.399963229728653 * turn)
    room = np.full(number, np.inf)
    found = []
    for place, radius in enumerate(radii):
        fits = room >= radius + space
        at = int(np.argmax(fits))
        if not fits[at]:
            at = int(np.argmax(room))
        x, y = float(xs[at]), float(ys[at])
        found.append((x, y))
        if place + 1 == len(radii):
            break
        # Only points that the circle comes too near to for one still to come: they lie in a ring of the sunflower.
        near = radius + max(radii[place + 1 :]) + space
        d = math.hypot(x, y)
        low = int(number * (max(0.0, d - near) / reach) ** 2)
        high = min(number, int(number * ((d + near) / reach) ** 2) + 2)
        part = room[low:high]
        np.minimum(part, np.hypot(xs[low:high] - x, ys[low:high] - y) - radius, out=part)
    return tuple(found)


def _circle(bubble: Bubble, x: float, y: float, radius: float) -> str:
    return format_html(
        '<a href="{}" aria-label="{}"><circle class="bubble {}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>{}</a>',
        bubble.url, f"{bubble.name}: {bubble.detail}", bubble.shade, f"{x:.1f}", f"{y:.1f}", f"{radius:.1f}",
        f"{bubble.name}\n{bubble.detail}", mark_safe(_words_in(bubble.name, x, y, radius)),
    )  # fmt: skip


def _words_in(name: str, x: float, y: float, radius: float) -> str:
    """The name inside its circle, whole where it fits, else cut short; the title and the list say it whole."""
    wide = 12.0 if any("\u2e80" <= letter <= "\uffee" for letter in name) else 5.9
    short: list[str] = []
    for many in range(1, 5):
        tall = (many - 1) * 13 / 2 + 5
        if tall >= radius:
            break
        rows, whole = _folded(name, int((2 * math.sqrt(radius**2 - tall**2) - 9) / wide), many)
        if whole:
            return _rows(rows, x, y)
        if rows and many < 4:
            short = rows
    return _rows(short, x, y)


def _rows(rows: Sequence[str], x: float, y: float) -> str:
    return "".join(
        f'<text class="label" x="{x:.1f}" y="{y + 4 + (i - (len(rows) - 1) / 2) * 13:.1f}" text-anchor="middle">{escape(row)}</text>'
        for i, row in enumerate(rows)
    )


def _folded(name: str, room: int, most: int) -> tuple[list[str], bool]:
    """A name on at most `most` rows of `room` letters, and whether it is whole; no rows where too little fits.

    >>> _folded("heat pump planner", 9, 2), _folded("heat pump commissioner", 9, 2)
    ((['heat pump', 'planner'], True), (['heat pump', 'commissi…'], False))
    """
    if room < 5 and not (room >= 2 and len(name) <= room * most):
        return [], False
    words = name.split() if " " in name else [name[i : i + room] for i in range(0, len(name), room)]
    rows: list[str] = []
    whole = True
    for word in words:
        if len(word) > room:
            word, whole = word[: room - 1] + "…", False
        if rows and " " in name and len(rows[-1]) + 1 + len(word) <= room:
            rows[-1] += " " + word
        else:
            rows.append(word)
    return (rows, whole) if len(rows) <= most else ([*rows[: most - 1], rows[most - 1][: room - 1] + "…"], False)


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


def _short(value: float) -> str:
    text = f"{value:g}"
    return figure(value, len(text.partition(".")[2])) if "e" not in text else text


def _open(width: int, height: int, title: str, description: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="group" aria-label="{escape(title)}: {escape(description)}" '
        'xmlns="http://www.w3.org/2000/svg">'
    )
