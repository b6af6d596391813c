"""Drafts of standards: each fault is named with its row, JSON loses nothing, a difference shows each change once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invented_standards import cell, invented_draft
from observatory.errors import BadInput
from observatory.standards import (
    NO_EVIDENCE,
    Cell,
    Draft,
    Weight,
    cells,
    check,
    difference,
    digest,
    from_json,
    skill_coverage,
    to_json,
)

DRAFT = invented_draft()


def test_a_complete_draft_has_no_fault() -> None:
    assert check(DRAFT) == ()
    assert skill_coverage(DRAFT) == (6, 12)
    assert skill_coverage(DRAFT, employers=4) == (0, 12)


def _without_content(draft: Draft) -> Draft:
    return replace(draft, functions=(replace(draft.functions[0], contents=()), draft.functions[1]))


def _row(draft: Draft, **changes: Any) -> Draft:
    """The first row of the first content altered."""
    first = draft.functions[0]
    content = first.contents[0]
    rows = (replace(content.requirements[0], **changes), *content.requirements[1:])
    return replace(
        draft, functions=(replace(first, contents=(replace(content, requirements=rows),)), draft.functions[1])
    )


@pytest.mark.parametrize(
    ("altered", "where", "why"),
    [
        (replace(DRAFT, practice=(Weight(item="f1", shares={"junior": 50, "intermediate": 60, "senior": 60}), DRAFT.practice[1])),
         "practice weights/level junior", "add up to 90"),
        (replace(DRAFT, levels=(DRAFT.levels[0], DRAFT.levels[2])), "level intermediate", "skipped"),
        (replace(DRAFT, levels=DRAFT.levels[::-1]), "levels", "lowest first"),
        (replace(DRAFT, levels=()), "levels", "no level"),
        (replace(DRAFT, structure="five"), "level junior", "not a level"),
        (_without_content(DRAFT), "functions/f1", "no content"),
        (replace(DRAFT, functions=()), "functions", "none"),
        (replace(DRAFT, functions=(DRAFT.functions[0],)), "theory weights/f2", "neither a function"),
        (replace(DRAFT, functions=(DRAFT.functions[0], DRAFT.functions[0])), "functions/f1", "only one"),
        (replace(DRAFT, theory=DRAFT.theory[1:]), "theory weights/ethics", "0 times"),
        (replace(DRAFT, overview=DRAFT.overview[1:]), "overview 1.1", "missing"),
        (replace(DRAFT, ethics=()), "basic requirements/ethics", "mark"),
        (_row(DRAFT, skills=()), "functions/f1/f1.c1/level junior", "needs a skill"),
        (_row(DRAFT, level="senior"), "functions/f1/f1.c1", "two rows"),
        (_row(DRAFT, skills=(Cell(text="x", origin="none"),)), "functions/f1/f1.c1/level junior/skills/1", "without evidence"),
        (_row(DRAFT, skills=(Cell(text=" ", origin="person"),)), "functions/f1/f1.c1/level junior/skills/1", "no text"),
        (_row(DRAFT, skills=(Cell(text="x", origin="postings", postings=2, employers=1),)),
         "functions/f1/f1.c1/level junior/skills/1", "no quote"),
        (_row(DRAFT, skills=(cell("x", postings=1, employers=2),)), "functions/f1/f1.c1/level junior/skills/1", "2 employers in 1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "draft",
)  # fmt: skip
def test_each_fault_is_named_with_its_row(altered: Draft, where: str, why: str) -> None:
    assert any(p.where == where and why in p.why for p in check(altered)), check(altered)


def test_json_loses_nothing_and_shows_an_alteration() -> None:
    text = to_json(DRAFT)
    assert from_json(text) == DRAFT
    assert digest(from_json(text)) == json.loads(text)["sha256"]
    with pytest.raises(BadInput, match="altered"):
        from_json(text.replace("keep bees at junior", "keep wasps at junior"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"), ("[]", "expected an object"), ('{"schema_version": 9}', "schema 9"),
        ('{"schema_version": 1, "colour": 2}', "colour"), ('{"schema_version": 1}', "Field required|Missing"),
        (to_json(DRAFT).replace('"origin": "none"', '"origin": "guess"'), "origin"),
        (to_json(DRAFT).replace('"employers": 3', '"employers": 3, "note": "x"', 1), "note"),
    ],
)  # fmt: skip
def test_what_is_no_draft_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        from_json(text)


def test_a_statement_put_in_the_middle_changes_no_other() -> None:
    first = DRAFT.functions[0].contents[0].requirements[0].skills
    newer = _row(DRAFT, skills=(first[0], cell("look for mites"), *first[1:]))
    (change,) = difference(DRAFT, newer)
    assert (change.what, change.before) == ("added", "")
    assert change.where == "functions/f1/f1.c1/level junior/skills"
    assert change.after.startswith("look for mites")


def test_weights_and_evidence_show_in_the_difference() -> None:
    heavier = replace(
        DRAFT, practice=(Weight(item="f1", shares={"junior": 55, "intermediate": 60, "senior": 60}), DRAFT.practice[1])
    )
    (change,) = difference(DRAFT, heavier)
    assert (change.where, change.before, change.after) == ("practice weights/f1/level junior", "60", "55")
    (change,) = difference(DRAFT, replace(DRAFT, ethics=(cell("keep to the truth"),)))
    assert change.before == "[no evidence]"


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), min_size=1, max_size=8),
       st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), min_size=1, max_size=8))  # fmt: skip
def test_a_difference_turned_round_is_the_difference_of_the_drafts_turned_round(one: list[str], two: list[str]) -> None:
    a, b = (replace(DRAFT, basics=tuple(cell(text) for text in texts)) for texts in (one, two))
    there, back = difference(a, b), difference(b, a)
    assert (there == ()) == (one == two)
    if one != two:  # what is gained one way is lost the other
        assert sum(c.what == "added" for c in there) - sum(c.what == "removed" for c in there) == len(two) - len(one)
        assert sum(c.what == "added" for c in back) - sum(c.what == "removed" for c in back) == len(one) - len(two)


def test_every_cell_has_a_place_of_its_own() -> None:
    places = [place for place, _ in cells(DRAFT)]
    assert len(places) == len(set(places))
    assert dict(cells(DRAFT))["functions/f1/f1.c1/level junior/skills/2"] == NO_EVIDENCE
