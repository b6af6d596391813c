"""What a source states in fields of their own, beside the text: pay, education, experience.

Of pay the shapes are read that sources and exports have: words ("15-25K·14薪", "5000 - 8000 PLN"), two numbers, a lowest
and a highest amount in two fields, and records with amounts, currency and interval (schema.org MonetaryAmount
among them). A number without a currency is in that of the posting's country, as the Unicode CLDR has it; without
a country it says nothing.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from observatory.enrich.pay import HIGHEST, LOWEST, Pay, Period, find_pay, period_by_size

# Names of the field, lower case without spaces, hyphens and underscores.
FIELDS = frozenset(
    """
    pay salary salaryrange basesalary compensation wage remuneration salarytext salarydescription
    薪资 薪酬 薪水 月薪 年薪 工资 待遇 薪资待遇 薪资范围 薪酬范围 工资待遇 薪资水平
    stipendio retribuzione ral gehalt vergütung lohn salaire rémunération salario sueldo wynagrodzenie зарплата
    """.split()
)
# Fields with words on what is asked for.
ASKED = frozenset(
    """
    education educationlevel degree qualification experience experiencelevel req
    学历 学历要求 最低学历 经验 工作经验 经验要求 工作年限 titolodistudio esperienza ausbildung berufserfahrung
    """.split()
)
# A lowest amount in one field and the highest in another.
PAIRS = (
    ("salaryfrom", "salaryto"), ("salarymin", "salarymax"), ("minsalary", "maxsalary"), ("minimumsalary", "maximumsalary"),
    ("最低薪资", "最高薪资"), ("salarylow", "salaryhigh"),
)  # fmt: skip
_LOW = ("minvalue", "min", "minimum", "minimumrange", "low", "from")
_HIGH = ("maxvalue", "max", "maximum", "maximumrange", "high", "to")
_ONE = ("value", "amount", "average")
_CURRENCY = ("currency", "currencycode")
_INTERVAL = ("unittext", "interval", "period", "payperiod", "rateintervalcode", "salarytype")
_PERIODS: tuple[tuple[Period, re.Pattern[str]], ...] = (
    ("hour", re.compile(r"hour|\bhr|^ph$", re.IGNORECASE)), ("day", re.compile(r"day|dai", re.IGNORECASE)),
    ("week", re.compile(r"week", re.IGNORECASE)), ("month", re.compile(r"month|^pm$", re.IGNORECASE)),
    ("year", re.compile(r"year|annu|^pa$", re.IGNORECASE)),
)  # fmt: skip
# Where a period stands apart from the amount: "250 USD in drams per month".
_APART: tuple[tuple[Period, re.Pattern[str]], ...] = (
    ("month", re.compile(r"per month|monthly|a month|/\s?month|[/每]月|月薪|в месяц|/\s?mies|miesięcznie|pro monat|al mese|par mois|mensuel", re.IGNORECASE)),
    ("year", re.compile(r"per year|per annum|annually|yearly|a year|/\s?year|[/每]年|年薪|в год|rocznie|pro jahr|all'anno|par an|annuel", re.IGNORECASE)),
    ("hour", re.compile(r"per hour|hourly|an hour|/\s?hour|每小时|в час|/\s?godz|pro stunde|all'ora|par heure|horaire", re.IGNORECASE)),
    ("day", re.compile(r"per day|daily|a day|/\s?day|[/每]天|日薪|pro tag|al giorno|par jour", re.IGNORECASE)),
)  # fmt: skip
_CODE = re.compile(r"[A-Z]{3}")
_FORMER = {"RUR": "RUB"}  # codes that sources still write


def stated_pay(extra: str, *, country: str = "") -> Pay | None:
    """The pay in the fields of a posting beside its text (a JSON object); None where none is stated or it cannot be pay.

    `start` and `end` of what is found are 0: it stands in no text.

    >>> stated_pay('{"salary": [4000, 6000]}', country="CN").yearly
    (48000.0, 72000.0)
    >>> stated_pay('{"pay": {"currency": "EUR", "value": {"minValue": 40000, "maxValue": 50000, "unitText": "YEAR"}}}').period
    'year'
    """
    plain = _fields(extra)
    for name, value in plain.items():
        if name in FIELDS:
            found = next((one for part in _parts(value) if (one := _read(part, name, plain, country))), None)
            if found is not None:
                return found
    for low, high in PAIRS:
        if low in plain or high in plain:
            return _checked(_number(plain.get(low)), _number(plain.get(high)), plain, country)
    return None


def stated_wishes(extra: str) -> str:
    """The words of fields on education and experience, a line each; "" where there are none.

    >>> stated_wishes('{"学历要求": "本科", "experience": "3-5 years", "tags": ["a"]}').splitlines()
    ['学历要求：本科', 'experience：3-5 years']
    """
    return "\n".join(
        f"{name}：{value}"
        for name, value in _fields(extra).items()
        if name in ASKED and isinstance(value, str) and value
    )


def _fields(extra: str) -> dict[str, Any]:
    """The fields beside a text by their plain names; none where the text is no JSON object."""
    if len(extra) < 3:
        return {}
    try:
        fields = json.loads(extra)
    except ValueError:
        return {}
    return {_plain(name): value for name, value in fields.items()} if isinstance(fields, Mapping) else {}


def _parts(value: Any) -> Iterator[Any]:
    """A value, or the records in a list of them: salaries before what is not said to be one."""
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        yield from sorted(value, key=lambda one: "salary" not in str(one.get("compensationType", "")).lower())
    else:
        yield value


def _read(value: Any, name: str, fields: Mapping[str, Any], country: str) -> Pay | None:
    if isinstance(value, str) and value.startswith(("[", "{")):  # a list that an export wrote as text
        try:
            return _read(json.loads(value), name, fields, country)
        except ValueError:
            return None
    if isinstance(value, str):
        label = name if not name.isascii() else "薪资" if country == "CN" else "salary"
        found = find_pay(f"{label}：{value}", country=country)
        if found is None:
            return None
        period = next((name for name, pattern in _APART if pattern.search(value)), found.period)
        fits = LOWEST[period] <= found.low <= found.high <= HIGHEST[period]
        return replace(found, period=period, start=0, end=0) if fits else None
    if isinstance(value, list):
        amounts = [_number(one) for one in value]
        return _checked(amounts[0], amounts[-1], fields, country) if 1 <= len(amounts) <= 2 else None
    if isinstance(value, Mapping):
        own = {_plain(key): part for key, part in value.items()}
        inner = own.get("value")
        if isinstance(inner, Mapping):  # schema.org: the amounts stand one level deeper
            own |= {_plain(key): part for key, part in inner.items()}
        low, high, one = (
            next((n for key in keys if (n := _number(own.get(key)))), 0.0) for keys in (_LOW, _HIGH, _ONE)
        )
        return _checked(low or one, high or one, own, country)
    return _checked(_number(value), _number(value), fields, country)


def _checked(low: float, high: float, fields: Mapping[str, Any], country: str) -> Pay | None:
    """The pay of two amounts, where they can be pay of that currency and period."""
    low, high = low or high, high or low
    said = str(next((fields[key] for key in _CURRENCY if fields.get(key)), "")).upper()
    currency = _FORMER.get(said, said) if _CODE.fullmatch(said) else _currency_of(country)
    if not currency or low <= 0 or high < low or high > 6 * low:
        return None
    interval = str(next((fields[key] for key in _INTERVAL if fields.get(key)), ""))
    period = next((name for name, pattern in _PERIODS if pattern.search(interval)), None) or period_by_size(
        high, currency
    )
    if period is None or not LOWEST[period] <= low <= high <= HIGHEST[period]:
        return None
    return Pay(low=low, high=high, currency=currency, period=period, months=12, start=0, end=0)


def _number(value: Any) -> float:
    if isinstance(value, bool) or value is None:
        return 0.0
    if isinstance(value, int | float):
        return float(value) if value == value and abs(value) < 1e9 else 0.0
    try:
        return float(str(value).replace(",", "").replace(" ", ""))
    except ValueError:
        return 0.0


@functools.cache
def _currency_of(country: str) -> str:
    from babel.numbers import get_territory_currencies

    found = get_territory_currencies(country, start_date=dt.date(2026, 1, 1), tender=True) if country else []
    return str(found[0]) if found else ""


def _plain(name: object) -> str:
    return str(name).strip().lower().replace(" ", "").replace("_", "").replace("-", "")
