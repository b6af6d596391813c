"""Verbs of the assessment: assign analysts, save a draft, submit. Two analysts, blind; a third settles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from observatory.errors import NotAllowed, WrongState
from observatory.review.actions.candidates import locked, must_be, store
from observatory.review.audit import record
from observatory.review.models import Assessment, Assignment, Candidate, Criterion, EvidenceSentence, Kind, Status, User
from observatory.review.permissions import require
from observatory.review.rules import Rules, apart


def assign(
    *, candidate: Candidate, analysts: Sequence[User], by: User, version: int | None, now: dt.datetime
) -> Candidate:
    """Asks analysts to assess: two to begin with, one more when they disagreed."""
    require(by, "triage")
    with transaction.atomic():
        fresh = locked(candidate, version=version)
        must_be(fresh, Status.NEW, Status.ASSESSING, Status.THIRD)
        limit = 3 if fresh.status == Status.THIRD else 2
        there = list(Assignment.objects.filter(candidate=fresh, round=fresh.assessment_round))
        known = {row.analyst_id for row in there}
        added = []
        for analyst in analysts:
            if analyst.pk in known:
                continue
            if not analyst.has_perm("review.assess"):
                raise WrongState(gettext("%(name)s may not assess candidates") % {"name": analyst.name})
            if len(there) >= limit:
                raise WrongState(
                    gettext("'%(title)s' has its %(limit)s analysts already") % {"title": fresh.title, "limit": limit}
                )
            row = Assignment.objects.create(
                candidate=fresh, analyst=analyst, round=fresh.assessment_round, place=len(there) + 1,
                assigned_by=by, assigned_at=now,
            )  # fmt: skip
            there.append(row)
            known.add(analyst.pk)
            added.append(analyst.username)
        if not added:
            raise WrongState(gettext("these analysts are assigned already"))
        before = fresh.status
        if fresh.status == Status.NEW:
            fresh.status = Status.ASSESSING
        store(fresh, now=now)
        record(
            by=by, verb="candidate.assigned", of=fresh, now=now,
            details={"analysts": added, "status": [before, fresh.status], "version": fresh.version},
        )  # fmt: skip
    return fresh


def save_assessment(*, candidate: Candidate, values: Mapping[str, Any], by: User, now: dt.datetime) -> Assessment:
    """Keeps a draft; it may be incomplete."""
    with transaction.atomic():
        fresh = locked(candidate, version=None)
        draft = _draft(fresh, by=by, now=now)
        _fill(draft, fresh, values, now=now)
        record(by=by, verb="assessment.saved", of=draft, details={"candidate": candidate.candidate_id}, now=now)
    return draft


def submit_assessment(
    *, candidate: Candidate, values: Mapping[str, Any], by: User, rules: Rules, now: dt.datetime
) -> Assessment:
    """Submits an assessment: all six criteria with reasons. The second or third one completes the round."""
    with transaction.atomic():
        fresh = locked(candidate, version=None)
        done = _draft(fresh, by=by, now=now)
        _fill(done, fresh, values, now=now)
        missing = [name for name in Criterion.values if name not in done.points or not done.grounds.get(name)]
        if missing or not done.kind or not done.name:
            wanted = [*missing, *(["kind"] if not done.kind else []), *(["name"] if not done.name else [])]
            raise WrongState(
                gettext("an assessment is not complete without points and a reason for each: %(list)s")
                % {"list": ", ".join(wanted)}
            )
        done.submitted_at = now
        done.save()
        given = list(
            Assessment.objects.filter(candidate=fresh, round=fresh.assessment_round, submitted_at__isnull=False)
            .order_by("submitted_at", "pk")
        )  # fmt: skip
        before = fresh.status
        if len(given) == 2:
            far = {name: gap for name, gap in apart(given[0].points, given[1].points).items() if gap >= rules.third_at}
            fresh.status = Status.THIRD if far else Status.READY
        elif len(given) == 3:
            far, fresh.status = {}, Status.READY
        else:
            far = {}
        store(fresh, now=now)
        record(
            by=by, verb="assessment.submitted", of=done, now=now,
            details={
                "candidate": fresh.candidate_id, "dossier": done.dossier.sha256, "points": done.points,
                "kind": done.kind, "name": done.name, "status": [before, fresh.status], "apart": far,
            },
        )  # fmt: skip
    return done


def _draft(candidate: Candidate, *, by: User, now: dt.datetime) -> Assessment:
    require(by, "assess")
    must_be(candidate, Status.ASSESSING, Status.THIRD)
    place = (
        Assignment.objects.filter(candidate=candidate, round=candidate.assessment_round, analyst=by)
        .values_list("place", flat=True).first()
    )  # fmt: skip
    if place is None:
        raise NotAllowed(gettext("this candidate was assigned to other analysts"))
    draft, _ = Assessment.objects.get_or_create(
        candidate=candidate, round=candidate.assessment_round, analyst=by,
        defaults={"dossier": candidate.dossier, "saved_at": now},
    )  # fmt: skip
    if draft.submitted_at:
        raise WrongState(gettext("you have submitted this assessment; it is not changed any more"))
    return draft


def _fill(draft: Assessment, candidate: Candidate, values: Mapping[str, Any], *, now: dt.datetime) -> None:
    points = {name: int(value) for name, value in values.get("points", {}).items() if value not in (None, "")}
    if any(name not in Criterion.values or not 0 <= value <= 3 for name, value in points.items()):
        raise WrongState(gettext("points are 0 to 3 for %(list)s") % {"list": ", ".join(Criterion.values)})
    kind = values.get("kind", "")
    if kind and kind not in Kind.values:
        raise WrongState(gettext("kind is one of %(list)s") % {"list": ", ".join(Kind.values)})
    # The analyst has seen the dossier of now; sentences cited from the one of an earlier draft stay cited.
    dossiers = {draft.dossier_id, candidate.dossier_id}
    draft.dossier = candidate.dossier
    known = set()
    if any(values.get("cited", {}).values()):
        known = set(EvidenceSentence.objects.filter(dossier_id__in=dossiers).values_list("pk", flat=True))
    draft.points = points
    draft.grounds = {
        name: text.strip()[:5000] for name, text in values.get("grounds", {}).items() if name in Criterion.values
    }
    draft.cited = {
        name: [key for key in keys if key in known]
        for name, keys in values.get("cited", {}).items()
        if name in Criterion.values
    }
    draft.kind = kind
    draft.name, draft.parent = values.get("name", "").strip()[:300], values.get("parent", "").strip()[:300]
    draft.saved_at = now
    draft.save()
