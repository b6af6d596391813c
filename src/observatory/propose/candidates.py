"""Candidates: which clusters are proposed for review, in which order, and why.

The score is a weighted geometric mean of few named components, each 0 to 1 and monotone: more
growth, novelty, breadth or persistence never lowers a rank. A kind that is no profession ranks
below all that may be one. Every candidate says why it stands where it does.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import pandas as pd

from observatory.records import Candidate, Growth, Kind, Nearest

WEIGHTS: Mapping[str, float] = {"growth": 0.35, "novelty": 0.35, "breadth": 0.20, "persistence": 0.10}
# What a kind leaves of the score: a technology or noise may be looked at, after everything else.
KIND_FACTOR: Mapping[Kind, float] = {
    "occupation": 1.0, "specialisation": 0.75, "revision": 0.25, "technology": 0.15, "noise": 0.05,
}  # fmt: skip
LISTED_FACTOR = 0.75  # times that, of a specialisation that a classification lists as another title already
PRIOR_VARIANCE = 0.25  # of the log rate ratio: how far growth is believed before it is seen
DOUBLED = math.log(2)
MANY_EMPLOYERS = 64
FLOOR = 0.01
OPEN = 9999.0  # an interval that reaches this has no upper bound


class Novel(Protocol):
    """What a ranking reads of a novelty."""

    @property
    def novelty(self) -> float: ...
    @property
    def nearest(self) -> tuple[Nearest, ...]: ...
    @property
    def title_of(self) -> Nearest | None: ...
    @property
    def alternative_of(self) -> Nearest | None: ...
    @property
    def parent_similarity(self) -> float: ...


class Found(Protocol):
    """What a ranking reads of a cluster."""

    @property
    def lineage_id(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def titles(self) -> tuple[str, ...]: ...
    @property
    def postings(self) -> int: ...
    @property
    def vacancies(self) -> int: ...
    @property
    def employers(self) -> int: ...
    @property
    def top_employer(self) -> float: ...
    @property
    def sources(self) -> tuple[str, ...]: ...
    @property
    def months_alive(self) -> float: ...
    @property
    def growth(self) -> pd.Series: ...
    @property
    def novelty(self) -> Novel: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def kind_reasons(self) -> tuple[str, ...]: ...
    @property
    def proposed(self) -> bool: ...
    @property
    def stability(self) -> float: ...


def components(cluster: Found) -> dict[str, float]:
    """The parts of a cluster's score, each from `FLOOR` to 1.

    growth: the log rate ratio, drawn towards none by its uncertainty, 1 at a doubling. novelty: that
    of its name; a role listed as another title of a like occupation keeps half. breadth: employers
    on a logarithmic scale, 1 at 64. persistence: months of the last year with a vacancy.
    """
    row = cluster.growth
    log_ratio = math.log(max(float(row["ratio"]), 1e-9))
    spread = (math.log(float(row["high"])) - math.log(max(float(row["low"]), 1e-9))) / 3.92 if row["low"] > 0 else 9.0
    growth = log_ratio * PRIOR_VARIANCE / (PRIOR_VARIANCE + spread**2) / DOUBLED
    novelty = cluster.novelty.novelty
    if cluster.novelty.alternative_of is not None:
        novelty = max(novelty, (1 - cluster.novelty.parent_similarity) * (1.0 if cluster.kind == "occupation" else 0.5))
    parts = {
        "growth": growth,
        "novelty": novelty,
        "breadth": math.log2(max(cluster.employers, 1)) / math.log2(MANY_EMPLOYERS),
        "persistence": cluster.months_alive,
    }
    return {name: min(max(value, FLOOR), 1.0) for name, value in parts.items()}


def score_of(
    parts: Mapping[str, float], kind: Kind, *, listed: bool = False, weights: Mapping[str, float] = WEIGHTS
) -> float:
    """The score of components: their weighted geometric mean, times what the kind leaves of it."""
    left = KIND_FACTOR[kind] * (LISTED_FACTOR if listed and kind == "specialisation" else 1.0)
    return float(math.exp(sum(weights[name] * math.log(value) for name, value in parts.items())) * left)


def propose(
    clusters: Sequence[Found],
    *,
    limit: int,
    min_vacancies: int,
    min_employers: int,
    facts: Callable[[Found], Mapping[str, tuple[str, ...]]],
    weights: Mapping[str, float] = WEIGHTS,
) -> list[Candidate]:
    """The ranked candidates, at most `limit`.

    `facts` gives sectors, skills, evidence (posting ids) and first_seen (one ISO date) of a cluster;
    it is asked only for those on the list. `weights` are those of the score, fixed or learned from verdicts. Ties are broken by id, so order of input does not matter.
    """  # fmt: skip
    scored = []
    for cluster in clusters:
        if not cluster.proposed or cluster.vacancies < min_vacancies or cluster.employers < min_employers:
            continue
        parts = components(cluster)
        listed = cluster.novelty.alternative_of is not None
        scored.append((score_of(parts, cluster.kind, listed=listed, weights=weights), cluster, parts))
    scored.sort(key=lambda row: (-round(row[0], 9), row[1].lineage_id))
    return [
        _candidate(rank, score, cluster, parts, facts(cluster))
        for rank, (score, cluster, parts) in enumerate(scored[:limit], 1)
    ]


def _candidate(
    rank: int, score: float, cluster: Found, parts: Mapping[str, float], facts: Mapping[str, tuple[str, ...]]
) -> Candidate:
    row = cluster.growth
    growth = Growth(
        ratio=round(float(row["ratio"]), 4), low=round(float(row["low"]), 4), high=round(min(float(row["high"]), OPEN), 4),
        p_value=round(float(row["p_value"]), 6), q_value=round(float(row["q_value"]), 6), note=str(row["note"]),
    )  # fmt: skip
    return Candidate(
        candidate_id=cluster.lineage_id,
        rank=rank,
        kind=cluster.kind,
        title=cluster.title,
        titles={cluster.language: cluster.titles or (cluster.title,)},
        alternative_titles=cluster.titles[1:],
        sectors=facts["sectors"],
        score=round(score, 6),
        components={name: round(value, 4) for name, value in parts.items()},
        postings=cluster.postings,
        vacancies=cluster.vacancies,
        employers=cluster.employers,
        sources=cluster.sources,
        first_seen=dt.date.fromisoformat(facts["first_seen"][0]),
        growth=growth,
        novelty=round(cluster.novelty.novelty, 4),
        nearest=cluster.novelty.nearest,
        skills=facts["skills"],
        evidence=facts["evidence"],
        reasons=_reasons(cluster, growth),
        limits=_limits(cluster, growth),
    )


def _reasons(cluster: Found, growth: Growth) -> tuple[str, ...]:
    near = cluster.novelty.nearest[0] if cluster.novelty.nearest else None
    return (
        _growth_said(growth),
        f"{cluster.employers} employers sought it in {cluster.vacancies} vacancies.",
        f"The nearest occupation is {near.title} ({near.scheme} {near.version}), similarity {near.similarity:.2f}."
        if near
        else "No classification is loaded in this language, so nothing is known to compare it with.",
        f"It is proposed as {_ARTICLE[cluster.kind]}: {'; '.join(cluster.kind_reasons)}.",
    )


def _growth_said(growth: Growth) -> str:
    """What the ratio and its interval show; an interval without bounds shows nothing."""
    if growth.low <= 0 and growth.high >= OPEN:
        return (
            "Whether its share of vacancies rose cannot be said: too little to compare was published before or since."
        )
    sure = (
        "surely a rise (the whole interval lies above 1)" if growth.low > 1
        else "a rise is likely but not sure" if growth.ratio > 1.05 else "no rise is shown"
    )  # fmt: skip
    high = f"{growth.high:.1f}" if growth.high < OPEN else "no upper bound"
    times = f"{growth.ratio:.1f}" if growth.ratio >= 0.95 else f"{growth.ratio:.2f}"
    return f"Its share of vacancies is {times} times what it was, 95 % interval {growth.low:.1f} to {high}: {sure}."


_ARTICLE: Mapping[Kind, str] = {
    "occupation": "a new occupation", "specialisation": "a specialisation", "revision": "a revision of an occupation",
    "technology": "a technology, not a profession", "noise": "noise, not a profession",
}  # fmt: skip


def _limits(cluster: Found, growth: Growth) -> tuple[str, ...]:
    found = []
    if growth.note:
        found.append(f"Growth: {growth.note}.")
    if growth.q_value >= 0.05:
        found.append(f"Among all professions tested at once this rise may be chance (q = {growth.q_value:.2f}).")
    if cluster.employers < 5:
        found.append(f"Only {cluster.employers} employers: a few more or fewer would change the picture.")
    if cluster.top_employer >= 0.5 and cluster.employers > 1:
        found.append(
            f"One employer posted {cluster.top_employer:.0%} of its vacancies: what rises may be that employer."
        )
    if len(cluster.sources) == 1:
        found.append("Seen in one source only.")
    if cluster.stability < 0.6:
        found.append(f"Its boundary is unsure: over several clusterings {cluster.stability:.0%} of it stays together.")
    return tuple(found)
