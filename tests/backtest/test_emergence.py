"""Unestablished groups: who counts, who emerges, and that the future enters no feature."""

from __future__ import annotations

import numpy as np
import pandas as pd

from observatory.backtest.emergence import emergence_scores, groups_at

MONTH = 24_000


def vacancies(group: str, months: list[int], *, employers: int = 99) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": group,
            "month": months,
            "vacancy_id": [f"{group}-{i}" for i in range(len(months))],
            "employer": [f"e{i % employers}" for i in range(len(months))],
        }
    )


EXPOSURE = dict.fromkeys(range(MONTH - 40, MONTH + 12), 500)


def test_who_is_a_group_and_who_emerges() -> None:
    hired = pd.concat(
        [
            vacancies("rises", [MONTH - 8] * 3 + [MONTH - 2] * 6 + [MONTH + 1] * 12),
            vacancies("stays small", [MONTH - 8] * 4 + [MONTH - 2] * 5 + [MONTH + 1] * 3),
            vacancies("established already", [MONTH - 2] * 20 + [MONTH + 1] * 20),
            vacancies("too few", [MONTH - 1] * 2 + [MONTH + 1] * 30),
            vacancies("one employer", [MONTH - 3] * 6 + [MONTH + 1] * 20, employers=1),
            vacancies("long ago", [MONTH - 20] * 30 + [MONTH + 1] * 20),
        ]
    )
    found = groups_at(MONTH, hired, EXPOSURE)
    assert set(found.ids) == {"rises", "stays small", "one employer"}
    assert {name for name, emerged in zip(found.ids, found.emerged, strict=True) if emerged} == {"rises"}


def test_the_future_enters_no_feature() -> None:
    before = vacancies("a", [MONTH - 9] * 4 + [MONTH - 1] * 6)
    after = vacancies("a", [MONTH + 1] * 50).assign(vacancy_id=lambda f: "later" + f["vacancy_id"])
    one, two = groups_at(MONTH, before, EXPOSURE), groups_at(MONTH, pd.concat([before, after]), EXPOSURE)
    assert np.array_equal(one.features, two.features)
    assert not one.emerged.any()
    assert two.emerged.all()


def test_a_plain_signal_is_learned_from_the_other_dates() -> None:
    dates = []
    for at in range(3):
        month, parts = MONTH + 12 * at, []
        for i in range(20):
            rising = i < 6
            recent = [month - 2] * 5 + [month - 5] * 2 if rising else [month - 5] * 6 + [month - 10] * 6
            later = [month + 2] * 15 if rising else []
            parts.append(vacancies(f"g{i}", [month - 14, *recent, *later]))
        dates.append(groups_at(month, pd.concat(parts), EXPOSURE | dict.fromkeys(range(MONTH, MONTH + 60), 500)))
    scores = {score.name: score for score in emergence_scores(dates)}
    assert scores["emergence F1"].value == 1
    assert scores["emergence base rate"].value == 0.3


def test_one_date_is_not_enough() -> None:
    one = groups_at(MONTH, vacancies("a", [MONTH - 3] * 6), EXPOSURE)
    (score,) = emergence_scores([one])
    assert score.value is None
    assert "two dates" in score.note
