"""Skill profiles: what a cluster's postings ask for, against what all postings ask for.

Three questions are put to the profile. Is it the cluster's own (skills asked for far more often than
elsewhere)? Do its postings ask for like things (cohesion)? Has it changed against its own past by more
than all postings have? The first two tell a profession from a word that many use; the third is the
sign that a known occupation needs a revision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse, stats

from observatory.detect.growth import Windows, benjamini_hochberg

LEAST_POSTINGS = 5  # that name a skill, over the whole corpus
OWN_COUNT, OWN_LIFT, OWN_Z = 3, 1.5, 3.3
CHANGE_POSTINGS = 20  # of a cluster in each window
CHANGE_COUNT = 5  # postings of a cluster that name a skill, both windows together
CHANGE_Q, CHANGE_FACTOR = 0.01, 2.0
COHESION_POSTINGS = 5
# Likeness of two profiles: the cosine of their skills, weighted by rarity, over the geometric mean of
# their reliabilities (split halves, Spearman 1910), so that small clusters are not unlike by chance alone.
LIKE, LIKE_POSTINGS = 0.88, 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """The skill profile of one cluster.

    `own`: skills asked for at least 1.5 times as often as elsewhere and beyond chance (z > 3.3), the most
    telling first. `cohesion`: mean cosine between the skill sets of its postings, as a multiple of the
    same mean over all postings; NaN when fewer than five of them name a skill. `risen` and `fallen`:
    skills whose odds rose or fell by a factor of two against the change in all postings, q < 0.01;
    None when a window holds fewer than twenty of its postings. `like`: the clusters at least as large
    whose postings ask for the same, with the likeness (see `LIKE`), the most alike first.
    """

    own: tuple[str, ...] = ()
    cohesion: float = float("nan")
    risen: tuple[str, ...] | None = None
    fallen: tuple[str, ...] | None = None
    like: tuple[tuple[int, float], ...] = ()


def profiles(
    hired: pd.DataFrame, skills: pd.DataFrame, clusters: Sequence[int], *, windows: Windows
) -> dict[int, Profile]:
    """The profile of each cluster.

    `hired`: columns cluster, posting_id, month (one row a mention). `skills`: columns posting_id, skills
    (list of labels); all postings as of the date. Postings without any skill are left out of all shares.
    """
    empty = {cluster: Profile() for cluster in clusters}
    named = skills[skills["skills"].map(len) > 0] if len(skills) else skills
    known = named.drop_duplicates("posting_id").sort_values("posting_id")
    if known.empty or hired.empty:
        return empty
    matrix, labels = _matrix(known)
    if not labels:
        return empty
    row = pd.Series(np.arange(len(known)), index=known["posting_id"])
    pairs = hired[["cluster", "posting_id", "month"]].drop_duplicates(["cluster", "posting_id"])
    pairs = pairs[pairs["posting_id"].isin(row.index) & pairs["cluster"].isin(clusters)]
    at = {cluster: i for i, cluster in enumerate(clusters)}
    own = pairs["cluster"].map(at).to_numpy()
    rows = row.loc[pairs["posting_id"]].to_numpy()
    recent = np.isin(pairs["month"], np.array(windows.recent))
    earlier = np.isin(pairs["month"], np.array(windows.earlier))

    def members(chosen: NDArray[np.bool_]) -> sparse.csr_matrix:
        ones = np.ones(int(chosen.sum()), dtype=np.float64)
        return sparse.csr_matrix((ones, (own[chosen], rows[chosen])), shape=(len(clusters), len(known)))

    every = members(np.ones(len(pairs), dtype=bool))
    counts = np.asarray((every @ matrix).todense())
    sizes = np.asarray(every.sum(axis=1)).ravel()
    share = np.asarray(matrix.sum(axis=0)).ravel() / len(known)
    cohesion = _cohesion(every, matrix, share)
    like = _alike(every, sizes, matrix, share)
    changes = _changes(members(recent), members(earlier), matrix, _in_windows(pairs, rows, len(known), windows))
    result = {}
    for cluster, i in at.items():
        risen, fallen = changes.get(i, (None, None))
        result[cluster] = Profile(
            own=_own(counts[i], float(sizes[i]), share, labels), cohesion=float(cohesion[i]),
            risen=None if risen is None else tuple(labels[j] for j in risen),
            fallen=None if fallen is None else tuple(labels[j] for j in fallen),
            like=tuple((clusters[j], value) for j, value in like.get(i, ())),
        )  # fmt: skip
    return result


def _matrix(known: pd.DataFrame) -> tuple[sparse.csr_matrix, list[str]]:
    """Postings x skills, 1 where a posting names the skill; labels in alphabetical order."""
    long = known["skills"].reset_index(drop=True).explode()
    counts = long.groupby(long).size()
    labels = sorted(str(label) for label in counts[counts >= LEAST_POSTINGS].index)
    at: Mapping[str, int] = {label: j for j, label in enumerate(labels)}
    column = long.map(at)
    kept = column.notna()
    ones = np.ones(int(kept.sum()), dtype=np.float64)
    matrix = sparse.csr_matrix(
        (ones, (long.index[kept].to_numpy(), column[kept].to_numpy(dtype=int))), shape=(len(known), len(labels))
    )
    matrix.data[:] = 1.0
    return matrix, [label.removeprefix("term:") for label in labels]


def _own(
    counts: NDArray[np.float64], size: float, share: NDArray[np.float64], labels: Sequence[str]
) -> tuple[str, ...]:
    if size < OWN_COUNT:
        return ()
    expected = size * share
    z = (counts - expected) / np.sqrt(np.maximum(expected * (1 - share), 1e-9))
    found = np.flatnonzero((counts >= OWN_COUNT) & (counts >= OWN_LIFT * expected) & (z > OWN_Z))
    order = sorted(found.tolist(), key=lambda j: (-z[j], labels[j]))
    return tuple(labels[j] for j in order[:12])


def _cohesion(every: sparse.csr_matrix, matrix: sparse.csr_matrix, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean cosine of the postings' skill sets (weighted by rarity) in each cluster over that of all postings."""
    weighted = matrix.multiply(np.log(1.0 / np.maximum(share, 1e-9))[None, :]).tocsr()
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    unit = sparse.diags(np.where(norms > 0, 1.0 / np.maximum(norms, 1e-12), 0.0)) @ weighted
    live = sparse.csr_matrix((norms > 0).astype(np.float64))
    n = np.asarray(every.multiply(live).sum(axis=1)).ravel()
    sums = every @ unit
    squares = np.asarray(sums.multiply(sums).sum(axis=1)).ravel()
    total = np.asarray(unit.sum(axis=0)).ravel()
    many = float((norms > 0).sum())
    base = (float(total @ total) - many) / max(many * (many - 1), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = (squares - n) / (n * (n - 1))
    ratio: NDArray[np.float64] = np.where(n >= COHESION_POSTINGS, inside / max(base, 1e-9), np.nan)
    return ratio


def _alike(
    every: sparse.csr_matrix, sizes: NDArray[np.float64], matrix: sparse.csr_matrix, share: NDArray[np.float64]
) -> dict[int, list[tuple[int, float]]]:
    """For each large cluster the at least equally large ones whose likeness reaches `LIKE`."""
    large = np.flatnonzero(sizes >= LIKE_POSTINGS)
    if len(large) < 2:
        return {}
    rarity = np.log(1.0 / np.maximum(share, 1e-9))
    halves = np.zeros((2, len(large), matrix.shape[1]))
    for at, i in enumerate(large.tolist()):
        rows = every.indices[every.indptr[i] : every.indptr[i + 1]]
        for half in (0, 1):
            halves[half, at] = np.asarray(matrix[np.sort(rows)[half::2]].sum(axis=0)).ravel() * rarity
    unit = halves / np.maximum(np.linalg.norm(halves, axis=2, keepdims=True), 1e-12)
    split = (unit[0] * unit[1]).sum(axis=1)
    reliable = np.maximum(2 * split / (1 + split), 1e-6)
    whole = halves.sum(axis=0)
    whole /= np.maximum(np.linalg.norm(whole, axis=1, keepdims=True), 1e-12)
    likeness = np.minimum(whole @ whole.T / np.sqrt(np.outer(reliable, reliable)), 1.0)
    found = {}
    for at, i in enumerate(large.tolist()):
        others = [
            (int(j), round(float(likeness[at, k]), 4)) for k, j in enumerate(large.tolist())
            if j != i and sizes[j] >= sizes[i] and likeness[at, k] >= LIKE
        ]  # fmt: skip
        found[i] = sorted(others, key=lambda pair: (-pair[1], pair[0]))
    return found


def _in_windows(
    pairs: pd.DataFrame, rows: NDArray[np.int64], n: int, windows: Windows
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which of all postings that advertise some role lie in the recent and in the earlier window."""
    recent, earlier = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    recent[rows[np.isin(pairs["month"], np.array(windows.recent))]] = True
    earlier[rows[np.isin(pairs["month"], np.array(windows.earlier))]] = True
    return recent, earlier


def _changes(
    recent: sparse.csr_matrix, earlier: sparse.csr_matrix, matrix: sparse.csr_matrix,
    all_of: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> dict[int, tuple[list[int], list[int]]]:  # fmt: skip
    """Skills that rose and fell in each cluster beyond the change in all postings (ratio of odds ratios)."""
    n1, n0 = (np.asarray(part.sum(axis=1)).ravel() for part in (recent, earlier))
    base1 = np.asarray(matrix[all_of[0]].sum(axis=0)).ravel()
    base0 = np.asarray(matrix[all_of[1]].sum(axis=0)).ravel()
    m1, m0 = float(all_of[0].sum()), float(all_of[1].sum())
    found: dict[int, tuple[list[int], list[int]]] = {}
    for i in np.flatnonzero((n1 >= CHANGE_POSTINGS) & (n0 >= CHANGE_POSTINGS)).tolist():
        k1 = _row(recent, i, matrix)
        k0 = _row(earlier, i, matrix)
        tested = np.flatnonzero(k1 + k0 >= CHANGE_COUNT)
        if not len(tested):
            found[i] = ([], [])
            continue
        own, own_variance = _log_odds(k1[tested], n1[i], k0[tested], n0[i])
        rest, rest_variance = _log_odds(
            base1[tested] - k1[tested], m1 - n1[i], base0[tested] - k0[tested], m0 - n0[i]
        )  # fmt: skip
        change = own - rest
        z = change / np.sqrt(own_variance + rest_variance)
        q = benjamini_hochberg(2 * stats.norm.sf(np.abs(z)))
        sure = (q < CHANGE_Q) & (np.abs(change) >= np.log(CHANGE_FACTOR))
        order = tested[np.argsort(-np.abs(z), kind="stable")]
        rose = set(tested[sure & (change > 0)].tolist())
        fell = set(tested[sure & (change < 0)].tolist())
        found[i] = ([int(j) for j in order if int(j) in rose], [int(j) for j in order if int(j) in fell])
    return found


def _row(members: sparse.csr_matrix, i: int, matrix: sparse.csr_matrix) -> NDArray[np.float64]:
    counts: NDArray[np.float64] = np.asarray((members[i] @ matrix).todense()).ravel()
    return counts


def _log_odds(
    k1: NDArray[np.float64], n1: float, k0: NDArray[np.float64], n0: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log odds ratio of a skill between two windows and its variance (Haldane's half added to each cell)."""
    a, b = k1 + 0.5, np.maximum(n1 - k1, 0) + 0.5
    c, d = k0 + 0.5, np.maximum(n0 - k0, 0) + 0.5
    return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
