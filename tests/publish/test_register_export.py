"""The register of professions and standards as open data: valid by the shapes, the same in every format, nothing lost."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import rdflib

from observatory.errors import SettingError
from observatory.publish import register_export
from observatory.publish.export import FORMATS
from observatory.publish.register_export import REGISTER_FORMATS, RegisterRelease, from_parquet, make_register_export
from observatory.register import COLUMNS, Row, checked, from_csv

SHAPES = Path(register_export.__file__).parent / "shapes" / "standards.ttl"
RELEASE = RegisterRelease(
    name="2026.1", on=dt.date(2026, 6, 1), sources={"invented-board": ("CC0", "nobody")}, publisher="Test"
)
DAYS = {"published": dt.date(2026, 3, 1), "effective": dt.date(2026, 4, 1), "review": dt.date(2031, 4, 1)}


def rows() -> tuple[Row, ...]:
    mapped = (
        ("isco-08", "2008", "2529", "exactMatch", "A. Person", "2026-02-01"),
        ("esco", "1.2", "http://data.example/occupation/1", "closeMatch", "A. Person", "2026-02-02"),
    )
    first = Row(
        identity="a", kind="occupation", scheme="dadian", code="4-04-05-12", title="model auditor", adopted=dt.date(2026, 1, 1),
        titles={"en": ("model auditor", "AI auditor"), "zh": ("模型审计员",)}, definition="Audits models.", tasks=("tests", "reports"),
        sectors=("ai",), status="published", mappings=mapped, evidence="e" * 64, candidate="a", **DAYS,
    )  # fmt: skip
    standard = Row(
        identity="a:standard", kind="standard", scheme="dadian", code="4-04-05-12/2026", title="model auditor", broader="a",
        adopted=dt.date(2026, 1, 1), titles={}, status="published", standard="f" * 64, **DAYS,
    )  # fmt: skip
    gone = Row(
        identity="old", kind="revision", scheme="dadian", code="4-04-05-01", title="clerk", titles={"en": ("clerk",)},
        adopted=dt.date(2020, 1, 1), status="withdrawn", withdrawn=dt.date(2026, 1, 1), replaced_by="a", version=3,
    )  # fmt: skip
    return checked((first, standard, gone), schemes=("dadian",))


def validate(graph: rdflib.Graph) -> tuple[bool, str]:
    pyshacl = pytest.importorskip("pyshacl", reason="pyshacl is not installed")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=str(SHAPES), advanced=False)
    return conforms, text


def test_the_formats_are_those_of_the_other_export() -> None:
    assert tuple(REGISTER_FORMATS) == tuple(FORMATS)
    with pytest.raises(SettingError, match="known are turtle"):
        make_register_export("xls", rows(), RELEASE)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # inside rdflib's own reader
@pytest.mark.parametrize("form", REGISTER_FORMATS)
def test_the_same_rows_give_the_same_bytes(form: str) -> None:
    assert make_register_export(form, rows(), RELEASE) == make_register_export(form, rows(), RELEASE)


@pytest.mark.filterwarnings("ignore")
def test_skos_fulfils_the_shapes_and_a_mapping_without_a_person_does_not() -> None:
    graph = rdflib.Graph().parse(data=make_register_export("turtle", rows(), RELEASE), format="turtle")
    conforms, text = validate(graph)
    assert conforms, text
    terms = rdflib.Namespace("urn:observatory:terms#")
    mapping = next(graph.subjects(rdflib.RDF.type, terms.Mapping))
    graph.remove((mapping, terms.confirmedBy, None))
    assert not validate(graph)[0]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # inside rdflib's own reader
def test_mapping_relations_say_who_and_when() -> None:
    graph = rdflib.Graph().parse(data=make_register_export("jsonld", rows(), RELEASE), format="json-ld")
    assert set(graph) == set(
        rdflib.Graph().parse(data=make_register_export("turtle", rows(), RELEASE), format="turtle")
    )
    me, terms = rdflib.URIRef("urn:observatory:register:a"), rdflib.Namespace("urn:observatory:terms#")
    assert [str(one) for one in graph.objects(me, rdflib.SKOS.exactMatch)] == [
        "urn:observatory:classification:isco-08:2008:2529"
    ]
    said = {
        (str(graph.value(node, terms.code)), str(graph.value(node, terms.confirmedBy)), str(graph.value(node, rdflib.DCTERMS.date)))
        for node in graph.objects(me, terms.mapping)
    }  # fmt: skip
    assert ("2529", "A. Person", "2026-02-01") in said
    labels = {(str(one), one.language) for one in graph.objects(me, rdflib.SKOS.prefLabel)}
    assert labels == {("model auditor", "en"), ("模型审计员", "zh")}
    below = rdflib.URIRef("urn:observatory:register:a%3Astandard")
    assert graph.value(below, rdflib.SKOS.broader) == me
    assert len(list(graph.subjects(rdflib.RDF.type, rdflib.SKOS.Concept))) == 3
    source = rdflib.URIRef("urn:observatory:source:invented-board")
    assert str(graph.value(source, rdflib.DCTERMS.rights)) == "CC0 nobody"


def test_csv_and_parquet_come_back_whole() -> None:
    assert from_csv(make_register_export("csv", rows(), RELEASE).decode(), schemes=("dadian",)) == rows()
    body = make_register_export("parquet", rows(), RELEASE)
    assert from_parquet(body) == rows()
    table = pq.read_table(io.BytesIO(body))
    assert table.column_names == list(COLUMNS)
    assert table.schema.field("code").metadata[b"meaning"].decode() == COLUMNS["code"]


def test_schema_org_holds_the_professions_that_stand() -> None:
    told = json.loads(make_register_export("schemaorg", rows(), RELEASE))
    assert [one["identifier"] for one in told["about"]] == ["a"]
    codes = told["about"][0]["occupationalCategory"]
    assert [(one["inCodeSet"], one["codeValue"]) for one in codes] == [
        ("dadian", "4-04-05-12"),
        ("isco-08 2008", "2529"),
    ]
