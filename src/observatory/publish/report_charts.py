"""Charts of reports: lines by sector, intervals, volumes, a target; the same definition on page, PDF and DOCX.

Axis labels are figures, months as numbers and names that are handed in, so a chart speaks no language
of its own. Colours are those of `charts.INK`, which a page replaces in dark mode.
"""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from observatory.errors import MissingPart
from observatory.publish.charts import INK, Chart

ALARM = "#b4552d"  # what a reader must look at
SHOWN = 30  # signs of a name beside a bar


def interval_chart(
    rows: Sequence[tuple[str, float, float, float]],
    *,
    title: str,
    decimal: str = ".",
    font: str = "sans-serif",
    width: int = 720,
) -> Chart | None:
    """One line a row: name, value, low, high on a logarithmic axis, with a rule at 1. None without rows.

    An interval open upwards (9999) is drawn to the right edge.
    """
    if not rows:
        return None
    alt = _altair()
    names = _distinct([row[0] for row in rows])
    right = max([row[1] for row in rows] + [row[3] for row in rows if row[3] < 9999] + [2.0]) * 1.15
    right = min(right, 4 * max(row[1] for row in rows) + 2)
    left = max(min([row[2] for row in rows if row[2] > 0] + [0.8]) * 0.9, 0.05)
    data = [
        {"name": name, "value": min(max(value, left), right), "low": max(low, left), "high": min(high, right)}
        for name, (_, value, low, high) in zip(names, rows, strict=True)
    ]
    ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if left <= t <= right]
    scale = alt.Scale(type="log", domain=[left, right], nice=False)
    axis = alt.Axis(values=ticks, labelExpr=_decimals("datum.value", decimal), title=title, grid=True)
    y = alt.Y("name:N", sort=names, title=None, axis=alt.Axis(labelLimit=240, labelPadding=8, ticks=False))
    base = alt.Chart(alt.Data(values=data)).encode(y=y)
    chart = alt.layer(
        alt.Chart(alt.Data(values=[{"one": 1}])).mark_rule(color=INK["count"], strokeDash=[3, 3]).encode(x=alt.X("one:Q", scale=scale)),
        base.mark_rule(color=INK["band"], strokeWidth=4, strokeCap="round").encode(x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q"),
        base.mark_circle(color=INK["line"], size=52, opacity=1).encode(x=alt.X("value:Q", scale=scale, axis=axis)),
    ).properties(width=width - 250, height=max(22 * len(rows), 44))  # fmt: skip
    # Names are measured in one font and shown in the reader's, which may be wider: room to the left of the longest.
    return _dressed(chart, font, left=2 + max(len(name) for name in names))


def share_chart(
    rows: Sequence[tuple[str, dt.date, float | None, float | None, float | None]], *, title: str, decimal: str = ".",
    font: str = "sans-serif", width: int = 720,
) -> Chart | None:  # fmt: skip
    """Small charts over one time axis, one a name: share per 1,000 with its interval. None without rows.

    Rows are name, first day of the period, share, low, high; shares are None where nothing was published.
    """
    if not rows:
        return None
    alt = _altair()
    names = list(dict.fromkeys(row[0] for row in rows))
    data = [
        {"name": n, "day": day.isoformat(), "share": share, "low": low, "high": high}
        for n, day, share, low, high in rows
    ]
    days = sorted({row[1] for row in rows})
    span = alt.Scale(domain=[{"expr": f"toDate('{days[0]}')"}, {"expr": f"toDate('{days[-1]}')"}], padding=8)
    x = alt.X("day:T", scale=span, axis=alt.Axis(format="%Y-%m", title=None, grid=False, tickCount=3, labelFlush=True))
    columns = 1 if width < 500 else min(len(names), 3)
    parts = []
    for name in names:
        own = [row for row in data if row["name"] == name]
        top = max([float(row["high"]) for row in own if row["high"] is not None], default=1.0)
        axis = alt.Axis(tickCount=4, title=None, labelExpr=_decimals("datum.value", decimal))
        scale = alt.Scale(domain=[0, max(top, 0.5)], nice=True)
        base = alt.Chart(alt.Data(values=own)).transform_filter("isValid(datum.share)").encode(x=x)
        parts.append(
            alt.layer(
                base.mark_area(color=INK["band"], opacity=0.75).encode(y=alt.Y("low:Q", scale=scale, axis=axis), y2="high:Q"),
                base.mark_line(color=INK["line"], strokeWidth=2).encode(y=alt.Y("share:Q", scale=scale, axis=axis)),
                base.mark_circle(color=INK["line"], size=22, opacity=1).encode(y=alt.Y("share:Q", scale=scale, axis=axis)),
            ).properties(width=(width - 20) / columns - 46, height=120, title=_title(name))
        )  # fmt: skip
    chart = alt.concat(*parts, columns=columns, spacing=26).properties(
        title=_title(title, size=12, color=INK["text"], weight="normal", within=width)
    )
    return _dressed(chart, font)


def volume_chart(
    rows: Sequence[tuple[str, dt.date, int, str]],
    *,
    title: str,
    weekly: bool = False,
    font: str = "sans-serif",
    width: int = 720,
) -> Chart | None:
    """Bars over time, one small chart a source: name, first day, postings, mark. None without rows.

    All charts show the same stretch of time, one under the other; each source has a scale of its own.
    A bar with a mark ("low", "high") is drawn in the colour of alarm; "silent" is a shaded period.
    """
    if not rows:
        return None
    alt = _altair()
    parts = []

    def end_of(day: dt.date) -> dt.date:
        return day + dt.timedelta(days=7) if weekly else dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)

    days = [row[1] for row in rows]
    shown = alt.Scale(domain=[min(days).isoformat(), end_of(max(days)).isoformat()])
    for name in dict.fromkeys(row[0] for row in rows):
        own = [row for row in rows if row[0] == name]
        top = max(max(row[2] for row in own), 1)
        ticks: dict[str, Any] = {"values": list(range(top + 1))} if top <= 3 else {"tickCount": 3}
        data = []
        for _, day, n, mark in own:
            end = end_of(day)
            wide = max((end - day) * 0.12, dt.timedelta(days=1))
            data.append(
                {"from": (day + wide).isoformat(), "to": (end - wide).isoformat(), "n": n, "mark": mark, "top": top}
            )
        x = alt.X(
            "from:T", scale=shown, axis=alt.Axis(format="%Y-%m", title=None, grid=False, tickCount=6, labelFlush=True)
        )
        y = alt.Y(
            "n:Q",
            title=None,
            scale=alt.Scale(domain=[0, top], nice=True),
            axis=alt.Axis(format=",d", minExtent=40, maxExtent=40, **ticks),
        )
        base = alt.Chart(alt.Data(values=data))
        parts.append(
            alt.layer(
                base.transform_filter("datum.mark == 'silent'").mark_rect(color=INK["gap"], opacity=1).encode(x=x, x2="to:T"),
                base.mark_bar().encode(
                    x=x, x2="to:T", y=y, y2=alt.datum(0),
                    color=alt.condition("datum.mark == 'low' || datum.mark == 'high'", alt.value(ALARM), alt.value(INK["count"])),
                ),
            ).properties(width=width - 70, height=78, title=_title(name))
        )  # fmt: skip
    chart = alt.vconcat(*parts, spacing=20).properties(
        title=_title(title, size=12, color=INK["text"], weight="normal", within=width)
    )
    return _dressed(chart, font)


def target_chart(
    rows: Sequence[tuple[dt.date, int]], *, target: int, title: str, font: str = "sans-serif", width: int = 720
) -> Chart | None:
    """Adopted so far by month as steps, with the year's target as a rule. None without rows."""
    if not rows:
        return None
    alt = _altair()
    data = [{"day": day.isoformat(), "n": n} for day, n in rows]
    scale = alt.Scale(domain=[0, max(target, max(n for _, n in rows)) + 1], nice=False)
    x = alt.X("day:T", axis=alt.Axis(format="%Y-%m", title=None, grid=False, tickCount=6, labelFlush=True))
    y = alt.Y("n:Q", scale=scale, title=title, axis=alt.Axis(format="d", tickCount=6))
    chart = alt.layer(
        alt.Chart(alt.Data(values=[{"t": target}])).mark_rule(color=ALARM, strokeDash=[4, 3]).encode(y=alt.Y("t:Q", scale=scale)),
        alt.Chart(alt.Data(values=data)).mark_line(color=INK["line"], interpolate="step-after", strokeWidth=2.5).encode(x=x, y=y),
    ).properties(width=width - 70, height=150)  # fmt: skip
    return _dressed(chart, font)


def _dressed(chart: Any, font: str, *, left: int = 2) -> Chart:
    dressed = chart.configure(
        font=font, background="transparent", padding={"left": left, "right": 10, "top": 4, "bottom": 2}
    ).configure_view(stroke=None).configure_axis(
        labelColor=INK["text"], titleColor=INK["text"], gridColor=INK["rule"], domain=False, domainColor=INK["rule"],
        tickColor=INK["rule"], labelFontSize=12, titleFontSize=12, titleFontWeight="normal", titlePadding=10,
    ).configure_concat(spacing=20)  # fmt: skip
    made: dict[str, Any] = dressed.to_dict()
    return made


def _title(
    text: str, *, size: int = 13, color: str = "#1b2127", weight: str = "bold", within: int = 0
) -> Mapping[str, Any]:  # fmt: skip
    """A title; in as many lines as `within` pixels ask for, where given."""
    lines = textwrap.wrap(text, int(within / (0.6 * size))) if within else [text]
    return {"text": lines[0] if len(lines) == 1 else lines, "anchor": "start", "fontSize": size, "color": INK["text"] if color == "#1b2127" else color,
            "fontWeight": weight, "offset": 6}  # fmt: skip


def _distinct(names: Sequence[str]) -> list[str]:
    """Names cut to a bearable length, each once: two alike get a number."""
    found: list[str] = []
    for name in names:
        short = name if len(name) <= SHOWN else name[: SHOWN - 1] + "…"
        at = 2
        shown = short
        while shown in found:
            shown = f"{short} ({at})"
            at += 1
        found.append(shown)
    return found


def _decimals(expression: str, decimal: str) -> str:
    """A Vega expression for a figure with the language's decimal sign."""
    plain = f"format({expression}, '~g')"
    return plain if decimal == "." else f"replace({plain}, '.', '{decimal}')"


def _altair() -> Any:
    try:
        import altair
    except ImportError as error:
        raise MissingPart("charts need the package altair; install it with: pip install 'altair>=5.4'") from error
    return altair
