"""Texts out of the corpus: for a legal request, or because a source's terms end their keeping.

A row keeps its id, source, date and hash, and a tombstone says when and why its text went: counts and
the citation of evidence stand, words do not. Derived rows with words (roles, tasks, signatures, what
was set aside) go too, and so do the older versions of these tables, which held the text: a dossier
made from them can be checked against its hash, no longer against the corpus.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from observatory.corpus.store import Corpus
from observatory.records import POSTINGS, TOMBSTONES

log = logging.getLogger(__name__)

REMOVED = "[text removed]"
WITH_WORDS = ("roles", "enriched", "offers", "signatures")


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """What was removed: postings, rows made from them, rejected rows; `cited` are candidates whose
    stored dossiers quote them and which a person must look at."""

    postings: int
    derived: int
    rejected: int
    cited: tuple[str, ...]


def forget(corpus: Corpus, ids: Sequence[str], *, reason: str, now: dt.datetime, rewrite: bool = True) -> Forgotten:
    """Removes the texts of postings. `rewrite` also removes the older versions that held them."""
    wanted = pa.table({"posting_id": pa.array(sorted(set(ids)), pa.string())})
    rows = corpus.query(
        "SELECT p.* FROM postings p SEMI JOIN wanted USING (posting_id) ANTI JOIN tombstones t USING (posting_id)",
        wanted=wanted,
    )
    if rows.num_rows == 0:
        return Forgotten(postings=0, derived=0, rejected=0, cited=())
    listed = set(rows.column("posting_id").to_pylist())
    quotes = corpus.query("SELECT candidate_id, dossier FROM candidates").to_pylist()
    cited = tuple(sorted({row["candidate_id"] for row in quotes if any(one in row["dossier"] for one in listed)}))
    blank = pa.array([""] * rows.num_rows, pa.string())
    emptied = rows
    for name, value in (
        ("title", pa.array([REMOVED] * rows.num_rows, pa.string())), ("description", blank), ("employer", blank), ("url", blank),
        ("extra", pa.array(["{}"] * rows.num_rows, pa.string())),
    ):  # fmt: skip
        emptied = emptied.set_column(POSTINGS.get_field_index(name), POSTINGS.field(name), value)
    stones = pa.table(
        {
            "posting_id": rows.column("posting_id"), "source": rows.column("source"), "posted_at": rows.column("posted_at"),
            "content_hash": rows.column("content_hash"), "reason": [reason] * rows.num_rows, "removed_at": [now] * rows.num_rows,
        }, schema=TOMBSTONES,
    )  # fmt: skip
    corpus.append("tombstones", stones)  # first: a stop after it is made good by asking again
    corpus.replace("postings", emptied)
    derived = sum(corpus.delete(name, "posting_id", sorted(listed)) for name in WITH_WORDS)
    sources = corpus.query(
        "SELECT r.rejected_id FROM rejected r SEMI JOIN gone g ON r.source = g.source AND r.source_id = g.source_id",
        gone=rows.select(["source", "source_id"]),
    )
    rejected = corpus.delete("rejected", "rejected_id", sources.column(0).to_pylist())
    if rewrite:
        for name in ("postings", "rejected", *WITH_WORDS):
            corpus.drop_history(name)
    log.info("removed the texts of %d postings: %s", rows.num_rows, reason)
    return Forgotten(postings=rows.num_rows, derived=derived, rejected=rejected, cited=cited)


def find_words(corpus: Corpus, text: str) -> list[str]:
    """The ids of postings in which a name or address stands, in any letter case."""
    found = corpus.query(
        """SELECT posting_id FROM postings WHERE contains(lower(title), $t) OR contains(lower(description), $t)
           OR contains(lower(employer), $t) OR contains(lower(extra), $t) OR contains(lower(url), $t) ORDER BY posting_id""",
        t=text.lower(),
    )
    ids: list[str] = found.column(0).to_pylist()
    return ids


def expire(corpus: Corpus, days: Mapping[str, int], *, now: dt.datetime) -> int:
    """Removes the texts that are older than their source lets them be kept; returns how many went.

    `days` maps a source's name to its limit. A posting that its source says is gone counts from then,
    any other from the day it was collected.
    """
    total = 0
    for source, limit in sorted(days.items()):
        rows = corpus.query(
            """SELECT p.posting_id FROM postings p LEFT JOIN sightings s USING (posting_id) ANTI JOIN tombstones t USING (posting_id)
               WHERE p.source = $source AND least(coalesce(s.gone_at, p.collected_at + to_days($days)), p.collected_at + to_days($days)) <= $now""",
            source=source, days=limit, now=now,
        )  # fmt: skip
        if rows.num_rows:
            total += forget(corpus, rows.column(0).to_pylist(), reason=f"retention of {limit} days", now=now).postings
    return total
