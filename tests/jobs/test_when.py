"""When a job is due."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulation import due_by_the_minute

from observatory.jobs.when import Every, cron, duration, duration_text

UTC = dt.UTC
DAY = dt.timedelta(days=1)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_wall_time_that_is_skipped_is_due_at_the_change() -> None:
    york = cron("30 2 * * *", "America/New_York")
    assert york.between(at("2025-03-09"), at("2025-03-10")) == [at("2025-03-09 07:00")]


def test_a_wall_time_that_comes_twice_is_due_the_first_time() -> None:
    rome = cron("30 2 * * *", "Europe/Rome")
    assert rome.between(at("2025-10-25 12:00"), at("2025-10-26 12:00")) == [at("2025-10-26 00:30")]


def test_a_zone_without_changes_keeps_its_pace() -> None:
    found = cron("0 9 * * *", "Asia/Shanghai").between(at("2025-01-01"), at("2026-01-01"))
    assert len(found) == 365
    assert {t.hour for t in found} == {1}


def test_an_interval_keeps_its_pace_through_the_change() -> None:
    found = Every(seconds=3_600).between(at("2025-10-26"), at("2025-10-27"))
    assert len(found) == 24


LINES = (
    "30 2 * * *",
    "*/15 1-3 * * *",
    "0 0 1 * *",
    "0 7 * * mon",
    "5,35 */6 * * sat,sun",
    "0 12 29 2 *",
    "59 23 31 * *",
)
ZONES = ("Europe/Rome", "Asia/Shanghai", "America/New_York", "UTC", "Australia/Lord_Howe", "Africa/Casablanca")


@given(
    line=st.sampled_from(LINES),
    zone=st.sampled_from(ZONES),
    day=st.dates(dt.date(2023, 12, 1), dt.date(2025, 12, 1)),
    hours=st.integers(1, 100),
)
def test_due_times_are_those_found_minute_by_minute(line: str, zone: str, day: dt.date, hours: int) -> None:
    when, after = cron(line, zone), dt.datetime.combine(day, dt.time(5, 7), UTC)
    until = after + dt.timedelta(hours=hours)
    assert when.between(after, until) == due_by_the_minute(when, after, until)


@given(
    line=st.sampled_from(LINES),
    zone=st.sampled_from(ZONES),
    day=st.dates(dt.date(2024, 1, 1), dt.date(2025, 12, 1)),
    cuts=st.lists(st.integers(1, 50_000), max_size=5),
)
def test_looking_in_pieces_finds_the_same(line: str, zone: str, day: dt.date, cuts: list[int]) -> None:
    when, start = cron(line, zone), dt.datetime.combine(day, dt.time(), UTC)
    moments = [start]
    for minutes in cuts:
        moments.append(moments[-1] + dt.timedelta(minutes=minutes))
    pieces = [t for a, b in itertools.pairwise(moments) for t in when.between(a, b)]
    assert pieces == when.between(start, moments[-1])
    following = when.next(start)
    assert following is not None
    assert when.between(start, following) == [following]


def test_names_ranges_lists_and_steps() -> None:
    found = cron("*/20 8-10/2 * jan,mar mon-fri", "UTC")
    assert found.minutes == {0, 20, 40}
    assert found.hours == {8, 10}
    assert found.months == {1, 3}
    assert found.weekdays == {1, 2, 3, 4, 5}
    assert cron("0 0 * * 7", "UTC").weekdays == {0}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0 3 31 2 *", "31 February"),
        ("61 3 * * *", "'61' in the field minute; expected 0 to 59"),
        ("0 24 * * *", "'24' in the field hour"),
        ("0 3 * * funday", "sun mon tue"),
        ("0 3 * *", "has 4 fields; expected five"),
        ("0 3 1 * mon", "restricts the day of the month and the weekday"),
        ("*/0 * * * *", "a step is a number from 1"),
        ("0 9-5 * * *", "from the smaller to the larger"),
        ("0 -1 * * *", "in the field hour"),
        ("", "has 0 fields"),
    ],
)
def test_what_is_no_cron_line(line: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        cron(line, "UTC")
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["", "6", "0h", "6 hours", "-3h", "1.5h", "99999h"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        duration(text)


@given(st.integers(1, 9_999), st.sampled_from("mhdw"))
def test_a_length_of_time_is_read_and_said(number: int, unit: str) -> None:
    assert duration(f"{number}{unit}").total_seconds() == number * {"m": 60, "h": 3600, "d": 86400, "w": 604800}[unit]
    assert duration_text(duration(f"{number}{unit}"))
