"""From the vote to the API in a real browser: vote, draft, comment, approval, publication, public page, delta, call."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import urllib.request

import pytest
from visitors import press

from observatory.review.demo_standards import invented_draft
from observatory.standards import from_json, to_json

LATER = (dt.datetime.now(dt.UTC) + dt.timedelta(days=60)).date()
REVIEW = LATER.replace(year=LATER.year + 5, day=1)


def test_from_the_vote_to_the_public_page_and_the_api(visit, site, tmp_path):
    ada, bo, carla = visit("ada"), visit("bo"), visit("carla")

    # The committee votes on what the winter session has on its agenda, and the secretary publishes the decision.
    page = bo.open("/meetings/2")
    item = str(page.locator(".agenda a").first.get_attribute("href"))
    press(page.locator(".headline form button.main"))
    page = bo.open(item)
    press(page.locator("aside form button.main"))
    for visitor in (bo, ada, carla):
        page = visitor.open(item)
        press(page.locator("aside .ballot .yes"))
    page = bo.open(item)
    press(page.locator("aside form button.main"))
    assert "Adopted" in page.locator(".result").inner_text()
    title = re.sub(r"^\d+\.\s*", "", page.locator("h1").inner_text())
    identity = str(page.locator("a[href^='/candidates/']").first.get_attribute("href")).rsplit("/", 1)[1]
    page = carla.open(item)
    press(page.locator("aside form button.main"))

    # Carla begins the work with Ada as its owner; it waits on Ada's home page.
    page = carla.open("/standards")
    page.get_by_text("Begin the work").click()
    page.select_option("#start-decision", label=title)
    page.select_option("#start-owner", label="Ada Moretti")
    press(page.locator("form[action='/standards/start'] button"))
    project = page.url.removeprefix(site.address)
    assert "there is no draft yet" in page.locator(".lead").inner_text()
    assert title in ada.open("/").locator("main").inner_text()

    # Ada brings the draft in and edits it; weights that do not add up are refused, naming the row.
    file = tmp_path / "draft.json"
    file.write_text(to_json(invented_draft(identity, title)), "utf-8")
    page = ada.open(project)
    page.set_input_files("#file", str(file))
    press(page.locator("form[action$='/bring-in'] button"))
    page = ada.open(f"{project}/draft/weights")
    page.fill("input[name='practice/f1/4']", "31")
    press(page.locator("button[name=save]"))
    assert (
        "practice weights / level 4: the weights add up to 101; expected 100" in page.locator(".summary").inner_text()
    )
    page.fill("input[name='practice/f2/4']", "44")
    press(page.locator("button[name=save]"))
    assert "Version 2" in page.locator(".headline").inner_text()
    assert page.locator(".mark.none").count() > 0

    # Bo writes on the same part as Ada: the second sees both texts.
    page = ada.open(f"{project}/draft/overview")
    other = carla.open(f"{project}/draft/overview")
    page.locator("textarea[name='overview/environment/1']").fill("indoors and on the road")
    press(page.locator("button[name=save]"))
    other.locator("textarea[name='overview/environment/1']").fill("indoors only")
    press(other.locator("button[name=save]"))
    assert "Two people wrote on the same part" in other.locator("h1").inner_text()
    assert "indoors and on the road" in other.locator(".compare").inner_text()
    assert "indoors only" in other.locator(".compare").inner_text()
    page = ada.open(f"{project}/compare?from=1&to=3")
    assert page.locator(".compare ins").count() >= 3
    with page.expect_download() as taken:
        ada.open(project).locator("a[href$='draft.docx']").click()
    assert taken.value.path().read_bytes()[:2] == b"PK"

    # Carla enters it in the register; a code that is taken is refused with the row that has it. Then consultation.
    page = carla.open(project)
    page.get_by_text("Enter in the register", exact=True).first.click()
    page.fill("#enter-code", "4-04-05-11")
    page.fill("#enter-parent", "4-04-05")
    press(page.locator("#enter button"))
    assert "taken by 'data labelling lead'" in page.locator(".summary").inner_text()
    assert page.locator("#enter-parent").input_value() == "4-04-05"
    page.fill("#enter-code", "4-04-05-77")
    press(page.locator("#enter button"))
    page = carla.open("/releases")
    page.fill("#id_name", "before")
    press(page.locator("form[action='/releases/new'] button"))
    page = carla.open(project)
    press(page.get_by_role("button", name="On to the next step"))

    # Somebody from outside comments without signing in; nothing goes on until it is answered.
    guest = visit("nobody", signed_in=False)
    page = guest.open("/consultations")
    press(page.get_by_role("link", name=title, exact=True))
    assert "Work requirements" in page.locator("main").inner_text()
    page.fill("#id_author", "A college")
    page.fill("#id_text", "Level 3 deserves <i>more</i> practice.")
    press(page.get_by_role("button", name="Send the comment"))
    assert "Level 3 deserves <i>more</i> practice." in page.locator("#comments").inner_text()
    page = carla.open(project)
    press(page.get_by_role("button", name="On to the next step"))
    assert "1 comment is not answered yet" in page.locator(".summary").inner_text()
    page = ada.open(project)
    page.locator(".remarks details summary").click()
    page.locator(".remarks input[value=partly]").check()
    page.locator(".remarks textarea").fill("The hours follow in the training plan.")
    press(page.locator(".remarks form button"))
    page = carla.open(project)
    press(page.get_by_role("button", name="On to the next step"))
    for name in ("E. Rossi", "Li Wei"):
        page = carla.open(project)
        if page.locator("#opinion-expert").is_hidden():
            page.get_by_text("Put an opinion on record").click()
        page.fill("#opinion-expert", name)
        page.fill("#opinion-text", "Fit.")
        press(page.get_by_role("button", name="Put on record"))
    page = carla.open(project)
    press(page.get_by_role("button", name="On to the next step"))

    # Bo, who wrote nothing on it, approves; without an effective date it is not published, with one it is.
    page = bo.open(project)
    press(page.get_by_role("button", name="Approve this draft"))
    page = carla.open(project)
    page.fill("#publish-effective_on", "")
    press(page.locator("#publish button"))
    assert "without the day from which it is in force" in page.locator(".summary").inner_text()
    page = carla.open(project)
    page.fill("#publish-effective_on", LATER.isoformat())
    page.fill("#publish-review_on", REVIEW.isoformat())
    press(page.locator("#publish button"))
    assert "Published" in page.locator(".headline").inner_text()
    page = carla.open("/releases")
    page.fill("#id_name", "after")
    press(page.locator("form[action='/releases/new'] button"))

    # Everybody finds it: the list, the row with its standard, the files, the delta; and the API with a key.
    page = guest.open("/professions?q=4-04-05-77")
    press(page.locator(".rows .title").first)
    assert "4-04-05-77" in page.locator(".headline").inner_text()
    press(page.get_by_role("link", name="4-04-05-77/"))
    assert "Work requirements" in page.locator("main").inner_text()
    assert page.locator(".mark.borne").count() > 10
    with urllib.request.urlopen(f"{site.address}/releases/after/delta.csv?from=before", timeout=20) as answer:
        lines = list(csv.DictReader(io.StringIO(answer.read().decode())))
    assert [(one["change"], one["kind"], one["code"][:10]) for one in lines] == [
        ("changed", lines[0]["kind"], "4-04-05-77"), ("added", "standard", "4-04-05-77")
    ]  # fmt: skip
    page = carla.open("/account")
    page.fill("#key-name", "a test")
    press(page.locator("form:has(#key-name) button"))
    found = re.search(r"obs_[\w-]{20,}", page.locator(".secret").first.inner_text())
    assert found
    told = site.ask(f"/api/register/rows/{identity}:standard", found.group())
    assert told["row"]["effective"] == LATER.isoformat()
    assert site.ask("/api/register/delta?older=before&newer=after", found.group())["counts"]["added"] == 1
    with urllib.request.urlopen(f"{site.address}/releases/after/register.jsonld", timeout=20) as answer:
        assert b"4-04-05-77" in answer.read()
    kept = from_json(ada.page.request.get(f"{site.address}{project}/draft.json").text())
    assert kept.title == title
    assert "unbroken" in site.command("audit", "verify")


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "工作要求"), ("it", "Requisiti di lavoro")])
def test_the_pages_of_standards_read_in_other_languages(visit, language, words):
    visitor = visit("carla", language=language, width=390)
    page = visitor.open("/standards")
    press(page.locator(".projects a").first)
    address = page.url
    assert visitor.overflow() <= 0
    page.goto(address + "/draft")
    assert words in page.locator("main").inner_text()
    assert visitor.overflow() <= 0
