"""candidates, dossier and verify-dossier over a small invented corpus with one run."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from invented_dossiers import plain
from observatory.cli import cli
from observatory.cli.reading import _COLUMNS, _widths
from observatory.config import init_workspace, open_workspace
from observatory.corpus import Corpus
from observatory.errors import BadFile, BadInput, NotEnoughData
from observatory.propose import build_dossier, to_json
from observatory.records import (
    CANDIDATES,
    CLUSTERS,
    ENRICHED,
    POSTINGS,
    ROLES,
    RUNS,
    VACANCIES,
    Candidate,
    Dossier,
    Evidence,
    Month,
)  # fmt: skip

ROLE = "heat pump commissioner"
COUNTS = {dt.date(2024, 1, 1): (1, 3), dt.date(2024, 2, 1): (0, 0), dt.date(2024, 3, 1): (2, 4)}  # ours, others
KEYS = ["candidate_id", "rank", "kind", "title", "titles", "alternative_titles", "sectors", "score", "postings",
        "vacancies", "employers", "sources", "first_seen", "growth", "novelty", "nearest", "skills", "evidence",
        "reasons"]  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with ten invented postings, one run as of May 2024, and three candidates of it."""
    ws = init_workspace(tmp_path_factory.mktemp("reading") / "ws")
    corpus = Corpus(ws.corpus_dir)
    postings, vacancies, enriched, roles, evidence = [], [], [], [], []
    for month, (ours, others) in COUNTS.items():
        for i in range(ours + others):
            name = f"{month:%m}-{i}"
            posted = dt.datetime(2024, month.month, 10 + i, tzinfo=dt.UTC)
            sentence = f"We seek a heat pump commissioner, number {name}."
            postings.append({
                "posting_id": name, "source": "invented-board", "source_id": name, "posted_at": posted,
                "date_precision": "day", "collected_at": posted, "title": "t", "description": sentence,
                "employer": f"Works {i}", "place": "Lille", "country": "FR", "language": "en", "url": "",
                "content_hash": name, "extra": "{}",
            })  # fmt: skip
            vacancies.append({"posting_id": name, "vacancy_id": name, "posted_at": posted, "relation": "first"})
            enriched.append({
                "posting_id": name, "content_hash": name, "grammar": "g", "language": "en", "employer": f"Works {i}",
                "place": "Lille", "country": "FR", "contract": "", "sectors": [], "skills": [], "tasks": [],
            })  # fmt: skip
            if i < ours:
                roles.append({
                    "posting_id": name, "grammar": "g", "role": ROLE, "phrase": ROLE, "language": "en",
                    "position": "body", "alone": True, "titled": True, "hiring": True, "seniority": "",
                    "sentence": sentence, "start": 10, "end": 32,
                })  # fmt: skip
                evidence.append(Evidence(posting_id=name, source="invented-board", url="", posted_at=posted,
                                         employer=f"Works {i}", sentence=sentence, start=10, end=32))  # fmt: skip
    for table, rows, schema in (
        ("postings", postings, POSTINGS), ("vacancies", vacancies, VACANCIES), ("enriched", enriched, ENRICHED),
        ("roles", roles, ROLES),
    ):  # fmt: skip
        corpus.append(table, pa.Table.from_pylist(rows, schema=schema))
    base = plain()
    run = dataclasses.replace(base.run, corpus_version=corpus.version())
    first = dataclasses.replace(
        base.candidate, candidate_id="L1", rank=1, title="Heat pump commissioner", postings=3, vacancies=3, employers=2,
        sources=("invented-board",), first_seen=dt.date(2024, 1, 10), evidence=("01-0",),
    )  # fmt: skip
    history = [Month(month=m, vacancies=ours, exposure=ours + others) for m, (ours, others) in COUNTS.items()]

    def dossier(candidate: Candidate) -> Dossier:
        return build_dossier(
            candidate, run=run, as_of=base.as_of, history=history, employers=[("Works 0", 2), ("Works 1", 1)],
            places=[("Lille", 3)], skills=[], evidence=evidence, encoders={},
        )  # fmt: skip

    others_ = [
        dataclasses.replace(
            first, candidate_id="L2", rank=2, title="提示词工程师", sectors=("ai",), kind="specialisation"
        ),
        dataclasses.replace(first, candidate_id="L3", rank=3, title="[red]\x1b[31m" + "long " * 40, kind="technology"),
    ]
    corpus.append("clusters", pa.Table.from_pylist(
        [{"run_id": run.run_id, "lineage_id": "L1", "role": ROLE, "language": "en", "vacancies": 3}], schema=CLUSTERS))  # fmt: skip
    corpus.append("candidates", pa.Table.from_pylist(
        [{"run_id": run.run_id, "candidate_id": c.candidate_id, "rank": c.rank, "kind": c.kind, "title": c.title,
          "score": c.score, "sectors": list(c.sectors), "dossier": to_json(dossier(c))} for c in (first, *others_)],
        schema=CANDIDATES))  # fmt: skip
    corpus.append("runs", pa.Table.from_pylist(
        [{"run_id": run.run_id, "as_of": run.as_of, "fingerprint": run.fingerprint, "corpus_version": run.corpus_version,
          "started_at": run.started_at, "run": json.dumps(asdict(run), default=str)}], schema=RUNS))  # fmt: skip
    return ws.root


def call(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--workspace", str(workspace), *arguments])


def test_json_has_exactly_the_promised_keys(workspace: Path) -> None:
    answer = json.loads(call(workspace, "candidates", "--json").output)
    assert list(answer) == ["as_of", "run_id", "corpus_version", "candidates"]
    assert answer["as_of"] == "2024-05-01"
    assert all(list(one) == KEYS for one in answer["candidates"])
    assert list(answer["candidates"][0]["growth"]) == ["ratio", "low", "high", "q_value"]
    assert list(answer["candidates"][0]["nearest"][0]) == ["scheme", "version", "code", "title", "similarity"]


@pytest.mark.parametrize(
    ("options", "ids"),
    [([], ["L1", "L2", "L3"]), (["--limit", "1"], ["L1"]), (["--sector", "ai"], ["L2"]), (["--kind", "technology"], ["L3"]),
     (["--sector", "green", "--kind", "occupation"], ["L1"]), (["--as-of", "2024-05-01"], ["L1", "L2", "L3"]),
     (["--sector", "fishing"], [])],
)  # fmt: skip
def test_filters(workspace: Path, options: list[str], ids: list[str]) -> None:
    result = CliRunner().invoke(cli, ["--workspace", str(workspace), "candidates", "--json", *options])
    assert [one["candidate_id"] for one in json.loads(result.stdout)["candidates"]] == ids


def test_no_run_so_early(workspace: Path) -> None:
    assert isinstance(call(workspace, "candidates", "--as-of", "2024-04-30").exception, NotEnoughData)


def test_wrong_use(workspace: Path) -> None:
    assert call(workspace, "candidates", "--kind", "job").exit_code == 2
    assert call(workspace, "candidates", "--as-of", "May").exit_code == 2
    assert call(workspace, "candidates", "--limit", "0").exit_code == 2
    assert call(workspace, "dossier", "L1", "--format", "xls").exit_code == 2


def test_list_outside_a_terminal_is_plain_and_whole(workspace: Path) -> None:
    lines = call(workspace, "candidates").output.splitlines()
    assert len(lines) == 5  # what it is, the head, three candidates
    assert "\x1b" not in "".join(lines)
    assert "[red]" in lines[4]
    assert ("long " * 40).strip() in lines[4]
    assert not any(line != line.rstrip() for line in lines)


@pytest.mark.parametrize("width", [30, 46, 60, 80, 100, 130, 200])
def test_columns_fit_the_terminal(width: int) -> None:
    needs = [2, 10, 60, 14, 20, 9, 9, 17, 4, 7, 60]
    widths = _widths(needs, width)
    names = [_COLUMNS[i][0] for i in widths]
    assert {"#", "profession", "growth (95 %)"} <= set(names)
    assert width < 47 or sum(widths.values()) + 2 * (len(widths) - 1) <= width
    assert widths[7] == 17  # figures are never cut


@pytest.mark.parametrize("form", ["html", "json", "md", "docx", "pdf"])
@pytest.mark.parametrize("identity", ["L1", "1", "heat pump COMMISSIONER"])
def test_dossier_is_written_in_every_format(workspace: Path, tmp_path: Path, form: str, identity: str) -> None:
    out = tmp_path / "sub" / f"d.{form}"
    result = call(workspace, "dossier", identity, "--format", form, "--out", str(out))
    assert result.output.strip() == str(out)
    begins = {"html": b"<!doctype", "json": b"{", "md": b"# Heat", "docx": b"PK", "pdf": b"%PDF"}
    assert out.read_bytes().startswith(begins[form])


def test_a_list_without_a_row_says_what_the_run_had_before_it(workspace: Path, tmp_path: Path) -> None:
    bare = init_workspace(tmp_path / "bare")
    corpus, full = Corpus(bare.corpus_dir), Corpus(open_workspace(workspace).corpus_dir)
    for name in ("postings", "vacancies", "enriched", "roles", "runs"):
        corpus.append(name, full.read(name))
    answer = call(bare.root, "candidates")
    lines = answer.output.splitlines()
    assert lines[1].startswith("No candidate: 10 postings; a role is sought in 3.")
    assert "5 vacancies of 3 employers" in lines[1]
    assert call(workspace, "candidates", "--kind", "noise").output.splitlines()[1] == "No candidate fulfils this."


def test_an_unknown_candidate_is_refused_with_those_known(workspace: Path) -> None:
    error = call(workspace, "dossier", "L9").exception
    assert isinstance(error, BadInput)
    assert "L1 (Heat pump commissioner)" in str(error)


@pytest.fixture
def written(workspace: Path, tmp_path: Path) -> Path:
    out = tmp_path / "d.json"
    assert call(workspace, "dossier", "L1", "--format", "json", "--out", str(out)).exit_code == 0
    return out


def test_verify_agrees_with_the_corpus(workspace: Path, written: Path) -> None:
    result = call(workspace, "verify-dossier", str(written))
    assert result.exit_code == 0, result.output
    assert "hash right" in result.output
    assert "figures agree" in result.output


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [(("candidate", "vacancies"), 4, "vacancies: the dossier says 4, the corpus gives 3"),
     (("candidate", "postings"), 30, "postings: the dossier says 30"),
     (("candidate", "first_seen"), "2023-01-01", "first seen"),
     (("history", 0, "vacancies"), 2, "2024-01 vacancies: the dossier says 2, the corpus gives 1"),
     (("history", 1, "exposure"), 5, "2024-02 exposure"),
     (("top_employers", 0, 1), 9, "employers: Works 0"),
     (("top_places", 0, 1), 9, "places: Lille"),
     (("evidence", 1, "sentence"), "We seek nobody.", "evidence 2")],
)  # fmt: skip
def test_verify_names_the_figure_that_was_altered(
    workspace: Path, written: Path, path: tuple[str | int, ...], value: object, named: str
) -> None:
    raw = json.loads(written.read_text("utf-8"))
    inner = raw
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    written.write_text(json.dumps(raw), "utf-8")
    result = call(workspace, "verify-dossier", str(written))
    assert result.exit_code == 1
    assert "altered" in result.output
    assert named in result.output
    # A forger who also makes a new hash is found out by the corpus.
    from observatory.propose import from_json
    from observatory.propose.dossier import digest

    raw["sha256"] = digest(from_json(json.dumps(raw)))
    written.write_text(json.dumps(raw), "utf-8")
    forged = call(workspace, "verify-dossier", str(written))
    assert forged.exit_code == 1
    assert "hash right" in forged.output
    assert named in forged.output


def test_verify_outside_a_workspace_checks_the_hash_and_says_so(written: Path, tmp_path: Path) -> None:
    result = call(tmp_path / "nowhere", "verify-dossier", str(written))
    assert result.exit_code == 0
    assert "hash right" in result.output
    assert "not recomputed" in result.output


def test_verify_refuses_what_it_cannot_read(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(b"\xff\xfe\x00")
    assert isinstance(call(workspace, "verify-dossier", str(tmp_path / "b.json")).exception, BadFile)
    assert isinstance(call(workspace, "verify-dossier", str(tmp_path / "none.json")).exception, BadFile)
