"""Matching titles with occupations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from observatory.detect.matching import TitleMatcher, plain_title
from observatory.records import Occupation, Taxonomy

TAXONOMY = Taxonomy(
    scheme="x", version="1", released=dt.date(2020, 1, 1),
    occupations=(
        Occupation(code="1", labels={"en": "nurse"}, alternative={"en": ("staff nurse", "ward nurse")}),
        Occupation(code="2", labels={"en": "database administrator"}, alternative={"en": ("DBA",)}, description="keeps databases"),
        Occupation(code="3", labels={"en": "truck driver"}, alternative={"en": ("lorry driver",)}),
        Occupation(code="4", labels={"it": "infermiere"}),
    ),
)  # fmt: skip


def letters(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors that count letters: no model."""
    found = np.zeros((len(texts), 27), np.float32)
    for row, text in enumerate(texts):
        for letter in text.lower():
            found[row, ord(letter) - 96 if letter.isascii() and letter.isalpha() else 0] += 1
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)


@pytest.fixture(scope="module")
def matcher() -> TitleMatcher:
    return TitleMatcher(letters).fit([TAXONOMY])


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("Senior Ward Nurse (m/f)", "nurse"),
        ("Data-Base Administrator - London", "database administrator"),
        ("LORRY DRIVERS wanted", "truck driver"),
        ("dba", "database administrator"),
    ],
)
def test_the_own_occupation_comes_first(matcher: TitleMatcher, title: str, label: str) -> None:
    sims = matcher.similarity([title])
    assert matcher.labels_[int(sims[0].argmax())] == label


def test_another_language_is_left_out(matcher: TitleMatcher) -> None:
    assert matcher.labels_ == ["nurse", "database administrator", "truck driver"]
    assert matcher.similarity(["x"]).shape == (1, 3)


def test_rows_do_not_depend_on_their_neighbours(matcher: TitleMatcher) -> None:
    both = matcher.similarity(["nurse", "truck driver"])
    assert np.allclose(both[1], matcher.similarity(["truck driver"])[0], atol=1e-6)


def test_a_classification_without_titles_is_refused() -> None:
    with pytest.raises(ValueError, match="no occupation"):
        TitleMatcher(letters, language="zh").fit([TAXONOMY])


def test_many_titles_alone_make_no_match() -> None:
    many = Occupation(code="9", labels={"en": "x"}, alternative={"en": tuple(f"clerk {i}" for i in range(40))})
    both = replace(TAXONOMY, occupations=(*TAXONOMY.occupations, many))
    sims = TitleMatcher(letters).fit([both]).similarity(["staff nurse"])
    assert sims[0].argmax() == 0


@given(st.text(max_size=40))
def test_a_plain_title_is_stable(title: str) -> None:
    once = plain_title(title)
    assert bool(once) == bool(title.split())
    assert "  " not in once
