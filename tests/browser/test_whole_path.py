"""The whole path in a real browser: three analysts, a committee with a conflict and a tie, publication."""

from __future__ import annotations

import re
import urllib.request
import xml.etree.ElementTree as ElementTree

import pytest
from visitors import press

# What the path looks for on the pages, by language.
WORDS = {
    "en": {
        "missing": "There is a problem", "third": "Third analyst needed", "ready": "Ready for committee", "hidden": "hidden until",
        "conflict": "You declared a conflict of interest", "tied": "Tied", "adopted": "Adopted", "casting": "by the casting vote of the chair",
        "published": "Published", "register": "Register of decisions",
    },
    "zh-hans": {
        "missing": "存在问题", "third": "需要第三名分析员", "ready": "待委员会审议", "hidden": "不可见",
        "conflict": "您已声明利益冲突", "tied": "平票", "adopted": "已采纳", "casting": "由主席决定票裁定",
        "published": "已公布", "register": "决定名录",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "title"), [("en", "data centre water steward"), ("zh-hans", "learning agent coach")]
)
def test_from_candidate_to_decision(visit, site, language, title):
    say = WORDS[language]
    ada, bo, carla = (visit(name, language=language) for name in ("ada", "bo", "carla"))

    # Ada assigns two analysts from the queue.
    page = ada.open("/candidates?status=all&q=" + title.replace(" ", "+"))
    address = page.locator(".rows .title").first.get_attribute("href")
    page.locator("input[name=pick]").first.check()
    for name in ("Bo Chen", "Carla Novak"):
        page.get_by_label(name).check()
    press(page.locator(".bulk button"))

    # Bo assesses; an incomplete form says what is missing and keeps what was typed.
    page = bo.open(f"{address}/assess")
    _fill(page, points={"purpose": 3, "social": 3, "legal": 3, "size": 3, "stable": 3, "skill": None})
    press(page.locator("button[name=submit]"))
    assert say["missing"] in page.locator(".summary").inner_text()
    assert page.locator(".summary a").count() == 1
    assert page.locator("#r-size").input_value() == "Reason for size <b>3</b>"
    _fill(page, points={"skill": 2})
    page.locator("#f-skill summary").click()
    page.locator("#f-skill input[type=checkbox]").first.check()
    press(page.locator("button[name=submit]"))
    assert "/assess" not in page.url

    # Carla sees nothing of it and disagrees by three points on one criterion: a third analyst is called.
    page = carla.open(address)
    assert say["hidden"] in page.locator("#assessment").inner_text()
    assert page.locator("#assessment .grades").count() == 0
    page = carla.open(f"{address}/assess")
    _fill(page, points={"purpose": 3, "social": 3, "legal": 3, "size": 0, "stable": 3, "skill": 2})
    press(page.locator("button[name=submit]"))
    assert say["third"] in page.locator(".headline .tag").inner_text()

    # Ada assigns herself and settles it; now all see the three side by side.
    page = ada.open(address)
    page.locator(".verbs summary").first.click()
    page.locator(".verbs").get_by_label("Ada Moretti").check()
    press(page.locator(".verbs form").first.locator("button"))
    page = ada.open(f"{address}/assess")
    _fill(page, points={"purpose": 3, "social": 3, "legal": 3, "size": 2, "stable": 3, "skill": 2})
    press(page.locator("button[name=submit]"))
    assert say["ready"] in page.locator(".headline .tag").inner_text()
    assert page.locator(".grades thead th").count() == 5
    assert "Reason for size <b>3</b>" in page.locator(".grades").inner_text()

    # Carla, the secretary, calls a meeting and tables the dossier.
    page = carla.open("/meetings/new")
    page.fill("#id_title", f"Session on {title}")
    page.fill("#id_held_on", "2026-12-01")
    page.select_option("#id_chair", label=page.locator("#id_chair option").last.inner_text())
    for box in page.locator("#id_members input").all():
        box.check()
    press(page.locator("main form button.main"))
    meeting = page.url.removeprefix(site.address)
    page.select_option("#motion-candidate", label=title)
    page.fill("#motion-name", title)
    press(page.locator("#table button.main"))
    item = str(page.locator(".agenda a").first.get_attribute("href"))

    # Bo, the chair, opens the meeting and the vote; Ada declares a conflict and is out.
    page = bo.open(meeting)
    press(page.locator(".headline form button.main"))
    page = ada.open(item)
    page.locator("aside details summary").click()
    page.fill("#declare-reason", "I advised one of the employers.")
    press(page.locator("aside details button"))
    assert say["conflict"] in page.locator("aside").inner_text()
    page = bo.open(item)
    press(page.locator("aside form button.main"))
    press(page.locator("aside .ballot .yes"))
    assert page.locator(".tally dd").all_inner_texts() == ["1", "0", "0"]
    page = ada.open(item)
    assert page.locator(".tally").count() == 0
    assert page.locator(".ballot").count() == 0
    page = carla.open(item)
    assert page.locator(".tally").count() == 0
    press(page.locator("aside .ballot .no"))
    assert page.locator(".tally dd").all_inner_texts() == ["1", "1", "0"]

    # The count is a tie; the chair's casting vote carries the motion.
    page = bo.open(item)
    press(page.locator("aside form button.main"))
    assert say["tied"] in page.locator(".headline .tag").inner_text()
    press(page.locator("aside .ballot .yes"))
    result = page.locator(".result").inner_text()
    assert say["adopted"] in result
    assert say["casting"] in result
    page = ada.open(item)
    assert page.locator(".result").count() == 0
    page = bo.open(meeting)
    press(page.locator(".headline form button"))
    with page.expect_download() as minutes:
        page.locator("a[href$='minutes.pdf']").click()
    assert minutes.value.path().read_bytes()[:5] == b"%PDF-"

    # Carla publishes; it stands in the register, the API and the feed.
    page = carla.open(item)
    press(page.locator("aside form button.main"))
    assert say["register"] in page.locator("h1").inner_text()
    assert title in [one.lower() for one in page.locator(".rows .title").all_inner_texts()]
    key = _key(carla)
    rows = site.ask("/api/register", key)["decisions"]
    mine = next(row for row in rows if row["name"] == title)
    assert mine["votes"] == {"for": 1, "against": 1, "abstain": 0}
    with urllib.request.urlopen(f"{site.address}/feed.atom?key={key}", timeout=20) as answer:
        feed = ElementTree.fromstring(answer.read())
    titles = [one.text or "" for one in feed.iter("{http://www.w3.org/2005/Atom}title")]
    assert any(title in one and "New candidate" not in one for one in titles)
    assert "unbroken" in site.command("audit", "verify")


def test_an_expired_session_loses_nothing_typed(visit, site):
    visitor = visit("bo")
    page = visitor.open("/")
    press(page.locator("main a[href$='/assess']").first)
    address = page.url
    page.fill("#r-purpose", "Typed before the session ended; it is long and dear to me.")
    page.locator("#f-purpose .scale label").nth(2).click()
    visitor.context.clear_cookies(name="sessionid")
    press(page.locator("button[name=save]"))
    assert "/sign-in" in page.url
    assert "What you typed is kept" in page.locator("main").inner_text()
    page.fill("#id_username", "bo")
    page.fill("#id_password", "invented-words-9")
    press(page.locator("main button.main"))
    page.wait_for_url(address)
    assert page.locator("#r-purpose").input_value() == "Typed before the session ended; it is long and dear to me."
    assert page.locator("#f-purpose input[value='2']").is_checked()
    assert "not saved yet" in page.locator(".notes").inner_text()


def test_who_changed_it_meanwhile_is_told_not_overwritten(visit, site):
    ada = visit("ada")
    page = ada.open("/candidates?status=new&sort=title")
    address = str(page.locator(".rows .title").first.get_attribute("href"))
    page = ada.open(address)
    other = visit("ada").open(address)
    other.get_by_text("Rename", exact=True).first.click()
    other.fill("#rename-title", "renamed first")
    press(other.locator("#rename-title"), key="Enter")
    assert "Renamed first".lower() in other.locator("h1").inner_text().lower()
    page.get_by_text("Rename", exact=True).first.click()
    page.fill("#rename-title", "renamed second, with much thought")
    press(page.locator("#rename-title"), key="Enter")
    assert "changed by somebody else" in page.locator(".summary").inner_text()
    assert "renamed first" in page.locator("h1").inner_text().lower()
    assert page.locator("#rename-title").input_value() == "renamed second, with much thought"
    page = ada.open(address)
    assert page.locator("h1").inner_text().lower() == "renamed first"


def _fill(page, *, points):
    for name, value in points.items():
        if value is not None:
            page.locator(f"#f-{name} .scale label").nth(value).click()
        page.fill(f"#r-{name}", f"Reason for {name} <b>{value}</b>")


def _key(visitor):
    page = visitor.open("/account")
    page.fill("#key-name", "a test")
    press(page.locator("form:has(#key-name) button"))
    found = re.search(r"obs_[\w-]{20,}", page.locator(".secret").first.inner_text())
    assert found
    return found.group()
