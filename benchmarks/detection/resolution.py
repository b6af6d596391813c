"""The resolution of the clusters, chosen by stability: does the same border come out of other data?

    python -m benchmarks.detection.resolution --workspace DIR [--draws 20]

At each resolution the roles of a year-end are clustered again on half of the employers, drawn twice by lot
(disjoint halves, each with its own accepted roles and its own seed of Leiden). Over the pairs of roles that are neighbours
in both halves, the two answers to "one profession?" are compared: Cohen's kappa, which is 0 for chance, so
that neither "all apart" nor "all together" is stable for nothing (stability-based validation: Lange, Roth,
Braun and Buhmann 2004, doi:10.1162/089976604773717621). Finer clusters leave fewer pairs in doubt, so kappa rises
with the resolution; the default of the settings is the coarsest whose mean over the year-ends reaches 0.9.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import cohen_kappa_score

from benchmarks.detection.past import YEARS, year_end
from benchmarks.detection.planted import Months
from observatory.config import Workspace, open_workspace
from observatory.detect import carry_forms
from observatory.detect.cluster import cluster_roles, role_words, similarity
from observatory.detect.roles import fold_key, fold_roles, judge_roles

FLOOR = 0.62  # neighbours, as detection has them
STABLE = 0.9
DRAWS = 20
GRID = tuple(round(0.66 + 0.02 * step, 2) for step in range(14))


def halves(mentions: pd.DataFrame, random: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two disjoint halves of the employers, by lot."""
    employers = np.sort(mentions["employer"].unique())
    chosen = set(random.permutation(employers)[: len(employers) // 2].tolist())
    inside = mentions["employer"].isin(chosen)
    return mentions[inside], mentions[~inside]


def concepts(mentions: pd.DataFrame, known: Sequence[str]) -> list[str]:
    """The roles that detection would cluster, in normal form."""
    accepted = carry_forms(judge_roles(mentions, known=known))
    return sorted(set(fold_roles(accepted)))


def partition(names: Sequence[str], sims: np.ndarray, resolution: float, seed: int) -> Mapping[str, int]:
    """The cluster of each role."""
    found = cluster_roles(sims, resolution=resolution, seeds=range(seed, seed + 3))
    return dict(zip(names, found.labels.tolist(), strict=True))


def stability(months: Months, *, draws: int, seed: int) -> dict[float, float]:
    """Kappa of each resolution over the pairs of all draws."""
    mentions = months.mentions[months.mentions["language"] == "en"]
    titles = {
        fold_key(name.lower(), "en")
        for taxonomy in months.taxonomies
        for occupation in taxonomy.occupations
        for name in (occupation.labels.get("en", ""), *occupation.alternative.get("en", ()))
        if name
    }
    known = [role for role in mentions["role"].unique() if fold_key(role, "en") in titles]
    random = np.random.default_rng(seed)
    answers: dict[float, list[list[np.ndarray]]] = {resolution: [[], []] for resolution in GRID}
    for draw in range(draws):
        sides = []
        for half in halves(mentions, random):
            names = concepts(half, known)
            vectors = months.encoders.encode("en", names)
            sides.append((names, similarity(vectors, [role_words(name, "en") for name in names])))
        common = sorted(set(sides[0][0]) & set(sides[1][0]))
        at = [[names.index(name) for name in common] for names, _ in sides]
        near = np.triu(sides[0][1][np.ix_(at[0], at[0])] >= FLOOR, k=1)
        rows, columns = np.nonzero(near)
        for resolution in GRID:
            for side, (names, sims) in enumerate(sides):
                own = partition(names, sims, resolution, seed=100 * draw + 10 * side)
                labels = np.array([own[name] for name in common])
                answers[resolution][side].append(labels[rows] == labels[columns])
    return {
        resolution: float(cohen_kappa_score(*(np.concatenate(side) for side in both), labels=[False, True]))
        for resolution, both in answers.items()
    }


def chosen(by_year: Mapping[str, Mapping[str, float]]) -> tuple[float, dict[float, float]]:
    """The coarsest resolution whose mean kappa over the year-ends reaches `STABLE`, and the means."""
    mean = {resolution: float(np.mean([one[str(resolution)] for one in by_year.values()])) for resolution in GRID}
    return min(resolution for resolution in GRID if mean[resolution] >= STABLE), mean


def resolution_by_stability(ws: Workspace, *, years: Sequence[int] = YEARS, draws: int = DRAWS) -> dict[str, Any]:
    """Kappa by year-end and resolution, and the resolution chosen."""
    by_year: dict[str, dict[str, float]] = {}
    for year in years:
        found = stability(Months(ws, year_end(year)), draws=draws, seed=year)
        by_year[str(year)] = {str(resolution): kappa for resolution, kappa in found.items()}
        print(year, " ".join(f"{r:.2f}:{k:.3f}" for r, k in found.items()), flush=True)
    at, mean = chosen(by_year)
    return {"by_year": by_year, "mean": {str(r): k for r, k in mean.items()}, "chosen": at, "draws": draws}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.detection.resolution", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--years", type=int, nargs="*", default=list(YEARS))
    arguments = parser.parse_args()
    found = resolution_by_stability(open_workspace(arguments.workspace), years=arguments.years, draws=arguments.draws)
    print("mean", " ".join(f"{r}:{k:.3f}" for r, k in found["mean"].items()))
    print(f"the coarsest with a mean of {STABLE}: {found['chosen']:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
