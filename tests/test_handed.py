"""What a command says to a wrong file: its name, what came, what was expected, what makes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from invented_advertisements import workspace
from observatory.cli import cli
from observatory.errors import BadInput

WRONG = {
    "empty": (b" \n", "empty"),
    "docx": (b"PK\x03\x04rest", "DOCX"),
    "pdf": (b"%PDF-1.7", "a PDF came"),
    "binary": (b"a\x00b", "binary"),
    "latin": (b"caf\xe9 and more", "UTF-8"),
    "truncated": (b'{"schema_version": 1, "candidate', "JSON"),
    "list": (b"[1, 2]", ""),
    "other": (b'{"schema_version": 99, "case": 1, "dossier": 2}', ""),
}
COMMANDS = {
    "--draft": ["dossier", "1", "--committee", "--draft"],
    "--record": ["dossier", "1", "--committee", "--record"],
    "--register": ["dossier", "1", "--committee", "--register"],
    "verify": ["verify-dossier"],
    "export": ["export", "turtle", "--register"],
}
MAKES = {"--draft": "observatory draft ID", "--record": "observatory review record", "--register": "observatory review register",
         "verify": "observatory dossier ID", "export": "observatory review register"}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspace(tmp_path_factory.mktemp("handed"))[0].root


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_file_is_named_with_what_came_and_what_makes_it(root: Path, tmp_path: Path, command: str, kind: str) -> None:  # fmt: skip
    raw, said = WRONG[kind]
    file = tmp_path / f"handed-{kind}"
    file.write_bytes(raw)
    done = CliRunner().invoke(cli, ["-w", str(root), *COMMANDS[command], str(file)])
    assert isinstance(done.exception, BadInput), done.output
    told = str(done.exception)
    assert told.startswith(f"{file}: ")
    assert MAKES[command] in told
    assert "(: " not in told
    if kind != "truncated" or command not in ("--register", "export"):  # any text is a CSV of some columns
        assert said in told


def test_a_folder_and_a_file_that_is_not_there(root: Path, tmp_path: Path) -> None:
    for path, said in ((tmp_path / "none.json", "no such file"), (tmp_path, "a folder")):
        done = CliRunner().invoke(cli, ["-w", str(root), "verify-dossier", str(path)])
        assert said in str(done.exception)
