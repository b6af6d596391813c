"""The corpus: appends are whole or not at all and idempotent; older versions stay readable; refusals are errors."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.corpus import Corpus, give_back_memory, lean_memory
from observatory.corpus.store import ROW_GROUP
from observatory.errors import BadInput, StorageError
from observatory.records import REJECTED, TABLES, VACANCIES, VECTORS

WHEN = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


def rejected(*ids: str, reason: str = "no title") -> pa.Table:
    rows = [
        {"rejected_id": i, "source": "s", "source_id": i, "reason": reason, "detail": "", "origin": "", "raw": "r" * 50,
         "collected_at": WHEN} for i in ids
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=REJECTED)


def ids(corpus: Corpus, **arguments: object) -> list[str]:
    found: list[str] = corpus.read("rejected", columns=["rejected_id"], **arguments).column("rejected_id").to_pylist()  # type: ignore[arg-type]
    return sorted(found)


def test_a_new_corpus_is_empty_and_readable(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path / "none")
    assert [corpus.count(name) for name in TABLES] == [0] * len(TABLES)
    assert corpus.version() == -1
    assert corpus.query("SELECT count(*) AS n FROM postings").to_pylist() == [{"n": 0}]


def test_the_same_rows_twice_add_nothing_and_make_no_version(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    assert corpus.append("rejected", rejected("a", "b")) == 2
    version = corpus.version("rejected")
    assert corpus.append("rejected", rejected("b", "a")) == 0
    assert corpus.version("rejected") == version
    assert corpus.append("rejected", rejected("b", "c", "c")) == 1
    assert ids(corpus) == ["a", "b", "c"]


def test_the_first_row_of_a_key_stays(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    corpus.append("rejected", rejected("a", reason="first"))
    corpus.append("rejected", rejected("a", reason="second"))
    assert corpus.read("rejected").column("reason").to_pylist() == ["first"]


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=5), max_size=4))
def test_appends_in_any_portions_give_the_set_of_rows(
    tmp_path_factory: pytest.TempPathFactory, portions: list[list[str]]
) -> None:
    corpus = Corpus(tmp_path_factory.mktemp("corpus"))
    added = sum(corpus.append("rejected", rejected(*portion)) for portion in portions)
    assert ids(corpus) == sorted({key for portion in portions for key in portion})
    assert added == len(ids(corpus))


def test_replace_is_by_key_and_keeps_the_others(tmp_path: Path) -> None:
    def vacancies(**of: str) -> pa.Table:
        rows = [{"posting_id": p, "vacancy_id": v, "posted_at": WHEN, "relation": "first"} for p, v in of.items()]
        return pa.Table.from_pylist(rows, schema=VACANCIES)

    corpus = Corpus(tmp_path)
    corpus.replace("vacancies", vacancies(p="p", q="q"))
    corpus.replace("vacancies", vacancies(q="p", r="r"))
    rows = corpus.read("vacancies").to_pylist()
    assert {row["posting_id"]: row["vacancy_id"] for row in rows} == {"p": "p", "q": "p", "r": "r"}


def test_an_older_version_is_read_as_it_was_even_after_compaction(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    for i in range(45):
        corpus.append("rejected", rejected(f"{i:02}"))
    corpus.compact()
    assert len(corpus._open("rejected").file_uris()) == 1
    assert len(ids(corpus)) == 45
    assert ids(corpus, version=2) == ["00", "01", "02"]
    corpus.append("rejected", rejected("x"))
    assert len(ids(corpus)) == 46


def test_joined_files_have_row_groups_of_bounded_size_and_large_files_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = Corpus(tmp_path)
    for i in range(41):
        corpus.append("rejected", rejected(*(f"{i:02}-{n}" for n in range(500))))
    corpus.compact()
    (file,) = corpus._open("rejected").file_uris()
    parquet = pq.ParquetFile(file).metadata
    assert parquet.num_rows == 41 * 500
    assert max(parquet.row_group(i).num_rows for i in range(parquet.num_row_groups)) <= ROW_GROUP
    monkeypatch.setattr("observatory.corpus.store.LARGE", 1_000)  # what stands is large now, and is not joined again
    monkeypatch.setattr("observatory.corpus.store.FILES_BEFORE_COMPACTION", 0)
    version = corpus.version("rejected")
    corpus.compact()
    assert corpus.version("rejected") == version


def test_a_version_that_is_not_there_is_said(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    corpus.append("rejected", rejected("a"))
    with pytest.raises(StorageError, match="version 99 cannot be opened"):
        corpus.read("rejected", version=99)


def test_rows_of_another_shape_are_refused_with_the_difference(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"lacks the columns .*'raw'.*'surplus'"):
        Corpus(tmp_path).append("rejected", rejected("a").drop_columns(["raw"]).append_column("surplus", pa.array([1])))
    assert Corpus(tmp_path).count("rejected") == 0


def test_vectors_keep_their_bits(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    vector = [0.1, -0.0, 1e-30, 3.0]
    corpus.append("vectors", pa.table({"model": ["m"], "text_hash": ["h"], "vector": [vector]}, schema=VECTORS))
    assert corpus.read("vectors").column("vector").to_pylist() == [pa.array(vector, pa.float32()).to_pylist()]


def test_a_parameter_is_no_sql(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    corpus.append("rejected", rejected("a"))
    assert corpus.read("rejected", where="source = $s", s="s' OR '1'='1").num_rows == 0


@pytest.mark.parametrize("spoil", ["log", "data"])
def test_a_spoilt_table_is_an_error_of_ours(tmp_path: Path, spoil: str) -> None:
    corpus = Corpus(tmp_path)
    corpus.append("rejected", rejected("a"))
    folder = tmp_path / "rejected" / ("_delta_log" if spoil == "log" else "")
    victim = next(folder.glob("*.json" if spoil == "log" else "*.parquet"))
    victim.write_bytes(b"{not json" if spoil == "log" else b"PAR1 not parquet")
    with pytest.raises(StorageError):
        ids(corpus)


# --- a disk that refuses ------------------------------------------------------------------------

CHILD = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from corpus.test_store import rejected
from observatory.corpus import Corpus
from observatory.errors import StorageError

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
rows = rejected(*[f"{{i:05}}-{{hash((i, 'salt')) & 0xffffffffffff:x}}" for i in range(20_000)])
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    Corpus(Path({folder!r})).append("rejected", rows)
except StorageError as error:
    print(error)
    sys.exit(3)
"""


@pytest.mark.parametrize("limit", [0, 600, 20_000, 100_000])
def test_a_full_disk_leaves_the_table_whole_and_the_same_again_completes(tmp_path: Path, limit: int) -> None:
    corpus = Corpus(tmp_path / "store")
    corpus.append("rejected", rejected("before"))
    code = CHILD.format(tests=str(Path(__file__).parent.parent), folder=str(corpus.folder), limit=limit)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "0"}
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert child.returncode == 3, child.stderr[-2_000:]
    assert "nothing was written" in child.stdout
    assert "run the same command again" in child.stdout
    assert ids(corpus) == ["before"]
    again = subprocess.run(
        [sys.executable, "-c", code.replace(f"({limit}, {limit})", "(-1, -1)")], capture_output=True, text=True,
        env=environment, check=False,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr[-2_000:]
    assert len(ids(corpus)) == 20_001


def test_a_folder_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder is needed")
    with pytest.raises(StorageError, match="nothing was written"):
        Corpus(blocked / "store").append("rejected", rejected("a"))


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing can be written under `folder` meanwhile. For root, whom no mode stops, it is mounted so."""
    if os.geteuid() == 0:
        subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
        try:
            subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
            yield
        finally:
            subprocess.run(["umount", str(folder)], check=True)
        return
    folders = [path for path in (folder, *folder.rglob("*")) if path.is_dir()]
    for path in folders:
        path.chmod(0o555)
    try:
        yield
    finally:
        for path in folders:
            path.chmod(0o755)


def test_a_read_only_table_is_said_and_stays_readable(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path / "store")
    corpus.append("rejected", rejected("a"))
    with read_only(corpus.folder):
        with pytest.raises(StorageError, match="nothing was written"):
            corpus.append("rejected", rejected("b"))
        assert ids(corpus) == ["a"]
    assert corpus.append("rejected", rejected("b")) == 1


def test_lean_memory_ends_with_the_pool_of_before() -> None:
    before = pa.default_memory_pool().backend_name
    with lean_memory():
        assert pa.default_memory_pool().backend_name == "system"
    assert pa.default_memory_pool().backend_name == before
    give_back_memory()


def test_an_answer_in_batches_is_the_answer(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    corpus.append("rejected", rejected(*(f"r{i:02d}" for i in range(50))))
    question = "SELECT rejected_id FROM rejected WHERE rejected_id <> $one"
    batches = list(corpus.batches(question, rows=8, one="r07"))
    assert max(batch.num_rows for batch in batches) <= 8
    assert pa.Table.from_batches(batches).equals(corpus.query(question, one="r07"))


def test_of_several_rows_with_one_key_the_first_is_taken_where_no_column_alone_is_unique(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    two = [
        {"model": m, "text_hash": t, "vector": [v]}
        for m, t, v in (("a", "x", 1.0), ("a", "y", 2.0), ("b", "x", 3.0), ("a", "x", 4.0))
    ]
    assert corpus.append("vectors", pa.Table.from_pylist(two, schema=VECTORS)) == 3
    assert sorted(row["vector"] for row in corpus.read("vectors").to_pylist()) == [[1.0], [2.0], [3.0]]


def test_replacing_rows_that_are_not_there_adds_them_in_one_version(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    corpus.append("rejected", rejected("a", reason="first"))
    version = corpus.version("rejected")
    corpus.replace("rejected", rejected("b", "c"))
    assert (corpus.version("rejected"), ids(corpus)) == (version + 1, ["a", "b", "c"])
    corpus.replace("rejected", rejected("a", "d", reason="second"))
    found = {row["rejected_id"]: row["reason"] for row in corpus.read("rejected").to_pylist()}
    assert (corpus.version("rejected"), found) == (
        version + 2,
        {"a": "second", "b": "no title", "c": "no title", "d": "second"},
    )
