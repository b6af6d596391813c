"""The quarterly report by sector: landscape, candidates with growth and intervals, skills on the rise, what was put aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from observatory.publish.charts import wilson
from observatory.publish.paper import Block, Grid, Heading, Paper, Points, Text
from observatory.publish.report_charts import interval_chart, share_chart
from observatory.publish.reports.facts import ALL, QuarterlyFacts, SkillRise
from observatory.publish.reports.frame import (
    PROFESSIONS,
    SURE,
    bound,
    candidates_grid,
    decided,
    decimal,
    decisions_grid,
    decisions_line,
    first_page,
    growth_cells,
    kind_name,
    pictured,
    sector_name,
    source_line,
    why_aside,
    within,
)
from observatory.publish.speech import Speech
from observatory.publish.wording import told
from observatory.records import Candidate

TOP = 10
SKILLS = 10
ASIDE = 6


def quarterly(facts: QuarterlyFacts, say: Speech) -> Paper:
    """The report as a paper. An empty quarter says so on the first page, and shows what is known before it."""
    basis = facts.basis
    professions = [c for c in facts.candidates if c.kind in PROFESSIONS]
    sure = [c for c in professions if c.growth.low > 1 and c.growth.q_value < SURE]
    rejected = [d for d in within(basis.decisions, basis) if d.verdict == "reject"]
    aside = [c for c in facts.candidates if c.kind not in PROFESSIONS]
    leading = {s: next((c for c in professions if s in c.sectors), None) for s in basis.sectors}
    conclusions = [
        say.say("quarterly.empty") if not basis.postings
        else say.say("quarterly.volume", vacancies=basis.vacancies, employers=basis.employers, sources=len(basis.sources)),
        say.counted("quarterly.sure", len(sure), of=len(professions), names=say.listed([c.title for c in sure[:3]])) if sure
        else say.say("quarterly.sure.none", of=len(professions)),
        *(_leading(c, sector_name(s, basis, say), say) for s, c in leading.items() if c is not None),
        *(say.say("quarterly.leading.none", sector=sector_name(s, basis, say)) for s, c in leading.items() if c is None),
        decided(basis, say) if basis.decisions is None else say.counted("quarterly.rejected", len(rejected)),
    ]  # fmt: skip
    figures = (
        (say.say("fig.vacancies"), say.number(basis.vacancies), say.counted("from.postings", basis.postings)),
        (say.say("fig.employers"), say.number(basis.employers), say.counted("in.sources", len(basis.sources))),
        (say.say("fig.candidates"), say.number(len(professions)), say.counted("fig.sure", len(sure))),
        (say.say("fig.aside"), say.number(len(aside)), say.say("fig.aside.kinds")),
    )  # fmt: skip
    blocks: list[Block] = first_page(conclusions, figures, basis, say)
    first = _drawn(professions[:TOP])
    axis, dot, note = say.say("axis.growth"), decimal(say), say.say("quarterly.first.chart")
    blocks += pictured(interval_chart(first, title=axis, decimal=dot), note, note,
                       interval_chart(first, title=axis, decimal=dot, width=420))  # fmt: skip
    blocks += [source_line(basis, say, whole=True)] if first else []
    blocks += _landscape(facts, say)
    for sector in basis.sectors:
        own = [c for c in professions if sector in c.sectors]
        blocks += _sector(facts, say, sector, own)
    rest = [c for c in professions if not c.sectors]
    blocks += _sector(facts, say, ALL, rest)
    blocks += _aside(facts, say, aside)
    blocks += [Heading(text=say.say("h.limits")), Points(lines=tuple(say.say(f"limits.{n}") for n in (1, 2, 3, 4)))]
    return bound("quarterly", basis, say, blocks)


def _leading(first: Candidate, sector: str, say: Speech) -> str:
    if not told(first.growth):
        return say.say("quarterly.leading.untold", sector=sector, title=first.title)
    interval = say.between(first.growth.low, first.growth.high)
    return say.say(
        "quarterly.leading", sector=sector, title=first.title, ratio=say.times(first.growth.ratio), interval=interval
    )


def _drawn(found: Sequence[Candidate]) -> list[tuple[str, float, float, float]]:
    """The rows of a chart of growth: those whose growth can be told."""
    return [(c.title, c.growth.ratio, c.growth.low, c.growth.high) for c in found if told(c.growth)]


def _landscape(facts: QuarterlyFacts, say: Speech) -> list[Block]:
    basis = facts.basis
    rows = []
    for sector in basis.sectors:
        name = sector_name(sector, basis, say)
        for start, vacancies, exposure in _quarters(facts, sector):
            low, high = wilson(vacancies, exposure) if exposure else (None, None)
            rows.append((name, start, round(1000 * vacancies / exposure, 3) if exposure else None, low, high))
    table = []
    for sector in (ALL, *basis.sectors):
        quarters = {start: (n, of) for start, n, of in _quarters(facts, sector)}
        now = quarters.get(basis.start, (0, 0))
        before = quarters.get(dt.date(basis.start.year - 1, basis.start.month, 1), (0, 0))
        table.append((
            sector_name(sector, basis, say), say.number(now[0]), say.number(facts.employers.get(sector, 0)),
            *((_per_thousand(now, say), _per_thousand(before, say)) if sector else ("–", "–")),
            say.number(sum(sector in c.sectors for c in facts.candidates if c.kind in PROFESSIONS)) if sector
            else say.number(sum(c.kind in PROFESSIONS for c in facts.candidates)),
        ))  # fmt: skip
    head = ("col.sector", "col.vacancies", "col.employers", "col.share", "col.share.before", "col.candidates")
    title, dot = say.say("axis.per.thousand"), decimal(say)
    return [
        Heading(text=say.say("quarterly.h.landscape"), new_page=True), Text(text=say.say("quarterly.landscape.note"), quiet=True),
        Grid(head=tuple(say.say(name) for name in head), rows=tuple(table), align="lrrrrr"),
        *pictured(share_chart(rows, title=title, decimal=dot), say.say("quarterly.landscape.chart"),
                  say.say("quarterly.landscape.chart"), share_chart(rows, title=title, decimal=dot, width=330)),
        source_line(basis, say),
    ]  # fmt: skip


def _per_thousand(pair: tuple[int, int], say: Speech) -> str:
    if not pair[1]:
        return say.say("no.data")
    low, high = wilson(*pair)
    return f"{say.number(1000 * pair[0] / pair[1], 1)} ({say.say('interval', low=say.number(low, 1), high=say.number(high, 1))})"


def _quarters(facts: QuarterlyFacts, sector: str) -> list[tuple[dt.date, int, int]]:
    return [(one.start, one.vacancies, one.exposure) for one in facts.quarters if one.sector == sector]


def _sector(facts: QuarterlyFacts, say: Speech, sector: str, own: Sequence[Candidate]) -> list[Block]:
    basis, dot = facts.basis, decimal(say)
    name = sector_name(sector, basis, say) if sector else say.say("sector.none")
    shown = list(own[:TOP])
    drawn = _drawn(shown)
    title = say.say("axis.growth")
    skills = [one for one in facts.skills if one.sector == sector][:SKILLS]
    blocks: list[Block] = [
        Heading(text=name), Heading(text=say.say("quarterly.h.candidates"), level=2),
        candidates_grid(shown, basis, say, otherwise=say.say("quarterly.no.candidate")),
        *pictured(interval_chart(drawn, title=title, decimal=dot), say.say("growth.note"), say.say("growth.note"),
                  interval_chart(drawn, title=title, decimal=dot, width=420)),
    ]  # fmt: skip
    if shown:
        blocks.append(source_line(basis, say, whole=True))
    heading = say.say("quarterly.h.skills.all" if sector == ALL else "quarterly.h.skills")
    blocks += [Heading(text=heading, level=2), *_skills(facts, skills, say)]
    return blocks


def _skills(facts: QuarterlyFacts, skills: Sequence[SkillRise], say: Speech) -> list[Block]:
    early, late, end = facts.windows
    if not skills:
        return [Text(text=say.say("quarterly.no.skill"), quiet=True)]
    rows = tuple(
        (one.label, f"{say.number(one.recent)} ({say.percent(_share(one.recent, one.recent_of), 1)})",
         f"{say.number(one.earlier)} ({say.percent(_share(one.earlier, one.earlier_of), 1)})",
         say.number(one.employers), *growth_cells(one.growth, say))
        for one in skills
    )  # fmt: skip
    head = ("col.skill", "col.recent", "col.earlier", "col.employers", "col.growth")
    drawn = [(one.label, one.growth.ratio, one.growth.low, one.growth.high) for one in skills]
    title, dot = say.say("axis.growth.skill"), decimal(say)
    note = say.say(
        "quarterly.skills.note", early=early, late=late, end=end - dt.timedelta(days=1), tested=facts.skills_tested
    )
    return [
        Grid(head=(*(say.say(name) for name in head), "q"), rows=rows, align="lrrrrr"),
        *pictured(interval_chart(drawn, title=title, decimal=dot), note, note,
                  interval_chart(drawn, title=title, decimal=dot, width=420)),
        source_line(facts.basis, say),
    ]  # fmt: skip


def _share(n: int, of: int) -> float | None:
    return n / of if of else None


def _aside(facts: QuarterlyFacts, say: Speech, aside: Sequence[Candidate]) -> list[Block]:
    basis = facts.basis
    titles = {c.candidate_id: c.title for c in facts.candidates}
    taken = [d for d in within(basis.decisions, basis) if d.verdict in ("reject", "merge", "watch", "defer")]
    none = decided(basis, say) if basis.decisions is None else say.say("quarterly.no.rejected")
    rows = []
    for kind in ("technology", "revision", "noise"):
        rows += [
            (kind_name(kind, say), c.title, say.number(c.vacancies), growth_cells(c.growth, say)[0], why_aside(c, say))
            for c in [c for c in aside if c.kind == kind][:ASIDE]
        ]
    head = ("col.kind", "col.profession", "col.vacancies", "col.growth", "col.why")
    return [
        Heading(text=say.say("quarterly.h.rejected")), Heading(text=say.say("quarterly.h.by.committee"), level=2),
        decisions_grid(taken, say, titles=titles, otherwise=none), *decisions_line(basis, say),
        Heading(text=say.say("quarterly.h.by.rule"), level=2), Text(text=say.say("quarterly.aside.note", n=len(aside)), quiet=True),
        Grid(head=tuple(say.say(name) for name in head), rows=tuple(rows), align="llrrl", wide=(1, 4), otherwise=say.say("quarterly.no.aside")),
        source_line(basis, say, whole=True),
    ]  # fmt: skip
