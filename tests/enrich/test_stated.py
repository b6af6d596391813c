"""Pay and wishes that a source states in fields of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.enrich.pay import HIGHEST, LOWEST
from observatory.enrich.stated import stated_pay, stated_wishes

SCHEMA_ORG = {
    "@type": "MonetaryAmount", "currency": "GBP",
    "value": {"@type": "QuantitativeValue", "minValue": "21.50", "maxValue": 24, "unitText": "HOUR"},
}  # fmt: skip
COMPONENTS = [
    {"compensationType": "EquityPercentage", "minValue": 0.1, "maxValue": 0.2, "interval": "NONE"},
    {"compensationType": "Salary", "interval": "1 YEAR", "currencyCode": "USD", "minValue": 150_000, "maxValue": 190_000},
]  # fmt: skip


@pytest.mark.parametrize(
    ("extra", "country", "found"),
    [
        ({"pay": SCHEMA_ORG}, "", (21.5, 24, "GBP", "hour")),
        ({"pay": {"currency": "EUR", "value": 52_000}}, "", (52_000, 52_000, "EUR", "year")),
        ({"pay": COMPONENTS}, "", (150_000, 190_000, "USD", "year")),
        ({"pay": {"min": 4_000, "max": 5_500, "currency": "PLN", "interval": "per-month-salary"}}, "", (4_000, 5_500, "PLN", "month")),
        ({"salary": [9_000, 12_000]}, "CN", (9_000, 12_000, "CNY", "month")),
        ({"salary": "[9000, 12000]"}, "CN", (9_000, 12_000, "CNY", "month")),
        ({"薪资": "9-12K·13薪"}, "", (9_000, 12_000, "CNY", "month")),
        ({"Salary": "1.2-1.6万/月"}, "CN", (12_000, 16_000, "CNY", "month")),
        ({"salary": "14000 USD in drams, paid per month"}, "AM", (14_000, 14_000, "USD", "month")),
        ({"salary_from": "70000.0", "salary_to": "90000.0", "currency": "RUR"}, "RU", (70_000, 90_000, "RUB", "month")),
        ({"min_salary": 31.0, "max_salary": 38.0}, "US", (31, 38, "USD", "hour")),
        ({"pay": "Mensuel de 2100.0 Euros à 2300.0 Euros sur 12.0 mois"}, "FR", (2_100, 2_300, "EUR", "month")),
        ({"pay": [{"MinimumRange": "79000", "MaximumRange": "103000", "RateIntervalCode": "Per Year"}]}, "US", (79_000, 103_000, "USD", "year")),
        ({"salary_from": 3_000}, "DE", (3_000, 3_000, "EUR", "month")),
    ],
)  # fmt: skip
def test_shapes_of_pay(extra: dict[str, Any], country: str, found: tuple[float, float, str, str]) -> None:
    pay = stated_pay(json.dumps(extra, ensure_ascii=False), country=country)
    assert pay is not None
    assert (pay.low, pay.high, pay.currency, pay.period) == found


def test_months_paid_are_kept() -> None:
    pay = stated_pay('{"薪资": "9-12K·13薪"}')
    assert pay is not None
    assert pay.yearly == (9_000 * 13, 12_000 * 13)


@pytest.mark.parametrize(
    ("extra", "country"),
    [
        ("", ""), ("{", ""), ("[1]", ""), ("{}", "CN"), ('{"salary": "negotiable"}', "US"), ('{"salary": "薪资面议"}', "CN"),
        ('{"salary": [9000, 12000]}', ""),  # of which currency?
        ('{"min_salary": 1, "max_salary": 130000}', "US"),  # a mistake, not a range
        ('{"salary": [120, 180]}', "CN"),  # a day or an hour, nobody says
        ('{"salary": "25 USD per month"}', "US"), ('{"pay": true}', "US"), ('{"pay": null}', "US"), ('{"pay": [1, 2, 3]}', "US"),
        ('{"pay": {"currency": "EUR", "value": {"minValue": 1e300}}}', ""), ('{"pay": "[1,"}', "US"), ('{"players": [9000, 12000]}', "CN"),
    ],
)  # fmt: skip
def test_what_is_no_pay(extra: str, country: str) -> None:
    assert stated_pay(extra, country=country) is None


def test_wishes_are_words_of_their_fields() -> None:
    said = stated_wishes('{"学历": "本科", "Experience": "3-5 years", "education": ["a"], "city": "重庆"}')
    assert said == "学历：本科\nexperience：3-5 years"
    assert stated_wishes("no json") == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["min", "max", "value", "currency", "x"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(["pay", "salary", "薪资", "salary_from", "salary_to", "学历"]), JSON, max_size=4),
    st.sampled_from(["", "CN", "US", "XX", "no"]),
)
def test_no_field_breaks_it_and_what_is_found_can_be_pay(extra: dict[str, Any], country: str) -> None:
    pay = stated_pay(json.dumps(extra), country=country)
    stated_wishes(json.dumps(extra))
    if pay is not None:
        assert LOWEST[pay.period] <= pay.low <= pay.high <= HIGHEST[pay.period]
