"""Delta tables for everything the observatory keeps, read by DuckDB as Arrow datasets.

An append is one Delta commit: it is there whole or not at all, whatever happens to the process or
the disk. Rows are unique by the key in `records.TABLES`; adding a row that is there changes
nothing. One writer at a time holds the workspace's lock; readers need none.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from filelock import FileLock, Timeout

from observatory.errors import StorageError
from observatory.records import TABLES, check_table

LOCK_SECONDS = 600
# Files of old versions are kept for ten years, so that the corpus version named in a dossier can
# be read again; nothing here ever calls vacuum.
CONFIGURATION = {
    "delta.logRetentionDuration": "interval 3650 days",
    "delta.deletedFileRetentionDuration": "interval 3650 days",
    "delta.checkpointInterval": "20",
}
# Small appends make many small files; beyond this many below the size they are joined.
FILES_BEFORE_COMPACTION = 40
LARGE = 100_000_000  # bytes of a file that is left as it is
# Rows written together: a writer holds so many at once, and of a file with 200,000 rows in one group it holds all.
ROW_GROUP = 8_192
MOST_HEAPS = -8  # glibc's name for it is M_ARENA_MAX


class Corpus:
    """The tables of one workspace, in `folder`.

    >>> import tempfile, pathlib
    >>> corpus = Corpus(pathlib.Path(tempfile.mkdtemp()))
    >>> corpus.count("postings"), corpus.version()
    (0, -1)
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    # --- writing -----------------------------------------------------------------------------

    def append(self, name: str, rows: pa.Table) -> int:
        """Adds the rows whose key is not there yet; returns how many were added. See `add`."""
        return int(self.add(name, rows).num_rows)

    def add(self, name: str, rows: pa.Table) -> pa.Table:
        """Adds the rows whose key is not there yet, and returns them.

        Of several rows with one key in `rows` the first is taken. Raises `StorageError` when the
        disk refuses; the table then stands as it was.
        """
        schema, key = TABLES[name]
        rows = _first_of_each(check_table(rows, schema, stage=f"append to {name}"), key)
        if rows.num_rows == 0:
            return rows
        with self._writing(name):
            table = self._open(name)
            if table is not None:
                rows = self._without_known(name, rows, key)
            if rows.num_rows:
                self._write(name, rows, mode="append")
        return rows

    def replace(self, name: str, rows: pa.Table) -> None:
        """Puts `rows` in place of the rows with the same key, and adds the others: one commit."""
        schema, key = TABLES[name]
        rows = _first_of_each(check_table(rows, schema, stage=f"replace in {name}"), key)
        with self._writing(name):
            table = self._open(name)
            if table is None or self._without_known(name, rows, key).num_rows == rows.num_rows:
                self._write(name, rows, mode="append")  # merging would read the whole table, and hold its keys
                return
            same = " AND ".join(f"t.{column} = s.{column}" for column in key)
            try:
                (
                    table.merge(
                        rows,
                        predicate=same,
                        source_alias="s",
                        target_alias="t",
                        writer_properties=_writer_properties(),
                    )
                    .when_matched_update_all()
                    .when_not_matched_insert_all()
                    .execute()
                )
            except _storage_failures() as error:
                raise self._failed(name, error) from error

    def delete(self, name: str, column: str, values: Sequence[str]) -> int:
        """Removes the rows whose `column` is one of `values` (ids of ours); returns how many went."""
        table = self._open(name)
        if table is None or not values:
            return 0
        gone = 0
        with self._writing(name):
            for at in range(0, len(values), 500):
                listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values[at : at + 500])
                try:
                    gone += int(table.delete(f"{column} IN ({listed})")["num_deleted_rows"] or 0)
                except _storage_failures() as error:
                    raise self._failed(name, error) from error
        return gone

    def drop_history(self, name: str) -> None:
        """Removes the files that only older versions of a table use: those versions can be read no longer."""
        table = self._open(name)
        if table is not None:
            with self._writing(name):
                table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)

    def compact(self) -> None:
        """Joins small files, table by table; contents and older versions stay as they are."""
        for name in TABLES:
            table = self._open(name)
            if table is not None and _small_files(table) > FILES_BEFORE_COMPACTION:
                with self._writing(name):
                    table.optimize.compact(
                        target_size=LARGE, max_concurrent_tasks=1, writer_properties=_writer_properties()
                    )

    @contextlib.contextmanager
    def _writing(self, name: str) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / ".lock", timeout=LOCK_SECONDS):
                yield
        except Timeout as error:
            raise StorageError(
                f"{self.folder}: another process has been writing for {LOCK_SECONDS} seconds; "
                f"wait for it to end, then run the same command again"
            ) from error
        except OSError as error:
            raise self._failed(name, error) from error

    def _write(self, name: str, rows: pa.Table, *, mode: Literal["append", "overwrite"]) -> None:
        from deltalake import write_deltalake

        try:
            write_deltalake(
                str(self.folder / name),
                rows,
                mode=mode,
                configuration=CONFIGURATION,
                writer_properties=_writer_properties(),
            )
        except _storage_failures() as error:
            raise self._failed(name, error) from error

    def _failed(self, name: str, error: BaseException) -> StorageError:
        return StorageError(
            f"{self.folder / name}: nothing was written ({error}); what was stored before is untouched. "
            f"Make room or allow writing there, then run the same command again"
        )

    def _without_known(self, name: str, rows: pa.Table, key: Sequence[str]) -> pa.Table:
        """The rows whose key is not stored, in their order; what is held meanwhile grows with `rows`, not with the table."""
        same = " AND ".join(f"n.{column} = o.{column}" for column in key)
        numbered = rows.select(list(key)).append_column("row_number", pa.array(range(rows.num_rows), pa.int64()))
        with self._connection([name]) as connection:
            connection.register("incoming", numbered)
            # the incoming keys are the side that is held
            known = connection.sql(
                f'SELECT DISTINCT n.row_number FROM "{name}" o JOIN incoming n ON {same}'
            ).to_arrow_table().column(0).to_pylist()  # fmt: skip
        if not known:
            return rows
        there = set(known)
        return rows.filter(pa.array([i not in there for i in range(rows.num_rows)], pa.bool_()))

    # --- reading -----------------------------------------------------------------------------

    def read(
        self,
        name: str,
        *,
        columns: Sequence[str] | None = None,
        where: str = "",
        version: int | None = None,
        **parameters: object,
    ) -> pa.Table:
        """A table, or the part of it that fulfils the SQL condition `where` with `$name` parameters."""  # fmt: skip
        chosen = ", ".join(columns) if columns else "*"
        text = f'SELECT {chosen} FROM "{name}"' + (f" WHERE {where}" if where else "")
        return self.query(text, versions={name: version} if version is not None else {}, **parameters)

    def query(self, sql: str, *, versions: Mapping[str, int] | None = None, **parameters: object) -> pa.Table:
        """The answer to a question in SQL over all tables, as an Arrow table.

        `parameters` stand as `$name` in the text; Arrow tables among them are tables of that name.
        """
        with self._asked(sql, versions or {}, parameters) as answer:
            return answer.to_arrow_table()

    def batches(self, sql: str, *, rows: int, **parameters: object) -> Iterator[pa.RecordBatch]:
        """The answer to a question as `query` gives it, `rows` at a time: the whole is never held."""
        with self._asked(sql, {}, parameters) as answer:
            yield from answer.to_arrow_reader(rows)

    def count(self, name: str) -> int:
        """The number of rows of a table."""
        table = self._open(name)
        return 0 if table is None else int(table.count())

    def version(self, name: str = "postings") -> int:
        """The Delta version of a table, -1 while it does not exist."""
        table = self._open(name)
        return -1 if table is None else int(table.version())

    @contextlib.contextmanager
    def _asked(self, sql: str, versions: Mapping[str, int], parameters: Mapping[str, object]) -> Iterator[Any]:
        tables = {name: value for name, value in parameters.items() if isinstance(value, pa.Table)}
        plain = {name: value for name, value in parameters.items() if name not in tables}
        with self._connection([name for name in TABLES if name in sql], versions) as connection:
            for name, value in tables.items():
                connection.register(name, value)
            yield connection.sql(sql, params=plain or None)

    @contextlib.contextmanager
    def _connection(self, names: Sequence[str], versions: Mapping[str, int] | None = None) -> Iterator[Any]:
        import duckdb

        connection = _engine(os.getpid()).cursor()
        try:
            connection.execute("SET TimeZone = 'UTC'")
            for name in names:
                self._show(connection, name, (versions or {}).get(name))
            yield connection
        except duckdb.Error as error:
            raise StorageError(f"{self.folder}: the corpus could not be read: {error}") from error
        finally:
            connection.close()

    def _show(self, connection: Any, name: str, version: int | None) -> None:
        """Makes a table readable under its name: DuckDB reads the files of the version itself, and only what it needs."""
        table = self._open(name, version)
        files = table.file_uris() if table is not None else []
        if not files:
            connection.register(name, TABLES[name][0].empty_table())
            return
        stored = {field.name for field in table.schema().fields}
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        empty = connection.from_arrow(TABLES[name][0].empty_table())
        columns = ", ".join(
            f'"{column}"' if column in stored else f'CAST(NULL AS {kind}) AS "{column}"'
            for column, kind in zip(empty.columns, empty.types, strict=True)
        )
        connection.execute(
            f'CREATE TEMP VIEW "{name}" AS SELECT {columns} FROM read_parquet([{listed}], union_by_name = true)'
        )

    def _open(self, name: str, version: int | None = None) -> Any:
        from deltalake import DeltaTable
        from deltalake.exceptions import TableNotFoundError

        path = self.folder / name
        if not (path / "_delta_log").is_dir():
            return None
        try:
            return DeltaTable(str(path), version=version)
        except TableNotFoundError:
            return None
        except _storage_failures() as error:
            raise StorageError(
                f"{path}: version {'newest' if version is None else version} cannot be opened ({error})"
            ) from error


@contextlib.contextmanager
def lean_memory() -> Iterator[None]:
    """While this lasts, what Arrow frees goes back to the system instead of being kept for later.

    The C library (glibc) is told to keep one heap for all threads, from then on: each further heap keeps
    what its thread freed.
    """
    settle = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if settle is not None:
        settle(MOST_HEAPS, 1)
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)


def give_back_memory() -> None:
    """Hands memory that was freed back to the system, where its C library can (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


@functools.cache
def _engine(process: int) -> Any:
    """The one DuckDB of a process, which asks it by cursors: making one for each question takes 15 ms.

    It keeps nothing of the files read and gives back what it frees; what a cursor makes goes with it.
    """
    import duckdb

    return duckdb.connect(config={
        "enable_external_file_cache": "false", "allocator_flush_threshold": "1MB",
        "allocator_bulk_deallocation_flush_threshold": "1MB",
    })  # fmt: skip


def _writer_properties() -> Any:
    """How Parquet files are written."""
    from deltalake import WriterProperties

    return WriterProperties(compression="ZSTD", compression_level=3, max_row_group_size=ROW_GROUP)


def _small_files(table: Any) -> int:
    """The number of a table's files that joining would make larger."""
    sizes = pa.table(table.get_add_actions(flatten=True)).column("size_bytes").to_pylist()
    return sum(size < LARGE for size in sizes)


def _storage_failures() -> tuple[type[Exception], ...]:
    """What reading or writing a table may raise: the disk's, Delta's and Arrow's errors."""
    from deltalake.exceptions import DeltaError

    return (OSError, DeltaError, pa.ArrowException)


def _first_of_each(rows: pa.Table, key: Sequence[str]) -> pa.Table:
    if any(pc.count_distinct(rows.column(name)).as_py() == rows.num_rows for name in key):
        return rows  # at a tenth of the memory
    seen: set[tuple[object, ...]] = set()
    columns = [rows.column(name).to_pylist() for name in key]
    keep = []
    for i, values in enumerate(zip(*columns, strict=True)):
        if values not in seen:
            seen.add(values)
            keep.append(i)
    return rows if len(keep) == rows.num_rows else rows.take(keep)
