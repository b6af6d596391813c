"""The commands of the review site: dossiers in, verdicts out, people, the record."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import pytest
from benchmarks.page import ROOT

from invented_dossiers import DOSSIERS
from observatory.propose import to_json
from site_world import make_workspace


@pytest.fixture
def command(tmp_path):
    """Runs a command on a workspace of its own; (exit code, what it printed, what it complained)."""
    workspace = make_workspace(tmp_path / "ws")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OBSERVATORY_", "DJANGO_"))}

    def run(*words, typed=None):
        made = subprocess.run(
            [sys.executable, "-c", "from observatory.cli import main; main()", "--workspace", str(workspace), *words],
            env={**kept, "PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, input=typed, check=False,
        )  # fmt: skip
        return made.returncode, made.stdout, made.stderr

    return run


@pytest.mark.slow
def test_from_dossiers_to_a_record_that_can_be_checked(command, tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(to_json(DOSSIERS["plain"]()), "utf-8")
    bad.write_text(to_json(DOSSIERS["chinese"]()).replace('"vacancies": ', '"vacancies": 1', 1), "utf-8")
    code, _out, error = command("review", "import", str(good), str(bad))
    assert code == 1
    assert "bad.json" in error
    assert "does not match its hash" in error
    code, out, _error = command("review", "import", str(good))
    assert (code, out.split()[1]) == (0, "new")
    assert command("review", "import", str(good))[1].split()[1] == "known"
    code, _out, error = command("review", "import", str(tmp_path / "none.json"))
    assert code == 1
    assert "cannot be read" in error

    code, out, _error = command("review", "verdicts")
    assert json.loads(out) == {"format_version": 1, "verdicts": []}
    code, out, _error = command("review", "verdicts", "--format", "csv", "--out", str(tmp_path / "v.csv"))
    assert code == 0
    assert next(csv.reader(io.StringIO((tmp_path / "v.csv").read_text("utf-8"))))[:3] == [
        "lineage_id",
        "part",
        "verdict",
    ]
    code, _out, error = command("review", "verdicts", "--out", str(tmp_path / "no" / "v.json"))
    assert code == 1
    assert "cannot be written" in error

    code, out, _error = command("audit", "verify")
    assert code == 0
    assert out.startswith("1 rows, unbroken; head ")
    code, out, _error = command("audit", "export")
    assert json.loads(out)["verb"] == "dossier.new"


@pytest.mark.slow
def test_the_register_goes_out_and_becomes_open_data(command, tmp_path):
    import datetime as dt

    from observatory.register import Row, from_csv, to_csv

    code, out, _error = command("review", "register")
    assert code == 0
    assert from_csv(out, schemes=()) == ()
    code, _out, error = command("review", "register", "--release", "2026.1")
    assert code == 1
    assert "there are: none yet" in error
    row = Row(
        identity="a", kind="occupation", scheme="dadian", code="4-01", title="model auditor", adopted=dt.date(2026, 1, 1),
        titles={"en": ("model auditor",)},
    )  # fmt: skip
    file, made = tmp_path / "2026.1.csv", tmp_path / "out.ttl"
    file.write_text(to_csv([row]), "utf-8", newline="")
    code, _out, error = command("export", "turtle", "--register", str(file), "--out", str(made))
    assert code == 0, error
    assert 'skos:notation "4-01"' in made.read_text("utf-8")
    file.write_text(to_csv([row]).replace("dadian", "moon"), "utf-8", newline="")
    code, _out, error = command("export", "turtle", "--register", str(file), "--out", str(made))
    assert code == 1
    assert "row 2 (a): scheme 'moon' is unknown" in error
    file.write_text('{"mappings": []}', "utf-8")
    assert command("review", "mappings", str(file))[1] == "0 rows changed\n"


@pytest.mark.slow
def test_an_altered_record_ends_with_one(command, tmp_path):
    import sqlite3

    good = tmp_path / "good.json"
    good.write_text(to_json(DOSSIERS["plain"]()), "utf-8")
    command("review", "import", str(good))
    with sqlite3.connect(tmp_path / "ws" / "var" / "site.sqlite3") as database:
        database.execute("DROP TRIGGER review_audit_no_update")
        database.execute("UPDATE review_auditrow SET by = 'eve'")
    code, _out, error = command("audit", "verify")
    assert code == 1
    assert "row 1 was altered" in error
    code, out, _error = command("audit", "verify", "--json")
    assert code == 1
    assert json.loads(out)["broken"] == 1


@pytest.mark.slow
def test_people_are_added_with_good_passwords_and_known_groups(command):
    def add(*words, password="correct horse 7"):
        return command("review", "user", *words, "--password", password)

    assert add("mara", "--group", "analyst", "--group", "chair")[0] == 0
    for words, password, said in (
        (("mara", "--group", "analyst"), "correct horse 7", "exists already"),
        (("olu", "--group", "goblin"), "correct horse 7", "no group goblin"),
        (("olu", "--group", "analyst"), "short", "too short"),
    ):
        code, _out, error = add(*words, password=password)
        assert code == 1
        assert said in error
    assert command("review", "unlock", "mara")[0] == 0


@pytest.mark.slow
def test_an_older_copy_of_a_dossier_does_not_bring_back_what_the_corpus_forgot(command, tmp_path):
    import pyarrow as pa

    from observatory.corpus import Corpus
    from observatory.records import TOMBSTONES

    made = DOSSIERS["plain"]()
    cited = made.evidence[0]
    row = {"posting_id": cited.posting_id, "source": cited.source, "posted_at": cited.posted_at, "content_hash": "0", "reason": "request 7", "removed_at": cited.posted_at}  # fmt: skip
    Corpus(tmp_path / "ws" / "corpora" / "store").append("tombstones", pa.Table.from_pylist([row], schema=TOMBSTONES))
    (tmp_path / "old.json").write_text(to_json(made), "utf-8")
    code, _out, error = command("review", "import", str(tmp_path / "old.json"))
    assert code == 1
    assert f"quotes posting {cited.posting_id}, whose text had to be removed" in error
    (tmp_path / "other.json").write_text(to_json(DOSSIERS["empty"]()), "utf-8")
    assert command("review", "import", str(tmp_path / "other.json"))[0] == 0
