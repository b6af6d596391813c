"""The page of a candidate: sentences, neighbours with their tests, comparison, lineage, limits."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from observatory.review import actions
from observatory.review.views import portrait

NEAR = {"scheme": "esco", "version": "1.2", "code": "1", "title": "heat pump engineer", "similarity": 0.734}
FACTS = {"titles": {"en": ["heat pump commissioning engineer", "heat pump starter"]}, "nearest": [NEAR]}


@pytest.mark.parametrize(
    ("near", "title", "subset"),
    [
        ({}, "another name; its alternative titles are not in this dossier", "the known name and a word more"),
        ({"title": "Heat pump starter"}, "the same name", "passed"),
        ({"alternative": "heat pump starter"}, "one of its alternative titles", "the known name and a word more"),
        ({"alternative": ""}, "passed: none of its titles", "the known name and a word more"),
        ({"title": "commissioning engineer heat pumps chief"}, "another name", "a part of the known name"),
        ({"title": "baker"}, "another name", "passed: neither name holds the other"),
    ],
)
def test_a_neighbour_with_the_two_tests_on_names(near, title, subset):
    found = portrait.neighbour("heat pump commissioning engineer", FACTS, {**NEAR, **near})
    assert found["title_test"].startswith(title)
    assert found["subset_test"].startswith(subset)
    assert found["percent"] == 73


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"estimate": 12345, "low": 4000, "high": 30000, "note": "in the US"}, "about 12,345 people (90 % interval 4,000 to 30,000)"),
        ({"estimate": None, "low": None, "high": None, "note": "no figures"}, "cannot be said"),
    ],
    ids=("estimate", "none"),
)  # fmt: skip
def test_how_many_practise_it(said, words):
    with translation.override("en"):
        assert portrait.practitioners({"practitioners": said}) == {"words": words, "note": said["note"]}


def test_a_dossier_of_before_says_nothing_of_practitioners():
    assert portrait.practitioners({}) == {}
    assert portrait.practitioners({"practitioners": None}) == {}


def test_words_skills_and_tasks_side_by_side():
    sides = {"shared": ["hydraulics"], "extra": ["leak tests"], "missing": ["welding"]}
    words, skills, tasks = portrait.compared("heat pump tuner", [{**NEAR, "skills": sides, "tasks": None}])
    assert words["cells"][0] == {"known": True, "shared": ["heat", "pump"], "extra": ["tuner"], "missing": ["engineer"]}
    assert skills["cells"][0] == {"known": True, **sides}
    assert tasks["cells"][0] == {"known": False}


def test_what_is_compared_is_found_by_the_code_of_the_occupation():
    one = {"scheme": "esco", "version": "1.2", "code": "1", "alternative": "x", "skills": None, "tasks": None}
    assert portrait._with(NEAR, [{**one, "code": "2"}, one]) == {**NEAR, **one}
    assert portrait._with(NEAR, [{**one, "version": "1.1"}]) == NEAR


def test_what_postings_pay_and_ask_for():
    said = {
        "postings": 1200, "pay": [["EUR", 40, 41000.4, 52000.0], ["CHF", 1, 90000.0, 90000.0]],
        "education": [[0, 3], [6, 12], [9, 1]], "experience": [[1, 4], [3, 8]],
    }  # fmt: skip
    with translation.override("en"):
        found = portrait.asked(said)
    assert found["postings"] == "1,200"
    assert found["pay"] == [("EUR", "41,000–52,000", 40), ("CHF", "90,000", 1)]
    assert found["education"] == [
        ("no degree asked for", 3, "0.250"), ("bachelor’s degree", 12, "1.000"), ("level 9 of the EQF", 1, "0.083"),
    ]  # fmt: skip
    assert found["experience"] == [("1 year", 4, "0.500"), ("3 years", 8, "1.000")]
    assert portrait.asked(None) == {}


def test_the_page_shows_pay_education_experience_and_the_three_sides(world, signed_in):
    row = world.candidate()
    page = signed_in(world["reader"]).get(f"/candidates/{row.candidate_id}").content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    for words in ("Pay a year, before tax EUR ", "bachelor’s degree", "Experience asked for at least 1 year",
                  "Agree the plan of work", "keep a log of faults", "passed: none of its titles"):  # fmt: skip
        assert words in text
    assert "not in this dossier" not in text


def test_chinese_names_are_compared_by_their_stretches():
    found = portrait._names("生成式人工智能系统应用员", "人工智能训练师")
    assert found["shared"] == ["人工智能"]
    assert found["extra"] == ["生成式", "系统应用员"]
    assert found["missing"] == ["训练师"]


def test_three_sentences_say_what_it_is_how_it_grows_and_what_is_near(world):
    row = world.candidate(growth={"ratio": 2.04, "low": 1.31, "high": 3.2, "q_value": 0.01, "note": ""})
    facts = {"vacancies": 1234, "employers": 56, "nearest": [NEAR], "titles": {}}
    first, second, third = portrait.sentences(row, facts)
    assert "1,234 vacancies of 56 employers" in first
    assert second == "Its share of vacancies grew 2.0 times (95 % interval 1.3 to 3.2)."
    assert third == "The nearest known occupation is heat pump engineer (esco 1.2), 73 % similar."


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.8, 1.4, "Growth is not shown"),
        (0.2, 0.9, "shrank to"),
        (1.1, 1.4, "grew"),
        (0.0, 9999.0, "is not known"),
        (0.0, 3.0, "interval 0.0 to 3.0"),
        (2.0, 9999.0, "interval 2.0 to ∞"),
    ],
)
def test_growth_is_claimed_only_when_the_interval_shows_it(world, low, high, words):
    row = world.candidate(growth={"ratio": (low + high) / 2, "low": low, "high": high, "q_value": 0.5, "note": ""})
    assert words in portrait.sentences(row, {"vacancies": 1, "employers": 1, "nearest": [], "titles": {}})[1]


def test_known_limits_are_translated_and_others_kept():
    known = "The sources are not a sample of the labour market; a share is a share of these sources."
    with translation.override("it"):
        found = portrait.limits([known, "one of its own", known])
    assert [one["known"] for one in found] == [True, False]
    assert found[0]["words"].startswith("Le fonti")
    assert found[1]["words"] == "one of its own"


def test_lineage_tells_birth_split_and_merge(world):
    from observatory.review.models import Candidate
    from site_world import NOW

    row, other = world.candidate(), world.candidate()
    parts = actions.split(
        candidate=row, titles=["one", "two"], by=world["senior analyst"], version=row.version, now=NOW
    )
    actions.merge(
        candidate=other, into=parts[0], reason="the same", by=world["senior analyst"], version=other.version, now=NOW
    )
    row = Candidate.objects.get(pk=row.pk)
    assert [words for _when, words, _key, _title in portrait.lineage(row)][2:] == ["split into", "split into"]
    part = Candidate.objects.select_related("split_from", "merged_into").get(pk=parts[0].pk)
    assert {(words, key) for _when, words, key, _title in portrait.lineage(part)} >= {
        ("split from", row.candidate_id), ("took in", other.candidate_id),
    }  # fmt: skip
    other = Candidate.objects.select_related("split_from", "merged_into").get(pk=other.pk)
    assert ("ended in", part.candidate_id) in {(w, k) for _when, w, k, _t in portrait.lineage(other)}


def test_the_page_says_what_the_dossier_does_not(world, signed_in):
    row = world.candidate(nearest=[], titles={"en": ["x"]}, schema=2)
    page = signed_in(world["reader"]).get(f"/candidates/{row.candidate_id}").content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    for words in ("pay was not read from the postings", "education was not read from the postings", "No known occupation is near.",
                  "Not assessed yet.", "No committee has decided on it.", "Nobody has commented yet."):  # fmt: skip
        assert words in text


def test_the_order_of_the_page(world, signed_in):
    row = world.ready()
    page = signed_in(world["reader"]).get(f"/candidates/{row.candidate_id}").content.decode()
    order = [
        page.index(f'id="{name}"') for name in ("growth", "where", "nearest", "evidence", "assessment", "comments")
    ]
    assert order == sorted(order)
    assert page.index('class="card lead"') < order[0]


def test_pages_carry_no_inline_script_or_style(world, signed_in):
    row = world.ready()
    decision = world.decided()
    client = signed_in(world.person("boss", "senior analyst", "chair", "secretary", "administrator"))
    for path in ("/", "/candidates", f"/candidates/{row.candidate_id}", "/landscape", "/trends", "/meetings", "/register",
                 f"/items/{decision.item.pk}", "/agreement", "/record", "/account", "/first-look", "/nothing"):  # fmt: skip
        page = client.get(path).content.decode()
        assert not re.findall(r"\sstyle=|\son\w+=|<style", page), path
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page)), path
