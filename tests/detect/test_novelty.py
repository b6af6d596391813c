"""Novelty against the classifications of the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from observatory.detect import novelty as module
from observatory.detect.novelty import Novelties, normal_form
from observatory.records import Occupation, Taxonomy

TITLES = {
    "web developer": ("web programmer", "site builder"),
    "data scientist": ("data miner", "data science specialist"),
    "glass blower": ("glass artist",),
}


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Words hashed into 64 places: equal words give equal places."""
    vectors = np.zeros((len(texts), 64), dtype=np.float32)
    for i, text in enumerate(texts):
        for word in text.split():
            vectors[i, sum(map(ord, word)) % 64] += 1
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def taxonomy(titles: dict[str, tuple[str, ...]] = TITLES) -> Taxonomy:
    return Taxonomy(
        scheme="esco", version="1", released=dt.date(2015, 1, 1),
        occupations=tuple(
            Occupation(code=str(i), labels={"en": title}, alternative={"en": other})
            for i, (title, other) in enumerate(titles.items())
        ),
    )  # fmt: skip


def fitted() -> Novelties:
    return Novelties(encode, language="en", seed=0).fit([taxonomy()])


def test_a_preferred_label_is_known() -> None:
    (found,) = fitted().of([["web developer"]])
    assert found.title_of is not None
    assert found.title_of.title == "web developer"
    assert found.novelty == 0.0


def test_another_title_is_said_to_be_one() -> None:
    (found,) = fitted().of([["site builder"]])
    assert found.title_of is None
    assert found.alternative_of is not None
    assert found.alternative_of.title == "web developer"


def test_a_narrower_name_is_a_subset() -> None:
    (found,) = fitted().of([["senior web developer"]])
    assert found.subset_of is not None
    assert found.subset_of.title == "web developer"


def test_what_shares_no_word_is_newer_than_what_shares_some() -> None:
    new, near = fitted().of([["tide planner"], ["data planner"]])
    assert new.novelty >= near.novelty
    assert new.similarity < near.similarity


def test_without_a_classification_everything_is_new() -> None:
    (found,) = Novelties(encode, language="en", seed=0).fit([]).of([["web developer"]])
    assert found.novelty == 1.0
    assert found.nearest == ()


def test_blocks_of_any_size_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [["web developer", "site builder"], ["tide planner"], ["data miner"], ["glass planner"]]
    whole = fitted().of(names)
    monkeypatch.setattr(module, "_ROWS", 1)
    assert fitted().of(names) == whole
    assert fitted().of(names[::-1]) == whole[::-1]


@pytest.mark.parametrize(
    ("title", "form"), [("Data Scientists", "data scientist"), ("Web-Developer (m/f)", "web developer")]
)
def test_titles_have_a_normal_form(title: str, form: str) -> None:
    assert normal_form(title, "en") == form
    assert normal_form(form, "en") == form
