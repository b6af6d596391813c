"""The rules by which analysts and committees decide, as pure functions. See docs/adr on committee rules."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Literal

Result = Literal["carried", "lost", "tied", "no quorum"]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """`quorum`: share of members without conflict that must vote. `third_at`: points apart that call a third."""

    quorum: float = 2 / 3
    casting_vote: bool = True
    third_at: int = 2
    wake_at: float = 0.5

    def as_dict(self) -> dict[str, float | bool]:
        return asdict(self)


def votes_needed(members: int, *, rules: Rules) -> int:
    """Votes that make a quorum of `members` without conflict; at least one.

    >>> votes_needed(3, rules=Rules()), votes_needed(4, rules=Rules()), votes_needed(7, rules=Rules())
    (2, 3, 5)
    """
    return max(1, math.ceil(round(members * rules.quorum, 9)))


def count(votes: Sequence[str], *, members: int, rules: Rules) -> Result:
    """What a vote gave. Abstentions count for the quorum, not for the majority.

    >>> count(["for", "against"], members=3, rules=Rules())
    'tied'
    """
    if len(votes) < votes_needed(members, rules=rules):
        return "no quorum"
    yes, no = votes.count("for"), votes.count("against")
    if yes == no:
        return "tied" if rules.casting_vote and yes else "lost"
    return "carried" if yes > no else "lost"


def apart(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    """Points between two analysts, by criterion."""
    return {name: abs(first[name] - second[name]) for name in first if name in second}


def settled(points: Sequence[Mapping[str, int]]) -> dict[str, float]:
    """The median of the analysts' points, by criterion.

    >>> settled([{"size": 0}, {"size": 3}, {"size": 2}])
    {'size': 2.0}
    """
    names = points[0] if points else {}
    return {name: float(median(each[name] for each in points if name in each)) for name in names}
