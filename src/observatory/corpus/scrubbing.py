"""Words out of the files of a table that no longer show: older versions, and the log that describes its files.

Delta writes a file once; a row that changes is written again elsewhere and the old file stays, for the older version
that a run names. The log keeps the least and the greatest value of each column of each file, whole texts among them.
Here the old files that a run needs are written again without the words, under their own names, so that the version
can still be read; other old files go, and the texts in the log with them.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from observatory.errors import StorageError

LOG = "_delta_log"
# Columns whose least and greatest values say nothing of what a posting says; all others leave the log.
PLAIN = frozenset(
    {"posting_id", "source", "source_id", "posted_at", "collected_at", "content_hash", "country", "language", "date_precision",
     "rejected_id", "grammar", "rules", "run_id", "candidate_id", "rank", "kind", "score", "position", "seniority", "alone", "titled",
     "hiring", "start", "end", "contract", "words"}
)  # fmt: skip
ACTIONS = ("add", "remove")  # entries of the log that describe a file
ROWS = 8_192  # rows written together

Blank = Callable[[pa.Table], pa.Table]


def scrub_table(
    folder: Path, *, key: str, ids: Collection[str], blank: Blank, versions: Collection[int]
) -> tuple[int, int]:
    """Takes the words of the rows `ids` out of all that the newest version of a table does not show.

    `blank` gives rows without words, `versions` are those that must stay readable. Returns how many files were
    written again and how many were removed. Raises `StorageError`; what was done till then stays done.
    """
    from deltalake import DeltaTable

    if not (folder / LOG).is_dir():
        return 0, 0
    written = removed = 0
    try:
        with FileLock(folder.parent / ".lock", timeout=600):
            newest = DeltaTable(str(folder))
            shown = _names(newest)
            needed: set[str] = set()
            for version in sorted({v for v in versions if 0 <= v < newest.version()}):
                with contextlib.suppress(Exception):  # a version that can be read no longer needs nothing
                    needed |= _names(DeltaTable(str(folder), version=version))
            wanted = pa.array(sorted(ids), pa.string())
            for file in sorted(folder.glob("*.parquet")):
                if file.name in shown:
                    continue
                if file.name not in needed:
                    file.unlink()
                    removed += 1
                elif _holds(file, key, set(ids)):
                    _rewrite(file, key, wanted, blank)
                    written += 1
            _scrub_log(folder / LOG)
    except OSError as error:
        raise StorageError(
            f"{folder}: older versions could not be cleared ({error}); run the same command again"
        ) from error
    return written, removed


def _names(table: Any) -> set[str]:
    return {unquote(Path(urlsplit(uri).path).name) for uri in table.file_uris()}


def _holds(file: Path, key: str, ids: set[str]) -> bool:
    with pq.ParquetFile(file) as opened:
        return any(
            not ids.isdisjoint(batch.column(0).to_pylist()) for batch in opened.iter_batches(ROWS, columns=[key])
        )


def _rewrite(file: Path, key: str, wanted: pa.Array, blank: Blank) -> None:
    import pyarrow.compute as pc

    with _beside(file) as beside, pq.ParquetFile(file) as opened:
        schema = opened.schema_arrow
        with pq.ParquetWriter(beside, schema, compression="zstd", compression_level=3) as writer:
            for batch in opened.iter_batches(ROWS):
                rows = pa.Table.from_batches([batch])
                mine = pc.is_in(rows.column(key), wanted)
                if pc.any(mine).as_py():
                    rows = pa.concat_tables([rows.filter(pc.invert(mine)), blank(rows.filter(mine)).cast(schema)])
                writer.write_table(rows, row_group_size=ROWS)


@contextlib.contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A new file that takes the place of `file` when it is whole."""
    beside = file.with_name(f".{file.name}.new")
    try:
        yield beside
        with beside.open("rb") as done:
            os.fsync(done.fileno())
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)


def _scrub_log(log: Path) -> None:
    for file in sorted(log.glob("*.json")):
        before = file.read_text("utf-8")
        after = "\n".join(_plain_line(line) for line in before.split("\n"))
        if after != before:
            with _beside(file) as beside:
                beside.write_text(after, "utf-8")
    for file in sorted(log.glob("*.parquet")):
        _scrub_checkpoint(file)


def _scrub_checkpoint(file: Path) -> None:
    """A checkpoint gathers the entries of all commits before it; the pointer to the newest one names its size."""
    with pq.ParquetFile(file) as opened:
        before = opened.read()
    after = before
    for action in ACTIONS:
        at = before.schema.get_field_index(action)
        if at >= 0:
            entries = [_plain_entry(one) for one in before.column(action).to_pylist()]
            after = after.set_column(at, before.schema.field(at), pa.array(entries, before.schema.field(at).type))
    if after.equals(before):
        return
    with _beside(file) as beside:
        pq.write_table(after, beside)
    pointer = file.parent / "_last_checkpoint"
    if pointer.is_file():
        told = json.loads(pointer.read_text("utf-8"))
        if told.get("sizeInBytes") and int(file.name.split(".")[0]) == told["version"]:
            pointer.write_text(json.dumps({**told, "sizeInBytes": file.stat().st_size}), "utf-8")


def _plain_line(line: str) -> str:
    if '"stats"' not in line:
        return line
    action = json.loads(line)
    plain = {name: _plain_entry(entry) if name in ACTIONS else entry for name, entry in action.items()}
    return line if plain == action else json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _plain_entry(entry: dict[str, Any] | None) -> dict[str, Any] | None:
    """An entry of the log without the values of columns that hold words."""
    if entry is None:
        return None
    found = dict(entry)
    if found.get("stats"):
        found["stats"] = json.dumps(_plain_stats(json.loads(found["stats"])), separators=(",", ":"))
    if isinstance(found.get("stats_parsed"), dict):
        found["stats_parsed"] = _plain_stats(found["stats_parsed"])
    return found


def _plain_stats(stats: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {column: one for column, one in value.items() if column in PLAIN} if name in ("minValues", "maxValues") and value else value
        for name, value in stats.items()
    }  # fmt: skip
