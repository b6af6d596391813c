"""The language of a text: script, small words, then the model, among the workspace's languages."""

from __future__ import annotations

import pytest

from observatory.corpus import language
from observatory.corpus.language import detect_language

ALL = ("en", "zh", "it")
ENGLISH = (
    "We are looking for an engineer who will work with the team on the design of our new machines and of the plant."
)
ITALIAN = (
    "Cerchiamo un tecnico per la manutenzione degli impianti con esperienza nel settore e conoscenza della normativa."
)


@pytest.mark.parametrize(
    ("text", "languages", "expected"),
    [
        (ENGLISH, ALL, "en"),
        (ITALIAN, ALL, "it"),
        ("人工智能训练师", ALL, "zh"),
        ("AI 训练师", ALL, "zh"),
        ("Software Engineer", ALL, "en"),
        ("Tecnico della manutenzione", ALL, "it"),
        ("инженер-программист", ("en", "ru"), "ru"),
        ("", ALL, "en"),
        ("12345 !!", ALL, "en"),
        ("anything", ("it",), "it"),
        ("Wir suchen einen Ingenieur mit Erfahrung, der die Anlagen plant und für die Wartung zuständig ist", ("de", "en"), "de"),
    ],
)  # fmt: skip
def test_language(text: str, languages: tuple[str, ...], expected: str) -> None:
    assert detect_language(text, languages) == expected


@pytest.mark.parametrize("text", [ENGLISH, ITALIAN])
def test_small_words_decide_as_the_model_does(text: str) -> None:
    decided = language._by_small_words(text, ("en", "it"))
    assert decided == language._identifier(("en", "it")).classify(text)[0]


def test_small_words_leave_what_is_unclear_to_the_model() -> None:
    assert language._by_small_words("Senior Software Engineer, Milano", ("en", "it")) == ""
    assert language._by_small_words(ENGLISH, ("en", "pl")) == ""
