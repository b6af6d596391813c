"""Verbs on the registers: entries, yearly figures, targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from observatory.errors import WrongState
from observatory.programme.actions.locking import add, change, locked, put, store
from observatory.programme.models import Entry, Figure, Target
from observatory.review.audit import record
from observatory.review.models import Candidate, Status, User
from observatory.review.permissions import require

FIRST_YEAR = 2000
MOST_PEOPLE = 10_000_000


def add_entry(*, values: Mapping[str, Any], professions: Sequence[Candidate], by: User, now: dt.datetime) -> Entry:
    """A training base, station, certification or competition, for one or more adopted professions."""
    require(by, "programme.keep")
    adopted_only(professions)
    _in_order(values["starts_on"], values.get("ends_on"))
    with transaction.atomic():
        made = add(
            Entry(**values), verb="entry.added", by=by, now=now,
            details={
                "register": values["register"], "name": values["name"], "country": values["country"],
                "professions": sorted(one.candidate_id for one in professions),
            },
            there=gettext("'%(name)s' stands in this register for this country already") % {"name": values["name"]},
        )  # fmt: skip
        made.professions.set(professions)
    return made


def change_entry(
    *, entry: Entry, values: Mapping[str, Any], professions: Sequence[Candidate] | None = None, by: User,
    version: int | None, now: dt.datetime,
) -> Entry:  # fmt: skip
    """Other facts on an entry. A profession that has figures there cannot be taken from it."""
    require(by, "programme.keep")
    _in_order(values.get("starts_on", entry.starts_on), values.get("ends_on", entry.ends_on))
    try:
        with transaction.atomic():
            fresh = locked(entry, version=version)
            changed = put(fresh, values)
            if professions is not None:
                before = {one.pk: one for one in fresh.professions.all()}
                adopted_only([one for one in professions if one.pk not in before])
                gone = before.keys() - {one.pk for one in professions}
                if fresh.figures.filter(candidate__in=gone).exists():
                    raise WrongState(gettext("figures are reported here for a profession you took out; leave it in"))
                if gone or {one.pk for one in professions} != before.keys():
                    fresh.professions.set(professions)
                    changed["professions"] = [
                        sorted(one.candidate_id for one in before.values()),
                        sorted(one.candidate_id for one in professions),
                    ]
            if changed:
                store(fresh, now=now)
                record(
                    by=by, verb="entry.changed", of=fresh, now=now,
                    details={"changed": changed, "version": fresh.version},
                )  # fmt: skip
        return fresh
    except IntegrityError as error:
        raise WrongState(gettext("another entry of this register has this name and country already")) from error


def report(
    *, entry: Entry, candidate: Candidate, year: int, people: int, source: str, by: User, version: int | None,
    now: dt.datetime,
) -> Figure:  # fmt: skip
    """People in a year at an entry for a profession, with where the figure comes from; again, to correct it.

    `version` is that of the figure corrected; None adds one, and is refused where there is one already.
    """
    require(by, "programme.keep")
    if not FIRST_YEAR <= year <= now.year:
        raise WrongState(gettext("a year from %(first)s to %(last)s is expected, not %(year)s") % {"first": FIRST_YEAR, "last": now.year, "year": year})  # fmt: skip
    if not 0 <= people <= MOST_PEOPLE:
        raise WrongState(gettext("a number of people from 0 to 10 million is expected"))
    if not source.strip():
        raise WrongState(gettext("say where the figure comes from: a figure without a source is not kept"))
    with transaction.atomic():
        fresh = locked(entry, version=None)
        if not fresh.professions.filter(pk=candidate.pk).exists():
            raise WrongState(
                gettext("'%(title)s' is no profession of '%(entry)s'; add it there first")
                % {"title": candidate.title, "entry": fresh.name}
            )
        if year < fresh.starts_on.year or (fresh.ends_on and year > fresh.ends_on.year):
            raise WrongState(gettext("'%(entry)s' was not open in %(year)s") % {"entry": fresh.name, "year": year})
        known = Figure.objects.filter(entry=fresh, candidate=candidate, year=year).first()
        values = {"people": people, "source": source.strip()[:200]}
        if known is None or version is None:
            made = Figure(entry=fresh, candidate=candidate, year=year, reported_by=by, **values)
            return add(
                made, verb="figure.reported", by=by, now=now,
                details={"entry": fresh.pk, "candidate": candidate.candidate_id, "year": year, "people": people},
                there=gettext("there is a figure for %(year)s already; correct that one") % {"year": year},
            )  # fmt: skip
        return change(known, values, verb="figure.changed", by=by, version=version, now=now)


def set_target(*, register: str, measure: str, year: int, value: int, by: User, now: dt.datetime) -> Target:
    """What a register is to reach in a year."""
    require(by, "programme.keep")
    if not FIRST_YEAR <= year <= now.year + 20 or not 0 <= value <= MOST_PEOPLE:
        raise WrongState(
            gettext("a target is a whole number from 0 to 10 million for a year from 2000 to twenty years ahead")
        )
    with transaction.atomic():
        key = {"register": register, "measure": measure, "year": year}
        known = Target.objects.select_for_update(no_key=True).filter(**key).first()
        if known is not None:
            return change(known, {"value": value}, verb="target.set", by=by, version=None, now=now)
        return add(
            Target(**key, value=value), verb="target.set", by=by, now=now, details={**key, "value": value},
            there=gettext("somebody else has just set this target; look again"),
        )  # fmt: skip


def adopted_only(professions: Sequence[Candidate]) -> None:
    for one in professions:
        if one.status != Status.ADOPTED:
            raise WrongState(
                gettext("'%(title)s' is not adopted; the registers hold adopted professions only")
                % {"title": one.title}
            )


def _in_order(starts: dt.date, ends: dt.date | None) -> None:
    if ends is not None and ends < starts:
        raise WrongState(gettext("it ends before it starts (%(ends)s, %(starts)s)") % {"ends": ends, "starts": starts})
