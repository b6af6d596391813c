"""The pictures of docs/site: each page of the guide exists, is small, and is drawn anew on request.

With OBSERVATORY_WRITE_PICTURES=1 the pictures are written; otherwise only the pages are opened as for a
picture, and the files there are checked.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from visitors import pages_of, press

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "site"
WRITE = os.environ.get("OBSERVATORY_WRITE_PICTURES") == "1"
MOST = 150_000
# name of the picture: (who, page, width, height, dark, language)
PICTURES = {
    "home": ("bo", "home", 1180, 860, False, "en"),
    "candidates": ("ada", "candidates", 1180, 860, False, "en"),
    "candidate": ("ada", "candidate", 1080, 940, False, "en"),
    "nearest": ("ada", "candidate#nearest", 1180, 800, False, "en"),
    "landscape": ("ada", "landscape", 1180, 920, False, "en"),
    "trends": ("ada", "trends", 1180, 900, True, "en"),
    "assess": ("bo", "assess", 1180, 900, False, "en"),
    "item": ("carla", "item_conflict", 1180, 980, False, "en"),
    "register": ("ada", "register", 1180, 560, False, "en"),
    "record": ("ada", "record", 1180, 700, False, "en"),
    "chinese": ("bo", "candidate", 1080, 860, False, "zh-hans"),
    "phone": ("ada", "candidates", 390, 844, False, "it"),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_a_page_as_in_the_guide(visit, site, name):
    who, what, width, height, dark, language = PICTURES[name]
    visitor = visit(who, language=language, width=width, height=height, dark=dark)
    what, _, part = what.partition("#")
    if what == "assess":
        page = visitor.open("/")
        press(page.locator("main a[href$='/assess']").first)
    else:
        page = visitor.open(dict(pages_of(site, visitor))[what])
    if part:
        page.evaluate("part => document.getElementById(part).scrollIntoView()", part)
    page.mouse.move(0, 0)
    assert page.locator("h1").is_visible() or part
    picture = page.screenshot()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(picture) < MOST
    file = FOLDER / f"{name}.png"
    if WRITE:
        FOLDER.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture)
    assert file.is_file(), "draw it: OBSERVATORY_WRITE_PICTURES=1 python -m pytest tests/browser/test_pictures.py"
    assert file.stat().st_size < MOST


def test_the_guide_shows_every_picture():
    guide = (FOLDER.parent / "how-to" / "review-site.md").read_text("utf-8")
    for name in PICTURES:
        assert f"../site/{name}.png" in guide
    assert {file.stem for file in FOLDER.glob("*.png")} == set(PICTURES)
