"""Laws of the role grammar, on phrases put together at random from words of titles."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.enrich.titles import RoleGrammar

AS_NAMES = {"it": "IT", "go": "Go"}  # in small letters these two are a pronoun and a verb
GRAMMAR = RoleGrammar.learn((), languages=("en", "zh"))
HEADS = ("engineer", "developer", "analyst", "designer", "scientist", "technician", "welder")
FIELDS = (
    "data",
    "cloud",
    "wool",
    "battery",
    "front-end",
    "backend",
    "full-stack",
    "machine learning",
    "QA",
    "IT",
    "Go",
    ".NET",
    "C++",
    "iOS",
)
RANKS = ("Senior", "Sr.", "Junior", "Lead", "Principal", "Staff", "Mid-level", "Entry-level", "Founding")
FIELDS_ZH = ("储能", "数据", "前端", "嵌入式", "Java", "C++", "大数据平台", "机器人")
HEADS_ZH = ("工程师", "技术员", "分析师", "测试", "开发", "运维员", "经理")
RANKS_ZH = ("高级", "资深", "中级", "初级", "实习", "中高级")

english = st.builds(
    lambda fields, head: " ".join([*fields, head]).title().replace("Ios", "iOS").replace(".Net", ".NET"),
    st.lists(st.sampled_from(FIELDS), min_size=1, max_size=2, unique=True), st.sampled_from(HEADS),
)  # fmt: skip
chinese = st.builds(lambda field, head: field + head, st.sampled_from(FIELDS_ZH), st.sampled_from(HEADS_ZH))


def roles(title: str, language: str) -> list[str]:
    return [mention.role for mention in GRAMMAR.read(title, "", language)]


@given(english)
def test_the_normal_form_of_an_english_role_is_itself(title: str) -> None:
    for role in roles(title, "en"):
        assert roles(re.sub(r"\b(?:it|go)\b", lambda m: AS_NAMES[m.group()], role), "en") == [role]


@given(chinese)
def test_the_normal_form_of_a_chinese_role_is_itself(title: str) -> None:
    for role in roles(title, "zh"):
        assert roles(role, "zh") == [role]


@given(english, st.sampled_from(RANKS))
def test_seniority_never_changes_an_english_role(title: str, rank: str) -> None:
    assert roles(f"{rank} {title}", "en") == roles(title, "en")


@given(english, st.sampled_from(("I", "II", "III", "(Senior)", "- Senior", "(m/f/d)")))
def test_a_grade_behind_it_never_changes_an_english_role(title: str, grade: str) -> None:
    assert roles(f"{title} {grade}", "en") == roles(title, "en")


@given(chinese, st.sampled_from(RANKS_ZH))
def test_seniority_never_changes_a_chinese_role(title: str, rank: str) -> None:
    assert roles(rank + title, "zh") == roles(title, "zh")
    head = next(h for h in sorted(HEADS_ZH, key=len, reverse=True) if title.endswith(h))
    assert roles(title.removesuffix(head) + rank + head, "zh") == roles(title, "zh")
    assert roles(f"{title}（{rank}）", "zh") == roles(title, "zh")


@given(english)
def test_the_plural_is_the_same_role(title: str) -> None:
    assert roles(title + "s", "en") == roles(title, "en")


@given(st.lists(english, min_size=1, max_size=4, unique=True))
def test_the_order_of_lines_does_not_matter(titles: list[str]) -> None:
    def read(lines: list[str]) -> set[tuple[str, bool, bool, bool]]:
        text = "\n".join(f"- {line}" for line in lines)
        return {(m.role, m.alone, m.titled, m.hiring) for m in GRAMMAR.read("", text, "en")}

    assert read(titles) == read(titles[::-1])


@given(st.text(max_size=80), st.sampled_from(("en", "zh", "it")))
def test_any_text_is_read_and_offsets_lie_inside_it(text: str, language: str) -> None:
    grammar = RoleGrammar.learn((), languages=(language,))
    for mention in grammar.read(text, text, language):
        assert 0 <= mention.start < mention.end <= len(mention.sentence)
        assert mention.phrase == mention.sentence[mention.start : mention.end]
        assert mention.role


@pytest.mark.parametrize("length", [1_000, 8_000])
def test_a_long_line_takes_time_in_proportion(length: int) -> None:
    def seconds(n: int) -> float:
        line = "data, " * (n // 6) + "engineers"
        started = time.perf_counter()
        roles(line, "en")
        return time.perf_counter() - started

    seconds(100)
    assert seconds(length) < 1.0
