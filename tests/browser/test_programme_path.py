"""The programme in the browser, its main path by hand: from a partner to certified people."""

from __future__ import annotations

import datetime as dt
import json

from visitors import press

TITLE = "battery passport coordinator"


def adopted(visitor):
    """The id of an adopted profession of the demo."""
    page = visitor.open("/programme/")
    link = page.locator(".ways .title", has_text=TITLE).first.get_attribute("href")
    return str(link).rpartition("/")[2]


def test_from_a_partner_to_certified_people(visit, site):
    visitor = visit("ada")
    key = adopted(visitor)
    page = visitor.open("/programme/partners/new")
    page.fill("#id_name", "Kelanang Skills Board (invented)")
    page.select_option("#id_country", "VN")
    page.select_option("#id_status", "agreed")
    press(page.locator("main form button.main"))
    press(page.locator("main a", has_text="Add a standard"))
    page.fill("#id_code", "KSB-1")
    page.fill("#id_title", "An invented standard")
    page.fill("#id_levels", "I, II")
    page.fill("#id_units", "1; Trace materials; I\n2; Audit suppliers; II")
    press(page.locator("main form button.main"))
    page.locator("#brief").select_option(label=TITLE)
    press(page.locator("button", has_text="Lay side by side"))
    assert "/programme/comparisons/" in page.url
    first = page.locator("tr.cover-missing").first
    first.locator("summary").click()
    first.locator("select[name=extent]").select_option("partial")
    press(first.locator("button", has_text="Put together"))
    assert page.locator("tr.cover-partial").count() == 1
    page.locator("#level-0").select_option("I")
    press(page.locator("button", has_text="Save the levels"))
    press(page.locator("button", has_text="Both sides agree"))
    assert page.locator(".headline .tag.ok").count() == 1
    page = visitor.open("/programme/partners?country=VN")
    assert page.locator(".by-country tbody tr").count() == 1
    assert page.locator(".by-country tbody td.num").last.inner_text() == "1"

    page = visitor.open(f"/programme/crosswalks/of/{key}")
    waiting = page.locator(".concepts .open").count()
    row = page.locator(".concepts .open").first
    row.locator("select[name=relation]").select_option("relatedMatch")
    row.locator("input[name=reason]").fill("only the tools are shared")
    press(row.locator("button.main"))
    assert page.locator(".concepts .open").count() == waiting - 1
    said = json.loads(page.request.get(f"{site.address}/programme/crosswalks/mappings.json").text())["mappings"]
    assert [(one["relation"], one["confirmed_by"]) for one in said if one["note"] == "only the tools are shared"] == [("relatedMatch", "ada")]  # fmt: skip

    page = visitor.open("/programme/experts/new")
    page.fill("#id_name", "Nobody Real (invented)")
    page.fill("#id_expertise", "traceability, carbon accounting, supplier audits")
    page.fill("#id_agreed_on", "2024-01-01")
    press(page.locator("main form button.main"))
    page = visitor.open(f"/programme/experts?candidate={key}")
    found = page.locator("li", has_text="Nobody Real").first
    found.locator("summary").click()
    press(found.locator("button"))
    assert "Invited" in page.locator(".note.success").inner_text()

    page = visitor.open("/programme/registers/certification")
    press(page.locator(".rows .title").first)
    press(page.locator("main a", has_text="Report a figure"))
    page.fill("#id_year", str(dt.datetime.now(dt.UTC).year - 1))
    page.fill("#id_people", "1234")
    page.locator("#id_candidate").select_option(label="prompt operations specialist")
    page.fill("#id_source", "an invented list")
    press(page.locator("main form button.main"))
    assert "1,234" in page.locator("main table").inner_text()
    page = visitor.open("/programme/")
    assert "1,234" in page.locator(".ways").inner_text()
    assert "unbroken" in site.command("audit", "verify")
