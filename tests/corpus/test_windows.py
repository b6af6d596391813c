"""Replacing near signs: the same as replacing everywhere, where the sign is part of what is replaced."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from observatory.corpus.addresses import _AROUND_AT, _RARE_SIGNS
from observatory.corpus.privacy import _CHINESE_CHAT_SIGNS
from observatory.corpus.windows import NEAR, near, places

PATTERN = re.compile(r"\w{1,6}#\w{1,6}")


@given(st.text(alphabet="ab# \n", max_size=600))
def test_near_a_sign_nothing_is_lost(text: str) -> None:
    assert near(text, places(text, ("#",)), ((PATTERN, "*"),)) == PATTERN.subn("*", text)


def test_far_from_a_sign_nothing_is_touched() -> None:
    text = "b " * NEAR + "# b"
    masked, _ = near(text, places(text, ("#",)), ((re.compile("b"), "c"),))
    assert masked.startswith("b b ")
    assert masked.endswith("# c")


def test_a_replacement_may_be_asked_for() -> None:
    assert near("a#b", [1], ((PATTERN, lambda match: match.group().upper()),)) == ("A#B", 1)


def test_a_text_whose_lower_case_is_longer_is_read_whole() -> None:
    assert near("a#b", [], ((PATTERN, "*"),), same_length=False) == ("*", 1)


@given(st.text(st.sampled_from("aeq vx[(<.@at微信:"), max_size=40))
def test_every_sign_is_found_wherever_it_stands(text: str) -> None:
    signs = (*_CHINESE_CHAT_SIGNS, *_AROUND_AT, *_RARE_SIGNS)
    assert set(places(text, signs)) == {
        at for at in range(len(text)) for sign in signs if text.startswith(sign, at) and not _inside(text, sign, at)
    }


def _inside(text: str, sign: str, at: int) -> bool:
    """Whether the sign at a place begins within the same sign before it."""
    starts, found = [], text.find(sign)
    while found >= 0:
        starts.append(found)
        found = text.find(sign, found + len(sign))
    return at not in starts
