"""Clean postings: HTML, entities, mojibake, dates in every convention, what is refused and why."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.corpus import clean, clean_posting, clean_text
from observatory.corpus.clean import parse_date, posted_between
from observatory.errors import BadPosting
from observatory.records import Posting, RawPosting

NOW = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)


def posting(**changes: object) -> Posting:
    raw = {"source": "board", "source_id": "1", "title": "Technician", "description": "Repairs pumps.", **changes}
    return clean_posting(RawPosting(**raw), now=NOW, languages=("en", "zh", "it"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        ("  many \t\u00a0 spaces\u3000here \r\n\n\n next ", "many spaces here\nnext"),
        ("one  two\u2003three", "one two three"),
        ("<p>Data&amp;AI<ul><li>build<li>run</ul>", "Data&AI\n- build\n- run"),
        ("&lt;p&gt;escaped once more&lt;/p&gt;", "escaped once more"),
        ("&lt;b&gt;R&amp;amp;D&lt;/b&gt;", "R&D"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<script>alert('x')</script>text<style>p{}</style>", "text"),
        ("<script>never closed", ""),
        ("<!-- hidden -->shown", "shown"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("zero\u200bwidth\u202e and \x00 control\x07", "zerowidth and control"),
        ("cafÃ© dÃ©jÃ  vu", "café déjà vu"),
        ("we donâ€™t", "we don’t"),
        ("人工智能训练师", "人工智能训练师"),
        ('<a href="https://example.org/long">example.org/lo...</a>', "example.org/lo..."),
        ('<a href="https://example.org/long">https://example.org/lo...</a>', "https://example.org/long"),
    ],
)
def test_clean_text(text: str, expected: str) -> None:
    assert clean_text(text) == expected


@given(st.text(max_size=300))
def test_cleaning_plain_text_twice_changes_nothing_more(text: str) -> None:
    text = text.replace("<", "").replace("&", "")
    once = clean_text(text)
    assert clean_text(once) == once
    assert "  " not in once
    assert "\n\n" not in once


@pytest.mark.parametrize(
    "hostile", ["<a " * 40_000, "<" * 200_000, "&" * 200_000, "<script>" * 20_000, "<!--" * 40_000, " \n" * 100_000]
)
def test_hostile_html_takes_no_long_time(hostile: str) -> None:
    import time

    started = time.process_time()
    clean_text(hostile)
    assert time.process_time() - started < 5


DAY = dt.datetime(2015, 12, 31, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("value", "expected", "precision"),
    [
        ("2015-12-31", DAY, "day"),
        ("2015-12-31T00:00:00Z", DAY, "second"),
        ("2015-12-31T01:00:00+01:00", DAY, "second"),
        ("2015-12-31 08:30:00", DAY.replace(hour=8, minute=30), "second"),
        ("2015-1-2", dt.datetime(2015, 1, 2, tzinfo=dt.UTC), "day"),
        (1451520000, DAY, "second"),
        (1451520000000, DAY, "second"),
        ("1451520000", DAY, "second"),
        ("2015年12月31日", DAY, "day"),
        ("2015.12.31", DAY, "day"),
        ("31/12/2015", DAY, "day"),
        ("12/31/2015", DAY, "day"),
        ("31.12.2015", DAY, "day"),
        ("31 Dec 2015", DAY, "day"),
        ("December 31, 2015", DAY, "day"),
        ("Dec 2015", dt.datetime(2015, 12, 1, tzinfo=dt.UTC), "month"),
        (dt.date(2015, 12, 31), DAY, "day"),
        (DAY.replace(tzinfo=None), DAY, "second"),
        ("3 days ago", NOW - dt.timedelta(days=3), "day"),
        ("3天前", NOW - dt.timedelta(days=3), "day"),
        ("2 settimane fa", NOW - dt.timedelta(days=14), "month"),
        ("30+ days ago", NOW - dt.timedelta(days=30), "bound"),
        ("yesterday", NOW - dt.timedelta(days=1), "day"),
    ],
)  # fmt: skip
def test_dates_in_their_conventions(value: object, expected: dt.datetime, precision: str) -> None:
    assert parse_date(value, now=NOW) == (expected, precision)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("03/04/2015", "ambiguous date"),
        ("soon", "bad date"),
        ("31 December", "bad date"),
        ("2015-13-45", "bad date"),
        ("99/99/2015", "bad date"),
        ("0001-01-01", "date too early"),
        (dt.datetime.min.replace(tzinfo=dt.UTC), "date too early"),
        (-62135596800, "date too early"),
        ("2031-01-01", "date in the future"),
        (10**18, "bad date"),
        (float("inf"), "bad date"),
    ],
)
def test_dates_that_are_refused(value: object, reason: str) -> None:
    with pytest.raises(BadPosting) as caught:
        posting(posted_at=value)
    assert caught.value.reason == reason
    assert str(caught.value.detail)


@given(st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.datetimes(), st.dates()))
def test_any_date_is_read_or_refused_with_a_reason(value: object) -> None:
    try:
        found = posting(posted_at=value)
    except BadPosting:
        return
    assert found.posted_at.tzinfo is dt.UTC
    assert dt.datetime(1990, 1, 1, tzinfo=dt.UTC) <= found.posted_at <= NOW + dt.timedelta(days=2)


def test_without_a_date_the_day_of_collection_stands_in() -> None:
    found = posting(posted_at=None)
    assert found.posted_at == NOW
    assert found.date_precision == "collected"
    assert posting(posted_at="2025-01-01", extra={"date_precision": "month"}).date_precision == "month"


def test_a_missing_title_is_the_first_line_and_nothing_at_all_is_refused() -> None:
    assert posting(title="", description="Pump technician\nRepairs").title == "Pump technician"
    with pytest.raises(BadPosting, match="no title"):
        posting(title=" ", description="<p> </p>")
    with pytest.raises(BadPosting, match="no id"):
        posting(source_id="")


def test_personal_data_and_accounts_are_gone_before_storage() -> None:
    found = posting(
        title="Technician, mail anna@example.org", description="<p>Call +39 02 5550 1234</p>",
        extra={"by": "anna", "note": "anna@example.org", "salary": 3},
    )  # fmt: skip
    whole = json.dumps({name: str(getattr(found, name)) for name in found.__slots__})
    assert "anna" not in whole
    assert "5550" not in whole
    kept = json.loads(found.extra)
    assert kept["salary"] == 3
    assert kept["by"] == json.loads(posting(extra={"by": "anna"}).extra)["by"] != "anna"


def test_identity_is_of_source_and_id_and_content_of_what_is_said() -> None:
    one, same, other = posting(), posting(url="https://example.org/2"), posting(description="Repairs valves.")
    assert one.posting_id == same.posting_id == other.posting_id != posting(source="other").posting_id
    assert one.content_hash == same.content_hash != other.content_hash


def test_country_and_language() -> None:
    assert posting(country="it").country == "IT"
    assert posting(country="Italy").country == ""
    assert posting(language="zh").language == "zh"
    assert posting(language="xx").language == "en"


def test_lengths_are_capped() -> None:
    found = posting(title="t" * 10_000, description="d" * 1_000_000, employer="e" * 10_000)
    assert (len(found.title), len(found.description), len(found.employer)) == (500, 200_000, 200)


@pytest.mark.parametrize(
    ("text", "days"), [("30+ days ago", 30), ("more than 2 weeks ago", 14), ("30+天前", 30), ("oltre 3 mesi fa", 90)]
)
def test_a_vague_day_is_the_latest_it_can_be(text: str, days: int) -> None:
    found = posting(posted_at=text)
    assert found.date_precision == "bound"
    assert (NOW - found.posted_at).days == days
    begin, end = posted_between(found.posted_at, found.date_precision)
    assert begin is None
    assert end > found.posted_at


@given(st.integers(0, 40 * 365 * 86_400), st.sampled_from(("second", "day", "month", "year")))
def test_a_day_lies_in_its_interval(seconds: int, precision: str) -> None:
    moment = dt.datetime(1990, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    begin, end = posted_between(moment, precision)
    assert begin is not None
    assert begin <= moment < end


def test_a_mended_title_is_marked() -> None:
    found = posting(title="S\u0430les engineer")
    assert found.title == "Sales engineer"
    assert json.loads(found.extra)["title_mended"] == ["look-alike letters"]


@given(st.text(st.characters(max_codepoint=160), max_size=40))
def test_plain_letters_lose_what_cannot_be_seen_as_all_others_do(text: str) -> None:
    assert clean._with_plain_spaces(text) == clean._SPACES.sub(" ", clean._INVISIBLE.sub("", text))
