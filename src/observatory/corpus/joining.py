"""All postings joined at once, at a memory that hardly grows with their number.

Keys are put aside in parts, by their value, and give the pairs of postings that share one; pairs are put aside
by their later posting, and compared a span of postings at a time, with the facts of that span alone.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from observatory.corpus import aside
from observatory.corpus.dedupe import Facts, Ints, best_copies, copies_table, facts_of, pairs_in
from observatory.corpus.signatures import PERMUTATIONS, RULES
from observatory.corpus.store import Corpus, give_back_memory

FACTS_SQL = (
    "source, title, left(description, 400) AS description, length(description) AS length, employer, place, extra"
)
READ_AT_ONCE = 4_096  # rows of a table
SPAN = 4_096  # later postings compared at once
KEYS_AT_ONCE = 1 << 19
KEYS_EACH = 60  # keys of a posting, about
_KEY = np.dtype([("key", "<i8"), ("row", "<i4")])
_SKETCH = np.dtype([("words", "<i4"), ("sketch", "<u2", (PERMUTATIONS,))])


def all_copies(corpus: Corpus) -> Iterator[pa.Table]:
    """Which earlier posting each posting repeats, in the schema COPIES: in the order of time, SPAN at a time."""
    listed = corpus.query(
        """SELECT s.posting_id, s.posted_at FROM (SELECT posting_id, posted_at FROM signatures WHERE rules = $rules) s
           SEMI JOIN postings p USING (posting_id) ORDER BY s.posted_at, s.posting_id""",
        rules=RULES,
    )
    ids = listed.column("posting_id").combine_chunks()
    times = listed.column("posted_at").cast(pa.int64()).to_numpy()
    del listed  # its columns are held once more
    numbered = pa.table({"posting_id": ids, "number": pa.array(np.arange(len(ids)), pa.int32())})
    with (
        aside.parts(corpus.folder, np.dtype("<i8")) as pairs,
        aside.shelf(corpus.folder, len(ids)) as facts,
        aside.shelf(corpus.folder, len(ids)) as sketched,
    ):
        met = _put_pairs(corpus, numbered, times, pairs)
        near = numbered.filter(pa.array(met))
        _put_facts(corpus, near, facts)
        _put_sketches(corpus, near, sketched)
        give_back_memory()
        for start in range(0, len(ids), SPAN):
            codes = np.unique(pairs.take(start // SPAN))
            best = _compared(codes % len(ids), codes // len(ids), facts, sketched)
            yield copies_table(ids, np.arange(start, min(start + SPAN, len(ids))), best)


def _put_pairs(corpus: Corpus, numbered: pa.Table, times: Ints, pairs: aside.Parts) -> npt.NDArray[np.bool_]:
    """Puts aside the pairs of postings that share a key, by the span of the later one; returns which postings are in any."""
    everything = np.ones(len(times), bool)
    met = np.zeros(len(times), bool)
    number_of_parts = 1 << (len(times) * KEYS_EACH // KEYS_AT_ONCE).bit_length()
    with aside.parts(corpus.folder, _KEY) as keys:
        for batch in corpus.batches(
            "SELECT number, keys FROM signatures JOIN numbered USING (posting_id) WHERE rules = $rules",
            rows=READ_AT_ONCE, numbered=numbered, rules=RULES,
        ):  # fmt: skip
            lists = batch.column("keys")
            rows = np.empty(pc.sum(pc.list_value_length(lists)).as_py() or 0, _KEY)
            rows["key"] = pc.list_flatten(lists).to_numpy()
            rows["row"] = np.repeat(batch.column("number").to_numpy(), pc.list_value_length(lists).to_numpy())
            keys.put(rows["key"] & (number_of_parts - 1), rows)
        for part in range(number_of_parts):
            rows = keys.take(part)
            codes = pairs_in(rows["key"], rows["row"], times, everything)
            pairs.put(codes // len(times) // SPAN, codes)
            met[codes // len(times)] = met[codes % len(times)] = True
    return met


def _put_facts(corpus: Corpus, near: pa.Table, facts: aside.Shelf) -> None:
    for batch in corpus.batches(
        f"SELECT number, posting_id, {FACTS_SQL} FROM postings JOIN near USING (posting_id)",
        rows=READ_AT_ONCE,
        near=near,
    ):
        for number, one in zip(batch.column("number").to_pylist(), facts_of(batch).values(), strict=True):
            facts.put(number, marshal.dumps(tuple(one)))


def _put_sketches(corpus: Corpus, near: pa.Table, sketched: aside.Shelf) -> None:
    for batch in corpus.batches(
        "SELECT number, words, sketch FROM signatures JOIN near USING (posting_id) WHERE rules = $rules",
        rows=READ_AT_ONCE, near=near, rules=RULES,
    ):  # fmt: skip
        for number, words, sketch in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            sketched.put(number, words.to_bytes(4, "little") + sketch)


def _compared(
    earlier: Ints, later: Ints, facts: aside.Shelf, sketched: aside.Shelf
) -> Mapping[int, tuple[int, int, float]]:
    """The copies among pairs of postings."""
    met = np.union1d(earlier, later)
    # a posting that was forgotten meanwhile has neither
    known = np.frombuffer(b"".join(one or bytes(_SKETCH.itemsize) for one in sketched.take(met)), _SKETCH)
    read = [Facts._make(marshal.loads(one)) if one else None for one in facts.take(met)]
    return best_copies(earlier, later, met, known["words"], known["sketch"], read)
