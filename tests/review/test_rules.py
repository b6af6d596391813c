"""The rules of the committee and of disagreement, and Krippendorff's alpha against published values."""

from __future__ import annotations

import doctest
import importlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.review.agreement import krippendorff_alpha
from observatory.review.rules import Rules, apart, count, settled, votes_needed

# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section on several observers: the
# values four observers gave to twelve units, * where one gave none, and the alphas printed there.
FOUR_OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 * * *",
    "1 2 3 3 2 2 4 1 2 5 * 3",
    "* 3 3 3 2 3 4 2 2 5 1 *",
    "1 2 3 3 2 4 4 1 2 5 1 *",
)
# The same, two observers and ten units with the values 0 and 1.
TWO_OBSERVERS = ("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
# Two observers, twelve units, five nominal values a to e (here 1 to 5).
NOMINAL = ("1 1 2 2 4 3 3 3 5 4 4 1", "2 1 2 2 2 3 3 3 5 4 4 4")


def units(rows):
    columns = zip(*[row.split() for row in rows], strict=True)
    return [[int(value) for value in column if value != "*"] for column in columns]


@pytest.mark.parametrize(
    ("rows", "level", "published"),
    [
        (TWO_OBSERVERS, "nominal", 0.095),
        (NOMINAL, "nominal", 0.692),
        (FOUR_OBSERVERS, "nominal", 0.743),
        (FOUR_OBSERVERS, "ordinal", 0.815),
        (FOUR_OBSERVERS, "interval", 0.849),
    ],
)
def test_alpha_is_the_published_one(rows, level, published):
    assert krippendorff_alpha(units(rows), level=level) == pytest.approx(published, abs=0.0006)


points = st.lists(st.lists(st.integers(0, 3), min_size=0, max_size=4), max_size=12)


@given(points, st.randoms())
def test_alpha_does_not_depend_on_order(rows, shuffle):
    mixed = [shuffle.sample(row, len(row)) for row in shuffle.sample(rows, len(rows))]
    first, second = krippendorff_alpha(rows), krippendorff_alpha(mixed)
    assert (first is None) == (second is None)
    if first is not None:
        assert first == pytest.approx(second)
        assert first <= 1


@given(points)
def test_alpha_is_one_where_all_agree(rows):
    same = [[row[0]] * len(row) for row in rows if len(row) > 1]
    assert krippendorff_alpha(same) == (1.0 if same else None)


def test_alpha_of_nothing_is_none():
    assert krippendorff_alpha([]) is None
    assert krippendorff_alpha([[2], [3]]) is None


@given(st.integers(0, 60))
def test_quorum_is_two_thirds_rounded_up(members):
    needed = votes_needed(members, rules=Rules())
    assert needed == max(1, math.ceil(2 * members / 3))


votes = st.lists(st.sampled_from(["for", "against", "abstain"]), max_size=15)


@given(votes, st.integers(1, 15))
def test_a_vote_is_carried_lost_tied_or_without_quorum(cast, members):
    result = count(cast, members=members, rules=Rules())
    yes, no = cast.count("for"), cast.count("against")
    if 3 * len(cast) < 2 * members:
        assert result == "no quorum"
    elif yes > no:
        assert result == "carried"
    elif no > yes or yes == 0:
        assert result == "lost"
    else:
        assert result == "tied"
        assert count(cast, members=members, rules=Rules(casting_vote=False)) == "lost"


@given(votes, st.integers(1, 15))
def test_one_more_vote_for_never_hurts(cast, members):
    order = ["no quorum", "lost", "tied", "carried"]
    before = count(cast, members=members, rules=Rules())
    after = count([*cast, "for"], members=members, rules=Rules())
    if before != "no quorum":
        assert order.index(after) >= order.index(before)


def test_points_apart_and_their_median():
    assert apart({"size": 0, "skill": 3}, {"size": 2, "skill": 3}) == {"size": 2, "skill": 0}
    assert settled([{"size": 0}, {"size": 3}, {"size": 1}]) == {"size": 1.0}
    assert settled([]) == {}


@pytest.mark.parametrize("module", ["rules", "agreement", "audit", "charts", "exchange"])
def test_examples_in_docstrings_run(module):
    result = doctest.testmod(importlib.import_module(f"observatory.review.{module}"))
    assert result.attempted > 0
    assert result.failed == 0
