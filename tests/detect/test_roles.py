"""Which phrases are roles: the tests that a phrase is put to."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.detect.roles import RoleTest, fold_key, fold_roles, judge_roles


def mentions(role: str, *, titled: int, alone: int, of: int) -> list[dict[str, object]]:
    """`of` mentions of a role by as many employers, the first ones written like a title or alone."""
    return [
        {
            "posting_id": f"{role}{n}", "vacancy_id": f"{role}{n}", "month": 24_000, "source": "s", "employer": f"e{n}",
            "role": role, "phrase": role, "language": "en", "position": "title", "alone": n < alone, "titled": n < titled,
            "hiring": True,
        }
        for n in range(of)
    ]  # fmt: skip


def judged(*rows: list[dict[str, object]]) -> pd.DataFrame:
    return judge_roles(pd.DataFrame([row for part in rows for row in part]))


def test_a_role_with_a_head_of_its_own_is_accepted_when_surely_written_like_a_title() -> None:
    found = judged(
        mentions("robot fleet coordinator", titled=9, alone=5, of=10),
        mentions("css selector", titled=2, alone=8, of=10),
        mentions("data engineer", titled=3, alone=3, of=10),
        mentions("web engineer", titled=3, alone=3, of=10),
    )["accepted"].droplevel("language")
    assert found.to_dict() == {
        "robot fleet coordinator": True,
        "css selector": False,
        "data engineer": True,  # an ordinary head: the ordinary thresholds
        "web engineer": True,
    }


def test_a_fragment_is_never_a_role() -> None:
    found = judged(
        mentions("team player", titled=0, alone=1, of=40), mentions("data engineer", titled=8, alone=5, of=10)
    )
    assert not found.loc[("team player", "en"), "accepted"]
    assert found.loc[("team player", "en"), "reason"] == "never written like a title"


def test_what_two_employers_write_as_a_whole_title_is_a_role_however_often_it_is_a_colleague_elsewhere() -> None:
    elsewhere = [dict(row, hiring=False, position="body") for row in mentions("risk manager", titled=0, alone=0, of=40)]
    twice = [dict(row, posting_id=f"t{row['posting_id']}", employer=f"t{row['employer']}")
             for row in mentions("risk manager", titled=2, alone=2, of=2)]  # fmt: skip
    other = mentions("wool manager", titled=3, alone=3, of=3)  # so that the head is no lonely one

    def accepted(*rows: list[dict[str, object]]) -> bool:
        return bool(judged(elsewhere, other, *rows).at[("risk manager", "en"), "accepted"])

    assert accepted(twice)
    assert not accepted(twice[:1])
    assert not accepted([dict(row, position="line") for row in twice])


def test_one_employer_is_enough_when_the_test_says_so() -> None:
    rows = pd.DataFrame(mentions("wool engineer", titled=1, alone=1, of=1))
    assert judge_roles(rows, test=RoleTest(employers=1))["accepted"].item()
    assert not judge_roles(rows)["accepted"].item()


@given(st.permutations(range(8)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    rows = [
        *mentions("data engineer", titled=2, alone=2, of=3),
        *mentions("wool engineer", titled=2, alone=1, of=2),
        *mentions("data developer", titled=3, alone=3, of=3),
    ]
    expected = judge_roles(pd.DataFrame(rows))
    found = judge_roles(pd.DataFrame([rows[i] for i in order]))
    pd.testing.assert_frame_equal(found, expected)
    pd.testing.assert_series_equal(fold_roles(found[found["accepted"]]), fold_roles(expected[expected["accepted"]]))


SAME = [
    ("full stack engineer", "fullstack software developer", "en"),
    ("director of engineering", "engineering director", "en"),
    ("manager of wool and linen", "wool linen manager", "en"),
    ("vice president of sales", "vp of sales", "en"),
    ("systems administrator", "system administrator", "en"),
    ("java开发工程师", "java程序员", "zh"),
    ("java研发工程师", "java 开发", "zh"),
    ("web前端工程师", "前端开发工程师", "zh"),
    ("全端工程师", "全栈开发工程师", "zh"),
    ("人工智能训练师", "ai训练师", "zh"),
    ("数据分析", "数据分析师", "zh"),
    ("安卓工程师", "android开发", "zh"),
    ("嵌入式软件工程师", "嵌入式开发工程师", "zh"),
    ("系统架构", "系统架构师", "zh"),
]
OTHER = [
    ("data engineer", "data analyst", "en"),
    ("director of engineering", "director of sales", "en"),
    ("head of engineering", "director of engineering", "en"),
    ("测试开发工程师", "测试工程师", "zh"),
    ("运维开发工程师", "运维工程师", "zh"),
    ("产品开发工程师", "产品工程师", "zh"),
    ("软件工程师", "硬件工程师", "zh"),
    ("数据分析师", "数据架构师", "zh"),
]


@pytest.mark.parametrize(("one", "other", "language"), SAME)
def test_forms_of_one_role_fold_whichever_is_asked_first(one: str, other: str, language: str) -> None:
    assert fold_key(one, language) == fold_key(other, language)
    assert fold_key(other, language) == fold_key(one, language)


@pytest.mark.parametrize(("one", "other", "language"), OTHER)
def test_two_roles_never_fold(one: str, other: str, language: str) -> None:
    assert fold_key(one, language) != fold_key(other, language)


@given(st.permutations(range(4)))
def test_folding_is_symmetric(order: list[int]) -> None:
    names = ["full stack engineer", "fullstack developer", "full stack software engineer", "data engineer"]
    counts = dict(zip(names, (9, 4, 2, 7), strict=True))
    frame = pd.DataFrame(
        {"vacancies": [counts[names[i]] for i in order]},
        index=pd.MultiIndex.from_tuples([(names[i], "en") for i in order], names=["role", "language"]),
    )
    concept = fold_roles(frame)
    assert {role: concept[(role, "en")] for role in names} == {
        "full stack engineer": "full stack engineer",
        "fullstack developer": "full stack engineer",
        "full stack software engineer": "full stack engineer",
        "data engineer": "data engineer",
    }
