"""The language of a text, among those a workspace reads: script first, then small words or the words
of titles, then py3langid.

Han characters decide for Chinese and Cyrillic ones for Russian before any model is asked, because
a Chinese title may hold more Latin letters ("AI 训练师") than others.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from observatory.corpus.titlewords import WORDS, evidence

_HAN = re.compile(r"[\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_WORD = re.compile(r"[^\W\d_]+")
# Text beyond this many characters changes no answer.
ENOUGH = 600
ENOUGH_FOR_MODEL = 300
LONGEST_TITLE = 120  # characters
LEAST_EVIDENCE = 0.3
LEAD = 0.25  # of evidence; a word of a language is 1


def detect_language(text: str, languages: Sequence[str]) -> str:
    """The ISO 639-1 code of the likeliest of `languages`, or the first of them for an empty text.

    >>> detect_language("AI 训练师", ["en", "zh"]), detect_language("tecnico della manutenzione", ["en", "it"])
    ('zh', 'it')
    """
    if len(languages) == 1:
        return languages[0]
    head = text[:ENOUGH]
    plain = head.isascii()
    han = 0 if plain else len(_HAN.findall(head))
    if "zh" in languages and han and han >= 0.3 * len(_WORD.findall(head)) and not _KANA.search(head):
        return "zh"
    cyrillic = 0 if plain else len(_CYRILLIC.findall(head))
    if "ru" in languages and cyrillic > len(head) / 4:
        return "ru"
    if not _WORD.search(head):
        return languages[0]
    there = {"zh": han > 0, "ru": cyrillic > 0}  # a language whose script does not occur is not meant
    latin = tuple(sorted(code for code in languages if there.get(code, True))) or tuple(languages)
    if len(latin) == 1:
        return latin[0]
    return _by_small_words(head, latin) or _by_title_words(head, latin) or _by_model(head, latin)


def _by_model(head: str, languages: tuple[str, ...]) -> str:
    return str(_identifier(languages).classify(head[:ENOUGH_FOR_MODEL])[0])


def _by_title_words(head: str, languages: tuple[str, ...]) -> str:
    """The language of a title of a few words; "" for a longer text, or where nothing speaks for any.

    Where several are about as likely, the model decides among these.
    """
    if len(head) > LONGEST_TITLE or any(language not in WORDS for language in languages):
        return ""
    found = evidence(head, languages)
    best = max(found.values())
    if best < LEAST_EVIDENCE:
        return ""
    likely = tuple(code for code in languages if found[code] and found[code] > best - LEAD)
    return likely[0] if len(likely) == 1 else _by_model(head, likely)


# Words that stand in nearly every sentence of a language and in few of another: articles, pronouns,
# prepositions. Enough of them decide at a tenth of the time a model takes.
SMALL_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the and of to with for you our we are is that this will your have be as at on",
        "it": "di e il la le per con che del della dei delle un una sono nel nella gli si da al",
        "de": "der die das und mit für von zu den wir sie ein eine im auf ist sind bei oder als",
        "fr": "le la les et des de du vous nous pour avec dans une un sur est sont votre au aux",
        "es": "el la los las y de del para con que en una un se su por al es como nuestro",
    }.items()
}
LEAST = 6  # small words of the winner
CLEARLY = 3  # times as many as of any other


def _by_small_words(head: str, languages: tuple[str, ...]) -> str:
    """The language whose small words clearly lead, or "" where that is not clear."""
    if any(language not in SMALL_WORDS for language in languages):
        return ""
    words = list(filter(_all_small(languages).__contains__, head.lower().split()))
    if len(words) < LEAST:
        return ""
    counts = sorted(((sum(map(SMALL_WORDS[code].__contains__, words)), code) for code in languages), reverse=True)
    return counts[0][1] if counts[0][0] >= LEAST and counts[0][0] >= CLEARLY * max(counts[1][0], 1) else ""


@functools.cache
def _all_small(languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(SMALL_WORDS[code] for code in languages))


def forget_models() -> None:
    """Gives back the memory of the model; the next text that needs it loads it again (half a second)."""
    _identifier.cache_clear()
    _model.cache_clear()


@functools.cache
def _identifier(languages: tuple[str, ...]) -> Any:
    """The model that chooses among some languages; all of them share one automaton (40 MB)."""
    identifier = copy.copy(_model(frozenset({*languages, *WORDS, "ru", "zh"})))
    identifier.set_languages(list(languages))
    return identifier


@functools.cache
def _model(languages: frozenset[str]) -> Any:
    """The model without the columns of all other languages, which would hold 28 MB."""
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    whole.set_languages(list(languages))
    return LanguageIdentifier(
        whole.nb_ptc.astype(np.float32), whole.nb_pc, whole.nb_classes, whole.tk_nextmove, whole.tk_output,
        tk_row=whole.tk_row,
    )  # fmt: skip
