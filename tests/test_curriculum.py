"""The curriculum brief: units from the draft, rises beyond chance, a suggestion that says why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from invented_advertisements import workspace
from invented_standards import invented_draft
from observatory.cli import cli
from observatory.curriculum import SkillToTest, brief, rises, suits_competition, to_json
from observatory.drafting import draft_standard
from observatory.errors import NotEnoughData

TESTED = tuple(SkillToTest(text=f"skill {n}", level="5", employers=3, postings=4) for n in range(6))


def test_a_competition_is_suggested_on_three_of_four_grounds_and_says_each() -> None:
    draft = replace(invented_draft(), made_from={"employers": "40"})
    verdict, reasons = suits_competition(draft, TESTED, growth_low=1.2)
    assert verdict == "suits"  # two functions of three wanted; tools, employers and growth speak for it
    assert [reason.partition(":")[0] for reason in reasons] == ["against", "for", "for", "for"]
    assert suits_competition(draft, TESTED, growth_low=0.8)[0] == "not yet"
    assert suits_competition(draft, TESTED[:4], growth_low=1.2)[0] == "cannot be said"


def test_a_skill_that_did_not_rise_beyond_chance_is_not_listed() -> None:
    rows = [
        {"label": "term:kiln", "recent": 40, "recent_of": 100, "earlier": 10, "earlier_of": 100},
        {"label": "loom", "recent": 12, "recent_of": 100, "earlier": 10, "earlier_of": 100},
        {"label": "rare", "recent": 4, "recent_of": 100, "earlier": 0, "earlier_of": 100},
        {"label": "gone", "recent": 1, "recent_of": 100, "earlier": 40, "earlier_of": 100},
        {"label": "no past", "recent": 40, "recent_of": 100, "earlier": 0, "earlier_of": 0},
    ]
    assert [rise.label for rise in rises(rows)] == ["kiln"]


@given(st.integers(0, 50), st.integers(0, 50), st.integers(50, 90))
def test_equal_or_fallen_shares_never_rise(recent: int, earlier: int, of: int) -> None:
    rows = [
        {
            "label": "a",
            "recent": min(recent, earlier),
            "recent_of": of,
            "earlier": max(recent, earlier),
            "earlier_of": of,
        }
    ]
    assert rises(rows) == ()


def test_the_brief_holds_what_the_draft_says_and_no_more(tmp_path: Path) -> None:
    ws, corpus, dossier = workspace(tmp_path)
    draft = draft_standard(ws, corpus, dossier)
    made = brief(corpus, dossier, draft, ())
    raw = json.loads(to_json(made))
    said = {
        c.text
        for f in draft.functions
        for k in f.contents
        for row in k.requirements
        for c in (*row.skills, *row.knowledge)
    }
    assert raw["units"]
    assert {skill for unit in raw["units"] for skill in unit["skills"]} <= said
    assert all(skill["employers"] >= 3 for skill in raw["certification"])
    with pytest.raises(NotEnoughData, match="no statement"):
        to_json(replace(made, units=()))


@pytest.mark.parametrize("form", ["json", "html", "docx", "pdf"])
def test_the_command_writes_a_file(form: str, tmp_path: Path) -> None:
    ws, _, _ = workspace(tmp_path)
    out = tmp_path / f"c.{form}"
    result = CliRunner().invoke(cli, ["-w", str(ws.root), "--set", "encoder.en=char-ngram", "curriculum", "1", "--format", form, "--out", str(out)])  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "competition:" in result.output
    assert out.stat().st_size > 500
