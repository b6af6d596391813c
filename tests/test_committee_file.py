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
from observatory.cli import cli
from observatory.committee import Case, Neighbour, build_case, differences
from observatory.corpus import Corpus
from observatory.errors import BadInput, NotEnoughData
from observatory.publish.case_pages import case_blocks
from observatory.records import OFFERS, Dossier, Occupation, Taxonomy

SHELF = (
    Taxonomy(
        scheme="esco", version="1.0.9", released=dt.date(2020, 1, 1),
        occupations=(Occupation(code="2144.1.9", labels={"en": "commissioning engineer"}, alternative={"en": ("Heat Pump Commissioner",)},
                                description="Tests modbus networks of plants.", tasks=("Test plants.", "Sign papers.")),),
    ),
)  # fmt: skip


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
    return build_case(world[1], world[2], SHELF, terms)


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
    found = build_case(world[1], replace(world[2], skills=(("Modbus", 12, 9.0),)), SHELF, terms)
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


def test_a_run_or_version_that_is_not_here(world: tuple[Path, Corpus, Dossier]) -> None:
    _, corpus, dossier = world
    with pytest.raises(NotEnoughData, match="no run elsewhere"):
        build_case(corpus, replace(dossier, run=replace(dossier.run, run_id="elsewhere")), SHELF, terms)
    with pytest.raises(NotEnoughData, match="version 99"):
        build_case(corpus, replace(dossier, run=replace(dossier.run, corpus_version=99)), SHELF, terms)


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
    made = run.invoke(cli, ["-w", str(world[0]), "dossier", "1", "--committee", "--format", form, "--out", str(out)])
    assert made.exit_code == 0, made.output
    assert out.stat().st_size > 2_000
    if form == "json":
        good = run.invoke(cli, ["-w", str(world[0]), "verify-dossier", str(out)])
        assert "hash right" in good.output
        out.write_text(out.read_text("utf-8").replace('"FR-HDF",\n    4', '"FR-HDF",\n    5'), "utf-8")
        bad = run.invoke(cli, ["-w", str(world[0]), "verify-dossier", str(out)])
        assert bad.exit_code == 1
        assert "regions" in bad.output
