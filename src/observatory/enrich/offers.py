"""What a posting offers and asks: pay, years of experience, level of education, and where it is.

The door is `read_offers`. It reads the text and the fields beside it as stored, and the place and country that enrichment found;
what it says of a posting depends on that posting and the rules alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from observatory.enrich.pay import find_pay
from observatory.enrich.regions import region_of
from observatory.enrich.requirements import find_requirements
from observatory.enrich.stated import stated_pay, stated_wishes
from observatory.records import OFFERS

# Raised when the same posting gets another row than before: all are then read again.
RULES = "2"


def read_offers(postings: pa.Table, *, rules: str) -> pa.Table:
    """One row for each posting in the schema OFFERS, in their order.

    `postings` needs posting_id, title, description, extra, place and country, the last two as enrichment
    knows them; pay that a source states in a field goes before what the text names; `rules` is `Grammar.offers`, under which the rows are kept.
    """
    columns: dict[str, list[object]] = {name: [] for name in OFFERS.names}
    for row in postings.select(["posting_id", "title", "description", "extra", "place", "country"]).to_pylist():
        found = _offer(row, rules)
        for name, values in columns.items():
            values.append(found[name])
    return pa.table(columns, schema=OFFERS)


def _offer(row: Mapping[str, str], rules: str) -> dict[str, object]:
    text = f"{row['title']}\n{row['description']}"
    pay = stated_pay(row["extra"], country=row["country"]) or find_pay(text, country=row["country"])
    asked = find_requirements(f"{stated_wishes(row['extra'])}\n{text}".lstrip())
    yearly = pay.yearly if pay else (None, None)
    return {
        "posting_id": row["posting_id"], "rules": rules, "country": row["country"], "region": region_of(row["place"], row["country"]),
        "pay_low": pay.low if pay else None, "pay_high": pay.high if pay else None,
        "pay_currency": pay.currency if pay else "", "pay_period": pay.period if pay else "",
        "pay_months": pay.months if pay else None, "yearly_low": yearly[0], "yearly_high": yearly[1],
        "years_low": asked.years_low, "years_high": asked.years_high, "education": asked.education,
    }  # fmt: skip
