"""Lineages: the permanent identity of a cluster from one run to the next.

A cluster continues the lineage with which it shares most of its vacancies; a lineage has one heir.
What else happens is an event: born, split from, merged into, died, revived. An id is made of the
role that founded the lineage and is never given to another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Event = Literal["born", "split", "merged", "died", "revived"]
Role = tuple[str, str]  # role, language

SHARED = 0.5  # part of the smaller one's vacancies that two clusters must share to be one lineage


@dataclass(frozen=True, kw_only=True, slots=True)
class LineageEvent:
    """What happened to `lineage_id` between two runs; `other_id` is the parent or the heir, or ""."""

    lineage_id: str
    event: Event
    other_id: str


def trace(
    clusters: Sequence[Mapping[Role, int]],
    *,
    previous: Mapping[str, Mapping[Role, int]],
    ended: frozenset[str] = frozenset(),
) -> tuple[list[str], list[LineageEvent]]:
    """The lineage of each cluster, and the events since the previous run.

    `clusters` and the values of `previous` give the vacancies of each role; `ended` are lineages of
    earlier runs that the previous one no longer had. Ids do not depend on the order of `clusters`.

    >>> now = [{("data engineer", "en"): 30, ("etl engineer", "en"): 4}]
    >>> (first,), _ = trace(now, previous={})
    >>> (again,), events = trace(now, previous={first: {("data engineer", "en"): 20}})
    >>> first == again, events
    (True, [])
    """
    owner = {role: lineage for lineage, roles in previous.items() for role in roles}
    claims = []
    for i, roles in enumerate(clusters):
        shared: dict[str, int] = {}
        for role, count in roles.items():
            if role in owner:
                shared[owner[role]] = shared.get(owner[role], 0) + count
        for lineage, count in shared.items():
            there = sum(previous[lineage].get(role, 0) for role in roles)
            part = max(count / max(sum(roles.values()), 1), there / max(sum(previous[lineage].values()), 1))
            claims.append((part, there, lineage, i))
    ids: dict[int, str] = {}
    taken: dict[str, int] = {}
    for part, _, lineage, i in sorted(  # what holds most of a lineage is its heir, not a splinter that is all of it
        claims, key=lambda claim: (-claim[1], -claim[0], claim[2], _founder(clusters[claim[3]]))
    ):
        if part >= SHARED and i not in ids and lineage not in taken:
            ids[i] = lineage
            taken[lineage] = i
    events: list[LineageEvent] = []
    used = set(taken) | set(previous)
    for i in sorted(set(range(len(clusters))) - ids.keys(), key=lambda i: _founder(clusters[i])):
        made = new_id(_founder(clusters[i]))
        salt = 0
        while made in used:
            salt += 1
            made = new_id(_founder(clusters[i]), salt)
        ids[i] = made
        used.add(made)
        parents = {owner[role] for role in clusters[i] if role in owner}
        if made in ended:
            events.append(LineageEvent(lineage_id=made, event="revived", other_id=""))
        elif parents:
            events.append(LineageEvent(lineage_id=made, event="split", other_id=min(parents)))
        else:
            events.append(LineageEvent(lineage_id=made, event="born", other_id=""))
    heirs = {role: ids[i] for i, roles in enumerate(clusters) for role in roles}
    for lineage in sorted(set(previous) - set(taken)):
        went = [heirs[role] for role in previous[lineage] if role in heirs]
        if went:
            heir = max(sorted(set(went)), key=went.count)
            events.append(LineageEvent(lineage_id=lineage, event="merged", other_id=heir))
        else:
            events.append(LineageEvent(lineage_id=lineage, event="died", other_id=""))
    return [ids[i] for i in range(len(clusters))], events


def new_id(role: Role, salt: int = 0) -> str:
    """The id of a lineage founded by a role: short, without meaning, the same wherever it is made."""
    return "p" + hashlib.sha256(f"{role[1]}:{role[0]}:{salt or ''}".encode()).hexdigest()[:9]


def _founder(roles: Mapping[Role, int]) -> Role:
    """The role with most vacancies, the first by name of several."""
    return min(roles, key=lambda role: (-roles[role], role))
