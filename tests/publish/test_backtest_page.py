"""Words of the backtest page."""

from __future__ import annotations

import datetime as dt

import pytest

from observatory.publish.backtest_page import chart_rows, conclusion, interval, leads_chart, shown
from observatory.records import Backtest, Lead, PastList, Recognition, Score


def lead(title: str, months: int, censored: str = "", *, findable: bool = True) -> Lead:
    recognised = Recognition(title=title, recognised=dt.date(2022, 1, 1), by="somebody")
    return Lead(recognition=recognised, candidate=title, rank=1, first=None if censored == "right" else dt.date(2015, 1, 1),
                months=months, censored=censored, vacancies=9, findable=findable)  # type: ignore[arg-type]  # fmt: skip


def backtest(*leads: Lead, median: float | None = 30.0) -> Backtest:
    score = Score(name="median lead", value=median, low=None, high=60.0, of=3)
    past = PastList(as_of=dt.date(2014, 12, 31), run_id="r", rows=())
    return Backtest(workspace="w", truth="t", protocol=1, lists=(past,), leads=leads, scores=(score,), false_alarms=(),
                    limits=(), taxonomies=(), seconds=1.0)  # fmt: skip


def test_conclusion_says_how_many_and_how_long() -> None:
    found = conclusion(backtest(lead("a", 30), lead("b", 5, "right"), lead("c", 1, findable=False)))
    assert "Of 2 later recognitions" in found
    assert "1 stood among the first 30" in found
    assert "2.5 years" in found


def test_conclusion_without_a_median_or_rows() -> None:
    assert "no median" in conclusion(backtest(lead("b", 5, "right"), median=None))
    assert "nothing can be said" in conclusion(backtest())


@pytest.mark.parametrize(
    ("score", "value", "span"),
    [
        (Score(name="median lead", value=30.0, low=None, high=60.0, of=3), "2.5 years", "not known to 5.0 years"),
        (Score(name="recall@30", value=0.5, low=0.25, high=0.75, of=3), "0.50", "0.25 to 0.75"),
        (Score(name="recall@30", value=None, low=None, high=None, of=0), "cannot be said", ""),
    ],
)
def test_scores_in_words(score: Score, value: str, span: str) -> None:
    assert (shown(score), interval(score)) == (value, span)


def test_the_chart_shows_the_longest_lead_first_and_the_unlisted_last() -> None:
    rows = chart_rows([lead("b", 5, "right"), lead("a", 30), lead("c", 50, "left"), lead("d", 9, findable=False)])
    assert [row.recognition.title for row in rows] == ["c", "a", "b"]
    found = backtest(*rows)
    assert leads_chart(rows, found) == leads_chart(rows, found)
    assert leads_chart([], found) is None
