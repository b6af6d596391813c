"""Truth files: layouts, messages, and which names are one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from observatory.backtest import read_truth
from observatory.backtest.truth import Truth, key_of, months_between, names_of
from observatory.errors import BadFile, BadInput
from observatory.records import Recognition


def write(folder: Path, text: str) -> Path:
    file = folder / "truth.csv"
    file.write_text(text, "utf-8")
    return file


def test_our_layout_with_aliases_and_vague_days(tmp_path: Path) -> None:
    rows = read_truth(
        write(
            tmp_path, "title,recognised,by,aliases\nDrone Pilot,2022-01,ESCO 1.1,UAV pilot|drone operator\nX,2020,Y,\n"
        )
    )
    assert rows[0].aliases == ("UAV pilot", "drone operator")
    assert [row.recognised for row in rows] == [dt.date(2022, 1, 1), dt.date(2020, 1, 1)]


def test_the_layout_of_collected_recognitions(tmp_path: Path) -> None:
    (row,) = read_truth(write(tmp_path, "title_en,recognised_by,date,kind,confidence\nA,B,2021-11,occupation,high\n"))
    assert (row.title, row.by, row.kind) == ("A", "B", "occupation")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title,recognised,by,colour\nA,2020,B,red\n", "unknown columns: colour"),
        ("title,when\nA,2020\n", "missing columns: recognised, by"),
        ("title,recognised,by\n", "no rows"),
        ("title,recognised,by\nA,soon,B\n", "line 2: 'soon' is no day"),
        ("title,recognised,by\nA,2020-13,B\n", "line 2: '2020-13' is no day"),
        ("title,recognised,by\n,2020,B\n", "line 2: no title"),
        ("title,recognised,by\nA,2020,B,C\n", "more cells than columns"),
    ],
)
def test_a_wrong_file_is_refused_with_what_was_expected(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_truth(write(tmp_path, text))


def test_unknown_columns_are_answered_with_the_list_of_known_ones(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"expected title, recognised, by .*aliases, kind.*title_en"):
        read_truth(write(tmp_path, "name,year\nA,2020\n"))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "truth.csv"
    file.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(BadFile):
        read_truth(file)
    with pytest.raises(BadFile):
        read_truth(tmp_path / "none.csv")


def row(title: str, *aliases: str) -> Recognition:
    return Recognition(title=title, recognised=dt.date(2022, 1, 1), by="X", aliases=aliases)


@pytest.mark.parametrize(
    ("official", "sought"),
    [
        ("Devops Engineers", "DevOps Developer"),
        ("User Experience Designer (ICT)", "user experience designer"),
        ("Big data engineering technician", "Big Data Engineer"),
        ("Front-end developers", "Frontend Engineer"),
    ],
)
def test_spellings_of_one_title_meet(official: str, sought: str) -> None:
    assert key_of(sought) in names_of(row(official))


def test_other_professions_do_not_meet() -> None:
    truth = Truth([row("data engineer"), row("drone pilot", "UAV operator")])
    assert truth.matching([key_of("data scientist"), key_of("pilot")]) == []
    assert truth.matching([key_of("UAV Operators")]) == [1]


def test_months_are_whole() -> None:
    assert months_between(dt.date(2012, 12, 31), dt.date(2013, 12, 30)) == 11
    assert months_between(dt.date(2022, 1, 1), dt.date(2021, 1, 1)) == -12
