"""Strict precision of the stored lists, the must-have list and the kinds.

    python -m benchmarks.detection.score --workspace DIR [--rows 20] [--errors]

A row counts when its title is labelled a real job (occupation or specialisation), the list calls it that
kind, its share was rising on that day, it is new to the loaded classifications, and no higher row is the
same profession. A title without a label counts as a miss and is named: label it first.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.detection.labels import LABELS, Label, our_lists, peer_lists, read_labels
from benchmarks.detection.past import FIRST
from benchmarks.detection.peers import PEERS
from observatory.backtest.truth import key_of
from observatory.config import open_workspace
from observatory.records import Candidate

# what a title must hold to be it: the year-end by which it must stand in the first thirty
MUST: Mapping[str, tuple[str, int]] = {
    "data engineer": (r"\bdata engineer", 2012), "DevOps": (r"\bdev ?ops\b", 2012), "cloud": (r"\bcloud\b", 2012),
    "machine learning": (r"\bmachine learning\b|\bml\b", 2013), "security researcher": (r"\bsecurity researcher", 2015),
    "computer vision": (r"\bcomputer vision\b", 2015), "deep learning": (r"\bdeep learning\b", 2016),
    "customer success": (r"\bcustomer success\b", 2016), "blockchain": (r"\bblock ?chain\b", 2018),
}  # fmt: skip
REAL = ("occupation", "specialisation")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One row of a list: whether it counts, and the first reason why not."""

    title: str
    kind: str
    good: bool
    why: str


def judge(rows: Sequence[tuple[str, str]], labels: Mapping[str, Label], year: int) -> list[Judged]:
    """Titles with the kind their list gives ("" = it gives none: any real job counts), judged in order."""
    seen: set[str] = set()
    found = []
    for title, kind in rows:
        label = labels.get(key_of(title))
        if label is None:
            why = "no label"
        elif label.same_as in seen:
            why = f"double of {label.same_as}"
        elif label.label not in REAL:
            why = label.label
        elif not label.new:
            why = "known"
        elif year not in label.rising:
            why = "not rising"
        elif kind and kind != label.label:
            why = f"{label.label}, called {kind}"
        else:
            why = ""
        if label is not None:
            seen.add(label.same_as)
        found.append(Judged(title=title, kind=kind, good=not why, why=why))
    return found


def precision(judged: Sequence[Judged], k: int) -> float:
    """Share of `k` that count; a list shorter than `k` has misses where its rows lack."""
    return sum(row.good for row in judged[:k]) / k


def must_have(lists: Mapping[int, Sequence[Candidate]]) -> dict[str, tuple[int, int | None, int]]:
    """For each of `MUST`: the year asked for, the first year it stands in the first thirty, its rank there."""
    found: dict[str, tuple[int, int | None, int]] = {}
    for name, (pattern, by) in MUST.items():
        found[name] = (by, None, 0)
        for year in sorted(lists):
            rank = next((c.rank for c in lists[year][:FIRST] if re.search(pattern, _names(c))), 0)
            if rank:
                found[name] = (by, year, rank)
                break
    return found


def _names(candidate: Candidate) -> str:
    return " | ".join([candidate.title, *candidate.alternative_titles]).lower()


def kinds_f1(
    lists: Mapping[int, Sequence[Candidate]], labels: Mapping[str, Label], *, first: int = 0
) -> dict[str, float]:
    """F1 of each kind over the labelled rows of the lists (all stored ones, or the `first`), and "macro"."""
    pairs = [
        (labels[key_of(c.title)].label, c.kind)
        for rows in lists.values()
        for c in (rows[:first] if first else rows)
        if key_of(c.title) in labels
    ]
    result = {}
    for kind in LABELS:
        hits = sum(label == guess == kind for label, guess in pairs)
        of = sum(label == kind for label, _ in pairs) + sum(guess == kind for _, guess in pairs)
        if any(label == kind for label, _ in pairs):
            result[kind] = 2 * hits / of
    result["macro"] = float(np.mean(list(result.values()))) if result else 0.0
    return result


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection.score", description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=0, help="print so many rows of each list with their judgement")
    parser.add_argument("--peers", action="store_true", help="the peers beside us")
    arguments = parser.parse_args()
    ws = open_workspace(arguments.workspace)
    labels, lists = read_labels(), our_lists(ws)
    at10, at20 = [], []
    for year, rows in lists.items():
        judged = judge([(c.title, c.kind) for c in rows], labels, year)
        at10.append(precision(judged, 10))
        at20.append(precision(judged, 20))
        reasons = ", ".join(f"{row.title}: {row.why}" for row in judged[:20] if not row.good)
        print(f"{year}  P@10 {at10[-1]:.2f}  P@20 {at20[-1]:.2f}  {'' if arguments.rows else reasons}")
        for rank, row in enumerate(judged[: arguments.rows], 1):
            print(f"   {rank:>2} {'+' if row.good else '-'} {row.title:<36} {row.kind:<15} {row.why}")
    print(f"mean  P@10 {np.mean(at10):.3f}  P@20 {np.mean(at20):.3f}  over {len(lists)} lists")
    for name, (by, year, rank) in must_have(lists).items():
        state = "never" if year is None else f"{year} (no. {rank})"
        early = "" if year is None else " earlier" if year < by else "" if year == by else " LATE"
        print(f"  by {by}  {name:<20} {state}{early if year else ' MISSING'}")
    for first in (FIRST, 0):
        shown = "  ".join(f"{kind} {value:.2f}" for kind, value in kinds_f1(lists, labels, first=first).items())
        print(f"kinds F1, {'first ' + str(first) if first else 'all labelled rows'}: {shown}")
    if arguments.peers:
        names = {**{name: text for name, (_, text) in PEERS.items()}, "bertopic": "BERTopic"}
        for name, by_year in peer_lists(ws, lists).items():
            scores = [
                [precision(judge([(title, "") for title in by_year[year]], labels, year), k) for k in (10, 20)]
                for year in lists if year in by_year
            ]  # fmt: skip
            print(
                f"{names[name]:<28} P@10 {np.mean([s[0] for s in scores]):.3f}  P@20 {np.mean([s[1] for s in scores]):.3f}"
            )
    missing = sorted({c.title for rows in lists.values() for c in rows[:FIRST] if key_of(c.title) not in labels})
    print(f"without a label in our first {FIRST}: {', '.join(missing) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
