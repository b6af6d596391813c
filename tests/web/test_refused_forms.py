"""A form that is refused comes back open, with what was typed in it and what is wrong beside its field."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from observatory.review import actions
from observatory.review.models import AgendaItem, AuditRow, Candidate, Meeting, SavedView
from site_world import NOW


def field(page: str, key: str) -> str:
    """The piece of the page that shows one field with its problem, from its label to its control."""
    found = re.search(rf'<div class="field wrong">\s*<label for="{key}".*?id="{key}"[^>]*>[^<]*', page, re.DOTALL)
    assert found, f"no wrong field {key}"
    return found.group(0)


@pytest.mark.parametrize(
    ("verb", "said", "key", "typed", "words", "status"),
    [
        ("watch", {"until": "tomorrow", "reason": "too early <b>"}, "watch-until", "tomorrow", "Enter a valid date", 422),
        ("watch", {"until": "2020-01-01", "reason": "too early"}, "watch-until", "2020-01-01", "Watch until a date that is still to come", 409),
        ("merge", {"into": "nobody", "reason": "the same"}, "merge-into", "nobody", "There is no candidate with this id", 422),
        ("split", {"titles": "only one"}, "split-titles", "only one", "Name two to twelve different parts", 409),
        ("rename", {"title": "y" * 301}, "rename-title", "y" * 301, "at most 300", 422),
        ("comment", {"text": "z" * 10_001}, "comment-text", "z" * 10_001, "at most 10000", 422),
    ],
    ids=("no date", "past date", "no candidate", "one part", "long title", "long comment"),
)  # fmt: skip
def test_a_step_on_a_candidate(world, signed_in, verb, said, key, typed, words, status):
    row = world.candidate()
    rows = AuditRow.objects.count()
    client = signed_in(world["senior analyst"])
    answer = client.post(f"/candidates/{row.candidate_id}/{verb}", {"version": row.version, **said})
    assert answer.status_code == status
    page = answer.content.decode()
    assert words in field(page, key)
    assert typed in field(page, key)
    assert f'href="#{key}"' in page  # the summary leads to the field
    assert f'id="{key}_error"' in page
    assert re.search(rf'aria-describedby="[^"]*{key}_error', page)
    assert "too early &lt;b&gt;" in page or "<b>" not in str(said)
    if verb != "comment":
        assert re.search(rf'<details open><summary>[^<]*</summary><form method="post" action="[^"]*/{verb}"', page)
    assert AuditRow.objects.count() == rows


def test_who_is_late_sees_the_candidate_as_it_is_now_and_keeps_what_they_typed(world, signed_in):
    row = world.candidate()
    client = signed_in(world["administrator"])
    actions.rename(candidate=row, title="first name", by=world["senior analyst"], version=1, now=NOW)
    said = {"version": 1, "until": "2999-01-01", "reason": "my own words"}
    answer = client.post(f"/candidates/{row.candidate_id}/watch", said)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "changed by somebody else meanwhile" in page
    assert "first name</h1>" in page
    assert "my own words" in page
    form = page[page.index(f'action="/candidates/{row.candidate_id}/watch"') :]
    assert re.search(r'name="version" value="2"', form[: form.index("</form>")])
    assert client.post(f"/candidates/{row.candidate_id}/watch", {**said, "version": 2}).status_code == 302


def test_a_step_that_is_not_possible_any_more_shows_what_was_typed(world, signed_in):
    row, other = world.candidate(), world.candidate()
    actions.merge(candidate=row, into=other, reason="", by=world["senior analyst"], version=1, now=NOW)
    said = {"version": 1, "until": "2999-01-01", "reason": "my own words"}
    answer = signed_in(world["senior analyst"]).post(f"/candidates/{row.candidate_id}/watch", said)
    assert answer.status_code == 409
    assert "What you typed" in answer.content.decode()
    assert "my own words" in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "key", "words", "status"),
    [
        ({"name": ""}, "motion-name", "This field is required", 422),
        ({"outcome": "reject"}, "motion-reason_code", "A rejection has a reason code and a text", 409),
        ({"outcome": "reject", "reason_code": "small"}, "motion-reason", "A rejection has a reason code and a text", 409),
        ({"outcome": "watch", "watch_until": "2020-01-01"}, "motion-watch_until", "Watch until a date", 409),
        ({"outcome": "merge"}, "motion-merge_into", "Merge into another candidate", 409),
        ({"kind": "technology"}, "motion-kind", "Only an occupation", 409),
    ],
    ids=("name", "code", "reason", "date", "merge", "kind"),
)  # fmt: skip
def test_a_motion(world, signed_in, changed, key, words, status):
    row, meeting = world.ready(), world.meeting(world.members(2))
    said = {"candidate": row.pk, "version": row.version, "outcome": "adopt", "kind": "occupation", "name": "x", "parent": "my parent"}  # fmt: skip
    answer = signed_in(world["secretary"]).post(f"/meetings/{meeting.pk}/table", {**said, **changed})
    assert answer.status_code == status
    page = answer.content.decode()
    assert re.search(rf'<a href="#{key}">[^<]*{words}', page)
    assert words in field(page, key)
    assert 'value="my parent"' in page
    assert not AgendaItem.objects.exists()


def test_a_meeting_that_cannot_be_called(world, signed_in):
    said = {
        "title": " ",
        "held_on": "2026-13-01",
        "chair": world["chair"].pk,
        "members": [world["committee member"].pk],
    }
    answer = signed_in(world["secretary"]).post("/meetings/new", said)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="2026-13-01"' in page
    assert "Enter a valid date" in field(page, "id_held_on")
    assert "This field is required" in field(page, "id_title")
    assert not Meeting.objects.exists()


def test_steps_on_an_item(world, signed_in):
    members = world.members(2)
    item = world.tabled(world.meeting(members), world.ready())
    client = signed_in(members[0])
    answer = client.post(f"/items/{item.pk}/declare", {"reason": "  "})
    assert answer.status_code == 422
    assert "This field is required" in field(answer.content.decode(), "declare-reason")
    assert not item.conflicts.exists()
    answer = client.post(f"/items/{item.pk}/vote", {"choice": "for"})  # not opened yet: the item as it is now
    assert answer.status_code == 409
    assert "the step is not possible any more" in answer.content.decode()
    assert "The chair opens the vote." in answer.content.decode()
    answer = signed_in(world["chair"]).post(f"/items/{item.pk}/withdraw", {"reason": "r" * 2001})
    assert answer.status_code == 422
    assert "r" * 2001 in field(answer.content.decode(), "withdraw-reason")


def test_an_appeal_without_new_evidence(world, signed_in):
    row = world.ready()
    ruling = world.decided(row, "reject", reason_code="small", reason="too few")
    actions.publish(decision=ruling, by=world["chair"], now=NOW)
    said = {"grounds": "there are more of them now"}
    answer = signed_in(world["senior analyst"]).post(f"/decisions/{ruling.pk}/appeal", said)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "An appeal needs new evidence" in page
    assert "there are more of them now</textarea>" in page
    empty = signed_in(world["senior analyst"]).post(f"/decisions/{ruling.pk}/appeal", {"grounds": ""})
    assert empty.status_code == 422
    assert "This field is required" in field(empty.content.decode(), f"appeal-{ruling.pk}-grounds")


def test_marks_of_the_queue_and_its_filters_stay(world, signed_in):
    rows = [world.candidate(sectors=["green"]) for _ in range(3)]
    client = signed_in(world["senior analyst"])
    said = {"pick": [rows[0].pk, rows[2].pk], "query": "sector=green&sort=title"}
    answer = client.post("/candidates/assign", said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Mark at least one candidate and one analyst" in page
    assert re.findall(r'name="pick" value="(\d+)" checked', page) == [
        str(row.pk) for row in sorted((rows[0], rows[2]), key=lambda row: row.title)
    ]
    assert '<option value="green" selected>' in page
    answer = client.post("/candidates/assign", {**said, "analysts": world["analyst"].pk})
    assert answer.status_code == 302
    assert answer["Location"] == "/candidates?sector=green&sort=title"
    assert Candidate.objects.filter(status="assessing").count() == 2
    answer = client.post("/candidates/views", {"name": "", "query": "sector=green"})
    assert answer.status_code == 422
    assert '<option value="green" selected>' in answer.content.decode()
    assert not SavedView.objects.exists()


def test_a_key_of_the_api_and_a_code_that_is_wrong(world, signed_in):
    client = signed_in(world["reader"])
    answer = client.post("/account", {"what": "token", "name": "my reader"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="my reader"' in page
    assert re.search(r'id="key-scopes_error"><p class="problem">This field is required', page)
    assert client.post("/account", {"what": "token", "name": "x", "scopes": ["everything"]}).status_code == 422
    client.post("/account", {"what": "totp_start"})
    answer = client.post("/account", {"what": "totp_confirm", "code": "000000"})
    assert answer.status_code == 422
    assert "This code is not right" in field(answer.content.decode(), "code")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "does not match its hash"), ("zh-hans", "与其哈希值不符"), ("it", "non corrisponde al suo hash")],
    ids=("english", "chinese", "italian"),
)
def test_a_bad_upload_is_said_beside_the_field_in_the_readers_language(world, signed_in, language, words):
    client = signed_in(world["administrator"])
    client.cookies["django_language"] = language
    text = world.dossier(1).replace('"vacancies": ', '"vacancies": 1', 1)
    answer = client.post("/bring-in", {"files": [SimpleUploadedFile("mine.json", text.encode())]})
    assert answer.status_code == 422
    said = re.search(r'<p class="problem" id="files_error"[^>]*>([^<]*)', answer.content.decode())
    assert said
    assert "mine.json" in said.group(1)
    assert words in said.group(1)
    assert not Candidate.objects.exists()
