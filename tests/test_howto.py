"""The how-to pages and the README are true when they are followed word for word."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from collect.test_file_formats import CONTENT
from invented_postings import rows
from observatory.cli import main
from taxonomy.test_read import FILES

ROOT = Path(__file__).resolve().parent.parent


def commands(page: str, heading: str = "") -> list[str]:
    """The commands of a page, or of one part of it, with continued lines joined."""
    text = (ROOT / page).read_text("utf-8").replace("\\\n", " ")
    if heading:
        text = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [line.strip() for line in re.findall(r"^    (observatory .+)$", text, flags=re.MULTILINE)]


class Follow:
    """A person in a workspace who types what the page says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, command: str) -> str:
        for part in command.split(" && "):
            words = shlex.split(part)
            if words[0] == "cd":
                self._monkeypatch.chdir(words[1])
                continue
            self._monkeypatch.setattr(sys, "argv", words)
            with pytest.raises(SystemExit) as ended:
                main()
            said = self._capsys.readouterr()
            assert not ended.value.code, f"{command}\n{said.err}"
        return said.out


@pytest.fixture
def follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Follow:
    monkeypatch.chdir(tmp_path)
    return Follow(monkeypatch, capsys)


@pytest.fixture
def ws(tmp_path: Path, follow: Follow, monkeypatch: pytest.MonkeyPatch) -> Path:
    follow("observatory init ws")
    monkeypatch.chdir(tmp_path / "ws")
    return tmp_path / "ws"


def test_import_my_file(follow: Follow, ws: Path) -> None:
    (ws / "postings.csv").write_bytes(CONTENT["csv"]())
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Stelle", "Online_seit", "Firma"])
    sheet.append(["Pumpenwart", "2024-05-31", "Werk (erfunden)"])
    sheet.append(["", "2024-05-31", "Werk (erfunden)"])
    book.save(ws / "export.xlsx")
    first, second = commands("docs/how-to/import-my-file.md")
    assert "2 read, 2 added" in follow(first)
    said = follow(second)
    assert "title = Stelle, posted_at = Online_seit" in said
    assert "1 added" in said
    assert "1  no title" in said
    text = (ROOT / "docs/how-to/import-my-file.md").read_text("utf-8")
    snippet = "\n".join(line.strip() for line in re.findall(r"^    ((?:from|Corpus).+)$", text, flags=re.MULTILINE))
    assert snippet.count("\n") == 1
    names: dict[str, object] = {}
    exec(snippet.replace("\nCorpus", "\nfound = Corpus"), names)
    assert list(names["found"]["reason"]) == ["no title"]  # type: ignore[index]


def test_add_a_taxonomy(follow: Follow, ws: Path) -> None:
    for name, text in FILES["esco"].items():
        (ws / name).write_text(text, "utf-8")
    (ws / "national.csv").write_text("KldB;Bezeichnung;Berufe\n2512;Pumpenplaner;Pumpenbauer|Pumpenwart\n", "utf-8")
    first, second = commands("docs/how-to/add-a-taxonomy.md")
    assert follow(first) == "esco 1.2.0, released 2024-05-15: 1 occupations, 1 skills\n"
    assert follow(second) == "kldb 2010, released 2011-01-01: 1 occupations, 0 skills\n"
    assert follow("observatory taxonomy list --as-of 2020-01-01").startswith("kldb ")


@pytest.mark.slow
@pytest.mark.model
def test_the_readme(follow: Follow, tmp_path: Path, real_encoder: object) -> None:
    mine = tmp_path / "mine"
    lines = commands("README.md", "On your own")
    assert lines[0] == "observatory init mine && cd mine"
    follow(lines[0])
    (mine / "occupations_en.csv").write_text(FILES["esco"]["occupations_en.csv"], "utf-8")
    names = list(rows()[0])
    table = "\n".join(",".join('"' + row[name].replace("\n", " ") + '"' for name in names) for row in rows())
    (mine / "postings.csv").write_text(",".join(names) + "\n" + table + "\n", "utf-8")
    said = [follow(line) for line in lines[1:]]
    assert "Turbine Data Engineer" in said[-2]
    assert Path(said[-1].strip()).is_file()
