"""How the programme's verbs change a row: locked, at the version that was seen, counted up, written to the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from observatory.errors import Stale, WrongState
from observatory.programme.models import Kept
from observatory.review.audit import record

Row = TypeVar("Row", bound=Kept)


def locked(row: Row, *, version: int | None) -> Row:
    """The row, locked until the transaction ends. Raises `Stale` when it is no longer at `version`."""
    fresh: Row = type(row).objects.select_for_update(no_key=True).get(pk=row.pk)
    if version is not None and fresh.version != version:
        raise Stale(
            gettext(
                "'%(title)s' was changed by somebody else meanwhile (you saw version %(version)s, it is now at %(version_)s). Look at it again, then decide; nothing was overwritten"
            )
            % {"title": str(fresh), "version": version, "version_": fresh.version}
        )
    return fresh


def put(row: Kept, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Sets fields; gives what differs as {field: [before, after]}."""
    changed = {}
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            changed[name] = [_said(before), _said(value)]
            setattr(row, name, value)
    return changed


def store(row: Kept, *, now: dt.datetime) -> None:
    """Writes a locked row and counts its version up."""
    row.version += 1
    row.updated_at = now
    row.save()


def change(
    row: Row,
    values: Mapping[str, Any],
    *,
    verb: str,
    by: Any,
    version: int | None,
    now: dt.datetime,
    hide: bool = False,
) -> Row:
    """Changes fields of a row inside a transaction. `hide`: the record names the fields, not what stands in them.

    A change that changes nothing is neither stored nor recorded.
    """
    fresh = locked(row, version=version)
    changed = put(fresh, values)
    if changed:
        store(fresh, now=now)
        said: dict[str, Any] = {"fields": sorted(changed)} if hide else {"changed": changed}
        record(by=by, verb=verb, of=fresh, now=now, details={**said, "version": fresh.version})
    return fresh


def _said(value: Any) -> Any:
    return value.pk if hasattr(value, "pk") else value


def add(made: Row, *, verb: str, by: Any, now: dt.datetime, details: Mapping[str, Any], there: str) -> Row:
    """Stores a new row and records it, inside a transaction. Raises `WrongState` (`there`) when it exists already."""
    made.created_at = made.updated_at = now
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise WrongState(there) from error
    record(by=by, verb=verb, of=made, now=now, details={**details, "version": made.version})
    return made
