"""The page: whole, self-contained, escaped, the same bytes."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

import pytest

from invented_dossiers import DOSSIERS, HOSTILE, chinese, empty, hostile, plain
from observatory.publish import dossier_page, wording
from observatory.publish.charts import DARK, INK
from observatory.publish.page import TEMPLATES, chart_colours
from observatory.records import Growth

VOID = {"meta", "br", "img", "link", "input", "hr"}


class Reader(HTMLParser):
    """Elements of a page, its text, and elements left open or closed twice."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.mark.parametrize("name", DOSSIERS)
def test_every_page_is_whole_and_needs_nothing_from_outside(name: str) -> None:
    page = dossier_page(DOSSIERS[name]())
    reader = read(page)
    assert not reader.wrong
    assert not reader.open
    assert page.startswith("<!doctype html>")
    tags = {tag for tag, _ in reader.found}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form"}
    assert not any({"src", "srcset", "data", "background"} & set(attrs) for _, attrs in reader.found)
    assert not re.search(r"@import|url\((?!#)", page)
    ids = [attrs["id"] for _, attrs in reader.found if "id" in attrs]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", DOSSIERS)
def test_the_same_dossier_has_the_same_bytes(name: str) -> None:
    assert dossier_page(DOSSIERS[name]()) == dossier_page(DOSSIERS[name]())


def test_hostile_text_stays_text() -> None:
    page = dossier_page(hostile())
    reader = read(page)
    assert HOSTILE in reader.text
    assert "<script" not in page
    for _, attrs in reader.found:
        assert not any(name.startswith("on") for name in attrs)
        assert not (attrs.get("href") or "").startswith("javascript:")


def test_everything_a_committee_needs_stands_there() -> None:
    dossier = plain()
    text = read(dossier_page(dossier)).text
    for sentence in (*wording.conclusion(dossier), *dossier.limits, *dossier.method, *dossier.candidate.reasons):
        assert sentence in text
    for needed in (dossier.sha256, dossier.run.run_id, "corpus version 12", "esco 1.0.9", *dossier.encoders.values()):
        assert needed in text
    for near in dossier.candidate.nearest:
        assert near.title in text
        assert near.code in text
    assert all(e.posting_id in text for e in dossier.evidence)
    assert "no data: the sources were silent" in text


def test_the_role_is_marked_and_the_posting_linked() -> None:
    page = dossier_page(plain())
    assert page.count("<mark>commissioning engineer</mark>") + page.count("<mark>Commissioning engineer</mark>") == 10
    assert page.count('href="https://jobs.invalid/') == 10


def test_chinese_says_its_language() -> None:
    found = read(dossier_page(chinese())).found
    assert ("h1", {"lang": "zh"}) in found
    assert sum(tag == "blockquote" and attrs.get("lang") == "zh" for tag, attrs in found) == 10


def test_an_empty_dossier_says_what_is_not_there() -> None:
    text = read(dossier_page(empty())).text
    for words in ("no history to draw", "No classification in this language", "No skill is named", "name no employer",
                  "name no place", "No sentence is kept"):  # fmt: skip
        assert words in text


@pytest.mark.parametrize(
    ("low", "high", "q", "says"),
    [(1.2, 3.0, 0.01, "so it grew."), (1.2, 3.0, 0.2, "may be chance"), (0.5, 0.9, 0.01, "so it shrank"),
     (0.8, 3.0, 0.01, "neither growth nor decline"), (1.2, 9999.0, 0.01, "no upper bound"), (0.0, 9999.0, 1.0, "neither")],
)  # fmt: skip
def test_the_interval_decides_the_words(low: float, high: float, q: float, says: str) -> None:
    assert says in wording.growth_in_words(Growth(ratio=1.5, low=low, high=high, p_value=q, q_value=q))


@pytest.mark.parametrize("span", [(-1, 5), (5, 5), (6, 2), (0, 10_000)])
def test_a_mark_out_of_range_marks_nothing(span: tuple[int, int]) -> None:
    one = dataclasses.replace(plain().evidence[0], start=span[0], end=span[1])
    assert wording.parts(one) == (one.sentence, "", "")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//host/x", "http://a b", 'https://x"y', "", "ftp://x"]
)
def test_only_web_addresses_are_links(url: str) -> None:
    assert wording.link(url) == ""


def test_the_colours_of_charts_stand_in_one_place() -> None:
    assert set(DARK) == set(INK)
    rules = chart_colours()
    for name, ink in INK.items():
        assert rules.count(f"--chart-{name}:{ink}") == 1
        assert rules.count(f"--chart-{name}:{DARK[name]}") == 1
    for template in TEMPLATES.iterdir():
        assert "--chart-line:" not in template.read_text("utf-8").replace(" ", ""), template.name
