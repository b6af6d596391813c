"""Verbs of a decision: declare a conflict, open a vote, vote, count, settle, withdraw, publish, appeal."""

from __future__ import annotations

import datetime as dt
import json

from django.db import transaction
from django.utils.translation import gettext

from observatory.errors import NotAllowed, WrongState
from observatory.review.actions.candidates import ENDED, end_in, locked, locked_pair, must_be, store
from observatory.review.actions.meetings import chaired, give_back
from observatory.review.audit import record
from observatory.review.exchange import checked
from observatory.review.models import (
    AgendaItem,
    Candidate,
    Conflict,
    Decision,
    Meeting,
    Outcome,
    Status,
    User,
    Vote,
)
from observatory.review.permissions import require
from observatory.review.rules import Rules, count


def declare_conflict(*, item: AgendaItem, reason: str, by: User, now: dt.datetime) -> Conflict:
    """A member declares a conflict of interest: from now on without sight of the vote, and not counted."""
    require(by, "vote")
    reason = reason.strip()
    with transaction.atomic():
        session, fresh = _before(item)
        _in_state(fresh, AgendaItem.State.WAITING, AgendaItem.State.VOTING)
        _member(session, by)
        if not reason:
            raise WrongState(gettext("say what the conflict is"), field="reason")
        if fresh.votes.filter(member=by).exists():
            raise WrongState(gettext("you have voted on this item already; the chair must be told in the meeting"))
        if fresh.conflicts.filter(member=by).exists():
            raise WrongState(gettext("you have declared a conflict on this item already"))
        made = Conflict.objects.create(item=fresh, member=by, reason=reason, declared_at=now)
        record(by=by, verb="conflict.declared", of=fresh, details={"reason": reason}, now=now)
    return made


def open_vote(*, item: AgendaItem, by: User, now: dt.datetime) -> AgendaItem:
    """Opens the vote on an item of an open meeting; the dossier must still have its hash."""
    require(by, "chair")
    with transaction.atomic():
        fresh = _chaired_item(item, AgendaItem.State.WAITING, by=by)
        checked(fresh.dossier.body, sha256=fresh.dossier_sha256)
        fresh.state = AgendaItem.State.VOTING
        fresh.save()
        record(by=by, verb="vote.opened", of=fresh, details={"dossier": fresh.dossier_sha256}, now=now)
    return fresh


def cast_vote(*, item: AgendaItem, choice: str, by: User, now: dt.datetime) -> Vote:
    """One vote of one member, once."""
    require(by, "vote")
    with transaction.atomic():
        session, fresh = _before(item)
        if session.state != Meeting.State.OPEN:
            raise WrongState(
                gettext("this meeting is %(state)s; nobody votes in it")
                % {"state": str(Meeting.State(session.state).label).lower()}
            )
        _in_state(fresh, AgendaItem.State.VOTING)
        _member(session, by)
        if choice not in Vote.Choice.values:
            raise WrongState(gettext("a vote is one of %(list)s") % {"list": ", ".join(Vote.Choice.values)})
        if fresh.conflicts.filter(member=by).exists():
            raise NotAllowed(gettext("you declared a conflict of interest on this item and do not vote on it"))
        if fresh.votes.filter(member=by).exists():
            raise WrongState(gettext("you have voted on this item already"))
        vote = Vote.objects.create(item=fresh, member=by, choice=choice, cast_at=now)
        record(by=by, verb="vote.cast", of=fresh, details={"choice": choice}, now=now)
    return vote


def close_vote(*, item: AgendaItem, by: User, now: dt.datetime) -> AgendaItem:
    """Counts. Without quorum the vote stays open; a tie waits for the chair; else the decision is made."""
    require(by, "chair")
    with transaction.atomic():
        fresh = _chaired_item(item, AgendaItem.State.VOTING, by=by)
        session = fresh.meeting
        result = count(_choices(fresh), members=eligible(fresh), rules=Rules(**session.rules))
        if result == "no quorum":
            raise WrongState(gettext("no quorum: too few members without conflict have voted; the vote stays open"))
        chair_out = fresh.conflicts.filter(member_id=session.chair_id).exists()
        if result == "tied" and not chair_out:
            fresh.state = AgendaItem.State.TIED
            fresh.save()
            record(by=by, verb="vote.tied", of=fresh, details=tally(fresh), now=now)
        else:
            _decide(fresh, carried=result == "carried", casting="", by=by, now=now)
    return fresh


def settle_tie(*, item: AgendaItem, choice: str, by: User, now: dt.datetime) -> Decision:
    """The chair's casting vote."""
    require(by, "chair")
    with transaction.atomic():
        fresh = _chaired_item(item, AgendaItem.State.TIED, by=by)
        if choice not in (Vote.Choice.FOR, Vote.Choice.AGAINST):
            raise WrongState(gettext("the casting vote is for or against"))
        return _decide(fresh, carried=choice == Vote.Choice.FOR, casting=choice, by=by, now=now)


def withdraw_item(*, item: AgendaItem, reason: str, by: User, now: dt.datetime) -> AgendaItem:
    """Ends an item without a decision, as when no quorum can be reached; its candidate is ready again."""
    require(by, "chair")
    reason = reason.strip()
    with transaction.atomic():
        fresh = _chaired_item(item, AgendaItem.State.WAITING, AgendaItem.State.VOTING, by=by)
        if not reason:
            raise WrongState(gettext("say why the item is withdrawn"), field="reason")
        candidate = give_back(fresh, now=now)
        record(
            by=by, verb="item.withdrawn", of=fresh, now=now,
            details={"candidate": candidate.candidate_id, "reason": reason},
        )  # fmt: skip
    return fresh


def publish(*, decision: Decision, by: User, now: dt.datetime) -> Decision:
    """Makes a decision public: from now on in the register, the API and the feed."""
    require(by, "publish")
    with transaction.atomic():
        fresh: Decision = Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)
        if fresh.published_at:
            raise WrongState(gettext("this decision is published already"))
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
    grounds = grounds.strip()
    with transaction.atomic():
        ruling: Decision = Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)
        fresh = locked(ruling.candidate, version=None)
        if ruling.appealed_at:
            raise WrongState(gettext("this decision was appealed against already"))
        if fresh.decisions.filter(pk__gt=ruling.pk).exists():
            raise WrongState(gettext("this decision was replaced by a later one; appeal against that"))
        must_be(fresh, Status.REJECTED, Status.WATCH, Status.ADOPTED)
        if not grounds:
            raise WrongState(gettext("an appeal says what is new"), field="grounds")
        assert fresh.dossier is not None
        decided_on = ruling.item.dossier
        if fresh.dossier.sha256 == ruling.dossier_sha256 or fresh.dossier.as_of < decided_on.as_of:
            raise WrongState(gettext("an appeal needs new evidence: no dossier came in since this decision"))
        ruling.appeal, ruling.appealed_by, ruling.appealed_at = grounds, by, now
        ruling.save()
        fresh.status, fresh.silenced_vacancies, fresh.watch_until = Status.NEW, None, None
        fresh.assessment_round += 1
        store(fresh, now=now)
        record(
            by=by, verb="decision.appealed", of=ruling, now=now,
            details={"candidate": fresh.candidate_id, "grounds": grounds, "dossier": fresh.dossier.sha256},
        )  # fmt: skip
    return fresh


def eligible(item: AgendaItem) -> int:
    """Members who count on this item: not removed, no conflict; one who voted before being removed counts."""
    out = set(item.conflicts.values_list("member_id", flat=True))
    voted = set(item.votes.values_list("member_id", flat=True))
    rows = item.meeting.memberships.values_list("member_id", "removed_at")
    return sum(1 for member, removed in rows if member not in out and (removed is None or member in voted))


def tally(item: AgendaItem) -> dict[str, int]:
    """Votes for, against and abstaining."""
    choices = _choices(item)
    return {name: choices.count(name) for name in Vote.Choice.values}


def _choices(item: AgendaItem) -> list[str]:
    return list(item.votes.values_list("choice", flat=True))


def _decide(item: AgendaItem, *, carried: bool, casting: str, by: User, now: dt.datetime) -> Decision:
    votes = tally(item)
    outcome = item.outcome if carried else Outcome.DEFER
    target: Candidate | None = None
    if outcome == Outcome.MERGE:
        target = _standing(item)
        candidate, target = locked_pair(item.candidate, target, version=None)
    else:
        candidate = locked(item.candidate, version=None)
    must_be(candidate, Status.TABLED)
    made = Decision.objects.create(
        item=item, candidate=candidate, dossier_sha256=item.dossier_sha256, outcome=outcome, carried=carried,
        kind=item.kind, name=item.name, parent=item.parent, reason_code=item.reason_code, reason=item.reason,
        watch_until=item.watch_until, merge_into=target or item.merge_into, votes_for=votes["for"],
        votes_against=votes["against"], votes_abstain=votes["abstain"], casting=casting, decided_by=by, decided_at=now,
    )  # fmt: skip
    item.state = AgendaItem.State.DECIDED
    item.save()
    if target is not None:
        end_in(candidate, target, now=now)
    else:
        candidate.status = {
            Outcome.ADOPT: Status.ADOPTED, Outcome.WATCH: Status.WATCH,
            Outcome.REJECT: Status.REJECTED, Outcome.DEFER: Status.READY,
        }[Outcome(outcome)]  # fmt: skip
        candidate.watch_until = item.watch_until if outcome == Outcome.WATCH else None
        candidate.silenced_vacancies = _vacancies(item) if outcome == Outcome.REJECT else None
        if outcome == Outcome.ADOPT:
            candidate.title, candidate.kind = item.name, item.kind
        store(candidate, now=now)
    record(
        by=by, verb="item.decided", of=item, now=now,
        details={
            "candidate": candidate.candidate_id, "outcome": outcome, "carried": carried, "casting": casting,
            "kind": made.kind, "name": made.name, "reason_code": made.reason_code, "reason": made.reason,
            "merge_into": made.merge_into.candidate_id if made.merge_into else "",
            "dossier": item.dossier_sha256, **votes,
        },
    )  # fmt: skip
    return made


def _standing(item: AgendaItem) -> Candidate:
    """Where a motion to merge leads today: the candidate it names may itself have been merged meanwhile."""
    target = item.merge_into
    seen = {item.candidate_id}
    while target is not None and target.pk not in seen and target.merged_into_id:
        seen.add(target.pk)
        target = target.merged_into
    if target is None or target.pk in seen or target.status in ENDED:
        named = item.merge_into.title if item.merge_into else ""
        raise WrongState(
            gettext("'%(named)s', into which to merge, was itself merged or split; withdraw the item")
            % {"named": named}
        )
    return target


def _vacancies(item: AgendaItem) -> int:
    """Vacancies in the dossier decided on: what a rejected candidate must outgrow."""
    return int(json.loads(item.dossier.body)["candidate"]["vacancies"])


def _before(item: AgendaItem) -> tuple[Meeting, AgendaItem]:
    """The meeting of an item and the item, both locked, in this order."""
    session: Meeting = Meeting.objects.select_for_update(of=("self",), no_key=True).get(items=item.pk)
    fresh: AgendaItem = (
        AgendaItem.objects.select_for_update(of=("self",), no_key=True).select_related("candidate").get(pk=item.pk)
    )
    fresh.meeting = session
    return session, fresh


def _chaired_item(item: AgendaItem, *states: str, by: User) -> AgendaItem:
    key = AgendaItem.objects.values_list("meeting_id", flat=True).get(pk=item.pk)
    session = chaired(key, by=by, state=Meeting.State.OPEN)
    fresh = _before(item)[1]
    fresh.meeting = session
    _in_state(fresh, *states)
    return fresh


def _in_state(item: AgendaItem, *states: str) -> None:
    if item.state not in states:
        label = str(AgendaItem.State(item.state).label).lower()
        raise WrongState(gettext("this item is %(label)s; the step is not possible any more") % {"label": label})


def _member(session: Meeting, user: User) -> None:
    if not session.memberships.filter(member=user, removed_at__isnull=True).exists():
        raise NotAllowed(gettext("you are no member of this meeting"))
