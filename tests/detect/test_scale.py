"""How many people practise a profession: the interval holds what it says, and what cannot be said is not said."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from observatory.detect.scale import COVERAGE, LEAST_OCCUPATIONS, in_words, practitioners_of
from observatory.records import Employment

FIGURES = Employment(
    scheme="isco",
    area="Nowhere",
    of=dt.date(2014, 5, 1),
    released=dt.date(2015, 3, 1),
    source="invented survey",
    people={},
)


def world(random: np.random.Generator, *, occupations: int, spread: float) -> dict[str, tuple[int, int]]:
    """Occupations whose people for each vacancy are log-normal about 300."""
    vacancies = random.integers(12, 400, size=occupations)
    people = vacancies * 300 * np.exp(random.normal(0, spread, size=occupations))
    return {f"o{i}": (int(v), int(p)) for i, (v, p) in enumerate(zip(vacancies, people, strict=True))}


@pytest.mark.parametrize(("occupations", "spread"), [(12, 0.4), (40, 0.6), (200, 0.8)])
def test_nine_in_ten_intervals_hold_the_truth(occupations: int, spread: float) -> None:
    random = np.random.default_rng(7)
    held = []
    for _ in range(400):
        known = world(random, occupations=occupations + 1, spread=spread)
        vacancies, people = known.pop("o0")
        found = practitioners_of(vacancies, known, FIGURES)
        if found.low is not None and found.high is not None:
            held.append(found.low * 0.95 <= people <= found.high * 1.05)  # two digits are shown
    assert len(held) > 300
    assert np.mean(held) >= COVERAGE - 0.03


def test_the_order_of_occupations_says_nothing() -> None:
    known = world(np.random.default_rng(1), occupations=20, spread=0.5)
    assert practitioners_of(50, known, FIGURES) == practitioners_of(50, dict(reversed(known.items())), FIGURES)


def test_more_vacancies_are_more_people() -> None:
    known = world(np.random.default_rng(2), occupations=20, spread=0.5)
    found = [practitioners_of(n, known, FIGURES).estimate or 0 for n in (10, 40, 200)]
    assert found == sorted(found)
    assert found[0] > 0


@pytest.mark.parametrize(
    ("vacancies", "occupations", "figures", "why"),
    [
        (50, 20, None, "no employment statistics"),
        (50, LEAST_OCCUPATIONS - 1, FIGURES, "are needed to compare with"),
        (9, 20, FIGURES, "9 vacancies in the window"),
        (0, 20, FIGURES, "0 vacancies in the window"),
    ],
)
def test_what_cannot_be_said(vacancies: int, occupations: int, figures: Employment | None, why: str) -> None:
    known = world(np.random.default_rng(3), occupations=occupations, spread=0.3)
    found = practitioners_of(vacancies, known, figures)
    assert found.estimate is None
    assert why in found.note
    assert in_words(found).startswith("How many people practise it cannot be said")


def test_an_interval_that_says_nothing_is_not_given() -> None:
    known = world(np.random.default_rng(4), occupations=20, spread=4.0)
    assert "miss by up to" in practitioners_of(50, known, FIGURES).note


def test_occupations_with_few_vacancies_are_left_out() -> None:
    known = world(np.random.default_rng(5), occupations=20, spread=0.2) | {"rare": (1, 10_000_000), "none": (0, 5)}
    without = {code: pair for code, pair in known.items() if code not in ("rare", "none")}
    assert practitioners_of(50, known, FIGURES) == practitioners_of(50, without, FIGURES)
