"""Three languages say the same: every phrase in each, with the same places; figures and dates by CLDR."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from observatory.errors import MissingPart, SettingError
from observatory.publish import speech
from observatory.publish.speech import LANGUAGES, Speech, phrases, places

SRC = Path(speech.__file__).parent


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_translated_with_the_same_places(language: str) -> None:
    english, own = phrases("en"), phrases(language)
    assert set(own) == set(english)
    for name, text in english.items():
        assert own[name].strip(), name
        assert places(own[name]) == places(text), name


def test_chinese_is_chinese_and_italian_is_not_english() -> None:
    english = phrases("en")
    names = [name for name in english if len(re.sub(r"\{.*?\}", "", english[name])) > 25]  # words, not places
    assert len(names) > 80
    for name in names:
        assert re.search(r"[\u4e00-\u9fff]", phrases("zh")[name]), name
        assert phrases("it")[name] != phrases("en")[name], name


def test_every_phrase_asked_for_exists() -> None:
    asked = set()
    for path in [*(SRC / "reports").glob("*.py"), *SRC.glob("standard*.py")]:
        text = path.read_text("utf-8")
        asked |= set(re.findall(r'say\.say\(\s*"([a-z.0-9_]+)"', text))
        for name in re.findall(r'say\.counted\(\s*"([a-z.0-9_]+)"', text):
            asked |= {f"{name}.one", f"{name}.many"}
        asked |= set(re.findall(r'"(col\.[a-z.0-9]+)"', text))
    assert len(asked) > 100
    assert not sorted(asked - set(phrases("en")))


def test_a_missing_translation_is_a_clear_error() -> None:
    with pytest.raises(MissingPart, match=r"'weekly\.nothing' is not translated: add it to phrases/it\.toml"):
        Speech("it").say("weekly.nothing")


def test_a_place_that_nothing_fills_is_a_clear_error() -> None:
    with pytest.raises(MissingPart, match=r"and\.more"):
        Speech("en").say("and.more", m=3)


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(SettingError, match="en, zh, it"):
        Speech("fr")


def test_counts_choose_their_phrase() -> None:
    assert Speech("en").counted("quarterly.rejected", 1) == "The committees rejected 1 candidate."
    assert Speech("it").counted("quarterly.rejected", 2) == "Le commissioni hanno respinto 2 candidati."
