"""Skills of the loaded classifications, and terms that none of them knows. All texts are invented."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.enrich.pipes import build_pipeline, read_document
from observatory.enrich.skills import forms
from observatory.enrich.terms import MOST_TERMS, find_terms
from observatory.enrich.titles import RoleGrammar
from observatory.records import Occupation, Skill, Taxonomy


def skill(label, *others, skill_type="knowledge", language="en"):
    return Skill(code=f"s:{label}", label=label, labels={language: (label, *others)}, skill_type=skill_type)


TAXONOMY = Taxonomy(
    scheme="csv",
    version="1",
    released=dt.date(2015, 1, 1),
    occupations=(
        Occupation(
            code="1",
            labels={"en": "charger fitter"},
            description="Fitters go out, salt roads, call the base and test fields.",
        ),
    ),
    skills=(
        skill("machine learning"),
        skill("Python (computer programming)", "Python"),
        skill("R", skill_type="tool"),
        skill("Go", skill_type="tool"),
        skill("Apache Spark", skill_type="tool"),
        skill("Apache Hadoop", skill_type="tool"),
        skill("Microsoft Excel", skill_type="tool"),
        skill("Structured query language SQL", skill_type="tool"),
        skill("Final approach location CALL", skill_type="tool"),
        skill("PostgreSQL", skill_type="tool"),
        skill("Autodesk Fields", skill_type="tool"),
        skill("data", skill_type="knowledge"),
        skill("数控编程", language="zh"),
        skill("pompe di calore", language="it"),
    ),
)


def skills_in(text, language="en", taxonomies=(TAXONOMY,)):
    nlp = build_pipeline(language, RoleGrammar.learn((), languages=(language,)), (), taxonomies)
    posting = {
        "title": "x",
        "description": text,
        "employer": "Kiteflow",
        "place": "",
        "country": "",
        "language": language,
    }
    return read_document(nlp, posting)._.skills


def known(text, language="en"):
    return [name for name in skills_in(text, language) if not name.startswith("term:")]


def test_labels_are_found_in_any_case_and_under_the_names_people_use():
    text = "Machine Learning on hadoop? No: on Hadoop and postgresql, with SQL and python."
    assert known(text) == [
        "Apache Hadoop", "PostgreSQL", "Python (computer programming)", "Structured query language SQL", "machine learning",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Go to our site. R you ready? Excel at what you do. Spark joy.", []),
        ("We write Go, R and C.", ["Go", "R"]),
        ("You will use Excel daily, and Spark.", ["Apache Spark", "Microsoft Excel"]),
        ("we go out and excel; sparks fly", []),
        ("CALL US in the fields with data", []),
        ("R&D department", []),
    ],
)
def test_short_and_ordinary_words_count_only_where_a_name_would_stand(text, found):
    assert known(text) == found


def test_of_two_that_overlap_the_longer_is_taken():
    both = Taxonomy(
        scheme="csv", version="1", released=dt.date(2015, 1, 1), occupations=(),
        skills=(skill("energy storage"), skill("battery energy storage")),
    )  # fmt: skip
    assert skills_in("battery energy storage on the roof", taxonomies=(both,)) == ["battery energy storage"]


def test_chinese_and_italian_skills_and_tool_names_in_chinese_text():
    assert known("负责数控编程与Hadoop集群，熟悉SQL", "zh") == [
        "Apache Hadoop",
        "Structured query language SQL",
        "数控编程",
    ]
    assert known("Manutenzione di Pompe di calore e impianti", "it") == ["pompe di calore"]


def test_terms_stand_in_where_no_classification_has_skills():
    assert skills_in("We use PostgreSQL and node.js.", taxonomies=()) == ["term:node.js", "term:postgresql"]
    assert "term:postgresql" not in skills_in("We use PostgreSQL and node.js.")


def test_forms_of_a_label():
    assert set(forms("Computer aided design CAD software")) >= {"CAD", "Computer aided design"}
    assert list(forms("manage musical staff", "skill")) == ["manage musical staff"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We run Kafka, Flink and Spark on AWS.", ["aws", "flink", "kafka", "spark"]),
        ("CAD/CAM, S7-1500 and HTML5 at the bench", ["cad/cam", "html5", "s7-1500"]),
        ("Knowledge of Redis, Celery or Django is a plus.", ["celery", "django", "redis"]),
        ("Backed by Alder, Birch and Cedar.", []),
        ("Our offices are in Berlin, London and Paris.", []),
        ("We hire Engineers, Designers and Product Managers.", []),
        ("FULL TIME OR REMOTE IN NYC, H1B WELCOME", []),
        ("Apply at https://NodeFarm.com/jobsAPI or TalkToUs@KiteFlow.com", []),
        ("Kiteflow | Rust Developer | NYC | AWS", []),
    ],
)
def test_terms_are_known_by_their_form(text, found):
    assert find_terms(text, employer="Kiteflow") == found


def test_latin_words_in_chinese_text_are_terms():
    assert find_terms("熟悉linux系统、Spring框架，有ROS经验", language="zh") == ["linux", "ros", "spring"]


@given(st.text(max_size=400))
def test_terms_are_lower_case_sorted_and_few(text):
    found = find_terms(text)
    assert found == sorted(set(found))
    assert len(found) <= MOST_TERMS
    assert all(term == term.lower() for term in found)
