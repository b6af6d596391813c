"""The walk: one run of the pipeline a date, then everything scored from what the runs stored.

A run as of a date reads nothing later; scoring does, and only scoring: what became of a candidate is
counted from all postings up to the end of the walk.
"""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from observatory import pipeline
from observatory.backtest import scores
from observatory.backtest.emergence import HALF_YEAR, Groups, emergence_scores, groups_at
from observatory.backtest.truth import Truth, key_of, keys_of, months_between, said
from observatory.collection import missing_months
from observatory.config import Workspace
from observatory.corpus import Corpus
from observatory.errors import BadInput, NotEnoughData
from observatory.proposals import exposure_of, month_number, without_months
from observatory.propose import from_json
from observatory.records import Backtest, Candidate, Lead, Listed, PastList, Recognition, Run, Score

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
PROTOCOL = 1  # raised when a definition below changes: figures of two protocols are not compared
FIRST = 30  # rows of a list that leads, recall, false alarms and stability look at
YEAR = 12
HALVED = 0.5


def as_of_dates(start: dt.date, end: dt.date, every: int) -> tuple[dt.datetime, ...]:
    """The days of a walk, every so many months; the end of a month stays the end of a month.

    >>> [str(d.date()) for d in as_of_dates(dt.date(2012, 12, 31), dt.date(2013, 12, 31), 6)]
    ['2012-12-31', '2013-06-30', '2013-12-31']
    """
    if every < 1:
        raise BadInput(f"a walk goes by at least one month, not {every}")
    if start > end:
        raise BadInput(f"the walk starts on {start} after it ends on {end}")
    last = start.day == calendar.monthrange(start.year, start.month)[1]
    found = []
    for step in range(0, (end.year - start.year) * 12 + end.month - start.month + 1, every):
        year, month = divmod(start.year * 12 + start.month - 1 + step, 12)
        longest = calendar.monthrange(year, month + 1)[1]
        day = dt.datetime(year, month + 1, longest if last else min(start.day, longest), tzinfo=dt.UTC)
        if day.date() <= end:
            found.append(day)
    return tuple(found)


def backtest(
    ws: Workspace, dates: Sequence[dt.datetime], truth: Sequence[Recognition], *, truth_name: str, now: dt.datetime,
    progress: Progress = pipeline.quiet,
) -> Backtest:  # fmt: skip
    """Walks the dates with the pipeline and scores the lists; stored runs are taken as they are.

    A date with too few postings has an empty list with the reason. Raises `NotEnoughData` when every
    date has.
    """
    started = time.monotonic()
    runs: list[Run | None] = []
    notes: list[str] = []
    for i, day in enumerate(dates):
        progress("dates", i, len(dates))
        try:
            runs.append(pipeline.run(ws, as_of=day, now=now, progress=progress)[0])
            notes.append("")
        except NotEnoughData as error:
            runs.append(None)
            notes.append(str(error))
    progress("dates", len(dates), len(dates))
    if not any(runs):
        raise NotEnoughData(f"no date of the walk has postings: {notes[0]}")
    return score(
        ws, list(dates), runs, Truth(truth), truth_name=truth_name, notes=notes,
        seconds=time.monotonic() - started,
    )  # fmt: skip


def score(
    ws: Workspace, dates: Sequence[dt.datetime], runs: Sequence[Run | None], truth: Truth, *, truth_name: str,
    notes: Sequence[str] = (), seconds: float = 0.0,
) -> Backtest:  # fmt: skip
    """The scores of stored runs; `runs[i]` is the one as of `dates[i]`, None where there is none."""
    seed = ws.settings.workspace.seed
    past = Past(ws, dates[-1])
    found = {run.run_id: candidates_of(past.corpus, run) for run in runs if run is not None}
    known = {day: past.known(truth, day) for day in dates}
    lists, limits = [], []
    for i, (day, run) in enumerate(zip(dates, runs, strict=True)):
        if run is None:
            lists.append(PastList(as_of=day.date(), run_id="", rows=(), note=notes[i] if notes else "no run"))
            continue
        lists.append(_scored_list(past, day, run, found[run.run_id], truth, known[day]))
        if not lists[-1].rows:
            limits.append(f"The list as of {day.date()} is empty: no cluster has enough vacancies and employers.")
    limits += _limits(dates, past, runs)
    leads = _leads(lists, found, truth, known[dates[0]], past)
    moved = [past.moved(a, b) for a, b in itertools.pairwise(runs) if a is not None and b is not None]
    made = [
        scores.precision_at(10, lists, seed=seed),
        scores.precision_at(20, lists, seed=seed),
        scores.recall_at(FIRST, lists),
        scores.median_lead(leads, seed=seed),
        _alarms(lists),
        *scores.stability_of(lists, [m for m in moved if m is not None], k=FIRST, seed=seed),
        *emergence_scores(past.groups(dates, runs)),
    ]
    return Backtest(
        workspace=ws.settings.workspace.name, truth=truth_name, protocol=PROTOCOL, lists=tuple(lists), leads=tuple(leads),
        scores=tuple(made), false_alarms=tuple(_fell_back(lists)), limits=tuple(limits),
        taxonomies=tuple(sorted({name for run in runs if run is not None for name in run.taxonomies})),
        seconds=round(seconds, 1),
    )  # fmt: skip


def candidates_of(corpus: Corpus, run: Run) -> list[Candidate]:
    """The stored candidates of a run, by rank."""
    rows = corpus.query(
        'SELECT dossier FROM candidates WHERE run_id = $run ORDER BY "rank"', run=run.run_id
    ).to_pylist()
    return [from_json(row["dossier"]).candidate for row in rows]


def _scored_list(
    past: Past, day: dt.datetime, run: Run, candidates: Sequence[Candidate], truth: Truth,
    known: frozenset[int],
) -> PastList:  # fmt: skip
    rows, found = [], set()
    for candidate in candidates:
        matched = truth.matching(keys_of(candidate))
        later = [i for i in matched if truth.rows[i].recognised > day.date()]
        if candidate.rank <= FIRST:
            found |= set(later)
        then, end = past.share(run, candidate.candidate_id, month_number(day)), past.share(run, candidate.candidate_id)
        if later:
            outcome = "recognised"
        elif matched:
            outcome = "known"
        else:
            outcome = "fell back" if then and end is not None and end < HALVED * then else "open"
        names = [said(truth.rows[i]) for i in (later or matched)]
        rows.append(
            Listed(
                rank=candidate.rank, candidate_id=candidate.candidate_id, title=candidate.title, kind=candidate.kind,
                vacancies=candidate.vacancies, q_value=candidate.growth.q_value, outcome=outcome,  # type: ignore[arg-type]
                recognition="; ".join(names), share_then=then, share_at_end=end,
            )
        )  # fmt: skip
    findable = past.findable(truth, day, known)
    return PastList(
        as_of=day.date(), run_id=run.run_id, rows=tuple(rows), findable=len(findable), found=len(found & findable),
        seconds=run.seconds,
    )  # fmt: skip


def _leads(
    lists: Sequence[PastList], found: Mapping[str, Sequence[Candidate]], truth: Truth,
    known: frozenset[int], past: Past,
) -> list[Lead]:  # fmt: skip
    """A lead for each recognition after the first list, in the order of the truth file."""
    usable = [one for one in lists if one.run_id]
    if not usable:
        return []
    first, last = usable[0].as_of, usable[-1].as_of
    at_first: dict[int, tuple[PastList, Candidate]] = {}
    for one in usable:
        for candidate in found[one.run_id][:FIRST]:
            for i in truth.matching(keys_of(candidate)):
                if truth.rows[i].recognised > one.as_of:
                    at_first.setdefault(i, (one, candidate))
    result = []
    for i, row in enumerate(truth.rows):
        if row.recognised <= first:
            continue
        vacancies, enough = past.named(truth.names[i])
        if i in at_first:
            one, candidate = at_first[i]
            result.append(
                Lead(recognition=row, candidate=candidate.title, rank=candidate.rank, first=one.as_of,
                     months=months_between(one.as_of, row.recognised), censored="left" if one.as_of == first else "",
                     vacancies=max(vacancies, candidate.vacancies), findable=i not in known)
            )  # fmt: skip
        else:
            result.append(
                Lead(recognition=row, candidate="", rank=0, first=None,
                     months=months_between(min(last, row.recognised), row.recognised), censored="right",
                     vacancies=vacancies, findable=enough and i not in known)
            )  # fmt: skip
    return result


def _fell_back(lists: Sequence[PastList]) -> list[str]:
    names: dict[str, tuple[str, list[str]]] = {}
    for one in lists:
        for row in one.rows[:FIRST]:
            if row.outcome == "fell back":
                names.setdefault(row.candidate_id, (row.title, []))[1].append(f"{one.as_of} no. {row.rank}")
    return [f"{title}: {', '.join(where)}" for title, where in names.values()]


def _alarms(lists: Sequence[PastList]) -> Score:
    rows = [row for one in lists for row in one.rows[:FIRST]]
    fell = sum(row.outcome == "fell back" for row in rows)
    low, high = scores.wilson(fell, len(rows))
    return Score(
        name=f"false alarms in first {FIRST}", value=fell / len(rows) if rows else None, low=low if rows else None,
        high=high if rows else None, of=len(rows),
        note="never recognised, and their share halved by the end of the walk",
    )  # fmt: skip


def _limits(dates: Sequence[dt.datetime], past: Past, runs: Sequence[Run | None]) -> list[str]:
    found = []
    first, sources = past.first_month, past.sources
    if first is not None and month_number(dates[0]) - first < 6:
        found.append(f"Short history: {month_number(dates[0]) - first} months of postings before the first list.")
    if len(sources) == 1:
        found.append(f"One source only ({sources[0]}): what it does not publish cannot be found.")
    if any(run is not None and not run.taxonomies for run in runs):
        found.append("On some dates no classification was loaded: nothing is known then to be old.")
    if len([run for run in runs if run is not None]) < 2:
        found.append("One list only: stability cannot be said.")
    return found


class Past:
    """What all postings up to the end of the walk say, for looking back at the lists."""

    def __init__(self, ws: Workspace, end: dt.datetime) -> None:
        self.ws, self.end = ws, end
        self.corpus = pipeline.corpus_of(ws)
        self.grammar = pipeline.grammar_of(ws, end)
        self.hired = self.corpus.query(
            """SELECT DISTINCT r.role, r.language, v.vacancy_id, p.source,
                      CAST(year(p.posted_at) * 12 + month(p.posted_at) - 1 AS INTEGER) AS month,
                      coalesce(nullif(lower(p.employer), ''), nullif(json_extract_string(p.extra, '$.by'), ''),
                               nullif(lower(e.employer), ''), v.vacancy_id) AS employer
               FROM roles r JOIN postings p USING (posting_id) JOIN vacancies v USING (posting_id)
                    JOIN enriched e ON e.posting_id = r.posting_id AND e.grammar = r.grammar
               WHERE r.grammar = $grammar AND r.hiring AND p.posted_at < $end ORDER BY 1, 2, 3, 4, 5, 6""",
            grammar=self.grammar.key, end=end,
        ).to_pandas()  # fmt: skip
        # as detection sees them: months without a good fetch are no exposure, and their postings do not count
        missing = missing_months(self.corpus, end)
        self.hired = without_months(self.hired, missing)
        exposure = without_months(exposure_of(self.corpus, "posted_at < $end", {"end": end}), missing)
        self.exposure = {int(month): int(n) for month, n in exposure.groupby("month")["vacancies"].sum().items()}
        self.sources = sorted(exposure["source"].unique())
        self.first_month = min(self.exposure, default=None)
        distinct = self.hired[["role", "language"]].drop_duplicates()
        keys = [key_of(role, language) for role, language in distinct.itertuples(index=False)]
        self.hired = self.hired.merge(distinct.assign(key=keys), on=["role", "language"])
        self._by_key = {str(key): part for key, part in self.hired.groupby("key", sort=True)}
        self._clusters: dict[str, pd.DataFrame] = {}
        self._by_lineage: dict[str, dict[str, pd.DataFrame]] = {}

    def clusters(self, run: Run) -> pd.DataFrame:
        """Columns lineage_id, role, language, vacancies of a run."""
        if run.run_id not in self._clusters:
            self._clusters[run.run_id] = self.corpus.read(
                "clusters", columns=["lineage_id", "role", "language", "vacancies"], where="run_id = $run", run=run.run_id
            ).to_pandas()  # fmt: skip
        return self._clusters[run.run_id]

    def _of(self, run: Run, lineage: str) -> pd.DataFrame:
        if run.run_id not in self._by_lineage:
            joined = self.hired.merge(self.clusters(run)[["lineage_id", "role", "language"]], on=["role", "language"])
            self._by_lineage[run.run_id] = {str(name): part for name, part in joined.groupby("lineage_id", sort=True)}
        return self._by_lineage[run.run_id].get(lineage, self.hired.iloc[:0])

    def share(self, run: Run, lineage: str, month: int | None = None) -> float | None:
        """Vacancies per 1,000 of a lineage, as it stood in `run`, in the twelve months before `month`."""
        end = month_number(self.end) if month is None else month
        own = self._of(run, lineage)
        exposed = sum(self.exposure.get(m, 0) for m in range(end - YEAR, end))
        counted = own.loc[own["month"].between(end - YEAR, end - 1), "vacancy_id"].nunique()
        return round(1000 * counted / exposed, 3) if exposed else None

    def named(self, keys: frozenset[str], before: int | None = None) -> tuple[int, bool]:
        """Vacancies under the names, before month number `before`, and whether they are enough to propose."""
        parts = [self._by_key[key] for key in sorted(keys) if key in self._by_key]
        if not parts:
            return 0, False
        rows = pd.concat(parts)
        if before is not None:
            rows = rows[rows["month"] < before]
        detect = self.ws.settings.detect
        vacancies = int(rows["vacancy_id"].nunique())
        return vacancies, vacancies >= detect.min_vacancies and rows["employer"].nunique() >= detect.min_employers

    def known(self, truth: Truth, day: dt.datetime) -> frozenset[int]:
        """Rows of the truth that a classification of the day has as an occupation."""
        return truth.known_in(pipeline.shelf_of(self.ws).as_of(day.date()))

    def findable(self, truth: Truth, day: dt.datetime, known: frozenset[int]) -> set[int]:
        """Rows recognised after a day that had postings enough on it and were not known."""
        return {
            i for i, row in enumerate(truth.rows)
            if row.recognised > day.date() and i not in known and self.named(truth.names[i], month_number(day))[1]
        }  # fmt: skip

    def moved(self, before: Run, after: Run) -> float | None:
        """Share of the vacancies of roles that both runs hold, whose role has another lineage in `after`."""
        both = self.clusters(before).merge(self.clusters(after), on=["role", "language"], suffixes=("", "_after"))
        total = int(both["vacancies"].sum())
        if not total:
            return None
        return float(both.loc[both["lineage_id"] != both["lineage_id_after"], "vacancies"].sum() / total)

    def groups(self, dates: Sequence[dt.datetime], runs: Sequence[Run | None]) -> list[Groups]:
        """The groups of each date that has two quarters of the walk after it."""
        found = []
        for day, run in zip(dates, runs, strict=True):
            month = month_number(day)
            if run is None or month + HALF_YEAR > month_number(self.end):
                continue
            own = self.hired.merge(self.clusters(run)[["lineage_id", "role", "language"]], on=["role", "language"])
            own = own.rename(columns={"lineage_id": "group"})[["group", "month", "vacancy_id", "employer"]]
            found.append(groups_at(month, own.drop_duplicates(), self.exposure))
        return found


def to_plain(found: Backtest) -> dict[str, Any]:
    """The backtest as plain values for JSON."""
    import dataclasses

    return dataclasses.asdict(found)
