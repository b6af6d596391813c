"""A collection killed at random moments: after resuming, the corpus is the undisturbed one."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.mark.slow
def test_a_collection_killed_at_random_moments_gives_the_same_corpus(tmp_path: Path) -> None:
    from benchmarks.collecting import stopped

    same, stops = stopped(tmp_path, 3_000, 3)
    assert same == stops
