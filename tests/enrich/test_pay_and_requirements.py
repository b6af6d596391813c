"""Pay and requirements in several languages; what only looks like them is left."""

from __future__ import annotations

import pytest

from observatory.enrich.pay import find_pay
from observatory.enrich.requirements import find_requirements


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Salary: $120,000 - $150,000", (120_000, 150_000, "USD", "year")),
        ("Kiln engineer, $120k-150k, equity", (120_000, 150_000, "USD", "year")),
        ("£45k a year", (45_000, 45_000, "GBP", "year")),
        ("€40.000 - 55.000 brutto pro Jahr", (40_000, 55_000, "EUR", "year")),
        ("55 000 € par an", (55_000, 55_000, "EUR", "year")),
        ("RAL 32.000 - 38.000 €", (32_000, 38_000, "EUR", "year")),
        ("$25/hour", (25, 25, "USD", "hour")),
        ("Rate 18-22 EUR per hour", (18, 22, "EUR", "hour")),
        ("薪资：15-25K·14薪", (15_000, 25_000, "CNY", "month")),
        ("月薪1.5-2万元", (15_000, 20_000, "CNY", "month")),
        ("年薪30-50万", (300_000, 500_000, "CNY", "year")),
        ("8000-12000元/月", (8_000, 12_000, "CNY", "month")),
        ("薪酬 3000-5000 USDT 每月", (3_000, 5_000, "USDT", "month")),
        ("Wynagrodzenie 6 000 - 8 500 zł brutto miesięcznie", (6_000, 8_500, "PLN", "month")),
        ("зарплата 80 000 - 120 000 руб", (80_000, 120_000, "RUB", "month")),
        ("Compensation: CHF 95'000 - 110'000", (95_000, 110_000, "CHF", "year")),
    ],
)
def test_pay_is_read(text: str, expected: tuple[float, float, str, str]) -> None:
    found = find_pay(text)
    assert found is not None
    assert (found.low, found.high, found.currency, found.period) == expected
    assert text[found.start : found.end].strip()


@pytest.mark.parametrize(
    "text",
    [
        "We raised $30M in a series B", "120,000 users trust us", "annual revenue of $450,000", "Call 020-555-0100", "in 2015-2016",
        "team of 20-30 people", "融资5000万元", "401k and dental", "5-7 years of experience", "$500 signing bonus", "",
    ],
)  # fmt: skip
def test_what_is_no_pay_is_left(text: str) -> None:
    assert find_pay(text) is None


def test_a_year_is_worked_out() -> None:
    found = find_pay("薪资：15-25K·14薪")
    assert found is not None
    assert found.yearly == (210_000, 350_000)
    hourly = find_pay("$25/hour")
    assert hourly is not None
    assert hourly.yearly == (52_000, 52_000)


@pytest.mark.parametrize(
    ("text", "low", "high", "education"),
    [
        ("At least 3 years of experience in ceramics", 3, None, None),
        ("3-5 years' experience; BSc or MSc in chemistry", 3, 5, 6),
        ("Mindestens zwei Jahre Erfahrung, abgeschlossene Ausbildung", 2, None, 4),
        ("Almeno 5 anni di esperienza, laurea in ingegneria", 5, None, 6),
        ("本科及以上学历，三年以上工作经验", 3, None, 6),
        ("硕士，经验不限", 0, None, 7),
        ("学历不限，1-3年经验", 1, 3, 0),
        ("工作经验：1年以内", 0, 1, None),
        ("无工作经验  |  大专", 0, None, 5),
        ("Up to 2 years of experience", 0, 2, None),
        ("Fino a 3 anni di esperienza", 0, 3, None),
        ("Minimum 2 lata doświadczenia, wykształcenie średnie", 2, None, 4),
        ("Expérience de 3 ans, bac +5", 3, None, 7),
        ("PhD in materials science. Entry-level welcome", 0, None, 8),
        ("Master's degree in ceramics", None, None, 7),
        ("A degree in ceramics", None, None, 6),
        ("Abgeschlossenes Studium der Chemie", None, None, 6),
        ("The firm and its kilns; no BS, a clean cap table", None, None, None),
        ("A valid driving licence; promotion in two steps", None, None, None),
        ("Apps for high school students", None, None, None),
        ("Diploma di perito o diploma ITS", None, None, 4),
        ("3 years in kilns; 5 years of experience overall", 5, None, None),
        ("We are a 10 years old company", None, None, None),
        ("A contract of 2 years", None, None, None),
        ("", None, None, None),
    ],
)
def test_requirements_are_read(text: str, low: int | None, high: int | None, education: int | None) -> None:
    found = find_requirements(text)
    assert (found.years_low, found.years_high, found.education) == (low, high, education)
