"""Regions of a country, offline: names, codes behind a city, cities; open where the text leaves it open."""

from __future__ import annotations

import pytest

from observatory.enrich.regions import _PARTS, _codes, _table, region_of


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Springfield, IL", "US-IL"), ("Seattle, Washington", "US-WA"), ("Washington, D.C.", "US-DC"), ("Victoria, BC", "CA-BC"),
        ("Emeryville, CA", "US-CA"), ("Austin, Texas", "US-TX"), ("Paris, TX", "US-TX"), ("NYC", "US-NY"), ("LA", "US-CA"), ("SF", "US-CA"),
        ("London, ON, Canada", "CA-ON"), ("London", "GB-ENG"), ("Sydney", "AU-NSW"), ("München", "DE-BY"), ("Bavaria, Germany", "DE-BY"),
        ("Hannover", "DE-NI"), ("Wien", "AT-9"), ("Zürich", "CH-ZH"), ("Genève", "CH-GE"), ("Göteborg", "SE-O"), ("Amsterdam", "NL-NH"),
        ("Milano", "IT-25"), ("Torino", "IT-21"), ("Lombardia", "IT-25"), ("Paris", "FR-IDF"), ("Kraków", "PL-12"), ("Barcelona, Spain", "ES-CT"),
        ("重庆市渝北区", "CN-CQ"), ("四川成都", "CN-SC"), ("广州-天河区", "CN-GD"), ("吉林市", "CN-JL"), ("山西省太原市", "CN-SX"), ("苏州", "CN-JS"),
        ("Niedersachsen", "DE-NI"), ("Castilla y León", "ES-CL"), ("Remote", ""), ("Georgia", ""), ("Atlanta, Georgia", "US-GA"), ("São Paulo", ""), ("", ""), ("Cambridge", ""), ("Germany", ""),
    ],
)  # fmt: skip
def test_the_region_of_a_line(text: str, region: str) -> None:
    assert region_of(text) == region


def test_only_a_region_of_the_named_country_is_taken() -> None:
    assert region_of("Cambridge", "US") == "US-MA"
    assert region_of("Cambridge", "GB") == "GB-ENG"
    assert region_of("Milano", "DE") == ""


def test_every_part_of_the_table_is_found_by_its_names_and_its_city() -> None:
    for country, parts in _PARTS.items():
        for part in parts.split(";"):
            code, names, city = (field.strip() for field in part.split("|"))
            assert f"{country}-{code}" in _codes()
            for name in names.split(","):
                assert region_of(name, country) == f"{country}-{code}", name
            if city:
                found = [table for name, table in _table().values() if table.get(country) == f"{country}-{code}"]
                assert found, f"{country}-{code} has no city: {city} is not in the list of cities"
