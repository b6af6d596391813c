"""Backup and restore: taken while others write, complete, checked, refused when damaged or newer."""

from __future__ import annotations

import datetime as dt
import errno
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from observatory import backup as module
from observatory.backup import MANIFEST, SUFFIX, make_backup, prune_backups, restore_backup, verify_backup
from observatory.config import Workspace, init_workspace
from observatory.corpus import Corpus
from observatory.corpus.snapshot import files_of, versions_now
from observatory.errors import BadFile, BadInput, ObservatoryError, StorageError
from observatory.ledger import UNSURE, Letter, open_ledger
from observatory.pipeline import corpus_of, import_files

NOW = dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC)

# What a restored workspace needs to go on as before, beside corpus and databases.
SMALL = (
    "sources.toml",
    "var/ranking.json",
    "var/backtest/backtest.json",
    "var/review/verdicts.json",
    "var/reports/weekly/r.pdf",
)


def postings(folder: Path, first: int, count: int) -> Path:
    file = folder / f"p{first}.jsonl"
    rows = [
        {"id": str(n), "title": f"Invented role {n}", "description": f"Mends widgets of kind {n} in the north hall.", "posted_at": "2024-05-06",
         "employer": f"Widget works {n % 7}"}
        for n in range(first, first + count)
    ]  # fmt: skip
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return file


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    ws = init_workspace(tmp_path / "work")
    import_files(ws, [postings(tmp_path, 0, 30)], source="invented", columns=None, now=NOW)
    import_files(ws, [postings(tmp_path, 30, 20)], source="invented", columns=None, now=NOW)
    (ws.jobs_dir / "a.toml").write_text("# a job\n", "utf-8")
    (ws.var_dir / "cursors.json").write_text('{"hackernews": "7"}', "utf-8")
    for name in SMALL:
        (ws.root / name).parent.mkdir(parents=True, exist_ok=True)
        (ws.root / name).write_text(f"what stands in {name}", "utf-8")
    (ws.root / ".env").write_text("PASSWORD=x", "utf-8")
    ledger = open_ledger(ws)
    ledger.queue(Letter(issue="weekly/1", recipients=("a@example.org",), subject="s", body="b"), now=NOW)
    ledger.close()
    return ws


def test_what_comes_back_is_what_was_there(ws: Workspace, tmp_path: Path) -> None:
    path, made = make_backup(ws, tmp_path / "out", now=NOW)
    assert path.name == f"work-20250102T030405Z{SUFFIX}"
    assert path.stat().st_mode & 0o777 == 0o600
    assert verify_backup(path) == made
    restore_backup(path, tmp_path / "again", now=NOW)
    other = Corpus(tmp_path / "again" / "corpora" / "store")
    corpus = corpus_of(ws)
    for table in made.corpus_versions:
        assert other.version(table) == corpus.version(table)
        assert other.read(table).to_pylist() == corpus.read(table).to_pylist()
    assert other.read("postings", version=0).num_rows == 30  # a dossier may name an older version
    assert (tmp_path / "again" / "observatory.toml").read_bytes() == (ws.root / "observatory.toml").read_bytes()
    assert (tmp_path / "again" / "jobs" / "a.toml").is_file()
    assert (tmp_path / "again" / "var" / "cursors.json").is_file()
    for name in SMALL:
        assert (tmp_path / "again" / name).read_text("utf-8") == f"what stands in {name}"
    assert not (tmp_path / "again" / ".env").exists()
    added = other.append("postings", corpus.read("postings"))
    assert added == 0  # it is a table one can go on writing to


def test_letters_that_waited_are_not_sent_by_the_restored_one(ws: Workspace, tmp_path: Path) -> None:
    path, _ = make_backup(ws, tmp_path / "out", now=NOW)
    restore_backup(path, tmp_path / "again", now=NOW)
    from observatory.config import open_workspace

    ledger = open_ledger(open_workspace(tmp_path / "again"))
    assert [mail.state for mail in ledger.mails()] == [UNSURE]
    ledger.close()


def test_a_backup_while_others_write_is_of_one_moment(ws: Workspace, tmp_path: Path) -> None:
    stop = threading.Event()
    batches = 0

    def write() -> None:
        nonlocal batches
        while not stop.is_set():
            import_files(ws, [postings(tmp_path, 1_000 + batches * 10, 10)], source="busy", columns=None, now=NOW)
            batches += 1

    thread = threading.Thread(target=write)
    thread.start()
    paths = []
    try:
        for n in range(400):
            if len(paths) >= 3 and batches >= 3:
                break
            path, manifest = make_backup(ws, tmp_path / "out", now=NOW + dt.timedelta(seconds=n))
            paths.append((path, manifest))
    finally:
        stop.set()
        thread.join()
    assert batches >= 3
    assert paths[-1][1].corpus_versions["postings"] > paths[0][1].corpus_versions["postings"]
    for n, (path, manifest) in enumerate([paths[0], paths[len(paths) // 2], paths[-1]]):
        restore_backup(path, tmp_path / f"r{n}", now=NOW)
        other = Corpus(tmp_path / f"r{n}" / "corpora" / "store")
        rows = other.read("postings")
        assert other.version("postings") == manifest.corpus_versions["postings"]
        assert (rows.num_rows - 50) % 10 == 0  # whole batches only
        assert rows.num_rows == corpus_of(ws).read("postings", version=other.version("postings")).num_rows


def test_versions_are_noted_together_and_older_files_are_part(ws: Workspace) -> None:
    versions = versions_now(ws.corpus_dir)
    assert set(versions) >= {"postings", "vacancies"}
    files = files_of(ws.corpus_dir, versions)
    assert len(files) == len(set(files))
    gone = next(file for file in files if file.parent.name == "postings")
    gone.unlink()
    with pytest.raises(StorageError, match="needs this file and it is gone"):
        files_of(ws.corpus_dir, versions)


def _rewrite(path: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> None:
    members = []
    with tarfile.open(path) as tar:
        for info in tar:
            file = tar.extractfile(info)
            assert file is not None
            members.append(change(info.name, file.read()))
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for member in members:
            if member is not None:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                tar.addfile(info, io.BytesIO(member[1]))


def _flip(name: str, body: bytes) -> tuple[str, bytes]:
    return (name, body[:-1] + bytes([body[-1] ^ 1])) if name.endswith(".parquet") else (name, body)


def _manifest(**changes: Any) -> Callable[[str, bytes], tuple[str, bytes]]:
    def change(name: str, body: bytes) -> tuple[str, bytes]:
        return (name, json.dumps({**json.loads(body), **changes}).encode()) if name == MANIFEST else (name, body)

    return change


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        (_flip, BadFile, "was altered"),
        (lambda name, body: None if name.endswith(".parquet") else (name, body), BadFile, "is missing"),
        (lambda name, body: None if name == MANIFEST else (name, body), BadFile, "breaks off"),
        (lambda name, body: (name.replace("jobs/a", "jobs/0"), body), BadFile, "not in the manifest"),
        (lambda name, body: (name.replace("workspace/jobs", "workspace/../../jobs"), body), BadFile, "no plain file"),
        (lambda name, body: (name, b"{") if name == MANIFEST else (name, body), BadFile, "manifest cannot be read"),
        (_manifest(surprise=1), BadFile, "lacks something"),
        (_manifest(format=99), BadInput, "newer version"),
        (_manifest(workspace_format=99), BadInput, "newer version"),
        (_manifest(observatory="99.0.0"), BadInput, "newer version of the observatory (99.0.0"),
    ],
)  # fmt: skip
def test_a_damaged_or_newer_backup_is_refused_and_nothing_is_written(
    ws: Workspace, tmp_path: Path, change: Any, kind: type[ObservatoryError], said: str
) -> None:
    path, _ = make_backup(ws, tmp_path / "out", now=NOW)
    _rewrite(path, change)
    for act in (verify_backup, lambda p: restore_backup(p, tmp_path / "again", now=NOW)):
        with pytest.raises(kind) as caught:
            act(path)
        assert said in str(caught.value)
    assert not (tmp_path / "again").exists()


def test_a_backup_cut_short_anywhere_is_refused(ws: Workspace, tmp_path: Path) -> None:
    path, _ = make_backup(ws, tmp_path / "out", now=NOW)
    whole = path.read_bytes()
    for share in (0.0, 0.1, 0.5, 0.8):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(BadFile):
            verify_backup(path)
    path.write_bytes(b"no tar at all" * 100)
    with pytest.raises(BadFile, match="damaged, or no backup"):
        verify_backup(path)
    with pytest.raises(BadFile, match="no such file"):
        verify_backup(tmp_path / "none")


def test_a_folder_that_is_not_empty_is_left_alone(ws: Workspace, tmp_path: Path) -> None:
    path, _ = make_backup(ws, tmp_path / "out", now=NOW)
    with pytest.raises(BadInput, match="is not empty"):
        restore_backup(path, ws.root, now=NOW)
    (tmp_path / "empty").mkdir()
    restore_backup(path, tmp_path / "empty", now=NOW)
    assert (tmp_path / "empty" / "observatory.toml").is_file()


def test_a_full_disk_leaves_no_half_backup(ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = make_backup(ws, tmp_path / "out", now=NOW)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(StorageError, match=r"No space left on device.*older backups are untouched"):
        make_backup(ws, tmp_path / "out", now=NOW + dt.timedelta(hours=1))
    monkeypatch.undo()
    assert [p.name for p in (tmp_path / "out").iterdir()] == [first.name]
    verify_backup(first)


def test_the_newest_are_kept(ws: Workspace, tmp_path: Path) -> None:
    made = [make_backup(ws, tmp_path / "out", now=NOW + dt.timedelta(days=n))[0] for n in range(4)]
    assert sorted(prune_backups(tmp_path / "out", keep=2)) == made[:2]
    assert sorted((tmp_path / "out").iterdir()) == made[2:]


def test_the_audit_trail_and_candidates_come_back_through_the_command_line(ws: Workspace, tmp_path: Path) -> None:
    def observatory(*words: str, root: Path = ws.root) -> str:
        made = subprocess.run(
            [sys.executable, "-m", "observatory", "--workspace", str(root), *words], capture_output=True, text=True, check=False,
            env={k: v for k, v in os.environ.items() if not k.startswith("OBSERVATORY_W")},
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        return made.stdout

    fill = (
        "import os, django, datetime as dt; os.environ['DJANGO_SETTINGS_MODULE'] = 'observatory.web.settings'; django.setup();"
        "from django.core.management import call_command; call_command('migrate', verbosity=0);"
        "from observatory.review import demo; from observatory.review.views.frame import rules;"
        "demo.fill(password='long enough 1', rules=rules(), now=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))"
    )
    made = subprocess.run(
        [sys.executable, "-c", fill], env={**os.environ, "OBSERVATORY_WORKSPACE": str(ws.root)}, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    before = json.loads(observatory("audit", "verify", "--json"))
    assert before["rows"] > 20
    told = json.loads(observatory("backup", "--out", str(tmp_path / "out"), "--json"))
    assert json.loads(observatory("verify", told["path"], "--json"))["databases"] == {
        "site": "sqlite",
        "ledger": "sqlite",
    }
    observatory("restore", told["path"], str(tmp_path / "again"))
    assert json.loads(observatory("audit", "verify", "--json", root=tmp_path / "again")) == before
    exported = observatory("audit", "export", root=tmp_path / "again")
    assert exported == observatory("audit", "export")
