"""The real past: postings of 2011 to 2019, year-ends 2012 to 2018, and a snapshot of each.

The classifications are those of issue and design: ESCO 1.0.9 and O*NET 23. They were released after some
of the year-ends; they are loaded as if released before all of them, which makes the test harder, never
easier: the lists are held against more known professions than a reader of the day had.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from observatory import pipeline, proposals
from observatory.config import Workspace, open_workspace
from observatory.detect.novelty import normal_form
from observatory.detect.roles import display_names, fold_key, fold_roles, judge_roles
from observatory.records import Taxonomy

ROOT = Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "benchmarks" / "out" / "detection_work"
YEARS = tuple(range(2012, 2019))
FIRST = 30


def year_end(year: int) -> dt.datetime:
    """The as-of day of a year's list."""
    return dt.datetime(year, 12, 31, tzinfo=dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What every method sees as of one date.

    `hired`: one row for each vacancy of a concept: concept, vacancy_id, posting_id, source, month, employer,
    role. `roles`: judged and folded phrases with their concept. `vectors` (n, dim) are those of `concepts`,
    unit rows. `titles` maps a concept to how it is written. `total`: vacancies of each month number.
    """

    as_of: dt.datetime
    month: int
    mentions: pd.DataFrame
    exposure: pd.DataFrame
    hired: pd.DataFrame
    roles: pd.DataFrame
    concepts: tuple[str, ...]
    vectors: NDArray[np.float32]
    titles: dict[str, str]
    total: dict[int, int]

    def counts(self) -> tuple[list[str], list[int], NDArray[np.float64]]:
        """Concepts, month numbers, and vacancies as an array (concepts, months)."""
        months = list(range(min(self.total), self.month))
        table = self.hired.groupby(["concept", "month"])["vacancy_id"].nunique().unstack(fill_value=0)
        table = table.reindex(index=list(self.concepts), columns=months, fill_value=0)
        return list(self.concepts), months, table.to_numpy(dtype=float)

    def exposed(self) -> NDArray[np.float64]:
        """Vacancies of all sources by month, in the order of `counts`."""
        return np.array([self.total.get(m, 0) for m in range(min(self.total), self.month)], dtype=float)


def snapshot(ws: Workspace, as_of: dt.datetime) -> Snapshot:
    """The snapshot of a workspace as of a date, from the cache when nothing has changed."""
    corpus = pipeline.corpus_of(ws)
    taxonomies = pipeline.shelf_of(ws).as_of(as_of.date())
    grammar = pipeline.grammar_of(ws, as_of)
    parts = [grammar.key, as_of.isoformat(), corpus.version(), "3", _rules()]
    file = WORK / f"snapshot-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]}.pickle"
    if file.is_file():
        found: Snapshot = pickle.loads(file.read_bytes())
        return found
    span = {"as_of": as_of, "since": dt.datetime(1990, 1, 1, tzinfo=dt.UTC)}
    where = "posted_at < $as_of AND posted_at >= $since"
    mentions = proposals.mentions_of(corpus, grammar.key, where, span)
    exposure = proposals.exposure_of(corpus, where, span)
    mentions = mentions[mentions["month"] < proposals.month_number(as_of)].reset_index(drop=True)
    encoders = proposals.Encoders(ws, corpus, mentions, taxonomies, pipeline.quiet)
    made = build(mentions, exposure, taxonomies, as_of=as_of, encode=lambda texts: encoders.encode("en", texts))
    WORK.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pickle.dumps(made))
    return made


def _rules() -> str:
    """A digest of the code that judges and folds roles: another one makes other snapshots."""
    from observatory.detect import novelty, roles

    text = "".join(Path(str(module.__file__)).read_text("utf-8") for module in (roles, novelty))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def build(
    mentions: pd.DataFrame,
    exposure: pd.DataFrame,
    taxonomies: Sequence[Taxonomy],
    *,
    as_of: dt.datetime,
    encode: object,
) -> Snapshot:
    """A snapshot from mentions and exposure; English roles only."""
    known = {
        fold_key(normal_form(name, "en"), "en")
        for taxonomy in taxonomies
        for occupation in taxonomy.occupations
        for name in (occupation.labels.get("en", ""), *occupation.alternative.get("en", ()))
        if name
    }
    english = mentions[mentions["language"] == "en"]
    distinct = english["role"].unique()
    judged = judge_roles(english, known=[role for role in distinct if fold_key(role, "en") in known])
    accepted = judged[judged["accepted"]]
    concept = fold_roles(accepted)
    roles = pd.DataFrame({"role": accepted.index.get_level_values("role"), "concept": concept.to_numpy()})
    hired = english[english["hiring"]].merge(roles, on="role")
    columns = ["concept", "vacancy_id", "posting_id", "source", "month", "employer", "role"]
    names = display_names(english, dict(zip(concept.index, concept, strict=True)))
    concepts = tuple(sorted(roles["concept"].unique()))
    return Snapshot(
        as_of=as_of,
        month=proposals.month_number(as_of),
        mentions=mentions,
        exposure=exposure,
        hired=hired[columns].drop_duplicates(["concept", "vacancy_id"]),
        roles=roles,
        concepts=concepts,
        vectors=encode(list(concepts)),  # type: ignore[operator]
        titles={name: names.get((name, "en"), name) for name in concepts},
        total={int(m): int(n) for m, n in exposure.groupby("month")["vacancies"].sum().items()},
    )


def prepare(folder: Path, data: Path, *, now: dt.datetime) -> Workspace:
    """A workspace with the postings and classifications; made once, then opened."""
    from observatory.taxonomy import read_taxonomy

    if not (folder / "observatory.toml").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "observatory.toml").write_text('[workspace]\nname = "past"\nformat_version = 1\nlanguages = ["en"]\n')
    ws = open_workspace(folder)
    shelf = pipeline.shelf_of(ws)
    if len(shelf.versions()) < 2:
        t = data / "taxonomies"
        for scheme, version, released, files in (
            ("esco", "1.0.9", dt.date(2010, 6, 1), ["occupations_ESCO_1.0.9.csv"]),
            ("onet", "23", dt.date(2010, 11, 1), ["onet_22_occupations.csv", "onet_23_alternate_titles.csv"]),
        ):
            shelf.add(read_taxonomy([t / f for f in files], scheme=scheme, version=version, released=released))
    if pipeline.corpus_of(ws).count("postings") == 0:
        file = data / "postings" / "hn_whoishiring_2011_2019.parquet"
        pipeline.import_files(ws, [file], source="hn", columns=None, now=now)
    return ws
