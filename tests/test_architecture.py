"""The house: floors, sizes and names of files, who may print, and how soon the command line answers."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from observatory.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src" / "observatory"
# Migrations are written by Django from the models: no one reads them as code.
MODULES = sorted(path for path in SRC.rglob("*.py") if path.parent.name != "migrations")
CODE = sorted(
    path for folder in ("src", "tests", "corpora", "docs", "benchmarks") for path in (ROOT / folder).rglob("*.py")
    if "out" not in path.parts and path.parent.name != "migrations" and ".egg-info" not in str(path)
)  # fmt: skip
LONGEST = 600
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "lib", "core", "base"}
# A library and the only places that may import it.
HOMES = {
    "deltalake": ("corpus",),
    "duckdb": ("corpus",),
    "spacy": ("enrich",),
    "jieba": ("enrich",),
    "sentence_transformers": ("embed.py",),
    "torch": ("embed.py",),
    "openvino": ("embed.py",),
    "graspologic_native": ("detect",),
    "sklearn": ("detect", "propose", "embed.py", "backtest", "programme"),
    "statsmodels": ("detect", "propose"),
    "django": ("review", "programme", "web", "cli"),
    "ninja": ("review", "web"),
    "apscheduler": ("schedule.py", "schedule"),
    "sqlalchemy": ("ledger",),
    "httpx": ("collect",),
    "altair": ("publish", "review"),
    "typst": ("publish", "review"),
    "docx": ("publish", "review"),
}
HEAVY = {
    "torch", "sentence_transformers", "transformers", "spacy", "pandas", "numpy", "sklearn", "scipy", "deltalake",
    "duckdb", "pyarrow", "django", "altair", "jieba", "openvino", "faiss", "pydantic", "httpx", "rich", "sqlalchemy", "apscheduler",
}  # fmt: skip


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> set[str]:
    """The top-level packages that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_the_floors_hold() -> None:
    made = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr


def test_every_stage_stands_in_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    floors = {part.strip() for layer in contracts[0]["layers"] for part in layer.split("|")}
    present = {f"observatory.{path.stem}" for path in SRC.iterdir() if path.suffix == ".py" and path.stem != "__init__"}
    present |= {f"observatory.{path.parent.name}" for path in SRC.glob("*/__init__.py")}
    assert present <= floors, f"in no floor: {sorted(present - floors)}"


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_file_is_one_subject_of_bearable_length(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= LONGEST, f"{lines} lines; split it by noun"


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    named = {part for path in CODE for part in (*path.relative_to(ROOT).parts[:-1], path.stem)}
    assert not named & FORBIDDEN


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_heavy_library_has_one_home(path: Path) -> None:
    inside = path.relative_to(SRC).parts[0]
    wrong = {library for library in imports(path) & HOMES.keys() if inside not in HOMES[library]}
    assert not wrong


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_command_line_prints(path: Path) -> None:
    if path.relative_to(SRC).parts[0] == "cli":
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called != "print", f"line {node.lineno}"
            assert called not in ("sys.stdout.write", "logging.basicConfig"), f"line {node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_bare_or_broad_except(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            caught = "" if node.type is None else ast.unparse(node.type)
            assert caught not in ("", "Exception", "BaseException"), f"line {node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_says_what_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "no docstring"


def test_importing_the_commands_imports_nothing_heavy() -> None:
    modules = sorted({module for module, _, _ in COMMANDS.values()})
    script = f"import sys, importlib\nfor m in {modules!r}: importlib.import_module(m)\nprint(*sorted(sys.modules))"
    made = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not HEAVY & {module.split(".")[0] for module in made.stdout.split()}


def test_help_answers_in_half_a_second() -> None:
    command = [str(Path(sys.executable).with_name("observatory")), "--help"]
    seconds = []
    for _ in range(6):  # the best of several: the machine may be busy
        started = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.5


def test_no_two_test_files_share_a_name() -> None:
    """Test folders are no packages: pytest refuses the second of two files with one name."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names))


def test_every_dependency_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    start, end = lines.index("dependencies = ["), lines.index("[project.scripts]")
    bare = [line for line in lines[start:end] if line.startswith('  "') and " # " not in line]
    assert not bare


def test_constraints_are_exact_and_name_no_place() -> None:
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        package, _, version = line.partition("==")
        assert package, line
        assert version[:1].isdigit(), line
        assert not set("/@+ ") & set(version), line
