"""The language of a text, among those a workspace reads: script first, then py3langid.

Han characters decide for Chinese and Cyrillic ones for Russian before any model is asked, because
a Chinese title may hold more Latin letters ("AI 训练师") than others.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any

_HAN = re.compile(r"[\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_WORD = re.compile(r"[^\W\d_]+")
# Text beyond this many characters changes no answer.
ENOUGH = 600


def detect_language(text: str, languages: Sequence[str]) -> str:
    """The ISO 639-1 code of the likeliest of `languages`, or the first of them for an empty text.

    >>> detect_language("AI 训练师", ["en", "zh"]), detect_language("tecnico della manutenzione", ["en", "it"])
    ('zh', 'it')
    """
    if len(languages) == 1:
        return languages[0]
    head = text[:ENOUGH]
    letters = len(_WORD.findall(head)) or 1
    han = len(_HAN.findall(head))
    if "zh" in languages and han and han >= 0.3 * letters and not _KANA.search(head):
        return "zh"
    if "ru" in languages and len(_CYRILLIC.findall(head)) > len(head) / 4:
        return "ru"
    if not _WORD.search(head):
        return languages[0]
    latin = tuple(sorted(code for code in languages if code not in ("zh", "ru") or not head.isascii()))
    if len(latin) == 1:
        return latin[0]
    return str(_identifier(latin).classify(head)[0])


@functools.cache
def _identifier(languages: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(languages))
    return identifier
