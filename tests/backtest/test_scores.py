"""Scores of lists: intervals, censored leads, stability."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.backtest import scores
from observatory.records import Lead, Listed, PastList, Recognition

DAY = dt.date(2015, 12, 31)


def past(outcomes: Sequence[str], *, findable: int = 0, found: int = 0, ids: Sequence[str] | None = None) -> PastList:
    rows = tuple(
        Listed(
            rank=i, candidate_id=(ids or [str(j) for j in range(99)])[i - 1], title=f"t{i}", kind="occupation", vacancies=9,
            q_value=0.01, outcome=outcome, recognition="", share_then=1.0, share_at_end=1.0,  # type: ignore[arg-type]
        )
        for i, outcome in enumerate(outcomes, 1)
    )  # fmt: skip
    return PastList(as_of=DAY, run_id="r", rows=rows, findable=findable, found=found)


def lead(months: int, censored: str = "", *, findable: bool = True) -> Lead:
    recognised = Recognition(title="x", recognised=dt.date(2022, 1, 1), by="y")
    return Lead(recognition=recognised, candidate="x", rank=1, first=DAY, months=months,
                censored=censored, vacancies=9, findable=findable)  # type: ignore[arg-type]  # fmt: skip


def test_precision_counts_what_was_recognised_later_and_nothing_else() -> None:
    lists = [past(["recognised", "known", "open", "fell back"]), past(["recognised"] * 2)]
    score = scores.precision_at(2, lists, seed=0)
    assert score.value == pytest.approx(0.75)
    assert score.low is not None
    assert score.low <= 0.75


def test_precision_of_no_list_cannot_be_said() -> None:
    assert scores.precision_at(10, [past([])], seed=0).value is None


def test_recall_is_of_the_findable() -> None:
    score = scores.recall_at(30, [past([], findable=4, found=1), past([], findable=6, found=5)])
    assert (score.value, score.of) == (0.6, 10)
    assert scores.recall_at(30, [past([])]).value is None


def test_median_lead_without_censoring_is_the_median() -> None:
    assert scores.median_lead([lead(m) for m in (10, 20, 30)], seed=0).value == 20


def test_rows_never_proposed_pull_the_median_down_and_rows_on_the_first_list_do_not() -> None:
    exact = [lead(m) for m in (10, 20, 30)]
    more = scores.median_lead([*exact, lead(5, "right"), lead(5, "right")], seed=0)
    assert more.value == 10
    assert scores.median_lead([*exact, lead(40, "left"), lead(40, "left")], seed=0).value == 30


def test_a_median_among_the_never_proposed_cannot_be_said() -> None:
    score = scores.median_lead([lead(10), *[lead(5, "right")] * 3], seed=0)
    assert score.value is None
    assert "more than half" in score.note


def test_a_lead_of_at_least_so_much_may_be_longer() -> None:
    """Turnbull: mass of a row on the first list goes to the leads above it."""
    assert scores.median_lead([lead(10, "left"), lead(50), lead(60)], seed=0).value == 50


def test_rows_that_could_not_be_found_do_not_count() -> None:
    assert scores.median_lead([lead(10, findable=False)], seed=0).value is None


@given(st.integers(0, 40), st.integers(1, 40))
def test_wilson_holds_the_share(hits: int, of: int) -> None:
    hits = min(hits, of)
    low, high = scores.wilson(hits, of)
    assert 0 <= low <= hits / of + 1e-9
    assert hits / of - 1e-9 <= high <= 1


@given(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1), st.randoms())
def test_rank_biased_overlap_is_symmetric_and_bounded(ids: list[str], random: object) -> None:
    other = list(ids)
    random.shuffle(other)  # type: ignore[attr-defined]
    one, two = scores.rank_biased_overlap(ids, other), scores.rank_biased_overlap(other, ids)
    assert one == two
    assert 0 <= one <= 1
    assert scores.rank_biased_overlap(ids, ids) == 1


def test_a_swap_at_the_top_costs_more_than_one_below() -> None:
    top = scores.rank_biased_overlap(list("abcdef"), list("bacdef"))
    below = scores.rank_biased_overlap(list("abcdef"), list("abcdfe"))
    assert top < below


def test_stability_of_one_list_cannot_be_said() -> None:
    assert all(score.value is None for score in scores.stability_of([past(["open"])], [], k=30, seed=0))


def test_stability_compares_neighbours() -> None:
    lists = [past(["open"] * 2, ids=["a", "b"]), past(["open"] * 2, ids=["a", "c"])]
    jaccard, _, moved = scores.stability_of(lists, [0.02], k=30, seed=0)
    assert jaccard.value == pytest.approx(1 / 3)
    assert moved.value == pytest.approx(0.02)


def test_the_same_seed_gives_the_same_interval() -> None:
    rows = [lead(int(m)) for m in np.random.default_rng(0).integers(1, 100, 30)]
    assert scores.median_lead(rows, seed=3) == scores.median_lead(rows, seed=3)
