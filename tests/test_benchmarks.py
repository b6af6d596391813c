"""The frame of the benchmarks: every row leads somewhere, and a section touches no other."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.__main__ import BENCHMARKS
from benchmarks.page import PAGE, data_folder, machine, put_section, table

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_row_names_a_function_with_one_argument(name: str) -> None:
    where, what = BENCHMARKS[name]
    module, function = where.split(":")
    found = getattr(importlib.import_module(module), function)
    assert found.__code__.co_argcount == 1
    assert len(what) > 10


@pytest.mark.parametrize("name", [row for row in BENCHMARKS if f"<!-- begin: {row} -->" in PAGE.read_text("utf-8")])
def test_a_section_of_the_page_is_whole(name: str) -> None:
    text = PAGE.read_text("utf-8")
    assert text.count(f"<!-- begin: {name} -->") == text.count(f"<!-- end: {name} -->") == 1
    assert text.index(f"<!-- begin: {name} -->") < text.index(f"<!-- end: {name} -->")


def test_a_section_is_replaced_and_others_stay(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    put_section("one", "first", page)
    put_section("two", "second", page)
    page.write_text(page.read_text("utf-8") + "\nwritten by hand\n", "utf-8")
    put_section("one", "first again", page)
    text = page.read_text("utf-8")
    assert "first again" in text
    assert "\nfirst\n" not in text
    assert "\nsecond\n" in text
    assert text.endswith("written by hand\n")
    before = text
    put_section("one", "first again", page)
    assert page.read_text("utf-8") == before


def test_a_page_whose_marker_is_lost_is_not_overwritten(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("<!-- begin: one -->\nfigures\n", "utf-8")
    with pytest.raises(ValueError, match="no <!-- end: one -->"):
        put_section("one", "new", page)
    assert page.read_text("utf-8") == "<!-- begin: one -->\nfigures\n"


def test_a_table_has_its_columns() -> None:
    assert table(["a", "b"], [[1, "x"]]) == "| a | b |\n|---|---|\n| 1 | x |"


def test_the_machine_is_named() -> None:
    assert " cores, " in machine()
    assert " GiB, " in machine()


def test_data_are_found_by_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OBSERVATORY_SHARED", raising=False)
    for inner in ("postings", "taxonomies"):
        (tmp_path / "data" / inner).mkdir(parents=True)
    assert data_folder(tmp_path) == data_folder(tmp_path / "data") == tmp_path / "data"


@pytest.mark.parametrize(("arguments", "code", "said"), [(["--list"], 0, "main-job"), (["nonsense"], 2, "main-job")])
def test_the_command(arguments: list[str], code: int, said: str) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert made.returncode == code
    assert said in made.stdout + made.stderr
