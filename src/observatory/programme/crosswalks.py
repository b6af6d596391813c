"""What goes out of the crosswalk: the mappings that a person confirmed, for the open-data release to read.

    {"format_version": 1, "mappings": [{"candidate_id", "scheme", "version", "code", "title", "relation",
     "confirmed_by", "confirmed_at", "similarity", "note"}]}

`relation` is a mapping relation of SKOS; `confirmed_at` is aware UTC in ISO 8601.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any

from observatory.programme.models import Match

FORMAT_VERSION = 1
FIELDS = (
    "candidate_id", "scheme", "version", "code", "title", "relation", "confirmed_by", "confirmed_at", "similarity", "note",
)  # fmt: skip


def mappings() -> list[dict[str, Any]]:
    """Confirmed mappings, by candidate, scheme, version and code. `confirmed_by` is a user name."""
    rows = Match.objects.filter(state=Match.State.CONFIRMED).select_related("candidate", "decided_by")
    return [
        {
            "candidate_id": row.candidate.candidate_id, "scheme": row.scheme, "version": row.edition, "code": row.code,
            "title": row.title, "relation": row.relation, "confirmed_by": row.decided_by.username,
            "confirmed_at": row.decided_at.astimezone(dt.UTC).isoformat(), "similarity": row.similarity, "note": row.reason,
        }
        for row in rows.order_by("candidate__candidate_id", "scheme", "edition", "code")
    ]  # fmt: skip


def mappings_json() -> str:
    """The mappings as the file that goes out."""
    return json.dumps({"format_version": FORMAT_VERSION, "mappings": mappings()}, ensure_ascii=False, indent=1) + "\n"


def mappings_csv() -> str:
    """The same as CSV, with a heading."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=FIELDS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(mappings())
    return out.getvalue()
