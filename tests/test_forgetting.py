"""Forgetting in a whole workspace: no word is left where a program can reach, figures still come out, a restore forgets again."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from invented_postings import AS_OF, NOW, RISING, jsonl, rows, workspace
from observatory import pipeline
from observatory.cli import cli
from observatory.config import Workspace, open_workspace
from observatory.corpus.forgetting import find_words
from observatory.errors import BadInput
from observatory.forgetting import LISTED, expire, forget_request, read_list
from observatory.propose import from_json, to_json, verify
from observatory.records import Dossier
from observatory.removal import MARK
from observatory.verification import differences, withdrawn

LATER = NOW + dt.timedelta(days=30)
NAME = "Works 28 (invented)"
TOKEN = "Zubenelgenubi"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with two imports, a run after each, and a posting of the rising role that holds a word of its own."""
    ws = workspace(tmp_path_factory.mktemp("forgetting") / "ws")
    every = rows()
    own = [row for row in every if row["title"] == RISING][-1]
    own["description"] = f"{RISING} near {TOKEN}\n{own['description']}"
    pipeline.import_files(ws, [jsonl(ws.root / "a.jsonl", every[:150])], source="board", columns=None, now=NOW)
    pipeline.import_files(ws, [jsonl(ws.root / "a.jsonl", every[150:])], source="board", columns=None, now=NOW)
    (ws.root / "a.jsonl").unlink()
    pipeline.run(ws, as_of=AS_OF, now=NOW)
    return ws


@pytest.fixture
def ws(made: Workspace, tmp_path: Path) -> Workspace:
    """A copy that may be changed."""
    shutil.copytree(made.root, tmp_path / "ws")
    return open_workspace(tmp_path / "ws")


def forgotten(ws: Workspace, ids: list[str], *, words: tuple[str, ...] = (), reason: str = "request 7") -> Any:
    return forget_request(
        ws, pipeline.corpus_of(ws), ids, reason=reason, words=words, now=LATER, backups=ws.root / "backups"
    )


def rising(ws: Workspace) -> Dossier:
    found = pipeline.corpus_of(ws).query('SELECT dossier FROM candidates ORDER BY "rank" LIMIT 1').to_pylist()
    return from_json(found[0]["dossier"])


def held(folder: Path, *texts: str) -> list[str]:
    """Files below a folder in which one of the texts stands, whatever the file's form."""
    found = []
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        said = file.read_bytes().decode("utf-8", "ignore")
        if file.suffix == ".parquet":
            said += json.dumps(pq.read_table(file).to_pylist(), ensure_ascii=False, default=str)
        if any(text in said for text in texts):
            found.append(file.relative_to(folder).as_posix())
    return found


def test_no_word_is_left_and_all_figures_come_out(ws: Workspace) -> None:
    corpus, before = pipeline.corpus_of(ws), rising(ws)
    ids = find_words(corpus, TOKEN)
    assert [e.posting_id for e in before.evidence if e.posting_id in ids] == ids
    assert held(ws.root, TOKEN)
    assert differences(corpus, before) == []
    done = forgotten(ws, ids)
    assert (done.corpus.postings, done.corpus.dossiers) == (1, (before.candidate.candidate_id,))
    assert held(ws.root, TOKEN) == []
    after = rising(ws)
    assert after.sha256 == before.sha256
    assert verify(after)
    assert verify(before)
    gone = next(e for e in after.evidence if e.posting_id in ids)
    was = next(e for e in before.evidence if e.posting_id in ids)
    assert gone == replace(was, sentence=MARK, start=0, end=0, employer="", url="")
    assert (after.removals[0].on, after.removals[0].why) == (LATER.date(), "request 7")
    assert differences(corpus, before) == differences(corpus, after) == []
    assert "1 of its postings were removed on 2025-07-01 (request 7)" in withdrawn(corpus, before)[0]
    assert withdrawn(corpus, after)
    wrong = replace(after, candidate=replace(after.candidate, vacancies=after.candidate.vacancies + 1))
    assert not verify(wrong)
    assert any(line.startswith("vacancies") for line in differences(corpus, wrong))


def test_the_version_that_a_run_names_can_still_be_read(ws: Workspace) -> None:
    corpus, before = pipeline.corpus_of(ws), rising(ws)
    version = before.run.corpus_version
    titles = "SELECT posting_id, title FROM postings ORDER BY 1"
    told = {r["posting_id"]: r["title"] for r in corpus.query(titles, versions={"postings": version}).to_pylist()}
    ids = find_words(corpus, TOKEN)
    forgotten(ws, ids)
    assert corpus.version() > version
    again = {r["posting_id"]: r["title"] for r in corpus.query(titles, versions={"postings": version}).to_pylist()}
    assert again == {**told, ids[0]: MARK}


def test_asked_again_after_a_stop_it_does_the_rest(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from observatory.corpus import Corpus

    ids = find_words(pipeline.corpus_of(ws), TOKEN)
    replace_rows = Corpus.replace

    def stops(self: Corpus, name: str, table: Any) -> None:
        if name == "postings":
            raise KeyboardInterrupt
        replace_rows(self, name, table)

    monkeypatch.setattr(Corpus, "replace", stops)
    with pytest.raises(KeyboardInterrupt):
        forgotten(ws, ids)
    monkeypatch.undo()
    assert forgotten(ws, ids).corpus.postings == 1
    assert held(ws.root, TOKEN) == []
    assert forgotten(ws, ids).corpus.postings == 0
    assert len(read_list(ws.var_dir / LISTED)) == 1


def test_words_go_wherever_they_stand(ws: Workspace) -> None:
    corpus = pipeline.corpus_of(ws)
    pipeline.import_files(
        ws, [jsonl(ws.root / "b.jsonl", [{**rows()[0], "description": f"Another text, from {NAME}."}])],
        source="board", columns=None, now=NOW,
    )  # fmt: skip
    (ws.root / "b.jsonl").unlink()
    assert corpus.count("rejected") == 1
    ids = find_words(corpus, NAME.upper())
    assert held(ws.root, NAME)
    with pytest.raises(BadInput, match="name the request by a number"):
        forgotten(ws, ids, words=(NAME,), reason=f"asked by {NAME.lower()}")
    done = forgotten(ws, ids, words=(NAME,))
    assert done.corpus.rejected == 1
    assert held(ws.root, NAME, NAME.lower()) == []
    assert done.stays == ()


def test_counts_stand_when_another_grammar_reads(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = pipeline.corpus_of(ws)
    ids = [row["posting_id"] for row in corpus.query("SELECT posting_id FROM postings WHERE title = $t", t=RISING).to_pylist()]  # fmt: skip
    expired = ids[: len(ids) // 2]
    forgotten(ws, expired)
    sectors = ws.sectors_dir / "own.toml"
    sectors.write_text('name = "own"\n[labels]\nen = "own"\n[strong]\nen = ["turbine"]\n', "utf-8")
    before = rising(ws)
    run, new = pipeline.run(ws, as_of=AS_OF, now=LATER)
    assert new
    told = [
        from_json(row["dossier"]) for row in corpus.read("candidates", where="run_id = $r", r=run.run_id).to_pylist()
    ]
    after = next(one for one in told if one.candidate.title == before.candidate.title)
    assert (after.candidate.vacancies, after.candidate.postings) == (
        before.candidate.vacancies,
        before.candidate.postings,
    )
    assert not {e.posting_id for e in after.evidence} & set(expired)
    assert all(e.sentence for e in after.evidence)
    assert len(corpus.query("SELECT DISTINCT grammar FROM enriched").to_pylist()) == 2


def test_retention_takes_the_same_road(ws: Workspace) -> None:
    corpus, before = pipeline.corpus_of(ws), rising(ws)
    assert expire(ws, corpus, {"board": 20}, now=LATER) == corpus.count("postings")
    after = rising(ws)
    assert {e.sentence for e in after.evidence} == {MARK}
    assert after.removals[0].why == "retention of 20 days"
    assert differences(corpus, before) == differences(corpus, after) == []
    assert expire(ws, corpus, {"board": 20}, now=LATER) == 0
    assert not (ws.var_dir / LISTED).exists()


def command(ws: Workspace, *words: str) -> Any:
    return CliRunner().invoke(cli, ["-w", str(ws.root), *words])


def test_verify_dossier_says_exactly_what_was_removed(ws: Workspace, tmp_path: Path) -> None:
    before, old, new, forged = rising(ws), tmp_path / "old.json", tmp_path / "new.json", tmp_path / "forged.json"
    old.write_text(to_json(before), "utf-8")
    ids = find_words(pipeline.corpus_of(ws), TOKEN)
    said = command(ws, "forget", "--posting", ids[0], "--reason", "request 7", "--yes")
    assert said.exit_code == 0, said.output
    assert "1 quotations removed from the stored dossiers of 1 candidates" in said.output
    new.write_text(to_json(rising(ws)), "utf-8")
    assert (
        "no such posting here: 0000" in command(ws, "forget", "--posting", "0000", "--reason", "none", "--yes").output
    )
    asked = command(ws, "forget", "--posting", ids[0], "--posting", "0000", "--reason", "none").output
    assert "Remove for ever the texts of 1 postings, and what quotes 1 that are not here?" in asked
    for given, said_of_it in ((tmp_path / "gone.txt", "there is no such file"), (tmp_path, "a folder came")):
        wrong = command(ws, "forget", "--file", str(given), "--reason", "none")
        assert wrong.exit_code != 0
        assert said_of_it in str(wrong.exception) + wrong.output
    told = command(ws, "verify-dossier", str(old))
    assert told.exit_code == 0
    assert "hash right" in told.output
    assert "removed on" in told.output
    told = command(ws, "verify-dossier", str(new))
    assert told.exit_code == 0
    assert "hash right" not in told.output
    assert f"frozen with sha256 {before.sha256}" in told.output
    assert "1 quotations removed on" in told.output
    # a dossier altered by somebody who writes a note of a removal that never was
    raw = json.loads(to_json(before))
    raw["evidence"][0]["sentence"] = "Nobody wrote this."
    from observatory.removal import contents_hash

    note = {"on": "2025-07-01", "why": "request 9", "quotations": 1, "sha256": contents_hash(raw)}
    forged.write_text(json.dumps({**raw, "removals": [note]}), "utf-8")
    told = command(ws, "verify-dossier", str(forged))
    assert told.exit_code == 1
    assert "no record of that" in told.output


def test_files_that_hold_it_are_named_and_a_restore_forgets_again(ws: Workspace, tmp_path: Path) -> None:
    corpus = pipeline.corpus_of(ws)
    ids = find_words(corpus, TOKEN)
    quoted = next(e.sentence for e in rising(ws).evidence if e.posting_id in ids)
    (ws.var_dir / "reports").mkdir(parents=True)
    (ws.var_dir / "reports" / "week.html").write_text(f"<p>{quoted[:10]}<mark>{quoted[10:]}</mark></p>", "utf-8")
    (ws.var_dir / "reports" / "cites.csv").write_text(f"posting\n{ids[0]}\n", "utf-8")
    (ws.var_dir / "reports" / "clean.html").write_text("<p>Nothing here.</p>", "utf-8")
    assert command(ws, "backup").exit_code == 0
    backup = next((ws.root / "backups").iterdir())
    said = command(ws, "forget", "--text", TOKEN, "--reason", "request 8", "--yes")
    assert said.exit_code == 0, said.output
    for part in ("week.html: holds", "cites.csv: cites the posting", f"{backup.name}: a backup", "downloaded"):
        assert part in said.output
    assert "clean.html" not in said.output
    assert TOKEN not in (ws.root / "backups" / LISTED).read_text("utf-8")
    told = command(ws, "restore", str(backup), str(tmp_path / "again"))
    assert told.exit_code == 0, told.output
    assert "1 requests done again: 1 texts removed" in told.output
    assert "named a text, which is not kept" in told.output
    assert held(tmp_path / "again" / "corpora", TOKEN) == []
    assert command(ws, "backup", "--out", str(tmp_path / "disk")).exit_code == 0
    assert (tmp_path / "disk" / LISTED).read_bytes() == (ws.root / "backups" / LISTED).read_bytes()
    alone = tmp_path / "elsewhere" / backup.name
    alone.parent.mkdir()
    shutil.copy(backup, alone)
    told = command(ws, "restore", str(alone), str(tmp_path / "other"))
    assert "no list of removed texts" in told.output
    (alone.parent / LISTED).write_text('{"postings": 1}\n', "utf-8")
    told = command(ws, "restore", str(alone), str(tmp_path / "third"))
    assert told.exit_code == 1
    assert not (tmp_path / "third").exists()
