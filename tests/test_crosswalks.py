"""Crosswalk suggestions: the nearest occupation first, what it rests on, nothing without its evidence."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from invented_advertisements import workspace
from invented_dossiers import plain
from observatory.cli import cli
from observatory.crosswalks import crosswalk, suggest
from observatory.embed import NgramEncoder
from observatory.errors import NotEnoughData
from observatory.records import Occupation, Taxonomy

LABELS = {"2144": "heat pump commissioning engineer", "7127": "air conditioning mechanic", "5120": "cook"}
SHELF = Taxonomy(
    scheme="esco", version="9", released=dt.date(2020, 1, 1),
    occupations=tuple(Occupation(code=f"{code}.1", labels={"en": label}, isco=code) for code, label in LABELS.items()),
)  # fmt: skip


def encode(language: str, texts: list[str] | tuple[str, ...]) -> np.ndarray:
    return NgramEncoder(
        [*LABELS.values(), "heat-pump commissioning engineer", "heat pump start-up engineer"], seed=0
    ).encode(texts)


def test_the_nearest_comes_first_with_what_it_rests_on() -> None:
    found = suggest(plain(), (SHELF,), encode, top=2)  # type: ignore[arg-type]
    first = found[0]
    assert (first.scheme, first.code) == ("esco", "2144.1")
    assert first.rests_on.endswith("~ heat pump commissioning engineer")
    assert [s.similarity for s in found if s.scheme == "esco"] == sorted(
        (s.similarity for s in found if s.scheme == "esco"), reverse=True
    )
    groups = [s for s in found if s.scheme == "isco-08"]
    assert groups[0].code == "2144"
    assert groups[0].relation == "broadMatch"


def test_a_classification_of_another_language_gives_nothing() -> None:
    chinese = dataclasses.replace(SHELF, occupations=(Occupation(code="1", labels={"zh": "厨师"}),))
    assert suggest(plain(), (chinese,), encode) == ()  # type: ignore[arg-type]


def test_the_file_is_what_the_site_takes_in(tmp_path: Path) -> None:
    ws, corpus, dossier = workspace(tmp_path)
    made = crosswalk(ws, corpus, dossier, (SHELF,), top=2)
    keys = {"candidate_id", "scheme", "version", "code", "title", "relation", "similarity", "evidence"}
    assert made["proposals"]
    for row in made["proposals"]:
        assert set(row) == keys
        assert row["title"]
        assert row["evidence"]
        assert 0 <= row["similarity"] <= 1
    with pytest.raises(NotEnoughData, match="taxonomy add"):
        crosswalk(ws, corpus, dossier, ())
    result = CliRunner().invoke(cli, ["-w", str(ws.root), "--set", "encoder.en=char-ngram", "crosswalk", "1"])
    assert isinstance(result.exception, NotEnoughData)  # this workspace has no classification
    json.dumps(made)
