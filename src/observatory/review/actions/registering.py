"""Verbs of the register: enter a profession, put its standard in force, take rows out, import, release.

A row is stored with each change as a version of its own. The head of the audit trail is locked last, as everywhere.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from observatory.errors import BadInput, Stale, WrongState
from observatory.register import (
    RELATIONS,
    SCHEMES,
    Mapped,
    Row,
    checked,
    delta,
    from_dict,
    propose_code,
    read_csv,
    to_csv,
    withdrawn,
)
from observatory.review.audit import record
from observatory.review.models import Kind, User
from observatory.review.models_standards import UNDER_WAY, Entry, EntryVersion, Project, Release
from observatory.review.permissions import require
from observatory.review.steps import StepRules, locked_project, must_stand

STANDARD = ":standard"


def row_of(entry: Entry) -> Row:
    """The entry as a row of the register."""
    return from_dict(entry.body)


def all_rows() -> tuple[Row, ...]:
    """The whole register, by identity."""
    return tuple(from_dict(body) for body in Entry.objects.order_by("identity").values_list("body", flat=True))


def profession_of(project: Project) -> Entry | None:
    """The profession that a project's standard is for; None while it is not in the register."""
    found: Entry | None = Entry.objects.filter(project=project).exclude(kind="standard").first()
    return found


def code_for(kind: str, *, parent: str, rules: StepRules, year: int) -> str:
    """The next free code under a parent, by the pattern of its kind; codes of withdrawn rows are not used again."""
    taken = Entry.objects.filter(scheme=rules.scheme).values_list("code", flat=True)
    return propose_code(rules.pattern(kind), list(taken), parent=parent, year=year)


def enter(
    *, project: Project, values: Mapping[str, Any], by: User, version: int, rules: StepRules, now: dt.datetime
) -> Entry:
    """Enters an adopted profession: `values` hold code, parent, broader (identity or ""), title, definition, tasks.

    Refused with the row that has it when the code is taken.
    """
    require(by, "register")
    with transaction.atomic():
        fresh = locked_project(project, version=version)
        must_stand(fresh, *UNDER_WAY)
        there = profession_of(fresh)
        if there is not None:
            raise WrongState(
                gettext("it is in the register already: %(code)s %(title)s") % {"code": there.code, "title": there.title}
            )  # fmt: skip
        ruling = fresh.decision
        facts = json.loads(ruling.item.dossier.body)["candidate"]
        title = str(values.get("title") or ruling.name).strip()
        row = Row(
            identity=fresh.candidate.candidate_id, kind=ruling.kind, scheme=rules.scheme,
            code=str(values.get("code", "")).strip(), title=title, adopted=ruling.decided_at.date(),
            titles={language: tuple(names) for language, names in sorted(facts["titles"].items())},
            definition=str(values.get("definition", "")).strip(), tasks=_lines(values.get("tasks", "")),
            broader=str(values.get("broader", "")).strip(), parent=str(values.get("parent", "")).strip(),
            sectors=tuple(facts["sectors"]), candidate=fresh.candidate.candidate_id, evidence=ruling.dossier_sha256,
        )  # fmt: skip
        if ruling.kind not in (Kind.OCCUPATION, Kind.SPECIALISATION, Kind.REVISION):
            raise WrongState(gettext("a row of the register is an occupation, a specialisation or a revision"))
        if ruling.kind == Kind.SPECIALISATION and not (row.broader or row.parent):
            raise WrongState(gettext("a specialisation needs the occupation above it, or the code of a parent"))
        return store(row, project=fresh, why=gettext("adopted"), by=by, now=now)


def put_in_force(project: Project, *, rules: StepRules, by: User, now: dt.datetime) -> None:
    """Writes a published standard and its profession with their days; inside the transaction of `publish_standard`."""
    above = profession_of(project)
    assert above is not None
    assert project.published_at is not None
    draft = project.approved
    days = {
        "status": "published", "published": project.published_at.date(), "effective": project.effective_on,
        "review": project.review_on,
    }  # fmt: skip
    was = row_of(above)
    row = replace(was, **days)
    if row != was:
        store(replace(row, version=was.version + 1), project=project, why=gettext("published"), by=by, now=now)
    old = Entry.objects.filter(project=project, kind="standard").first()
    if old is not None:
        held = row_of(old)
        made = replace(held, **days, standard=draft.sha256 if draft else held.standard)
        if made != held:
            why = gettext("revised") if made.standard != held.standard else gettext("reviewed")
            store(replace(made, version=held.version + 1), project=project, draft=draft, why=why, by=by, now=now)
        return
    assert draft is not None
    made = Row(
        identity=above.identity + STANDARD, kind="standard", scheme=rules.scheme,
        code=code_for("standard", parent=above.code, rules=rules, year=project.published_at.year),
        title=project.title, titles=was.titles, definition="", broader=above.identity, adopted=was.adopted,
        sectors=was.sectors, candidate=was.candidate, evidence=was.evidence, standard=draft.sha256, **days,
    )  # fmt: skip
    store(made, project=project, draft=draft, why=gettext("published"), by=by, now=now)


def take_out(project: Project, *, whole: bool, replaced_by: str, why: str, by: User, now: dt.datetime) -> None:
    """Takes a standard out of force; its profession stays as adopted, or goes too when `whole`."""
    if replaced_by and not Entry.objects.filter(identity=replaced_by).exists():
        raise WrongState(gettext("there is no row '%(name)s' in the register") % {"name": replaced_by[:80]})
    rows = {entry.kind == "standard": entry for entry in Entry.objects.filter(project=project)}
    standard, above = rows.get(True), rows.get(False)
    if standard is not None and standard.status != "withdrawn":
        row = withdrawn(row_of(standard), on=now.date(), replaced_by="" if whole else replaced_by)
        store(row, project=project, draft=standard.draft, why=why, by=by, now=now)
    if above is None or above.status == "withdrawn":
        return
    held = row_of(above)
    if whole:
        store(withdrawn(held, on=now.date(), replaced_by=replaced_by), project=project, why=why, by=by, now=now)
    elif held.status == "published":
        row = replace(held, status="adopted", published=None, effective=None, review=None, version=held.version + 1)
        store(row, project=project, why=why, by=by, now=now)


def store(
    row: Row, *, why: str, by: User | None, now: dt.datetime, project: Project | None = None, draft: Any = None
) -> Entry:
    """Writes a row and its version, inside a transaction. Raises `WrongState` naming the row that has its code."""
    schemes = {row.scheme}
    try:
        checked([replace(row, broader="", replaced_by="", parent=row.parent or row.broader)], schemes=schemes)
    except BadInput as error:
        raise WrongState(str(error).partition(": ")[2]) from error
    holder = Entry.objects.filter(scheme=row.scheme, code=row.code).exclude(status="withdrawn").exclude(
        identity=row.identity
    ).first()  # fmt: skip
    if holder is not None and row.status != "withdrawn":
        raise WrongState(
            gettext("the code %(code)s is taken by '%(title)s' (%(identity)s, in the register since %(day)s)")
            % {"code": row.code, "title": holder.title, "identity": holder.identity, "day": holder.body["adopted"]}
        )
    above = Entry.objects.filter(identity=row.broader).first() if row.broader else None
    if row.broader and above is None:
        raise WrongState(gettext("there is no row '%(name)s' in the register") % {"name": row.broader})
    there = Entry.objects.select_for_update(no_key=True).filter(identity=row.identity).first()
    entry = there or Entry(identity=row.identity)
    entry.kind, entry.scheme, entry.code, entry.title = row.kind, row.scheme, row.code, row.title[:300]
    entry.status, entry.version, entry.body, entry.broader = row.status, row.version, row.as_dict(), above
    names = [name for many in row.titles.values() for name in many]
    entry.search = " ".join(dict.fromkeys([row.code, row.title, *names]))[:4000].lower()
    entry.project, entry.draft, entry.updated_at = project or entry.project, draft or entry.draft, now
    try:
        with transaction.atomic():
            entry.save()
            EntryVersion.objects.create(
                entry=entry, number=row.version, body=entry.body, why=why[:300], made_by=by, made_at=now
            )  # fmt: skip
    except IntegrityError as error:
        raise Stale(gettext("somebody else has just changed the register; look at it again")) from error
    record(
        by=by, verb="entry.stored", of=entry, now=now,
        details={
            "identity": row.identity, "code": row.code, "status": row.status, "version": row.version, "why": why[:300],
            "sha256": hashlib.sha256(json.dumps(entry.body, sort_keys=True).encode()).hexdigest(),
        },
    )  # fmt: skip
    return entry


def import_rows(*, text: str, by: User, schemes: Iterable[str], now: dt.datetime) -> dict[str, int]:
    """Takes in a register's CSV: rows that are new or newer; counts of new, changed and known ones.

    The register with these rows must be whole. Raises `BadInput` naming the row and why; nothing is then written.
    """
    require(by, "register")
    with transaction.atomic():
        list(Entry.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        there = {row.identity: row for row in all_rows()}
        given = _beside(text, list(schemes), there)
        counts = {"new": 0, "changed": 0, "known": 0}
        fresh: list[Row] = []
        for number, row in enumerate(given, 2):
            old = there.get(row.identity)
            if old == row:
                counts["known"] += 1
                continue
            if old is not None and row.version <= old.version:
                raise BadInput(
                    f"row {number} ({row.identity}): it differs from the register, which is at version {old.version}; a change "
                    f"has a later version than that, this has {row.version}"
                )  # fmt: skip
            counts["changed" if old else "new"] += 1
            fresh.append(row)
        why = gettext("imported")
        # Rows of the register that give their code up come first, then rows above before those under them.
        for row in sorted(
            _from_above(fresh), key=lambda one: not (one.status == "withdrawn" and one.identity in there)
        ):
            store(row, why=why, by=by, now=now)
        record(by=by, verb="register.imported", of=by, now=now, details=counts)
    return counts


def _beside(text: str, schemes: Sequence[str], known: Mapping[str, Row]) -> tuple[Row, ...]:
    """The rows of a CSV, whole together with the rows of the register that it does not hold."""
    rows = read_csv(text)
    given = {row.identity for row in rows}
    checked([*rows, *(row for key, row in known.items() if key not in given)], schemes=schemes, start=2)
    return rows


def _from_above(rows: Sequence[Row]) -> list[Row]:
    """Rows so that each comes after the one above it."""
    by_key = {row.identity: row for row in rows}

    def depth(row: Row) -> int:
        steps = 0
        while row.broader in by_key:
            row, steps = by_key[row.broader], steps + 1
        return steps

    return sorted(rows, key=depth)


def take_mappings(*, text: str, by: User | None, now: dt.datetime) -> int:
    """Confirmed relations to other classifications, as the crosswalk writes them, into the rows of their candidates.

    A row gets exactly the relations that the file holds for its candidate. Gives the number of rows changed.
    Raises `BadInput` naming the mapping that cannot stand; nothing is then written.
    """
    if by is not None:
        require(by, "register")
    found: dict[str, list[Mapped]] = {}
    try:
        for number, one in enumerate(json.loads(text)["mappings"], 1):
            on = dt.datetime.fromisoformat(one["confirmed_at"]).date().isoformat()
            said = (one["scheme"], one["version"], one["code"], one["relation"], one["confirmed_by"], on)
            if not all(isinstance(part, str) for part in said) or one["relation"] not in RELATIONS:
                raise ValueError(f"mapping {number}: the relation is one of {', '.join(RELATIONS)}")
            found.setdefault(one["candidate_id"], []).append(said)
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput(f"not the mappings of a crosswalk: {error}") from error
    changed = 0
    with transaction.atomic():
        for entry in Entry.objects.exclude(kind="standard").exclude(status="withdrawn").order_by("pk"):
            was = row_of(entry)
            row = replace(was, mappings=tuple(sorted(found.get(was.candidate, ()))))
            if row.mappings != tuple(sorted(was.mappings)):
                store(replace(row, version=was.version + 1), why=gettext("mappings confirmed"), by=by, now=now)
                changed += 1
    return changed


def make_release(*, name: str, by: User, now: dt.datetime) -> Release:
    """Gives the register out as it stands, under a name; what changed since the last one is its delta."""
    require(by, "register")
    name = name.strip()
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", name):
        raise WrongState(gettext("a release has a name of 1 to 40 letters, figures and . _ -"))
    with transaction.atomic():
        rows = all_rows()
        if not rows:
            raise WrongState(gettext("the register is empty; there is nothing to release"))
        text = to_csv(rows)
        digest = hashlib.sha256(text.encode()).hexdigest()
        last = Release.objects.first()
        if last is not None and last.sha256 == digest:
            raise WrongState(gettext("nothing changed since the release %(name)s") % {"name": last.name})
        if Release.objects.filter(name=name).exists():
            raise WrongState(gettext("there is a release %(name)s already") % {"name": name})
        counts: dict[str, int] = {}
        for one in delta(rows_of(last) if last else (), rows):
            counts[one.change] = counts.get(one.change, 0) + 1
        made = Release.objects.create(
            name=name, body=text, sha256=digest, rows=len(rows), changes=counts, made_by=by, made_at=now
        )  # fmt: skip
        record(
            by=by, verb="release.made", of=made, now=now, details={"name": name, "rows": len(rows), "sha256": digest}
        )  # fmt: skip
    return made


def rows_of(release: Release) -> tuple[Row, ...]:
    """The rows of a release, its hash checked."""
    if hashlib.sha256(release.body.encode()).hexdigest() != release.sha256:
        raise BadInput(f"the release {release.name} does not match its hash: it was altered after it was made")
    return read_csv(release.body)


def known_schemes(rules: StepRules) -> tuple[str, ...]:
    """Classifications that rows may belong to: the workspace's own, and those the observatory maps to."""
    return tuple(dict.fromkeys((rules.scheme, *SCHEMES)))


def _lines(text: Any) -> tuple[str, ...]:
    many = text if isinstance(text, list | tuple) else str(text).splitlines()
    return tuple(line.strip() for line in many if str(line).strip())
