"""What a rising cluster is: an occupation, a specialisation, a revision, a technology or noise.

Each kind is decided by named tests in a fixed order, and the tests that decided are said in plain
words. First rules; China's six properties and the Australian guidelines are the frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from observatory.detect.novelty import Novelty
from observatory.records import Kind

PROPER = 0.6  # share of running mentions in which the modifier is a proper name ("Python developer")
BUILDERS = 0.35  # share of builder heads (developer, programmer) among builders and engineers
HEADS = 3  # different heads under one proper name: a tool that many occupations use
TOP_HEAD = 0.75
FADED = 0.4  # recent half-year's share against the best half-year
FADED_COUNT = 8
SIDE_BY_SIDE = 0.08  # share of postings that advertise the parent occupation as another job
SUBSET_SIMILARITY = 0.60
GENERIC = frozenset("generalist general technical".split())
BUILDING = frozenset({"developer", "programmer"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """What the mentions of a cluster show, as shares from 0 to 1 unless said otherwise.

    `proper`: its modifier is written as a name in running text. `builders`: developers among its
    engineers and developers. `heads`: how many heads the modifier has in the corpus, and `top_head`
    the share of the largest. `side_by_side`: postings that also advertise the occupation which
    lists the role as an alternative title. `faded`: recent half-year against the best one.
    """

    proper: float
    builders: float
    heads: int
    top_head: float
    side_by_side: float
    faded: float


def decide(name: str, novelty: Novelty, signs: Signs, *, employers: int) -> tuple[Kind, tuple[str, ...]]:
    """The kind of a cluster and the tests that decided it, in plain words."""
    if employers < 2:
        return "noise", ("one employer only: not shown to be more than a house title",)
    if signs.faded < FADED:
        return "noise", (f"it rose and fell back: its share is {signs.faded:.0%} of its best half-year",)
    if novelty.title_of is not None:
        at = novelty.title_of
        return "revision", (f"it is an occupation of {at.scheme} {at.version}: {at.title} ({at.code})",)
    if signs.proper >= PROPER and (signs.builders >= BUILDERS or (signs.heads >= HEADS and signs.top_head < TOP_HEAD)):
        return "technology", (
            f"its name is that of a tool (written as a proper name in {signs.proper:.0%} of running mentions) "
            f"used under {max(signs.heads, 1)} kinds of job title",
        )
    if set(name.split()[:-1]) <= GENERIC and name.split()[:-1]:
        return "noise", ("its name says nothing of the work",)
    if novelty.alternative_of is not None and signs.side_by_side < SIDE_BY_SIDE:
        at = novelty.alternative_of
        return "specialisation", (f"{at.scheme} {at.version} lists it as another title of {at.title} ({at.code})",)
    if novelty.subset_of is not None and novelty.subset_of.similarity >= SUBSET_SIMILARITY:
        at = novelty.subset_of
        return "specialisation", (f"it narrows {at.title} ({at.scheme} {at.version}, {at.code})",)
    if novelty.alternative_of is not None:
        at = novelty.alternative_of
        return "occupation", (
            f"{at.scheme} {at.version} lists it as another title of {at.title}, but {signs.side_by_side:.0%} of its "
            f"postings advertise both jobs side by side",
        )
    return "occupation", ("no loaded classification has it as an occupation, another title or a part of one",)


def signs_of(
    mentions: pd.DataFrame, clusters: Iterable[int], *, side_by_side: Mapping[int, float], faded: Mapping[int, float]
) -> dict[int, Signs]:
    """The signs of each cluster. `mentions` has columns cluster, role, phrase, language."""
    words = mentions["phrase"].str.split()
    last, before = words.str[-1].fillna(""), words.str[:-1].str[-1].fillna("")
    english = mentions["language"] == "en"
    running = english & last.str[:1].str.islower()
    proper = before[running].str.contains("[A-Z]").groupby(mentions.loc[running, "cluster"]).mean()
    head = mentions["role"].str.rsplit(" ", n=1).str[-1]
    modifier = mentions["role"].str.rsplit(" ", n=1).str[0].where(english, "")
    build = head.isin(BUILDING)
    build_or_engineer = build | (head == "engineer")
    builders = build.groupby(mentions["cluster"]).sum() / build_or_engineer.groupby(mentions["cluster"]).sum()
    counts = pd.DataFrame({"modifier": modifier[english], "head": head[english]}).value_counts()
    of_modifier: dict[str, list[int]] = {}
    for (name, _), count in counts.items():
        of_modifier.setdefault(name, []).append(int(count))
    main = mentions.groupby("cluster")["role"].agg(lambda roles: roles.value_counts(sort=True).index[0])
    result = {}
    for cluster in clusters:
        role = str(main.get(cluster, ""))
        heads = [count for count in of_modifier.get(role.rsplit(" ", 1)[0], []) if count >= 2]
        result[cluster] = Signs(
            proper=float(proper.get(cluster, 0.0)),
            builders=float(builders.get(cluster, 0.0)) if pd.notna(builders.get(cluster)) else 0.0,
            heads=len(heads),
            top_head=max(heads) / sum(heads) if heads else 1.0,
            side_by_side=side_by_side.get(cluster, 0.0),
            faded=faded.get(cluster, 1.0),
        )
    return result
