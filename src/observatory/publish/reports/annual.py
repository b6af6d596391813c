"""The annual report: target against result, lead times, back-test figures, the register."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Sequence

from observatory.publish.paper import Block, Grid, Heading, Paper, Points, Text
from observatory.publish.report_charts import target_chart
from observatory.publish.reports.facts import AnnualFacts, Decision
from observatory.publish.reports.frame import (
    PROFESSIONS,
    bound,
    candidates_grid,
    decided,
    decisions_line,
    first_page,
    kind_name,
    pictured,
    source_line,
    verdict_name,
    within,
)
from observatory.publish.speech import Speech
from observatory.records import KINDS, Backtest

DAYS_A_MONTH = 30.4375
FIRST = 30  # rows of a past list that are scored
# What a back-test calls its scores: the phrase for it.
SCORES = {
    "precision@10": "precision10", "precision@20": "precision20", f"recall@{FIRST}": "recall30", "median lead": "lead",
    f"false alarms in first {FIRST}": "alarms", f"Jaccard of first {FIRST}": "jaccard", "rank-biased overlap": "overlap",
    "changed lineage": "lineage", "emergence F1": "emergence", "emergence base rate": "base",
}  # fmt: skip


def annual(facts: AnnualFacts, say: Speech) -> Paper:
    """The report as a paper."""
    basis = facts.basis
    taken = within(basis.decisions, basis)
    adopted = [d for d in taken if d.verdict == "adopt"]
    professions = [c for c in facts.candidates if c.kind in PROFESSIONS]
    this_year = {d.candidate_id for d in adopted}
    waits = [
        _months(one.first_seen, one.decided) for one in facts.leads if one.first_seen and one.candidate_id in this_year
    ]
    year = str(basis.start.year)
    conclusions = [
        decided(basis, say) if basis.decisions is None
        else say.counted("annual.adopted", len(adopted), year=year, target=basis.target),
        say.say("annual.reached" if len(adopted) >= basis.target else "annual.missed", target=basis.target, n=len(adopted),
                open=max(basis.target - len(adopted), 0)) if basis.decisions is not None
        else say.say("annual.unknown", target=basis.target),
        say.say("annual.lead", median=statistics.median(waits), n=len(waits)) if waits else say.say("annual.lead.none"),
        _tested(facts.backtest, say) if facts.backtest else say.say("annual.backtest.none", file=facts.backtest_file),
        say.counted("annual.runs", len(facts.runs), candidates=len(professions)),
    ]  # fmt: skip
    figures = (
        (say.say("annual.fig.adopted"), "–" if basis.decisions is None else say.number(len(adopted)), say.say("annual.fig.target", n=basis.target)),
        (say.say("annual.fig.rejected"), "–" if basis.decisions is None else say.number(sum(d.verdict == "reject" for d in taken)), say.say("annual.fig.year", year=year)),
        (say.say("annual.fig.lead"), say.number(statistics.median(waits), 1) if waits else "–", say.say("annual.fig.months")),
        (say.say("fig.candidates"), say.number(len(professions)), say.say("annual.fig.last.run")),
    )  # fmt: skip
    blocks: list[Block] = first_page(conclusions, figures, basis, say)
    blocks += _target(facts, say, taken, adopted) + _leads(facts, say) + _backtest(facts, say) + _register(facts, say)
    blocks += [
        Heading(text=say.say("annual.h.candidates"), new_page=True),
        candidates_grid(professions[:20], basis, say, otherwise=say.say("no.candidates"), sectors=True),
        Text(text=say.say("growth.note"), quiet=True), source_line(basis, say, whole=True),
        Heading(text=say.say("h.limits")), Points(lines=tuple(say.say(f"limits.{n}") for n in (1, 2, 3, 4))),
    ]  # fmt: skip
    return bound("annual", basis, say, blocks)


def _target(facts: AnnualFacts, say: Speech, taken: Sequence[Decision], adopted: Sequence[Decision]) -> list[Block]:
    basis = facts.basis
    found: list[Block] = [Heading(text=say.say("annual.h.target"), new_page=True)]
    if basis.decisions is None:
        return [*found, Text(text=decided(basis, say), quiet=True)]
    kinds = [k for k in KINDS if any(d.kind == k for d in taken)]
    verdicts = [v for v in ("adopt", "watch", "merge", "reject", "defer") if any(d.verdict == v for d in taken)]
    rows = tuple(
        (kind_name(kind, say), *(say.number(sum(d.kind == kind and d.verdict == v for d in taken)) for v in verdicts))
        for kind in kinds
    )
    found.append(
        Grid(head=(say.say("col.kind"), *(verdict_name(v, say) for v in verdicts)), rows=rows, align="l" + "r" * len(verdicts),
             otherwise=say.say("annual.no.decision"))
    )  # fmt: skip
    found += decisions_line(basis, say)
    if adopted:
        days = sorted(d.decided_at.date() for d in adopted)
        steps = [(basis.start, 0), *((day, sum(one <= day for one in days)) for day in dict.fromkeys(days))]
        steps.append((basis.end - dt.timedelta(days=1), len(days)))
        title = say.say("annual.axis.adopted")
        note = say.say("annual.chart", target=basis.target)
        found += pictured(target_chart(steps, target=basis.target, title=title), note, note,
                          target_chart(steps, target=basis.target, title=title, width=330))  # fmt: skip
    return [*found, *decisions_line(basis, say)]


def _leads(facts: AnnualFacts, say: Speech) -> list[Block]:
    rows = tuple(
        (one.title, say.day(one.first_seen) if one.first_seen else "–", say.day(one.proposed) if one.proposed else "–",
         say.day(one.decided), say.number(_months(one.first_seen, one.decided), 1) if one.first_seen else "–",
         say.number(_months(one.proposed, one.decided), 1) if one.proposed and one.proposed <= one.decided else "–")
        for one in facts.leads
    )  # fmt: skip
    head = ("col.profession", "col.seen", "col.proposed", "col.decided", "col.wait.seen", "col.wait.proposed")
    return [
        Heading(text=say.say("annual.h.leads")), Text(text=say.say("annual.leads.note"), quiet=True),
        Grid(head=tuple(say.say(name) for name in head), rows=rows, align="llllrr", otherwise=say.say("annual.lead.none")),
        *decisions_line(facts.basis, say, all_of_them=True),
    ]  # fmt: skip


def _months(start: dt.date, end: dt.date) -> float:
    return round((end - start).days / DAYS_A_MONTH, 1)


def _tested(found: Backtest, say: Speech) -> str:
    """What the back-test says, in a sentence of the first page."""
    findable = [lead for lead in found.leads if lead.findable]
    early = sum(lead.first is not None for lead in findable)
    first, last = _edges(found)
    said = say.counted("annual.backtest", len(found.lists), first=first, last=last, early=early, findable=len(findable))
    median = next((score.value for score in found.scores if score.name == "median lead"), None)
    return said if median is None else say.joined([said, say.say("annual.backtest.median", months=round(median))])


def _edges(found: Backtest) -> tuple[dt.date, dt.date]:
    days = [past.as_of for past in found.lists]
    return min(days), max(days)


def _backtest(facts: AnnualFacts, say: Speech) -> list[Block]:
    found: list[Block] = [Heading(text=say.say("annual.h.backtest"))]
    test = facts.backtest
    if not test or not test.lists:
        return [*found, Text(text=say.say("annual.backtest.none", file=facts.backtest_file), quiet=True)]
    first, last = _edges(test)
    source = Text(
        text=say.say("source.backtest", file=facts.backtest_file, first=first, last=last, truth=test.truth,
                     schemes=say.listed(test.taxonomies) or say.say("none"),
                     version=say.listed([str(v) for v in facts.backtest_versions]) or say.say("not.stored")),
        quiet=True,
    )  # fmt: skip
    scores = tuple(
        (say.say(f"figure.{SCORES[score.name]}"), "–" if score.value is None else _score(score.value, score.name, say),
         "–" if score.low is None or score.high is None
         else say.say("interval", low=_score(score.low, score.name, say), high=_score(score.high, score.name, say)),
         say.number(score.of))
        for score in test.scores if score.name in SCORES
    )  # fmt: skip
    lists = tuple(
        (say.day(past.as_of), say.number(past.found), say.number(past.findable),
         say.listed(list(dict.fromkeys(row.title for row in past.rows if row.rank <= FIRST and row.outcome == "recognised"))) or "–")
        for past in test.lists
    )  # fmt: skip
    head = ("col.figure", "col.value", "col.interval", "col.n")
    head_lists = ("col.as.of", "col.found", "col.findable", "col.recognised")
    return [
        *found, Text(text=say.say("annual.backtest.note"), quiet=True),
        Grid(head=tuple(say.say(name) for name in head), rows=scores, align="lrrr", wide=(0,)), source,
        Text(text=say.say("annual.lists.note"), quiet=True),
        Grid(head=tuple(say.say(name) for name in head_lists), rows=lists, align="lrrl", wide=(3,)), source,
    ]  # fmt: skip


def _score(value: float, name: str, say: Speech) -> str:
    """A score as its unit is read: months whole, shares and indices of 1 with two digits."""
    return say.number(value, 0 if name == "median lead" else 2)


def _register(facts: AnnualFacts, say: Speech) -> list[Block]:
    basis = facts.basis
    adopted = [d for d in basis.decisions or () if d.verdict == "adopt"]
    rows = tuple(
        (d.name or d.candidate_id, kind_name(d.kind, say), say.day(d.decided_at.date()), d.candidate_id)
        for d in adopted
    )
    none = decided(basis, say) if basis.decisions is None else say.say("annual.register.none")
    head = ("col.profession", "col.kind", "col.decided", "col.id")
    return [
        Heading(text=say.say("annual.h.register")),
        Grid(head=tuple(say.say(name) for name in head), rows=rows, align="llll", otherwise=none),
        *decisions_line(basis, say, all_of_them=True),
    ]  # fmt: skip
