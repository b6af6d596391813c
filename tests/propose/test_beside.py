"""A candidate beside its nearest occupations, and what its postings pay and ask for."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from invented_dossiers import plain
from observatory.propose.beside import LISTED, LONGEST, asked_in, side_by_side, skill_labels
from observatory.records import Occupation, Skill, Taxonomy

TASKS = (
    "Test heating plants and record their pressure.",
    "Order spare parts and keep the store in order.",
)
KNOWN = Occupation(
    code="2144.1.9", labels={"en": "commissioning engineer"}, alternative={"en": ("Heat Pump Start-Up Engineer",)},
    description="Uses hydraulic balancing and risk analysis, goes on site.", tasks=TASKS,
)  # fmt: skip


def taxonomy(*occupations: Occupation) -> Taxonomy:
    skills = tuple(
        Skill(code=label, label=label, labels={"en": (label,)})
        for label in ("Risk analysis", "Go", "analysis", "Electrical safety", "Heating plants")
    )
    return Taxonomy(
        scheme="esco", version="1.0.9", released=dt.date(2020, 1, 1), occupations=occupations, skills=skills
    )


def beside(*tasks: str, known: Occupation = KNOWN, named: frozenset[str] = frozenset()):
    shelf = {("esco", "1.0.9", known.code): known}
    return side_by_side(
        plain().candidate, shelf, labels=skill_labels([taxonomy(known)]), skills=["hydraulic balancing", "refrigerants"],
        named=named, tasks=tasks,
    )  # fmt: skip


def test_skills_stand_on_three_sides():
    first, second, third = beside()
    assert first.skills is not None
    assert (first.skills.shared, first.skills.extra) == (("hydraulic balancing",), ("refrigerants",))
    # the longer of two labels counts; "goes" is not Go
    assert first.skills.missing == ("Risk analysis", "Heating plants")
    assert (second.skills, third.skills) == (None, None)  # not on the shelf


def test_a_skill_that_the_postings_name_is_not_missing():
    assert beside(named=frozenset({"risk analysis"}))[0].skills.missing == ("Heating plants",)


def test_a_name_of_the_candidate_among_the_titles_is_told():
    assert [one.alternative for one in beside()] == ["heat pump start-up engineer", "", ""]


def test_tasks_are_shared_by_their_words():
    said = ("You test the plants and write down the pressure of heating circuits", "You train operators of big works")
    sides = beside(*said)[0].tasks
    assert sides is not None
    assert (sides.shared, sides.missing, sides.extra) == ((TASKS[0],), (TASKS[1],), (said[1],))


def test_without_tasks_on_one_side_nothing_is_compared():
    assert beside()[0].tasks is None
    assert beside("You test plants", known=replace(KNOWN, tasks=()))[0].tasks is None


def test_chinese_tasks_meet_by_pairs_of_signs():
    known = Occupation(
        code="2144.1.9",
        labels={"zh": "训练师"},
        tasks=("标注和加工图片、文字等业务的原始数据", "管理和维护车间的安全设备"),
    )
    sides = beside("负责图片、文字原始数据的标注加工", "与客户沟通项目进度", known=known)[0].tasks
    assert (sides.shared, sides.missing, sides.extra) == (known.tasks[:1], known.tasks[1:], ("与客户沟通项目进度",))


def test_what_is_shown_is_short_and_says_each_thing_once():
    many = [f"m{i:04d} n{i:04d} t{i:04d} h{i:04d}" for i in range(30)]
    sides = beside(*many, many[0] + " twice", "Calibrate " * 60)[0].tasks
    assert len(sides.extra) == LISTED
    assert max(map(len, beside("calibrate sensors " * 60)[0].tasks.extra)) <= LONGEST


def test_asked_counts_what_is_said_and_nothing_else():
    offers = pd.DataFrame({
        "pay_currency": ["EUR", "EUR", "USD", "", None], "yearly_low": [40_000.0, 50_000.0, 90_000.0, 1.0, np.nan],
        "yearly_high": [50_000.0, 70_000.0, 90_000.0, 2.0, np.nan], "education": [6, 6, np.nan, 0, np.nan],
        "years_low": [np.nan, 3, 3, 1, np.nan],
    })  # fmt: skip
    found = asked_in(offers)
    assert found.postings == 5
    assert found.pay == (("EUR", 2, 45_000.0, 60_000.0), ("USD", 1, 90_000.0, 90_000.0))
    assert found.education == ((0, 1), (6, 2))
    assert found.experience == ((1, 1), (3, 2))


def test_of_no_postings_nothing_is_said():
    empty = pd.DataFrame({name: [] for name in ("pay_currency", "yearly_low", "yearly_high", "education", "years_low")})
    found = asked_in(empty)
    assert (found.postings, found.pay, found.education, found.experience) == (0, (), (), ())
