"""Texts out of the corpus: for a legal request, or because a source's terms end their keeping.

A row keeps its id, source, date and hash, and a tombstone says when and why its text went: counts and the citation
of evidence stand, words do not. What was read from the text stays where it is no words: roles that a run counted,
skills, pay. The sentences, the stored dossiers' quotations and what was set aside go, out of older versions too; the
versions that runs name can still be read, so a dossier's figures can be counted again.

    removal_of(corpus, ids, ...)    what must go, quotations and candidates with it; held in memory only
    forget(corpus, removal)         takes it out of the corpus
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from observatory.corpus.scrubbing import scrub_table
from observatory.corpus.store import Corpus
from observatory.records import CANDIDATES, POSTINGS, ROLES, TOMBSTONES, check_table
from observatory.removal import MARK, Removal, clear_dossier, contents_hash, noted

log = logging.getLogger(__name__)

REMOVED = MARK
TEXTS = {"title": REMOVED, "description": "", "employer": "", "url": "", "extra": "{}"}
READ = ("roles", "enriched", "signatures")  # tables with rows made from a posting that hold words or their sketch


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """What was removed: postings' texts, the words of rows made from them, rejected rows; stored dossiers that quoted
    them, and how many quotations went there."""

    postings: int
    derived: int
    rejected: int
    dossiers: tuple[str, ...]
    quotations: int


def removal_of(
    corpus: Corpus, ids: Sequence[str], *, reason: str, now: dt.datetime, words: Sequence[str] = ()
) -> Removal:
    """What must go with the postings `ids`: the sentences read from them, and the candidates they are members of."""
    wanted = _ids(ids)
    said: set[str] = set()
    for sql in (
        "SELECT DISTINCT r.sentence AS text FROM roles r SEMI JOIN wanted USING (posting_id)",
        "SELECT DISTINCT unnest(e.tasks) AS text FROM enriched e SEMI JOIN wanted USING (posting_id)",
    ):
        said |= set(corpus.query(sql, wanted=wanted).column("text").to_pylist())
    members = corpus.query(
        """SELECT DISTINCT c.lineage_id FROM clusters c
           SEMI JOIN (SELECT r.role, r.language FROM roles r SEMI JOIN wanted USING (posting_id)) o
           ON o.role = c.role AND o.language = c.language""",
        wanted=wanted,
    )
    return Removal(
        ids=frozenset(ids), reason=reason, on=now.astimezone(dt.UTC).date(), words=tuple(words),
        candidates=frozenset(members.column(0).to_pylist()), quotations=frozenset(said - {"", MARK}),
    )  # fmt: skip


def forget(corpus: Corpus, removal: Removal, *, now: dt.datetime) -> Forgotten:
    """Takes words out of the corpus. Asked again after a stop, it does what was left undone."""
    wanted = _ids(removal.ids)
    rows = corpus.query("SELECT p.* FROM postings p SEMI JOIN wanted USING (posting_id)", wanted=wanted)
    full = corpus.query(
        "SELECT p.* FROM postings p SEMI JOIN wanted USING (posting_id) WHERE title <> $mark OR description <> ''",
        wanted=wanted, mark=REMOVED,
    )  # fmt: skip
    versions = corpus.query("SELECT DISTINCT corpus_version FROM runs").column(0).to_pylist()
    dossiers, quotations = _clear_dossiers(corpus, removal, wanted)
    rejected = _reject_ids(corpus, removal, rows)
    rejected_gone = corpus.delete("rejected", "rejected_id", rejected)
    derived = _clear_read(corpus, removal, wanted) if rows.num_rows else 0
    if full.num_rows:
        stones = pa.table(
            {
                "posting_id": full.column("posting_id"), "source": full.column("source"), "posted_at": full.column("posted_at"),
                "content_hash": full.column("content_hash"), "reason": [removal.reason] * full.num_rows, "removed_at": [now] * full.num_rows,
            }, schema=TOMBSTONES,
        )  # fmt: skip
        corpus.append("tombstones", stones)
        corpus.replace("postings", _emptied(full))
    if full.num_rows or derived or rejected_gone or quotations:
        scrub_table(corpus.folder / "postings", key="posting_id", ids=removal.ids, blank=_emptied, versions=versions)
        for name in ("rejected", "candidates", *READ):
            scrub_table(corpus.folder / name, key=_KEYS.get(name, "posting_id"), ids=(), blank=_emptied, versions=())
    log.info("removed the texts of %d postings, %d quotations: %s", full.num_rows, quotations, removal.reason)
    return Forgotten(
        postings=full.num_rows, derived=derived, rejected=rejected_gone, dossiers=dossiers, quotations=quotations
    )


_KEYS = {"rejected": "rejected_id", "candidates": "candidate_id"}


def _ids(ids: Any) -> pa.Table:
    return pa.table({"posting_id": pa.array(sorted(set(ids)), pa.string())})


def _emptied(rows: pa.Table) -> pa.Table:
    """Postings without their words."""
    for name, value in TEXTS.items():
        rows = rows.set_column(rows.schema.get_field_index(name), POSTINGS.field(name), pa.array([value] * rows.num_rows, pa.string()))  # fmt: skip
    return rows


def _clear_read(corpus: Corpus, removal: Removal, wanted: pa.Table) -> int:
    """Takes the words out of what was read from the postings; returns how many rows that were.

    A role that no run counts is words of this posting alone, and goes.
    """
    pattern = removal.pattern
    roles = corpus.query("SELECT r.* FROM roles r SEMI JOIN wanted USING (posting_id)", wanted=wanted).to_pylist()
    counted = corpus.query(
        """SELECT DISTINCT c.role, c.language FROM clusters c
           SEMI JOIN (SELECT r.role, r.language FROM roles r SEMI JOIN wanted USING (posting_id)) o
           ON o.role = c.role AND o.language = c.language""",
        wanted=wanted,
    ).to_pylist()  # fmt: skip
    known = {(row["role"], row["language"]) for row in counted}
    kept = [
        {**row, "phrase": _shared(row), "sentence": "", "start": 0, "end": 0} for row in roles
        if (row["role"], row["language"]) in known and not (pattern and pattern.search(row["role"]))
    ]  # fmt: skip
    done = 0
    if any(row["sentence"] for row in roles) or len(kept) < len(roles):
        corpus.delete("roles", "posting_id", sorted(removal.ids))
        corpus.append("roles", pa.Table.from_pylist(kept, schema=ROLES))
        done += len(roles)
    read = corpus.query(
        "SELECT e.* FROM enriched e SEMI JOIN wanted USING (posting_id) WHERE e.employer <> '' OR len(e.tasks) > 0", wanted=wanted
    )  # fmt: skip
    if read.num_rows:
        plain = [
            {**row, "employer": "", "tasks": [], "skills": [one for one in row["skills"] if not (pattern and pattern.search(one))]}
            for row in read.to_pylist()
        ]  # fmt: skip
        corpus.replace("enriched", pa.Table.from_pylist(plain, schema=read.schema))
        done += read.num_rows
    signed = corpus.query(
        "SELECT s.* FROM signatures s SEMI JOIN wanted USING (posting_id) WHERE len(s.keys) > 0 OR s.words > 0", wanted=wanted
    )  # fmt: skip
    if signed.num_rows:  # a row without keys stays: the posting is not signed and joined again
        plain = [{**row, "words": 0, "keys": [], "sketch": bytes(len(row["sketch"]))} for row in signed.to_pylist()]
        corpus.replace("signatures", pa.Table.from_pylist(plain, schema=signed.schema))
        done += signed.num_rows
    return done


def _shared(row: Mapping[str, Any]) -> str:
    """The phrase where it is the role's name with its capitals, else the role's name."""
    phrase, role = str(row["phrase"]), str(row["role"])
    return phrase if phrase.lower() == role.lower() else role


def carry_over(corpus: Corpus, *, grammar: str, rules: str) -> int:
    """Gives postings without a text, which another grammar cannot read, what an earlier one read: counts stand.

    Returns how many postings that were.
    """
    if corpus.count("tombstones") == 0:
        return 0
    left = corpus.query(
        """SELECT e.posting_id, min(e.grammar) AS grammar FROM enriched e SEMI JOIN tombstones t USING (posting_id)
           WHERE e.posting_id NOT IN (SELECT posting_id FROM enriched WHERE grammar = $grammar) GROUP BY 1""",
        grammar=grammar,
    )  # fmt: skip
    if left.num_rows == 0:
        return 0
    for name in ("roles", "enriched"):  # the row that says a posting is read comes last
        rows = corpus.query(
            f"SELECT r.* FROM {name} r SEMI JOIN left_over USING (posting_id, grammar)", left_over=left
        )  # fmt: skip
        fresh = pa.array([grammar] * rows.num_rows, pa.string())
        corpus.append(name, rows.set_column(rows.schema.get_field_index("grammar"), "grammar", fresh))
    offers = corpus.query(
        """SELECT o.* FROM offers o SEMI JOIN left_over USING (posting_id)
           WHERE o.posting_id NOT IN (SELECT posting_id FROM offers WHERE rules = $rules)
           QUALIFY row_number() OVER (PARTITION BY o.posting_id ORDER BY o.rules) = 1""",
        left_over=left, rules=rules,
    )  # fmt: skip
    fresh = pa.array([rules] * offers.num_rows, pa.string())
    corpus.append("offers", offers.set_column(offers.schema.get_field_index("rules"), "rules", fresh))
    return int(left.num_rows)


def _reject_ids(corpus: Corpus, removal: Removal, rows: pa.Table) -> list[str]:
    """Rows set aside that came from the postings, or in which the words stand."""
    found = set(corpus.query(
        "SELECT r.rejected_id FROM rejected r SEMI JOIN gone g ON r.source = g.source AND r.source_id = g.source_id",
        gone=rows.select(["source", "source_id"]),
    ).column(0).to_pylist())  # fmt: skip
    for word in removal.words:
        found |= set(corpus.query(
            "SELECT rejected_id FROM rejected WHERE contains(lower(raw), $t) OR contains(lower(detail), $t)", t=word.lower()
        ).column(0).to_pylist())  # fmt: skip
    return sorted(found)


def _clear_dossiers(corpus: Corpus, removal: Removal, wanted: pa.Table) -> tuple[tuple[str, ...], int]:
    """Takes the quotations out of the stored dossiers; returns their candidates and how many quotations went."""
    changed = []
    quotations = 0
    for row in _touched(corpus, removal, wanted):
        raw = json.loads(row["dossier"])
        taken = clear_dossier(raw, removal)
        if taken.count:
            quotations += taken.count
            text = json.dumps(noted(raw, removal, taken.count, sha256=contents_hash(raw)), ensure_ascii=False)
            title = removal.pattern.sub(MARK, row["title"]) if removal.pattern else row["title"]
            changed.append({**row, "dossier": text, "title": title})
    if changed:
        corpus.replace("candidates", check_table(pa.Table.from_pylist(changed, CANDIDATES), CANDIDATES, stage="forget"))
    return tuple(sorted({row["candidate_id"] for row in changed})), quotations


def _touched(corpus: Corpus, removal: Removal, wanted: pa.Table) -> Iterator[Mapping[str, Any]]:
    """Stored dossiers that cite one of the postings, are of a candidate it is a member of, or hold the words."""
    members = pa.table({"candidate_id": pa.array(sorted(removal.candidates), pa.string())})
    held = "".join(f" OR contains(lower(dossier), $w{i})" for i in range(len(removal.words)))
    lowered: dict[str, Any] = {f"w{i}": word.lower() for i, word in enumerate(removal.words)}
    keys = corpus.query(
        f"""SELECT run_id, candidate_id FROM candidates
            WHERE candidate_id IN (SELECT candidate_id FROM members)
               OR list_has_any(from_json(json_extract(dossier, '$.evidence[*].posting_id'), '["VARCHAR"]'), (SELECT list(posting_id) FROM wanted))
               {held}""",
        members=members, wanted=wanted, **lowered,
    )  # fmt: skip
    for at in range(0, keys.num_rows, 500):
        part = keys.slice(at, 500)
        yield from corpus.query(
            "SELECT c.* FROM candidates c SEMI JOIN part USING (run_id, candidate_id)", part=part
        ).to_pylist()


def find_words(corpus: Corpus, text: str) -> list[str]:
    """The ids of postings in which a name or address stands, in any letter case."""
    found = corpus.query(
        """SELECT posting_id FROM postings WHERE contains(lower(title), $t) OR contains(lower(description), $t)
           OR contains(lower(employer), $t) OR contains(lower(extra), $t) OR contains(lower(url), $t) ORDER BY posting_id""",
        t=text.lower(),
    )
    ids: list[str] = found.column(0).to_pylist()
    return ids


def still_held(corpus: Corpus, word: str) -> list[str]:
    """The tables of the corpus in which a word still stands, each with the number of its rows."""
    found = []
    for name, columns in _WORDY.items():
        where = " OR ".join(f"contains(lower({column}), $t)" for column in columns)
        n = corpus.query(f"SELECT count(*) AS n FROM {name} WHERE {where}", t=word.lower()).to_pylist()[0]["n"]
        if n:
            found.append(f"{name} ({n} rows)")
    return found


# Columns with words that forgetting does not clear, or only of the postings asked for.
_WORDY = {
    "roles": ("role", "phrase", "sentence"), "enriched": ("employer", "place", "array_to_string(tasks, ' ')", "array_to_string(skills, ' ')"),
    "clusters": ("role",), "fetches": ("detail", "source"), "candidates": ("dossier",), "postings": ("title", "description", "place", "source_id"),
    "tombstones": ("reason",),
}  # fmt: skip


def expired(corpus: Corpus, days: Mapping[str, int], *, now: dt.datetime) -> Iterator[tuple[str, list[str]]]:
    """Postings whose text is older than their source lets it be kept: (reason, ids) of each source.

    `days` maps a source's name to its limit. A posting that its source says is gone counts from then,
    any other from the day it was collected.
    """
    for source, limit in sorted(days.items()):
        rows = corpus.query(
            """SELECT p.posting_id FROM postings p LEFT JOIN sightings s USING (posting_id) ANTI JOIN tombstones t USING (posting_id)
               WHERE p.source = $source AND least(coalesce(s.gone_at, p.collected_at + to_days($days)), p.collected_at + to_days($days)) <= $now""",
            source=source, days=limit, now=now,
        )  # fmt: skip
        if rows.num_rows:
            yield f"retention of {limit} days", rows.column(0).to_pylist()
