"""WCAG 2.2 AA by axe-core on every page, by keyboard alone, at phone width, in print, in three languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from visitors import pages_of, press

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page: Any) -> list[str]:
    """What axe-core finds wrong on the page, each with its first elements."""
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")
    assert found["passes"], "axe looked at nothing"
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found["violations"]
    ]


def test_axe_sees_what_is_wrong(visit):
    page = visit(signed_in=False).open("/sign-in")
    page.evaluate("document.querySelector('main').innerHTML = '<img src=\"/static/x.png\"><input>'")
    assert {line.split(":")[0] for line in violations(page)} >= {"image-alt", "label"}


@pytest.mark.parametrize(
    ("language", "dark", "width"),
    [("en", False, 1280), ("zh-hans", True, 1280), ("it", False, 360)],
    ids=["english-light", "chinese-dark", "italian-phone"],
)
def test_every_page_is_accessible_and_keeps_its_width(visit, site, language, dark, width):
    visitor = visit("ada", language=language, dark=dark, width=width)
    wrong = []
    for name, path in pages_of(site, visitor):
        page = visitor.open(path)
        for summary in page.locator("main details > summary").all():
            summary.evaluate("summary => { summary.parentElement.open = true; }")
        wrong += [f"{name}: {line}" for line in violations(page)]
        if visitor.overflow() > 0:
            wrong.append(f"{name}: {visitor.overflow()} pixels too wide")
    assert not wrong, "\n".join(wrong)


def test_forms_with_problems_are_accessible(visit):
    visitor = visit("carla")
    page = visitor.open("/meetings/new")
    press(page.locator("main form button.main"))
    assert page.locator(".summary a").count() >= 3
    assert page.evaluate("document.activeElement.classList.contains('summary')")
    assert not violations(page)
    page.locator(".summary a").first.click()
    page.wait_for_url("**#id_title")


def test_a_page_for_analysts_is_accessible(visit):
    visitor = visit("bo", width=360)
    page = visitor.open("/")
    press(page.locator("main a[href$='/assess']").first)
    press(page.locator("main button[name=submit]"))
    assert page.locator(".summary li").count() >= 5
    for summary in page.locator("main details > summary").all():
        summary.click()
    assert not violations(page)
    assert visitor.overflow() <= 0


def test_by_keyboard_alone(visit, site):
    visitor = visit("ada", signed_in=False)
    page = visitor.open("/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "id_username":
            break
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    page.keyboard.type("invented-words-9")
    page.keyboard.press("Enter")
    page.wait_for_url(site.address + "/")

    visitor.open("/candidates")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'main'")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator(".rows .title").nth(1)
    assert second.evaluate("title => title === document.activeElement")
    page.keyboard.press("x")
    assert page.locator(".rows input[name=pick]").nth(1).is_checked()
    page.keyboard.press("k")
    first = page.locator(".rows .title").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/candidates/lin-*")
    assert page.locator("h1").inner_text().lower() == first.lower()


def test_focus_is_always_seen(visit, site):
    visitor = visit("ada")
    for path in ("/candidates", "/landscape", "/trends", "/items/1"):
        page = visitor.open(path)
        seen = 0
        for _ in range(45):
            page.keyboard.press("Tab")
            unseen = page.evaluate(
                """() => {
                  const one = document.activeElement;
                  if (!one || one === document.body) return "";
                  const ring = (el) => { const s = getComputedStyle(el); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2; };
                  const bubble = one.querySelector(".bubble");
                  const shown = ring(one) || (bubble && parseFloat(getComputedStyle(bubble).strokeWidth) >= 3);
                  return shown ? "" : one.outerHTML.slice(0, 200);
                }"""
            )
            assert not unseen, f"{path}: {unseen}"
            seen += page.evaluate("document.activeElement !== document.body")
        assert seen > 20


def test_light_and_dark_by_the_switch(visit):
    visitor = visit("ada")
    page = visitor.open("/trends")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(paper)
    press(page.locator("footer button[value=dark]"))
    dark = page.evaluate(paper)
    assert dark != light
    assert "/trends" in page.url
    visitor.open("/register")
    assert page.evaluate(paper) == dark
    press(page.locator("footer button[name=theme][value='']"))
    assert page.evaluate(paper) == light


def test_still_for_who_wants_no_motion(visit):
    page = visit("ada").open("/candidates")
    page.evaluate("document.querySelector('#busy').classList.add('htmx-request')")
    assert page.evaluate("getComputedStyle(document.querySelector('#busy')).animationName") == "none"


def test_printed_without_menus_and_forms(visit):
    page = visit("ada").open("/candidates/lin-00001")
    page.emulate_media(media="print")
    assert not page.locator("header.top").is_visible()
    assert not page.locator("footer").is_visible()
    assert page.locator("main form:visible").count() == 0
    assert page.locator("h1").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_the_list_follows_the_filters_and_says_when_it_cannot(visit, site):
    visitor = visit("ada")
    page = visitor.open("/candidates")
    everything = page.locator(".rows > li").count()
    page.fill("#q", "heat pump")
    page.wait_for_function("count => document.querySelectorAll('.rows > li').length < count", arg=everything)
    assert page.locator(".rows > li").count() == 1
    page.wait_for_url("**q=heat**")
    visitor.context.set_offline(True)
    page.fill("#q", "robot")
    page.locator("#trouble").wait_for(state="visible")
    visitor.context.set_offline(False)
    page.fill("#q", "robot fleet")
    page.locator("#trouble").wait_for(state="hidden")
    visitor.wrong[:] = [line for line in visitor.wrong if "htmx" not in line and "error" not in line]
