"""Verbs on a candidate: rename, merge, split, watch, send back, comment.

Whoever locks several rows locks them in one order, so that no two steps wait for each other: meeting, item,
candidates by key, the head of the audit trail. Rows are locked without their key: PostgreSQL checks foreign keys
when a transaction ends, and would wait then for a row that is locked with it.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from observatory.errors import Stale, WrongState
from observatory.review.audit import record
from observatory.review.models import PART, Candidate, Comment, Status, User
from observatory.review.permissions import require

MERGEABLE = (Status.NEW, Status.ASSESSING, Status.THIRD, Status.READY, Status.WATCH)
SPLITTABLE = (Status.NEW, Status.ASSESSING, Status.THIRD, Status.READY)
ENDED = (Status.MERGED, Status.SPLIT)
MENTION = re.compile(r"(?<![\w.])@([\w.+-]*[\w+-])")


def locked(candidate: Candidate, *, version: int | None) -> Candidate:
    """The candidate, locked until the transaction ends. Raises `Stale` when it is no longer at `version`."""
    fresh: Candidate = Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
    if version is not None and fresh.version != version:
        raise Stale(
            gettext(
                "'%(title)s' was changed by somebody else meanwhile (you saw version %(version)s, it is now at %(version_)s). Look at it again, then decide; nothing was overwritten"
            )
            % {"title": fresh.title, "version": version, "version_": fresh.version}
        )
    return fresh


def locked_pair(first: Candidate, second: Candidate, *, version: int | None) -> tuple[Candidate, Candidate]:
    """Two candidates, locked in the order of their keys; the first one must be at `version`."""
    list(Candidate.objects.select_for_update(no_key=True).filter(pk__in={first.pk, second.pk}).order_by("pk"))
    return locked(first, version=version), Candidate.objects.get(pk=second.pk)


def store(candidate: Candidate, *, now: dt.datetime) -> None:
    """Writes a locked candidate and counts its version up."""
    candidate.version += 1
    candidate.updated_at = now
    candidate.save()


def must_be(candidate: Candidate, *statuses: str) -> None:
    """Raises `WrongState` unless the candidate stands in one of the statuses."""
    if candidate.status not in statuses:
        raise WrongState(
            gettext("'%(title)s' is %(label)s; this step needs it to be one of %(list)s")
            % {
                "title": candidate.title,
                "label": Status(candidate.status).label,
                "list": ", ".join(str(Status(name).label) for name in statuses),
            }
        )


def rename(*, candidate: Candidate, title: str, by: User, version: int, now: dt.datetime) -> Candidate:
    """Gives the candidate another working title."""
    require(by, "triage")
    with transaction.atomic():
        fresh = locked(candidate, version=version)
        if fresh.status in ENDED:
            raise WrongState(
                gettext("'%(title)s' was merged or split; rename the candidate that stands for it now")
                % {"title": fresh.title}
            )
        title = title.strip()
        if not title or len(title) > 300:
            raise WrongState(gettext("a title has 1 to 300 characters"), field="title")
        before, fresh.title = fresh.title, title
        store(fresh, now=now)
        record(
            by=by, verb="candidate.renamed", of=fresh, now=now,
            details={"from": before, "to": title, "version": fresh.version},
        )  # fmt: skip
    return fresh


def merge(*, candidate: Candidate, into: Candidate, reason: str, by: User, version: int, now: dt.datetime) -> Candidate:
    """Ends a candidate in another one that is the same profession."""
    require(by, "triage")
    with transaction.atomic():
        fresh, target = locked_pair(candidate, into, version=version)
        must_be(fresh, *MERGEABLE)
        if target.pk == fresh.pk or target.status in ENDED:
            raise WrongState(
                gettext("merge into another candidate that is neither merged nor split itself"), field="into"
            )
        before = fresh.status
        end_in(fresh, target, now=now)
        record(
            by=by, verb="candidate.merged", of=fresh, now=now,
            details={
                "into": target.candidate_id, "reason": reason, "status": [before, fresh.status],
                "version": fresh.version,
            },
        )  # fmt: skip
    return fresh


def end_in(candidate: Candidate, target: Candidate, *, now: dt.datetime) -> None:
    """Marks a locked candidate as merged into `target`."""
    candidate.status, candidate.merged_into, candidate.watch_until = Status.MERGED, target, None
    store(candidate, now=now)


def split(*, candidate: Candidate, titles: list[str], by: User, version: int, now: dt.datetime) -> list[Candidate]:
    """New candidates for the parts of one that holds several professions; all keep its dossier."""
    require(by, "triage")
    with transaction.atomic():
        fresh = locked(candidate, version=version)
        must_be(fresh, *SPLITTABLE)
        names = list(dict.fromkeys(title.strip()[:300] for title in titles if title.strip()))
        if not 2 <= len(names) <= 12:
            raise WrongState(gettext("name two to twelve different parts, one a line"), field="titles")
        if PART in fresh.candidate_id:
            raise WrongState(
                gettext("'%(title)s' is a part itself; send it back, or split the whole again") % {"title": fresh.title}
            )
        taken = fresh.parts.count()
        parts = []
        for number, name in enumerate(names, taken + 1):
            copied = {
                field.name: getattr(fresh, field.name)
                for field in Candidate._meta.concrete_fields
                if field.name not in {"id", "candidate_id", "title", "status", "version", "split_from"}
            }
            part = Candidate.objects.create(
                **{
                    **copied, "candidate_id": f"{fresh.candidate_id}{PART}{number}", "title": name,
                    "status": Status.NEW, "split_from": fresh, "created_at": now, "updated_at": now,
                    "search": f"{name.lower()} {fresh.search}", "assessment_round": 1,
                }
            )  # fmt: skip
            parts.append(part)
        before, fresh.status = fresh.status, Status.SPLIT
        store(fresh, now=now)
        record(
            by=by, verb="candidate.split", of=fresh, now=now,
            details={
                "parts": [part.candidate_id for part in parts], "titles": names, "status": [before, fresh.status],
                "version": fresh.version,
            },
        )  # fmt: skip
    return parts


def watch(*, candidate: Candidate, until: dt.date, reason: str, by: User, version: int, now: dt.datetime) -> Candidate:
    """Puts a candidate aside until a date."""
    require(by, "triage")
    with transaction.atomic():
        fresh = locked(candidate, version=version)
        must_be(fresh, *SPLITTABLE)
        if until <= now.date():
            raise WrongState(gettext("watch until a date that is still to come"), field="until")
        before, fresh.status, fresh.watch_until = fresh.status, Status.WATCH, until
        store(fresh, now=now)
        record(
            by=by, verb="candidate.watched", of=fresh, now=now,
            details={"until": until, "reason": reason, "status": [before, fresh.status], "version": fresh.version},
        )  # fmt: skip
    return fresh


def send_back(*, candidate: Candidate, reason: str, by: User, version: int, now: dt.datetime) -> Candidate:
    """Returns a candidate to the queue: its analysts assess it anew."""
    require(by, "triage")
    with transaction.atomic():
        fresh = locked(candidate, version=version)
        must_be(fresh, Status.ASSESSING, Status.THIRD, Status.READY, Status.WATCH)
        before, until = fresh.status, fresh.watch_until
        fresh.status, fresh.watch_until = Status.NEW, None
        fresh.assessment_round += 1
        store(fresh, now=now)
        record(
            by=by, verb="candidate.sent_back", of=fresh, now=now,
            details={"reason": reason, "status": [before, fresh.status], "until": until, "version": fresh.version},
        )  # fmt: skip
    return fresh


def comment(*, candidate: Candidate, text: str, by: User, now: dt.datetime) -> Comment:
    """A remark; @username in it is a mention."""
    require(by, "comment")
    text = text.strip()
    if not text or len(text) > 10_000:
        raise WrongState(gettext("a comment has 1 to 10,000 characters"), field="text")
    with transaction.atomic():
        made = Comment.objects.create(candidate=candidate, author=by, text=text, written_at=now)
        named: Any = list(User.objects.filter(username__in=set(MENTION.findall(text)), is_active=True))
        made.mentions.set(named)
        record(
            by=by, verb="candidate.commented", of=candidate, now=now,
            details={"comment": made.pk, "mentions": sorted(user.username for user in named)},
        )  # fmt: skip
    return made
