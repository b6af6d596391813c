"""Where in a text a pattern can stand: the words around a sign, so that long texts are not read by every pattern."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence

Instead = str | Callable[[re.Match[str]], str]
# Letters by how often they stand in the languages read, the most frequent first; a sign that is none of them is rarer.
_FREQUENT = " eainrtosldcumphgbfvwkyzjxq"
NEAR = 120  # characters around a sign in which contact data can begin or end


def places(text: str, signs: tuple[str, ...]) -> list[int]:
    """Where any of the signs stands, in order.

    >>> places("a dot b at c dot d", (" dot ", " at "))
    [1, 7, 12]
    """
    found = []
    for rarest, sign in _with_rarest(signs):
        if rarest not in text or sign not in text:  # to look for one character costs a thirtieth
            continue
        at = text.find(sign)
        while at >= 0:
            found.append(at)
            at = text.find(sign, at + len(sign))
    return sorted(found)


@functools.cache
def _with_rarest(signs: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each sign behind the rarest of its characters."""
    return tuple((max(sign, key=lambda one: _FREQUENT.find(one) % 1_000), sign) for sign in signs)


def near(
    text: str, found: list[int], patterns: Sequence[tuple[re.Pattern[str], Instead]], *, same_length: bool = True
) -> tuple[str, int]:
    """Replaces patterns where they can stand: in the words around each place, not in the whole text.

    A pattern begins and ends inside `NEAR` characters of its sign or in the word that reaches there;
    the words around a place are looked at as they stand, so nothing else changes.
    """
    if not same_length:  # lower case of some letters is longer: the places do not fit
        found, spans = [], [(0, len(text))]
    else:
        spans = []
    for place in found:
        floor = spans[-1][1] if spans else 0
        start, end = max(floor, place - NEAR), min(len(text), place + NEAR)
        if end <= floor:
            continue
        while start > floor and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and not text[end].isspace():
            end += 1
        if spans and start <= floor:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    parts, total, done = [], 0, 0
    for start, end in spans:
        window = text[start:end]
        for pattern, instead in patterns:
            window, n = pattern.subn(instead, window)
            total += n
        parts += [text[done:start], window]
        done = end
    return "".join([*parts, text[done:]]) if total else text, total
