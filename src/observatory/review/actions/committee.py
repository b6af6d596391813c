"""Verbs of the committee: call, table, open, declare, vote, settle, close, publish, appeal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from observatory.errors import NotAllowed, WrongState
from observatory.review.actions.candidates import end_in, locked, must_be, store
from observatory.review.audit import record
from observatory.review.exchange import checked
from observatory.review.models import (
    AgendaItem,
    Candidate,
    Conflict,
    Decision,
    Kind,
    Meeting,
    Membership,
    Outcome,
    Status,
    User,
    Vote,
)
from observatory.review.permissions import require
from observatory.review.rules import Rules, count


def call_meeting(
    *, title: str, held_on: dt.date, chair: User, members: Sequence[User], rules: Rules, by: User, now: dt.datetime
) -> Meeting:
    """Calls a meeting; the chair is a member too."""
    require(by, "table")
    if not chair.has_perm("review.chair"):
        raise WrongState(f"{chair.name} may not chair a meeting")
    everybody = {user.pk: user for user in (*members, chair)}
    unable = [user.name for user in everybody.values() if not user.has_perm("review.vote")]
    if unable:
        raise WrongState(f"may not vote: {', '.join(unable)}")
    with transaction.atomic():
        meeting = Meeting.objects.create(title=title, held_on=held_on, chair=chair, called_by=by, rules=rules.as_dict())
        Membership.objects.bulk_create(Membership(meeting=meeting, member=user) for user in everybody.values())
        record(
            by=by, verb="meeting.called", of=meeting, now=now,
            details={"title": title, "held_on": held_on, "members": sorted(u.username for u in everybody.values())},
        )  # fmt: skip
    return meeting


def table(
    *, meeting: Meeting, candidate: Candidate, motion: Mapping[str, Any], by: User, version: int, now: dt.datetime
) -> AgendaItem:
    """Puts a ready candidate on the agenda with its dossier, frozen by hash, and the motion to vote on."""
    require(by, "table")
    with transaction.atomic():
        session = Meeting.objects.select_for_update().get(pk=meeting.pk)
        if session.state == Meeting.State.CLOSED:
            raise WrongState("this meeting is closed")
        fresh = locked(candidate, version=version)
        must_be(fresh, Status.READY)
        outcome = motion["outcome"]
        _check_motion(fresh, motion, now=now)
        dossier = fresh.dossier
        assert dossier is not None
        checked(dossier.body, sha256=dossier.sha256)
        item = AgendaItem.objects.create(
            meeting=session, candidate=fresh, dossier=dossier, dossier_sha256=dossier.sha256,
            position=(session.items.order_by("-position").values_list("position", flat=True).first() or 0) + 1,
            outcome=outcome, kind=motion["kind"], name=motion["name"], parent=motion.get("parent", ""),
            reason_code=motion.get("reason_code", ""), reason=motion.get("reason", ""),
            watch_until=motion.get("watch_until"), merge_into=motion.get("merge_into"),
        )  # fmt: skip
        fresh.status = Status.TABLED
        store(fresh, now=now)
        record(
            by=by, verb="item.tabled", of=item, now=now,
            details={
                "meeting": session.pk, "candidate": fresh.candidate_id, "dossier": dossier.sha256,
                "outcome": outcome, "kind": item.kind, "name": item.name,
            },
        )  # fmt: skip
    return item


def open_meeting(*, meeting: Meeting, rules: Rules, by: User, now: dt.datetime) -> Meeting:
    """Opens the meeting; the rules of this moment hold for all of it."""
    require(by, "chair")
    with transaction.atomic():
        session = _session(meeting, by=by, state=Meeting.State.PLANNED)
        session.state, session.opened_at, session.rules = Meeting.State.OPEN, now, rules.as_dict()
        session.save()
        record(by=by, verb="meeting.opened", of=session, details={"rules": session.rules}, now=now)
    return session


def remove_member(*, meeting: Meeting, member: User, by: User, now: dt.datetime) -> None:
    """Takes a member off a meeting. Votes cast before stay; the quorum counts the members left."""
    require(by, "table")
    with transaction.atomic():
        session = Meeting.objects.select_for_update().get(pk=meeting.pk)
        if session.state == Meeting.State.CLOSED:
            raise WrongState("this meeting is closed")
        if member.pk == session.chair_id:
            raise WrongState("the chair cannot be removed; call another meeting")
        changed = session.memberships.filter(member=member, removed_at__isnull=True).update(removed_at=now)
        if not changed:
            raise WrongState(f"{member.name} is no member of this meeting")
        record(by=by, verb="member.removed", of=session, details={"member": member.username}, now=now)


def declare_conflict(*, item: AgendaItem, reason: str, by: User, now: dt.datetime) -> Conflict:
    """A member declares a conflict of interest: from now on without sight of the vote, and not counted."""
    require(by, "vote")
    with transaction.atomic():
        fresh = _item(item, AgendaItem.State.WAITING, AgendaItem.State.VOTING)
        _member(fresh, by)
        if not reason.strip():
            raise WrongState("say what the conflict is")
        if fresh.votes.filter(member=by).exists():
            raise WrongState("you have voted on this item already; the chair must be told in the meeting")
        if fresh.conflicts.filter(member=by).exists():
            raise WrongState("you have declared a conflict on this item already")
        made = Conflict.objects.create(item=fresh, member=by, reason=reason.strip(), declared_at=now)
        record(by=by, verb="conflict.declared", of=fresh, details={"reason": reason.strip()}, now=now)
    return made


def open_vote(*, item: AgendaItem, by: User, now: dt.datetime) -> AgendaItem:
    """Opens the vote on an item of an open meeting; the dossier must still have its hash."""
    require(by, "chair")
    with transaction.atomic():
        fresh = _item(item, AgendaItem.State.WAITING)
        _session(fresh.meeting, by=by, state=Meeting.State.OPEN)
        checked(fresh.dossier.body, sha256=fresh.dossier_sha256)
        fresh.state = AgendaItem.State.VOTING
        fresh.save()
        record(by=by, verb="vote.opened", of=fresh, details={"dossier": fresh.dossier_sha256}, now=now)
    return fresh


def cast_vote(*, item: AgendaItem, choice: str, by: User, now: dt.datetime) -> Vote:
    """One vote of one member, once."""
    require(by, "vote")
    with transaction.atomic():
        fresh = _item(item, AgendaItem.State.VOTING)
        _member(fresh, by)
        if choice not in Vote.Choice.values:
            raise WrongState(f"a vote is one of {', '.join(Vote.Choice.values)}")
        if fresh.conflicts.filter(member=by).exists():
            raise NotAllowed("you declared a conflict of interest on this item and do not vote on it")
        if fresh.votes.filter(member=by).exists():
            raise WrongState("you have voted on this item already")
        vote = Vote.objects.create(item=fresh, member=by, choice=choice, cast_at=now)
        record(by=by, verb="vote.cast", of=fresh, details={"choice": choice}, now=now)
    return vote


def close_vote(*, item: AgendaItem, by: User, now: dt.datetime) -> AgendaItem:
    """Counts. Without quorum the vote stays open; a tie waits for the chair; else the decision is made."""
    require(by, "chair")
    with transaction.atomic():
        fresh = _item(item, AgendaItem.State.VOTING)
        session = _session(fresh.meeting, by=by, state=Meeting.State.OPEN)
        rules = Rules(**session.rules)
        result = count(_choices(fresh), members=eligible(fresh), rules=rules)
        if result == "no quorum":
            raise WrongState("no quorum: too few members without conflict have voted; the vote stays open")
        chair_out = fresh.conflicts.filter(member_id=session.chair_id).exists()
        if result == "tied" and not chair_out:
            fresh.state = AgendaItem.State.TIED
            fresh.save()
            record(by=by, verb="vote.tied", of=fresh, details=_tally(fresh), now=now)
        else:
            _decide(fresh, carried=result == "carried", casting="", by=by, now=now)
    return fresh


def settle_tie(*, item: AgendaItem, choice: str, by: User, now: dt.datetime) -> Decision:
    """The chair's casting vote."""
    require(by, "chair")
    with transaction.atomic():
        fresh = _item(item, AgendaItem.State.TIED)
        _session(fresh.meeting, by=by, state=Meeting.State.OPEN)
        if choice not in (Vote.Choice.FOR, Vote.Choice.AGAINST):
            raise WrongState("the casting vote is for or against")
        return _decide(fresh, carried=choice == Vote.Choice.FOR, casting=choice, by=by, now=now)


def close_meeting(*, meeting: Meeting, by: User, now: dt.datetime) -> Meeting:
    """Closes the meeting; what was not voted on goes back to the ready ones."""
    require(by, "chair")
    with transaction.atomic():
        session = _session(meeting, by=by, state=Meeting.State.OPEN)
        if session.items.filter(state__in=(AgendaItem.State.VOTING, AgendaItem.State.TIED)).exists():
            raise WrongState("a vote is still open; count or settle it first")
        for item in session.items.filter(state=AgendaItem.State.WAITING):
            fresh = locked(item.candidate, version=None)
            fresh.status = Status.READY
            store(fresh, now=now)
        session.state, session.closed_at = Meeting.State.CLOSED, now
        session.save()
        record(by=by, verb="meeting.closed", of=session, details={}, now=now)
    return session


def publish(*, decision: Decision, by: User, now: dt.datetime) -> Decision:
    """Makes a decision public: from now on in the register, the API and the feed."""
    require(by, "publish")
    with transaction.atomic():
        fresh = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
        if fresh.published_at:
            raise WrongState("this decision is published already")
        fresh.published_by, fresh.published_at = by, now
        fresh.save()
        record(
            by=by, verb="decision.published", of=fresh, now=now,
            details={"candidate": fresh.candidate.candidate_id, "outcome": fresh.outcome, "carried": fresh.carried},
        )  # fmt: skip
    return fresh


def appeal(*, decision: Decision, grounds: str, by: User, now: dt.datetime) -> Candidate:
    """Reopens a decided candidate on new evidence: a dossier younger than the one decided on."""
    require(by, "triage")
    with transaction.atomic():
        ruling = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
        fresh = locked(ruling.candidate, version=None)
        must_be(fresh, Status.REJECTED, Status.WATCH, Status.ADOPTED)
        if ruling.appealed_at:
            raise WrongState("this decision was appealed against already")
        if not grounds.strip():
            raise WrongState("an appeal says what is new")
        assert fresh.dossier is not None
        if fresh.dossier.sha256 == ruling.dossier_sha256:
            raise WrongState("an appeal needs new evidence: no dossier came in since this decision")
        ruling.appeal, ruling.appealed_by, ruling.appealed_at = grounds.strip(), by, now
        ruling.save()
        fresh.status, fresh.silenced_vacancies, fresh.watch_until = Status.NEW, None, None
        fresh.assessment_round += 1
        store(fresh, now=now)
        record(
            by=by, verb="decision.appealed", of=ruling, now=now,
            details={"candidate": fresh.candidate_id, "grounds": grounds.strip(), "dossier": fresh.dossier.sha256},
        )  # fmt: skip
    return fresh


def eligible(item: AgendaItem) -> int:
    """Members who count on this item: not removed, no conflict; one who voted before being removed counts."""
    out = set(item.conflicts.values_list("member_id", flat=True))
    voted = set(item.votes.values_list("member_id", flat=True))
    rows = item.meeting.memberships.values_list("member_id", "removed_at")
    return sum(1 for member, removed in rows if member not in out and (removed is None or member in voted))


def _choices(item: AgendaItem) -> list[str]:
    return list(item.votes.values_list("choice", flat=True))


def _tally(item: AgendaItem) -> dict[str, int]:
    choices = _choices(item)
    return {name: choices.count(name) for name in Vote.Choice.values}


def _decide(item: AgendaItem, *, carried: bool, casting: str, by: User, now: dt.datetime) -> Decision:
    tally = _tally(item)
    candidate = locked(item.candidate, version=None)
    must_be(candidate, Status.TABLED)
    outcome = item.outcome if carried else Outcome.DEFER
    made = Decision.objects.create(
        item=item, candidate=candidate, dossier_sha256=item.dossier_sha256, outcome=outcome, carried=carried,
        kind=item.kind, name=item.name, parent=item.parent, reason_code=item.reason_code, reason=item.reason,
        watch_until=item.watch_until, merge_into=item.merge_into, votes_for=tally["for"],
        votes_against=tally["against"], votes_abstain=tally["abstain"], casting=casting, decided_by=by, decided_at=now,
    )  # fmt: skip
    item.state = AgendaItem.State.DECIDED
    item.save()
    if outcome == Outcome.MERGE:
        target = Candidate.objects.select_for_update().get(pk=item.merge_into_id)
        end_in(candidate, target, now=now)
    else:
        candidate.status = {
            Outcome.ADOPT: Status.ADOPTED, Outcome.WATCH: Status.WATCH,
            Outcome.REJECT: Status.REJECTED, Outcome.DEFER: Status.READY,
        }[Outcome(outcome)]  # fmt: skip
        candidate.watch_until = item.watch_until if outcome == Outcome.WATCH else None
        candidate.silenced_vacancies = candidate.vacancies if outcome == Outcome.REJECT else None
        if outcome == Outcome.ADOPT:
            candidate.title, candidate.kind = item.name, item.kind
        store(candidate, now=now)
    record(
        by=by, verb="item.decided", of=item, now=now,
        details={
            "candidate": candidate.candidate_id, "outcome": outcome, "carried": carried, "casting": casting,
            "dossier": item.dossier_sha256, **tally,
        },
    )  # fmt: skip
    return made


def _item(item: AgendaItem, *states: str) -> AgendaItem:
    fresh: AgendaItem = AgendaItem.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=item.pk)
    if fresh.meeting.state != Meeting.State.OPEN and AgendaItem.State.VOTING in states and len(states) == 1:
        raise WrongState("the meeting is not open")
    if fresh.state not in states:
        raise WrongState(f"this item is {AgendaItem.State(fresh.state).label!s}; the step is not possible any more")
    return fresh


def _session(meeting: Meeting, *, by: User, state: str) -> Meeting:
    session: Meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if session.chair_id != by.pk:
        raise NotAllowed("only the chair of this meeting may do this")
    if session.state != state:
        raise WrongState(f"this meeting is {Meeting.State(session.state).label!s}")
    return session


def _member(item: AgendaItem, user: User) -> None:
    if not item.meeting.memberships.filter(member=user, removed_at__isnull=True).exists():
        raise NotAllowed("you are no member of this meeting")


def _check_motion(candidate: Candidate, motion: Mapping[str, Any], *, now: dt.datetime) -> None:
    outcome = motion["outcome"]
    if outcome not in Outcome.values or motion["kind"] not in Kind.values or not motion["name"].strip():
        raise WrongState("a motion has an outcome, a kind and a name")
    if outcome == Outcome.ADOPT and motion["kind"] not in (Kind.OCCUPATION, Kind.SPECIALISATION, Kind.REVISION):
        raise WrongState("only an occupation, a specialisation or a revision can be adopted")
    if outcome == Outcome.REJECT and not (motion.get("reason_code") and motion.get("reason", "").strip()):
        raise WrongState("a rejection has a reason code and a text")
    if outcome == Outcome.WATCH and not (motion.get("watch_until") and motion["watch_until"] > now.date()):
        raise WrongState("watch until a date that is still to come")
    target = motion.get("merge_into")
    if outcome == Outcome.MERGE and (target is None or target.pk == candidate.pk or target.status == Status.MERGED):
        raise WrongState("merge into another candidate that is not merged itself")
