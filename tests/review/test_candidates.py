"""Verbs on a candidate, their undoing, and that nobody overwrites anybody silently."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from observatory.errors import NotAllowed, Stale, WrongState
from observatory.review import actions
from observatory.review.models import Assignment, AuditRow, Candidate, Status
from site_world import NOW

LATER = NOW.date() + dt.timedelta(days=90)


def act(verb, row, world, **said):
    row.refresh_from_db()
    return getattr(actions, verb)(candidate=row, by=world["senior analyst"], version=row.version, now=NOW, **said)


def last():
    return AuditRow.objects.order_by("-number").first()


def test_each_step_counts_the_version_and_is_recorded(world):
    row = world.candidate()
    before = row.version
    row = act("rename", row, world, title="  battery passport officer ")
    assert (row.title, row.version) == ("battery passport officer", before + 1)
    assert (last().verb, last().by, last().key) == ("candidate.renamed", "senior_analyst", row.candidate_id)
    assert last().details["to"] == row.title


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("rename", {"title": "other"}),
        ("merge", {"reason": "the same"}),
        ("split", {"titles": ["a", "b"]}),
        ("watch", {"until": LATER, "reason": "wait"}),
        ("send_back", {"reason": "again"}),
        ("undo", {}),
    ],
)
def test_who_saw_an_older_version_is_told(world, verb, said):
    row = world.candidate(status=Status.READY)
    said = said | ({"into": world.candidate()} if verb == "merge" else {})
    act("rename", row, world, title="changed by somebody")
    rows = AuditRow.objects.count()
    with pytest.raises(Stale, match="changed by somebody else"):
        getattr(actions, verb)(candidate=row, by=world["senior analyst"], version=1, now=NOW, **said)
    row.refresh_from_db()
    assert row.title == "changed by somebody"
    assert row.status == Status.READY
    assert AuditRow.objects.count() == rows


def test_merge_ends_a_candidate_in_another(world):
    row, other = world.candidate(), world.candidate()
    row = act("merge", row, world, into=other, reason="the same work")
    assert row.status == Status.MERGED
    assert row.merged_into == other
    for verb, said in (
        ("rename", {"title": "x"}),
        ("merge", {"into": other, "reason": ""}),
        ("send_back", {"reason": "x"}),
    ):
        with pytest.raises(WrongState):
            act(verb, row, world, **said)
    third = world.candidate()
    with pytest.raises(WrongState, match="neither merged nor split"):
        act("merge", third, world, into=row, reason="")
    with pytest.raises(WrongState):
        act("merge", third, world, into=third, reason="")


def test_split_makes_candidates_that_keep_dossier_and_lineage(world):
    row = world.candidate()
    with pytest.raises(WrongState, match="two to twelve"):
        act("split", row, world, titles=["one", " ", "one"])
    parts = act("split", row, world, titles=["battery passport clerk", "battery auditor"])
    assert [part.title for part in parts] == ["battery passport clerk", "battery auditor"]
    assert {part.lineage_id for part in parts} == {row.candidate_id}
    assert {part.dossier for part in parts} == {row.dossier}
    row.refresh_from_db()
    assert row.status == Status.SPLIT
    with pytest.raises(WrongState, match="a part itself"):
        act("split", parts[0], world, titles=["a", "b"])


def test_watch_needs_a_day_to_come(world):
    row = world.candidate()
    with pytest.raises(WrongState, match="still to come"):
        act("watch", row, world, until=NOW.date(), reason="x")
    row = act("watch", row, world, until=LATER, reason="too young")
    assert (row.status, row.watch_until) == (Status.WATCH, LATER)


def test_sending_back_begins_a_new_round(world):
    row = world.ready()
    row = act("send_back", row, world, reason="new evidence")
    assert (row.status, row.assessment_round) == (Status.NEW, 2)
    with pytest.raises(WrongState):
        act("send_back", row, world, reason="again")


def test_comment_mentions_colleagues(world):
    row = world.candidate()
    said = "@analyst, @reader. see this; write to me@analyst.example, @nobody, @chair!"
    made = actions.comment(candidate=row, text=said, by=world["analyst"], now=NOW)
    assert sorted(user.username for user in made.mentions.all()) == ["analyst", "chair", "reader"]
    with pytest.raises(WrongState):
        actions.comment(candidate=row, text="  ", by=world["analyst"], now=NOW)
    with pytest.raises(NotAllowed):
        actions.comment(candidate=row, text="hello", by=world["reader"], now=NOW)


STEPS = (
    ("rename", {"title": "other"}, (Status.NEW, Status.ASSESSING, Status.READY, Status.WATCH, Status.ADOPTED)),
    ("merge", {"reason": "the same"}, (Status.NEW, Status.ASSESSING, Status.READY, Status.WATCH)),
    ("split", {"titles": ["a", "b"]}, (Status.NEW, Status.ASSESSING, Status.READY)),
    ("watch", {"until": LATER, "reason": "wait"}, (Status.NEW, Status.ASSESSING, Status.READY)),
    ("send_back", {"reason": "again"}, (Status.ASSESSING, Status.THIRD, Status.READY, Status.WATCH)),
    ("assign", {}, (Status.NEW, Status.ASSESSING)),
)


@pytest.mark.parametrize(
    ("verb", "said", "status"), [(verb, said, status) for verb, said, many in STEPS for status in many]
)
def test_undo_gives_back_what_was(world, verb, said, status):
    row = world.candidate(status=status)
    fields = ("title", "status", "merged_into_id", "watch_until", "assessment_round")
    before = {name: getattr(row, name) for name in fields}
    said = said | ({"into": world.candidate()} if verb == "merge" else {})
    said = said | ({"analysts": list(world.analysts())} if verb == "assign" else {})
    act(verb, row, world, **said)
    version = Candidate.objects.get(pk=row.pk).version
    act("undo", row, world)
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in fields} == before
    assert row.version == version + 1
    assert not Assignment.objects.exists()
    assert last().verb == "candidate.undone"
    assert {part.status for part in row.parts.all()} <= {Status.MERGED}
    with pytest.raises(WrongState, match="nothing to undo"):
        act("undo", row, world)


def test_what_something_followed_is_not_undone(world):
    row = world.candidate()
    first, second = world.analysts()
    act("assign", row, world, analysts=[first, second])
    actions.save_assessment(candidate=row, values={"points": {"size": 1}}, by=first, now=NOW)
    with pytest.raises(WrongState, match="begun already"):
        act("undo", row, world)
    world.assess(row, first)
    with pytest.raises(WrongState, match="nothing to undo"):
        act("undo", row, world)
    other = world.candidate()
    parts = act("split", other, world, titles=["a", "b"])
    actions.comment(candidate=parts[0], text="mine", by=first, now=NOW)
    with pytest.raises(WrongState, match="has begun"):
        act("undo", other, world)


def test_after_undo_of_a_split_the_whole_can_be_split_again(world):
    row = world.candidate()
    act("split", row, world, titles=["a", "b"])
    act("undo", row, world)
    parts = act("split", row, world, titles=["c", "d"])
    assert [part.candidate_id[-2:] for part in parts] == ["~3", "~4"]


@pytest.mark.parametrize("role", ["reader", "analyst", "committee member", "chair", "secretary"])
def test_only_who_may_triage_changes_a_candidate(world, role):
    row = world.candidate()
    who = world[role]
    said = {"candidate": row, "by": who, "version": 1, "now": NOW}
    for step in (
        lambda: actions.rename(title="x", **said),
        lambda: actions.merge(into=world.candidate(), reason="", **said),
        lambda: actions.split(titles=["a", "b"], **said),
        lambda: actions.watch(until=LATER, reason="", **said),
        lambda: actions.send_back(reason="", **said),
        lambda: actions.assign(analysts=[], **said),
        lambda: actions.undo(**said),
    ):
        with pytest.raises(NotAllowed):
            step()


def test_who_is_inactive_may_nothing(world):
    who = world["senior analyst"]
    who.is_active = False
    with pytest.raises(NotAllowed):
        actions.rename(candidate=world.candidate(), title="x", by=who, version=1, now=NOW)


def test_the_database_knows_that_only_a_merged_one_points_on(world):
    row, other = world.candidate(), world.candidate()
    with pytest.raises(IntegrityError), transaction.atomic():
        Candidate.objects.filter(pk=row.pk).update(merged_into=other)
