"""Letters of a title that only look like others: put right, or the title refused.

"Sаles" with a Cyrillic а is another word to every count and join. Letters of a second script inside a
word are replaced by those they imitate; letters in fancy forms (𝐒𝐚𝐥𝐞𝐬, Ｓａｌｅｓ) by plain ones; marks that
steer the direction of writing are dropped. A mark that turns the order of letters round hides what the
title says: such a posting is set aside.
"""

from __future__ import annotations

import re
import unicodedata

from observatory.errors import BadPosting

_LATIN_OF = dict(zip(
    "АВЕКМНОРСТУХІЈЅаеорсухіјѕһԁԛԝ" "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧον",
    "ABEKMHOPCTYXIJSaeopcyxijshdqw" "ABEZHIKMNOPTYXov", strict=True,
))  # fmt: skip
_CYRILLIC_OF = dict(zip("ABEKMHOPCTYXaeopcyx", "АВЕКМНОРСТУХаеорсух", strict=True))
_OVERRIDES = re.compile("[\u202d\u202e]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069]")
_FANCY = re.compile("[\U0001d400-\U0001d7ff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_FOREIGN = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_WORD = re.compile(r"[^\W\d_]+")
HOMOGLYPHS, DIRECTION, FANCY = "look-alike letters", "direction marks", "fancy letters"


def plain_title(title: str) -> tuple[str, tuple[str, ...]]:
    """A title with its letters put right, and what was put right.

    Raises `BadPosting` for a title whose order of letters is turned round.

    >>> plain_title("S\\u0430les engineer")
    ('Sales engineer', ('look-alike letters',))
    >>> plain_title("Инженер SQL")
    ('Инженер SQL', ())
    """
    if title.isascii():
        return title, ()
    if _OVERRIDES.search(title):
        raise BadPosting("direction overridden", "the title holds marks that turn the order of its letters round")
    found = []
    if _DIRECTION.search(title):
        title = _DIRECTION.sub("", title)
        found.append(DIRECTION)
    if _FANCY.search(title):
        title = _FANCY.sub(lambda match: unicodedata.normalize("NFKC", match.group()), title)
        found.append(FANCY)
    if _FOREIGN.search(title) and _LATIN.search(title):
        # Without one letter that only the other script has, that script is not really there.
        feigned = all(letter in _LATIN_OF for letter in _FOREIGN.findall(title))
        plain = _WORD.sub(lambda match: _one_script(match.group(), feigned), title)
        if plain != title:
            title = plain
            found.append(HOMOGLYPHS)
    return title, tuple(found)


def _one_script(word: str, feigned: bool) -> str:
    foreign, latin = _FOREIGN.findall(word), _LATIN.findall(word)
    if not foreign or not (latin or (feigned and len(word) > 1)):
        return word
    if len(latin) >= len(foreign) or feigned:
        return "".join(_LATIN_OF.get(c, c) for c in word) if all(c in _LATIN_OF for c in foreign) else word
    return "".join(_CYRILLIC_OF.get(c, c) for c in word) if all(c in _CYRILLIC_OF for c in latin) else word
