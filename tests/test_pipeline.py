"""The laws of the pipeline: nothing twice, nothing lost, nothing later, and the same from any order."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from invented_postings import AS_OF, NOW, RISING, STEADY, add_taxonomy, jsonl, rows, workspace
from observatory.collect import Page, Terms
from observatory.config import Workspace
from observatory.errors import BadFile, NotEnoughData, Unreachable
from observatory.pipeline import collect, corpus_of, enrich, import_files, run
from observatory.records import RawPosting


def bring_in(ws: Workspace, *files: Path, columns: dict[str, str] | None = None) -> Any:
    return import_files(ws, files, source="board", columns=columns, now=NOW)


def stored(ws: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """What the corpus holds, without when it came in."""
    corpus = corpus_of(ws)
    asked = {
        "postings": "posting_id, posted_at, title, description, employer, content_hash",
        "vacancies": "posting_id, vacancy_id, relation",
        "rejected": "source_id, reason, raw",
    }
    return {
        name: sorted(tuple(row.values()) for row in corpus.query(f"SELECT {columns} FROM {name}").to_pylist())
        for name, columns in asked.items()
    }


def found(ws: Workspace) -> list[tuple[Any, ...]]:
    columns = ["run_id", "candidate_id", "rank", "kind", "title", "score"]
    return sorted(tuple(row.values()) for row in corpus_of(ws).read("candidates", columns=columns).to_pylist())


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with all postings and one run; read only."""
    ws = workspace(tmp_path_factory.mktemp("base") / "ws")
    bring_in(ws, jsonl(ws.root / "a.jsonl", rows()))
    run(ws, as_of=AS_OF, now=NOW)
    return ws


# --- a run --------------------------------------------------------------------------------------


def test_the_rising_one_is_found(base: Workspace) -> None:
    first = min(found(base), key=lambda row: row[2])
    assert first[4] == RISING


def test_a_run_says_what_it_stands_on_and_what_it_cost(base: Workspace) -> None:
    done, new = run(base, as_of=AS_OF, now=NOW)
    assert not new
    assert done.corpus_version == corpus_of(base).version() >= 0
    assert done.taxonomies == ("csv 1",)
    assert {"enrich", "detect", "propose"} <= set(done.stages)
    assert all(stage["seconds"] >= 0 and stage["peak_mb"] > 50 for stage in done.stages.values())
    dossier = json.loads(corpus_of(base).read("candidates").column("dossier").to_pylist()[0])
    assert dossier["run"]["corpus_version"] == done.corpus_version


def test_missing_months_count_neither_in_roles_nor_in_exposure(
    base: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = AS_OF.year * 12 + AS_OF.month - 4
    seen = []

    def looked(mentions: Any, exposure: Any, *rest: Any, **options: Any) -> Any:
        seen.append((set(mentions["month"]), set(exposure["month"])))
        raise NotEnoughData("enough seen")

    monkeypatch.setattr("observatory.proposals.detect", looked)
    monkeypatch.setattr("observatory.pipeline.missing_months", lambda corpus, as_of: [("board", month)])
    with pytest.raises(NotEnoughData, match="enough seen"):
        run(base, as_of=AS_OF, now=NOW)  # another fingerprint than before: computed again
    (mentioned, exposed) = seen[0]
    assert month not in mentioned | exposed
    assert {month - 1, month + 1} <= exposed


def test_offers_are_read_once_for_each_posting_read_and_again_by_other_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = workspace(tmp_path / "ws")
    some = rows()[:40]
    some[0] = {**some[0], "description": "We pay $90,000 - 110,000. 3+ years of experience."}
    bring_in(ws, jsonl(ws.root / "a.jsonl", some))
    enrich(ws, as_of=AS_OF, embed=False)
    corpus = corpus_of(ws)
    held = corpus.read("offers").to_pylist()
    assert len(held) == corpus.count("enriched") == len({row["posting_id"] for row in held})
    paid = [row for row in held if row["pay_low"] is not None]
    assert [(row["pay_low"], row["pay_high"], row["years_low"]) for row in paid] == [(90_000, 110_000, 3)]
    version = corpus.version("offers")
    enrich(ws, as_of=AS_OF, embed=False)
    assert corpus.version("offers") == version
    monkeypatch.setattr("observatory.enrich.OFFER_RULES", "another")
    enrich(ws, as_of=AS_OF, embed=False)
    assert corpus.count("offers") == 2 * len(held)
    assert corpus.count("enriched") == len(held)


def test_the_order_of_the_rows_does_not_matter(base: Workspace, tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    mixed = rows()
    random.Random(5).shuffle(mixed)
    parts = [jsonl(ws.root / f"{i}.jsonl", mixed[i::3]) for i in range(3)]
    for part in parts:
        bring_in(ws, part)
    run(ws, as_of=AS_OF, now=NOW)
    assert stored(ws) == stored(base)
    assert found(ws) == found(base)


def test_later_postings_change_no_run_as_of_an_earlier_day(tmp_path: Path) -> None:
    early, both = workspace(tmp_path / "early"), workspace(tmp_path / "both")
    file = jsonl(tmp_path / "a.jsonl", rows())
    day = dt.datetime(2024, 9, 1, tzinfo=dt.UTC)
    before = jsonl(tmp_path / "b.jsonl", [row for row in rows() if row["date"] < "2024-09-01"])
    bring_in(early, before)
    first, _ = run(early, as_of=day, now=NOW)
    listed = found(early)
    assert listed
    bring_in(early, file)  # later postings come in
    again, new = run(early, as_of=day, now=NOW)
    assert (again.run_id, new) == (first.run_id, False)
    bring_in(both, file)  # they were there from the beginning
    run(both, as_of=day, now=NOW)
    assert found(both) == listed == found(early)


def test_a_run_reads_the_newest_classification_of_its_day(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    bring_in(ws, jsonl(tmp_path / "a.jsonl", rows()))
    add_taxonomy(ws, "2", "2025-01-01", [*STEADY, RISING])
    assert run(ws, as_of=AS_OF, now=NOW)[0].taxonomies == ("csv 1",)
    later, new = run(ws, as_of=AS_OF + dt.timedelta(days=1), now=NOW)
    assert new
    assert later.taxonomies == ("csv 2",)


def test_a_setting_of_the_site_makes_no_run_old_and_one_of_detection_does(base: Workspace) -> None:
    from observatory.config import open_workspace

    assert not run(open_workspace(base.root, {"workspace.name": "renamed", "site.target": "20"}), as_of=AS_OF, now=NOW)[
        1
    ]
    corpus = corpus_of(base)
    before = corpus.version("runs")
    fingerprint = run(base, as_of=AS_OF, now=NOW)[0].fingerprint
    other = open_workspace(base.root, {"detect.min_employers": "2"})
    from observatory.pipeline import _what_counts

    assert _what_counts(other) != _what_counts(base)
    assert (corpus.version("runs"), len(fingerprint)) == (before, 64)


def test_nothing_before_the_day_is_said(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    with pytest.raises(NotEnoughData, match="no posting before 2025-01-01"):
        run(ws, as_of=AS_OF, now=NOW)


def test_each_text_is_embedded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    from observatory import proposals

    asked: list[str] = []

    class Counting:
        name, dim = "counting@1", 8

        def __init__(self, *_: object) -> None:
            pass

        def encode(self, texts: list[str], progress: object = None) -> Any:
            asked.extend(texts)
            vectors = np.array(
                [np.random.default_rng(sum(map(ord, text))).normal(size=8) for text in texts], np.float32
            )
            return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    monkeypatch.setattr(proposals, "_Lazy", Counting)
    ws = workspace(tmp_path / "ws")
    (ws.root / "observatory.toml").write_text(
        (ws.root / "observatory.toml").read_text("utf-8").replace('"char-ngram"', '"counting"'), "utf-8"
    )
    from observatory.config import open_workspace

    ws = open_workspace(ws.root)
    bring_in(ws, jsonl(tmp_path / "a.jsonl", rows()))
    run(ws, as_of=AS_OF - dt.timedelta(days=60), now=NOW)
    first = len(asked)
    assert first == len(set(asked)) > 0
    run(ws, as_of=AS_OF, now=NOW)
    assert len(asked) == len(set(asked))


# --- imports ------------------------------------------------------------------------------------


def test_the_same_file_twice_adds_nothing(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    file = jsonl(tmp_path / "a.jsonl", rows())
    first = bring_in(ws, file)
    before, version = stored(ws), corpus_of(ws).version()
    again = bring_in(ws, file)
    assert (first.added, again.added, again.known) == (first.read, 0, first.read)
    assert stored(ws) == before
    assert corpus_of(ws).version() == version


def test_the_same_id_with_another_text_is_kept_aside_and_the_first_stays(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    bring_in(ws, jsonl(tmp_path / "a.jsonl", rows()[:3]))
    changed = {**rows()[1], "description": "quite another text, mail anna@example.org"}
    report = bring_in(ws, jsonl(tmp_path / "b.jsonl", [changed]))
    assert (report.added, report.changed, report.rejected) == (0, 1, {"same id, another text": 1})
    texts = corpus_of(ws).read("postings", columns=["description"]).column("description").to_pylist()
    assert not any("quite another" in text for text in texts)
    (kept,) = corpus_of(ws).read("rejected").to_pylist()
    assert "quite another text" in kept["raw"]
    assert "anna" not in kept["raw"]


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    file = tmp_path / "a.jsonl"
    good = [json.dumps(row) for row in rows()[:5]]
    bad = [
        "not JSON", "[1]", "[" * 10_000, json.dumps({"id": "x", "title": "", "description": ""}),
        json.dumps({**rows()[0], "id": "f", "date": "2031-01-01"}), json.dumps({**rows()[0], "id": "e", "date": "0001-01-01"}),
        json.dumps({**rows()[0], "id": "a", "date": "03/04/2024"}), json.dumps({**rows()[0], "id": "b", "date": "soon"}),
    ]  # fmt: skip
    file.write_text("\n".join([*good[:3], *bad, *good[3:], good[0]]), "utf-8")
    report = bring_in(ws, file)
    assert report.rejected == {
        "not JSON": 1, "not an object": 1, "nested too deep": 1, "no title": 1, "date in the future": 1,
        "date too early": 1, "ambiguous date": 1, "bad date": 1,
    }  # fmt: skip
    assert report.read == len(good) + len(bad) + 1
    assert report.read == report.added + report.known + report.changed + sum(report.rejected.values())
    assert corpus_of(ws).count("rejected") == len(bad)
    assert bring_in(ws, file).added == 0
    assert corpus_of(ws).count("rejected") == len(bad)


def test_columns_that_changed_between_two_imports(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    old, new, odd = tmp_path / "old.csv", tmp_path / "new.csv", tmp_path / "odd.csv"
    old.write_text("id,title,company\n1,Pump Technician,A\n", "utf-8")
    new.write_text("position,employer,id\nPump Technician,A,1\nWelding Engineer,B,2\n", "utf-8")
    odd.write_text("id,what\n3,Plant Accountant\n", "utf-8")
    assert bring_in(ws, old).added == 1
    report = bring_in(ws, new)
    assert (report.added, report.known) == (1, 1)
    with pytest.raises(BadFile, match="--map title=COLUMN"):
        bring_in(ws, odd)
    assert corpus_of(ws).count("postings") == 2
    assert bring_in(ws, odd, columns={"title": "what"}).added == 1


def test_a_cut_file_keeps_what_came_and_the_whole_one_completes_it(tmp_path: Path) -> None:
    whole, ws = workspace(tmp_path / "whole"), workspace(tmp_path / "ws")
    many = [
        {**row, "id": f"{row['id']}-{i}", "note": str(random.Random(i).random())} for i in range(20) for row in rows()
    ]
    file = jsonl(tmp_path / "a.jsonl", many)
    packed = gzip.compress(file.read_bytes())
    cut, complete = tmp_path / "cut.jsonl.gz", tmp_path / "complete.jsonl.gz"
    cut.write_bytes(packed[: int(len(packed) * 0.8)])
    complete.write_bytes(packed)
    with pytest.raises(BadFile, match="breaks off after row"):
        bring_in(ws, cut)
    kept = corpus_of(ws).count("postings")
    assert 0 < kept < len(many)
    assert corpus_of(ws).count("vacancies") == kept
    report = bring_in(ws, complete)
    assert (report.known, report.added) == (kept, len(many) - kept)
    bring_in(whole, complete)
    assert stored(ws) == stored(whole)


# --- live sources -------------------------------------------------------------------------------


class Invented:
    """A source of three pages that breaks at a page, once."""

    terms: ClassVar[Terms] = Terms(licence="invented", attribution="nobody", page="https://example.org")

    def __init__(self, name: str, breaks_at: int = 99) -> None:
        self.name, self.breaks_at, self.asked = name, breaks_at, list[str]()

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        self.asked.append(cursor)
        for number in range(int(cursor or 0), 3):
            if number == self.breaks_at:
                self.breaks_at = 99
                raise Unreachable("invented: 503 after 5 attempts; try again later")
            yield Page(
                postings=(RawPosting(source=self.name, source_id=str(number), title="Pump Technician"),),
                cursor=str(number + 1),
            )


def test_a_source_that_breaks_goes_on_where_it_stopped_and_stops_no_other(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    one, two = Invented("one", breaks_at=2), Invented("two")
    reports = collect(ws, [one, two], since=None, now=NOW)
    assert "503" in reports["one"].failed
    assert (reports["one"].added, reports["two"].added) == (2, 3)
    reports = collect(ws, [one, two], since=None, now=NOW)
    assert (one.asked, two.asked) == (["", "2"], ["", "3"])
    assert (reports["one"].added, reports["two"].added) == (1, 0)
    assert corpus_of(ws).count("postings") == 6


def test_the_cursor_is_saved_after_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from observatory.corpus import Corpus
    from observatory.errors import StorageError

    ws = workspace(tmp_path / "ws")
    real = Corpus.add

    def refuse(self: Corpus, name: str, table: Any) -> Any:
        if name == "postings":
            raise StorageError("the disk is full")
        return real(self, name, table)

    monkeypatch.setattr(Corpus, "add", refuse)
    with pytest.raises(StorageError):
        collect(ws, [Invented("one")], since=None, now=NOW)
    monkeypatch.setattr(Corpus, "add", real)
    assert collect(ws, [source := Invented("one")], since=None, now=NOW)["one"].added == 3
    assert source.asked == [""]


# --- kill -9 ------------------------------------------------------------------------------------

CHILD = """
import os, signal, sys
sys.path[:0] = {paths!r}
from observatory.corpus import Corpus

left, before = int(sys.argv[1]), sys.argv[2] == "before"

def fatal(real):
    def write(self, *arguments, **named):
        global left
        left -= 1
        if left == 0 and before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(self, *arguments, **named)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return write

Corpus.add, Corpus.replace = fatal(Corpus.add), fatal(Corpus.replace)  # append calls add
from pathlib import Path
from observatory import pipeline
pipeline.BUFFER, pipeline.CHUNK = 100, 100
from observatory.collect import files
files.PER_PAGE = 50
from invented_postings import AS_OF, NOW
from observatory.config import open_workspace
ws = open_workspace(Path(sys.argv[3]))
if sys.argv[4] == "run":
    pipeline.run(ws, as_of=AS_OF, now=NOW)
else:
    pipeline.import_files(ws, [Path(sys.argv[4])], source="board", columns=None, now=NOW)
"""


def killed(ws: Workspace, write: int, when: str, what: str) -> bool:
    """Whether the child was killed at that write; False when it ended before."""
    code = CHILD.format(paths=[str(Path(__file__).parent), *sys.path])
    child = subprocess.run(
        [sys.executable, "-c", code, str(write), when, str(ws.root), what], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert child.returncode in (0, -9), child.stderr[-2_000:]
    return child.returncode == -9


@pytest.mark.slow
@pytest.mark.parametrize(("write", "when"), [(1, "before"), (1, "after"), (2, "after"), (3, "before"), (5, "before")])
def test_an_import_that_is_killed_completes_when_it_is_run_again(
    base: Workspace, tmp_path: Path, write: int, when: str
) -> None:
    ws = workspace(tmp_path / "ws")
    file = jsonl(tmp_path / "a.jsonl", rows())
    assert killed(ws, write, when, str(file))
    stored(ws)  # readable as it stands
    bring_in(ws, file)
    assert stored(ws) == stored(base)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write", "when"), [(1, "after"), (3, "before"), (4, "after"), (6, "before"), (7, "after"), (9, "before")]
)
def test_a_run_that_is_killed_completes_when_it_is_run_again(
    base: Workspace, tmp_path: Path, write: int, when: str
) -> None:
    ws = workspace(tmp_path / "ws")
    bring_in(ws, jsonl(tmp_path / "a.jsonl", rows()))
    assert killed(ws, write, when, "run")
    found(ws)
    _, new = run(ws, as_of=AS_OF, now=NOW)
    assert new
    assert found(ws) == found(base)
    assert stored(ws) == stored(base)
