"""`kill -9` of scheduler and jobs at random moments of a compressed week, with real processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.kill_week import Week


@pytest.mark.slow
def test_kill_nine_leaves_ledger_corpus_and_mail_consistent(tmp_path: Path) -> None:
    week = Week(folder=tmp_path / "w", days=3, seconds=25, seed=5)
    week.run(kills=6)
    counts = week.check()
    assert counts["done"] >= 10
    assert sum(week.kills.values()) == 6
