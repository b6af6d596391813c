"""The door of enrichment: what comes out depends on each posting and the grammar alone."""

import datetime as dt
import os
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from observatory.enrich import build_grammar, read_postings
from observatory.records import ENRICHED, POSTINGS, ROLES, Occupation, Skill, Taxonomy, check_table

TAXONOMY = Taxonomy(
    scheme="csv",
    version="1",
    released=dt.date(2015, 1, 1),
    occupations=(Occupation(code="1", labels={"en": "charger fitter", "zh": "数据标注员", "it": "installatore"}),),
    skills=(
        Skill(code="s1", label="PLC programming", labels={"en": ("PLC programming",), "zh": ("PLC编程",)}),
        Skill(code="s2", label="Python", labels={"en": ("Python",)}),
    ),
)
GRAMMAR = build_grammar((TAXONOMY,), languages=("en", "zh", "it"))

POSTED = [
    ("en", "Ferrobot (YC S14) | Robotics Engineer | Berlin, Germany | Full-time, ONSITE", "You will build robot cells with ROS and Python.\nYou have experience with PLC programming."),
    ("en", "Solar Panel Installer", "Responsibilities:\n- Mount photovoltaic modules\n- Wire inverters"),
    ("zh", "青石数据有限公司｜数据标注员｜重庆｜全职", "岗位职责：1、负责语音数据标注；2、参与质检。任职要求：熟悉PLC编程与Python。"),
    ("it", "Verdi Srl cerca Tecnico della stampa 3D - Torino", "Ti occuperai della manutenzione delle stampanti.\nRequisiti:\n- diploma tecnico"),
    ("de", "Techniker, Windkraft", "Wartung der Anlagen auf See."),
    ("en", "x", ""),
]  # fmt: skip


def table(rows, employer="", place="", country=""):
    moment = dt.datetime(2015, 6, 1, tzinfo=dt.UTC)
    return pa.Table.from_pylist(
        [
            {
                "posting_id": f"p{number}", "source": "s", "source_id": str(number), "posted_at": moment, "date_precision": "day",
                "collected_at": moment, "title": title, "description": description, "employer": employer, "place": place,
                "country": country, "language": language, "url": "", "content_hash": f"c{number}", "extra": "{}",
            }
            for number, (language, title, description) in enumerate(rows)
        ],
        schema=POSTINGS,
    )  # fmt: skip


def by_posting(postings, grammar=GRAMMAR):
    enriched, roles = read_postings(postings, grammar=grammar)
    found = {row["posting_id"]: (row, []) for row in enriched.to_pylist()}
    for row in roles.to_pylist():
        found[row["posting_id"]][1].append(row)
    return found


def test_postings_of_every_language_are_read():
    enriched, roles = read_postings(table(POSTED), grammar=GRAMMAR)
    check_table(enriched, ENRICHED, stage="enrich")
    check_table(roles, ROLES, stage="enrich")
    english, solar, chinese, italian, german, empty = enriched.to_pylist()
    assert (english["employer"], english["place"], english["country"]) == ("Ferrobot", "Berlin, Germany", "DE")
    assert english["contract"] == "full-time, onsite"
    assert english["sectors"] == ["manufacturing"]
    assert english["skills"] == ["PLC programming", "Python", "term:ros"]
    assert english["tasks"] == ["You will build robot cells with ROS and Python."]
    assert solar["sectors"] == ["green"]
    assert solar["tasks"] == ["Mount photovoltaic modules", "Wire inverters"]
    assert (chinese["employer"], chinese["country"], chinese["contract"]) == ("青石数据有限公司", "CN", "full-time")
    assert chinese["sectors"] == ["ai"]
    assert chinese["skills"] == ["PLC programming", "Python"]
    assert chinese["tasks"] == ["负责语音数据标注；", "参与质检。"]
    assert (italian["employer"], italian["place"], italian["sectors"]) == ("Verdi Srl", "Torino", ["manufacturing"])
    assert italian["tasks"] == ["Ti occuperai della manutenzione delle stampanti."]
    assert german["posting_id"] == "p4"
    assert (empty["skills"], empty["tasks"], empty["sectors"]) == ([], [], [])
    named = {(row["posting_id"], row["role"]) for row in roles.to_pylist() if row["position"] == "title"}
    assert {("p0", "robotics engineer"), ("p1", "solar panel installer"), ("p2", "数据标注员")} <= named


def test_what_the_source_says_of_employer_and_place_is_kept():
    enriched, _ = read_postings(table(POSTED[:1], employer="Kiteflow", place="重庆市渝北区"), grammar=GRAMMAR)
    row = enriched.to_pylist()[0]
    assert (row["employer"], row["place"], row["country"]) == ("Kiteflow", "重庆市渝北区", "CN")
    assert row["contract"] == "full-time, onsite"


def test_a_role_stands_where_its_sentence_says():
    long = "word " * 200 + "We are hiring a Charger Fitter for our depots. " + "word " * 200
    _, roles = read_postings(table([*POSTED, ("en", "Depots", long)]), grammar=GRAMMAR)
    for row in roles.to_pylist():
        assert row["sentence"][row["start"] : row["end"]] == row["phrase"]
    assert any(row["role"] == "charger fitter" for row in roles.to_pylist())


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.permutations(range(len(POSTED))), size=st.integers(1, len(POSTED)))
def test_neither_order_nor_neighbours_change_what_is_read(order, size):
    whole = by_posting(table(POSTED))
    assert by_posting(table(POSTED).take(pa.array(order[:size]))) == {
        f"p{number}": whole[f"p{number}"] for number in order[:size]
    }


def test_a_fresh_grammar_reads_the_same():
    assert by_posting(table(POSTED), build_grammar((TAXONOMY,), languages=("en", "zh", "it"))) == by_posting(
        table(POSTED)
    )


def test_the_key_names_everything_a_posting_is_read_with(tmp_path):
    same = build_grammar((TAXONOMY,), languages=("en", "zh", "it"))
    assert same.key == GRAMMAR.key
    other = Taxonomy(scheme="csv", version="2", released=dt.date(2016, 1, 1), occupations=TAXONOMY.occupations)
    (tmp_path / "space.toml").write_text('name = "space"\n[labels]\nen = "Space"\n[strong]\nen = ["satellite"]\n')
    keys = {
        GRAMMAR.key,
        build_grammar((other,), languages=("en", "zh", "it")).key,
        build_grammar((TAXONOMY,), languages=("en",)).key,
        build_grammar((TAXONOMY,), languages=("en", "zh", "it"), sectors_dir=tmp_path).key,
    }
    assert len(keys) == 4


def test_progress_is_told_in_full():
    told = []
    read_postings(table(POSTED * 67), grammar=GRAMMAR, progress=told.append)
    assert sum(told) == len(POSTED) * 67
    assert all(told)


def test_no_postings_make_empty_tables():
    enriched, roles = read_postings(table([]), grammar=GRAMMAR)
    assert (enriched.num_rows, roles.num_rows) == (0, 0)
    assert (enriched.schema, roles.schema) == (ENRICHED, ROLES)


@settings(max_examples=60, deadline=None)
@given(title=st.text(max_size=80), text=st.text(max_size=300), language=st.sampled_from(["en", "zh", "it", "xx", "fr"]))
def test_any_text_is_read(title, text, language):
    enriched, _ = read_postings(table([(language, title, text)]), grammar=GRAMMAR)
    assert enriched.num_rows == 1


@pytest.mark.shared
def test_real_first_lines_give_employer_and_place_whatever_their_order():
    folder = os.environ.get("OBSERVATORY_SHARED")
    if not folder:
        if os.environ.get("OBSERVATORY_REQUIRE_ALL") == "1":
            pytest.fail("OBSERVATORY_SHARED is not set, and OBSERVATORY_REQUIRE_ALL asks for everything")
        pytest.skip("OBSERVATORY_SHARED is not set: the real postings are not read")
    raw = pq.read_table(
        Path(folder) / "data" / "postings" / "hn_whoishiring_2011_2019.parquet", columns=["title", "description"]
    )
    chosen = random.Random(7).sample(range(raw.num_rows), 400)
    rows = [("en", row["title"] or "x", row["description"] or "") for row in raw.take(pa.array(chosen)).to_pylist()]
    postings = table(rows)
    whole = by_posting(postings)
    assert by_posting(postings.take(pa.array(range(399, -1, -1)))) == whole
    enriched = [row for row, _ in whole.values()]
    assert sum(bool(row["employer"]) for row in enriched) > 0.8 * 400
    assert sum(bool(row["place"]) for row in enriched) > 0.75 * 400
    assert sum("ai" in row["sectors"] for row in enriched) < 0.15 * 400
