"""The role benchmark: its labels are whole, its halves fixed, and its scores count what they say."""

from __future__ import annotations

from collections import Counter

from benchmarks.roles.measure import (
    held_out,
    prototype,
    rows_of,
    score_phrases,
    score_postings,
    whole_title,
)


def test_there_are_a_thousand_labelled_phrases_and_two_hundred_postings() -> None:
    phrases = rows_of("phrases.csv")
    assert len(phrases) >= 1_000
    assert len({(row["phrase"], row["language"]) for row in phrases}) == len(phrases)
    assert {row["label"] for row in phrases} == {"role", "not_a_role", "fragment"}
    assert {row["language"] for row in phrases} == {"en", "zh", "it"}
    assert len(rows_of("postings.csv")) >= 200
    assert list(rows_of("postings.csv")[0]) == ["source", "source_id", "language", "roles"]  # ids and roles, no text


def test_a_label_goes_with_its_normal_form() -> None:
    for row in rows_of("phrases.csv"):
        assert bool(row["normal_form"]) == (row["label"] != "not_a_role"), row
        assert row["employers"].isdigit(), row
        assert len(row["phrase"].split()) <= 36, row  # phrases and titles, no texts
        assert "@" not in row["phrase"], row


def test_the_halves_are_of_like_size_and_stay() -> None:
    halves = Counter(held_out(row["phrase"]) for row in rows_of("phrases.csv"))
    assert 0.4 < halves[True] / sum(halves.values()) < 0.6
    assert held_out("data engineer") == held_out("data engineer")


def test_scores_of_phrases() -> None:
    rows = [
        {"phrase": "Wool Engineers", "label": "role", "normal_form": "wool engineer", "note": "", "source": "s"},
        {"phrase": "a wool buyer", "label": "role", "normal_form": "wool buyer", "note": "mentioned", "source": "s"},
        {"phrase": "team player", "label": "not_a_role", "normal_form": "", "note": "", "source": "s"},
        {
            "phrase": "Mill / Loom Fitter",
            "label": "role",
            "normal_form": "mill fitter|loom fitter",
            "note": "",
            "source": "s",
        },
    ]
    answers = {
        "Wool Engineers": ["wool developer"],
        "team player": ["team player"],
        "Mill / Loom Fitter": ["loom fitter", "mill"],
    }
    score = score_phrases(rows, lambda phrase: answers.get(phrase, []), "en")
    assert (score.right, score.wrong) == (2, 2)  # a developer is an engineer; "team player" and "mill" are wrong
    assert (score.found, score.wanted) == (2, 2)  # what is only mentioned is not wanted
    assert score.precision == 0.5
    assert score.recall == 1.0


def test_scores_of_postings() -> None:
    rows = [
        {"source": "s", "source_id": "1", "roles": "wool engineer;?mill fitter"},
        {"source": "s", "source_id": "2", "roles": ""},
    ]
    answers = {"1": ["wool engineer", "mill fitter"], "2": ["loom"]}
    score = score_postings(rows, lambda row: answers[row["source_id"]], "en")
    assert (score.right, score.wrong, score.found, score.wanted) == (2, 1, 1, 1)


def test_the_peers_do_what_their_names_say() -> None:
    read = prototype("en", frozenset({"engineer"}))
    assert read("We need four very good wool engineers") == ["very good wool engineer"]
    assert read("engineer") == []
    assert prototype("zh", frozenset({"工程师"}))("储能 工程师") == ["储能工程师"]
    assert whole_title({"wool engineer": 2}, 2)("Wool Engineer") == ["wool engineer"]
    assert whole_title({"wool engineer": 1}, 2)("Wool Engineer") == []
