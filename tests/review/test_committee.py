"""The committee: agenda, conflicts, quorum, majority, casting vote, outcomes, minutes, publishing, appeal."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import subprocess

import pytest
from django.db import IntegrityError, transaction

from observatory.errors import BadInput, NotAllowed, WrongState
from observatory.review import actions, sight
from observatory.review.actions.deciding import eligible
from observatory.review.exchange import receive
from observatory.review.minutes import as_docx, as_pdf, gather
from observatory.review.models import AgendaItem, AuditRow, Candidate, Conflict, Decision, DossierFile, Status, Vote
from observatory.review.rules import Rules
from site_world import AS_OF, NOW

LATER = NOW.date() + dt.timedelta(days=90)


@pytest.fixture
def session(world):
    """An open meeting of the chair and three members, with one item under vote."""
    members = world.members(3)
    meeting = world.meeting(members)
    item = world.tabled(meeting, world.ready())
    actions.open_vote(item=item, by=world["chair"], now=NOW)
    return meeting, item, members


def again(row):
    return type(row).objects.get(pk=row.pk)


def count(item, world):
    actions.close_vote(item=item, by=world["chair"], now=NOW)
    return again(item)


def test_a_majority_adopts(world, session):
    _meeting, item, (a, b, c) = session
    world.vote(item, {a: "for", b: "for", c: "against"})
    item = count(item, world)
    assert item.state == AgendaItem.State.DECIDED
    ruling = item.decision
    assert (ruling.outcome, ruling.carried, ruling.votes_for, ruling.votes_against) == ("adopt", True, 2, 1)
    assert again(item.candidate).status == Status.ADOPTED
    row = AuditRow.objects.get(verb="item.decided")
    assert row.details["dossier"] == item.dossier_sha256
    assert row.details["for"] == 2


def test_a_lost_motion_leaves_the_candidate_ready(world, session):
    _meeting, item, (a, b, c) = session
    world.vote(item, {a: "against", b: "against", c: "for"})
    ruling = count(item, world).decision
    assert (ruling.outcome, ruling.carried) == ("defer", False)
    assert again(item.candidate).status == Status.READY


def test_without_quorum_the_vote_stays_open(world, session):
    _meeting, item, (a, b, _c) = session
    world.vote(item, {a: "for", b: "for"})
    with pytest.raises(WrongState, match="no quorum"):
        count(item, world)
    assert again(item).state == AgendaItem.State.VOTING
    assert not Decision.objects.exists()
    world.vote(item, {world["chair"]: "abstain"})  # an abstention counts for the quorum
    assert count(item, world).decision.carried


@pytest.mark.parametrize(("choice", "status"), [("for", Status.ADOPTED), ("against", Status.READY)])
def test_a_tie_is_settled_by_the_chair(world, session, choice, status):
    _meeting, item, (a, b, c) = session
    world.vote(item, {a: "for", b: "against", c: "abstain"})
    item = count(item, world)
    assert item.state == AgendaItem.State.TIED
    with pytest.raises(NotAllowed):
        actions.settle_tie(item=item, choice=choice, by=a, now=NOW)
    with pytest.raises(WrongState):
        actions.settle_tie(item=item, choice="abstain", by=world["chair"], now=NOW)
    ruling = actions.settle_tie(item=item, choice=choice, by=world["chair"], now=NOW)
    assert ruling.casting == choice
    assert again(item.candidate).status == status


def test_a_chair_in_conflict_does_not_settle_a_tie(world, session):
    _meeting, item, (a, b, c) = session
    actions.declare_conflict(item=item, reason="my own firm", by=world["chair"], now=NOW)
    world.vote(item, {a: "for", b: "against", c: "abstain"})
    ruling = count(item, world).decision
    assert (ruling.carried, ruling.casting) == (False, "")


def test_a_member_in_conflict_neither_votes_nor_counts_nor_sees(world, session, signed_in):
    meeting, item, (a, b, c) = session
    assert eligible(item) == 4
    actions.declare_conflict(item=item, reason="sits on the board of an employer", by=a, now=NOW)
    assert eligible(item) == 3
    with pytest.raises(NotAllowed, match="conflict of interest"):
        actions.cast_vote(item=item, choice="for", by=a, now=NOW)
    with pytest.raises(WrongState, match="already"):
        actions.declare_conflict(item=item, reason="again", by=a, now=NOW)
    world.vote(item, {b: "for", c: "for"})  # two of three: a quorum
    count(item, world)
    page = signed_in(a).get(f"/items/{item.pk}")
    assert page.context["tally"] is None
    assert signed_in(b).get(f"/items/{item.pk}").context["tally"] == {"for": 2, "against": 0, "abstain": 0}
    ruling = sight.decisions(item.candidate, to=a)[0]
    assert ruling.votes_hidden
    assert not sight.decisions(item.candidate, to=b)[0].votes_hidden
    hidden = sight.shown(AuditRow.objects.filter(what="agendaitem", key=str(item.pk)), to=a)
    assert {row.verb for row in hidden if row.withheld} == {"vote.cast", "item.decided"}
    actions.close_meeting(meeting=meeting, by=world["chair"], now=NOW)
    told = str(gather(again(meeting), to=a))
    assert "withheld" in told
    assert "2 : 0 : 0" not in told
    assert "2 : 0 : 0" in str(gather(again(meeting), to=b))


def test_who_has_voted_declares_no_conflict_afterwards(world, session):
    _meeting, item, (a, *_rest) = session
    world.vote(item, {a: "for"})
    with pytest.raises(WrongState, match="voted on this item already"):
        actions.declare_conflict(item=item, reason="late", by=a, now=NOW)
    with pytest.raises(WrongState, match="say what"):
        actions.declare_conflict(item=item, reason="  ", by=world["chair"], now=NOW)


def test_nobody_votes_twice_nor_unasked(world, session):
    _meeting, item, (a, *_rest) = session
    world.vote(item, {a: "for"})
    with pytest.raises(WrongState, match="voted on this item already"):
        actions.cast_vote(item=item, choice="against", by=a, now=NOW)
    with pytest.raises(WrongState, match="a vote is one of"):
        actions.cast_vote(item=item, choice="maybe", by=world["chair"], now=NOW)
    stranger = world.person("stranger", "committee member")
    with pytest.raises(NotAllowed, match="no member"):
        actions.cast_vote(item=item, choice="for", by=stranger, now=NOW)
    assert Vote.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(item=item, member=a, choice="for", cast_at=NOW)


def test_a_vote_after_the_count_or_the_meeting_is_refused(world, session):
    meeting, item, (a, b, c) = session
    other = world.tabled(meeting, world.ready())
    world.vote(item, {a: "for", b: "for", c: "for"})
    count(item, world)
    with pytest.raises(WrongState, match="decided"):
        actions.cast_vote(item=item, choice="for", by=world["chair"], now=NOW)
    actions.close_meeting(meeting=meeting, by=world["chair"], now=NOW)
    with pytest.raises(WrongState, match="closed"):
        actions.cast_vote(item=other, choice="for", by=a, now=NOW)
    assert again(other).state == AgendaItem.State.WITHDRAWN
    assert again(other.candidate).status == Status.READY


def test_a_member_removed_during_a_session(world, session):
    meeting, item, (a, b, _c) = session
    world.vote(item, {a: "for"})
    for member in (a, b):
        actions.remove_member(meeting=meeting, member=member, by=world["secretary"], now=NOW)
    with pytest.raises(NotAllowed, match="no member"):
        actions.cast_vote(item=item, choice="for", by=b, now=NOW)
    assert eligible(item) == 3  # the chair, the one left, and the one whose vote stands
    with pytest.raises(WrongState, match="no member"):
        actions.remove_member(meeting=meeting, member=b, by=world["secretary"], now=NOW)
    with pytest.raises(WrongState, match="chair cannot be removed"):
        actions.remove_member(meeting=meeting, member=world["chair"], by=world["secretary"], now=NOW)
    world.vote(item, {world["chair"]: "against"})
    assert count(item, world).state == AgendaItem.State.TIED  # two of three voted, one each way


def test_when_all_are_in_conflict_the_item_is_withdrawn(world, session):
    meeting, item, members = session
    for member in (*members, world["chair"]):
        actions.declare_conflict(item=item, reason="all of us", by=member, now=NOW)
    with pytest.raises(WrongState, match="no quorum"):
        count(item, world)
    with pytest.raises(WrongState, match="still open"):
        actions.close_meeting(meeting=meeting, by=world["chair"], now=NOW)
    with pytest.raises(WrongState, match="say why"):
        actions.withdraw_item(item=item, reason=" ", by=world["chair"], now=NOW)
    actions.withdraw_item(item=item, reason="no quorum can be reached", by=world["chair"], now=NOW)
    assert again(item.candidate).status == Status.READY
    actions.close_meeting(meeting=meeting, by=world["chair"], now=NOW)
    assert "Not decided" in str(gather(again(meeting)).items)


def test_the_rules_of_the_opening_hold_for_the_whole_session(world):
    members = world.members(3)
    meeting = world.meeting(members, rules=Rules(quorum=0.25))
    assert meeting.rules == dataclasses.asdict(Rules(quorum=0.25))
    item = world.tabled(meeting, world.ready())
    actions.open_vote(item=item, by=world["chair"], now=NOW)
    world.vote(item, {members[0]: "for"})
    assert count(item, world).decision.carried
    assert AuditRow.objects.get(verb="meeting.opened").details["rules"]["quorum"] == 0.25


MOTIONS = [
    ("adopt", {"kind": "technology"}, "can be adopted"),
    ("adopt", {"name": " "}, "an outcome, a kind and a name"),
    ("sing", {}, "an outcome, a kind and a name"),
    ("reject", {"reason_code": "small"}, "a reason code and a text"),
    ("reject", {"reason": "too small"}, "a reason code and a text"),
    ("reject", {"reason_code": "goblin", "reason": "x"}, "a reason code and a text"),
    ("watch", {}, "still to come"),
    ("watch", {"watch_until": NOW.date()}, "still to come"),
    ("merge", {}, "neither merged nor split"),
]


@pytest.mark.parametrize(("outcome", "motion", "words"), MOTIONS)
def test_a_motion_that_lacks_something_is_not_tabled(world, outcome, motion, words):
    meeting, row = world.meeting(world.members(2)), world.ready()
    with pytest.raises(WrongState, match=words):
        world.tabled(meeting, row, outcome, **motion)
    assert again(row).status == Status.READY
    assert not AgendaItem.objects.exists()


def test_outcomes_change_the_candidate(world):
    row = world.decided(outcome="reject", reason_code="small", reason="fewer than 500 people").candidate
    assert again(row).status == Status.REJECTED
    assert again(row).silenced_vacancies == row.vacancies
    row = world.decided(outcome="watch", watch_until=LATER).candidate
    assert (again(row).status, again(row).watch_until) == (Status.WATCH, LATER)
    row = world.decided(outcome="defer").candidate
    assert again(row).status == Status.READY
    target = world.candidate()
    row = world.decided(outcome="merge", merge_into=target).candidate
    assert (again(row).status, again(row).merged_into) == (Status.MERGED, target)
    row = world.decided(outcome="adopt", kind="specialisation", name="battery passport clerk").candidate
    assert (again(row).title, again(row).kind) == ("battery passport clerk", "specialisation")


def test_a_merge_follows_where_its_target_went(world):
    senior = world["senior analyst"]
    target, heir = world.candidate(), world.candidate()
    members = world.members(2)
    meeting = world.meeting(members)
    item = world.tabled(meeting, world.ready(), "merge", merge_into=target)
    actions.merge(candidate=target, into=heir, reason="same", by=senior, version=target.version, now=NOW)
    actions.open_vote(item=item, by=world["chair"], now=NOW)
    world.vote(item, {members[0]: "for", members[1]: "for"})
    ruling = count(item, world).decision
    assert ruling.merge_into == heir
    assert again(item.candidate).merged_into == heir


def test_a_merge_into_one_that_was_split_is_not_decided(world):
    target = world.candidate()
    members = world.members(2)
    item = world.tabled(world.meeting(members), world.ready(), "merge", merge_into=target)
    actions.split(candidate=target, titles=["a", "b"], by=world["senior analyst"], version=target.version, now=NOW)
    actions.open_vote(item=item, by=world["chair"], now=NOW)
    world.vote(item, {members[0]: "for", members[1]: "for"})
    with pytest.raises(WrongState, match="withdraw the item"):
        count(item, world)
    assert not Decision.objects.exists()
    actions.withdraw_item(item=item, reason="its target was split", by=world["chair"], now=NOW)


def test_a_merged_candidate_is_neither_tabled_nor_decided(world):
    row, other = world.ready(), world.candidate()
    actions.merge(candidate=row, into=other, reason="", by=world["senior analyst"], version=row.version, now=NOW)
    with pytest.raises(WrongState, match="Merged"):
        world.tabled(world.meeting(world.members(2)), row)


def test_a_dossier_that_was_altered_is_not_voted_on(world):
    meeting, row = world.meeting(world.members(2)), world.ready()
    item = world.tabled(meeting, row)
    body = item.dossier.body.replace('"vacancies": ', '"vacancies": 9', 1)
    assert body != item.dossier.body
    DossierFile.objects.filter(pk=item.dossier_id).update(body=body)
    with pytest.raises(BadInput, match="does not match its hash"):
        actions.open_vote(item=again(item), by=world["chair"], now=NOW)
    assert again(item).state == AgendaItem.State.WAITING


def test_the_agenda_keeps_the_dossier_of_the_day(world):
    item = world.tabled(world.meeting(world.members(2)), world.ready())
    frozen = item.dossier_sha256
    number = int(item.candidate.candidate_id[-5:])
    receive(world.dossier(number, as_of=AS_OF.replace(month=5)), wake_at=0.5, by=None, now=NOW)
    item = again(item)
    assert item.candidate.dossier.sha256 != frozen
    assert item.dossier.sha256 == item.dossier_sha256 == frozen


def test_only_chair_and_secretary_run_a_meeting(world, session):
    meeting, item, (a, *_rest) = session
    other_chair = world.person("other_chair", "chair")
    for who in (a, other_chair, world["secretary"], world["administrator"]):
        for step in (
            lambda who=who: actions.close_vote(item=item, by=who, now=NOW),
            lambda who=who: actions.close_meeting(meeting=meeting, by=who, now=NOW),
            lambda who=who: actions.withdraw_item(item=item, reason="x", by=who, now=NOW),
        ):
            with pytest.raises(NotAllowed):
                step()
    for who in (a, world["chair"], world["senior analyst"]):
        with pytest.raises(NotAllowed):
            actions.call_meeting(
                title="x", held_on=AS_OF, chair=world["chair"], members=[], rules=Rules(), by=who, now=NOW
            )
    with pytest.raises(WrongState, match="may not chair"):
        actions.call_meeting(
            title="x", held_on=AS_OF, chair=a, members=[], rules=Rules(), by=world["secretary"], now=NOW
        )
    with pytest.raises(WrongState, match="may not vote: Reader"):
        actions.call_meeting(
            title="x", held_on=AS_OF, chair=world["chair"], members=[world["reader"]], rules=Rules(),
            by=world["secretary"], now=NOW,
        )  # fmt: skip


def test_unpublished_decisions_are_not_for_everybody(world, signed_in):
    ruling = world.decided()
    assert sight.decisions(ruling.candidate, to=world["reader"]) == []
    assert sight.decisions(ruling.candidate, to=world["secretary"]) == [ruling]
    assert signed_in(world["reader"]).get(f"/items/{ruling.item.pk}").context["tally"] is None
    actions.publish(decision=ruling, by=world["secretary"], now=NOW)
    assert sight.decisions(ruling.candidate, to=world["reader"]) == [ruling]
    assert signed_in(world["reader"]).get(f"/items/{ruling.item.pk}").context["tally"] is not None
    with pytest.raises(WrongState, match="published already"):
        actions.publish(decision=ruling, by=world["chair"], now=NOW)
    with pytest.raises(NotAllowed):
        actions.publish(decision=ruling, by=world["analyst"], now=NOW)


def test_an_appeal_reopens_with_new_evidence_only(world):
    ruling = world.decided(outcome="reject", reason_code="evidence", reason="does not hold")
    row = ruling.candidate
    senior = world["senior analyst"]
    said = {"decision": ruling, "by": senior, "now": NOW}
    with pytest.raises(WrongState, match="needs new evidence"):
        actions.appeal(grounds="we disagree", **said)
    number = int(row.candidate_id[-5:])
    receive(world.dossier(number, as_of=AS_OF.replace(month=4)), wake_at=9, by=None, now=NOW)
    assert again(row).status == Status.REJECTED  # silent: not enough more vacancies
    with pytest.raises(WrongState, match="says what is new"):
        actions.appeal(grounds=" ", **said)
    with pytest.raises(NotAllowed):
        actions.appeal(decision=ruling, grounds="x", by=world["reader"], now=NOW)
    actions.appeal(grounds="three more employers", **said)
    row = again(row)
    assert (row.status, row.assessment_round, row.silenced_vacancies) == (Status.NEW, 2, None)
    with pytest.raises(WrongState, match="appealed against already"):
        actions.appeal(grounds="again", **said)


def test_the_database_holds_who_and_when_together(world):
    ruling = world.decided()
    for changed in ({"published_at": NOW}, {"appealed_by": world["chair"]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.filter(pk=ruling.pk).update(**changed)


def test_minutes_say_the_same_in_both_forms(world, session, tmp_path):
    from docx import Document

    meeting, item, (a, b, c) = session
    actions.declare_conflict(item=item, reason="sister works there <&>", by=c, now=NOW)
    world.vote(item, {a: "for", b: "against", world["chair"]: "abstain"})
    count(item, world)
    actions.settle_tie(item=item, choice="for", by=world["chair"], now=NOW)
    actions.remove_member(meeting=meeting, member=b, by=world["secretary"], now=NOW)
    actions.close_meeting(meeting=meeting, by=world["chair"], now=NOW)
    made = gather(again(meeting))
    document = Document(io.BytesIO(as_docx(made)))
    words = "\n".join(p.text for p in document.paragraphs) + "\n".join(
        cell.text for table in document.tables for row in table.rows for cell in row.cells
    )
    (tmp_path / "m.pdf").write_bytes(as_pdf(made))
    printed = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "m.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    flat = "".join(printed.split())
    for said in (
        "Spring session", "1 Mar 2026", "quorum 67 %", "sister works there <&>", "1 : 1 : 1",
        "Casting vote", "(removed)", item.dossier_sha256, again(item.candidate).title, "Chair: ",
    ):  # fmt: skip
        assert said in words, said
        assert "".join(said.split()) in flat, said


def test_conflict_and_candidate_names_are_only_text_in_minutes(world):
    members = world.members(2)
    meeting = world.meeting(members)
    hostile = '#panic("x") *b* $x$ <script> \\ [#include "/etc/passwd"] \x0b'
    item = world.tabled(meeting, world.ready(title=hostile.strip("\x0b ")), name=hostile)
    actions.declare_conflict(item=item, reason=hostile, by=members[0], now=NOW)
    actions.close_meeting(meeting=meeting, by=world["chair"], now=NOW)
    made = gather(again(meeting))
    assert as_pdf(made).startswith(b"%PDF")
    assert as_docx(made).startswith(b"PK")


def test_nothing_of_a_refused_step_stays(world, session):
    _meeting, item, (a, *_rest) = session
    rows = AuditRow.objects.count()
    with pytest.raises(WrongState):
        actions.cast_vote(item=item, choice="maybe", by=a, now=NOW)
    with pytest.raises(WrongState):
        actions.declare_conflict(item=item, reason="", by=a, now=NOW)
    assert AuditRow.objects.count() == rows
    assert not Conflict.objects.exists()
    assert Candidate.objects.get(pk=item.candidate_id).status == Status.TABLED
