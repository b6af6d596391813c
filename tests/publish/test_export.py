"""The register as open data: valid by our shapes, the same bytes, nothing small or personal, nothing lost on the way back."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from invented_dossiers import HOSTILE, invented_run
from invented_reports import candidates
from observatory.cli.exporting import FORMATS as LISTED
from observatory.errors import BadInput, SettingError
from observatory.publish import export
from observatory.publish.export import COLUMNS, FORMATS, Entry, Release, entries_of, from_csv, make_export, to_csv

SHAPES = Path(export.__file__).parent / "shapes" / "register.ttl"
DECIDED = {"Lzh": ("adopt", dt.date(2024, 3, 1)), "Ltech": ("reject", dt.date(2024, 3, 2))}


def entries() -> tuple[Entry, ...]:
    return entries_of(candidates(), invented_run(), DECIDED)


def release() -> Release:
    return Release(
        name="invented", as_of=dt.date(2024, 5, 1), run=invented_run(), sources={"invented-board": ("CC0", "nobody")}
    )


def test_the_dictionary_names_every_field_and_the_command_every_format() -> None:
    assert tuple(COLUMNS) == tuple(field.name for field in fields(Entry))
    assert tuple(FORMATS) == LISTED
    assert all(len(text) > 10 for text in COLUMNS.values())


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_register_gives_the_same_bytes(form: str) -> None:
    made = make_export(form, entries(), release())
    assert made
    assert made == make_export(form, entries(), release())


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_of_a_posting_or_an_employer_leaves(form: str) -> None:
    made = make_export(form, entries(), release())
    for inside in (b"jobs.invalid", b"Invented Works", b"p00000000", "虚构科技".encode()):
        assert inside not in made


def test_small_counts_and_undecided_technologies_are_left_out() -> None:
    found = {e.identity: e for e in entries()}
    assert found["Lzh"].employers is None
    assert found["Lzh"].small
    assert found["Lzh"].status == "adopt"
    assert found["L0a1b2c3d4"].employers == 38
    assert "Lnoise" not in found
    assert found["Ltech"].status == "reject"


def test_words_that_are_names_of_employers_are_no_skills() -> None:
    found = entries_of(candidates(), invented_run(), {}, employers=frozenset({"heatpumps"}))
    assert found[0].skills == ("refrigerants",)


def validate(graph: rdflib.Graph) -> tuple[bool, str]:
    pyshacl = pytest.importorskip("pyshacl", reason="pyshacl is not installed")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=str(SHAPES), advanced=False)
    return conforms, text


@pytest.mark.filterwarnings("ignore")
def test_skos_fulfils_the_shapes_and_a_broken_one_does_not() -> None:
    graph = rdflib.Graph().parse(data=make_export("turtle", entries(), release()), format="turtle")
    conforms, text = validate(graph)
    assert conforms, text
    concept = next(graph.subjects(rdflib.RDF.type, rdflib.SKOS.Concept))
    for label in list(graph.objects(concept, rdflib.SKOS.prefLabel)):
        graph.remove((concept, rdflib.SKOS.prefLabel, label))
    assert not validate(graph)[0]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # inside rdflib's own reader
def test_json_ld_and_turtle_say_the_same() -> None:
    one = rdflib.Graph().parse(data=make_export("turtle", entries(), release()), format="turtle")
    other = rdflib.Graph().parse(data=make_export("jsonld", entries(), release()), format="json-ld")
    assert set(one) == set(other)
    assert len(list(one.subjects(rdflib.RDF.type, rdflib.SKOS.Concept))) == len(entries())


def test_schema_org_names_each_entry() -> None:
    raw = json.loads(make_export("schemaorg", entries(), release()))
    assert [node["@type"] for node in raw["about"]] == ["Occupation"] * len(entries())


def test_parquet_carries_the_dictionary() -> None:
    table = pq.read_table(io.BytesIO(make_export("parquet", entries(), release())))
    assert table.column_names == list(COLUMNS)
    assert table.schema.field("growth").metadata[b"meaning"].decode() == COLUMNS["growth"]
    assert table.column("identity").to_pylist() == [e.identity for e in entries()]


text = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
days = st.dates(dt.date(1990, 1, 1), dt.date(2050, 1, 1))
figure = st.floats(0, 9999, allow_nan=False)
a_entry = st.builds(
    Entry, identity=text.filter(bool), status=st.sampled_from(export.STATUSES), kind=st.sampled_from(export.KINDS), title=text,
    titles=st.dictionaries(text, st.lists(text, max_size=3).map(tuple), max_size=3), sectors=st.lists(text, max_size=3).map(tuple),
    skills=st.lists(text, max_size=3).map(tuple), nearest=st.lists(st.tuples(text, text, text, text, st.floats(0, 1)), max_size=3).map(tuple),
    broader=st.just(""), first_seen=days, decided=st.none() | days, vacancies=st.none() | st.integers(5, 10**9),
    employers=st.none() | st.integers(5, 10**9), small=st.booleans(), growth=figure, growth_low=figure, growth_high=figure, run=text,
)  # fmt: skip


@given(st.lists(a_entry, max_size=6, unique_by=lambda e: e.identity))
def test_csv_to_register_to_csv_loses_nothing(found: list[Entry]) -> None:
    made = to_csv(found)
    assert from_csv(made) == tuple(found)
    assert to_csv(from_csv(made)) == made


def broken(**changed: Any) -> str:
    first, second = entries()[:2]
    return to_csv([first, replace(second, **changed)])


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"kind": "hobby"}, r"row 3 .*kind 'hobby'"), ({"status": "perhaps"}, r"row 3 .*status 'perhaps'"),
        ({"identity": ""}, "row 3 .*identity"), ({"identity": entries()[0].identity}, "row 3: the identity .* is there already"),
        ({"broader": "nobody"}, "'nobody' is not in the register"), ({"broader": entries()[1].identity}, "in a circle"),
        ({"nearest": (("esco", "1", "c", "t", 7.0),)}, "row 3 .*similarity of 7"),
    ],
)  # fmt: skip
def test_an_import_that_does_not_fit_names_the_row(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(BadInput, match=why):
        from_csv(broken(**changed))


def test_markup_stays_text() -> None:
    hostile = (replace(entries()[0], title=HOSTILE, titles={"en": (HOSTILE,)}, identity="a b<>"),)
    graph = rdflib.Graph().parse(data=make_export("turtle", hostile, release()), format="turtle")
    assert rdflib.Literal(HOSTILE, lang="en") in set(graph.objects(None, rdflib.SKOS.prefLabel))


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(SettingError, match="turtle, jsonld"):
        make_export("xml", entries(), release())
