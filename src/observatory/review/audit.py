"""The audit trail: every change as a row, each row chained to the one before by its SHA-256.

>>> row_hash(1, "2026-01-01T00:00:00+00:00", "ann", "candidate.renamed", "candidate", "c1", {}, "0" * 64)[:12]
'1606c30b6ba8'
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from observatory.review.models import AuditHead, AuditRow

START = "0" * 64


def row_hash(
    number: int, at: str, by: str, verb: str, what: str, key: str, details: Mapping[str, Any], previous: str
) -> str:
    """SHA-256 over everything a row says and the hash of the row before."""
    said = [number, at, by, verb, what, key, details, previous]
    return hashlib.sha256(
        json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")
    ).hexdigest()


def record(*, by: Any, verb: str, of: Any, details: Mapping[str, Any], now: dt.datetime) -> AuditRow:
    """Adds a row to the trail, inside the transaction of the change it records."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{verb}: a change and its audit row are one transaction")
    head = AuditHead.objects.select_for_update(no_key=True).get(pk=1)
    what = of._meta.model_name
    key = str(getattr(of, "candidate_id", of.pk) if what == "candidate" else of.pk)
    at = now.astimezone(dt.UTC)
    clean = json.loads(json.dumps(details, ensure_ascii=False, default=str))
    name = by.username if by is not None else "observatory"
    number = head.number + 1
    row = AuditRow(
        number=number, at=at, by=name, verb=verb, what=what, key=key, details=clean, previous=head.sha256,
        sha256=row_hash(number, at.isoformat(), name, verb, what, key, clean, head.sha256),
    )  # fmt: skip
    row.save()
    AuditHead.objects.filter(pk=1).update(number=number, sha256=row.sha256)
    return row


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check of the trail found. `broken` is the number of the first bad row, 0 when all is well."""

    rows: int
    broken: int
    reason: str
    head: str


def verify() -> Verdict:
    """Walks the whole trail: each row's hash, its link to the row before, and that none is missing."""
    previous, number = START, 0
    for row in AuditRow.objects.order_by("number").iterator(chunk_size=2000):
        number += 1
        if row.number != number:
            return Verdict(rows=number - 1, broken=number, reason=f"row {number} is missing", head=previous)
        if row.previous != previous:
            return Verdict(
                rows=number - 1, broken=number, reason=f"row {number} does not follow row {number - 1}", head=previous
            )
        if row.sha256 != _hash_of(row):
            return Verdict(rows=number - 1, broken=number, reason=f"row {number} was altered", head=previous)
        previous = row.sha256
    head = AuditHead.objects.get(pk=1)
    if (head.number, head.sha256) != (number, previous):
        return Verdict(
            rows=number, broken=number + 1, head=previous,
            reason=f"the trail ends at row {number}, but row {head.number} was written",
        )  # fmt: skip
    return Verdict(rows=number, broken=0, reason="", head=previous)


def export(*, hidden: Q | None = None) -> Iterator[str]:
    """The trail as JSON lines, oldest first; a line holds all that its hash is taken of.

    Rows that `hidden` matches keep their place and their hash, but say "withheld" for their details.
    """
    out = set(AuditRow.objects.filter(hidden).values_list("number", flat=True)) if hidden is not None else set()
    for row in AuditRow.objects.order_by("number").iterator(chunk_size=2000):
        yield json.dumps(
            {
                "number": row.number, "at": row.at.astimezone(dt.UTC).isoformat(), "by": row.by, "verb": row.verb,
                "what": row.what, "key": row.key, "details": "withheld" if row.number in out else row.details, "previous": row.previous,
                "sha256": row.sha256,
            },
            ensure_ascii=False, sort_keys=True,
        )  # fmt: skip


def _hash_of(row: AuditRow) -> str:
    at = row.at.astimezone(dt.UTC).isoformat()
    return row_hash(row.number, at, row.by, row.verb, row.what, row.key, row.details, row.previous)
