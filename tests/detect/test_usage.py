"""Tools and fields are told apart by how running text uses their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.detect.usage import ChineseUsage, Usage, usage_in_chinese, usage_of

TOOL = "You know Java, Zorbat or Ruby. We build in Zorbat and work with Zorbat."
FIELD = "Our tidal energy team looks for people who love tidal energy. The tidal energy market grows."


def test_a_tool_is_written_as_a_name_in_lists_and_behind_with() -> None:
    found = usage_of([TOOL] * 4, ["zorbat"])["zorbat"]
    assert found.proper == 1.0
    assert found.listed > 0.3
    assert found.is_tool(abbreviation=False, builders=0.0) is True


def test_a_field_is_written_small() -> None:
    found = usage_of([FIELD] * 4, ["tidal energy"])["tidal energy"]
    assert found.proper == 0.0
    assert found.is_tool(abbreviation=False, builders=1.0) is False


def test_of_a_word_seldom_mentioned_nothing_is_said() -> None:
    assert usage_of([TOOL], ["zorbat"])["zorbat"].is_tool(abbreviation=False, builders=1.0) is None
    assert usage_of([], ["zorbat"])["zorbat"] == Usage()


def test_an_abbreviation_has_to_show_more_than_capitals() -> None:
    quality = Usage(mentions=100, running=50, proper=1.0, applied=0.11, listed=0.13)
    styles = Usage(mentions=100, running=50, proper=0.95, applied=0.16, listed=0.65)
    server = Usage(mentions=100, running=50, proper=0.96, applied=0.45, listed=0.24)
    assert quality.is_tool(abbreviation=True, builders=0.04) is False
    assert styles.is_tool(abbreviation=True, builders=0.0) is True
    assert server.is_tool(abbreviation=True, builders=0.82) is True


def test_dot_net_keeps_its_stop() -> None:
    found = usage_of(["We use .NET and more .NET here, and the net is no tool."], ["net"])["net"]
    assert found.mentions == 2


@given(st.permutations([TOOL, FIELD, TOOL + FIELD, "", "Zorbat"]))
def test_the_order_of_texts_does_not_matter(texts: list[str]) -> None:
    assert usage_of(texts, ["zorbat", "tidal energy"]) == usage_of(sorted(texts), ["tidal energy", "zorbat"])


@pytest.mark.parametrize("text", ["", "\x00", "zorbat " * 5_000, "ZORBAT,ZORBAT/ZORBAT"])
def test_odd_texts_give_shares_between_nought_and_one(text: str) -> None:
    found = usage_of([text], ["zorbat"])["zorbat"]
    assert all(0 <= share <= 1 for share in (found.proper, found.applied, found.listed))


def test_in_chinese_a_tool_stands_behind_know_and_between_separators() -> None:
    texts = [
        "要求：1. 精通Zorbat 或 Ruby；2. 了解 C++、Zorbat等",
        "我们是Web3公司，Web3钱包产品",
        "zorbat, Java，C++ 均可",
    ] * 20
    found = usage_in_chinese(texts, ["zorbat", "web3", "c++", "nowhere"])
    assert found["zorbat"].mentions == 60
    assert found["zorbat"].is_tool(abbreviation=False, builders=0.0) is True
    assert found["c++"].is_tool(abbreviation=True, builders=0.0) is True
    assert found["web3"].is_tool(abbreviation=False, builders=0.0) is False
    assert found["nowhere"] == ChineseUsage()
    assert found["nowhere"].is_tool(abbreviation=False, builders=0.0) is None
    assert usage_in_chinese(reversed(texts), ["zorbat", "web3", "c++", "nowhere"]) == found
