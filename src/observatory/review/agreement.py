"""Agreement between analysts: Krippendorff's alpha.

The libraries at hand are GPL or no longer kept, so the coefficient is computed here, after
K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), and checked against its example.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Literal

Level = Literal["nominal", "ordinal", "interval"]


def krippendorff_alpha(units: Sequence[Sequence[int]], *, level: Level = "ordinal") -> float | None:
    """1 is perfect agreement, 0 what chance gives, below 0 systematic disagreement.

    `units` holds, for each thing judged, the values its judges gave (missing ones left out); a unit with
    one value says nothing. None when nothing can be compared; 1.0 when all values are the same.

    >>> krippendorff_alpha([[1, 1], [2, 2], [3, 3]])
    1.0
    """
    weights: dict[tuple[int, int], float] = {}
    for values in units:
        if len(values) < 2:
            continue
        for pair in permutations(values, 2):
            weights[pair] = weights.get(pair, 0.0) + 1 / (len(values) - 1)
    if not weights:
        return None
    marginal: dict[int, float] = {}
    for (first, _), weight in weights.items():
        marginal[first] = marginal.get(first, 0.0) + weight
    total = sum(marginal.values())
    observed = sum(weight * _distance(a, b, marginal, level) for (a, b), weight in weights.items())
    expected = sum(marginal[a] * marginal[b] * _distance(a, b, marginal, level) for a in marginal for b in marginal) / (
        total - 1
    )
    if expected == 0:
        return 1.0
    return 1 - observed / expected


def _distance(a: int, b: int, marginal: Mapping[int, float], level: Level) -> float:
    """Squared difference of two values at the level of measurement."""
    if a == b:
        return 0.0
    if level == "nominal":
        return 1.0
    if level == "interval":
        return float((a - b) ** 2)
    low, high = min(a, b), max(a, b)
    between = sum(count for value, count in marginal.items() if low <= value <= high)
    return (between - (marginal[low] + marginal[high]) / 2) ** 2
