"""Pay named in a text: lowest and highest amount, currency, period.

Read are ranges and single amounts beside a currency or a word for pay, with thousands written "k", "K",
"万", "千" or with separators of either kind. A sum without a period counts by its size: advertisements
in China name months, elsewhere amounts under 1,000 mean hours and over 10,000 years. What stands for
revenue, funding, bonuses or customers is left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Period = Literal["hour", "day", "week", "month", "year"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pay:
    """Pay before tax as written: `low`..`high` in `currency` (ISO 4217) a `period`; `months` paid in a
    year where the text says so (13 to 24, else 12); `start`..`end` is where it stands."""

    low: float
    high: float
    currency: str
    period: Period
    months: int
    start: int
    end: int

    @property
    def yearly(self) -> tuple[float, float]:
        """The amounts a year, of 2,080 hours, 260 days, 52 weeks or `months`."""
        times = {"hour": 2_080, "day": 260, "week": 52, "month": self.months, "year": 1}[self.period]
        return self.low * times, self.high * times


_SIGNS = {
    "$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "£": "GBP", "gbp": "GBP", "¥": "CNY", "￥": "CNY",
    "rmb": "CNY", "cny": "CNY", "元": "CNY", "人民币": "CNY", "chf": "CHF", "zł": "PLN", "zl": "PLN", "pln": "PLN", "sek": "SEK",
    "nok": "NOK", "kr": "SEK", "cad": "CAD", "c$": "CAD", "ca$": "CAD", "aud": "AUD", "a$": "AUD", "руб": "RUB", "₽": "RUB",
    "rub": "RUB", "₹": "INR", "inr": "INR", "sgd": "SGD", "s$": "SGD", "hk$": "HKD", "hkd": "HKD", "jpy": "JPY", "u": "USDT",
    "usdt": "USDT",
}  # fmt: skip
_BEFORE = r"(?:US\$|CA\$|HK\$|C\$|A\$|S\$|[$€£¥￥₽₹]|\b(?:USDT|USD|EUR|GBP|RMB|CNY|CHF|PLN|SEK|NOK|CAD|AUD|INR|SGD|HKD)(?![A-Za-z]))"
_AFTER = r"(?:[$€£₽₹元]|人民币|(?:USDT|USD|EUR|euros?|GBP|RMB|CNY|CHF|PLN|SEK|NOK|CAD|AUD|INR|SGD|HKD|zł|kr|руб|U)(?![A-Za-z]))"
_AMOUNT = r"\d{1,3}(?:[,.'\u2019 \u00a0]\d{3})+(?!\d)|\d+(?:[.,]\d{1,2})?"
_UNIT = r"[kKwW万千]?(?![A-Za-z]{2})"
_RANGE = re.compile(
    rf"(?:(?P<before>{_BEFORE})\s?)?(?P<low>{_AMOUNT})\s?(?P<lowunit>{_UNIT})(?:\s?(?P<mid>{_AFTER}))?"
    rf"(?:\s?(?:-|–|—|~|～|to|bis|至|到|do|à|a)\s?(?:{_BEFORE})?\s?(?P<high>{_AMOUNT})\s?(?P<highunit>{_UNIT}))?"
    rf"\s?(?P<plus>\+)?\s?(?P<after>{_AFTER})?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+")
_SIGN_BEFORE = re.compile(rf"{_BEFORE}\s?$", re.IGNORECASE)
# What stands near a number that may be pay, in lower case; most numbers have none of it around them.
_HINTS = (
    "$", "€", "£", "¥", "￥", "₽", "₹", "万", "千", "元", "薪", "待遇", "工资", "人民币", "usd", "eur", "gbp", "rmb", "cny", "chf", "pln", "sek",
    "nok", "cad", "aud", "inr", "sgd", "hkd", "zł", "kr", "руб", "salar", "pay", "compens", "wage", "rate", "remun", "ote", "package", "gehalt",
    "vergüt", "lohn", "stipend", "retrib", "ral", "salai", "rémun", "sueldo", "wynagr", "зарп", "оклад", "з/п",
)  # fmt: skip
_WORDS_BEFORE = re.compile(
    r"(?:salary|salaries|pay|compensation|wage|rate|remuneration|ote|package|薪资|薪酬|薪水|月薪|年薪|工资|待遇|底薪|日薪|时薪|gehalt|vergütung|"
    r"lohn|stipendio|retribuzione|ral|salaire|rémunération|salario|sueldo|wynagrodzenie|зарплата|оклад|з/п)[^\d\n]{0,25}$",
    re.IGNORECASE,
)
_NOT_PAY_BEFORE = re.compile(
    r"(?:revenue|funding|raised|raise|raising|funded|valuation|sales|arr|mrr|budget|customers|users|market|bonus|series [a-e]|seed|"
    r"invested|worth|over|融资|注册资本|资产|营收|奖金|补贴|餐补|房补|up to \d+ days|fatturato|umsatz)[^\d\n]{0,20}$",
    re.IGNORECASE,
)
_NOT_PAY_AFTER = re.compile(
    r"^\s?(?:m\b|mm\b|mio|million|billion|bn\b|b\b|%|亿|个|人|名|岁|年以上|years|users|customers|employees|people|"
    r"in (?:funding|revenue|sales|seed|series)|sign|signing|bonus|补贴|referral|per diem for|stipend|budget)",
    re.IGNORECASE,
)
_PERIODS: tuple[tuple[Period, re.Pattern[str]], ...] = (
    ("hour", re.compile(r"^\s?(?:brutto|gross|netto|lordi)?\s?(?:/|per|an?|pro|all'|de l'|par)?\s?(?:h\b|hr\b|hrs\b|hour|stunde|std\b|ora\b|heure|godz|小时|час)", re.IGNORECASE)),
    ("day", re.compile(r"^\s?(?:/|per|an?|pro|al|par)?\s?(?:day|tag\b|giorno|jour|dzień|dniówk|天|日)", re.IGNORECASE)),
    ("week", re.compile(r"^\s?(?:/|per|an?|pro|a)?\s?(?:week|wk\b|woche|settimana|周)", re.IGNORECASE)),
    ("month", re.compile(r"^\s?(?:brutto|gross|netto|lordi)?\s?(?:/|per|an?|pro|al|par|na)?\s?(?:month|mo\b|mth|monat|mese|mois|mies|mc\b|m-c|月|мес)", re.IGNORECASE)),
    ("year", re.compile(r"^\s?(?:brutto|gross|netto|lordi)?\s?(?:/|per|an?|pro|all'|par)?\s?(?:year|yr\b|annum|annual|p\.?a\b|jahr|anno|an\b|rok|年|год)", re.IGNORECASE)),
)  # fmt: skip
_SAID_BEFORE: tuple[tuple[Period, str], ...] = (
    ("month", "月薪"), ("year", "年薪"), ("day", "日薪"), ("hour", "时薪"), ("year", "ral"), ("year", "annual"), ("year", "yearly"),
    ("hour", "hourly"), ("month", "monthly"),
)  # fmt: skip
_MONTHS = re.compile(r"[·x×*\s,，]{1,3}(1[2-9]|2[0-4])\s?(?:薪|个月|salaries|mensilità)")
LOWEST = {"hour": 4, "day": 30, "week": 100, "month": 300, "year": 5_000}
HIGHEST = {"hour": 800, "day": 8_000, "week": 40_000, "month": 500_000, "year": 5_000_000}
LONGEST = 20_000


def find_pay(text: str, *, country: str = "") -> Pay | None:
    """The first pay that a text names; None where it names none.

    >>> found = find_pay("We pay $120k - $150k plus equity")
    >>> found.low, found.high, found.currency, found.period
    (120000.0, 150000.0, 'USD', 'year')
    >>> found = find_pay("薪资：15-25K·14薪")
    >>> found.low, found.currency, found.period, found.yearly
    (15000.0, 'CNY', 'month', (210000.0, 350000.0))
    >>> find_pay("We raised $30M and serve 120,000 users") is None
    True
    """
    text = text[:LONGEST]
    china = country == "CN"
    end = 0
    for number in _NUMBER.finditer(text):
        if number.start() < end:  # a part of what was looked at
            continue
        # A number with no sign of money around it is most numbers, and costs nothing more.
        if not china and text[number.end() : number.end() + 2].lstrip()[:1] not in tuple("kKuU"):
            around = text[max(0, number.start() - 40) : number.end() + 40].lower()
            if not any(hint in around for hint in _HINTS):
                continue
        sign = _SIGN_BEFORE.search(text, max(end, number.start() - 6), number.start())
        match = _RANGE.match(text, sign.start() if sign else number.start())
        if match is None:
            continue
        end = match.end()
        found = _read(text, match, country)
        if found is not None:
            return found
    return None


def _read(text: str, match: re.Match[str], country: str) -> Pay | None:
    before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() : match.end() + 30]
    if match.start() and (
        (text[match.start() - 1].isalnum() and ord(text[match.start() - 1]) < 0x3000)
        or text[match.start() - 1] in ".#_-/"
    ):
        return None
    said = _WORDS_BEFORE.search(before)
    sign = match.group("before") or match.group("after") or match.group("mid") or ""
    chinese = bool(re.search(r"[万千元薪]", match.group() + after[:4] + before[-6:])) or country == "CN"
    if (
        not sign
        and not (said and (match.group("high") or match.group("lowunit")))
        and not (chinese and match.group("high") and match.group("highunit"))
    ):
        return None
    if _NOT_PAY_BEFORE.search(before) or _NOT_PAY_AFTER.match(after):
        return None
    high_unit = match.group("highunit") or ""
    low_unit = match.group("lowunit") or high_unit
    low = _amount(match.group("low"), low_unit)
    high = _amount(match.group("high"), high_unit or low_unit) if match.group("high") else low
    if high < low:
        return None
    months = _MONTHS.match(after)
    period: Period | None = (
        "month" if months else next((name for name, pattern in _PERIODS if pattern.match(after)), None)
    )
    if period is None:
        lower = before.lower()
        period = next((name for name, word in _SAID_BEFORE if word in lower), None)
    currency = _SIGNS.get(sign.lower().rstrip("s") if sign.lower() == "euros" else sign.lower(), "") or (
        "CNY" if chinese else ""
    )
    if not currency:
        return None
    if period is None:
        period = period_by_size(high, currency)
    if period is None or not LOWEST[period] <= low <= high <= HIGHEST[period] or high > 6 * low:
        return None
    number = int(months.group(1)) if months else 12
    return Pay(
        low=low, high=high, currency=currency, period=period, months=number, start=match.start(), end=match.end()
    )


def period_by_size(high: float, currency: str) -> Period | None:
    """The period that an amount without one most likely means, or None where its size says nothing."""
    if currency in ("CNY", "RUB", "PLN", "USDT"):
        return "month" if 1_000 <= high < 150_000 else "year" if high >= 150_000 else None
    if high >= 10_000:
        return "year"
    return "month" if high >= 1_200 else "hour" if 6 <= high < 300 else None


def _amount(text: str, unit: str) -> float:
    plain = re.sub(r"[,.'\u2019 \u00a0](?=\d{3}(?!\d))", "", text).replace(",", ".")
    times = {"k": 1_000.0, "千": 1_000.0, "w": 10_000.0, "万": 10_000.0}.get(unit.lower(), 1.0)
    return float(plain) * times
