"""The section "Detection" of docs/benchmarks.md: what had to be reached, methods side by side, every lead."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.detection.labels import our_lists, peer_lists, read_labels
from benchmarks.detection.past import FIRST, WORK, YEARS, prepare, year_end
from benchmarks.detection.peers import PEERS
from benchmarks.detection.planted import one_more_month, planted_past, shuffled_past
from benchmarks.detection.resolution import STABLE, resolution_by_stability
from benchmarks.detection.score import Judged, judge, kinds_f1, must_have, precision
from benchmarks.page import Bench, machine, table
from observatory import pipeline
from observatory.backtest.truth import Truth, key_of, keys_of, read_truth
from observatory.backtest.walk import Past, score
from observatory.config import Workspace, open_workspace
from observatory.records import Backtest, Candidate, Run

SEEDS, PLANTED_YEAR, SHUFFLED_YEAR, MONTH_YEARS = 20, 2015, 2014, (2013, 2015, 2017)
DAYS = tuple(year_end(year) for year in YEARS)


def measure(bench: Bench) -> str:
    """The section, for `python -m benchmarks`."""
    return section(bench.data, WORK / "workspace", fresh=False)


def section(data: Path, workspace: Path, *, fresh: bool) -> str:
    """Runs what is not there yet and returns the section as Markdown."""
    now = dt.datetime.now(dt.UTC)
    ws = prepare(workspace, data, now=now)
    runs = [pipeline.run(ws, as_of=day, now=now)[0] for day in DAYS]
    _topics(ws, workspace, fresh=fresh)
    shuffled = _piece("shuffled", fresh, lambda: shuffled_past(ws, year=SHUFFLED_YEAR, seeds=SEEDS))
    planted = _piece("planted", fresh, lambda: planted_past(ws, year=PLANTED_YEAR, seeds=3))
    stable = _piece("resolution", fresh, lambda: resolution_by_stability(ws))
    month = _piece("month", fresh, lambda: {"years": [one_more_month(ws, year=year, now=now) for year in MONTH_YEARS]})
    seconds = _piece("seconds", fresh, lambda: {"seconds": warm_seconds(workspace, now=now)})["seconds"]
    rows = read_truth(data / "taxonomies" / "later_recognised.csv")
    walked = score(ws, DAYS, list(runs), Truth(rows), truth_name="later_recognised.csv")
    return write(
        ws, runs, walked, Truth(rows), shuffled=shuffled, planted=planted, month=month, stable=stable, seconds=seconds
    )


def warm_seconds(workspace: Path, *, now: dt.datetime) -> float:
    """Seconds of the seven runs when postings have been read and texts embedded, on a copy whose runs do not count."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "workspace"
        shutil.copytree(workspace, copy)
        ws = open_workspace(copy, {"detect.candidates": "199"})  # another setting: stored runs are other runs
        started = time.monotonic()
        fresh = [pipeline.run(ws, as_of=day, now=now)[1] for day in DAYS]
        assert all(fresh)
        return time.monotonic() - started


def _piece(name: str, fresh: bool, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    file = WORK / f"{name}.json"
    if fresh or not file.is_file():
        WORK.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(make(), indent=1), "utf-8")
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def _topics(ws: Workspace, workspace: Path, *, fresh: bool) -> None:
    if importlib.util.find_spec("bertopic") is None or ((WORK / "bertopic.json").is_file() and not fresh):
        return
    subprocess.run([sys.executable, "-m", "benchmarks.detection.topics", "--workspace", str(workspace)], check=True)


def write(
    ws: Workspace, runs: Sequence[Run], walked: Backtest, truth: Truth, *, shuffled: Mapping[str, Any],
    planted: Mapping[str, Any], month: Mapping[str, Any], stable: Mapping[str, Any], seconds: float,
) -> str:  # fmt: skip
    """The section from what was measured."""
    labels, lists = read_labels(), our_lists(ws)
    judged = {year: judge([(c.title, c.kind) for c in rows], labels, year) for year, rows in lists.items()}
    scores = {one.name: one for one in walked.scores}
    required = must_have(lists)
    kinds = kinds_f1(lists, labels, first=FIRST)
    return "\n".join([
        "## Detection",
        "",
        f"Postings of Hacker News 2011 to 2019, lists as of the year-ends {YEARS[0]} to {YEARS[-1]}, classifications "
        f"ESCO 1.0.9 and O*NET 23 (loaded as if released before all of them). Labels: `benchmarks/detection/labels.csv` "
        f"({len(labels)} titles) after `GUIDE.md`, by one person of the project, not checked independently yet. "
        f"How scores are defined: [backtest](method/backtest.md). Machine: {machine()}.",
        "",
        "### What had to be reached",
        "",
        table(["figure", "to reach", "measured", ""], _required(
            judged, required, scores, kinds, shuffled=shuffled, planted=planted, month=month, seconds=seconds)),
        "",
        "### Methods side by side",
        "",
        "Strict precision: a real job, rising, new, no double of a higher row, right kind (peers name no kind; theirs "
        "always fits). Recall: of the later recognitions that a list could have held, those in its first 30. All peers "
        "are given our role phrases, judged and folded; the ranking is theirs.",
        "",
        table(["method", "P@10", "P@20", "recall@30"], _methods(ws, judged, lists, truth, labels)),
        "",
        _topics_note(),
        "",
        "### Lists by year",
        "",
        table(["as of", "P@10", "P@20", "rows of the first 20 that do not count"], [
            [year, f"{precision(rows, 10):.2f}", f"{precision(rows, 20):.2f}", _reasons(rows[:20])]
            for year, rows in judged.items()
        ]),
        "",
        f"Why rows of the first 20 did not count, all years: {_causes(judged)}.",
        "",
        "### Professions that must be there",
        "",
        table(["profession", "by", "first list with it", "rank"], [
            [name, by, year if year else "none", rank or ""] for name, (by, year, rank) in required.items()
        ]),
        "",
        "### Every lead",
        "",
        table(["recognised", "by", "on", "proposed as", "first list", "rank", "lead, months"], [
            [lead.recognition.title, lead.recognition.by, f"{lead.recognition.recognised:%Y-%m}", lead.candidate or "-",
             lead.first or "on none", lead.rank or "",
             f"{'≥ ' if lead.censored == 'left' else '< ' if lead.censored == 'right' else ''}{lead.months}"]
            for lead in sorted(walked.leads, key=lambda one: (one.first is None, -one.months)) if lead.findable
        ]),
        "",
        f"{sum(not lead.findable for lead in walked.leads)} other recognitions could not have been found in these postings: "
        f"too few vacancies under their names, or an occupation of the loaded classifications already.",
        "",
        "### Planted and shuffled pasts",
        "",
        _planted(planted),
        "",
        f"Shuffled dates ({SHUFFLED_YEAR}-12-31, {len(shuffled['counts'])} seeds): candidates with q < 0.05 per list "
        f"{np.mean(shuffled['counts']):.2f} on average, at most {max(shuffled['counts'])}, of {shuffled['candidates']} candidates.",
        "",
        "### Resolution of the clusters",
        "",
        f"Two halves of the employers, {stable['draws']} draws a year-end: kappa of \"one profession?\" over pairs of neighbours, "
        f"mean of the year-ends. Chosen: {stable['chosen']:.2f}, the coarsest that reaches {STABLE}.",
        "",
        table(["resolution", *stable["mean"]], [["kappa", *(f"{kappa:.3f}" for kappa in stable["mean"].values())]]),
        "",
        "### All scores of the walk",
        "",
        table(["score", "value", "95 % interval", "n", "note"], [
            [one.name, "cannot be said" if one.value is None else f"{one.value:.2f}",
             f"{_number(one.low)} to {_number(one.high)}" if one.low is not None or one.high is not None else "",
             one.of, one.note]
            for one in walked.scores
        ]),
    ])  # fmt: skip


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:.2f}"


def _required(
    judged: Mapping[int, Sequence[Judged]], required: Mapping[str, tuple[int, int | None, int]], scores: Mapping[str, Any],
    kinds: Mapping[str, float], *, shuffled: Mapping[str, Any], planted: Mapping[str, Any], month: Mapping[str, Any],
    seconds: float,
) -> list[list[object]]:  # fmt: skip
    at10 = float(np.mean([precision(rows, 10) for rows in judged.values()]))
    at20 = float(np.mean([precision(rows, 20) for rows in judged.values()]))
    there = {name: year for name, (by, year, _) in required.items() if year is not None and year <= by}
    early = [name for name, (by, year, _) in required.items() if year is not None and year < by]
    late = [name for name in required if name not in there]
    lead, emergence = scores["median lead"], scores["emergence F1"]
    wrong = float(np.mean(shuffled["counts"]))
    recall = planted["found"] / max(planted["roles"], 1)
    alarms = len(planted["alarms"]) / max(planted["flat"], 1)
    changed = {one["year"]: one["changed"] for one in month["years"]}

    def row(figure: str, reach: str, shown: str, reached: bool) -> list[object]:
        return [figure, reach, shown, "reached" if reached else "**not reached**"]

    return [
        row("strict precision@10, mean of the lists", "0.95", f"{at10:.3f}", at10 >= 0.95),
        row("strict precision@20", "0.9", f"{at20:.3f}", at20 >= 0.9),
        row("professions in the first 30 by their year", f"all {len(required)}, three a year earlier",
            f"{len(there)} of {len(required)}, {len(early)} earlier" + (f"; not: {', '.join(late)}" if late else ""),
            not late and len(early) >= 3),
        row("median lead", "72 months", "cannot be said" if lead.value is None else f"{lead.value:.0f} months",
            lead.value is not None and lead.value >= 72),
        row("unestablished group becomes established, F1", "0.80",
            "cannot be said" if emergence.value is None else
            f"{emergence.value:.2f} (base rate {scores['emergence base rate'].value:.2f})",
            emergence.value is not None and emergence.value >= 0.8),
        row(f"kinds, macro F1 over the labelled first {FIRST}", "0.8", f"{kinds['macro']:.2f}", kinds["macro"] >= 0.8),
        row("shuffled dates, candidates with q < 0.05", "at most 1", f"{wrong:.2f}", wrong <= 1),
        row("planted rises, recall within two quarters", "0.9", f"{recall:.2f} ({planted['found']} of {planted['roles']})", recall >= 0.9),
        row("planted rises, false alarms among roles left alone", "0.05", f"{alarms:.3f} (of {planted['flat']})", alarms <= 0.05),
        row("one more month: postings that change lineage", "under 1 %",
            ", ".join(f"{share:.2%} ({year})" for year, share in changed.items()), max(changed.values()) < 0.01),
        row("seven dates, warm vectors", "under 5 minutes on 2 cores", f"{seconds / 60:.1f} minutes", seconds < 300),
    ]  # fmt: skip


def _methods(
    ws: Workspace, judged: Mapping[int, Sequence[Judged]], lists: Mapping[int, Sequence[Candidate]], truth: Truth,
    labels: Mapping[str, Any],
) -> list[list[object]]:  # fmt: skip
    past = Past(ws, DAYS[-1])
    known = past.known(truth, DAYS[0])
    findable = {year: past.findable(truth, year_end(year), known) for year in lists}

    def recall(keys: Mapping[int, Sequence[frozenset[str]]]) -> str:
        hits = sum(
            len(findable[year] & {i for own in rows[:FIRST] for i in truth.matching(own)})
            for year, rows in keys.items()
        )
        return f"{hits / max(sum(len(findable[year]) for year in keys), 1):.2f}"

    rows: list[list[object]] = [
        ["**ours**", *(f"{np.mean([precision(found, k) for found in judged.values()]):.3f}" for k in (10, 20)),
         recall({year: [keys_of(c) for c in found] for year, found in lists.items()})]
    ]  # fmt: skip
    named = {**{name: text for name, (_, text) in PEERS.items()}, "bertopic": "BERTopic, topics by growth"}
    for name, by_year in peer_lists(ws, lists).items():
        strict = {year: judge([(title, "") for title in titles], labels, year) for year, titles in by_year.items()}
        rows.append([
            named[name], *(f"{np.mean([precision(found, k) for found in strict.values()]):.3f}" for k in (10, 20)),
            recall({year: [frozenset({key_of(title)}) for title in titles] for year, titles in by_year.items()}),
        ])  # fmt: skip
    return rows


def _topics_note() -> str:
    file = WORK / "bertopic.json"
    if not file.is_file():
        return "BERTopic was not run: install the extra `bench`."
    stored = json.loads(file.read_text("utf-8"))
    thrown = list(stored["thrown_away"].values())
    return (
        f"BERTopic saw a sample of {stored['texts']:,} postings (all before {YEARS[0]}'s end, then by lot) and threw away "
        f"{min(thrown):.0%} to {max(thrown):.0%} of them as outliers."
    )


def _reasons(rows: Sequence[Judged]) -> str:
    return ", ".join(f"{row.title} ({row.why})" for row in rows if not row.good) or "none"


def _causes(judged: Mapping[int, Sequence[Judged]]) -> str:
    causes: Counter[str] = Counter()
    for rows in judged.values():
        for row in rows[:20]:
            if not row.good:
                causes["called another kind" if ", called " in row.why else row.why.split(" of ")[0]] += 1
    return ", ".join(f"{cause} {count}" for cause, count in causes.most_common()) or "none"


def _planted(planted: Mapping[str, Any]) -> str:
    delay = planted["delay_months"]
    return (
        f"Planted rises: {planted['roles']} roles (12 by lot for each seed, some without enough vacancies left out), "
        f"threefold over twelve months up to mid-{PLANTED_YEAR}. Found as a profession with q < 0.05 within two quarters of "
        f"the end of the rise: {planted['found']}; in the first 30 rows: {planted.get('first_rows', '-')}. Of those found, "
        f"{sum(m == 0 for m in delay)} were there when the rise ended, {sum(m == 3 for m in delay)} a quarter later, "
        f"{sum(m == 6 for m in delay)} two quarters later. False alarms: {len(planted['alarms'])} of {planted['flat']} roles "
        f"left alone."
    )
