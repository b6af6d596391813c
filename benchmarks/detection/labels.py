"""The pool of titles to label, their labels, and what is not labelled yet.

    python -m benchmarks.detection.labels --workspace DIR            titles in the pool without a label
    python -m benchmarks.detection.labels --workspace DIR --context  the same with what postings say of them
    python -m benchmarks.detection.labels --workspace DIR --rising   writes the years of rise into labels.csv

The pool is the first 30 rows of every method on the seven year-ends, shuffled, without the method. Labels
are per title, in labels.csv, after GUIDE.md; a title's identity is its folded name, so that another spelling
of a labelled title is labelled too. `rising` is a fact of counts, not of judgement: it is computed.
"""

from __future__ import annotations

import argparse
import csv
import functools
import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.detection.past import FIRST, WORK, YEARS, Snapshot, snapshot, year_end
from benchmarks.detection.peers import PEERS
from observatory import pipeline
from observatory.backtest.truth import key_of
from observatory.backtest.walk import candidates_of
from observatory.config import Workspace, open_workspace
from observatory.records import Candidate

FILE = Path(__file__).parent / "labels.csv"
COLUMNS = ("title", "label", "new", "same_as", "rising", "note")
LABELS = ("occupation", "specialisation", "revision", "technology", "noise")
RISE = 1.2  # times its share before
LEAST = 5  # vacancies in the last two years
YEAR = 12


@dataclass(frozen=True, kw_only=True)
class Label:
    """The label of a title. `same_as` is the title of the profession it is another name of, or its own."""

    title: str
    label: str
    new: bool
    same_as: str
    rising: frozenset[int]
    note: str


def read_labels(file: Path = FILE) -> dict[str, Label]:
    """Labels by folded title. Raises ValueError with the line of a wrong row."""
    found: dict[str, Label] = {}
    with file.open(encoding="utf-8", newline="") as stream:
        for line, row in enumerate(csv.DictReader(stream), 2):
            if row["label"] not in LABELS or row["new"] not in ("yes", "no"):
                raise ValueError(
                    f"{file}, line {line}: {row['label']!r}, {row['new']!r}; labels are {', '.join(LABELS)}"
                )
            key = key_of(row["title"])
            if key in found:
                raise ValueError(f"{file}, line {line}: {row['title']} is labelled above as {found[key].title}")
            found[key] = Label(
                title=row["title"], label=row["label"], new=row["new"] == "yes", same_as=key_of(row["same_as"] or row["title"]),
                rising=frozenset(int(year) for year in row["rising"].split()), note=row["note"],
            )  # fmt: skip
    return found


def our_lists(ws: Workspace) -> dict[int, list[Candidate]]:
    """Our stored candidates of each year-end that has a run."""
    corpus = pipeline.corpus_of(ws)
    found = {}
    for year in YEARS:
        run = pipeline.newest_run(corpus, year_end(year))
        if run is not None and run.as_of == year_end(year):
            found[year] = candidates_of(corpus, run)
    return found


def peer_lists(ws: Workspace, years: Iterable[int]) -> dict[str, dict[int, list[str]]]:
    """Titles of each peer and year, cached by snapshot; BERTopic's when it has been run."""
    WORK.mkdir(parents=True, exist_ok=True)
    found: dict[str, dict[int, list[str]]] = {name: {} for name in PEERS}
    for year in years:
        past = snapshot(ws, year_end(year))
        for name, (rank, _) in PEERS.items():
            found[name][year] = rank(past)
    topics = WORK / "bertopic.json"
    if topics.is_file():
        stored = json.loads(topics.read_text("utf-8"))
        found["bertopic"] = {int(year): titles for year, titles in stored["lists"].items()}
    return found


def pool_of(ours: Mapping[int, Sequence[Candidate]], peers: Mapping[str, Mapping[int, Sequence[str]]]) -> list[str]:
    """Unique titles of the first rows of all methods, in an order that says nothing of who proposed them."""
    titles: dict[str, str] = {}
    named = [c.title for rows in ours.values() for c in rows[:FIRST]]
    named += [title for lists in peers.values() for rows in lists.values() for title in rows[:FIRST]]
    for title in sorted(named):
        titles.setdefault(key_of(title), title)
    result = [titles[key] for key in sorted(titles)]
    random.Random(0).shuffle(result)
    return result


def rising_years(key: str, pasts: Mapping[int, Snapshot]) -> list[int]:
    """Years at whose end a title's share of vacancies was rising, counted in that year's snapshot."""
    return [year for year, past in sorted(pasts.items()) if _rises(key, past)]


@functools.cache
def _fold(name: str) -> str:
    return key_of(name)


def rows_of(key: str, past: Snapshot) -> pd.DataFrame:
    """Vacancies of the concept that has a form with this folded name, one row each."""
    concepts = past.roles.loc[past.roles["role"].map(_fold) == key, "concept"]
    named = [concept for concept, title in past.titles.items() if _fold(title) == key]
    return past.hired[past.hired["concept"].isin({*concepts, *named})].drop_duplicates("vacancy_id")


def _rises(key: str, past: Snapshot) -> bool:
    rows, month, first = rows_of(key, past), past.month, min(past.total)

    def share(start: int, end: int) -> float:
        exposed = sum(n for m, n in past.total.items() if start <= m < end)
        return int(rows["month"].between(start, end - 1).sum()) / exposed if exposed else 0.0

    if int((rows["month"] >= month - 2 * YEAR).sum()) < LEAST:
        return False
    year, before = share(month - YEAR, month), share(first, month - YEAR)
    two, longer = share(month - 2 * YEAR, month), share(first, month - 2 * YEAR)
    return year >= RISE * before or (month - 2 * YEAR - first >= YEAR and two >= RISE * longer)


def _context(title: str, past: Snapshot, known: Mapping[str, list[str]], sentences: int) -> str:
    rows = rows_of(key_of(title), past)
    years = (rows["month"] // YEAR).value_counts().sort_index()
    counted = " ".join(f"{year}:{n}" for year, n in years.items())
    said = past.mentions[past.mentions["posting_id"].isin(rows["posting_id"].head(40)) & past.mentions["hiring"]]
    said = said[said["role"].isin(rows["role"].unique())]
    lines = said["sentence"].drop_duplicates().str.replace(r"\s+", " ", regex=True).str[:150].head(sentences).tolist()
    return "\n    ".join([f"{title} | {counted} | {'; '.join(known.get(key_of(title), [])[:4])}", *lines])


def known_titles(ws: Workspace) -> dict[str, list[str]]:
    """What the loaded classifications say of a folded title: "preferred: ..." or "alternative of ..."."""
    found: dict[str, list[str]] = {}
    for taxonomy in pipeline.shelf_of(ws).as_of(year_end(YEARS[-1]).date()):
        for occupation in taxonomy.occupations:
            label = occupation.labels.get("en", "")
            found.setdefault(key_of(label), []).append(f"PREFERRED {taxonomy.scheme} {label}")
            for name in occupation.alternative.get("en", ()):
                found.setdefault(key_of(name), []).append(f"alternative of {taxonomy.scheme} {label}")
    return {key: sorted(set(values), reverse=False) for key, values in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection.labels", description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--context", action="store_true", help="counts by year and what the classifications say")
    parser.add_argument("--sentences", type=int, default=0, help="and so many sentences of postings each")
    parser.add_argument("--rising", action="store_true", help="compute the years of rise of all labelled titles")
    arguments = parser.parse_args()
    ws = open_workspace(arguments.workspace)
    ours = our_lists(ws)
    pasts = {year: snapshot(ws, year_end(year)) for year in ours}
    if arguments.rising:
        write_rising(pasts)
        return 0
    labels = read_labels() if FILE.is_file() else {}
    pool = pool_of(ours, peer_lists(ws, ours))
    missing = [title for title in pool if key_of(title) not in labels]
    known = known_titles(ws) if arguments.context else {}
    latest = pasts[max(pasts)]
    for title in missing:
        print(_context(title, latest, known, arguments.sentences) if arguments.context else title)
    print(f"{len(missing)} of {len(pool)} titles without a label", file=sys.stderr)
    return 0


def write_rising(pasts: Mapping[int, Snapshot], file: Path = FILE) -> None:
    """Fills the column `rising` of every labelled title, for the years in `pasts`."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row["rising"] = " ".join(str(year) for year in rising_years(key_of(row["title"]), pasts))
    rows.sort(key=lambda row: row["title"].lower())
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
