"""Invented facts of reports: a usual period, an empty one, and one whose names are hostile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from invented_dossiers import HOSTILE, chinese, invented_run, plain
from observatory.publish.reports.facts import (
    ALL,
    AnnualFacts,
    Basis,
    Decision,
    Lead,
    QualityFacts,
    QuarterlyFacts,
    SectorQuarter,
    SkillRise,
    SourceQuality,
    SourceWeek,
    Volume,
    WeeklyFacts,
)
from observatory.records import Backtest, Candidate, Growth, Listed, PastList, Recognition, Score
from observatory.records import Lead as Lead_

END = dt.date(2024, 4, 1)
SECTORS = {
    "ai": {"en": "Artificial intelligence", "zh": "人工智能", "it": "Intelligenza artificiale"},
    "green": {"en": "Green technology", "zh": "绿色技术", "it": "Tecnologie verdi"},
}


def basis(start: dt.date, **changed: Any) -> Basis:
    given: dict[str, Any] = {
        "observatory": "invented", "start": start, "end": END, "as_of": END,
        "run": replace(invented_run(), as_of=dt.datetime(2024, 4, 1, tzinfo=dt.UTC)), "corpus_version": 12,
        "sources": ("invented-board", "other-board"), "sectors": SECTORS, "decisions": decisions(), "decided_in": "verdicts.json",
        "target": 10, "postings": 1234, "vacancies": 1100, "employers": 321,
        "attributions": (("invented-board", "", ""), ("other-board", "The other board", "CC0 1.0")),
    }  # fmt: skip
    return Basis(**{**given, **changed})


def decisions() -> tuple[Decision, ...]:
    def one(name: str, verdict: str, month: int, reason: str = "") -> Decision:
        return Decision(
            candidate_id=f"L{name}", verdict=verdict, kind="occupation", name=name, reason_code=reason,
            decided_at=dt.datetime(2024, month, 27, 9, tzinfo=dt.UTC), vacancies=9, merged_into="",
        )  # fmt: skip

    return (one("heat-pump engineer", "adopt", 1), one("toast inspector", "reject", 2, "small"),
            one("tile whisperer", "reject", 3, "a code of tomorrow"), one("brine analyst", "adopt", 3))  # fmt: skip


def candidates() -> tuple[Candidate, ...]:
    first, second = plain().candidate, chinese().candidate
    return (
        replace(first, rank=1), replace(second, rank=2, candidate_id="Lzh", employers=4),
        replace(first, rank=3, candidate_id="Lshrinks", title="paper engineer", sectors=(), kind="specialisation",
                growth=Growth(ratio=0.4, low=0.2, high=0.8, p_value=0.9, q_value=1.0)),
        replace(first, rank=4, candidate_id="Lopen", title="new engineer", growth=Growth(ratio=9.0, low=1.2, high=9999.0, p_value=0.1, q_value=0.2)),
        replace(first, rank=5, candidate_id="Ltech", title="Toastlang developer", kind="technology", nearest=()),
        replace(first, rank=6, candidate_id="Lold", title="plumber", kind="revision"),
        replace(first, rank=7, candidate_id="Lnoise", title="team player", kind="noise"),
    )  # fmt: skip


def weekly_facts() -> WeeklyFacts:
    weeks = tuple((dt.date(2023, 10, 2) + dt.timedelta(weeks=i), 40 + i % 5) for i in range(26))
    stopped = (*weeks[:-1], (weeks[-1][0], 0))
    few = (*weeks[:-1], (weeks[-1][0], 3))
    monthly = tuple((day, 30 if i % 4 == 0 else 0) for i, (day, _) in enumerate(weeks))
    never = tuple((day, 0) for day, _ in weeks)

    def one(name: str, counts: tuple[tuple[dt.date, int], ...], health: str = "well") -> SourceWeek:
        return SourceWeek(source=name, postings=counts[-1][1], usual=42.0, last_posted=END - dt.timedelta(days=9),
                          last_collected=END, set_aside=2, weeks=counts, health=health)  # fmt: skip

    return WeeklyFacts(
        basis=basis(END - dt.timedelta(days=7)), candidates=candidates(),
        earlier={"L0a1b2c3d4": (9, 120, "heat-pump commissioning engineer"), "Lshrinks": (2, 200, "paper engineer")},
        earlier_run=invented_run(),
        sources=(one("well", weeks), one("stopped", stopped), one("few", few), one("monthly", monthly), one("never", never),
                 one("an old file", never, "file"), one("walled", weeks, "failing")),
    )  # fmt: skip


def quarterly_facts() -> QuarterlyFacts:
    quarters = [dt.date(2021 + (3 + 3 * i) // 12, (3 + 3 * i) % 12 + 1, 1) for i in range(12)]
    return QuarterlyFacts(
        basis=basis(dt.date(2024, 1, 1)), candidates=candidates(),
        quarters=tuple(
            SectorQuarter(sector=s, start=q, vacancies=1100 if s == ALL else (3 * i if i > 4 else 2), exposure=0 if i == 7 else 1200)
            for s in (ALL, *SECTORS) for i, q in enumerate(quarters)
        ),
        employers={ALL: 321, "ai": 20, "green": 31},
        skills=(
            SkillRise(sector=ALL, label="hydraulic balancing", recent=40, recent_of=1000, earlier=10, earlier_of=900, employers=22,
                      growth=Growth(ratio=3.6, low=1.8, high=7.0, p_value=0.001, q_value=0.01)),
            SkillRise(sector="green", label="提示词设计", recent=12, recent_of=90, earlier=0, earlier_of=80, employers=9,
                      growth=Growth(ratio=22.0, low=0.9, high=700.0, p_value=0.04, q_value=0.3)),
        ),
        windows=(dt.date(2022, 4, 1), dt.date(2023, 4, 1), END), skills_tested=41,
    )  # fmt: skip


def annual_facts() -> AnnualFacts:
    return AnnualFacts(
        basis=basis(dt.date(2024, 1, 1)), candidates=candidates(), runs=(invented_run(),),
        leads=(
            Lead(candidate_id="Lheat-pump engineer", title="heat-pump engineer", first_seen=dt.date(2022, 1, 1),
                 proposed=dt.date(2023, 1, 1), decided=dt.date(2024, 1, 27)),
            Lead(candidate_id="Lbrine analyst", title="brine analyst", first_seen=None, proposed=None, decided=dt.date(2024, 3, 27)),
        ),
        backtest=invented_backtest(), backtest_file="backtest.json", backtest_versions=(7,),
    )  # fmt: skip


def invented_backtest() -> Backtest:
    """A walk over two dates on which one profession was found, ten months early."""
    found = Recognition(title="drone inspector", recognised=dt.date(2023, 11, 1), by="an authority")
    row = Listed(rank=3, candidate_id="Ldrone", title="Drone Inspector", kind="occupation", vacancies=20, q_value=0.01,
                 outcome="recognised", recognition="drone inspector", share_then=1.0, share_at_end=4.0)  # fmt: skip
    return Backtest(
        workspace="invented", truth="truth.csv", protocol=1, taxonomies=("esco 1.1.0",), false_alarms=(), limits=(), seconds=2.0,
        lists=(PastList(as_of=dt.date(2022, 1, 1), run_id="", rows=(), note="no run"),
               PastList(as_of=dt.date(2023, 1, 1), run_id="0123456789ab", rows=(row,), findable=2, found=1)),
        leads=(Lead_(recognition=found, candidate="Drone Inspector", rank=3, first=dt.date(2023, 1, 1), months=10, censored="",
                     vacancies=20, findable=True),),
        scores=(Score(name="precision@10", value=0.6, low=0.31, high=0.83, of=1), Score(name="median lead", value=9.5, low=None, high=None, of=1),
                Score(name="a score of tomorrow", value=1.0, low=None, high=None, of=1)),
    )  # fmt: skip


def quality_facts() -> QualityFacts:
    months = [dt.date(2022 + (3 + i) // 12, (3 + i) % 12 + 1, 1) for i in range(24)]
    return QualityFacts(
        basis=basis(dt.date(2022, 4, 1)),
        quality=(
            SourceQuality(source="invented-board", postings=900, first=dt.date(2022, 4, 2), last=dt.date(2024, 3, 31), no_text=0.0,
                          no_employer=0.5, employer_read=0.1, no_place=0.4, no_date=0.0, exact_copies=0.02, reposts=0.03,
                          delay_median=1.5, delay_p90=6.0),
            SourceQuality(source="other-board", postings=334, first=dt.date(2023, 4, 2), last=dt.date(2024, 3, 1), no_text=0.3,
                          no_employer=0.0, employer_read=0.0, no_place=0.0, no_date=1.0, exact_copies=0.0, reposts=0.0,
                          delay_median=None, delay_p90=None),
        ),
        volumes=tuple(
            Volume(source="invented-board", month=m, postings=0 if i == 9 else 90 if i == 15 else 40, usual=40.0,
                   anomaly="silent" if i == 9 else "high" if i == 15 else "")
            for i, m in enumerate(months)
        ),
        languages=(("en", 900), ("zh", 300), ("", 34)), set_aside=(("other-board", "date too early", 7),),
    )  # fmt: skip


def empty(facts: Any) -> Any:
    """The same facts for a period in which nothing was stored or decided, and with no run before."""
    hollow = replace(facts.basis, postings=0, vacancies=0, employers=0, sources=(), decisions=None)
    gone: dict[str, Any] = {
        "candidates": (), "quarters": (), "employers": {}, "skills": (), "sources": (), "earlier": None, "earlier_run": None,
        "runs": (), "leads": (), "backtest": None, "quality": (), "volumes": (), "languages": (), "set_aside": (),
    }  # fmt: skip
    return replace(facts, basis=hollow, **{k: v for k, v in gone.items() if k in facts.__slots__})


def hostile(facts: Any) -> Any:
    """The same facts with markup in every name that comes from outside."""
    changed: dict[str, Any] = {"basis": replace(facts.basis, observatory=HOSTILE, sources=(HOSTILE,))}
    if "candidates" in facts.__slots__:
        changed["candidates"] = tuple(replace(c, title=HOSTILE, sectors=c.sectors) for c in facts.candidates)
    if "set_aside" in facts.__slots__:
        changed["set_aside"] = ((HOSTILE, HOSTILE, 3),)
    return replace(facts, **changed)


FACTS: Mapping[str, Callable[[], Any]] = {
    "weekly": weekly_facts, "quarterly": quarterly_facts, "annual": annual_facts, "quality": quality_facts,
}  # fmt: skip
