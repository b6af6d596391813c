"""The invented sample: the same bytes everywhere, what is planted in it, and that the program finds it."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent.parent / "corpora" / "sample"
AS_OF = "2025-01-01"
# Changes only with the generator or its words, and then the changelog says so.
GOLDEN = "72545e09f8b66a323fe60138ba585ad1b4c805f21e2bcb1252db761d889d0827"


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_generator", HERE / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    return _generator()


@pytest.fixture(scope="module")
def files(generator: ModuleType) -> dict[str, bytes]:
    return generator.generate()


@pytest.fixture(scope="module")
def adverts(generator: ModuleType) -> list[Any]:
    return generator.adverts(generator.SEED)


def truth(*what: str) -> list[dict[str, str]]:
    with (HERE / "truth.csv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["what"] in what]


def test_the_files_are_the_same_bytes_everywhere(generator: ModuleType, files: dict[str, bytes]) -> None:
    assert generator.digest(files) == GOLDEN


def test_another_seed_writes_other_files(generator: ModuleType, files: dict[str, bytes]) -> None:
    assert generator.digest(generator.generate(7)) != generator.digest(files)


def test_size_time_and_languages(adverts: list[Any]) -> None:
    assert 5_500 <= len(adverts) <= 6_500
    assert str(min(a.when for a in adverts).date())[:7] == "2022-01"
    assert str(max(a.when for a in adverts).date())[:7] == "2024-12"
    languages = Counter(a.language for a in adverts)
    assert set(languages) == {"en", "zh", "it"}
    assert min(languages.values()) > 1_500


def test_every_advertisement_says_that_it_is_invented(adverts: list[Any], files: dict[str, bytes]) -> None:
    marks = ("is invented", "为演示而虚构", "Annuncio inventato")
    assert all(any(mark in a.text for mark in marks) for a in adverts)
    assert all(re.search(r"\(invented\)|（虚构）|\(inventata\)", a.employer) for a in adverts)
    for name, data in files.items():
        text = data.decode("gb18030" if "rencai" in name else "utf-8")
        assert re.search("invented|虚构|inventat", text.split("\n", 1)[0] + text[:3_000]), name


def test_nine_emerging_three_a_sector_and_three_a_language() -> None:
    rows = truth("emerging")
    assert Counter(row["sector"] for row in rows) == {"ai": 3, "manufacturing": 3, "green": 3}
    assert Counter(row["language"] for row in rows) == {"en": 3, "zh": 3, "it": 3}
    assert len({(row["sector"], row["language"]) for row in rows}) == 9


def test_the_truth_is_what_the_generator_plants(generator: ModuleType, adverts: list[Any]) -> None:
    planted = {
        profession["title"]: profession["postings"]
        for language in generator.LANGUAGES
        for kind in ("emerging", "fad", "house")
        for profession in generator.Writer(language, 0).words.get(kind, ())
    }
    told = {row["title"]: int(row["postings"]) for row in truth("emerging", "fad", "house")}
    assert told == planted
    for title, postings in told.items():
        found = [a for a in adverts if title.lower() in a.title.lower()]
        assert postings <= len(found) <= 1.25 * postings, title  # reposts come on top


@pytest.mark.parametrize("row", truth("emerging"), ids=lambda row: row["title"])
def test_an_emerging_profession_rises_and_stays(adverts: list[Any], row: dict[str, str]) -> None:
    found = [a for a in adverts if row["title"].lower() in a.title.lower()]
    years = Counter(a.when.year for a in found)
    assert years[2022] < years[2023] < years[2024]
    assert len({a.employer for a in found}) > 0.8 * len(found) / 1.25
    assert len({a.source for a in found}) == 2


@pytest.mark.parametrize("row", truth("fad"), ids=lambda row: row["title"])
def test_a_fad_is_gone_in_the_last_year(adverts: list[Any], row: dict[str, str]) -> None:
    found = [a for a in adverts if row["title"].lower() in a.title.lower()]
    assert sum(a.when.year == 2024 for a in found) <= 2


def test_one_source_joins_half_way(adverts: list[Any]) -> None:
    first = {}
    for a in adverts:
        first.setdefault(a.source, str(a.when.date())[:7])
    assert first.pop("invented-depot") == "2023-07"
    assert set(first.values()) == {"2022-01"}


def test_emerging_titles_are_in_no_classification() -> None:
    with (HERE / "taxonomy.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    known = {row[column].lower() for row in rows for column in ("title", "title_zh", "title_it", "alternative")}
    assert len(rows) == 436
    assert not known & {row["title"].lower() for row in truth("emerging")}
    assert sum(bool(row["title_zh"]) for row in rows) == sum(bool(row["title_it"]) for row in rows) == 40


# --- the program on the sample -----------------------------------------------------------------


def observatory(workspace: Path, *arguments: str) -> str:
    made = subprocess.run(
        [sys.executable, "-c", "from observatory.cli import main; main()", "--workspace", str(workspace), *arguments],
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr[-2_000:]
    return made.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], real_encoder: object) -> dict[str, Any]:
    """What `make demo` does, in a workspace of its own."""
    folder = tmp_path_factory.mktemp("demo")
    out = folder / "out"
    out.mkdir()
    paths = []
    for name, data in files.items():
        (out / name).write_bytes(data)
        paths.append(str(out / name))
    ws = folder / "ws"
    subprocess.run([sys.executable, "-c", "from observatory.cli import main; main()", "init", str(ws)], check=True)
    observatory(
        ws, "taxonomy", "add", str(HERE / "taxonomy.csv"), "--scheme", "csv", "--name", "isco-08", "--version", "2008",
        "--released", "2008-01-01",
    )  # fmt: skip
    imported = json.loads(observatory(ws, "import", "--json", *paths))
    ran = json.loads(observatory(ws, "run", "--as-of", AS_OF, "--json"))
    found = json.loads(observatory(ws, "candidates", "--limit", "500", "--json"))
    return {"ws": ws, "paths": paths, "imported": imported, "run": ran, "candidates": found["candidates"]}


@pytest.mark.slow
@pytest.mark.model
class TestDemo:
    """The demo finds the nine and takes no decoy for a profession."""

    def test_the_nine_lead_the_list_of_occupations(self, demo: dict[str, Any]) -> None:
        listed = [c["title"].lower() for c in demo["candidates"] if c["kind"] == "occupation"][:9]
        assert sorted(listed) == sorted(row["title"].lower() for row in truth("emerging"))

    @pytest.mark.parametrize("row", truth("emerging"), ids=lambda row: row["title"])
    def test_each_is_a_rising_occupation_in_its_sector(self, demo: dict[str, Any], row: dict[str, str]) -> None:
        found = next((c for c in demo["candidates"] if c["title"].lower() == row["title"].lower()), None)
        assert found is not None
        assert found["kind"] == "occupation"
        assert row["sector"] in found["sectors"]
        assert found["growth"]["low"] > 1
        assert found["growth"]["q_value"] < 0.05
        assert 0.85 * int(row["postings"]) <= found["vacancies"] <= int(row["postings"])
        assert len(found["evidence"]) == 10

    @pytest.mark.parametrize("row", truth("technology", "fad", "source", "house"), ids=lambda row: row["title"])
    def test_no_decoy_is_what_it_must_not_be(self, demo: dict[str, Any], row: dict[str, str]) -> None:
        for found in demo["candidates"]:
            if row["title"].lower() not in found["title"].lower():
                continue
            wrong = row["must_not_be"].split("|")
            assert found["kind"] not in wrong
            assert "rising" not in wrong or found["growth"]["low"] <= 1

    def test_nothing_else_is_a_rising_occupation(self, demo: dict[str, Any]) -> None:
        nine = {row["title"].lower() for row in truth("emerging")}
        others = [
            c["title"] for c in demo["candidates"]
            if c["kind"] == "occupation" and c["growth"]["q_value"] < 0.05 and c["title"].lower() not in nine
        ]  # fmt: skip
        assert others == []

    def test_broken_rows_are_set_aside_with_their_reason(self, demo: dict[str, Any], adverts: list[Any]) -> None:
        assert demo["imported"]["rejected"] == {row["title"]: int(row["postings"]) for row in truth("broken")}
        assert demo["imported"]["added"] == len(adverts)

    def test_no_contact_and_no_spoilt_letter_is_stored(self, demo: dict[str, Any]) -> None:
        from observatory.config import open_workspace
        from observatory.pipeline import corpus_of

        texts = corpus_of(open_workspace(demo["ws"])).read("postings", columns=["description"])
        whole = "\n".join(texts.column("description").to_pylist())
        assert "[e-mail]" in whole
        assert "[telephone]" in whole
        assert "[handle]" in whole
        assert not re.search(r"@\w+\.example|7946 0\d|555-01|5550 1\d|138 0000", whole)
        assert not re.search("Ã|Â|\ufffd", whole)

    def test_reposts_join_their_vacancy(self, demo: dict[str, Any]) -> None:
        from observatory.config import open_workspace
        from observatory.pipeline import corpus_of

        rows = corpus_of(open_workspace(demo["ws"])).query(
            "SELECT relation, count(*) AS n FROM vacancies GROUP BY relation"
        )
        counts = {row["relation"]: row["n"] for row in rows.to_pylist()}
        assert counts["exact"] > 80
        assert counts["repost"] > 80

    def test_the_same_again_adds_and_computes_nothing(self, demo: dict[str, Any]) -> None:
        again = json.loads(observatory(demo["ws"], "import", "--json", *demo["paths"]))
        assert again["added"] == 0
        assert again["known"] == demo["imported"]["added"]
        ran = json.loads(observatory(demo["ws"], "run", "--as-of", AS_OF, "--json"))
        assert ran["new"] is False
        assert ran["run_id"] == demo["run"]["run_id"]

    def test_a_dossier_is_written(self, demo: dict[str, Any]) -> None:
        path = Path(observatory(demo["ws"], "dossier", "1").strip())
        assert demo["candidates"][0]["title"] in path.read_text("utf-8")
