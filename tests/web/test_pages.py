"""Every page on a crowded site: it opens, and asks the database at most twelve times."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from observatory.review import actions
from observatory.review.exchange import receive_health
from observatory.review.models import Candidate, SavedView
from site_world import NOW

MOST = 12


@pytest.fixture
def crowd(world):
    """A site on which much has happened, and one person who may see all of it."""
    boss = world.person("boss", "senior analyst", "chair", "secretary", "administrator")
    rows = [world.candidate() for _ in range(40)]
    for row in rows[:8]:
        actions.assign(candidate=row, analysts=[boss, world["analyst"]], by=boss, version=None, now=NOW)
    for row in rows[:3]:
        world.assess(row, world["analyst"])
    full = world.ready()
    for i in range(30):
        actions.comment(candidate=full, text=f"@boss look at this, {i}", by=world["analyst"], now=NOW)
    meeting = world.meeting([boss, *world.members(6)])
    items = [world.tabled(meeting, world.ready()) for _ in range(6)]
    for item in items[:3]:
        actions.open_vote(item=item, by=world["chair"], now=NOW)
        actions.declare_conflict(item=item, reason="a share in it", by=world.members(6)[5], now=NOW)
        world.vote(item, dict.fromkeys(world.members(5), "for"))
    actions.close_vote(item=items[0], by=world["chair"], now=NOW)
    for _ in range(3):
        ruling = world.decided()
        actions.publish(decision=ruling, by=boss, now=NOW)
    actions.close_meeting(meeting=ruling.item.meeting, by=world["chair"], now=NOW)
    world.decided(full)
    receive_health([{"name": f"job {i}", "what": "job", "well": i % 2 == 0} for i in range(20)], now=NOW)
    for i in range(20):
        SavedView.objects.create(owner=boss, name=f"view {i}", query="sector=green")
    part = actions.split(candidate=rows[20], titles=["a", "b"], by=boss, version=rows[20].version, now=NOW)[0]
    actions.merge(candidate=rows[21], into=rows[22], reason="", by=boss, version=rows[21].version, now=NOW)
    return {
        "boss": boss, "full": full, "meeting": meeting, "closed": ruling.item.meeting, "items": items, "part": part,
        "merged": rows[21], "mine": rows[0],
    }  # fmt: skip


def pages(crowd):
    full, meeting, closed, items = crowd["full"], crowd["meeting"], crowd["closed"], crowd["items"]
    several = "&".join(f"c={key}" for key in Candidate.objects.values_list("candidate_id", flat=True)[:6])
    return [
        "/", "/candidates", "/candidates?q=a&sector=green&language=zh&status=all&sort=title&kind=occupation",
        *(f"/candidates/{row.candidate_id}" for row in (full, crowd["part"], crowd["merged"], crowd["mine"])),
        f"/candidates/{crowd['mine'].candidate_id}/assess", f"/candidates/{full.candidate_id}/dossier.json",
        "/landscape", "/landscape?colour=status", "/landscape?colour=sector", "/trends", f"/trends?{several}", "/meetings",
        "/meetings/new", f"/meetings/{meeting.pk}", f"/meetings/{meeting.pk}?candidate={full.candidate_id}",
        *(f"/items/{item.pk}" for item in (items[0], items[1], items[5])), f"/meetings/{closed.pk}/minutes.docx",
        f"/meetings/{closed.pk}/minutes.pdf", "/register", "/register?outcome=adopt", "/agreement", "/record",
        "/record?verb=vote.cast", "/record/export", "/bring-in", "/account", "/first-look", "/alive", "/feed.atom",
    ]  # fmt: skip


def test_every_page_opens_in_few_questions_to_the_database(crowd, signed_in):
    client = signed_in(crowd["boss"])
    asked = {}
    for path in pages(crowd):
        with CaptureQueriesContext(connection) as caught:
            answer = client.get(path)
            assert answer.status_code == 200, path
            if answer.streaming:
                list(answer.streaming_content)
        asked[path] = [one["sql"] for one in caught.captured_queries if "SAVEPOINT" not in one["sql"]]
    worst = {path: len(many) for path, many in asked.items() if len(many) > MOST}
    assert not worst, "\n".join(sql[:160] for sql in asked[next(iter(worst))])


def test_calls_of_the_api_too(crowd):
    from django.test import Client
    from django.utils import timezone

    key = actions.make_token(by=crowd["boss"], name="t", scopes=["candidates", "dossiers", "decisions", "register"], now=timezone.now())  # fmt: skip
    for path in ("candidates?per_page=200", f"candidates/{crowd['full'].candidate_id}", "decisions", "register"):
        with CaptureQueriesContext(connection) as caught:
            answer = Client().get(f"/api/{path}", headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code == 200
        assert len(caught) <= MOST, path


def test_the_pages_grow_no_questions_with_their_rows(crowd, world, signed_in):
    client = signed_in(crowd["boss"])

    def count(path):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path).status_code == 200
        return len(caught)

    paths = [
        "/candidates?status=all",
        "/meetings",
        "/register",
        "/record",
        "/landscape",
        f"/meetings/{crowd['meeting'].pk}",
    ]
    before = [count(path) for path in paths]
    for _ in range(6):
        world.tabled(crowd["meeting"], world.ready())
    assert [count(path) for path in paths] == before
