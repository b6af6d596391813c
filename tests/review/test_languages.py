"""The interface is complete in Chinese and Italian: texts, plurals, variables, dates, numbers, kinds, verbs."""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from babel.messages.mofile import read_mo
from django.utils import translation

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs"))
import build_catalogues

LANGUAGES = ("zh_Hans", "it")
# Words that a template may hold outside a translated text: names of formats and of a coefficient.
SAME_EVERYWHERE = {"Alpha", "UTC", "PDF", "DOCX", "JSON", "JSON-LD", "CSV", "SHA-256", "Atom", "SHA"}


@pytest.fixture(autouse=True)
def _english_again():
    """A request leaves its language with the thread."""
    yield
    translation.deactivate()


@pytest.fixture(scope="module")
def texts():
    return build_catalogues.texts()


def test_texts_are_found_in_code_and_templates(texts):
    assert "Skip to the content" in texts
    assert "Group size" in texts
    assert ("%(n)s candidate", "%(n)s candidates") in texts
    assert "95 %% interval" in texts
    assert len(texts) > 400


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(texts, language):
    lacking = build_catalogues.missing(language, texts)
    assert lacking == [], "run docs/build_catalogues.py, fill the empty msgstr in review/locale, run it again"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_left_over_and_none_is_fuzzy(texts, language):
    kept = build_catalogues.catalogue(language)
    there = {text if isinstance(text, str) else text[0] for text in texts}
    assert [message.id for message in kept if message.id and message.fuzzy] == []
    assert {m.id if isinstance(m.id, str) else m.id[0] for m in kept if m.id} == there


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_texts(language):
    kept = build_catalogues.catalogue(language)
    compiled = (build_catalogues.LOCALE / language / "LC_MESSAGES" / "django.mo").read_bytes()
    assert _strings(read_mo(io.BytesIO(compiled))) == _strings(kept)


def _strings(catalogue):
    return {
        m.id if isinstance(m.id, str) else m.id[0]: m.string if isinstance(m.string, str) else list(m.string)
        for m in catalogue
        if m.id
    }


def test_what_is_missing_is_seen(texts):
    found = {**texts, "A text that nobody translated": ["x.html"]}
    assert "not translated: 'A text that nobody translated'" in build_catalogues.missing("it", found)


def test_templates_hold_no_words_outside_translated_texts():
    left = {}
    for file in sorted((build_catalogues.SOURCE / "review" / "templates").rglob("*.html")):
        text = file.read_text("utf-8")
        text = re.sub(r"\{% (blocktranslate|comment)\b.*?\{% end\1 %\}", " ", text, flags=re.DOTALL)
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|&\w+;", " ", text, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", " ", text)
        words = set(re.findall(r"[A-Za-z][\w-]+", text)) - SAME_EVERYWHERE
        if words:
            left[file.name] = words
    assert left == {}


def test_every_verb_of_the_record_has_words():
    from observatory.review.templatetags.review import VERBS

    source = build_catalogues.SOURCE / "review"
    used = set()
    for file in source.rglob("*.py"):
        used |= set(re.findall(r'verb="([a-z_]+\.[a-z_]+)"', file.read_text("utf-8")))
    assert used
    assert used <= set(VERBS)


@pytest.mark.parametrize(
    ("language", "day", "month", "growth"),
    [
        ("en", "3 Nov 2026", "Nov 2026", "3.1× (1.8–5.2)"),
        ("it", "3 Nov 2026", "Nov 2026", "3,1× (1,8–5,2)"),
        ("zh-hans", "2026年11月3日", "2026年11月", "3.1× (1.8–5.2)"),
    ],
)
def test_days_and_numbers_are_those_of_the_language(language, day, month, growth):
    from observatory.review.templatetags import review as words

    with translation.override(language):
        assert words.day(dt.date(2026, 11, 3)) == day
        assert words.month(dt.datetime(2026, 11, 3, 23, tzinfo=dt.UTC)) == month
        assert words.growth(SimpleNamespace(growth_ratio=3.0946, growth_low=1.8325, growth_high=5.226)) == growth


def test_numbers_are_rounded_and_grouped():
    from observatory.review.templatetags.review import chance, figure, interval

    assert figure(3.0946, 1) == "3.1"
    assert figure(0.96, 1) == "1.0"
    assert figure(1234567) == "1,234,567"
    assert chance(0.00002) == "< 0.0001"
    assert chance(0.0312) == "= 0.0312"
    assert interval(SimpleNamespace(growth_low=1.2, growth_high=25_000.0)) == "1.2–∞"
    with translation.override("it"):
        assert figure(1234567.25, 1) == "1.234.567,3" or figure(1234567.25, 1) == "1.234.567,2"


def test_the_fields_words_in_chinese():
    from observatory.review.models import Criterion, Kind

    with translation.override("zh-hans"):
        assert [str(kind.label) for kind in Kind] == ["新职业", "工种", "变更职业信息", "技术", "不是职业"]
        assert [str(one.label) for one in Criterion] == ["目的性", "社会性", "规范性", "群体性", "稳定性", "技能独立性"]


def test_our_words_come_before_those_of_other_parts_of_django():
    with translation.override("it"):
        assert translation.gettext("Home") == "Inizio"


@pytest.mark.parametrize(("language", "word"), [("en", "Candidates"), ("zh-hans", "候选职业"), ("it", "Candidate")])
def test_a_persons_language_holds_on_every_page(world, signed_in, language, word):
    person = world["reader"]
    client = signed_in(person)
    answer = client.post("/language", {"language": language, "next": "/candidates"})
    assert answer.status_code == 302
    page = client.get("/candidates").content.decode()
    assert f'<html lang="{language}"' in page
    assert f"<h1>{word}</h1>" in page
    fresh = signed_in(person)
    assert f'<html lang="{language}"' in fresh.get("/").content.decode()
