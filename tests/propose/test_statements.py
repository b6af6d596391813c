"""Outlines of sentences: what employers say alike is one statement, boilerplate falls out, whole percents add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.propose.statements import Line, Outlining, level_by_lift, name_groups, outline, whole_percents

RULES = Outlining(likeness=0.8, least=2, lift=1.3)


def _lines(topics: dict[str, int]) -> tuple[list[Line], np.ndarray]:
    """Lines of several topics: `topics` says how many employers write on each; one direction a topic."""
    lines, rows = [], []
    size = 3 * len(topics)
    for axis, (text, employers) in enumerate(topics.items()):
        for n in range(employers):
            lines.append(Line(posting_id=f"{text}-{n}", employer=f"e{n}", text=f"{text} every day"))
            row = np.zeros(size, dtype=np.float32)
            row[axis], row[len(topics) + axis] = 1.0, 0.1 * (n % 2)
            rows.append(row / np.linalg.norm(row))
    return lines, np.stack(rows)


def test_what_several_employers_say_is_one_statement_and_what_one_says_is_none() -> None:
    lines, vectors = _lines({"keep the bees": 5, "press the wax": 3, "feed the cat": 1})
    groups = outline(lines, vectors, others=vectors[:0], of=(5, 0), rules=RULES)
    found = [s for group in groups for s in group.statements]
    assert sorted((s.employers, s.postings) for s in found) == [(3, 3), (5, 5)]
    assert {lines[i].text for s in found for i in s.lines} == {"keep the bees every day", "press the wax every day"}
    for group in groups:  # contents part the statements of their function, no more and no fewer
        assert sorted(s.lines for part in group.parts for s in part.statements) == sorted(
            s.lines for s in group.statements
        )


def test_what_other_postings_say_as_often_is_left_out() -> None:
    lines, vectors = _lines({"keep the bees": 5, "be a team player": 5})
    boilerplate = vectors[5:]
    groups = outline(lines, vectors, others=boilerplate, of=(5, 5), rules=RULES)
    assert {lines[i].text for g in groups for i in g.lines()} == {"keep the bees every day"}


def test_nothing_shared_gives_no_outline() -> None:
    lines, vectors = _lines({"a b c": 1, "d e f": 1})
    assert outline(lines, vectors, others=vectors[:0], of=(2, 0), rules=RULES) == ()
    with pytest.raises(ValueError, match="2 lines and 1 vectors"):
        outline(lines, vectors[:1], others=vectors[:0], of=(2, 0), rules=RULES)


def test_a_group_is_named_by_words_of_its_own_lines() -> None:
    groups = [
        [Line(posting_id=f"a{n}", employer=f"a{n}", text=f"We build data pipelines with tool {n}") for n in range(3)],
        [Line(posting_id=f"b{n}", employer=f"b{n}", text=f"Train big models on site {n}") for n in range(3)],
    ]
    named = name_groups(groups, cut=str.split, empty=frozenset({"we", "with", "on", "new"}), joiner=" ")
    assert named[0][0] == "build data pipelines"
    for (name, holding), lines in zip(named, groups, strict=True):
        assert name
        assert all(name in line.text.lower() and line in lines for line in holding)


def test_a_group_without_a_shared_phrase_has_no_name() -> None:
    alone = [
        [
            Line(posting_id="a", employer="a", text="Build pipelines"),
            Line(posting_id="b", employer="b", text="Train models"),
        ]
    ]
    assert name_groups(alone, cut=str.split, empty=frozenset(), joiner=" ") == [("", ())]


def test_the_level_that_asks_most_beyond_its_share_gets_it() -> None:
    base = {"junior": 5, "intermediate": 40, "senior": 20}
    assert level_by_lift({"senior": 6, "intermediate": 4}, base) == "senior"
    assert level_by_lift({"intermediate": 8}, base) == "intermediate"
    assert level_by_lift({"junior": 3, "intermediate": 3}, base) == "junior"


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.floats(0, 1e6), min_size=1, max_size=12), st.integers(0, 100), st.integers(0, 20))  # fmt: skip
def test_whole_percents_always_add_up(weights: dict[str, float], total: int, least: int) -> None:
    found = whole_percents(weights, total=total, least=least)
    assert sum(found.values()) == total
    assert all(value >= min(least, total // len(weights)) for value in found.values())
    heaviest, lightest = max(weights, key=weights.__getitem__), min(weights, key=weights.__getitem__)
    assert found[heaviest] >= found[lightest]
