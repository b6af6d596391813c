"""The dossier's record: hash, canonical form, round trip, refusal of what is none."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest

from invented_dossiers import DOSSIERS, plain
from observatory.errors import BadInput
from observatory.propose import canonical_json, from_json, to_json, verify
from observatory.propose.dossier import digest

GOLDEN = Path(__file__).parents[1] / "golden" / "dossier_schema.json"


@pytest.mark.parametrize("name", DOSSIERS)
def test_round_trip_keeps_everything(name: str) -> None:
    dossier = DOSSIERS[name]()
    again = from_json(to_json(dossier, indent=1))
    assert again == dossier
    assert verify(again)


def test_hash_is_of_the_canonical_json() -> None:
    dossier = plain()
    assert dossier.sha256 == hashlib.sha256(canonical_json(dossier).encode()).hexdigest()


def test_hash_ignores_what_a_run_cost_and_nothing_else() -> None:
    dossier = plain()
    slower = dataclasses.replace(dossier, run=dataclasses.replace(dossier.run, seconds=99.0, stages={}))
    assert verify(slower)
    for altered in (
        dataclasses.replace(dossier, limits=()),
        dataclasses.replace(dossier, history=dossier.history[1:]),
        dataclasses.replace(dossier, candidate=dataclasses.replace(dossier.candidate, vacancies=172)),
        dataclasses.replace(dossier, evidence=dossier.evidence[::-1]),
        dataclasses.replace(dossier, run=dataclasses.replace(dossier.run, corpus_version=13)),
    ):
        assert not verify(altered)


@pytest.mark.parametrize("text", ["", "[]", "{}", '"x"', "null", '{"candidate": 1}', "{" * 2000])
def test_what_is_no_dossier_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="not a dossier"):
        from_json(text)


def test_a_field_of_another_type_and_a_later_schema_are_refused() -> None:
    raw = json.loads(to_json(plain()))
    with pytest.raises(BadInput, match="not a dossier"):
        from_json(json.dumps({**raw, "as_of": "soon"}))
    with pytest.raises(BadInput, match="schema 99"):
        from_json(json.dumps({**raw, "schema_version": 99}))
    with pytest.raises(BadInput):
        from_json(json.dumps({**raw, "more": 1}))


def test_a_dossier_of_an_earlier_schema_keeps_its_fields_and_its_hash() -> None:
    old = dataclasses.replace(plain(), schema_version=2, asked=None, beside=())
    old = dataclasses.replace(old, sha256=digest(old))
    raw = json.loads(to_json(old))
    assert not {"asked", "beside"} & set(raw)
    again = from_json(json.dumps(raw))
    assert again == old
    assert verify(again)
    with pytest.raises(BadInput, match="asked"):
        from_json(json.dumps({**raw, "schema_version": 3}))


def shape(value: object) -> object:
    """The names and types of a JSON value; of a list its first element."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def test_schema_is_the_golden_one() -> None:
    """A change here alters what others read: raise SCHEMA_VERSION, say so in the changelog, renew the file."""
    assert shape(json.loads(to_json(plain()))) == json.loads(GOLDEN.read_text("utf-8"))
