"""What a join of everything needs and memory should not hold, put aside on disk.

The files have no name, lie on the disk of the corpus, and go with the process that made them, however it ends.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from observatory.errors import StorageError

Ints = npt.NDArray[np.integer[Any]]


class Parts:
    """Rows of an array in numbered parts: put in as they come, taken out a part at a time.

    >>> with parts(Path("."), np.dtype("i8")) as rows:
    ...     rows.put(np.array([0, 1, 0]), np.array([7, 8, 9]))
    ...     rows.take(0).tolist(), rows.take(5).tolist()
    ([7, 9], [])
    """

    def __init__(self, file: IO[bytes], dtype: np.dtype[Any]) -> None:
        self._file, self._dtype = file, dtype
        self._pieces: dict[int, list[tuple[int, int]]] = {}  # of each part: (first row, number of rows)
        self._rows = 0

    def put(self, part_of: Ints, rows: npt.NDArray[Any]) -> None:
        """Puts rows aside, `part_of` naming the part of each."""
        if not len(rows):
            return
        order = np.argsort(part_of, kind="stable")
        names, starts = np.unique(part_of[order], return_index=True)
        self._file.write(rows[order].astype(self._dtype, copy=False).tobytes())
        for name, start, end in zip(names.tolist(), starts.tolist(), [*starts[1:].tolist(), len(rows)], strict=True):
            self._pieces.setdefault(name, []).append((self._rows + start, end - start))
        self._rows += len(rows)

    def take(self, part: int) -> npt.NDArray[Any]:
        """The rows of a part, in the order they came in."""
        self._file.flush()
        size = self._dtype.itemsize
        pieces = [os.pread(self._file.fileno(), n * size, at * size) for at, n in self._pieces.get(part, [])]
        return np.frombuffer(b"".join(pieces), self._dtype)


class Shelf:
    """Pieces of bytes by number, from 0 up to `size`."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._at = np.zeros(size, np.int64)
        self._length = np.zeros(size, np.int32)
        self._end = 0

    def put(self, number: int, piece: bytes) -> None:
        """Puts a piece aside."""
        self._file.write(piece)
        self._at[number], self._length[number] = self._end, len(piece)
        self._end += len(piece)

    def take(self, numbers: Ints) -> Sequence[bytes]:
        """The pieces with these numbers; b"" where none was put."""
        self._file.flush()
        there = zip(self._at[numbers].tolist(), self._length[numbers].tolist(), strict=True)
        return [os.pread(self._file.fileno(), length, at) for at, length in there]


@contextlib.contextmanager
def parts(folder: Path, dtype: np.dtype[Any]) -> Iterator[Parts]:
    """Parts on the disk of `folder`, for rows of a type. Raises `StorageError` when the disk refuses."""
    with _nameless(folder) as file:
        yield Parts(file, dtype)


@contextlib.contextmanager
def shelf(folder: Path, size: int) -> Iterator[Shelf]:
    """A shelf on the disk of `folder`. Raises `StorageError` when the disk refuses."""
    with _nameless(folder) as file:
        yield Shelf(file, size)


@contextlib.contextmanager
def _nameless(folder: Path) -> Iterator[IO[bytes]]:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            yield file
    except OSError as error:
        raise StorageError(
            f"{folder}: nothing could be put aside there while postings were joined ({error}); what is stored is "
            f"untouched. Make room or allow writing there, then run the same command again"
        ) from error
