"""What is put aside on disk comes back as it was, and leaves no file behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.corpus import aside
from observatory.errors import StorageError

portions = st.lists(st.lists(st.tuples(st.integers(0, 6), st.integers(-(2**63), 2**63 - 1)), max_size=20), max_size=8)


@given(portions)
def test_each_part_gives_its_rows_in_the_order_they_came(
    tmp_path_factory: pytest.TempPathFactory, given: list[list[tuple[int, int]]]
) -> None:
    with aside.parts(tmp_path_factory.getbasetemp(), np.dtype("<i8")) as rows:
        for portion in given:
            rows.put(np.array([part for part, _ in portion], np.int64), np.array([row for _, row in portion], np.int64))
        for part in range(8):
            assert rows.take(part).tolist() == [row for portion in given for name, row in portion if name == part]


def test_rows_of_several_fields_keep_them(tmp_path: Path) -> None:
    kind = np.dtype([("key", "<i8"), ("row", "<i4")])
    with aside.parts(tmp_path, kind) as rows:
        rows.put(np.array([1, 0]), np.array([(5, 7), (6, 8)], kind))
        assert rows.take(1).tolist() == [(5, 7)]


def test_a_shelf_gives_each_piece_by_its_number_in_any_order(tmp_path: Path) -> None:
    with aside.shelf(tmp_path, 5) as pieces:
        pieces.put(3, b"three")
        pieces.put(0, b"")
        pieces.put(1, b"one")
        assert pieces.take(np.array([1, 3, 4, 0])) == [b"one", b"three", b"", b""]
        pieces.put(4, b"four")
        assert pieces.take(np.array([4, 1])) == [b"four", b"one"]


def test_nothing_of_it_can_be_seen_in_the_folder(tmp_path: Path) -> None:
    with aside.shelf(tmp_path, 1) as pieces:
        pieces.put(0, b"text of a posting")
        pieces.take(np.array([0]))
        assert not list(tmp_path.iterdir())


def test_a_disk_that_refuses_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="put aside"), aside.shelf(tmp_path / "missing", 1):
        pass
