"""The weekly bulletin: new candidates, movements, decisions, how the sources fare."""

from __future__ import annotations

from observatory.publish.paper import Block, Grid, Heading, Paper, Text
from observatory.publish.report_charts import volume_chart
from observatory.publish.reports.facts import SourceWeek, WeeklyFacts
from observatory.publish.reports.frame import (
    PROFESSIONS,
    bound,
    candidates_grid,
    decided,
    decisions_grid,
    decisions_line,
    first_page,
    pictured,
    source_line,
    within,
)
from observatory.publish.speech import Speech

SHOWN = 15
LEAST_MOVE = 3  # ranks
UNWELL = ("failing", "silent", "ended", "low")  # states that ask for a look


def weekly(facts: WeeklyFacts, say: Speech) -> Paper:
    """The bulletin as a paper."""
    basis = facts.basis
    professions = [c for c in facts.candidates if c.kind in PROFESSIONS]
    fresh = [c for c in professions if facts.earlier is not None and c.candidate_id not in facts.earlier]
    taken = within(basis.decisions, basis)
    collected = [s for s in facts.sources if s.health != "file"]
    unwell = [s for s in collected if state(s) in UNWELL]
    usual = sum(s.usual for s in facts.sources)
    conclusions = [
        say.say("weekly.empty") if not basis.postings
        else say.say("weekly.volume", postings=basis.postings, employers=basis.employers, usual=round(usual)),
        say.say("weekly.first.run") if facts.earlier is None or facts.earlier_run is None
        else say.counted("weekly.new", len(fresh), day=facts.earlier_run.as_of.date(), names=say.listed([c.title for c in fresh[:3]]))
        if fresh else say.say("weekly.new.none", day=facts.earlier_run.as_of.date()),
        decided(basis, say) if basis.decisions is None else say.counted("weekly.decided", len(taken)),
        say.counted("weekly.unwell", len(unwell), names=say.listed([s.source for s in unwell])) if unwell
        else say.say("weekly.well" if collected else "weekly.files"),
    ]  # fmt: skip
    figures = (
        (say.say("weekly.fig.new"), say.number(len(fresh)) if facts.earlier is not None else "–", say.counted("of.candidates", len(professions))),
        (say.say("weekly.fig.postings"), say.number(basis.postings), say.say("weekly.fig.usual", n=round(usual))),
        (say.say("weekly.fig.decisions"), "–" if basis.decisions is None else say.number(len(taken)), say.say("weekly.fig.in.week")),
        (say.say("weekly.fig.sources"), f"{len(collected) - len(unwell)} / {len(collected)}" if collected else "–", say.say("weekly.fig.well")),
    )  # fmt: skip
    blocks: list[Block] = first_page(conclusions, figures, basis, say)
    if facts.earlier is None:
        blocks += [
            Heading(text=say.say("weekly.list")), Text(text=say.say("weekly.first.run"), quiet=True),
            candidates_grid(professions[:SHOWN], basis, say, otherwise=say.say("no.candidates"), sectors=True),
            Text(text=say.say("growth.note"), quiet=True), source_line(basis, say, whole=True),
        ]  # fmt: skip
    else:
        blocks += [
            Heading(text=say.say("weekly.h.new")),
            candidates_grid(fresh[:SHOWN], basis, say, otherwise=say.say("weekly.none.new")),
            *([Text(text=say.say("and.more", n=len(fresh) - SHOWN), quiet=True)] if len(fresh) > SHOWN else []),
            Text(text=say.say("growth.note"), quiet=True), source_line(basis, say, whole=True),
            Heading(text=say.say("weekly.h.moves")), _moves(facts, say), source_line(basis, say, whole=True),
        ]  # fmt: skip
    titles = {c.candidate_id: c.title for c in facts.candidates}
    none = decided(basis, say) if basis.decisions is None else say.say("weekly.no.decision")
    blocks += [
        Heading(text=say.say("h.decisions")), decisions_grid(taken, say, titles=titles, otherwise=none), *decisions_line(basis, say),
        Heading(text=say.say("weekly.h.sources")), *_sources(facts, say), source_line(basis, say, whole=True),
    ]  # fmt: skip
    return bound("weekly", basis, say, blocks)


def _moves(facts: WeeklyFacts, say: Speech) -> Grid:
    assert facts.earlier is not None
    moved = []
    for c in facts.candidates:
        if c.candidate_id in facts.earlier and c.kind in PROFESSIONS:
            rank, vacancies, _ = facts.earlier[c.candidate_id]
            if abs(rank - c.rank) >= LEAST_MOVE:
                moved.append((c, rank, vacancies))
    moved.sort(key=lambda row: (-abs(row[1] - row[0].rank) / min(row[1], row[0].rank), row[0].rank))
    rows = tuple(
        (c.title, say.number(rank), say.number(c.rank), ("▲ " if rank > c.rank else "▼ ") + say.number(abs(rank - c.rank)),
         say.number(before), say.number(c.vacancies))
        for c, rank, before in moved[:SHOWN]
    )  # fmt: skip
    head = (
        "col.profession",
        "col.rank.before",
        "col.rank.now",
        "col.moved",
        "col.vacancies.before",
        "col.vacancies.now",
    )
    return Grid(
        head=tuple(say.say(name) for name in head), rows=rows, align="lrrrrr", otherwise=say.say("weekly.no.moves")
    )


def state(source: SourceWeek) -> str:
    """How a source fares: by its fetches where they speak, else by what it published.

    file: imported from files, which owe nothing more; failing: its last fetch could not tell;
    silent: nothing new for longer than its habit, or without a posting for longer than ever in the weeks shown; seldom: none this week, as it
    happens; ended: none in all weeks shown; low: under half of the usual and of every week before; well.
    """
    if source.health != "well":
        return source.health
    counts = [n for _, n in source.weeks]
    if not any(counts):
        return "ended"
    if source.postings == 0:
        gaps = [len(gap) for gap in "".join("." if n else "0" for n in counts).strip(".").split(".")]
        return "silent" if gaps[-1] > max(gaps[:-1], default=0) else "seldom"
    few = source.postings < 0.5 * source.usual and source.postings < min(counts[-9:-1])
    return "low" if few and source.usual >= 5 else "well"


def _sources(facts: WeeklyFacts, say: Speech) -> list[Block]:
    states = [state(s) for s in facts.sources]
    rows = tuple(
        (s.source, say.number(s.postings), say.number(s.usual, 1), say.day(s.last_posted) if s.last_posted else "–",
         say.number(s.set_aside), say.say(f"state.{found}"))
        for s, found in zip(facts.sources, states, strict=True)
    )  # fmt: skip
    head = ("col.source", "col.postings.week", "col.usual", "col.last", "col.aside", "col.state")
    drawn = [
        (s.source, day, n, "low" if i == len(s.weeks) - 1 and found in UNWELL else "")
        for s, found in zip(facts.sources, states, strict=True) for i, (day, n) in enumerate(s.weeks)
        if any(count for _, count in s.weeks)
    ]  # fmt: skip
    title = say.say("axis.postings.week")
    return [
        Text(text=say.say("weekly.sources.note"), quiet=True),
        Grid(head=tuple(say.say(name) for name in head), rows=rows, align="lrrlrl", wide=(0,), otherwise=say.say("no.sources"),
             marked=frozenset(i for i, found in enumerate(states) if found in UNWELL)),
        *pictured(volume_chart(drawn, title=title, weekly=True), say.say("weekly.chart"), say.say("weekly.chart"),
                  volume_chart(drawn, title=title, weekly=True, width=330)),
    ]  # fmt: skip
