"""What a posting offers and asks, as a table: one row a posting, whatever its text."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from observatory.enrich import read_offers
from observatory.records import OFFERS, check_table


def table(*texts: str, country: str = "", extra: str = "{}") -> pa.Table:
    return pa.table({
        "posting_id": [str(i) for i in range(len(texts))], "title": ["Kiln engineer"] * len(texts),
        "description": list(texts), "place": [""] * len(texts), "country": [country] * len(texts),
        "extra": [extra] * len(texts),
    })  # fmt: skip


def test_pay_experience_and_education_stand_in_one_row() -> None:
    found = read_offers(table("€40.000 - 55.000 pro Jahr. 3-5 years of experience, BSc in chemistry."), rules="r")
    row = check_table(found, OFFERS, stage="test").to_pylist()[0]
    assert (row["pay_low"], row["pay_high"], row["pay_currency"], row["pay_period"]) == (40_000, 55_000, "EUR", "year")
    assert (row["years_low"], row["years_high"], row["education"]) == (3, 5, 6)
    assert row["rules"] == "r"


def test_fields_beside_the_text_go_before_it() -> None:
    extra = '{"pay": {"min": 50000, "max": 60000, "currency": "CHF", "interval": "per-year-salary"}, "学历": "大专", "experience": "5 years"}'
    row = read_offers(table("€40.000 - 55.000 pro Jahr. BSc in chemistry.", extra=extra), rules="r").to_pylist()[0]
    assert (row["pay_low"], row["pay_high"], row["pay_currency"], row["pay_period"]) == (50_000, 60_000, "CHF", "year")
    assert (row["years_low"], row["education"]) == (5, 5)


def test_what_is_not_said_is_null_not_zero() -> None:
    row = read_offers(table("You fire the kiln."), rules="r").to_pylist()[0]
    assert row["pay_currency"] == row["pay_period"] == ""
    for name in ("pay_low", "pay_high", "pay_months", "yearly_low", "years_low", "years_high", "education"):
        assert row[name] is None


def test_pay_a_year_counts_the_months_paid() -> None:
    row = read_offers(table("薪资：15-25K·14薪", country="CN"), rules="r").to_pylist()[0]
    assert (row["pay_months"], row["yearly_low"], row["yearly_high"]) == (14, 210_000, 350_000)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="0123456789kK$€元万-–~., yearsalaryBSc年\n", max_size=80), max_size=6))
def test_any_text_gives_one_row_that_depends_on_it_alone(texts: list[str]) -> None:
    together = read_offers(table(*texts), rules="r").to_pylist()
    assert len(together) == len(texts)
    for text, row in zip(texts, together, strict=True):
        alone = read_offers(table(text), rules="r").to_pylist()[0]
        assert {**row, "posting_id": ""} == {**alone, "posting_id": ""}
        assert (row["pay_low"] is None) == (row["pay_currency"] == "")
        if row["pay_low"] is not None:
            assert 0 < row["pay_low"] <= row["pay_high"]
