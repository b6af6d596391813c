"""A draft from invented advertisements: its structure, its weights, and that it shows no sentence of its own."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from invented_advertisements import ELSEWHERE, workspace
from observatory.cli import cli
from observatory.config import Workspace
from observatory.corpus import Corpus
from observatory.drafting import Conventions, draft_standard
from observatory.errors import NotEnoughData
from observatory.records import Dossier
from observatory.standards import LEVELS, OVERVIEW, Draft, cells, check, from_json, skill_coverage

GOLDEN = Path(__file__).parent / "golden" / "draft_structure.json"
World = tuple[Workspace, Corpus, Dossier]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return workspace(tmp_path_factory.mktemp("drafting"))


@pytest.fixture(scope="module")
def draft(world: World) -> Draft:
    return draft_standard(*world)


def structure(draft: Draft) -> dict[str, Any]:
    """What a golden file keeps of a draft: its structure and coverage, and no text."""
    good, of = skill_coverage(draft)
    return {
        "levels": [level.level for level in draft.levels], "functions": len(draft.functions),
        "contents": [len(f.contents) for f in draft.functions],
        "rows": [[row.level for c in f.contents for row in c.requirements] for f in draft.functions],
        "skill cells": of, "from three employers": good, "theory": [dict(w.shares) for w in draft.theory],
        "practice": [dict(w.shares) for w in draft.practice],
        "overview with evidence": [p.key for p in draft.overview if p.cells[0].origin != "none"],
    }  # fmt: skip


def test_the_structure_is_whole_and_as_kept(draft: Draft) -> None:
    assert check(draft) == ()
    assert [p.key for p in draft.overview] == [key for _, key in OVERVIEW]
    assert structure(draft) == json.loads(GOLDEN.read_text("utf-8"))
    stated = [cell for place, cell in cells(draft) if "/skills/" in place and cell.origin == "postings"]
    assert len(stated) == skill_coverage(draft)[0]  # fewer than three employers make no statement


def test_every_sentence_shown_stands_in_the_posting_it_cites(draft: Draft, world: World) -> None:
    rows = world[1].query("SELECT posting_id, title, description FROM postings").to_pylist()
    texts = {row["posting_id"]: f"{row['title']}\n{row['description']}" for row in rows}
    quotes = [q for _, cell in cells(draft) for q in cell.quotes]
    assert len(quotes) > 20
    assert all(q.sentence in texts[q.posting_id] for q in quotes)
    said = {cell.text for place, cell in cells(draft) if "/skills/" in place and cell.origin == "postings"}
    assert all(any(text in whole for whole in texts.values()) for text in said)


def test_what_other_trades_do_is_in_no_cell(draft: Draft) -> None:
    assert ELSEWHERE not in {cell.text for _, cell in cells(draft)}


def test_five_levels_and_conventions_that_an_authority_sets(world: World) -> None:
    made = draft_standard(*world, structure="five", conventions=Conventions(ethics=10, basics=30, least=4))
    assert check(made) == ()
    assert {level.level for level in made.levels} <= set(LEVELS["five"])
    assert {w.item: set(w.shares.values()) for w in made.theory[:2]} == {"ethics": {10}, "basics": {30}}


def test_the_same_postings_give_the_same_draft(draft: Draft, world: World) -> None:
    assert draft_standard(*world) == draft


def test_a_run_that_is_not_here_and_too_few_employers_are_said(world: World, tmp_path: Path) -> None:
    ws, corpus, dossier = world
    other = dataclasses.replace(dossier, run=dataclasses.replace(dossier.run, run_id="elsewhere"))
    with pytest.raises(NotEnoughData, match="no run elsewhere"):
        draft_standard(ws, corpus, other)
    with pytest.raises(NotEnoughData, match="named by 3 employers"):
        draft_standard(*workspace(tmp_path, postings=4))


@pytest.mark.parametrize("structure_", ["three", "five", "esco", "units"])
def test_the_command_writes_a_file(world: World, structure_: str, tmp_path: Path) -> None:
    out = tmp_path / "d.json"
    arguments = ["-w", str(world[0].root), "--set", "encoder.en=char-ngram", "draft", "1", "--structure", structure_, "--format", "json", "--out", str(out)]  # fmt: skip
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert "skill cells rest on three employers or more" in result.output
    if structure_ in ("three", "five"):
        assert from_json(out.read_text("utf-8")).structure == structure_
    else:
        assert json.loads(out.read_text("utf-8"))["madeFrom"]["corpus version"] == str(world[1].version())
