"""Verbs of the crosswalk: proposals come in, a person confirms, rejects or opens them again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from django.db import transaction
from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from observatory.errors import BadInput, WrongState
from observatory.programme.actions.locking import locked, store
from observatory.programme.models import Match, Relation
from observatory.register import SCHEMES
from observatory.review.actions.registering import row_of
from observatory.review.actions.registering import store as store_row
from observatory.review.audit import record
from observatory.review.models import Candidate, User
from observatory.review.models_standards import Entry
from observatory.review.permissions import require

MOST = 20_000  # proposals in a file
OTHER_NAMES = {"isco": "isco-08"}  # of a scheme, in files


class _Proposal(BaseModel):
    model_config = ConfigDict(extra="forbid")
    candidate_id: str = Field(min_length=1, max_length=80)
    scheme: str = Field(min_length=1, max_length=40)
    version: str = Field("", max_length=40)
    code: str = Field(min_length=1, max_length=300)
    title: str = Field(min_length=1, max_length=500)
    relation: Relation
    similarity: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    evidence: tuple[str, ...] = Field((), max_length=50)


class _File(BaseModel):
    model_config = ConfigDict(extra="allow")
    proposals: tuple[Mapping[str, Any], ...] = Field(max_length=MOST)


def read_proposals(text: str) -> list[_Proposal]:
    """The proposals of a file made by `observatory crosswalk`. Raises `BadInput` naming every row that is wrong."""
    try:
        rows = _File.model_validate(json.loads(text.replace("\\u0000", ""))).proposals
    except (ValueError, RecursionError) as error:
        raise BadInput(
            gettext('not a crosswalk: expected JSON with "proposals", a list; make it with: observatory crosswalk')
        ) from error
    found, wrong, seen = [], [], set()
    for number, raw in enumerate(rows, 1):
        try:
            one = _Proposal.model_validate(raw)
        except ValidationError as error:
            first = error.errors()[0]
            wrong.append(f"{number}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
            continue
        one.scheme = OTHER_NAMES.get(one.scheme, one.scheme)
        key = (one.candidate_id, one.scheme, one.version, one.code)
        if one.scheme not in SCHEMES:
            wrong.append(f"{number}: scheme {one.scheme!r} is none of {', '.join(SCHEMES)}")
        elif key in seen:
            wrong.append(f"{number}: {one.scheme} {one.code} is proposed twice for {one.candidate_id}")
        seen.add(key)
        found.append(one)
    if wrong:
        raise BadInput(
            gettext("%(n)s of %(all)s rows cannot be taken, so none was: %(rows)s")
            % {"n": len(wrong), "all": len(rows), "rows": "; ".join(wrong[:20])}
        )
    return found


def receive(*, text: str, by: User, now: dt.datetime) -> dict[str, int]:
    """Takes in proposals: {"new", "known", "changed"}. What a person has decided on stays as it is."""
    require(by, "programme.crosswalk")
    rows = read_proposals(text)
    counts = {"new": 0, "changed": 0, "known": 0}
    with transaction.atomic():
        keys = {row.candidate_id for row in rows}
        there = {one.candidate_id: one for one in Candidate.objects.filter(candidate_id__in=keys)}
        if unknown := sorted(keys - there.keys()):
            raise BadInput(
                gettext("no candidate has the id %(ids)s; bring its dossier in first. Nothing was taken")
                % {"ids": ", ".join(unknown[:10])}
            )
        old = {
            (one.candidate_id, one.scheme, one.edition, one.code): one
            for one in Match.objects.select_for_update(no_key=True).filter(candidate__in=there.values()).order_by("pk")
        }
        for row in rows:
            candidate = there[row.candidate_id]
            known = old.get((candidate.pk, row.scheme, row.version, row.code))
            values = {
                "title": row.title, "similarity": row.similarity, "proposed": row.relation.value,
                "evidence": [_clean(one) for one in row.evidence],
            }  # fmt: skip
            if known is None:
                made = Match.objects.create(
                    candidate=candidate, scheme=row.scheme, edition=row.version, code=_clean(row.code), created_at=now,
                    updated_at=now, **{**values, "title": _clean(row.title)},
                )  # fmt: skip
                record(
                    by=by,
                    verb="match.proposed",
                    of=made,
                    now=now,
                    details=_about(made) | {"similarity": made.similarity},
                )
                counts["new"] += 1
            elif known.state == Match.State.OPEN and any(
                getattr(known, name) != value for name, value in values.items()
            ):
                for name, value in values.items():
                    setattr(known, name, value)
                store(known, now=now)
                record(
                    by=by,
                    verb="match.proposed",
                    of=known,
                    now=now,
                    details=_about(known) | {"similarity": known.similarity},
                )
                counts["changed"] += 1
            else:
                counts["known"] += 1
    return counts


def confirm(*, match: Match, relation: str, note: str = "", by: User, version: int, now: dt.datetime) -> Match:
    """A person says how the profession lies to the concept. One concept of a classification at most is the same."""
    require(by, "programme.crosswalk")
    if relation not in Relation.values:
        raise WrongState(gettext("choose one of the relations: %(list)s") % {"list": ", ".join(Relation.values)})
    with transaction.atomic():
        Candidate.objects.select_for_update(no_key=True).get(pk=match.candidate_id)
        fresh = locked(match, version=version)
        _open(fresh)
        if relation == Relation.EXACT:
            other = Match.objects.filter(
                candidate=fresh.candidate_id, scheme=fresh.scheme, edition=fresh.edition, state=Match.State.CONFIRMED,
                relation=Relation.EXACT,
            ).first()  # fmt: skip
            if other:
                raise WrongState(
                    gettext("'%(other)s' is confirmed as the same already; a profession is the same as one concept of a classification at most")
                    % {"other": f"{other.code} {other.title}"}
                )  # fmt: skip
        done = _decide(fresh, Match.State.CONFIRMED, relation, note, "match.confirmed", by, now)
        _carry(fresh.candidate, by=by, now=now)
    return done


def reject(*, match: Match, reason: str, by: User, version: int, now: dt.datetime) -> Match:
    """A person says that the concept is none for this profession, and why."""
    require(by, "programme.crosswalk")
    if not reason.strip():
        raise WrongState(gettext("say why: the reason is kept with the rejection"))
    with transaction.atomic():
        fresh = locked(match, version=version)
        _open(fresh)
        return _decide(fresh, Match.State.REJECTED, "", reason, "match.rejected", by, now)


def reopen(*, match: Match, reason: str, by: User, version: int, now: dt.datetime) -> Match:
    """Opens a decided proposal again; the decision stays in the record."""
    require(by, "programme.crosswalk")
    if not reason.strip():
        raise WrongState(gettext("say why: the reason is kept in the record"))
    with transaction.atomic():
        fresh = locked(match, version=version)
        if fresh.state == Match.State.OPEN:
            raise WrongState(gettext("'%(title)s' is open already") % {"title": str(fresh)})
        said = _about(fresh) | {"state": fresh.state, "relation": fresh.relation, "reason": reason.strip()[:2000]}
        fresh.state, fresh.relation, fresh.reason = Match.State.OPEN, "", ""
        fresh.decided_by = fresh.decided_at = None
        store(fresh, now=now)
        record(by=by, verb="match.reopened", of=fresh, now=now, details=said)
        _carry(fresh.candidate, by=by, now=now)
    return fresh


def carry(*, candidate: Candidate, by: User, now: dt.datetime) -> bool:
    """Writes the confirmed mappings into the profession's row of the register; False where they are there already.

    Confirming does so by itself; this is for a profession that came into the register after that.
    """
    require(by, "programme.crosswalk")
    with transaction.atomic():
        Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
        return _carry(candidate, by=by, now=now)


def lacking(candidate: Candidate) -> bool:
    """Whether the profession's row of the register holds other mappings than those that people confirmed."""
    entry = Entry.objects.filter(identity=candidate.candidate_id).exclude(status="withdrawn").first()
    return entry is not None and row_of(entry).mappings != _confirmed(candidate)


def _carry(candidate: Candidate, *, by: User, now: dt.datetime) -> bool:
    entry = Entry.objects.select_for_update(no_key=True).filter(identity=candidate.candidate_id).first()
    if entry is None or entry.status == "withdrawn":
        return False
    row, found = row_of(entry), _confirmed(candidate)
    if row.mappings == found:
        return False
    store_row(replace(row, mappings=found, version=row.version + 1), why=gettext("crosswalk confirmed"), by=by, now=now)
    return True


def _confirmed(candidate: Candidate) -> tuple[tuple[str, str, str, str, str, str], ...]:
    """The confirmed mappings as the register holds them: scheme, version, code, relation, by whom, on which day."""
    rows = Match.objects.filter(candidate=candidate, state=Match.State.CONFIRMED).select_related("decided_by")
    return tuple(
        (one.scheme, one.edition, one.code, one.relation, one.decided_by.username, one.decided_at.date().isoformat())
        for one in rows.order_by("scheme", "edition", "code")
    )


def _open(match: Match) -> None:
    if match.state != Match.State.OPEN:
        raise WrongState(
            gettext("'%(title)s' is decided already (%(state)s); open it again first")
            % {"title": str(match), "state": Match.State(match.state).label}
        )


def _decide(match: Match, state: str, relation: str, reason: str, verb: str, by: User, now: dt.datetime) -> Match:
    match.state, match.relation, match.reason = state, relation, reason.strip()[:2000]
    match.decided_by, match.decided_at = by, now
    store(match, now=now)
    said = {"relation": relation, "reason": match.reason, "version": match.version}
    record(by=by, verb=verb, of=match, now=now, details=_about(match) | said)
    return match


def _about(match: Match) -> dict[str, Any]:
    return {
        "candidate": match.candidate.candidate_id, "scheme": match.scheme, "edition": match.edition, "code": match.code,
    }  # fmt: skip


def _clean(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:2000]
