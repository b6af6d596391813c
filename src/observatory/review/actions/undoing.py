"""Undo: takes back the last step on a candidate while nothing else has happened to it since.

Rename, merge, split, watch, send back and assign can be taken back. What analysts have handed in and what a
committee did cannot: that is corrected by a step of its own, which the record then shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from observatory.errors import WrongState
from observatory.review.actions.candidates import locked, store
from observatory.review.audit import record
from observatory.review.models import Assessment, Assignment, AuditRow, Candidate, Status, User
from observatory.review.permissions import require


def undo(*, candidate: Candidate, by: User, version: int, now: dt.datetime) -> Candidate:
    """Takes back the last step on the candidate. The step and its undoing both stay in the record."""
    require(by, "triage")
    with transaction.atomic():
        fresh = locked(candidate, version=version)
        last = last_step(
            fresh, AuditRow.objects.filter(what="candidate", key=fresh.candidate_id).order_by("-number")[:20]
        )
        if last is None:
            raise WrongState(
                gettext("nothing to undo on '%(title)s': its last step cannot be taken back, or something followed it")
                % {"title": fresh.title}
            )
        REVERSED[last.verb](fresh, last.details, now)
        store(fresh, now=now)
        record(
            by=by, verb="candidate.undone", of=fresh, now=now,
            details={"row": last.number, "verb": last.verb, "version": fresh.version},
        )  # fmt: skip
    return fresh


def last_step(candidate: Candidate, rows: Iterable[AuditRow]) -> AuditRow | None:
    """The step that `undo` would take back, out of the candidate's rows of the record, newest first."""
    for row in rows:
        if row.verb in REVERSED:
            return row if row.details.get("version") == candidate.version else None
    return None


def _renamed(candidate: Candidate, said: Mapping[str, Any], now: dt.datetime) -> None:
    candidate.title = said["from"]


def _merged(candidate: Candidate, said: Mapping[str, Any], now: dt.datetime) -> None:
    candidate.status, candidate.merged_into = said["status"][0], None


def _watched(candidate: Candidate, said: Mapping[str, Any], now: dt.datetime) -> None:
    candidate.status, candidate.watch_until = said["status"][0], None


def _sent_back(candidate: Candidate, said: Mapping[str, Any], now: dt.datetime) -> None:
    candidate.status = said["status"][0]
    candidate.watch_until = dt.date.fromisoformat(said["until"]) if said["until"] else None
    candidate.assessment_round -= 1


def _split(candidate: Candidate, said: Mapping[str, Any], now: dt.datetime) -> None:
    parts = list(Candidate.objects.select_for_update(no_key=True).filter(candidate_id__in=said["parts"]).order_by("pk"))
    if any(part.version > 1 or part.comments.exists() for part in parts):
        raise WrongState(gettext("work on the parts has begun; merge them instead"))
    for part in parts:
        part.status, part.merged_into = Status.MERGED, candidate
        store(part, now=now)
    candidate.status = said["status"][0]


def _assigned(candidate: Candidate, said: Mapping[str, Any], now: dt.datetime) -> None:
    mine = {"candidate": candidate, "round": candidate.assessment_round, "analyst__username__in": said["analysts"]}
    if Assessment.objects.filter(**mine).exists():
        raise WrongState(gettext("an analyst has begun already; send the candidate back instead"))
    Assignment.objects.filter(**mine).delete()
    candidate.status = said["status"][0]


REVERSED: Mapping[str, Callable[[Candidate, Mapping[str, Any], dt.datetime], None]] = {
    "candidate.renamed": _renamed,
    "candidate.merged": _merged,
    "candidate.split": _split,
    "candidate.watched": _watched,
    "candidate.sent_back": _sent_back,
    "candidate.assigned": _assigned,
}
