"""Clusters: roles that are the same profession, by a neighbour graph and Leiden.

The graph joins roles whose similarity passes a floor; Leiden (Traag, Waltman and van Eck 2019,
doi:10.1038/s41598-019-41695-z) maximises the constant Potts model, whose resolution is itself a
similarity: inside a cluster the mean similarity lies above it. No role is thrown away: one without
near neighbours is a cluster of its own. Leiden depends on its seed, so several seeds are run, the
most central partition is kept, and each cluster says how stable it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_mutual_info_score

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

_HEADS_ALIKE = {"developer": "engineer", "programmer": "engineer", "specialist": "expert"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Clustering:
    """`labels`: cluster of each role, shape (n,), 0.. in order of first appearance, never -1.
    `stability`: for each cluster the mean best Jaccard overlap with the other seeds' clusters, 0 to 1.
    `agreement`: mean adjusted mutual information between the kept partition and the others."""

    labels: Labels
    stability: NDArray[np.float64]
    agreement: float


def similarity(
    vectors: Floats,
    words: Sequence[frozenset[str]],
    *,
    conflict: float = 0.12,
    content: Floats | None = None,
    content_weight: float = 0.0,
) -> Floats:
    """Pairwise similarity of roles, shape (n, n), float32, 1 on the diagonal.

    Cosine of the unit rows of `vectors`, less `conflict` where each of two roles has a modifier the
    other lacks ("front end", "back end"): phrase encoders bring opposites close. With `content`
    (unit rows, all zero = unknown) the two cosines are averaged by `content_weight` where known.
    """  # fmt: skip
    sims = np.clip(vectors @ vectors.T, -1.0, 1.0).astype(np.float32)
    if content is not None and content_weight > 0:
        known = np.linalg.norm(content, axis=1) > 0
        both = np.outer(known, known)
        mixed = (1 - content_weight) * sims + content_weight * (content @ content.T)
        sims = np.where(both, mixed, sims).astype(np.float32)
    vocabulary = {word: i for i, word in enumerate(sorted(set().union(*words)))} if words else {}
    bags = np.zeros((len(words), len(vocabulary)), dtype=np.float32)
    for row, own in enumerate(words):
        bags[row, [vocabulary[word] for word in own]] = 1.0
    shared = bags @ bags.T
    size = bags.sum(axis=1)
    differ = (size[:, None] > shared) & (size[None, :] > shared)
    sims -= np.float32(conflict) * differ
    np.fill_diagonal(sims, 1.0)
    result: Floats = sims
    return result


def role_words(role: str, language: str) -> frozenset[str]:
    """The words that must not conflict inside a cluster; "front end" and its like are one word.

    >>> sorted(role_words("front end developer", "en"))
    ['engineer', 'frontend']
    """
    if language != "en":
        return frozenset({role})
    text = role
    for pair in ("front end", "back end", "full stack", "machine learning", "deep learning"):
        text = text.replace(pair, pair.replace(" ", ""))
    *modifiers, head = text.split()
    return frozenset([*modifiers, _HEADS_ALIKE.get(head, head)])


def cluster_roles(
    sims: Floats, *, resolution: float = 0.82, floor: float = 0.62, seeds: Sequence[int] = (0, 1, 2, 3, 4)
) -> Clustering:
    """Clusters of roles from their similarity, shape (n, n).

    Pairs under `floor` are no neighbours. Equal rows always share a cluster. Raises ValueError for
    a matrix that is not square.
    """
    import graspologic_native

    n = len(sims)
    if sims.shape != (n, n):
        raise ValueError(f"a square matrix of similarities is expected, not one of shape {sims.shape}")
    if n == 0:
        return Clustering(labels=np.empty(0, np.int64), stability=np.empty(0), agreement=1.0)
    rows, columns = np.nonzero(np.triu(sims >= floor, k=1))
    # Leiden under the constant Potts model treats a missing pair as similarity 0; shifting both
    # similarity and resolution by the floor treats it as "at the floor".
    edges = [
        (str(i), str(j), float(sims[i, j] - floor) + 1e-9) for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
    ]
    partitions = [_leiden(graspologic_native, edges, n, resolution=resolution - floor, seed=seed) for seed in seeds]
    if len(partitions) == 1:
        labels = partitions[0]
        return Clustering(labels=labels, stability=np.ones(int(labels.max()) + 1), agreement=1.0)
    agreement = np.array(
        [[adjusted_mutual_info_score(a, b) if a is not b else 1.0 for b in partitions] for a in partitions]
    )
    best = int(np.argmax(agreement.sum(axis=1)))
    others = [p for i, p in enumerate(partitions) if i != best]
    labels = partitions[best]
    return Clustering(
        labels=labels,
        stability=_stability(labels, others),
        agreement=float(np.delete(agreement[best], best).mean()),
    )


def _leiden(library: object, edges: list[tuple[str, str, float]], n: int, *, resolution: float, seed: int) -> Labels:
    labels = np.full(n, -1, dtype=np.int64)
    if edges:
        _, found = library.leiden(  # type: ignore[attr-defined]
            edges=edges,
            resolution=resolution,
            use_modularity=False,
            seed=seed,
            iterations=4,
            randomness=0.001,
        )
        for node, community in found.items():
            labels[int(node)] = community
    lone = labels < 0
    labels[lone] = labels.max() + 1 + np.arange(lone.sum())
    order: dict[int, int] = {}
    return np.array([order.setdefault(int(label), len(order)) for label in labels], dtype=np.int64)


def _stability(labels: Labels, others: Sequence[Labels]) -> NDArray[np.float64]:
    result = np.zeros(int(labels.max()) + 1)
    for cluster in range(len(result)):
        members = np.flatnonzero(labels == cluster)
        overlaps = []
        for other in others:
            best = 0.0
            for there in np.unique(other[members]):
                theirs = np.flatnonzero(other == there)
                both = np.intersect1d(members, theirs).size
                best = max(best, both / (len(members) + len(theirs) - both))
            overlaps.append(best)
        result[cluster] = float(np.mean(overlaps))
    return result
