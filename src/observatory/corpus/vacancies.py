"""Keeps the tables of signatures, copies and vacancies up to date with the postings.

New postings are signed and joined with the stored signatures by their keys; only they, and stored
postings of a later date that share a key with them, are looked at. The outcome is the same as if all
postings had come at once, in any order.
"""

from __future__ import annotations

import datetime as dt
import logging

import pyarrow as pa
import pyarrow.compute as pc

from observatory.corpus.dedupe import WINDOW_DAYS, find_copies, vacancies_of
from observatory.corpus.joining import FACTS_SQL, all_copies
from observatory.corpus.signatures import RULES, distinct_keys, sign
from observatory.corpus.store import Corpus, give_back_memory

log = logging.getLogger(__name__)

CHUNK = 1_000  # postings signed at once
STORED = 8_000  # signatures between two writes
# With more new postings than this share of all, all are joined at once.
MANY = 0.2


def update_vacancies(corpus: Corpus) -> int:
    """Joins postings into vacancies where that is not done or no longer right; returns how many rows changed."""
    unsigned = corpus.query(
        "SELECT p.posting_id FROM postings p ANTI JOIN (SELECT posting_id FROM signatures WHERE rules = $rules) s USING (posting_id)",
        rules=RULES,
    )
    sign_postings(corpus, unsigned)
    new = corpus.query(
        """SELECT s.posting_id, s.posted_at FROM signatures s SEMI JOIN postings p USING (posting_id)
           ANTI JOIN copies c USING (posting_id) WHERE s.rules = $rules""",
        rules=RULES,
    )
    total = corpus.count("postings")
    if new.num_rows == 0:
        return _all_vacancies(corpus) if corpus.count("vacancies") != total else 0
    # rows signed by other rules stand for other copies: everything is joined again
    outdated = unsigned.num_rows > new.num_rows
    if outdated or new.num_rows > MANY * total:
        return _join_all(corpus)
    return _join_new(corpus, new)


def sign_postings(corpus: Corpus, wanted: pa.Table) -> None:
    """Computes and stores the signatures of postings, `wanted` being a table of posting_id."""
    for at in range(0, wanted.num_rows, STORED):
        part = wanted.slice(at, STORED)
        postings = corpus.query(
            """SELECT p.posting_id, p.source, p.posted_at, p.title, p.description, p.employer, p.extra
               FROM postings p SEMI JOIN part USING (posting_id)""",
            part=part,
        )
        store_signatures(corpus, postings)


def store_signatures(corpus: Corpus, postings: pa.Table) -> None:
    """Signs postings, in the schema POSTINGS or with the columns that `sign` needs, and stores the signatures."""
    if postings.num_rows:
        parts = [sign(postings.slice(at, CHUNK)) for at in range(0, postings.num_rows, CHUNK)]
        corpus.append("signatures", pa.concat_tables(parts))


def _join_all(corpus: Corpus) -> int:
    _keep(corpus, pa.concat_tables(all_copies(corpus)))
    give_back_memory()
    return _all_vacancies(corpus)


def _join_new(corpus: Corpus, new: pa.Table) -> int:
    first, last = pc.min(new.column("posted_at")).as_py(), pc.max(new.column("posted_at")).as_py()
    mine = corpus.query(
        """SELECT s.* FROM signatures s SEMI JOIN new USING (posting_id)
           WHERE rules = $rules AND s.posted_at >= $first AND s.posted_at <= $last""",
        new=new, rules=RULES, first=first, last=last,
    )  # fmt: skip
    near = _sharing(corpus, mine)
    looked_at = new.column("posting_id").combine_chunks()
    stored = pc.invert(pc.is_in(near.column("posting_id"), looked_at))
    after = near.filter(pc.and_(pc.greater_equal(near.column("posted_at"), first), stored))
    if after.num_rows > MANY * corpus.count("postings"):
        return _join_all(corpus)
    if after.num_rows:  # postings that lie after a new one may repeat it rather than what they repeated so far
        near = _sharing(corpus, pa.concat_tables([mine, after]))
        looked_at = pa.concat_arrays([looked_at, after.column("posting_id").combine_chunks()])
    facts = corpus.query(
        f"""SELECT posting_id, {FACTS_SQL} FROM postings SEMI JOIN near USING (posting_id)
            WHERE posted_at >= $first AND posted_at <= $last""",
        near=near.select(["posting_id"]),
        first=pc.min(near.column("posted_at")).as_py(),
        last=pc.max(near.column("posted_at")).as_py(),
    )
    copies = find_copies(near, facts, of=looked_at)
    changed = _keep(corpus, copies)
    others = pc.invert(pc.is_in(changed.column("posting_id"), new.column("posting_id").combine_chunks()))
    behind = corpus.count("vacancies") + new.num_rows < corpus.count(
        "postings"
    )  # a stop came before vacancies were stored
    if behind or pc.any(others).as_py():
        return _all_vacancies(corpus)
    times = mine.select(["posting_id", "posted_at"])
    rows = vacancies_of(times, copies)
    # the chain of a new posting ends at one whose vacancy is known, or at a new one
    rows = corpus.query(
        """SELECT r.posting_id, coalesce(v.vacancy_id, r.vacancy_id) AS vacancy_id, r.posted_at, r.relation
           FROM found r LEFT JOIN vacancies v ON v.posting_id = r.vacancy_id""",
        found=rows,
    )
    corpus.append("vacancies", rows)
    log.info("joined %d new postings, %d of them copies", rows.num_rows, _number_of_copies(rows))
    return int(rows.num_rows)


def _sharing(corpus: Corpus, signatures: pa.Table) -> pa.Table:
    """The signatures of all postings within the window that share a key with some, these included."""
    window = dt.timedelta(days=WINDOW_DAYS)
    start = pc.min(signatures.column("posted_at")).as_py() - window
    until = pc.max(signatures.column("posted_at")).as_py() + window
    found = corpus.query(
        """SELECT DISTINCT posting_id FROM
             (SELECT posting_id, unnest(keys) AS key FROM signatures
              WHERE rules = $rules AND posted_at >= $start AND posted_at <= $until)
           SEMI JOIN wanted USING (key)""",
        wanted=distinct_keys(signatures.column("keys").to_pylist()), rules=RULES, start=start, until=until,
    )  # fmt: skip
    ids = pa.concat_tables([found, signatures.select(["posting_id"])]).group_by("posting_id").aggregate([])
    return corpus.query(
        """SELECT s.* FROM signatures s SEMI JOIN found USING (posting_id) SEMI JOIN postings p USING (posting_id)
           WHERE rules = $rules AND s.posted_at >= $start AND s.posted_at <= $until""",
        found=ids, rules=RULES, start=start, until=until,
    )  # fmt: skip


def _keep(corpus: Corpus, copies: pa.Table) -> pa.Table:
    """Stores the rows that are new or other than stored, and returns them."""
    fresh = corpus.query(
        """SELECT n.* FROM incoming n ANTI JOIN copies o
           ON n.posting_id = o.posting_id AND n.earlier_id = o.earlier_id AND n.relation = o.relation""",
        incoming=copies,
    )
    if fresh.num_rows:
        corpus.replace("copies", fresh)
    return fresh


def _all_vacancies(corpus: Corpus) -> int:
    """Every vacancy from the stored copies; returns how many rows were other than stored."""
    rows = vacancies_of(
        corpus.query("SELECT posting_id, posted_at FROM postings"),
        corpus.query(
            "SELECT posting_id, earlier_id, relation FROM copies WHERE length(earlier_id) > 0 AND earlier_id IN (SELECT posting_id FROM postings)"
        ),
    )
    fresh = corpus.query(
        """SELECT n.* FROM incoming n ANTI JOIN vacancies o
           ON n.posting_id = o.posting_id AND n.vacancy_id = o.vacancy_id AND n.relation = o.relation""",
        incoming=rows,
    )
    if fresh.num_rows:
        corpus.replace("vacancies", fresh)
    log.info("joined %d postings, %d of them copies", rows.num_rows, _number_of_copies(rows))
    return int(fresh.num_rows)


def _number_of_copies(rows: pa.Table) -> int:
    return int(pc.sum(pc.not_equal(rows.column("relation"), "first")).as_py() or 0)
