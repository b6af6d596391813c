"""What a candidate says of its growth."""

from __future__ import annotations

import pytest

from observatory.propose.candidates import OPEN, _growth_said
from observatory.records import Growth


@pytest.mark.parametrize(
    ("ratio", "low", "high", "said"),
    [
        (2.0, 1.4, 3.0, "2.0 times what it was, 95 % interval 1.4 to 3.0: surely a rise"),
        (1.5, 0.8, 3.0, "a rise is likely but not sure"),
        (0.5, 0.2, 0.9, "0.50 times what it was, 95 % interval 0.2 to 0.9: no rise is shown"),
        (9.0, 2.0, OPEN, "2.0 to no upper bound: surely a rise"),
        (1.0, 0.0, OPEN, "cannot be said"),
    ],
)
def test_growth_is_said_as_far_as_the_interval_bounds_it(ratio: float, low: float, high: float, said: str) -> None:
    words = _growth_said(Growth(ratio=ratio, low=low, high=high, p_value=0.1, q_value=0.1, note=""))
    assert said in words
    assert "9999" not in words
