"""Verbs on curriculum briefs: they come in as JSON, or take their units from a draft standard on the site."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Annotated

from django.db import transaction
from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from observatory.errors import BadInput, WrongState
from observatory.programme.actions.registers import adopted_only
from observatory.programme.models import Brief, OwnUnit
from observatory.review.audit import record
from observatory.review.models import Candidate, User
from observatory.review.models_standards import DraftVersion
from observatory.review.permissions import require
from observatory.standards import from_json


class _Loose(BaseModel):
    model_config = ConfigDict(extra="allow")


class Unit(_Loose):
    """A unit of a brief."""

    code: str = Field(min_length=1, max_length=60)
    title: str = Field(min_length=1, max_length=300)
    level: str = Field("", max_length=40)
    skills: tuple[str, ...] = Field((), max_length=200)


Count = Annotated[int, Field(ge=0, lt=2**31)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Skill(_Loose):
    """A skill of a brief: postings and employers that name it, its share of all postings (0 to 1), and its rise (ratio)."""

    label: str = Field(min_length=1, max_length=200)
    postings: Count = 0
    employers: Count = 0
    share: Finite | None = None
    rise: Finite | None = None
    reason: str = Field("", max_length=1000)


class Taught(_Loose):
    """What a neighbouring occupation teaches already."""

    title: str = Field(min_length=1, max_length=300)
    scheme: str = Field("", max_length=40)
    code: str = Field("", max_length=300)
    skills: tuple[str, ...] = Field((), max_length=200)


class Competition(_Loose):
    """Whether the profession suits a skills competition, and why."""

    suits: bool
    reasons: tuple[str, ...] = Field((), max_length=50)


class BriefFile(_Loose):
    """A curriculum brief as `observatory curriculum --format json` writes it."""

    candidate_id: str = Field(min_length=1, max_length=80)
    levels: tuple[str, ...] = Field((), max_length=20)
    units: tuple[Unit, ...] = Field(min_length=1, max_length=500)
    skills: tuple[Skill, ...] = Field((), max_length=500)
    taught: tuple[Taught, ...] = Field((), max_length=50)
    certification: tuple[Skill, ...] = Field((), max_length=500)
    competition: Competition | None = None
    limits: tuple[str, ...] = Field((), max_length=100)


def read_brief(text: str) -> BriefFile:
    """A brief, its shape checked. Raises `BadInput` saying what does not fit."""
    try:
        found = BriefFile.model_validate(json.loads(text.replace("\\u0000", "")))
    except (ValueError, RecursionError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        where = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}" if first else str(error)
        raise BadInput(
            gettext("not a curriculum brief: %(where)s; make it with: observatory curriculum ID --format json")
            % {"where": where}
        ) from error
    codes = [unit.code for unit in found.units]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise BadInput(gettext("units with the same code: %(codes)s") % {"codes": ", ".join(twice[:10])})
    known = set(found.levels)
    if lost := [unit.code for unit in found.units if unit.level and known and unit.level not in known]:
        raise BadInput(
            gettext("units of a level that the brief does not list: %(codes)s") % {"codes": ", ".join(lost[:10])}
        )
    return found


def receive_brief(*, text: str, by: User, now: dt.datetime) -> tuple[Brief, bool]:
    """Takes in the brief of an adopted profession; True where it is new. Older briefs and their comparisons stay."""
    require(by, "programme.keep")
    seen = read_brief(text)
    with transaction.atomic():
        candidate = Candidate.objects.select_for_update(no_key=True).filter(candidate_id=seen.candidate_id).first()
        if candidate is None:
            raise BadInput(
                gettext("no candidate has the id %(ids)s; bring its dossier in first. Nothing was taken")
                % {"ids": seen.candidate_id}
            )
        return _keep(seen, candidate, by=by, now=now)


def take_units(*, draft: DraftVersion, by: User, now: dt.datetime) -> tuple[Brief, bool]:
    """A brief with the units of a draft standard, a unit for each content of work at each level; the rest of the
    newest brief stays. True where it is new."""
    require(by, "programme.keep")
    read = from_json(draft.body)
    with transaction.atomic():
        candidate = Candidate.objects.select_for_update(no_key=True).get(pk=draft.project.candidate_id)
        units = [
            Unit(
                code=f"{content.key} / {level.level}"[:60], title=(content.title.text or content.key)[:300], level=level.level,
                skills=tuple(cell.text for row in content.requirements if row.level == level.level for cell in row.skills if cell.text),
            )
            for level in read.levels for function in read.functions for content in function.contents
            if any(row.level == level.level for row in content.requirements)
        ]  # fmt: skip
        if not units:
            raise WrongState(gettext("the draft has no content of work at any level, so there are no units to take"))
        newest = Brief.objects.filter(candidate=candidate).first()
        said = {
            **(newest.body if newest else {"candidate_id": candidate.candidate_id}), "units": units,
            "levels": [level.level for level in read.levels], "draft": {"number": draft.number, "sha256": draft.sha256},
        }  # fmt: skip
        if not said.get("skills"):
            said["skills"] = [
                Skill(label=one.label[:200], postings=one.postings, employers=one.employers, share=one.share)
                for one in read.profile
            ]
        return _keep(BriefFile.model_validate(said), candidate, by=by, now=now)


def _keep(seen: BriefFile, candidate: Candidate, *, by: User, now: dt.datetime) -> tuple[Brief, bool]:
    """Stores a brief of a locked candidate, once."""
    adopted_only([candidate])
    body = json.loads(seen.model_dump_json())
    sha256 = hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")).hexdigest()
    known = Brief.objects.filter(candidate=candidate, sha256=sha256).first()
    if known:
        return known, False
    levels = list(seen.levels) or list(dict.fromkeys(unit.level for unit in seen.units if unit.level))
    made: Brief = Brief.objects.create(
        candidate=candidate, sha256=sha256, body=body, levels=levels, received_by=by, received_at=now
    )
    OwnUnit.objects.bulk_create(
        OwnUnit(
            brief=made, code=unit.code, title=unit.title, level=unit.level, skills=list(unit.skills), position=number
        )
        for number, unit in enumerate(seen.units)
    )
    record(
        by=by, verb="brief.received", of=made, now=now,
        details={"candidate": candidate.candidate_id, "sha256": sha256, "units": len(seen.units)},
    )  # fmt: skip
    return made, True
