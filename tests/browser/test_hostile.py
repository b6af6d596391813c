"""Hostile postings render harmlessly: no script runs, nothing is asked for elsewhere, the layout holds."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from visitors import press

from observatory.removal import contents_hash
from observatory.review.demo import INVENTED, make_dossier

SCRIPT = '<script>alert("script")</script><img src=x onerror=alert(1)><svg onload=alert(2)><a href="javascript:alert(3)">x</a>\'"&'
STYLE = '</style><style>body{display:none}</style><link rel=stylesheet href="https://evil.invalid/x.css"><div style="position:fixed;inset:0">'
TEMPLATE = "{{ request.session }}{% url 'home' %}${7*7}<%= 7*7 %>{{constructor.constructor('alert(4)')()}}"
RIGHT_TO_LEFT = "\u202eengineer \u2066\u2067 مهندس الذكاء الاصطناعي \u200f\u202e reversed"
WORD = "unbreakable" * 95_000  # more than a megabyte without a space
MARKS = "Z\u0351\u036b\u0343\u036a\u0302" * 400
CASES = {
    "script": SCRIPT, "style": STYLE, "template": TEMPLATE, "right-to-left": RIGHT_TO_LEFT, "word": WORD, "marks": MARKS,
}  # fmt: skip


def hostile(number: int, text: str) -> str:
    """A dossier with `text` wherever a posting's words can stand."""
    raw = make_dossier(9000 + number, INVENTED[number], as_of=dt.date(2026, 3, 1), seed=5)
    short = text[:20_000]
    raw["candidate"] |= {
        "title": text[:4_000], "titles": {"en": [short], "zh": [short]}, "sectors": [text[:70]], "sources": [short],
        "reasons": [short], "limits": [short], "skills": [short],
        "nearest": [
            {"scheme": short, "version": short, "code": short, "title": short, "similarity": 0.5},
            {"scheme": "esco", "version": "1", "code": "2", "title": "clerk", "similarity": 0.4, "skills": [short], "tasks": [short]},
        ],
        "growth": {**raw["candidate"]["growth"], "note": short},
        "components": {text[:200]: 0.5},
    }  # fmt: skip
    sides = {"shared": [short], "extra": [short], "missing": [short]}
    raw["beside"] = [
        {"scheme": short, "version": short, "code": short, "alternative": short, "skills": sides, "tasks": sides}
    ]
    raw["asked"] = {"postings": 3, "pay": [[short, 3, 1.0, 2.0]], "education": [[6, 3]], "experience": [[2, 3]]}
    raw["top_employers"], raw["top_places"] = [[short, 3]], [[short, 2]]
    raw["skills"], raw["limits"] = [[short, 3, 2.0]], [short]
    raw["evidence"] = [
        {**raw["evidence"][0], "sentence": text, "employer": short, "source": text[:70], "posting_id": text[:70],
         "url": "javascript:alert(5)", "start": start, "end": end}
        for start, end in ((0, 8), (-40, 90_000_000), (5, 2))
    ]  # fmt: skip
    return json.dumps({**raw, "sha256": contents_hash(raw)}, ensure_ascii=False)


@pytest.fixture(scope="module")
def addresses(site, tmp_path_factory):
    """The pages of the hostile candidates, by case."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    files = []
    for number, (name, text) in enumerate(CASES.items()):
        file = folder / f"{name}.json"
        file.write_text(hostile(number, text), "utf-8")
        files.append(str(file))
    site.command("review", "import", *files)
    return {name: f"/candidates/lin-{9000 + number:05d}" for number, name in enumerate(CASES)}


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("case", CASES)
def test_a_hostile_candidate_is_harmless(visit, addresses, case, width):
    visitor = visit("ada", width=width)
    page = visitor.open(addresses[case])
    page.wait_for_timeout(150)
    assert visitor.overflow() <= 0
    assert (
        page.locator("main script, main style, main link, main iframe, main img, main [onerror], main [onload]").count()
        == 0
    )
    assert page.locator("main a[href^='javascript:']").count() == 0
    assert page.locator("#evidence blockquote").count() == 3
    assert page.locator("footer").is_visible()
    if case == "script":
        assert '<script>alert("script")</script>' in page.locator("h1").text_content()
    if case == "template":
        assert "{{ request.session }}" in page.locator("h1").text_content()


def test_lists_and_charts_with_hostile_names_are_harmless(visit, addresses):
    for width in (1280, 360):
        visitor = visit("ada", width=width)
        chosen = "&".join(f"c={address.rsplit('/', 1)[1]}" for address in addresses.values())
        for path in (
            "/candidates?sort=title",
            "/landscape",
            "/landscape?colour=sector",
            f"/trends?{chosen}",
            "/record",
            "/",
        ):
            page = visitor.open(path)
            assert visitor.overflow() <= 0, path
            assert page.locator("main img, main iframe, main style, main [onload]").count() == 0, path


def test_a_comment_with_markup_stays_text(visit, addresses):
    visitor = visit("bo")
    page = visitor.open(addresses["script"])
    page.fill("#comment-text", f"@ada look: {SCRIPT}\nsecond line")
    press(page.locator("#comments form button"))
    assert SCRIPT in page.locator("#comments li").last.inner_text()
    assert page.locator("#comments img, #comments script").count() == 0
