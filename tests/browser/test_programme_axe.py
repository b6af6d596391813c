"""The programme in the browser: axe-core on every page, and no page wider than its window."""

from __future__ import annotations

import pytest
from test_wcag import violations

PAGES = (
    "/programme/", "/programme/crosswalks", "/programme/partners", "/programme/partners?region=belt-and-road&country=ID",
    "/programme/partners/new", "/programme/partners/1", "/programme/partners/1/standards/new", "/programme/standards/1",
    "/programme/standards/2", "/programme/comparisons/1", "/programme/comparisons/2", "/programme/experts",
    "/programme/experts/new", "/programme/experts/1", "/programme/registers/base", "/programme/registers/competition/new",
    "/programme/entries/1", "/programme/entries/1/figure", "/programme/tables",
)  # fmt: skip


TITLE = "battery passport coordinator"


def adopted(visitor):
    """The id of an adopted profession of the demo."""
    page = visitor.open("/programme/")
    link = page.locator(".ways .title", has_text=TITLE).first.get_attribute("href")
    return str(link).rpartition("/")[2]


@pytest.mark.parametrize(
    ("language", "dark", "width"),
    [("en", False, 1280), ("zh-hans", True, 390)],
    ids=["english-light", "chinese-dark-phone"],
)
def test_every_page_is_accessible_and_keeps_its_width(visit, language, dark, width):
    visitor = visit("ada", language=language, dark=dark, width=width)
    key = adopted(visitor)
    wrong = []
    for path in (
        *PAGES,
        f"/programme/professions/{key}",
        f"/programme/crosswalks/of/{key}",
        f"/programme/experts?candidate={key}",
    ):
        page = visitor.open(path)
        for summary in page.locator("main details > summary").all():
            summary.evaluate("summary => { summary.parentElement.open = true; }")
        wrong += [f"{path}: {line}" for line in violations(page)]
        if visitor.overflow() > 0:
            wrong.append(f"{path}: {visitor.overflow()} pixels too wide")
    assert not wrong, "\n".join(wrong)
