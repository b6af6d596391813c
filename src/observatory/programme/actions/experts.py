"""Verbs on experts: kept, declared in conflict, invited, erased. The record never holds what says who an expert is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from observatory.errors import WrongState
from observatory.programme.actions.locking import add, change, locked, store
from observatory.programme.models import Comparison, Expert, Interest, Invitation, Partner
from observatory.review.audit import record
from observatory.review.models import Candidate, User
from observatory.review.permissions import require

OPEN = (Invitation.State.INVITED, Invitation.State.ACCEPTED)
# From a state to those that may follow it.
FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "invited": ("accepted", "declined", "withdrawn"),
    "accepted": ("done", "declined", "withdrawn"),
}


def add_expert(*, values: Mapping[str, Any], by: User, now: dt.datetime) -> Expert:
    """A new expert, who has agreed to be kept here on `agreed_on`."""
    require(by, "programme.experts")
    _agreed(values.get("agreed_on"), now)
    with transaction.atomic():
        return add(Expert(**values), verb="expert.added", by=by, now=now, details={}, there=gettext("there already"))


def change_expert(
    *, expert: Expert, values: Mapping[str, Any], by: User, version: int | None, now: dt.datetime
) -> Expert:
    """Other facts on an expert; the record says which fields changed, not what stands in them."""
    require(by, "programme.experts")
    with transaction.atomic():
        fresh = locked(expert, version=version)
        _there(fresh)
        _agreed(values.get("agreed_on", fresh.agreed_on), now)
        return change(expert, values, verb="expert.changed", by=by, version=version, now=now, hide=True)


def _agreed(on: dt.date | None, now: dt.datetime) -> None:
    if on is None or on > now.date():
        raise WrongState(
            gettext(
                "an expert is kept only with consent: give the day on which the person agreed, not later than today"
            )
        )


def declare(
    *, expert: Expert, reason: str, by: User, now: dt.datetime, candidate: Candidate | None = None,
    partner: Partner | None = None, employer: str = "",
) -> Interest:  # fmt: skip
    """A conflict of interest with a candidate, a partner or an employer. Open invitations it touches are withdrawn."""
    require(by, "programme.experts")
    employer = employer.strip()[:200]
    if sum((candidate is not None, partner is not None, bool(employer))) != 1:
        raise WrongState(gettext("name one thing the conflict is with: a candidate, a partner or an employer"))
    if not reason.strip():
        raise WrongState(gettext("say in a few words what the conflict is"))
    with transaction.atomic():
        fresh = locked(expert, version=None)
        _there(fresh)
        made: Interest = Interest.objects.create(
            expert=fresh, candidate=candidate, partner=partner, employer=employer, reason=reason.strip()[:2000],
            declared_at=now,
        )  # fmt: skip
        store(fresh, now=now)
        with_what = "candidate" if candidate else "partner" if partner else "employer"
        record(
            by=by, verb="expert.conflict_declared", of=fresh, now=now,
            details={
                "with": with_what, "interest": made.pk, "version": fresh.version,
                "of": candidate.candidate_id if candidate else partner.pk if partner else None,
            },
        )  # fmt: skip
        for one in fresh.invitations.filter(state__in=OPEN).select_related("candidate", "comparison__standard"):
            if conflict_of(fresh, one.candidate, partners_in(one.candidate, one.purpose, one.comparison)):
                _move(one, Invitation.State.WITHDRAWN, by=by, now=now, why="conflict")
    return made


def conflict_of(expert: Expert, candidate: Candidate, partners: frozenset[int] = frozenset()) -> Interest | None:
    """The conflict of interest that keeps an expert from a candidate, or from work with one of `partners`; None without.

    A conflict with an employer holds where the candidate's newest dossier names it among its top employers.
    """
    interests = list(expert.interests.all())
    if not interests:
        return None
    named = employers_of(candidate) if any(one.employer for one in interests) else frozenset()
    for one in interests:
        if one.candidate_id == candidate.pk or one.partner_id in partners:
            return one
        if one.employer and plain(one.employer) in named:
            return one
    return None


def partners_in(candidate: Candidate, purpose: str, comparison: Comparison | None) -> frozenset[int]:
    """The partners that an invitation has to do with: that of its comparison, or all that are compared with the candidate."""
    if comparison is not None:
        return frozenset({comparison.standard.partner_id})
    if purpose != Invitation.Purpose.RECOGNITION:
        return frozenset()
    return frozenset(
        Comparison.objects.filter(brief__candidate=candidate).values_list("standard__partner_id", flat=True)
    )


def employers_of(candidate: Candidate) -> frozenset[str]:
    """The employers that a candidate's newest dossier names, as they are compared."""
    if candidate.dossier is None:
        return frozenset()
    raw = json.loads(candidate.dossier.body)
    return frozenset(plain(str(name)) for name, _n in raw.get("top_employers", ()))


def plain(name: str) -> str:
    """A name as it is compared: lower case, letters and figures only."""
    return "".join(sign for sign in name.lower() if sign.isalnum())


def invite(
    *, expert: Expert, candidate: Candidate, purpose: str, due_on: dt.date, at_once: int, by: User, now: dt.datetime,
    comparison: Comparison | None = None,
) -> Invitation:  # fmt: skip
    """Asks an expert. Refused, with the reason, for a conflict, for who is not available, and for who has enough to do.

    `at_once` is the number of open invitations an expert may have; one task for those with little time.
    """
    require(by, "programme.experts")
    if purpose not in Invitation.Purpose.values:
        raise WrongState(gettext("choose what the expert is asked for"))
    if due_on <= now.date():
        raise WrongState(gettext("the task is due on a day that is still to come"))
    with transaction.atomic():
        fresh = locked(expert, version=None)
        _there(fresh)
        if found := conflict_of(fresh, candidate, partners_in(candidate, purpose, comparison)):
            raise WrongState(
                gettext("%(name)s has a conflict of interest and cannot be invited: %(reason)s")
                % {"name": fresh.name, "reason": found.reason}
            )
        if fresh.availability == Expert.Availability.NO or (fresh.free_from and fresh.free_from > due_on):
            raise WrongState(
                gettext("%(name)s is not available by %(day)s") % {"name": fresh.name, "day": due_on.isoformat()}
            )
        most = 1 if fresh.availability == Expert.Availability.LITTLE else at_once
        open_now = fresh.invitations.filter(state__in=OPEN).count()
        if open_now >= most:
            raise WrongState(
                gettext("%(name)s has %(n)s open tasks already, of %(most)s at once; ask somebody else, or wait")
                % {"name": fresh.name, "n": open_now, "most": most}
            )
        return add(
            Invitation(
                expert=fresh, candidate=candidate, comparison=comparison, purpose=purpose, due_on=due_on, invited_by=by
            ),
            verb="invitation.sent", by=by, now=now,
            details={"expert": fresh.pk, "candidate": candidate.candidate_id, "purpose": purpose, "due_on": due_on},
            there=gettext("%(name)s is invited to this already") % {"name": fresh.name},
        )  # fmt: skip


def answer(*, invitation: Invitation, state: str, by: User, version: int, now: dt.datetime) -> Invitation:
    """What became of an invitation: accepted, declined, done, withdrawn."""
    require(by, "programme.experts")
    with transaction.atomic():
        fresh = locked(invitation, version=version)
        if state not in FOLLOWS.get(fresh.state, ()):
            raise WrongState(
                gettext("the invitation is '%(label)s'; that cannot follow it")
                % {"label": Invitation.State(fresh.state).label}
            )
        _move(fresh, state, by=by, now=now)
    return fresh


def _move(invitation: Invitation, state: str, *, by: User, now: dt.datetime, why: str = "") -> None:
    before, invitation.state = invitation.state, state
    store(invitation, now=now)
    said = {"state": [before, state], "expert": invitation.expert_id, "version": invitation.version}
    record(by=by, verb="invitation.answered", of=invitation, now=now, details=said | ({"why": why} if why else {}))


def erase(*, expert: Expert, by: User, version: int, now: dt.datetime) -> Expert:
    """Erases a person on request. The row, its invitations and the record stay, and say nothing of who it was."""
    require(by, "programme.experts")
    with transaction.atomic():
        fresh = locked(expert, version=version)
        _there(fresh)
        for one in fresh.invitations.filter(state__in=OPEN):
            _move(one, Invitation.State.WITHDRAWN, by=by, now=now, why="erased")
        fresh.interests.update(reason="", employer="")
        fresh.name = fresh.email = fresh.organisation = fresh.country = fresh.expertise = ""
        fresh.languages, fresh.free_from, fresh.agreed_on = [], None, None
        fresh.availability = Expert.Availability.NO
        fresh.erased_by, fresh.erased_at = by, now
        store(fresh, now=now)
        record(by=by, verb="expert.erased", of=fresh, now=now, details={"version": fresh.version})
    return fresh


def _there(expert: Expert) -> None:
    if expert.erased_at is not None:
        raise WrongState(gettext("this expert was erased on request; nothing can be added"))
