"""What people and machines hand in wrongly: a clear page, the right status, nothing half-written."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from observatory.review import actions
from observatory.review.models import (
    AuditRow,
    Candidate,
    Comment,
    Decision,
    DossierFile,
    Meeting,
    SavedView,
    Status,
    Vote,
)
from site_world import NOW

HOSTILE = (
    '<script>document.title="taken"</script>', "\"><img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "</textarea></style><style>*{display:none}</style>", "{{ 7|add:7 }}{% debug %}", "javascript:alert(1)",
    "\u202egnikcah\u202c <b>", "&lt;already&gt; &amp;", "'; DROP TABLE review_candidate; --", "]]><!--", "\x0b\x1f\x7f",
    "W" * 1_000_000,
)  # fmt: skip


def pages_of(row, item):
    return [
        f"/candidates/{row.candidate_id}", f"/candidates/{row.candidate_id}/assess", "/candidates?status=all",
        "/landscape?status=all", f"/trends?c={row.candidate_id}", f"/items/{item.pk}", f"/meetings/{item.meeting_id}", "/meetings",
        "/", "/record", "/register", "/feed.atom", "/first-look", "/account", "/agreement",
    ]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_only_text_on_every_page(world, signed_in, text):
    evidence = [
        {
            "posting_id": text[:500], "source": text[:500], "url": text[:500], "posted_at": "2026-01-05T00:00:00+00:00",
            "employer": text, "sentence": text, "start": start, "end": end,
        }
        for start, end in ((0, 5), (-4, 9_000_000), (3, 3))
    ]  # fmt: skip
    title = text[:300]
    near = [{"scheme": text, "version": text, "code": text, "title": text, "similarity": 0.5}]
    row = world.candidate(
        title=title, titles={"en": [text, text], text[:20] or "x": [text]}, sectors=[title], skills=[text], nearest=near,
        reasons=[text], limits=[text], sources=[text], alternative_titles=[text], evidence=evidence,
    )  # fmt: skip
    both = world.person("boss", "senior analyst", "chair", "secretary", "administrator")
    actions.assign(candidate=row, analysts=[both, world["analyst"]], by=both, version=1, now=NOW)
    said = text[:5000]
    actions.comment(candidate=row, text=text[:10_000] if text.strip() else "x", by=both, now=NOW)
    other = world.ready(title=title)
    meeting = world.meeting([both], opened=False)
    item = world.tabled(meeting, other, "reject", name=title, parent=title[:300], reason_code="other", reason=said)
    actions.declare_conflict(item=item, reason=said, by=both, now=NOW)
    client = signed_in(both)
    for path in pages_of(row, item):
        answer = client.get(path)
        assert answer.status_code == 200, path
        body = answer.content.decode()
        for piece in (
            "<script>document", "<img src=x", "<svg/onload", "</textarea></style>", "<style>*", "14{%", 'href="javascript',
            "<!--",
        ):  # fmt: skip
            assert piece not in body, (path, piece)
        assert len(body) < 500_000, path
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy


def test_pages_hold_no_inline_script_nor_style(world, signed_in):
    import re

    row = world.candidate()
    ruling = world.decided()
    boss = world.person("boss", "senior analyst", "chair", "secretary", "administrator")
    client = signed_in(boss)
    for path in [p for p in pages_of(row, ruling.item) if not p.endswith("/assess")]:
        body = client.get(path).content.decode()
        for tag in re.findall(r"<script\b[^>]*>", body):
            assert " src=" in tag, (path, tag)
        assert not re.findall(r"<[^>]+\son[a-z]+\s*=", body), path
        assert not re.findall(r"<[^>]+\sstyle\s*=", body), path
        assert "<style" not in body, path


def upload(client, *files):
    return client.post("/bring-in", {"files": [SimpleUploadedFile(name, data) for name, data in files]})


def archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a.json", "{}")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("photo.json", b"\x89PNG\r\n\x1a\n\x00\xff", "not a text file"), ("zip.json", archive(), "not a "),
        ("empty.json", b"", "not JSON"), ("list.json", b"[1, 2]", "not a dossier"), ("deep.json", b"[" * 50_000, "not a dossier"),
        ("page.json", b"<html>", "not JSON"), ("utf16.json", '{"a": 1}'.encode("utf-16"), "not a text file"),
    ],
)  # fmt: skip
def test_an_upload_that_is_not_what_it_says(world, signed_in, name, data, words):
    client = signed_in(world["administrator"])
    answer = upload(client, ("good.json", world.dossier(1).encode()), (name, data))
    assert answer.status_code == 422
    assert name in answer.content.decode()
    assert words in answer.content.decode()
    assert not Candidate.objects.exists()


def test_a_dossier_whose_hash_does_not_match(world, signed_in):
    client = signed_in(world["administrator"])
    raw = json.loads(world.dossier(1))
    raw["candidate"]["vacancies"] += 1
    answer = upload(client, ("altered.json", json.dumps(raw).encode()))
    assert answer.status_code == 422
    assert "does not match its hash" in answer.content.decode()
    assert not Candidate.objects.exists()
    assert client.post("/bring-in").status_code == 422
    answer = upload(client, ("good.json", world.dossier(1).encode()))
    assert answer.status_code == 302
    assert Candidate.objects.count() == 1


def test_a_stored_dossier_that_was_altered_is_not_shown(world, signed_in):
    row = world.candidate()
    DossierFile.objects.update(body=row.dossier.body.replace('"vacancies": ', '"vacancies": 1', 1))
    client = signed_in(world["reader"])
    for path in (f"/candidates/{row.candidate_id}", f"/candidates/{row.candidate_id}/dossier.json"):
        answer = client.get(path)
        assert answer.status_code == 422
        assert "does not match its hash" in answer.content.decode()


@pytest.fixture
def voting(world):
    members = world.members(2)
    item = world.tabled(world.meeting(members), world.ready())
    actions.open_vote(item=item, by=world["chair"], now=NOW)
    return item, members


def test_a_vote_after_closing(world, signed_in, voting):
    item, members = voting
    world.vote(item, {members[0]: "for", world["chair"]: "for"})
    actions.close_vote(item=item, by=world["chair"], now=NOW)
    answer = signed_in(members[1]).post(f"/items/{item.pk}/vote", {"choice": "against"})
    assert answer.status_code == 409
    assert "decided" in answer.content.decode()
    assert Vote.objects.count() == 2
    assert Decision.objects.get().votes_against == 0


def test_a_member_removed_during_a_session(world, signed_in, voting):
    item, members = voting
    client = signed_in(members[1])
    assert client.get(f"/items/{item.pk}").context["is_member"]
    said = {"member": members[1].username}
    assert signed_in(world["secretary"]).post(f"/meetings/{item.meeting_id}/remove", said).status_code == 302
    answer = client.post(f"/items/{item.pk}/vote", {"choice": "for"})
    assert answer.status_code == 403
    assert "no member of this meeting" in answer.content.decode()
    assert not Vote.objects.exists()
    assert not client.get(f"/items/{item.pk}").context["is_member"]


def test_a_step_on_a_merged_candidate(world, signed_in):
    row, other = world.ready(), world.candidate()
    actions.merge(candidate=row, into=other, reason="", by=world["senior analyst"], version=row.version, now=NOW)
    row.refresh_from_db()
    client = signed_in(world["senior analyst"])
    said = {"version": row.version, "title": "x", "reason": "x", "into": other.candidate_id}
    for verb in ("rename", "merge", "send-back"):
        answer = client.post(f"/candidates/{row.candidate_id}/{verb}", said)
        assert answer.status_code == 409, verb
    meeting = world.meeting(world.members(2))
    motion = {"candidate": row.pk, "outcome": "adopt", "kind": "occupation", "name": "x", "version": row.version}
    answer = signed_in(world["secretary"]).post(f"/meetings/{meeting.pk}/table", motion)
    assert answer.status_code == 409
    row.refresh_from_db()
    assert row.status == Status.MERGED


def test_two_people_on_one_candidate(world, signed_in):
    row = world.candidate()
    one, two = signed_in(world["senior analyst"]), signed_in(world["administrator"])
    assert one.post(f"/candidates/{row.candidate_id}/rename", {"version": 1, "title": "first"}).status_code == 302
    answer = two.post(f"/candidates/{row.candidate_id}/rename", {"version": 1, "title": "the second <title>"})
    assert answer.status_code == 409
    assert "changed by somebody else" in answer.content.decode()
    assert "the second &lt;title&gt;" in answer.content.decode()  # what was typed is there to be copied
    row.refresh_from_db()
    assert row.title == "first"


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("rename", {}), ("rename", {"version": "x", "title": "y"}), ("rename", {"version": 1, "title": "y" * 301}),
        ("merge", {"version": 1, "into": "nobody", "reason": "x"}), ("split", {"version": 1, "titles": "one"}),
        ("watch", {"version": 1, "until": "tomorrow", "reason": "x"}), ("watch", {"version": 1, "until": "2020-01-01", "reason": "x"}),
        ("assign", {"version": 1, "analysts": "999999"}), ("comment", {"text": ""}), ("undo", {"version": 1}),
        ("rename", {"version": 1, "title": "a\0b"}), ("rename", {"version": 10**20, "title": "y"}),
    ],
)  # fmt: skip
def test_a_form_filled_in_wrongly(world, signed_in, verb, said):
    row = world.candidate()
    rows = AuditRow.objects.count()
    answer = signed_in(world["senior analyst"]).post(f"/candidates/{row.candidate_id}/{verb}", said)
    assert answer.status_code in (409, 422)
    assert AuditRow.objects.count() == rows
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/candidates/none", "/candidates/none/assess", "/items/999999999999999", "/meetings/0", "/nowhere", "/candidates/%00",
        "/candidates/a%2fb", "/meetings/7/minutes.pdf", "/candidates/%F0%9F%98%80/dossier.json",
    ],
)  # fmt: skip
def test_what_is_not_there(world, signed_in, path):
    answer = signed_in(world.person("all", "analyst", "chair")).get(path)
    assert answer.status_code == 404
    assert "no such page" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "page=x", "page=99999999999999999999", "kind=x&status=x&language=x&sector=%00&sort=x&q=%00", "q=" + "%25" * 300,
        "q=%27%3B--&sector=%25%22", "status=merged&page=-1", "c=x&c=%00", "colour=x", "before=999999999999999999999",
        "by=%00&verb=%00&key=%00", "candidate=%00", "outcome=x",
    ],
)  # fmt: skip
def test_addresses_with_nonsense_still_open(world, signed_in, query):
    meeting = world.meeting(world.members(1))
    boss = world.person("boss", "senior analyst", "chair", "secretary", "administrator")
    client = signed_in(boss)
    for path in ("/", "/candidates", "/landscape", "/trends", "/record", "/register", "/meetings", f"/meetings/{meeting.pk}", "/feed.atom"):  # fmt: skip
        assert client.get(f"{path}?{query}").status_code == 200, path
    assert client.get(f"/candidates?{query}", headers={"HX-Request": "true"}).status_code == 200


def test_views_of_the_queue_are_kept_and_forgotten(world, signed_in):
    client = signed_in(world["reader"])
    client.post("/candidates/views", {"name": "green ones", "query": "sector=green&evil=1&page=3"})
    view = SavedView.objects.get()
    assert view.query == "sector=green"
    signed_in(world["analyst"]).post("/candidates/views", {"forget": view.pk})
    assert SavedView.objects.exists()
    client.post("/candidates/views", {"forget": view.pk})
    assert not SavedView.objects.exists()
    assert client.post("/candidates/views", {"name": " "}).status_code == 422


@pytest.mark.parametrize("path", ["/", "/candidates", "/sign-in", "/alive", "/api/candidates", "/feed.atom", "/admin/"])
def test_a_database_that_is_away_gives_a_page_that_says_so(world, signed_in, monkeypatch, path):
    client = signed_in(world["administrator"])
    client.raise_request_exception = False

    def away(*_said, **_more):
        raise OperationalError("could not connect")

    with monkeypatch.context() as patch:
        patch.setattr("django.db.backends.utils.CursorWrapper.execute", away)
        answer = client.post(path, {"username": "a", "password": "b"}) if path == "/sign-in" else client.get(path, headers={"Authorization": "Bearer obs_x"})  # fmt: skip
        assert answer.status_code == 503
        assert answer["Retry-After"]
        assert "database does not answer" in answer.content.decode()
        assert "could not connect" not in answer.content.decode()
    assert client.get("/").status_code == 200


def test_a_fault_of_ours_shows_no_detail(world, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(world["reader"], backend="observatory.review.permitted.Backend")

    def broken(*_said, **_more):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("observatory.review.views.home.Candidate.objects.aggregate", broken)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.content.decode()
    assert "Something went wrong" in answer.content.decode()


def test_a_body_that_is_too_large_is_refused(world, signed_in):
    row = world.candidate()
    answer = signed_in(world["analyst"]).post(f"/candidates/{row.candidate_id}/comment", {"text": "x" * (5 * 2**20)})
    assert answer.status_code in (400, 413)
    assert not Comment.objects.exists()
    assert not Meeting.objects.exists()
