"""The kind of a cluster and the tests that decide it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pytest

from observatory.detect.kinds import Signs, decide, fade, signs_of, words_to_test
from observatory.detect.novelty import Novelty
from observatory.detect.profile import Profile
from observatory.detect.usage import Usage, usage_in_chinese
from observatory.records import Nearest


def at(title: str, similarity: float = 1.0) -> Nearest:
    return Nearest(scheme="esco", version="1", code="1", title=title, similarity=similarity)


def novelty(**tests: Nearest) -> Novelty:
    found = {"title_of": None, "alternative_of": None, "subset_of": None, **tests}
    return Novelty(novelty=0.9, similarity=0.4, nearest=(), parent_similarity=0.0, **found)


TOOL = Usage(mentions=90, running=50, proper=0.95, applied=0.4, listed=0.4)

CASES = {
    "nothing speaks against it": ("tide planner", novelty(), Signs(), "occupation"),
    "its name is a tool": ("zorbat developer", novelty(), Signs(tools=("zorbat",), usage=TOOL), "technology"),
    "a role with a tool named": (
        "full stack zorbat developer", novelty(), Signs(tools=("zorbat",), rest="full stack developer"), "technology"),
    "a tool in its name that leaves no role": (
        "zorbat fleet planner", novelty(), Signs(tools=("zorbat",), rest=""), "occupation"),
    "many heads under one proper name": (
        "zorbat trainer", novelty(), Signs(proper=0.9, heads=5, top_head=0.3, usage=Usage()), "technology"),
    "its name says nothing": ("polyglot engineer", novelty(), Signs(), "noise"),
    "a word that says nothing, in a name that a classification lists": (
        "technical planner", novelty(alternative_of=at("web planner")), Signs(), "specialisation"),
    "another title": ("web planner", novelty(alternative_of=at("web builder")), Signs(), "specialisation"),
    "another title, but advertised beside it": (
        "web planner", novelty(alternative_of=at("web builder")), Signs(side_by_side=0.2), "occupation"),
    "it narrows an occupation": ("tide web planner", novelty(subset_of=at("web planner", 0.8)), Signs(), "specialisation"),
    "it narrows a more frequent role": ("tide web planner", novelty(), Signs(narrows="web planner"), "specialisation"),
    "it fell back for sure": ("tide planner", novelty(), Signs(faded=0.1, faded_p=0.001), "noise"),
    "it may have fallen back": ("tide planner", novelty(), Signs(faded=0.1, faded_p=0.2), "occupation"),
    "its postings have nothing in common": (
        "tide planner", novelty(), Signs(profile=Profile(own=(), cohesion=0.8)), "noise"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_is_decided_by_a_test_that_is_said(case: tuple[str, Novelty, Signs, str]) -> None:
    name, novel, signs, kind = case
    found = decide(name, novel, signs, employers=9, postings=60)
    assert found.kind == kind
    assert all(found.reasons)
    assert found.proposed


def test_one_employer_is_no_profession() -> None:
    assert decide("tide planner", novelty(), Signs(), employers=1).kind == "noise"


@pytest.mark.parametrize(
    ("risen", "proposed"), [(None, False), ((), False), (("cloud",), False), (("cloud", "ai"), True)]
)
def test_a_known_occupation_is_proposed_only_when_its_content_changed(
    risen: tuple[str, ...] | None, proposed: bool
) -> None:
    found = decide("web builder", novelty(title_of=at("web builder")), Signs(profile=Profile(risen=risen)), employers=9)
    assert found.kind == "revision"
    assert found.proposed is proposed
    if proposed:
        assert "cloud, ai" in found.reasons[1]


def test_words_of_a_name_that_may_be_tools() -> None:
    assert words_to_test("full stack zorbat developer", "en") == [
        "full stack zorbat", "full stack", "stack zorbat", "full", "stack", "zorbat",
    ]  # fmt: skip
    assert words_to_test("developer", "en") == []
    assert words_to_test("算法工程师", "zh") == []
    assert words_to_test("c++开发工程师", "zh") == ["c++"]


def test_a_chinese_rank_is_one_of_the_work_sought_more_often() -> None:
    roles = ["潮汐主管"] * 3 + ["潮汐工程师"] * 6 + ["潮汐总监"] * 4 + ["月亮主管"] * 3
    mentions = pd.DataFrame(
        {"role": roles, "phrase": roles, "language": "zh", "cluster": [0] * 3 + [1] * 6 + [2] * 4 + [3] * 3}
    )
    names = {0: ("潮汐主管", "zh"), 1: ("潮汐工程师", "zh"), 2: ("潮汐总监", "zh"), 3: ("月亮主管", "zh")}
    found = signs_of(
        mentions, names, side_by_side={}, faded={}, usage=lambda language, words: {}, narrows={}, same_as={}, profile={},
        is_role=lambda role, language: False, forms={},
    )  # fmt: skip
    assert [found[cluster].rank_of for cluster in names] == ["潮汐工程师", "", "", ""]


def test_a_tool_in_the_name_of_a_chinese_role_is_found_by_how_chinese_texts_use_it() -> None:
    roles = ["zorbat开发工程师"] * 3 + ["ai训练师"] * 3
    mentions = pd.DataFrame({"role": roles, "phrase": roles, "language": "zh", "cluster": [0] * 3 + [1] * 3})
    texts = ["熟悉Zorbat、Java，有AI产品经验；我们的AI团队", "精通Zorbat/Ruby等，AI平台"] * 20

    def usage(language: str, words: Sequence[str]) -> Mapping[str, Usage]:
        return usage_in_chinese(texts, words) if language == "zh" else {}

    names = {0: ("zorbat开发工程师", "zh"), 1: ("ai训练师", "zh")}
    found = signs_of(
        mentions, names, side_by_side={}, faded={}, usage=usage, narrows={}, same_as={}, profile={},
        is_role=lambda role, language: False, forms={},
    )  # fmt: skip
    new = Novelty(novelty=1.0, similarity=0.0, nearest=(), title_of=None, alternative_of=None, subset_of=None,
                  parent_similarity=0.0)  # fmt: skip
    kinds = {names[c][0]: decide(names[c][0], new, found[c], employers=9) for c in names}
    assert kinds["zorbat开发工程师"].kind == "technology"
    assert "熟悉" in kinds["zorbat开发工程师"].reasons[0]
    assert kinds["ai训练师"].kind == "occupation"


def test_a_fall_of_few_is_no_fall() -> None:
    assert fade(3, 8, 1000, 1000)[1] > 0.05
    assert fade(3, 80, 1000, 1000)[1] < 0.001
    assert fade(0, 0, 0, 0) == (1.0, 1.0)


RANKS = {
    "a rank above a more frequent role": (
        "zorbat manager", novelty(), Signs(rank_of="zorbat engineer"), "zorbat engineer"),
    "the same as a known occupation": (
        "back web builder", novelty(), Signs(same_as=("web builder", 0.93)), "0.93"),
}  # fmt: skip


@pytest.mark.parametrize("case", RANKS.values(), ids=RANKS.keys())
def test_a_rank_and_a_part_are_specialisations(case: tuple[str, Novelty, Signs, str]) -> None:
    name, novel, signs, said = case
    found = decide(name, novel, signs, employers=9)
    assert found.kind == "specialisation"
    assert said in found.reasons[0]


@pytest.mark.parametrize("rank", ["director of tides", "head of tides", "tides director"])
def test_a_rank_is_one_however_it_is_written(rank: str) -> None:
    roles = ["tides engineer"] * 9 + ["tides planner"] * 3 + [rank] * 4
    mentions = pd.DataFrame(
        {
            "role": roles,
            "phrase": roles,
            "language": "en",
            "cluster": [0] * 9 + [1] * 3 + [2] * 4,
            "posting_id": range(16),
        }
    )
    names = {0: ("tides engineer", "en"), 1: ("tides planner", "en"), 2: (rank, "en")}
    found = signs_of(
        mentions, names, side_by_side={}, faded={}, usage=lambda language, words: {}, narrows={}, same_as={}, profile={},
        is_role=lambda role, language: False, forms={},
    )  # fmt: skip
    assert [found[cluster].rank_of for cluster in names] == ["", "", "tides engineer"]


def test_a_rank_sought_more_often_than_the_work_is_no_rank_of_it() -> None:
    roles = ["tides engineer"] * 3 + ["director of tides"] * 9
    mentions = pd.DataFrame({"role": roles, "phrase": roles, "language": "en", "cluster": [0] * 3 + [1] * 9})
    found = signs_of(
        mentions, {1: ("director of tides", "en")}, side_by_side={}, faded={}, usage=lambda language, words: {}, narrows={},
        same_as={}, profile={}, is_role=lambda role, language: False, forms={},
    )  # fmt: skip
    assert found[1].rank_of == ""
