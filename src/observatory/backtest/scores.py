"""Scores of past lists: precision and recall with intervals, leads with censoring, stability.

Functions of lists and rows only; nothing here reads a corpus. Intervals are 95 %: Wilson's for shares
(Wilson 1927), percentile bootstrap for means over lists and for the median lead.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from observatory.records import Lead, Listed, PastList, Score

Z95 = 1.959964
BOOTSTRAP = 500
PERSISTENCE = 0.9  # of rank-biased overlap: the first ten ranks carry 86 % of the weight
ITERATIONS = 500


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share; (0, 1) of nothing.

    >>> [round(x, 2) for x in wilson(9, 10)]
    [0.6, 0.98]
    """
    if of == 0:
        return 0.0, 1.0
    share, z2 = hits / of, Z95**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def precision_at(k: int, lists: Sequence[PastList], *, seed: int) -> Score:
    """Share of the first `k` rows that were recognised later, mean over the lists.

    A row whose profession was recognised before its list counts as a miss. The truth file does not hold
    all that is real, so this is a lower bound of how often a proposal was right.
    """
    values = [_hits(past.rows[:k]) / min(k, len(past.rows)) for past in lists if past.rows]
    return _mean(f"precision@{k}", values, seed, "share of the first rows that were recognised after the list's day")


def recall_at(k: int, lists: Sequence[PastList]) -> Score:
    """Share of the recognitions that each list could have held, that stand in its first `k` rows."""
    found, findable = sum(past.found for past in lists), sum(past.findable for past in lists)
    low, high = wilson(found, findable)
    return Score(
        name=f"recall@{k}", value=found / findable if findable else None, low=low if findable else None,
        high=high if findable else None, of=findable,
        note="of the later recognitions that had postings enough and that no loaded classification had"
        if findable else "no later recognition had postings enough",
    )  # fmt: skip


def _hits(rows: Sequence[Listed]) -> int:
    return sum(row.outcome == "recognised" for row in rows)


def _mean(name: str, values: Sequence[float], seed: int, note: str) -> Score:
    if not values:
        return Score(name=name, value=None, low=None, high=None, of=0, note="no list")
    low, high = _bootstrap(np.asarray(values), seed)
    return Score(name=name, value=float(np.mean(values)), low=low, high=high, of=len(values), note=note)


def _bootstrap(values: NDArray[np.float64], seed: int) -> tuple[float, float]:
    random = np.random.default_rng(seed)
    means = values[random.integers(0, len(values), size=(BOOTSTRAP, len(values)))].mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def median_lead(leads: Sequence[Lead], *, seed: int) -> Score:
    """The median lead in months over the findable rows, censored ones included.

    A row on no list is known to have a lead below `months`, one on the first list a lead of at least
    that. The estimate is Turnbull's (1976, self-consistency), which is that of Kaplan and Meier where
    only one side is censored. A median among the rows never proposed cannot be said.
    """
    rows = [lead for lead in leads if lead.findable]
    if not rows:
        return Score(
            name="median lead", value=None, low=None, high=None, of=0,
            note="no recognition of the truth file had postings enough",
        )  # fmt: skip
    months = np.array([lead.months for lead in rows], dtype=float)
    side = np.array([{"": 0, "left": 1, "right": -1}[lead.censored] for lead in rows])
    median = _turnbull_median(months, side)
    random = np.random.default_rng(seed)
    again = []
    for _ in range(BOOTSTRAP):
        at = random.integers(0, len(rows), size=len(rows))
        again.append(_turnbull_median(months[at], side[at]))
    ordered = np.sort(np.array([-math.inf if m is None else m for m in again]))
    low, high = ordered[int(0.025 * len(ordered))], ordered[int(0.975 * len(ordered)) - 1]
    exact, left, right = int((side == 0).sum()), int((side == 1).sum()), int((side == -1).sum())
    counted = f"{exact} exact, {left} on the first list already, {right} not proposed by the end"
    return Score(
        name="median lead", value=median, low=None if math.isinf(low) else float(low),
        high=None if math.isinf(high) else float(high), of=len(rows),
        note=f"months; {counted}" + ("" if median is not None else "; more than half were not proposed: no median"),
    )  # fmt: skip


def _turnbull_median(months: NDArray[np.float64], side: NDArray[np.int64]) -> float | None:
    """The largest lead that more than half of the rows reach; None when half lie among those never proposed.

    `side` is 0 for an exact lead, 1 for "at least", -1 for "less than".
    """
    points = np.concatenate(([-math.inf], np.unique(months[side >= 0])))
    possible = np.where(
        (side == 0)[:, None], points[None, :] == months[:, None],
        np.where((side == 1)[:, None], points[None, :] >= months[:, None], points[None, :] < months[:, None]),
    )  # fmt: skip
    mass = np.full(len(points), 1 / len(points))
    for _ in range(ITERATIONS):
        part = possible * mass
        fresh = (part / part.sum(axis=1, keepdims=True)).mean(axis=0)
        if np.abs(fresh - mass).max() < 1e-9:
            break
        mass = fresh
    survival = mass[::-1].cumsum()[::-1]  # share of rows whose lead is at least each point
    reached = points[1:][survival[1:] > 0.5 + 1e-6]
    return float(reached[-1]) if len(reached) else None


def jaccard(first: Sequence[str], second: Sequence[str]) -> float:
    """Shared part of two lists of ids, 1 for the same ids.

    >>> jaccard(["a", "b"], ["b", "c"])
    0.3333333333333333
    """
    one, two = set(first), set(second)
    return len(one & two) / len(one | two) if one | two else 1.0


def rank_biased_overlap(first: Sequence[str], second: Sequence[str], *, p: float = PERSISTENCE) -> float:
    """Agreement of two rankings, extrapolated (Webber, Moffat and Zobel 2010), 0 to 1.

    >>> rank_biased_overlap(["a", "b", "c"], ["a", "b", "c"]), rank_biased_overlap(["a"], ["b"])
    (1.0, 0.0)
    """
    depth = min(len(first), len(second))
    if depth == 0:
        return 1.0 if not first and not second else 0.0
    one: set[str] = set()
    two: set[str] = set()
    total, agreement = 0.0, 0.0
    for d in range(1, depth + 1):
        one.add(first[d - 1])
        two.add(second[d - 1])
        agreement = len(one & two) / d
        total += agreement * p ** (d - 1)
    return round((1 - p) * total + agreement * p**depth, 12)


def stability_of(lists: Sequence[PastList], moved: Sequence[float], *, k: int, seed: int) -> list[Score]:
    """How much of one list is in the next, and what share of the roles' vacancies changed lineage."""
    pairs = [
        ([row.candidate_id for row in a.rows[:k]], [row.candidate_id for row in b.rows[:k]])
        for a, b in itertools.pairwise(lists)
        if a.rows and b.rows
    ]
    return [
        _mean(f"Jaccard of first {k}", [jaccard(a, b) for a, b in pairs], seed, "ids shared by consecutive lists"),
        _mean("rank-biased overlap", [rank_biased_overlap(a, b) for a, b in pairs], seed,
              f"of consecutive lists, p = {PERSISTENCE}"),
        _mean("changed lineage", list(moved), seed,
              "share of vacancies, in roles that both runs hold, whose lineage is another in the next run"),
    ]  # fmt: skip
