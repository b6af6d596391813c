"""Verbs of a meeting: call it, put candidates on its agenda, open it, remove a member, close it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from observatory.errors import NotAllowed, WrongState
from observatory.review.actions.candidates import ENDED, locked, must_be, store
from observatory.review.audit import record
from observatory.review.exchange import checked
from observatory.review.models import (
    AgendaItem,
    Candidate,
    Kind,
    Meeting,
    Membership,
    Outcome,
    ReasonCode,
    Status,
    User,
)
from observatory.review.permissions import require
from observatory.review.rules import Rules

ADOPTABLE = (Kind.OCCUPATION, Kind.SPECIALISATION, Kind.REVISION)


def call_meeting(
    *, title: str, held_on: dt.date, chair: User, members: Sequence[User], rules: Rules, by: User, now: dt.datetime
) -> Meeting:
    """Calls a meeting; the chair is a member too."""
    require(by, "table")
    title = title.strip()
    if not title or len(title) > 200:
        raise WrongState(gettext("a meeting has a title of 1 to 200 characters"), field="title")
    if not chair.has_perm("review.chair"):
        raise WrongState(gettext("%(name)s may not chair a meeting") % {"name": chair.name}, field="chair")
    everybody = {user.pk: user for user in (*members, chair)}
    unable = [user.name for user in everybody.values() if not user.has_perm("review.vote")]
    if unable:
        raise WrongState(gettext("may not vote: %(list)s") % {"list": ", ".join(unable)}, field="members")
    with transaction.atomic():
        meeting = Meeting.objects.create(title=title, held_on=held_on, chair=chair, called_by=by, rules=rules.as_dict())
        Membership.objects.bulk_create(Membership(meeting=meeting, member=user) for user in everybody.values())
        record(
            by=by, verb="meeting.called", of=meeting, now=now,
            details={
                "title": title, "held_on": held_on, "chair": chair.username,
                "members": sorted(u.username for u in everybody.values()), "rules": rules.as_dict(),
            },
        )  # fmt: skip
    return meeting


def table(
    *, meeting: Meeting, candidate: Candidate, motion: Mapping[str, Any], by: User, version: int, now: dt.datetime
) -> AgendaItem:
    """Puts a ready candidate on the agenda with its dossier, frozen by hash, and the motion to vote on."""
    require(by, "table")
    with transaction.atomic():
        session = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
        if session.state == Meeting.State.CLOSED:
            raise WrongState(gettext("this meeting is closed"))
        fresh = locked(candidate, version=version)
        must_be(fresh, Status.READY)
        if session.items.filter(candidate=fresh).exists():
            raise WrongState(
                gettext("'%(title)s' was on the agenda of this meeting already; table it at the next one")
                % {"title": fresh.title}
            )
        _check_motion(fresh, motion, now=now)
        dossier = fresh.dossier
        assert dossier is not None
        checked(dossier.body, sha256=dossier.sha256)
        last = session.items.order_by("-position").values_list("position", flat=True).first()
        item = AgendaItem.objects.create(
            meeting=session, candidate=fresh, dossier=dossier, dossier_sha256=dossier.sha256, position=(last or 0) + 1,
            outcome=motion["outcome"], kind=motion["kind"], name=motion["name"].strip(),
            parent=motion.get("parent", "").strip(), reason_code=motion.get("reason_code", ""),
            reason=motion.get("reason", "").strip(), watch_until=motion.get("watch_until"),
            merge_into=motion.get("merge_into"),
        )  # fmt: skip
        fresh.status = Status.TABLED
        store(fresh, now=now)
        record(
            by=by, verb="item.tabled", of=item, now=now,
            details={
                "meeting": session.pk, "candidate": fresh.candidate_id, "dossier": dossier.sha256,
                "outcome": item.outcome, "kind": item.kind, "name": item.name, "parent": item.parent,
                "reason_code": item.reason_code, "reason": item.reason, "watch_until": item.watch_until,
                "merge_into": item.merge_into.candidate_id if item.merge_into else "",
            },
        )  # fmt: skip
    return item


def open_meeting(*, meeting: Meeting, rules: Rules, by: User, now: dt.datetime) -> Meeting:
    """Opens the meeting; the rules of this moment hold for all of it."""
    require(by, "chair")
    with transaction.atomic():
        session = chaired(meeting.pk, by=by, state=Meeting.State.PLANNED)
        session.state, session.opened_at, session.rules = Meeting.State.OPEN, now, rules.as_dict()
        session.save()
        record(by=by, verb="meeting.opened", of=session, details={"rules": session.rules}, now=now)
    return session


def remove_member(*, meeting: Meeting, member: User, by: User, now: dt.datetime) -> None:
    """Takes a member off a meeting. Votes cast before stay; the quorum counts the members left."""
    require(by, "table")
    with transaction.atomic():
        session = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
        if session.state == Meeting.State.CLOSED:
            raise WrongState(gettext("this meeting is closed"))
        if member.pk == session.chair_id:
            raise WrongState(gettext("the chair cannot be removed; call another meeting"))
        changed = session.memberships.filter(member=member, removed_at__isnull=True).update(
            removed_at=now, removed_by=by
        )
        if not changed:
            raise WrongState(gettext("%(name)s is no member of this meeting") % {"name": member.name})
        record(by=by, verb="member.removed", of=session, details={"member": member.username}, now=now)


def close_meeting(*, meeting: Meeting, by: User, now: dt.datetime) -> Meeting:
    """Closes the meeting; what was not voted on goes back to the ready ones."""
    require(by, "chair")
    with transaction.atomic():
        session = chaired(meeting.pk, by=by, state=Meeting.State.OPEN)
        if session.items.filter(state__in=(AgendaItem.State.VOTING, AgendaItem.State.TIED)).exists():
            raise WrongState(gettext("a vote is still open; count, settle or withdraw it first"))
        waiting = list(session.items.filter(state=AgendaItem.State.WAITING).order_by("candidate_id"))
        for item in waiting:
            give_back(item, now=now)
        session.state, session.closed_at = Meeting.State.CLOSED, now
        session.save()
        record(
            by=by, verb="meeting.closed", of=session, now=now,
            details={"returned": [item.candidate.candidate_id for item in waiting]},
        )  # fmt: skip
    return session


def give_back(item: AgendaItem, *, now: dt.datetime) -> Candidate:
    """Ends an item without a decision: its candidate is ready again."""
    candidate = locked(item.candidate, version=None)
    must_be(candidate, Status.TABLED)
    candidate.status = Status.READY
    store(candidate, now=now)
    item.state = AgendaItem.State.WITHDRAWN
    item.save()
    return candidate


def chaired(key: int, *, by: User, state: str) -> Meeting:
    """The meeting, locked. Raises unless the person chairs it and it is in this state."""
    session: Meeting = Meeting.objects.select_for_update(no_key=True).get(pk=key)
    if session.chair_id != by.pk:
        raise NotAllowed(gettext("only the chair of this meeting may do this"))
    if session.state != state:
        raise WrongState(
            gettext("this meeting is %(state)s") % {"state": str(Meeting.State(session.state).label).lower()}
        )
    return session


def _check_motion(candidate: Candidate, motion: Mapping[str, Any], *, now: dt.datetime) -> None:
    outcome = motion["outcome"]
    if outcome not in Outcome.values or motion["kind"] not in Kind.values or not motion["name"].strip():
        raise WrongState(gettext("a motion has an outcome, a kind and a name"))
    if outcome == Outcome.ADOPT and motion["kind"] not in ADOPTABLE:
        raise WrongState(gettext("only an occupation, a specialisation or a revision can be adopted"), field="kind")
    if outcome == Outcome.REJECT and not (
        motion.get("reason_code") in ReasonCode.values and motion.get("reason", "").strip()
    ):
        raise WrongState(
            gettext("a rejection has a reason code and a text"),
            field="reason" if motion.get("reason_code") in ReasonCode.values else "reason_code",
        )
    if outcome == Outcome.WATCH and not (motion.get("watch_until") and motion["watch_until"] > now.date()):
        raise WrongState(gettext("watch until a date that is still to come"), field="watch_until")
    target = motion.get("merge_into")
    if outcome == Outcome.MERGE and (target is None or target.pk == candidate.pk or target.status in ENDED):
        raise WrongState(
            gettext("merge into another candidate that is neither merged nor split itself"), field="merge_into"
        )
