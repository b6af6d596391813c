"""The committee's file: recomputed figure by figure; whatever is altered is named."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from invented_advertisements import workspace
from observatory import committee
from observatory.casebook import Casebook, marks_of
from observatory.cli import cli
from observatory.committee import Case, Codes, Given, Neighbour, build_case, differences
from observatory.corpus import Corpus
from observatory.drafting import draft_standard
from observatory.errors import BadFile, BadInput, NotEnoughData
from observatory.given import given_of, units_of
from observatory.publish.case_pages import case_blocks
from observatory.publish.standard import page_of
from observatory.publish.standard_documents import docx_of, pdf_of
from observatory.records import OFFERS, Dossier, Nearest, Occupation, Skill, Taxonomy
from observatory.recount import case_differences
from observatory.register import Row, to_csv
from observatory.standards import to_json as draft_to_json

SHELF = (
    Taxonomy(
        scheme="esco", version="1.0.9", released=dt.date(2020, 1, 1),
        occupations=(Occupation(code="2144.1.9", labels={"en": "commissioning engineer"}, alternative={"en": ("Heat Pump Commissioner",)},
                                description="Tests modbus networks of plants.", tasks=("Test plants.", "Sign papers."), isco="2144"),),
        skills=(Skill(code="s1", label="modbus", labels={"en": ("modbus",)}, marks=("digital",)), Skill(code="s2", label="composting", labels={"en": ("composting",)}, marks=("green",))),
    ),
    Taxonomy(
        scheme="dadian", version="2022", released=dt.date(2022, 9, 1),
        occupations=(Occupation(code="4-04-05-05", labels={"zh": "热泵工"}, marks=("green",)), Occupation(code="4-04-05-09", labels={"zh": "水泵工"})),
    ),
)  # fmt: skip
CODES = Codes(
    scheme="dadian", patterns={"occupation": "{parent}-{number:02d}", "specialisation": "{parent}-{number:02d}"}
)


def terms(source: str) -> tuple[str, str]:
    return ("CC0", f"{source} (invented)")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Corpus, Dossier]:
    ws, corpus, dossier = workspace(tmp_path_factory.mktemp("committee"))
    offers = [
        {"posting_id": f"ad-{i:02d}", "rules": "r", "country": "FR", "region": "FR-HDF" if i < 8 else "", "pay_low": 40.0, "pay_high": 50.0,
         "pay_currency": "EUR" if i < 6 else "", "pay_period": "year", "pay_months": 12, "yearly_low": 40_000.0 + i if i < 6 else None,
         "yearly_high": 50_000.0 + i if i < 6 else None, "years_low": 2 + i % 4, "years_high": None, "education": 6 if i < 10 else None}
        for i in range(24)
    ]  # fmt: skip
    corpus.append("offers", pa.Table.from_pylist(offers, schema=OFFERS))
    return ws.root, corpus, replace(dossier, skills=(("Modbus", 12, 9.0), ("refrigerants", 8, 5.0)))


@pytest.fixture(scope="module")
def case(world: tuple[Path, Corpus, Dossier]) -> Case:
    return made(world[1], world[2])


def made(corpus: Corpus, dossier: Dossier, shelf: tuple[Taxonomy, ...] = SHELF, **more: Any) -> Case:
    return build_case(Casebook.of(corpus, dossier, shelf), dossier, terms, **{"codes": CODES, **more})


def near(dossier: Dossier, *, kind: Any = "occupation") -> Dossier:
    """The dossier with an occupation of the Chinese classification as the second nearest."""
    c = dossier.candidate
    other = Nearest(scheme="dadian", version="2022", code="4-04-05-05", title="热泵工", similarity=0.6)
    return replace(dossier, candidate=replace(c, kind=kind, nearest=(c.nearest[0], other, *c.nearest[1:])))


def test_the_figures_are_those_of_the_postings(case: Case) -> None:
    assert case.pay == (("EUR", 3, 40_002.0, 50_002.0),)  # own postings are the even ones: 0, 2, 4
    assert case.education == (("6", 5),)
    assert case.experience == (("2", 6), ("4", 6))
    assert case.countries == (("FR", 12),)
    assert case.regions == (("FR-HDF", 4),)
    assert case.sources == (("invented-board", 12, "CC0", "invented-board (invented)"),)
    first = case.neighbours[0]
    assert (first.shared, first.own, first.alternative) == (("Modbus",), ("refrigerants",), True)
    assert first.tasks == ("Test plants.", "Sign papers.")
    assert any("under another name" in question for question in case.questions)


def test_an_occupation_that_holds_every_skill_is_named(world: tuple[Path, Corpus, Dossier]) -> None:
    found = made(world[1], replace(world[2], skills=(("Modbus", 12, 9.0),)))
    assert found.strict_subset == "commissioning engineer"


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for name, inner in value.items() for leaf in leaves(inner, (*path, name))]
    if isinstance(value, list):
        return [leaf for i, inner in enumerate(value) for leaf in leaves(inner, (*path, i))]
    return [path]


def test_every_field_that_is_altered_is_named(world: tuple[Path, Corpus, Dossier], case: Case) -> None:
    text = committee.to_json(world[2], case)
    whole = json.loads(text)["case"]
    every = leaves(whole)
    assert len(every) > 40
    for path in every:
        raw = json.loads(text)
        inner = raw["case"]
        for step in path[:-1]:
            inner = inner[step]
        old = inner[path[-1]]
        inner[path[-1]] = (not old) if isinstance(old, bool) else old + 1 if isinstance(old, int | float) else f"{old}!"
        _, altered, right = committee.from_json(json.dumps(raw))
        assert not right
        (line,) = differences(altered, case)
        assert str(path[0]) in line, (path, line)


def test_definition_tasks_and_cohesion_come_from_the_postings(case: Case, world: tuple[Path, Corpus, Dossier]) -> None:
    texts = {row["posting_id"]: row["description"] for row in world[1].read("postings").to_pylist()}
    assert 2 <= len(case.tasks) <= 6
    assert all(text in texts[posting] for text, _, posting in case.tasks)
    assert len({employer for _, employer, _ in case.tasks}) == len(case.tasks)
    assert case.cohesion == (1.0, 0.0, 12)  # all of its postings name Modbus, none of the others does
    assert case.copies == (("first", 12),)


def test_a_list_of_roles_with_a_person_in_charge_is_no_definition(world: tuple[Path, Corpus, Dossier]) -> None:
    dossier = replace(world[2], candidate=replace(world[2].candidate, title="窑炉技师", titles={"zh": ("窑炉技师",)}))
    rows = [
        {
            "sentence": "[广州] 公司诚聘 合规负责人/窑炉技师/资深设计师 薪水面议",
            "employer": "甲公司",
            "posting_id": "p1",
        },
        {"sentence": "窑炉技师负责窑炉的点火、升温和日常检修", "employer": "乙公司", "posting_id": "p2"},
    ]
    assert [posting for _, _, posting in committee._definition(dossier, rows)] == ["p2"]


def test_marks_are_the_classifications_own(case: Case, world: tuple[Path, Corpus, Dossier]) -> None:
    assert marks_of({"modbus": frozenset({"digital"})}, {"Modbus": 3, "tea": 9})[1] == ("digital", 3, 3, "Modbus")
    labelled = tuple(replace(one, skills=tuple(replace(s, label="term:Modbus", labels={}) if s.code == "s1" else s for s in one.skills)) for one in SHELF)  # fmt: skip
    found = made(world[1], world[2], labelled)
    assert found.marks == (("green", "esco 1.0.9", 0, 12, ""), ("digital", "esco 1.0.9", 12, 12, "term:Modbus"))
    bare = made(world[1], world[2], tuple(replace(one, skills=()) for one in SHELF))
    assert bare.marks == ()
    blocks = case_blocks(world[2], bare)
    at = next(i for i, b in enumerate(blocks) if b.text.startswith("Green and digital"))
    assert blocks[at + 1].items[0].missing
    assert made(world[1], near(world[2])).neighbours[1].marks == ("green",)


@pytest.mark.parametrize(
    ("kind", "code", "parent"),
    [("occupation", "4-04-05-10", "4-04-05"), ("specialisation", "4-04-05-05-01", "4-04-05-05"), ("revision", "4-04-05-05", "4-04-05")],
)  # fmt: skip
def test_a_code_by_the_rules_of_the_classification(
    world: tuple[Path, Corpus, Dossier], kind: str, code: str, parent: str
) -> None:
    found = made(world[1], near(world[2], kind=kind))
    assert found.codes[0][2:4] == (code, parent)
    assert found.codes[1][:4] == ("isco-08", "2008", "", "2144")
    held = replace(CODES, taken=("4-04-05-10", "4-04-05-05-01"))
    again = made(world[1], near(world[2], kind=kind), codes=held).codes[0][2]
    assert again == {"occupation": "4-04-05-11", "specialisation": "4-04-05-05-02", "revision": code}[kind]
    assert made(world[1], near(world[2], kind="technology")).codes == ()


def test_groups_are_named_by_the_classifications_at_hand(world: tuple[Path, Corpus, Dossier], case: Case) -> None:
    assert [(row[3], row[4]) for row in case.codes] == [("2144", "")]
    table = next(b for b in case_blocks(world[2], case) if b.kind == "table" and b.head[1] == "proposed code")
    assert table.rows[0][2][0].text.startswith("2144 (name not at hand")
    assert ("2144", "unit group 2144, its name not at hand") in [(row[2], row[3]) for row in case.crosswalk]
    named = (replace(SHELF[0], groups={"2144": {"en": "Mechanical engineers", "fr": "Ingénieurs"}}), replace(SHELF[1], groups={"4-04-05": {"zh": "泵工"}}))  # fmt: skip
    found = made(world[1], near(world[2]), named)
    assert [row[3:5] for row in found.codes] == [("4-04-05", "泵工"), ("2144", "Mechanical engineers")]
    assert ("isco-08", "2144", "Mechanical engineers") in [(row[0], row[2], row[3]) for row in found.crosswalk]
    isco = Taxonomy(scheme="isco", version="2008", released=dt.date(2008, 1, 1), occupations=(Occupation(code="2144", labels={"en": "Engineers of machines"}, isco="2144"),))  # fmt: skip
    assert made(world[1], world[2], (*named, isco)).codes[0][4] == "Engineers of machines"


def test_relations_are_proposed_with_what_they_rest_on(case: Case) -> None:
    assert case.crosswalk[0][:3] == ("esco", "1.0.9", "2144.1.9")
    assert ("isco-08", "2144", "broadMatch") in [(row[0], row[2], row[4]) for row in case.crosswalk]
    assert case.crosswalk[-1][0:3] == ("eqf", "", "6")
    assert all(row[6] for row in case.crosswalk)


def test_what_people_gave_stands_in_the_file_and_what_they_did_not_is_marked(world: tuple[Path, Corpus, Dossier], tmp_path: Path) -> None:  # fmt: skip
    root, corpus, dossier = world
    from observatory.config import open_workspace

    draft = draft_standard(open_workspace(root, {"encoder.en": "char-ngram"}), corpus, dossier)
    file, record = tmp_path / "draft.json", tmp_path / "record.json"
    file.write_text(draft_to_json(draft), "utf-8")
    told = {"format_version": 1, "candidate_id": "L1", "written_at": "2026-01-01T00:00:00+00:00", "dissent": ["Analysts differ on Size: 1, 3."],
            "heard": [], "recognised": ["A board (HU): S1, 2 of 3 units."]}  # fmt: skip
    record.write_text(json.dumps(told), "utf-8")
    given = given_of("L1", draft=file, record=record)
    assert given.units == units_of(draft)
    assert given.units
    full = {b.text: full_block for b, full_block in zip(case_blocks(dossier, made(corpus, dossier, given=given)), case_blocks(dossier, made(corpus, dossier, given=given))[1:], strict=False) if b.kind == "heading"}  # fmt: skip
    assert full["Dissent"].items[0].text == "Analysts differ on Size: 1, 3."
    assert full["Units of competence and levels, drafted"].kind == "table"
    blocks = case_blocks(dossier, made(corpus, dossier, given=Given()))
    at = {b.text: blocks[i + 1] for i, b in enumerate(blocks[:-1]) if b.kind == "heading"}
    for heading in ("Dissent", "Standards of other countries", "Units of competence and levels, drafted"):
        assert at[heading].items[0].missing
        assert at[heading].items[0].text.startswith("not given")
    with pytest.raises(BadInput, match="of the candidate L1; the file is for L2"):
        given_of("L2", draft=None, record=record)
    record.write_text(json.dumps({**told, "votes": 3}), "utf-8")
    with pytest.raises(BadInput, match="review record"):
        given_of("L1", draft=None, record=record)
    with pytest.raises(BadFile):
        given_of("L1", draft=tmp_path / "none.json", record=None)


def test_a_fault_of_the_counting_is_found_by_the_second_count(
    world: tuple[Path, Corpus, Dossier], case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    _, corpus, dossier = world
    assert case_differences(corpus, dossier, case) == []
    top = committee._top
    monkeypatch.setattr(
        committee, "_top", lambda values, **more: tuple((name, n + 1) for name, n in top(values, **more))
    )
    wrong = made(corpus, dossier)
    assert differences(wrong, made(corpus, dossier)) == []  # the same fault twice
    told = " ".join(case_differences(corpus, dossier, wrong))
    for name in ("employers", "countries", "regions", "education", "experience", "sources", "copies"):
        assert name in told


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [("pay", (("EUR", 3, 40_002.0, 60_000.0),), "pay: EUR"), ("pay", (), "EUR is left out"), ("countries", (), "FR is left out"),
     ("quarters", (1, 99), "quarters"), ("crosswalk", (), "relations"), ("neighbours", (), "neighbours"),
     ("cohesion", (1.0, 0.5, 12), "cohesion"), ("tasks", (("Paint the plants in green colour", "Works 0", "ad-00"),), "does not stand in posting ad-00")],
)  # fmt: skip
def test_the_second_count_names_what_is_wrong(world: tuple[Path, Corpus, Dossier], case: Case, field: str, value: Any, word: str) -> None:  # fmt: skip
    told = case_differences(world[1], world[2], replace(case, **{field: value}))
    assert any(word in line for line in told)
    assert len(told) == (2 if field == "crosswalk" else 1)  # the EQF level is one of the relations


@pytest.mark.parametrize("kind", ["occupation", "specialisation", "revision"])
def test_proposed_codes_and_columns_are_checked_a_second_time(world: tuple[Path, Corpus, Dossier], kind: str) -> None:
    dossier = near(world[2], kind=kind)
    right = made(world[1], dossier)
    assert case_differences(world[1], dossier, right) == []
    scheme, version, code, _, name, basis = right.codes[0]
    for row in ((scheme, version, code, "4-99", name, basis), (scheme, version, "4-04-05-05" if kind != "revision" else "4-04-05-06", *right.codes[0][3:])):  # fmt: skip
        (line,) = case_differences(world[1], dossier, replace(right, codes=(row, *right.codes[1:])))
        assert line.startswith("codes: ")
    first = replace(right.neighbours[0], own=())
    (line,) = case_differences(world[1], dossier, replace(right, neighbours=(first, *right.neighbours[1:])))
    assert "its columns hold" in line
    eqf = replace(right, crosswalk=tuple((*row[:2], "7", *row[3:]) if row[0] == "eqf" else row for row in right.crosswalk))  # fmt: skip
    (line,) = case_differences(world[1], dossier, eqf)
    assert line.startswith("EQF level")


def test_a_file_of_another_schema_is_refused(case: Case, world: tuple[Path, Corpus, Dossier]) -> None:
    raw = json.loads(committee.to_json(world[2], case))
    with pytest.raises(BadInput, match="schema 1"):
        committee.from_json(json.dumps({**raw, "schema_version": 1}))
    raw["case"]["education"] = [["6"]]
    with pytest.raises(BadInput, match="education"):
        committee.from_json(json.dumps(raw))


def test_many_files_from_one_reading_are_those_made_one_by_one(world: tuple[Path, Corpus, Dossier], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    root = str(world[0])
    run = CliRunner()
    asked: list[str] = []
    query = Corpus.query
    monkeypatch.setattr(Corpus, "query", lambda self, sql, **more: asked.append(sql) or query(self, sql, **more))
    one = tmp_path / "one.json"
    assert (
        run.invoke(cli, ["-w", root, "dossier", "1", "--committee", "--format", "json", "--out", str(one)]).exit_code
        == 0
    )
    before, asked[:] = len(asked), []
    many = run.invoke(
        cli, ["-w", root, "dossier", "--all", "--committee", "--format", "json", "--out", str(tmp_path / "all")]
    )
    assert many.exit_code == 0, many.output
    (file,) = (tmp_path / "all").iterdir()
    assert file.read_bytes() == one.read_bytes()
    assert len(asked) == before
    for words in (["dossier"], ["dossier", "1", "--all"], ["dossier", "1", "--draft", str(one)], ["dossier", "1", "L1", "--committee", "--draft", str(one)]):  # fmt: skip
        assert run.invoke(cli, ["-w", root, *words]).exit_code == 2
    assert run.invoke(cli, ["-w", root, "dossier", "--all", "--out", str(one)]).exit_code == 2


def test_codes_of_the_register_are_taken(world: tuple[Path, Corpus, Dossier], tmp_path: Path) -> None:
    from observatory.cli.dossiers import codes_of
    from observatory.config import open_workspace

    row = Row(
        identity="a",
        kind="occupation",
        scheme="dadian",
        code="4-01",
        title="x",
        adopted=dt.date(2026, 1, 1),
        titles={"en": ("x",)},
    )
    file = tmp_path / "register.csv"
    file.write_text(to_csv([row]), "utf-8", newline="")
    assert codes_of(open_workspace(world[0], {}), file).taken == ("4-01",)
    with pytest.raises(BadFile):
        codes_of(open_workspace(world[0], {}), tmp_path / "none.csv")


def test_a_row_taken_out_is_named(case: Case) -> None:
    (line,) = differences(replace(case, education=()), case)
    assert line.startswith("education")


def test_the_file_reads_back_and_what_is_none_is_refused(world: tuple[Path, Corpus, Dossier], case: Case) -> None:
    dossier, again, right = committee.from_json(committee.to_json(world[2], case))
    assert (again, right) == (case, False)  # the dossier's skills were set after its hash was taken
    assert dossier.candidate == world[2].candidate
    for text in ("{", "[]", '{"dossier": {}, "case": {}}'):
        with pytest.raises(BadInput):
            committee.from_json(text)


def test_a_file_without_a_history_has_no_chart_and_is_made(case: Case, world: tuple[Path, Corpus, Dossier]) -> None:
    blocks = case_blocks(replace(world[2], history=()), case)
    head = {"title": "t", "kicker": "k", "note": "n"}
    assert "<svg" not in page_of(blocks, **head)
    assert pdf_of(blocks, day=world[2].as_of, **head).startswith(b"%PDF")
    assert docx_of(blocks, day=world[2].as_of, **head)[:2] == b"PK"


def test_a_run_or_version_that_is_not_here(world: tuple[Path, Corpus, Dossier]) -> None:
    _, corpus, dossier = world
    with pytest.raises(NotEnoughData, match="no run elsewhere"):
        made(corpus, replace(dossier, run=replace(dossier.run, run_id="elsewhere")))
    with pytest.raises(NotEnoughData, match="version 99"):
        made(corpus, replace(dossier, run=replace(dossier.run, corpus_version=99)))


def test_what_is_not_said_bears_a_mark(case: Case, world: tuple[Path, Corpus, Dossier]) -> None:
    bare = replace(case, pay=(), regions=(), neighbours=())
    blocks = case_blocks(world[2], bare)
    at = {block.text: blocks[i + 1] for i, block in enumerate(blocks[:-1]) if block.kind == "heading"}
    for heading in ("Pay a year, before tax", "Regions", "Nearest occupations side by side"):
        assert at[heading].items[0].missing
    full = case_blocks(world[2], case)
    table = next(b for b in full if b.kind == "table" and any("commissioning engineer" in h for h in b.head))
    assert len(table.head) == 1 + len(case.neighbours)
    assert isinstance(case.neighbours[0], Neighbour)


@pytest.mark.parametrize("form", ["json", "html", "docx", "pdf"])
def test_the_command_makes_and_checks_the_file(world: tuple[Path, Corpus, Dossier], form: str, tmp_path: Path) -> None:
    out = tmp_path / f"c.{form}"
    run = CliRunner()
    done = run.invoke(cli, ["-w", str(world[0]), "dossier", "1", "--committee", "--format", form, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert out.stat().st_size > 2_000
    if form == "html":  # the growth is drawn, and told to those who do not see it
        assert out.read_text("utf-8").count('role="img" aria-label="Share of vacancies from ') == 1
    if form == "docx":
        import docx

        assert len(docx.Document(str(out)).inline_shapes) == 1
    if form == "json":
        good = run.invoke(cli, ["-w", str(world[0]), "verify-dossier", str(out)])
        assert "hash right" in good.output
        assert good.exit_code == 0, good.output
        out.write_text(out.read_text("utf-8").replace('"FR-HDF",\n    4', '"FR-HDF",\n    5'), "utf-8")
        bad = run.invoke(cli, ["-w", str(world[0]), "verify-dossier", str(out)])
        assert bad.exit_code == 1
        assert "regions" in bad.output
