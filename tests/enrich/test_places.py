"""Places and their countries, offline."""

import pytest

from observatory.enrich.places import country_of, find_places, fold, is_place, place_names, without_places


@pytest.mark.parametrize(
    ("text", "names", "country"),
    [
        ("Palo Alto, CA or Milano", ["Palo Alto", "CA", "Milano"], "IT"),
        ("London, ON, Canada", ["London", "ON", "Canada"], "CA"),
        ("St. Louis, MO", ["St. Louis", "MO"], "US"),
        ("Washington, D.C.", ["Washington", "D.C"], "US"),
        ("Reading, UK", ["Reading", "UK"], "GB"),
        ("Emeryville, CA", ["Emeryville", "CA"], "US"),
        ("san francisco", ["san francisco"], "US"),
        ("São Paulo", ["São Paulo"], "BR"),
        ("Deutschland", ["Deutschland"], "DE"),
        ("重庆市渝北区", ["重庆市渝北区"], "CN"),
        ("四川成都", ["四川", "成都"], "CN"),
        ("广州-天河区", ["广州-天河区"], "CN"),
        ("意大利米兰", ["意大利", "米兰"], "IT"),
        ("Stati Uniti", ["Stati Uniti"], "US"),
    ],
)
def test_places_of_three_languages(text, names, country):
    assert [place.text for place in find_places(text)] == names
    assert country_of(text) == country
    assert is_place(text)


@pytest.mark.parametrize(
    "text", ["Mobile developer", "let us know", "IN", "Security engineer", "nice to have", "Data", "新能源"]
)
def test_ordinary_words_are_no_places(text):
    assert find_places(text) == ()


def test_a_name_that_several_countries_share_has_no_country_until_the_line_says_which():
    assert country_of("Cambridge") == ""
    assert country_of("Cambridge, MA") == "US"
    assert country_of("Cambridge, UK") == "GB"


def test_a_phrase_loses_the_places_before_it():
    assert without_places(["palo", "alto", "software"]) == ["software"]
    assert without_places(["mobile", "software"]) == ["mobile", "software"]
    assert without_places(["nyc"]) == []
    assert "data" not in place_names()


def test_a_code_is_no_part_of_another_word():
    assert [place.text for place in find_places("Hong Kong ON-SITE")] == ["Hong Kong"]


def test_names_are_compared_without_accents_stops_and_hyphens():
    assert fold("Saint-Étienne") == fold("saint etienne")
    assert fold("D.C.") == "dc"
