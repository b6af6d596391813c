"""Near texts by TF-IDF: experts for a candidate, units of one standard for those of another.

The site carries no encoder, and a few hundred short texts need none: words weighted by how rare they are among
the texts compared, cosine of the vectors. Each result names the words it rests on, so that a person can judge it.
Texts in different languages share few words; the pages say so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

WORDS = re.compile(r"[^\W_]+(?:[+#]+|(?:[.'-][^\W_]+)*)")
CHINESE = re.compile(r"[\u3400-\u9fff]+")
# Words that carry no field, in the languages of the site.
EMPTY = frozenset(
    "a an and are as at be by for from has have in into is it its of on or other that the their this to with work works "
    "working experience years year knowledge skill skills e di del della dei delle il lo la i gli le un una per con da in "
    "su che non al alla".split()
)
Key = TypeVar("Key")


@dataclass(frozen=True, kw_only=True)
class Near(Generic[Key]):
    """A text near the one asked: its key, the cosine from 0 to 1, and the words that weigh most in it."""

    key: Key
    cosine: float
    words: tuple[str, ...]


def terms(text: str) -> list[str]:
    """The terms of a text: words in lower case without an English plural s, pairs of Chinese characters.

    >>> terms("Battery-pack tests; 人工智能")
    ['battery-pack', 'test', '人工', '工智', '智能']
    """
    found = []
    for word in WORDS.findall(text.lower()):
        if CHINESE.search(word):
            for run in CHINESE.findall(word):
                found += [run[i : i + 2] for i in range(max(1, len(run) - 1))]
            found += [part for part in CHINESE.split(word) if len(part) > 1]
        elif word not in EMPTY and len(word) > 1:
            found.append(word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word)
    return found


def nearest(asked: str, texts: Mapping[Key, str], *, most: int = 10) -> list[Near[Key]]:
    """The texts nearest to the one asked, best first; those that share no term are left out. Ties keep their order."""
    keys = [key for key, text in texts.items() if terms(text)]
    if not keys or not terms(asked):
        return []
    from sklearn.feature_extraction.text import TfidfVectorizer

    weigher = TfidfVectorizer(analyzer=terms, sublinear_tf=True)
    matrix = weigher.fit_transform([asked, *(texts[key] for key in keys)])
    names = weigher.get_feature_names_out()
    question = matrix[0]
    found = []
    for row, key in enumerate(keys, 1):
        shared = question.multiply(matrix[row]).tocoo()
        cosine = float(shared.sum())
        if cosine > 0:
            order = sorted(zip(-shared.data, names[shared.col], strict=True))
            found.append(Near(key=key, cosine=min(cosine, 1.0), words=tuple(str(name) for _w, name in order[:6])))
    return sorted(found, key=lambda one: -one.cosine)[:most]
