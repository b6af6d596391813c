"""Verbs on partners, their agreements and standards, and on comparisons of standards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from observatory.errors import WrongState
from observatory.programme.actions.locking import add, change, locked, store
from observatory.programme.models import (
    Agreement,
    Brief,
    Comparison,
    LevelMatch,
    OwnUnit,
    Partner,
    PartnerStandard,
    PartnerUnit,
    UnitMatch,
)
from observatory.review.audit import record
from observatory.review.models import User
from observatory.review.permissions import require

MOST_UNITS = 500


def add_partner(*, values: Mapping[str, Any], by: User, now: dt.datetime) -> Partner:
    """A new partner. `values`: name, country, kind, status, website, note."""
    require(by, "programme.keep")
    with transaction.atomic():
        return add(
            Partner(**values), verb="partner.added", by=by, now=now,
            details={"country": values["country"], "kind": values["kind"], "status": values.get("status", "talks")},
            there=gettext("'%(name)s' is a partner in this country already; change it instead") % {"name": values["name"]},
        )  # fmt: skip


def change_partner(
    *, partner: Partner, values: Mapping[str, Any], by: User, version: int | None, now: dt.datetime
) -> Partner:
    """Other facts on a partner."""
    require(by, "programme.keep")
    try:
        with transaction.atomic():
            return change(partner, values, verb="partner.changed", by=by, version=version, now=now)
    except IntegrityError as error:
        raise WrongState(gettext("another partner in this country has this name already")) from error


def add_agreement(*, partner: Partner, values: Mapping[str, Any], by: User, now: dt.datetime) -> Agreement:
    """An agreement with a partner. `values`: title, signed_on, starts_on, ends_on."""
    require(by, "programme.keep")
    _in_order(values["starts_on"], values.get("ends_on"))
    with transaction.atomic():
        return add(
            Agreement(partner=partner, **values), verb="agreement.added", by=by, now=now,
            details={"partner": partner.pk, "title": values["title"], "signed_on": values["signed_on"]},
            there=gettext("'%(name)s' is there already for this partner; change it instead") % {"name": values["title"]},
        )  # fmt: skip


def change_agreement(
    *, agreement: Agreement, values: Mapping[str, Any], by: User, version: int | None, now: dt.datetime
) -> Agreement:
    """Other dates of an agreement, or its end."""
    require(by, "programme.keep")
    _in_order(values.get("starts_on", agreement.starts_on), values.get("ends_on", agreement.ends_on))
    with transaction.atomic():
        return change(agreement, values, verb="agreement.changed", by=by, version=version, now=now)


def _in_order(starts: dt.date, ends: dt.date | None) -> None:
    if ends is not None and ends < starts:
        raise WrongState(gettext("it ends before it starts (%(ends)s, %(starts)s)") % {"ends": ends, "starts": starts})


def add_standard(
    *, partner: Partner, values: Mapping[str, Any], units: Sequence[Mapping[str, str]] = (), by: User, now: dt.datetime
) -> PartnerStandard:
    """A partner's standard (code, title, edition, levels from the lowest up) with its units (code, title, level, detail)."""
    require(by, "programme.keep")
    with transaction.atomic():
        made = add(
            PartnerStandard(partner=partner, **values), verb="standard.added", by=by, now=now,
            details={"partner": partner.pk, "code": values["code"], "edition": values.get("edition", "")},
            there=gettext("'%(name)s' is there already for this partner in this edition") % {"name": values["code"]},
        )  # fmt: skip
        if units:
            put_units(standard=made, units=units, by=by, version=made.version, now=now)
    return made


def put_units(
    *, standard: PartnerStandard, units: Sequence[Mapping[str, str]], by: User, version: int | None, now: dt.datetime
) -> PartnerStandard:
    """Adds units to a standard, or renames those it has, by their code. Levels they name come behind those known."""
    require(by, "programme.keep")
    with transaction.atomic():
        fresh = locked(standard, version=version)
        _valid(fresh)
        there = {one.code: one for one in fresh.units.all()}
        added, changed = [], []
        for unit in units:
            known = there.get(unit["code"])
            said = {"title": unit["title"], "level": unit.get("level", ""), "detail": unit.get("detail", "")}
            if known is None:
                made = PartnerUnit(standard=fresh, code=unit["code"], position=len(there), **said)
                made.save()
                there[made.code] = made
                added.append(made.code)
            elif any(getattr(known, name) != value for name, value in said.items()):
                for name, value in said.items():
                    setattr(known, name, value)
                known.save()
                changed.append(known.code)
        if len(there) > MOST_UNITS:
            raise WrongState(gettext("a standard has at most %(n)s units") % {"n": MOST_UNITS})
        levels = list(dict.fromkeys([*fresh.levels, *(one.level for one in there.values() if one.level)]))
        if added or changed or levels != fresh.levels:
            fresh.levels = levels
            store(fresh, now=now)
            record(
                by=by, verb="standard.changed", of=fresh, now=now,
                details={"units_added": added, "units_changed": changed, "levels": levels, "version": fresh.version},
            )  # fmt: skip
    return fresh


def withdraw_standard(
    *, standard: PartnerStandard, on: dt.date, reason: str, by: User, version: int, now: dt.datetime
) -> PartnerStandard:
    """The partner has withdrawn the standard: it takes no new comparison, and its old ones are marked."""
    require(by, "programme.keep")
    if not reason.strip():
        raise WrongState(gettext("say why the standard was withdrawn, or where that is written"))
    with transaction.atomic():
        fresh = locked(standard, version=version)
        _valid(fresh)
        fresh.withdrawn_on, fresh.withdrawn_by, fresh.withdrawn_why = on, by, reason.strip()[:2000]
        store(fresh, now=now)
        marked = list(fresh.comparisons.values_list("pk", flat=True))
        record(
            by=by, verb="standard.withdrawn", of=fresh, now=now,
            details={"on": on, "reason": fresh.withdrawn_why, "comparisons_marked": marked, "version": fresh.version},
        )  # fmt: skip
    return fresh


def start_comparison(*, brief: Brief, standard: PartnerStandard, by: User, now: dt.datetime) -> Comparison:
    """Lays our standard beside a partner's. Refused where the partner has withdrawn it."""
    require(by, "programme.keep")
    with transaction.atomic():
        fresh = locked(standard, version=None)
        _valid(fresh)
        if not fresh.units.exists() or not brief.units.exists():
            raise WrongState(gettext("both standards need units before they can be compared"))
        return add(
            Comparison(brief=brief, standard=fresh, started_by=by), verb="comparison.started", by=by, now=now,
            details={"candidate": brief.candidate.candidate_id, "brief": brief.sha256, "standard": fresh.pk},
            there=gettext("these two are compared already; go on with that comparison"),
        )  # fmt: skip


def match_units(
    *, comparison: Comparison, own: OwnUnit, theirs: PartnerUnit, extent: str, note: str = "", by: User, version: int,
    now: dt.datetime,
) -> Comparison:  # fmt: skip
    """A unit of the partner stands for one of ours; saying it again changes the extent and the note."""
    require(by, "programme.keep")
    if extent not in UnitMatch.Extent.values:
        raise WrongState(gettext("a unit covers another in full or in part"))
    with transaction.atomic():
        fresh = _open(comparison, version)
        if own.brief_id != fresh.brief_id or theirs.standard_id != fresh.standard_id:
            raise WrongState(gettext("one of the units is not in this comparison"))
        UnitMatch.objects.update_or_create(
            comparison=fresh, own=own, theirs=theirs, defaults={"extent": extent, "note": note.strip()[:500]}
        )
        _changed(fresh, {"own": own.code, "theirs": theirs.code, "extent": extent}, by=by, now=now)
    return fresh


def part_units(*, comparison: Comparison, match: UnitMatch, by: User, version: int, now: dt.datetime) -> Comparison:
    """Takes two units apart again."""
    require(by, "programme.keep")
    with transaction.atomic():
        fresh = _open(comparison, version)
        said = {"own": match.own.code, "theirs": match.theirs.code, "extent": None}
        if not UnitMatch.objects.filter(pk=match.pk, comparison=fresh).delete()[0]:
            raise WrongState(gettext("these two units are not put together"))
        _changed(fresh, said, by=by, now=now)
    return fresh


def match_levels(
    *, comparison: Comparison, levels: Mapping[str, str], by: User, version: int, now: dt.datetime
) -> Comparison:
    """Which level of the partner stands for each of ours; an empty one for none. Both go up together."""
    require(by, "programme.keep")
    with transaction.atomic():
        fresh = _open(comparison, version)
        ours, theirs = list(fresh.brief.levels), list(fresh.standard.levels)
        wrong = [own for own in levels if own not in ours] + [
            one for one in levels.values() if one and one not in theirs
        ]
        if wrong:
            raise WrongState(gettext("no such level: %(levels)s") % {"levels": ", ".join(wrong)})
        said = {own: levels[own] for own in ours if levels.get(own)}
        places = [theirs.index(one) for one in said.values()]
        if places != sorted(places):
            raise WrongState(
                gettext("a higher level of ours cannot stand beside a lower one of theirs; check the order")
            )
        LevelMatch.objects.filter(comparison=fresh).delete()
        LevelMatch.objects.bulk_create(LevelMatch(comparison=fresh, own=a, theirs=b) for a, b in said.items())
        _changed(fresh, {"levels": said}, by=by, now=now)
    return fresh


def agree(*, comparison: Comparison, by: User, version: int, now: dt.datetime) -> Comparison:
    """Closes a comparison as agreed between the two sides."""
    require(by, "programme.keep")
    with transaction.atomic():
        fresh = _open(comparison, version)
        if not fresh.matches.exists():
            raise WrongState(gettext("nothing is put together yet, so there is nothing to agree on"))
        fresh.agreed_by, fresh.agreed_at = by, now
        store(fresh, now=now)
        record(by=by, verb="comparison.agreed", of=fresh, now=now, details={"version": fresh.version})
    return fresh


def reopen(*, comparison: Comparison, reason: str, by: User, version: int, now: dt.datetime) -> Comparison:
    """Opens an agreed comparison again."""
    require(by, "programme.keep")
    if not reason.strip():
        raise WrongState(gettext("say why: the reason is kept in the record"))
    with transaction.atomic():
        fresh = locked(comparison, version=version)
        if fresh.agreed_at is None:
            raise WrongState(gettext("the comparison is open already"))
        _valid(fresh.standard)
        fresh.agreed_by = fresh.agreed_at = None
        store(fresh, now=now)
        record(
            by=by, verb="comparison.reopened", of=fresh, now=now,
            details={"reason": reason.strip()[:2000], "version": fresh.version},
        )  # fmt: skip
    return fresh


def _open(comparison: Comparison, version: int) -> Comparison:
    fresh = locked(comparison, version=version)
    if fresh.agreed_at is not None:
        raise WrongState(gettext("the comparison is agreed; open it again before you change it"))
    _valid(fresh.standard)
    return fresh


def _valid(standard: PartnerStandard) -> None:
    """Raises `WrongState` where the partner has withdrawn the standard."""
    if standard.withdrawn_on is not None:
        raise WrongState(
            gettext("%(partner)s withdrew '%(standard)s' on %(day)s: it takes no new mapping, and what was mapped stays as it is, marked")
            % {"partner": standard.partner.name, "standard": str(standard), "day": standard.withdrawn_on.isoformat()}
        )  # fmt: skip


def _changed(comparison: Comparison, said: Mapping[str, Any], *, by: User, now: dt.datetime) -> None:
    store(comparison, now=now)
    record(by=by, verb="comparison.changed", of=comparison, now=now, details={**said, "version": comparison.version})
