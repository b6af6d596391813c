"""Pasts in which the truth is known: dates shuffled, and rises planted on top of shuffled dates.

    python -m benchmarks.detection.planted shuffled --workspace DIR [--seeds 20]
    python -m benchmarks.detection.planted planted --workspace DIR [--seeds 3]
    python -m benchmarks.detection.planted month --workspace DIR

*Shuffled*: the months of the postings as of a date are permuted within each source. Nothing rises, so
every candidate with q < 0.05 is a false one. Classifications are left out (they decide no q-value).

*Planted*: on shuffled months, roles that the classifications know are drawn by lot; the labels and
alternative titles that name them are taken out, and their vacancies are thinned to a third before a start
month and less and less over the twelve months after it, so that their share rises threefold on a known line
(with the roles that narrow them, or the cluster they share would rise less). All other roles are flat. One test for both: a candidate of a kind that is a profession (occupation or
specialisation) with q < 0.05 is an alarm; right for a planted role, false for one left alone. Whether a planted
role also stands in the first thirty rows is counted beside it. Roles that the labels call a technology or no
profession are not planted.

*Month*: one run as of a year-end, one a month later: the share of postings whose lineage changed.

Each piece stores what it found under benchmarks/out, so that the table can be made again without it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.detection.labels import read_labels
from benchmarks.detection.past import FIRST, WORK, snapshot, year_end
from observatory import pipeline, proposals
from observatory.backtest.truth import key_of
from observatory.config import Workspace, open_workspace
from observatory.detect import Cluster, Detection, detect, shortened
from observatory.propose import propose
from observatory.records import Candidate, Taxonomy

BEFORE = 1 / 3  # what is left of a planted role before its rise: three times less
RAMP = 12  # months from a third to all
ENOUGH = 30  # vacancies in the year before the date on which it must be found
SURE = 0.05
QUARTERS = (0, 3, 6)  # months after the end of the rise on which a list is made
DRAWN = 12
REAL = ("occupation", "specialisation")
# How classifications spell what postings shorten: their labels are taken out too.
SPELLED = {"ui": "user interface", "qa": "quality assurance", "ux": "user experience", "bi": "business intelligence"}


class Months:
    """Postings of a workspace before a date with their months, and mentions and exposure under other months."""

    def __init__(self, ws: Workspace, as_of: dt.datetime) -> None:
        self.ws, self.as_of = ws, as_of
        self.corpus = pipeline.corpus_of(ws)
        self.taxonomies = pipeline.shelf_of(ws).as_of(as_of.date())
        grammar = pipeline.grammar_of(ws, as_of)
        span = {"as_of": as_of, "since": dt.datetime(1990, 1, 1, tzinfo=dt.UTC)}
        where = "posted_at < $as_of AND posted_at >= $since"
        self.mentions = proposals.mentions_of(self.corpus, grammar.key, where, span)
        self.postings = self.corpus.query(
            """SELECT p.posting_id, v.vacancy_id, p.source,
                      CAST(year(p.posted_at) * 12 + month(p.posted_at) - 1 AS INTEGER) AS month
               FROM postings p JOIN vacancies v USING (posting_id) WHERE p.posted_at < $as_of ORDER BY p.posting_id""",
            as_of=as_of,
        ).to_pandas()  # fmt: skip
        self.skills = proposals.skills_of(self.corpus, grammar.key, where, span)
        self.texts = proposals.texts_of(self.corpus, "en", where, span)
        self.encoders = proposals.Encoders(ws, self.corpus, self.mentions, self.taxonomies, pipeline.quiet)

    def shuffled(self, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Mentions and exposure with the months permuted within each source."""
        random = np.random.default_rng(seed)
        postings = self.postings.copy()
        for _, rows in postings.groupby("source").groups.items():
            postings.loc[rows, "month"] = random.permutation(postings.loc[rows, "month"].to_numpy())
        return self._under(postings)

    def _under(self, postings: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        month = postings.set_index("posting_id")["month"]
        mentions = self.mentions.assign(month=self.mentions["posting_id"].map(month).astype(np.int32))
        exposure = (
            postings.groupby(["source", "month"])["vacancy_id"].nunique().rename("vacancies").reset_index()
        )  # fmt: skip
        return mentions, exposure

    def detected(
        self, mentions: pd.DataFrame, exposure: pd.DataFrame, taxonomies: Sequence[Taxonomy], *, month: int
    ) -> Detection:
        """Detection as of a month: what lies at or after it is cut off."""
        return detect(
            mentions[mentions["month"] < month].reset_index(drop=True),
            exposure[exposure["month"] < month].reset_index(drop=True),
            taxonomies,
            as_of_month=month,
            encode=self.encoders.encode,
            previous={},
            skills=self.skills,
            texts=lambda language: self.texts if language == "en" else [],
            parameters=replace(proposals.parameters_of(self.ws), seeds=2),
        )

    def listed(self, found: Detection) -> list[Candidate]:
        """The candidates that would be proposed, without their evidence."""
        d = self.ws.settings.detect
        nothing: dict[str, tuple[str, ...]] = {
            "sectors": (),
            "skills": (),
            "evidence": (),
            "first_seen": ("2000-01-01",),
        }
        return propose(
            found.clusters, limit=d.candidates, min_vacancies=d.min_vacancies, min_employers=d.min_employers,
            facts=lambda cluster: nothing,
        )  # fmt: skip


def shuffled_past(ws: Workspace, *, year: int, seeds: int) -> dict[str, Any]:
    """Candidates with q < 0.05 of each seed, on shuffled months."""
    months, started = Months(ws, year_end(year)), time.monotonic()
    month = proposals.month_number(year_end(year))
    counts, names, tested = [], [], 0
    for seed in range(seeds):
        mentions, exposure = months.shuffled(seed)
        listed = months.listed(months.detected(mentions, exposure, (), month=month))
        sure = [c for c in listed if c.growth.q_value < SURE and c.growth.ratio > 1]
        counts.append(len(sure))
        names += [c.title for c in sure]
        tested = len(listed)
        print(f"seed {seed}: {len(sure)} of {len(listed)} {[c.title for c in sure]}", flush=True)
    return {
        "year": year,
        "counts": counts,
        "names": names,
        "candidates": tested,
        "seconds": round(time.monotonic() - started),
    }


def planted_past(ws: Workspace, *, year: int, seeds: int) -> dict[str, Any]:
    """Recall, delay and false alarms of planted rises; `year` is that at whose end the last list is made."""
    months, started = Months(ws, year_end(year)), time.monotonic()
    last = proposals.month_number(year_end(year))
    end = last - max(QUARTERS)  # the month in which the rise is over
    start = end - RAMP
    rows: list[dict[str, Any]] = []
    alarms, flat = [], 0
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        mentions, exposure = months.shuffled(1_000 + seed)
        keys = draw(ws, months.taxonomies, mentions, random, month=end, year=year)
        mentions = thin(mentions, keys, random, start=start, end=end)
        without = tuple(taken_out(taxonomy, keys) for taxonomy in months.taxonomies)
        found: dict[str, int | None] = dict.fromkeys(keys)
        for after in QUARTERS:
            detection = months.detected(mentions, exposure, without, month=end + after)
            listed = months.listed(detection)
            for key in keys:
                row = next((c for c in listed if key in _keys(c)), None)
                seen = row is not None and row.kind in REAL and row.growth.q_value < SURE
                recent = _recent(mentions, key, end + after)
                rows.append({
                    "seed": seed, "role": key, "months after": after, "recent": recent, "found": seen, "first rows": row is not None and row.rank <= FIRST,
                    "rank": row.rank if row else None, "q": row.growth.q_value if row else None,
                    "kind": row.kind if row else None, "ratio": row.growth.ratio if row else None,
                })  # fmt: skip
                if seen and found[key] is None:
                    found[key] = after
            if after == max(QUARTERS):
                others = [
                    c
                    for c in detection.clusters
                    if not keys & _cluster_keys(c) and c.vacancies >= 5 and c.employers >= 3
                ]
                wrong = [
                    c.title for c in others if c.kind in REAL and c.growth["q_value"] < SURE and c.growth["ratio"] > 1
                ]  # fmt: skip
                flat += len(others)
                alarms += wrong
        print(f"seed {seed}: {found}; false alarms {len(alarms)} of {flat}", flush=True)
    table = pd.DataFrame(rows)
    enough = table.groupby(["seed", "role"])["recent"].max() >= ENOUGH
    ever = table.groupby(["seed", "role"])["found"].any()
    first = table[table["found"]].groupby(["seed", "role"])["months after"].min()
    return {
        "year": year, "rows": rows, "roles": int(enough.sum()), "found": int(ever[enough].sum()),
        "first_rows": int(table.groupby(["seed", "role"])["first rows"].any()[enough].sum()),
        "delay_months": [int(m) for m in first.reindex(enough[enough].index).dropna()],
        "sought_out_small": int((~enough).sum()), "alarms": alarms, "flat": flat, "seconds": round(time.monotonic() - started),
    }  # fmt: skip


def draw(
    ws: Workspace,
    taxonomies: Sequence[Taxonomy],
    mentions: pd.DataFrame,
    random: np.random.Generator,
    *,
    month: int,
    year: int,
) -> set[str]:
    """Folded names of roles to plant: known to a classification, sought 40 to 400 times in a year, by lot."""
    known = {
        key_of(name)
        for taxonomy in taxonomies
        for occupation in taxonomy.occupations
        for name in (occupation.labels.get("en", ""), *occupation.alternative.get("en", ()))
        if name
    }
    labels = read_labels()
    tools = {key for key, label in labels.items() if label.label in ("technology", "noise")}
    past = snapshot(ws, year_end(year))
    counts = past.hired[past.hired["month"] >= past.month - RAMP].groupby("concept")["vacancy_id"].nunique()
    pool = sorted(
        key for key in {key_of(str(name)) for name, n in counts.items() if 40 <= n <= 400 and " " in str(name)}
        if key in known - tools
    )  # fmt: skip
    chosen: set[str] = set(random.choice(pool, size=min(DRAWN, len(pool)), replace=False).tolist())
    return chosen


def thin(
    mentions: pd.DataFrame, keys: set[str], random: np.random.Generator, *, start: int, end: int
) -> pd.DataFrame:  # fmt: skip
    """Mentions without those vacancies of the planted roles, and of what narrows them, that the line leaves out.

    A profession rises with its narrower forms ("junior", "cloud" data engineer): were these left flat, the cluster
    that holds them would rise less than planted.
    """
    own = mentions["role"].map(
        {
            role: any(key_of(form) in keys for form in (role, *shortened(role, "en")))
            for role in mentions["role"].unique()
        }
    )
    kept = np.interp(mentions["month"], [start, end], [BEFORE, 1.0])
    lots = pd.Series(random.random(mentions["vacancy_id"].nunique()), index=mentions["vacancy_id"].unique())
    return mentions[~own | (mentions["vacancy_id"].map(lots) < kept)].reset_index(drop=True)


def taken_out(taxonomy: Taxonomy, keys: set[str]) -> Taxonomy:
    """The classification without the occupations and alternative titles of these names, short or spelled out."""
    keys = keys | {key_of(_spelled(key.replace("|", " "))) for key in keys}
    occupations = []
    for occupation in taxonomy.occupations:
        if key_of(occupation.labels.get("en", "")) in keys:
            continue
        other = tuple(name for name in occupation.alternative.get("en", ()) if key_of(name) not in keys)
        occupations.append(replace(occupation, alternative={**occupation.alternative, "en": other}))
    return replace(taxonomy, occupations=tuple(occupations))


def _spelled(name: str) -> str:
    return " ".join(SPELLED.get(word, word) for word in name.split())


def _recent(mentions: pd.DataFrame, key: str, month: int) -> int:
    part = mentions[mentions["hiring"] & mentions["month"].between(month - RAMP, month - 1)]
    return int(part.loc[[key_of(role) == key for role in part["role"]], "vacancy_id"].nunique())


def _keys(candidate: Candidate) -> set[str]:
    return {key_of(name) for name in (candidate.title, *candidate.alternative_titles)}


def _cluster_keys(cluster: Cluster) -> set[str]:
    return {key_of(form) for form in cluster.forms}


def one_more_month(ws: Workspace, *, year: int, now: dt.datetime) -> dict[str, Any]:
    """Share of postings of a year-end whose roles have other lineages one month later."""
    corpus = pipeline.corpus_of(ws)
    first, _ = pipeline.run(ws, as_of=year_end(year), now=now)
    second, _ = pipeline.run(ws, as_of=dt.datetime(year + 1, 1, 31, tzinfo=dt.UTC), now=now)
    grammar = pipeline.grammar_of(ws, year_end(year))
    rows = corpus.query(
        """SELECT DISTINCT r.posting_id, a.lineage_id AS before, b.lineage_id AS after
           FROM roles r JOIN postings p USING (posting_id)
                JOIN clusters a ON a.role = r.role AND a.language = r.language AND a.run_id = $a
                JOIN clusters b ON b.role = r.role AND b.language = r.language AND b.run_id = $b
           WHERE r.grammar = $grammar AND r.hiring AND p.posted_at < $as_of""",
        a=first.run_id, b=second.run_id, grammar=grammar.key, as_of=year_end(year),
    ).to_pandas()  # fmt: skip
    changed = (rows["before"] != rows["after"]).groupby(rows["posting_id"]).any()
    return {"year": year, "postings": len(changed), "changed": float(changed.mean())}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection.planted")
    parser.add_argument("what", choices=["shuffled", "planted", "month"])
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--year", type=int, default=2014)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    ws = open_workspace(arguments.workspace)
    if arguments.what == "shuffled":
        found = shuffled_past(ws, year=arguments.year, seeds=arguments.seeds)
    elif arguments.what == "planted":
        found = planted_past(ws, year=arguments.year, seeds=arguments.seeds)
    else:
        found = one_more_month(ws, year=arguments.year, now=dt.datetime.now(dt.UTC))
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / f"{arguments.what}.json").write_text(json.dumps(found, indent=1), "utf-8")
    print(json.dumps({name: value for name, value in found.items() if name != "rows"}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
