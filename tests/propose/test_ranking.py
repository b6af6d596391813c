"""The ranking as an estimator: its contract, monotone weights, and when verdicts move them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils.estimator_checks import parametrize_with_checks

from observatory.propose.ranking import CandidateRanker, recalibrate

PRIOR = {"growth": 0.35, "novelty": 0.35, "breadth": 0.20, "persistence": 0.10}


@parametrize_with_checks([CandidateRanker()])
def test_it_keeps_the_contract_of_estimators(estimator: Any, check: Any) -> None:
    check(estimator)


def verdicts(seed: int, n: int, *, by: tuple[float, ...]) -> tuple[list[dict[str, float]], list[bool]]:
    """Invented candidates and verdicts that go by the weighted logarithms of the components."""
    random = np.random.default_rng(seed)
    parts = random.uniform(0.02, 1.0, (n, len(PRIOR)))
    odds = 3.0 + 3 * np.log(parts) @ np.array(by)
    adopted = random.uniform(size=n) < 1 / (1 + np.exp(-odds))
    return [dict(zip(PRIOR, row.tolist(), strict=True)) for row in parts], adopted.tolist()


def test_few_verdicts_move_nothing() -> None:
    parts, adopted = verdicts(0, 12, by=(1, 1, 1, 1))
    found = recalibrate(parts, adopted, prior=PRIOR, seed=0)
    assert not found.kept
    assert found.used == PRIOR
    assert "12 verdicts" in found.why


def test_many_verdicts_that_look_at_breadth_raise_its_weight() -> None:
    found = recalibrate(*verdicts(1, 300, by=(0.1, 0.1, 2.5, 0.1)), prior=PRIOR, seed=0)
    assert found.kept
    assert found.used["breadth"] > 0.5
    assert found.auc_after > found.auc_before
    assert found.loss_after < found.loss_before
    assert sum(found.used.values()) == pytest.approx(1.0)


def test_verdicts_by_lot_are_not_followed() -> None:
    kept = 0
    for seed in range(8):
        parts, _ = verdicts(seed, 80, by=(1, 1, 1, 1))
        lot = (np.random.default_rng(100 + seed).uniform(size=80) < 0.4).tolist()
        found = recalibrate(parts, lot, prior=PRIOR, seed=0)
        kept += found.kept and found.auc_after > 0.6
    assert kept == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.tuples(*[st.floats(-1, 3)] * 4))
def test_no_weight_is_ever_negative(seed: int, by: tuple[float, ...]) -> None:
    parts, adopted = verdicts(seed, 60, by=by)
    if 5 <= sum(adopted) <= 55:
        found = recalibrate(parts, adopted, prior=PRIOR, seed=0)
        assert min(found.after.values()) >= 0


def test_the_order_of_verdicts_does_not_matter() -> None:
    parts, adopted = verdicts(3, 90, by=(1, 0.2, 2, 0.1))
    again = recalibrate(parts[::-1], adopted[::-1], prior=PRIOR, seed=0)
    assert again == recalibrate(parts, adopted, prior=PRIOR, seed=0)
