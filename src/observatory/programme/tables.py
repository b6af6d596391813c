"""Partners and registers as CSV, out and in. A file is taken whole or not at all, with a reason for each bad row.

What goes out comes in again without loss; rows are known by their natural key (country and name of a partner,
register, country and name of an entry), so that the same file twice changes nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from observatory.errors import BadInput, ObservatoryError, WrongState
from observatory.programme.actions import partners, registers
from observatory.programme.forms import AgreementForm, EntryForm, FigureForm, PartnerForm, TargetForm
from observatory.programme.models import (
    Agreement,
    Entry,
    Figure,
    Partner,
    PartnerStandard,
    PartnerUnit,
    Register,
    Target,
)
from observatory.review.models import Candidate, User

MOST_ROWS = 5_000
MOST_BYTES = 8 * 2**20
Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: its columns in order, the rows that go out, and how one row is taken in ("added", "changed", "same")."""

    words: Any
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[tuple[object, ...]]]
    take: Callable[[Row, User, dt.datetime], str]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of a file: counts, or the rows that are wrong (then nothing was taken)."""

    added: int = 0
    changed: int = 0
    same: int = 0
    wrong: list[tuple[int, str]] = field(default_factory=list)


def written(name: str) -> str:
    """A table as RFC 4180 CSV in UTF-8."""
    table = TABLES[name]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows())
    return out.getvalue()


def bring_in(name: str, text: str, *, by: User, now: dt.datetime) -> Taken:
    """Takes in a table. Raises `BadInput` for a file that is none; rows that are wrong are listed, and nothing is taken."""
    table = TABLES[name]
    try:
        reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        given = list(reader.fieldnames or ())
        rows = list(reader) if given else []
    except csv.Error as error:
        raise BadInput(gettext("the CSV is broken: %(why)s") % {"why": error}) from error
    if sorted(given) != sorted(table.columns):
        raise BadInput(
            gettext("the columns are %(given)s; expected are %(columns)s")
            % {"given": ", ".join(given)[:300] or "—", "columns": ", ".join(table.columns)}
        )
    if len(rows) > MOST_ROWS:
        raise BadInput(gettext("%(n)s rows; at most %(most)s are taken at once") % {"n": len(rows), "most": MOST_ROWS})
    counts = {"added": 0, "changed": 0, "same": 0}
    wrong: list[tuple[int, str]] = []
    with transaction.atomic():
        for number, row in enumerate(rows, 2):
            try:
                if None in row or None in row.values():
                    raise BadInput(gettext("it has more or fewer cells than there are columns"))
                with transaction.atomic():
                    what = table.take({key: value.replace("\0", "").strip() for key, value in row.items()}, by, now)
                counts[what] += 1
            except ObservatoryError as error:
                wrong.append((number, str(error)))
        if wrong:
            transaction.set_rollback(True)
            return Taken(wrong=wrong)
    return Taken(**counts)


def _checked(form: Any) -> dict[str, Any]:
    if form.is_valid():
        return dict(form.values() if hasattr(form, "values") else form.cleaned_data)
    name, problems = next(iter(form.errors.items()))
    raise BadInput(f"{name}: {problems[0]}")


def _moved(before: int, after: int) -> str:
    return "changed" if after != before else "same"


def _partner(country: str, name: str) -> Partner:
    found = Partner.objects.filter(country=country, name=name).first()
    if found is None:
        raise BadInput(
            gettext("no partner '%(name)s' in %(country)s; add it first") % {"name": name, "country": country or "—"}
        )
    return found


def _entry(register: str, country: str, name: str) -> Entry:
    found = Entry.objects.filter(register=register, country=country, name=name).first()
    if found is None:
        raise BadInput(gettext("no entry '%(name)s' in the register %(register)s for %(country)s") % {"name": name, "register": register, "country": country})  # fmt: skip
    return found


def _take_partner(row: Row, by: User, now: dt.datetime) -> str:
    values = _checked(PartnerForm(row))
    known = Partner.objects.filter(country=values["country"], name=values["name"]).first()
    if known is None:
        partners.add_partner(values=values, by=by, now=now)
        return "added"
    return _moved(
        known.version, partners.change_partner(partner=known, values=values, by=by, version=None, now=now).version
    )


def _take_agreement(row: Row, by: User, now: dt.datetime) -> str:
    partner, values = _partner(row["country"], row["partner"]), _checked(AgreementForm(row))
    known = Agreement.objects.filter(partner=partner, title=values["title"]).first()
    if known is None:
        partners.add_agreement(partner=partner, values=values, by=by, now=now)
        return "added"
    after = partners.change_agreement(agreement=known, values=values, by=by, version=None, now=now)
    return _moved(known.version, after.version)


def _take_unit(row: Row, by: User, now: dt.datetime) -> str:
    partner = _partner(row["country"], row["partner"])
    for name, most in (("standard", 60), ("standard_title", 300), ("unit", 60), ("unit_title", 300)):
        if not 0 < len(row[name]) <= most:
            raise BadInput(
                gettext("%(column)s: 1 to %(most)s characters are expected") % {"column": name, "most": most}
            )
    if len(row["edition"]) > 40 or len(row["level"]) > 40:
        raise BadInput(
            gettext("%(column)s: 1 to %(most)s characters are expected") % {"column": "edition, level", "most": 40}
        )
    known = PartnerStandard.objects.filter(partner=partner, code=row["standard"], edition=row["edition"]).first()
    if known is None:
        values = {"code": row["standard"], "title": row["standard_title"], "edition": row["edition"], "levels": []}
        known = partners.add_standard(partner=partner, values=values, by=by, now=now)
    elif known.title != row["standard_title"]:
        raise WrongState(
            gettext("the standard %(code)s has another title here: %(title)s")
            % {"code": known.code, "title": known.title}
        )
    unit = {"code": row["unit"], "title": row["unit_title"], "level": row["level"], "detail": row["detail"][:5000]}
    there = PartnerUnit.objects.filter(standard=known, code=row["unit"]).first()
    if there and (there.title, there.level, there.detail) == (unit["title"], unit["level"], unit["detail"]):
        return "same"
    partners.put_units(standard=known, units=[unit], by=by, version=None, now=now)
    return "changed" if there else "added"


def _take_entry(row: Row, by: User, now: dt.datetime) -> str:
    if row["register"] not in Register.values:
        raise BadInput(
            gettext("register %(name)s is none of %(list)s")
            % {"name": row["register"], "list": ", ".join(Register.values)}
        )
    partner = _partner(row["partner_country"], row["partner"]) if row["partner"] else None
    ids = row["professions"].split()
    found = list(Candidate.objects.filter(candidate_id__in=ids).order_by("pk"))
    if lost := set(ids) - {one.candidate_id for one in found}:
        raise BadInput(gettext("no candidate has the id %(ids)s") % {"ids": ", ".join(sorted(lost))})
    keep = tuple(one.pk for one in found)
    given = {**row, "partner": partner.pk if partner else "", "professions": [one.pk for one in found]}
    values = {**_checked(EntryForm(given, keep=keep)), "register": row["register"]}
    professions = list(values.pop("professions"))
    known = Entry.objects.filter(register=row["register"], country=values["country"], name=values["name"]).first()
    if known is None:
        registers.add_entry(values=values, professions=professions, by=by, now=now)
        return "added"
    after = registers.change_entry(entry=known, values=values, professions=professions, by=by, version=None, now=now)
    return _moved(known.version, after.version)


def _take_figure(row: Row, by: User, now: dt.datetime) -> str:
    entry = _entry(row["register"], row["country"], row["entry"])
    candidate = entry.professions.filter(candidate_id=row["candidate_id"]).first()
    if candidate is None:
        raise BadInput(
            gettext("%(id)s is no profession of '%(entry)s'") % {"id": row["candidate_id"], "entry": entry.name}
        )
    values = _checked(FigureForm({**row, "candidate": candidate.pk}, entry=entry))
    known = Figure.objects.filter(entry=entry, candidate=candidate, year=values["year"]).first()
    after = registers.report(entry=entry, version=known.version if known else None, by=by, now=now, **values)
    return _moved(known.version, after.version) if known else "added"


def _take_target(row: Row, by: User, now: dt.datetime) -> str:
    values = _checked(TargetForm(row))
    known = Target.objects.filter(register=values["register"], measure=values["measure"], year=values["year"]).first()
    after = registers.set_target(by=by, now=now, **values)
    return _moved(known.version, after.version) if known else "added"


def _day(value: dt.date | None) -> str:
    return value.isoformat() if value else ""


def _partners() -> Iterator[tuple[object, ...]]:
    for one in Partner.objects.order_by("country", "name"):
        yield one.country, one.name, one.kind, one.status, one.website, one.note


def _agreements() -> Iterator[tuple[object, ...]]:
    for one in Agreement.objects.select_related("partner").order_by("partner__country", "partner__name", "title"):
        yield (
            one.partner.country,
            one.partner.name,
            one.title,
            _day(one.signed_on),
            _day(one.starts_on),
            _day(one.ends_on),
        )


def _units() -> Iterator[tuple[object, ...]]:
    rows = PartnerUnit.objects.select_related("standard__partner").order_by(
        "standard__partner__country", "standard__partner__name", "standard__code", "standard__edition", "position"
    )
    for one in rows:
        held = one.standard
        yield (
            held.partner.country, held.partner.name, held.code, held.title, held.edition, one.code, one.title, one.level,
            one.detail,
        )  # fmt: skip


def _entries() -> Iterator[tuple[object, ...]]:
    for one in (
        Entry.objects.select_related("partner").prefetch_related("professions").order_by("register", "country", "name")
    ):
        ids = " ".join(sorted(candidate.candidate_id for candidate in one.professions.all()))
        partner = (one.partner.country, one.partner.name) if one.partner else ("", "")
        yield (
            one.register,
            one.country,
            one.name,
            one.place,
            *partner,
            ids,
            _day(one.starts_on),
            _day(one.ends_on),
            one.note,
        )


def _figures() -> Iterator[tuple[object, ...]]:
    rows = Figure.objects.select_related("entry", "candidate").order_by(
        "entry__register", "entry__country", "entry__name", "candidate__candidate_id", "year"
    )
    for one in rows:
        entry = one.entry
        yield entry.register, entry.country, entry.name, one.candidate.candidate_id, one.year, one.people, one.source


def _targets() -> Iterator[tuple[object, ...]]:
    for one in Target.objects.order_by("register", "measure", "year"):
        yield one.register, one.measure, one.year, one.value


TABLES: Mapping[str, Table] = {
    "partners": Table(
        words=_("Partners"), rows=_partners, take=_take_partner,
        columns=("country", "name", "kind", "status", "website", "note"),
    ),
    "agreements": Table(
        words=_("Agreements"), rows=_agreements, take=_take_agreement,
        columns=("country", "partner", "title", "signed_on", "starts_on", "ends_on"),
    ),
    "units": Table(
        words=_("Units of partners' standards"), rows=_units, take=_take_unit,
        columns=(
            "country", "partner", "standard", "standard_title", "edition", "unit", "unit_title", "level", "detail",
        ),
    ),
    "entries": Table(
        words=_("Entries of the registers"), rows=_entries, take=_take_entry,
        columns=(
            "register", "country", "name", "place", "partner_country", "partner", "professions", "starts_on", "ends_on", "note",
        ),
    ),
    "figures": Table(
        words=_("Yearly figures"), rows=_figures, take=_take_figure,
        columns=("register", "country", "entry", "candidate_id", "year", "people", "source"),
    ),
    "targets": Table(
        words=_("Targets"), rows=_targets, take=_take_target, columns=("register", "measure", "year", "value"),
    ),
}  # fmt: skip
