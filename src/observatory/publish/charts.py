"""Charts of a dossier: one Altair definition, drawn as SVG or PNG by vl-convert, without a network.

A chart is deterministic: the same history gives the same bytes, so that a page can be compared and
hashed. Colours are fixed names of `INK`; a page's stylesheet may replace them by selector.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observatory.errors import MissingPart
from observatory.records import Month

Chart = Mapping[str, Any]  # a Vega-Lite definition

# Colours that the page's stylesheet finds again in the SVG, one for each role in the chart.
INK: Mapping[str, str] = {
    "line": "#1f5f8b", "band": "#b9d3e6", "count": "#8fa9bd", "text": "#4d5862", "rule": "#e3e7ea", "gap": "#eceef0",
}  # fmt: skip
# The same roles on a dark page.
DARK: Mapping[str, str] = {
    "line": "#7fb8de", "band": "#35566d", "count": "#55707f", "text": "#9ba7b1", "rule": "#2b3238", "gap": "#232a30",
}  # fmt: skip
MONTHLY_UP_TO = 30  # months; a longer history is drawn by quarters
Z95 = 1.959964


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A month or quarter: `share` is vacancies per 1,000 of the same sources with a Wilson interval.

    `share`, `low` and `high` are None where `exposure` is 0: missing, not zero.
    """

    start: dt.date
    end: dt.date
    label: str
    vacancies: int
    exposure: int
    share: float | None
    low: float | None
    high: float | None


def periods(history: Sequence[Month]) -> tuple[Period, ...]:
    """The history by months, or by calendar quarters where it has more than 30 months.

    >>> one = Month(month=dt.date(2024, 1, 1), vacancies=3, exposure=1000)
    >>> [(p.label, p.share) for p in periods([one])]
    [('Jan 2024', 3.0)]
    """
    step = 1 if len(history) <= MONTHLY_UP_TO else 3
    groups: dict[int, list[Month]] = {}
    for month in sorted(history, key=lambda m: m.month):
        groups.setdefault((month.month.year * 12 + month.month.month - 1) // step, []).append(month)
    if not groups:
        return ()
    return tuple(_period(n, step, groups.get(n, [])) for n in range(min(groups), max(groups) + 1))


def _period(number: int, step: int, months: Sequence[Month]) -> Period:
    start = _day(number * step)
    vacancies = sum(m.vacancies for m in months if m.exposure > 0)
    exposure = sum(m.exposure for m in months)
    share = low = high = None
    if exposure > 0:
        low, high = wilson(vacancies, exposure)
        share = round(1000 * vacancies / exposure, 3)
    label = f"{start:%b %Y}" if step == 1 else f"{start.year} Q{(start.month - 1) // 3 + 1}"
    return Period(
        start=start, end=_day((number + 1) * step), label=label, vacancies=vacancies, exposure=exposure,
        share=share, low=low, high=high,
    )  # fmt: skip


def _day(month: int) -> dt.date:
    return dt.date(month // 12, month % 12 + 1, 1)


def wilson(count: int, of: int) -> tuple[float, float]:
    """The 95 % Wilson interval of count/of, per 1,000 (Wilson 1927)."""
    of = max(of, count)
    share, z2 = count / of, Z95 * Z95
    centre = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return round(1000 * max(centre - half, 0.0), 3), round(1000 * min(centre + half, 1.0), 3)


def altair_or_missing() -> Any:
    """The module altair, untyped as its Data is. Raises `MissingPart` where it is not installed."""
    try:
        import altair
    except ImportError as error:
        raise MissingPart("charts need the package altair; install it with: pip install 'altair>=5.4'") from error
    return altair


def growth_chart(history: Sequence[Month], *, font: str = "sans-serif", width: int = 720) -> Chart | None:
    """Share of vacancies over time above, counts below; None where there is no history.

    Shaded and labelled "no data" where the sources were silent. Raises `MissingPart` without Altair.
    """
    found = periods(history)
    if not found:
        return None
    alt = altair_or_missing()
    rows = [
        {
            "from": (p.start + (p.end - p.start) * 0.1).isoformat(), "to": (p.end - (p.end - p.start) * 0.1).isoformat(),
            "middle": (p.start + (p.end - p.start) / 2).isoformat(), "vacancies": p.vacancies if p.exposure else None,
            "share": p.share, "low": p.low, "high": p.high,
        }
        for p in found
    ]  # fmt: skip
    silent = _stretches(found)
    span = alt.Scale(
        domain=[{"expr": f"toDate('{found[0].start}')"}, {"expr": f"toDate('{found[-1].end}')"}], nice=False
    )
    years = (found[-1].end - found[0].start).days > 800
    axis = alt.Axis(
        format="%Y" if years else "%b %Y", tickCount="year" if years else {"interval": "month", "step": 3},
        grid=False, title=None,
    )  # fmt: skip
    when = alt.X("middle:T", scale=span, axis=None)
    base = alt.Chart(alt.Data(values=rows))
    highest = max([p.high for p in found if p.high is not None], default=1.0)
    top = max([p.share for p in found if p.share is not None], default=1.0)
    ceiling = max(min(highest, 2.2 * top), 0.1)  # a period with hardly any exposure must not flatten the rest
    height = alt.Scale(domain=[0, ceiling], nice=True, clamp=True)
    shares = base.encode(x=when)
    gaps = _gaps(alt, silent, span)
    upper = alt.layer(
        *gaps,
        shares.mark_rule(color=INK["band"], strokeWidth=3, strokeCap="round").transform_filter("isValid(datum.share)").encode(
            y=alt.Y("low:Q", scale=height, title="per 1,000 vacancies"), y2="high:Q"),
        shares.mark_line(color=INK["line"], strokeWidth=2, invalid="break-paths-show-domains").encode(
            y=alt.Y("share:Q", scale=height)),
        shares.mark_circle(color=INK["line"], size=26, opacity=1).transform_filter("isValid(datum.share)").encode(
            y=alt.Y("share:Q", scale=height)),
    ).properties(width=width, height=200)  # fmt: skip
    most = max(p.vacancies for p in found)
    lower = alt.layer(
        *_gaps(alt, silent, span, axis=axis, words=False),
        base.mark_bar(color=INK["count"]).transform_filter("isValid(datum.vacancies)").encode(
            x=alt.X("from:T", scale=span, axis=axis), x2="to:T",
            y=alt.Y("vacancies:Q", title="vacancies", scale=alt.Scale(domain=[0, max(most, 1)], nice=True),
                    axis=alt.Axis(tickCount=min(max(most, 1), 3), format="d")), y2=alt.datum(0)),
    ).properties(width=width, height=64)  # fmt: skip
    chart = alt.vconcat(upper, lower, spacing=10).configure(
        font=font, background="transparent", padding={"left": 2, "right": 8, "top": 6, "bottom": 2},
    ).configure_view(stroke=None).configure_axis(
        labelColor=INK["text"], titleColor=INK["text"], gridColor=INK["rule"], domain=False, domainColor=INK["rule"],
        tickColor=INK["rule"], labelFontSize=12, titleFontSize=12, titleFontWeight="normal", titlePadding=10,
    )  # fmt: skip
    made: dict[str, Any] = chart.to_dict()
    return made


def _stretches(found: Sequence[Period]) -> list[tuple[dt.date, dt.date]]:
    stretches: list[tuple[dt.date, dt.date]] = []
    for p in found:
        if p.exposure == 0:
            if stretches and stretches[-1][1] == p.start:
                stretches[-1] = (stretches[-1][0], p.end)
            else:
                stretches.append((p.start, p.end))
    return stretches


def _gaps(
    alt: Any, silent: Sequence[tuple[dt.date, dt.date]], span: Any, *, axis: Any = None, words: bool = True
) -> list[Any]:
    if not silent:
        return []
    rows = [
        {"from": start.isoformat(), "to": end.isoformat(), "middle": (start + (end - start) / 2).isoformat()}
        for start, end in silent
    ]
    base = alt.Chart(alt.Data(values=rows))
    found = [base.mark_rect(color=INK["gap"], opacity=1).encode(x=alt.X("from:T", scale=span, axis=axis), x2="to:T")]
    if words:
        found.append(
            base.mark_text(text="no data", color=INK["text"], fontSize=11, angle=270, align="center")
            .encode(x=alt.X("middle:T", scale=span, axis=None), y=alt.value(100))
        )  # fmt: skip
    return found


def to_svg(chart: Chart) -> str:
    """The chart as SVG, with ids numbered from 0 so that the same chart gives the same text."""
    svg: str = _converter().vegalite_to_svg(json.dumps(chart, sort_keys=True))
    ids: dict[str, str] = {}
    for name in re.findall(r'\bid="([^"]+)"', svg):
        ids.setdefault(name, f"chart-{len(ids)}")
    svg = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{ids[m[1]]}"', svg)
    return re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{ids.get(m[1], m[1])})", svg)


def to_png(chart: Chart, *, scale: float = 2.0) -> bytes:
    """The chart as PNG; `scale` 2 gives twice as many pixels as the definition has points."""
    made: bytes = _converter().vegalite_to_png(json.dumps(chart, sort_keys=True), scale=scale)
    return made


def _converter() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise MissingPart(
            "charts need the package vl-convert-python; install it with: pip install 'vl-convert-python>=1.7'"
        ) from error
    return vl_convert
