"""The pages of standards, drafts, consultations and the register: they open, refuse with reasons, and keep both texts."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from observatory.register import applied, from_csv, from_dict
from observatory.review import actions
from observatory.review.demo_standards import earlier_rows, invented_draft
from observatory.review.models import AuditRow
from observatory.review.models_standards import DraftVersion, Entry, Project, Release, Remark, Stage
from observatory.review.steps import StepRules
from observatory.standards import to_json
from site_world import NOW

MOST = 12


@pytest.fixture
def standing(world):
    """A project in consultation with a row of the register, beside professions of earlier years."""
    ruling = world.decided()
    actions.publish(decision=ruling, by=world["secretary"], now=NOW)
    rules = StepRules()
    row = actions.start_project(
        decision=ruling, owner=world["analyst"], due_on=None, by=world["secretary"], rules=rules, now=NOW
    )
    draft = invented_draft(row.candidate.candidate_id, row.title)
    actions.bring_in_draft(project=row, text=to_json(draft), by=world["analyst"], now=NOW)
    values = {"code": "4-04-05-12", "parent": "4-04-05"}
    actions.enter(project=row, values=values, by=world["secretary"], version=row.version, rules=rules, now=NOW)
    actions.make_release(name="2026.1", by=world["secretary"], now=NOW)
    from observatory.register import to_csv

    rows = earlier_rows(NOW.date(), scheme="dadian")
    actions.import_rows(text=to_csv(rows), by=world["secretary"], schemes=("dadian",), now=NOW)
    actions.make_release(name="2026.2", by=world["secretary"], now=NOW)
    row.refresh_from_db()
    return actions.advance(
        project=row, note="", by=world["secretary"], version=row.version, rules=rules, now=timezone.now()
    )


def addresses(row):
    """Every page of this part, open ones first."""
    shut = [
        f"/standards/{row.pk}{more}" for more in ("", "/draft", "/draft?v=1", "/compare", "/draft.json", "/draft.docx")
    ]
    parts = ("overview", "basic", "function-f1", "structure", "weights")
    files = (
        "register.csv", "register.json", "register.jsonld", "dictionary.csv", "standards.json", "standards-dictionary.csv", "delta.csv",
        "delta.json",
    )  # fmt: skip
    free = [
        "/professions", "/professions?q=robot&kind=occupation&status=published", "/professions?q=nothingfits",
        f"/professions/{row.candidate.candidate_id}", f"/professions/{row.candidate.candidate_id}/v1", "/professions/early-4-04-05-11:standard",
        "/releases", *(f"/releases/2026.2/{file}" for file in files), "/consultations", f"/consultations/{row.pk}",
    ]  # fmt: skip
    return free, ["/standards", *shut, *(f"/standards/{row.pk}/draft/{part}" for part in parts)]


def test_every_page_opens_in_few_questions(standing, world, signed_in):
    for number in range(12):
        actions.remark_on(
            project=standing, author="", place="", text=f"{number}", by=None, rules=StepRules(), now=timezone.now()
        )
    boss = world.person("boss", "senior analyst", "chair", "secretary", "administrator")
    client = signed_in(boss)
    free, shut = addresses(standing)
    worst = {}
    for path in [*free, *shut]:
        with CaptureQueriesContext(connection) as caught:
            answer = client.get(path)
        assert answer.status_code == 200, path
        if len(caught) > MOST:
            worst[path] = len(caught)
    assert not worst
    for path in free:
        assert Client().get(path).status_code == 200, path
    for path in shut:
        assert Client().get(path).status_code == 302, path


def test_home_shows_the_steps_that_wait_for_me(standing, world, signed_in):
    assert standing.title in signed_in(world["analyst"]).get("/").content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "it"])
def test_pages_open_in_every_language(standing, signed_in, world, language):
    client = signed_in(world["secretary"])
    client.post("/language", {"language": language, "next": "/"})
    for path in (
        "/standards",
        f"/standards/{standing.pk}",
        f"/standards/{standing.pk}/draft",
        f"/standards/{standing.pk}/draft.docx",
    ):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/professions/nobody", "/professions/nobody/v1", "/consultations/999", "/releases/9/register.csv", "/standards/999",
     "/releases/2026.2/delta.csv?from=never", "/releases/2026.2/secret.csv", "/professions/%00"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(standing, signed_in, world, path):
    assert signed_in(world["secretary"]).get(path).status_code == 404


def test_a_draft_that_nobody_consults_on_is_not_public(standing, world):
    Project.objects.update(stage=Stage.DRAFTING)
    assert Client().get(f"/consultations/{standing.pk}").status_code == 404
    assert standing.title not in Client().get("/consultations").content.decode()


def fields(client, pk, part):
    """A part's form as a browser would send it."""
    from html.parser import HTMLParser

    class Form(HTMLParser):
        def __init__(self):
            super().__init__()
            self.data, self.area = {}, None

        def handle_starttag(self, tag, attrs):
            said = dict(attrs)
            if tag == "textarea":
                self.area = said["name"]
                self.data[self.area] = ""
            if tag == "input" and said.get("type", "text") in ("text", "hidden") and "name" in said:
                self.data[said["name"]] = said.get("value", "")

        def handle_data(self, data):
            if self.area:
                self.data[self.area] += data

        def handle_endtag(self, tag):
            if tag == "textarea":
                self.area = None

    form = Form()
    page = client.get(f"/standards/{pk}/draft/{part}").content.decode()
    form.feed(page[page.index('class="edit"') : page.rindex("</form>", 0, page.index("</main>"))])
    return form.data


def test_two_people_at_one_part_see_both_texts(standing, world, signed_in):
    one, other = signed_in(world["analyst"]), signed_in(world["senior analyst"])
    path = f"/standards/{standing.pk}/draft/overview"
    first, second = fields(one, standing.pk, "overview"), fields(other, standing.pk, "overview")
    basics = fields(other, standing.pk, "basic")
    first["overview/environment/1"] = "outdoors in all weathers"
    assert one.post(path, first).status_code == 302
    second["overview/environment/1"] = "indoors <b>mostly</b>"
    answer = other.post(path, second)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "outdoors in all weathers" in page
    assert "indoors &lt;b&gt;mostly&lt;/b&gt;" in page
    assert "Two people wrote on the same part" in page
    assert DraftVersion.objects.count() == 2
    # Another part is no conflict; the first person's text stays.
    basics["basics/ethics/new"] = "is honest\nkeeps secrets"
    assert other.post(f"/standards/{standing.pk}/draft/basic", basics).status_code == 302
    body = json.loads(DraftVersion.objects.first().body)
    assert [cell["text"] for cell in body["ethics"]][1:] == ["is honest", "keeps secrets"]
    assert any("outdoors" in cell["text"] for one in body["overview"] for cell in one["cells"])
    # Having seen both, the second may put the text in its place.
    assert other.post(path, {**second, "base": "3"}).status_code == 302
    assert DraftVersion.objects.count() == 4


def test_a_changed_text_loses_its_postings_unless_they_bear_it_out(standing, world, signed_in):
    client = signed_in(world["analyst"])
    data = fields(client, standing.pk, "overview")
    data["overview/environment/1"] = "indoors"
    client.post(f"/standards/{standing.pk}/draft/overview", data)

    def cell():
        body = json.loads(DraftVersion.objects.first().body)
        return next(one["cells"] for one in body["overview"] if one["key"] == "environment")[0]

    assert (cell()["origin"], cell()["postings"], cell()["quotes"]) == ("person", 0, [])
    client.post(f"/standards/{standing.pk}/give-back", {"number": "1"})
    assert cell()["postings"] == 5
    data = fields(client, standing.pk, "overview")
    data |= {"overview/environment/1": "indoors, in shifts", "keep/overview/environment/1": "on"}
    client.post(f"/standards/{standing.pk}/draft/overview", data)
    assert (cell()["text"], cell()["origin"], cell()["postings"]) == ("indoors, in shifts", "person", 5)
    data = fields(client, standing.pk, "overview")
    data["overview/environment/1"] = ""
    client.post(f"/standards/{standing.pk}/draft/overview", data)
    assert cell() == {"text": "", "origin": "none", "quotes": [], "postings": 0, "employers": 0}
    assert "no evidence" in client.get(f"/standards/{standing.pk}/draft").content.decode()


def test_weights_that_do_not_sum_are_refused_naming_the_row(standing, world, signed_in):
    client = signed_in(world["analyst"])
    path = f"/standards/{standing.pk}/draft/weights"
    data = fields(client, standing.pk, "weights")
    answer = client.post(path, {**data, "practice/f2/3": "46"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "practice weights / level 3: the weights add up to 101; expected 100" in page
    assert 'name="practice/f2/3" value="46"' in page
    assert "no whole per cent" in client.post(path, {**data, "practice/f2/3": "4.5"}).content.decode()
    assert DraftVersion.objects.count() == 1
    assert client.post(path, {**data, "practice/f2/3": "40", "practice/f1/3": "35"}).status_code == 302
    compared = client.get(f"/standards/{standing.pk}/compare").content.decode()
    assert "<del>45</del>" in compared
    assert "<ins>40</ins>" in compared


def test_functions_come_and_go(standing, world, signed_in):
    client = signed_in(world["analyst"])
    path = f"/standards/{standing.pk}/draft/structure"
    assert client.post(path, {"base": "1", "function": "training others"}).status_code == 302
    made = DraftVersion.objects.first()
    assert made.problems > 0
    assert json.loads(made.body)["functions"][-1]["key"] == "f4"
    assert client.post(path, {"base": "2", "content": "giving courses", "under": "f4"}).status_code == 302
    assert client.post(path, {"base": "3", "remove": "f4"}).status_code == 302
    assert DraftVersion.objects.first().sha256 == DraftVersion.objects.last().sha256
    assert client.post(path, {"base": "4", "remove": ""}).status_code == 409


def test_anybody_comments_while_a_consultation_is_open(standing, world, signed_in):
    path = f"/consultations/{standing.pk}"
    answer = Client().post(
        path, {"author": "A college", "place": "level 3", "text": "<script>alert(1)</script> more practice"}
    )
    assert answer.status_code == 302
    page = Client().get(path).content.decode()
    assert "&lt;script&gt;" in page
    assert "not answered yet" in page
    assert Client().post(path, {"text": ""}).status_code == 422
    row = AuditRow.objects.order_by("-number").first()
    assert (row.verb, row.by) == ("remark.written", "observatory")
    assert "practice" not in json.dumps(row.details)
    assert Client().post(path, {"text": "x"}, headers={}).status_code == 302
    Project.objects.update(stage=Stage.EXPERTS)
    assert Client().post(path, {"text": "late"}).status_code == 409
    assert Remark.objects.count() == 2
    assert "closed" in Client().get(path).content.decode()


def test_a_form_needs_its_key():
    assert Client(enforce_csrf_checks=True).post("/consultations/1", {"text": "x"}).status_code in (403, 404)


def test_too_many_comments_in_an_hour_are_refused(standing):
    from django.conf import settings

    for _ in range(settings.WORKSPACE.settings.standards.remarks_per_hour):
        actions.remark_on(
            project=standing, author="", place="", text="x", by=None, rules=StepRules(), now=timezone.now()
        )
    answer = Client().post(f"/consultations/{standing.pk}", {"text": "one more, with much thought"})
    assert answer.status_code == 409
    assert "one more, with much thought" in answer.content.decode()


def test_files_of_a_release_say_the_same_and_a_delta_leads_from_one_to_the_next(standing):
    get = Client().get
    rows = from_csv(get("/releases/2026.2/register.csv").content.decode(), schemes=("dadian",))
    told = get("/releases/2026.2/register.json").json()
    assert tuple(from_dict(one) for one in told["rows"]) == rows
    older = from_csv(get("/releases/2026.1/register.csv").content.decode(), schemes=("dadian",))
    delta = get("/releases/2026.2/delta.json").json()
    assert delta["counts"] == {"added": 6, "changed": 0, "withdrawn": 0, "removed": 0}
    from observatory.register import Difference

    steps = [
        Difference(change=one["change"], row=from_dict(one["row"]), before=one["before"]) for one in delta["changes"]
    ]
    assert applied(older, steps) == rows
    lines = list(csv.DictReader(io.StringIO(get("/releases/2026.2/delta.csv?from=2026.1").content.decode())))
    assert [one["change"] for one in lines] == ["added"] * 6
    assert len(get("/releases/2026.1/delta.json").json()["changes"]) == 1
    named = list(csv.DictReader(io.StringIO(get("/releases/2026.2/dictionary.csv").content.decode())))
    assert [one["column"] for one in named] == list(rows[0].as_dict())


def test_a_register_comes_in_and_goes_out_on_the_page(standing, world, signed_in):
    client = signed_in(world["secretary"])
    text = Client().get("/releases/2026.2/register.csv").content
    again = client.post("/releases/import", {"file": io.BytesIO(text)}, follow=True).content.decode()
    assert "known already: 7" in again
    bad = text.replace(b",dadian,", b",moon,", 1)
    answer = client.post("/releases/import", {"file": io.BytesIO(bad)})
    assert answer.status_code == 422
    assert "Row 2" in answer.content.decode()
    assert client.post("/releases/import", {"file": io.BytesIO(b"\xff\xfe")}).status_code == 422
    assert client.post("/releases/new", {"name": "2026.3"}).status_code == 409
    assert Release.objects.count() == 2


def test_a_former_version_of_a_row_says_so(standing, world):
    row = earlier_rows(NOW.date(), scheme="dadian")[0]
    from dataclasses import replace

    from observatory.register import to_csv

    newer = replace(row, title="renamed dispatcher", version=2)
    actions.import_rows(text=to_csv([newer]), by=world["secretary"], schemes=("dadian",), now=NOW)
    old = Client().get(f"/professions/{row.identity}/v1").content.decode()
    assert "no longer stands" in old
    assert row.title in old
    assert "renamed dispatcher" in Client().get(f"/professions/{row.identity}").content.decode()


def test_the_way_on_the_pages(standing, world, signed_in):
    """From consultation to publication by the buttons alone, with what each refuses."""
    Project.objects.get().steps.filter(stage="consultation").update(begun_at=timezone.now() - dt.timedelta(days=40))
    secretary, chair, path = signed_in(world["secretary"]), signed_in(world["chair"]), f"/standards/{standing.pk}"
    assert secretary.post(f"{path}/advance", {}).status_code == 302
    answer = secretary.post(f"{path}/advance", {})
    assert answer.status_code == 409
    assert "0 of 2 opinions of experts are in" in answer.content.decode()
    for name in ("E. One", "E. Two"):
        said = {"expert": name, "view": "fit", "text": "It is."}
        assert secretary.post(f"{path}/opinion", said).status_code == 302
    assert secretary.post(f"{path}/advance", {}).status_code == 302
    assert secretary.post(f"{path}/approve", {}).status_code == 403
    assert chair.post(f"{path}/approve", {"version": "1"}).status_code == 409
    assert chair.post(f"{path}/approve", {}).status_code == 302
    answer = secretary.post(f"{path}/publish", {"effective_on": "", "review_on": "2040-01-01"})
    assert answer.status_code == 409
    assert 'value="2040-01-01"' in answer.content.decode()
    assert "without the day from which it is in force" in answer.content.decode()
    days = {"effective_on": (timezone.now() + dt.timedelta(60)).date(), "review_on": "2040-01-01"}
    assert secretary.post(f"{path}/publish", days).status_code == 302
    page = Client().get(f"/professions/{standing.candidate.candidate_id}:standard").content.decode()
    assert "Not yet in force" in page
    assert "Work requirements" in page
    assert Entry.objects.filter(status="published", project=standing).count() == 2
    assert "In force" not in page.split("</h1>")[0]
