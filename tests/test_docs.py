"""The documentation: complete, up to date, and its links lead somewhere."""

from __future__ import annotations

import doctest
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from observatory.cli import COMMANDS
from observatory.collect import SOURCES
from observatory.config import setting_names

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "corpora").glob("*.md"),
        *(ROOT / "jobs").glob("*.md"),
    ]
)
SRC = ROOT / "src"


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def page(relative: str) -> str:
    return (ROOT / "docs" / relative).read_text("utf-8")


def test_the_reference_is_what_the_program_says() -> None:
    made = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "build_reference.py"), "--check"], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert made.returncode == 0, f"run python docs/build_reference.py\n{made.stdout}{made.stderr[-1_500:]}"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"\n## observatory {command}\n" in page("reference/cli.md")


@pytest.mark.parametrize("setting", setting_names())
def test_every_setting_is_documented_with_a_sentence(setting: str) -> None:
    section, _, key = setting.partition(".")
    part = page("reference/settings.md").partition(f"\n## [{section}]\n")[2].partition("\n## ")[0]
    row = next(line for line in part.splitlines() if line.startswith(f"| `{key}` |"))
    assert len(row.split("|")[3].strip()) > 10


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_documented(source: str) -> None:
    assert f"| `{source}` |" in page("reference/sources.md")
    own = page(f"sources/{source}.md")
    assert all(f"| {row} |" in own for row in ("licence", "terms", "attribution", "texts kept", "fields"))
    assert "**Known gaps.**" in own


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_to_files(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            continue
        assert (path.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_commands_in_the_text_exist(path: Path) -> None:
    for command in re.findall(r"(?:^|`| )observatory ([a-z][a-z-]+)", path.read_text("utf-8"), flags=re.MULTILINE):
        if command in ("of", "in", "reads", "that", "has", "must", "is"):
            continue  # prose
        assert command in COMMANDS, command


def test_every_decision_is_listed_and_complete() -> None:
    listed = page("adr/README.md")
    files = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    assert len({path.name[:4] for path in files}) == len(files), "two decisions share a number"
    for path in files:
        assert path.name in listed
        headings = re.findall(r"^## (.+)$", path.read_text("utf-8"), flags=re.MULTILINE)
        assert headings == ["Context", "Decision", "Measured", "Consequences"], path.name


WITH_EXAMPLES = sorted(
    ".".join(path.relative_to(SRC).with_suffix("").parts) for path in SRC.rglob("*.py")
    if ">>> " in path.read_text("utf-8") and not {"review", "programme", "web"} & set(path.parts)
)  # fmt: skip


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples_in_docstrings_run(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module.removesuffix(".__init__")))
    assert result.attempted > 0
    assert result.failed == 0
