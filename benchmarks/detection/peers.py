"""Peers: other ways to make a list of emerging professions, on the same snapshot as ours.

Each gives titles in rank order. All are given our role phrases, judged and folded (they are spared the
fragments and doubles that raw titles would bring them), and our own least counts: five vacancies, three
employers. Random numbers are seeded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from benchmarks.detection.past import FIRST, Snapshot

LEAST_VACANCIES, LEAST_EMPLOYERS = 5, 3
YEAR = 12


def eligible(past: Snapshot) -> NDArray[np.bool_]:
    """Concepts with vacancies and employers enough, in the order of `past.concepts`."""
    each = past.hired.groupby("concept").agg(vacancies=("vacancy_id", "nunique"), employers=("employer", "nunique"))
    each = each.reindex(past.concepts, fill_value=0)
    return ((each["vacancies"] >= LEAST_VACANCIES) & (each["employers"] >= LEAST_EMPLOYERS)).to_numpy()


def ranked(past: Snapshot, score: NDArray[np.float64], *, limit: int = FIRST) -> list[str]:
    """Titles by score, highest first; -inf is left out; ties by name."""
    good = np.where(eligible(past) & np.isfinite(score))[0]
    order = sorted(good.tolist(), key=lambda i: (-round(float(score[i]), 9), past.concepts[i]))
    return [past.titles[past.concepts[i]] for i in order[:limit]]


def growth_only(past: Snapshot) -> list[str]:
    """Log ratio of the share of the last year to that of the years before, half a vacancy added to each."""
    _, _, counts = past.counts()
    exposed = past.exposed()
    recent, before = counts[:, -YEAR:].sum(axis=1), counts[:, :-YEAR].sum(axis=1)
    share = (recent + 0.5) / exposed[-YEAR:].sum() / ((before + 0.5) / exposed[:-YEAR].sum())
    return ranked(past, np.log(share))


def kleinberg(past: Snapshot, *, scale: float = 2.0, gamma: float = 1.0) -> list[str]:
    """Weight of the burst that lasts into the last quarter (Kleinberg 2002, two states, batched arrivals)."""
    _, _, counts = past.counts()
    exposed = past.exposed()
    scores = np.array([burst_weight(row, exposed, scale=scale, gamma=gamma) for row in counts])
    return ranked(past, np.where(scores > 0, scores, -np.inf))


def burst_weight(
    hits: NDArray[np.float64], of: NDArray[np.float64], *, scale: float = 2.0, gamma: float = 1.0, within: int = 3
) -> float:
    """Weight of the last burst of a series, 0 when it ended more than `within` steps ago.

    `hits` of `of` in each step. State 0 expects the overall rate, state 1 `scale` times that; going up costs
    gamma * ln(steps). The weight is what the burst saves against state 0.

    >>> calm = np.array([2.0] * 12)
    >>> burst_weight(calm, np.full(12, 100.0)), burst_weight(np.array([1.0] * 8 + [9.0] * 4), np.full(12, 100.0)) > 5
    (0.0, True)
    """
    live = of > 0
    hits, of = np.minimum(hits[live], of[live]), of[live]
    if not hits.sum():
        return 0.0
    calm = hits.sum() / of.sum()
    lively = min(scale * calm, 0.9999)
    cost = np.stack([-(hits * np.log(p) + (of - hits) * np.log1p(-p)) for p in (min(calm, 0.9999), lively)])
    up = gamma * np.log(max(len(hits), 2))
    best = np.array([cost[0, 0], cost[1, 0] + up])
    came: list[tuple[int, int]] = [(0, 0)]
    for t in range(1, len(hits)):
        into = [(best[0], best[1]), (best[0] + up, best[1])]
        came.append((int(into[0][1] < into[0][0]), int(into[1][1] <= into[1][0])))
        best = np.array([min(into[0]) + cost[0, t], min(into[1]) + cost[1, t]])
    state = int(best[1] < best[0])
    states = [state]
    for t in range(len(hits) - 1, 0, -1):
        state = came[t][state]
        states.append(state)
    path = np.array(states[::-1])
    ends = np.where(path == 1)[0]
    if not len(ends) or ends[-1] < len(path) - within:
        return 0.0
    start = ends[-1]
    while start > 0 and path[start - 1] == 1:
        start -= 1
    return float((cost[0] - cost[1])[start : ends[-1] + 1].sum())


def isolation_forest(past: Snapshot) -> list[str]:
    """Outliers among the roles' vectors (Liu, Ting and Zhou 2008)."""
    from sklearn.ensemble import IsolationForest

    model = IsolationForest(n_estimators=200, random_state=0).fit(past.vectors)
    return ranked(past, -model.score_samples(past.vectors))


def local_outlier(past: Snapshot) -> list[str]:
    """Local outlier factor of the roles' vectors, 20 neighbours (Breunig et al. 2000)."""
    from sklearn.neighbors import LocalOutlierFactor

    neighbours = min(20, len(past.concepts) - 1)
    model = LocalOutlierFactor(n_neighbors=neighbours, metric="cosine").fit(past.vectors)
    return ranked(past, -model.negative_outlier_factor_)


def glosh(past: Snapshot) -> list[str]:
    """Outlier scores of the HDBSCAN hierarchy (Campello et al. 2015) over the roles' vectors."""
    import hdbscan

    model = hdbscan.HDBSCAN(min_cluster_size=5, min_samples=3).fit(past.vectors.astype(np.float64))
    return ranked(past, np.nan_to_num(model.outlier_scores_, nan=0.0))


def bertrend(past: Snapshot, *, decay: float = 0.01, window: int = YEAR, months: int = 3) -> list[str]:
    """The BERTrend rule (arXiv 2411.05930) over the roles: weak signals first, the most popular first.

    Popularity adds up with every month's vacancies; in months without any it shrinks by exp(-decay * n^2)
    where n counts the silent months. Among popularities within the window, one below the tenth percentile
    is noise, one up to the median a weak signal while it rises, one above a strong signal. Strong signals
    that rise follow, the smallest first.
    """
    _, _, counts = past.counts()
    history = popularity(counts, decay=decay)
    seen = history[:, -window:]
    values = seen[seen > 0]
    low, middle = np.percentile(values, 10), np.percentile(values, 50)
    last = history[:, -1]
    slope = last - history[:, -months]
    weak = (last >= low) & (last <= middle) & (slope > 0)
    strong = (last > middle) & (slope > 0)
    score = np.where(weak, 1e6 + last, np.where(strong, 1 / (1 + last), -np.inf))
    return ranked(past, score)


def popularity(counts: NDArray[np.float64], *, decay: float) -> NDArray[np.float64]:
    """Popularity of each row after each step, same shape as `counts`."""
    result = np.zeros_like(counts)
    level, silent = np.zeros(len(counts)), np.zeros(len(counts))
    for t in range(counts.shape[1]):
        told = counts[:, t] > 0
        silent = np.where(told, 0, silent + 1)
        level = np.where(told, level + counts[:, t], level * np.exp(-decay * silent**2))
        result[:, t] = level
    return result


# name: (ranking, what it is called in tables)
PEERS: Mapping[str, tuple[Callable[[Snapshot], list[str]], str]] = {
    "growth": (growth_only, "growth only"),
    "kleinberg": (kleinberg, "Kleinberg bursts on titles"),
    "iforest": (isolation_forest, "Isolation Forest"),
    "lof": (local_outlier, "LOF"),
    "glosh": (glosh, "GLOSH"),
    "bertrend": (bertrend, "BERTrend rule"),
}
