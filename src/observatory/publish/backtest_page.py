"""The backtest as one HTML file: lists side by side, leads as a chart, scores, false alarms by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from observatory.publish.charts import INK, Chart, altair_or_missing, to_svg
from observatory.publish.page import TEMPLATES, chart_colours, environment, inline
from observatory.records import Backtest, Lead, Score

FIRST = 30
SHOWN_LEADS = 60  # rows of the chart; the table below it has all
OUTCOMES = {
    "recognised": "recognised later",
    "known": "recognised before the list",
    "fell back": "its share has halved since",
    "open": "neither",
}


def backtest_page(found: Backtest) -> str:
    """The page; the same backtest gives the same bytes. Raises `MissingPart` when the chart cannot be drawn."""
    from markupsafe import Markup

    leads = chart_rows(found.leads)
    chart, small = leads_chart(leads, found), leads_chart(leads, found, width=330)
    lists = [past for past in found.lists if past.rows]
    scores = {score.name: score for score in found.scores}
    return str(
        environment().get_template("backtest.html").render(
            b=found,
            lists=lists,
            ranks=range(min(FIRST, max((len(past.rows) for past in lists), default=0))),
            first=found.lists[0].as_of,
            last=found.lists[-1].as_of,
            conclusion=conclusion(found),
            figures=[(scores[name], shown(scores[name])) for name in FIGURES if name in scores],
            scores=[(score, shown(score), interval(score)) for score in found.scores],
            leads=leads,
            others=[lead for lead in found.leads if not lead.findable],
            left_out=max(0, len(leads) - SHOWN_LEADS),
            outcomes=OUTCOMES,
            chart=Markup(inline(to_svg(chart), _described(leads), "c")) if chart is not None else None,
            small_chart=Markup(inline(to_svg(small), _described(leads), "n")) if small is not None else None,
            style=Markup(
                (TEMPLATES / "dossier.css").read_text("utf-8") + (TEMPLATES / "backtest.css").read_text("utf-8")
                + chart_colours()
            ),
        )
    ) + "\n"  # fmt: skip


FIGURES = ("precision@10", "recall@30", "median lead", "false alarms in first 30")


def conclusion(found: Backtest) -> str:
    """The outcome in two sentences."""
    rows = [lead for lead in found.leads if lead.findable]
    proposed = [lead for lead in rows if lead.first is not None]
    if not rows:
        return "No profession of the truth file had postings enough to be found; nothing can be said of leads."
    scores = {score.name: score for score in found.scores}
    median = scores.get("median lead")
    said = (
        f"The median lead is {years(median.value)}." if median is not None and median.value is not None
        else "More than half were never proposed, so there is no median lead."
    )  # fmt: skip
    return (
        f"Of {len(rows)} later recognitions that the postings could have shown, {len(proposed)} stood among the first "
        f"{FIRST} of a list before they were recognised. {said}"
    )


def years(months: float) -> str:
    """Months in words.

    >>> years(75), years(12), years(5)
    ('6.2 years', '1.0 year', '5 months')
    """
    if abs(months) < 12:
        return f"{months:.0f} months"
    return f"{months / 12:.1f} year{'' if months == 12 else 's'}"


def shown(score: Score) -> str:
    """A score's value as it is printed."""
    if score.value is None:
        return "cannot be said"
    return years(score.value) if score.name == "median lead" else f"{score.value:.2f}"


def interval(score: Score) -> str:
    """Its 95 % interval as it is printed; an open end where the end cannot be said."""
    if score.value is None or (score.low is None and score.high is None):
        return ""
    form = years if score.name == "median lead" else "{:.2f}".format
    low = form(score.low) if score.low is not None else "not known"
    return f"{low} to {form(score.high) if score.high is not None else 'not known'}"


def chart_rows(leads: Sequence[Lead]) -> list[Lead]:
    """Findable recognitions: the longest leads first, those never proposed last."""
    rows = [lead for lead in leads if lead.findable]
    rows.sort(key=lambda lead: (lead.first is None, -lead.months, lead.recognition.title, lead.recognition.by))
    return rows


def leads_chart(leads: Sequence[Lead], found: Backtest, *, width: int = 1120) -> Chart | None:
    """One line for each recognition, from the first list that had it to the day it was recognised."""
    if not leads:
        return None
    alt: Any = altair_or_missing()
    rows = []
    for at, lead in enumerate(leads[:SHOWN_LEADS]):
        name = lead.recognition.title if len(lead.recognition.title) < 40 else lead.recognition.title[:38] + "…"
        rows.append({
            "at": at, "name": f"{name} · {lead.recognition.by[:24]}" if width > 500 else name[:26], "recognised": lead.recognition.recognised.isoformat(),
            "listed": lead.first.isoformat() if lead.first else None,
            "state": {"": "first list", "left": "on the first list already", "right": "never listed"}[lead.censored],
            "length": (f"{'≥ ' if lead.censored == 'left' else ''}{lead.months / 12:.1f} years" if lead.first else "on no list"),
        })  # fmt: skip
    order = [row["name"] for row in rows]
    base = alt.Chart(alt.Data(values=rows))
    y = alt.Y("at:O", axis=alt.Axis(
        title=None, domain=False, ticks=False, labelLimit=305 if width > 500 else 150,
        labelExpr=f"{order}[datum.value]",
    ))  # fmt: skip
    axis = alt.Axis(format="%Y", tickCount="year", title=None, grid=True, labelOverlap=True)
    first = min(past.as_of for past in found.lists)
    last = max(lead.recognition.recognised for lead in leads[:SHOWN_LEADS])
    room = (last - first) * (0.16 if width > 500 else 0.45)  # for the words behind the last tick
    start, end = first - dt.timedelta(days=90), last + room
    span = alt.Scale(domain=[{"expr": f"toDate('{start}')"}, {"expr": f"toDate('{end}')"}], nice=False)
    x = alt.X("listed:T", scale=span, axis=axis)
    proposed = base.transform_filter("isValid(datum.listed)")
    layers = [
        proposed.mark_rule(color=INK["band"], strokeWidth=5).encode(y=y, x=x, x2="recognised:T"),
        proposed.transform_filter("datum.state == 'first list'").mark_circle(color=INK["line"], size=70, opacity=1).encode(y=y, x=x),
        proposed.transform_filter("datum.state != 'first list'").mark_point(
            shape="triangle-left", color=INK["line"], filled=True, size=70, opacity=1).encode(y=y, x=x),
        base.mark_tick(color=INK["text"], thickness=2, size=14).encode(y=y, x=alt.X("recognised:T", scale=span, axis=axis)),
        base.mark_text(align="left", dx=9, color=INK["text"], fontSize=11).encode(
            y=y, x=alt.X("recognised:T", scale=span, axis=axis), text="length:N"),
    ]  # fmt: skip
    chart = alt.layer(*layers).properties(width=width - (350 if width > 500 else 180), height=alt.Step(20)).configure(
        font="sans-serif", background="transparent", padding={"left": 2, "right": 12, "top": 6, "bottom": 2},
    ).configure_view(stroke=None).configure_axis(
        labelColor=INK["text"], titleColor=INK["text"], gridColor=INK["rule"], domain=False, tickColor=INK["rule"],
        labelFontSize=12, titleFontSize=12,
    )  # fmt: skip
    made: dict[str, Any] = chart.to_dict()
    return made


def _described(leads: Sequence[Lead]) -> str:
    proposed = [lead for lead in leads if lead.first]
    if not proposed:
        return "Leads: none of the professions was proposed; the table below names them."
    longest = proposed[0]
    return (
        f"Leads of {len(leads)} recognitions, {len(proposed)} of them proposed before; the longest is "
        f"{longest.recognition.title}, {longest.months / 12:.1f} years. The figures stand in the table below."
    )
