"""The programme's catalogues are complete in Chinese and Italian, and its templates hold no words of their own."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from django.utils import translation

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs"))
import build_catalogues

LANGUAGES = ("zh_Hans", "it")
SAME_EVERYWHERE = {"CSV", "JSON", "SHA-256"}


@pytest.fixture(scope="module")
def texts():
    return build_catalogues.programme_texts()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_none_is_left_over(texts, language):
    lacking = build_catalogues.missing(language, texts, build_catalogues.PROGRAMME)
    assert lacking == [], "run docs/build_catalogues.py, fill the empty msgstr in programme/locale, run it again"
    kept = build_catalogues.catalogue(language, build_catalogues.PROGRAMME)
    there = {text if isinstance(text, str) else text[0] for text in texts}
    held = {m.id if isinstance(m.id, str) else m.id[0] for m in kept if m.id}
    assert held >= there
    assert held <= {text if isinstance(text, str) else text[0] for text in build_catalogues.texts("programme")}
    assert not [message.id for message in kept if message.id and message.fuzzy]
    assert len(texts) > 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_texts(language):
    kept = build_catalogues.catalogue(language, build_catalogues.PROGRAMME)
    compiled = (build_catalogues.PROGRAMME / language / "LC_MESSAGES" / "django.mo").read_bytes()
    assert _strings(read_mo(io.BytesIO(compiled))) == _strings(kept)


def _strings(catalogue):
    return {
        m.id if isinstance(m.id, str) else m.id[0]: m.string if isinstance(m.string, str) else list(m.string)
        for m in catalogue
        if m.id
    }


def test_templates_hold_no_words_outside_translated_texts():
    left = {}
    for file in sorted((build_catalogues.SOURCE / "programme" / "templates").rglob("*.html")):
        text = file.read_text("utf-8")
        text = re.sub(r"\{% (blocktranslate|comment)\b.*?\{% end\1 %\}", " ", text, flags=re.DOTALL)
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|&\w+;", " ", text, flags=re.DOTALL)
        words = set(re.findall(r"[A-Za-z][\w-]+", re.sub(r"<[^>]*>", " ", text))) - SAME_EVERYWHERE
        if words:
            left[file.name] = words
    assert left == {}


@pytest.mark.parametrize(
    ("language", "country", "word"),
    [("zh-hans", "匈牙利", "合作方"), ("it", "Ungheria", "Partner"), ("en", "Hungary", "Partners")],
)
def test_a_page_in_each_language(programme, signed_in, language, country, word):
    programme.partner()
    client = signed_in(programme.boss)
    client.post("/language", {"language": language, "next": "/programme/partners"})
    page = client.get("/programme/partners").content.decode()
    assert f"<h1>{word}</h1>" in page
    assert country in page
    translation.deactivate()


def test_every_country_of_the_map_and_the_regions_is_one():
    from observatory.config import BELT_AND_ROAD
    from observatory.programme.countries import HEIGHT, TILES, WIDTH, known

    assert len(TILES) == 197
    assert all(known(code) for code in TILES)
    assert set(BELT_AND_ROAD) <= set(TILES)
    assert len(set(BELT_AND_ROAD)) == len(BELT_AND_ROAD)
    assert len(set(TILES.values())) == len(TILES)
    assert {column for column, _ in TILES.values()} == set(range(WIDTH))
    assert max(row for _, row in TILES.values()) == HEIGHT - 1
    assert not known("ZZ")
