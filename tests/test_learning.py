"""Verdicts become weights, point in time."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from observatory import learning
from observatory.config import Workspace, init_workspace, open_workspace
from observatory.corpus import Corpus
from observatory.errors import BadFile
from observatory.propose.candidates import WEIGHTS

LEARNED = {"growth": 0.1, "novelty": 0.2, "breadth": 0.6, "persistence": 0.1}


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    init_workspace(tmp_path / "ws")
    return open_workspace(tmp_path / "ws")


def day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def test_a_run_uses_only_weights_whose_verdicts_are_older(ws: Workspace) -> None:
    assert learning.weights_of(ws, day("2020-01-01")) == WEIGHTS
    learning.keep(ws, LEARNED, dt.date(2020, 5, 1))
    assert learning.weights_of(ws, day("2020-05-01")) == WEIGHTS
    assert learning.weights_of(ws, day("2020-05-02")) == LEARNED


@pytest.mark.parametrize("text", ["", "{}", '{"learned_until": "2020-01-01", "weights": {"charm": 1}}'])
def test_a_broken_file_of_weights_is_said(ws: Workspace, text: str) -> None:
    learning.keep(ws, LEARNED, dt.date(2020, 5, 1))
    (ws.var_dir / learning.FILE).write_text(text)
    with pytest.raises(BadFile, match="observatory ranking"):
        learning.weights_of(ws, day("2021-01-01"))


@pytest.mark.parametrize("text", ["", "[]", '{"verdicts": [{"verdict": "perhaps"}]}'])
def test_a_file_of_something_else_is_refused(ws: Workspace, tmp_path: Path, text: str) -> None:
    (tmp_path / "verdicts.json").write_text(text)
    with pytest.raises(BadFile, match="no file of verdicts"):
        learning.learn(ws, Corpus(ws.corpus_dir), tmp_path / "verdicts.json")


def test_verdicts_on_candidates_that_are_not_stored_are_counted(ws: Workspace, tmp_path: Path) -> None:
    row = {"lineage_id": "p1", "verdict": "adopt", "decided_at": "2020-01-01T00:00:00Z", "as_of": "2019-12-31"}
    (tmp_path / "verdicts.json").write_text(
        json.dumps({"format_version": 1, "verdicts": [row, {**row, "verdict": "defer"}]})
    )
    found, latest, unknown = learning.learn(ws, Corpus(ws.corpus_dir), tmp_path / "verdicts.json")
    assert (found.verdicts, latest, unknown) == (0, None, 1)
    assert not found.kept
