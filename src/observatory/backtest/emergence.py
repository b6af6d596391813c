"""Does a group that is not established yet become an established cluster within two quarters?

A restatement, on vacancies, of the protocol of arXiv 2606.22769. A *group* at a date is a cluster of
the run with at least `LEAST` vacancies in the two quarters before it. It is *established* in two quarters in which at least `VACANCIES` vacancies of
at least `EMPLOYERS` employers sought it, and *unestablished* at a date when it was not in the two quarters
before. It *emerges* when it is in the two quarters after. The prediction uses counts before the date only;
its weights and threshold are learned on the other dates (leave one date out).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from observatory.records import Score

LEAST = 5
VACANCIES = 10
EMPLOYERS = 5
HALF_YEAR = 6
FEATURES = ("last quarter", "quarter before", "half-year before", "all before", "employers", "share growth")


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The unestablished groups at one date: `features` (n, 6) on logarithmic scales, `emerged` (n,) bool."""

    month: int
    ids: tuple[str, ...]
    features: NDArray[np.float64]
    emerged: NDArray[np.bool_]


def groups_at(month: int, hired: pd.DataFrame, exposure: Mapping[int, int]) -> Groups:
    """The unestablished groups at month number `month`, and whether each emerged in the six months after.

    `hired`: columns group, month, vacancy_id, employer (one row for each vacancy of a group), over all
    time; only rows before `month` enter the features. `exposure`: vacancies of all sources by month.
    """
    before, after = hired[hired["month"] < month], hired[hired["month"].between(month, month + HALF_YEAR - 1)]
    recent = before[before["month"] >= month - HALF_YEAR]
    counts = recent.groupby("group")["vacancy_id"].nunique()
    kept = counts[counts >= LEAST].index
    kept = kept[~kept.isin(list(_established(recent)))]
    columns = []
    for start, end in ((month - 3, month), (month - 6, month - 3), (month - 12, month - 6), (-1, month - 12)):
        part = before[(before["month"] >= start) & (before["month"] < end)]
        columns.append(part.groupby("group")["vacancy_id"].nunique().reindex(kept, fill_value=0).to_numpy(dtype=float))
    year = before[before["month"] >= month - 12]
    columns.append(year.groupby("group")["employer"].nunique().reindex(kept, fill_value=0).to_numpy(dtype=float))
    now, then = _sum(exposure, month - 6, month), _sum(exposure, month - 12, month - 6)
    growth = (columns[0] + columns[1] + 0.5) / (columns[2] + 0.5) * (then + 1) / (now + 1)
    features = np.column_stack([np.log1p(column) for column in columns] + [np.log(growth)])
    return Groups(
        month=month, ids=tuple(str(g) for g in kept), features=features, emerged=np.isin(kept, list(_established(after)))
    )  # fmt: skip


def _established(rows: pd.DataFrame) -> set[str]:
    counts = rows.groupby("group").agg(vacancies=("vacancy_id", "nunique"), employers=("employer", "nunique"))
    return set(counts.index[(counts["vacancies"] >= VACANCIES) & (counts["employers"] >= EMPLOYERS)])


def _sum(exposure: Mapping[int, int], start: int, end: int) -> int:
    return sum(exposure.get(month, 0) for month in range(start, end))


def emergence_scores(dates: Sequence[Groups]) -> list[Score]:
    """F1 of the prediction, pooled over the dates, with precision, recall and the base rate beside it."""
    usable = [groups for groups in dates if len(groups.ids)]
    if len(usable) < 2 or not any(groups.emerged.any() for groups in usable):
        note = "needs two dates with two quarters of postings after them, and a group that emerged"
        return [Score(name="emergence F1", value=None, low=None, high=None, of=0, note=note)]
    predicted = predict(usable)
    truth = np.concatenate([groups.emerged for groups in usable])
    guess = np.concatenate(predicted)
    random = np.random.default_rng(0)
    again = []
    for _ in range(500):
        at = random.integers(0, len(truth), size=len(truth))
        again.append(_f1(truth[at], guess[at]))
    hits, said, real = int((truth & guess).sum()), int(guess.sum()), int(truth.sum())
    n = len(truth)
    told = (
        f"{hits} of {said} predicted emerged, of {real} that did; {len(usable)} dates, each predicted from the others"
    )
    return [
        Score(name="emergence F1", value=_f1(truth, guess), low=float(np.quantile(again, 0.025)),
              high=float(np.quantile(again, 0.975)), of=n, note=told),
        Score(name="emergence base rate", value=real / n, low=None, high=None, of=n,
              note=f"share of unestablished groups that emerged; all called emerging gives F1 {2 * real / (real + n):.2f}"),
    ]  # fmt: skip


def predict(dates: Sequence[Groups]) -> list[NDArray[np.bool_]]:
    """For each date whether each group will emerge, from a logistic model fitted on the other dates."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    result = []
    for held in range(len(dates)):
        features = np.concatenate([g.features for i, g in enumerate(dates) if i != held])
        emerged = np.concatenate([g.emerged for i, g in enumerate(dates) if i != held])
        if emerged.all() or not emerged.any():
            result.append(np.full(len(dates[held].ids), bool(emerged.all())))
            continue
        model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0)).fit(features, emerged)
        chance = model.predict_proba(features)[:, 1]
        levels = np.unique(chance)
        best = levels[int(np.argmax([_f1(emerged, chance >= level) for level in levels]))]
        result.append(model.predict_proba(dates[held].features)[:, 1] >= best)
    return result


def _f1(truth: NDArray[np.bool_], guess: NDArray[np.bool_]) -> float:
    hits = int((truth & guess).sum())
    return 2 * hits / max(int(truth.sum()) + int(guess.sum()), 1)
