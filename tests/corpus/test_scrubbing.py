"""Older versions of a table without the words, still readable where they must be; the log without texts."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake

from observatory.corpus.scrubbing import scrub_table

FEW = {"delta.checkpointInterval": "2"}


def made(folder: Path) -> Path:
    """Five versions, with a checkpoint in the middle and a line separator in a text."""
    table = folder / "postings"
    for i in range(5):
        rows = pa.table({"posting_id": [f"p{i}", f"q{i}"], "title": [f"secret\u2028{i}", "plain"]})
        write_deltalake(str(table), rows, mode="append" if i < 4 else "overwrite", configuration=FEW)
    DeltaTable(str(table)).create_checkpoint()
    return table


def blank(rows: pa.Table) -> pa.Table:
    return rows.set_column(1, "title", pa.array(["gone"] * rows.num_rows))


def said(folder: Path) -> str:
    parts = [
        json.dumps(pq.read_table(file).to_pylist(), ensure_ascii=False, default=str)
        for file in folder.rglob("*.parquet")
    ]
    return "".join(parts + [file.read_text("utf-8") for file in folder.rglob("*.json")])


def test_old_versions_lose_the_words_and_can_be_read(tmp_path: Path) -> None:
    table = made(tmp_path)
    assert "secret\u20281" in said(table)
    written, removed = scrub_table(table, key="posting_id", ids={"p0", "p1", "p2", "p3"}, blank=blank, versions=[1, 2])
    assert (written, removed) == (3, 1)  # version 3 is named by nobody
    rest = said(table)
    assert not any(f"secret\u2028{i}" in rest for i in range(4))
    assert "secret\u20284" in rest  # of the newest version, whose rows are not asked for
    old = pa.concat_tables([pq.read_table(uri) for uri in DeltaTable(str(table), version=2).file_uris()]).to_pylist()
    assert sorted(row["posting_id"] for row in old) == ["p0", "p1", "p2", "q0", "q1", "q2"]
    assert {row["title"] for row in old} == {"gone", "plain"}


def test_the_table_goes_on_after_it(tmp_path: Path) -> None:
    table = made(tmp_path)
    scrub_table(table, key="posting_id", ids={"p0"}, blank=blank, versions=[])
    newest = DeltaTable(str(table))
    rows = pa.table({"posting_id": ["p4"], "title": ["other"]})
    newest.merge(
        rows, predicate="t.posting_id = s.posting_id", source_alias="s", target_alias="t"
    ).when_matched_update_all().execute()
    write_deltalake(str(table), rows, mode="append")
    found = DeltaTable(str(table)).to_pyarrow_table().to_pylist()
    assert sorted(row["title"] for row in found) == ["other", "other", "plain"]
    assert scrub_table(table, key="posting_id", ids={"p0"}, blank=blank, versions=[])[0] == 0
    assert scrub_table(tmp_path / "none", key="posting_id", ids={"p0"}, blank=blank, versions=[]) == (0, 0)
