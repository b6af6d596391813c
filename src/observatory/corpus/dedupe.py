"""Vacancies: postings that advertise the same job, joined before anything is counted.

A posting repeats an earlier one when it says the same (exact), when the same poster gives the same
role at the same place, or the same opening (repost), when most of its text is the same (near), or
when one text is a part of the other (partial), always within `WINDOW_DAYS`. Where two titles name
different roles, or two postings different places, they are two vacancies, however alike the texts.
A posting joins only an earlier posting: what is posted later changes no row that stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from observatory.corpus.signatures import PERMUTATIONS, plain, poster, sign, sketches, title_words
from observatory.records import COPIES, VACANCIES

WINDOW_DAYS = 180
PREDECESSORS = 4  # earlier postings looked at for each key, the latest ones
PAIRS_AT_ONCE = 50_000
PARTS = 8  # the keys are joined in so many parts, which bounds memory
NEAR = 0.45  # words in common (Jaccard, pairs of words) that make two texts one
NEAR_OTHER_POSTER = 0.80
SURELY = 0.92  # so much in common, and one word of the title may differ
PART = 0.80  # of the shorter text that stands in the longer one
PART_WORDS = 30
SHORT = 20  # characters of a text below which only poster, title and place can speak
RELATIONS = ("first", "exact", "repost", "near", "partial")
FACTS = ("posting_id", "source", "title", "description", "length", "employer", "place", "extra")
READ = 400  # characters of a text that are compared as they stand
# Words of a title that tell two roles not apart.
_NOISE = frozenset(
    """
    m w d f x h all gender mwd mfd remote onsite on site hybrid full part time fulltime parttime permanent contract
    in at for of the and or a an to with und de la le et e di per job jobs hiring new urgent position opening vacancy
    sr jr senior junior lead us usa uk eu visa intern interns internship office only ok welcome
    招 聘 急 诚 高 薪 资 深 级
    """.split()
)
_CONTENT = frozenset({"senior", "junior", "lead", "intern", "interns", "internship", "sr", "jr"})

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def join_vacancies(postings: pa.Table) -> pa.Table:
    """The vacancy of every posting, in the schema VACANCIES, from nothing but these postings.

    `postings` needs posting_id, source, posted_at, title, description, employer, place and extra;
    the result does not depend on the order of its rows.
    """
    length = pc.utf8_length(postings.column("description"))
    copies = find_copies(sign(postings), postings.append_column("length", length))
    return vacancies_of(postings.select(["posting_id", "posted_at"]), copies)


def find_copies(signatures: pa.Table, postings: pa.Table, *, of: pa.Array | None = None) -> pa.Table:
    """Which earlier posting each posting repeats, in the schema COPIES; `earlier_id` is "" where none.

    `signatures` are those of all postings that share a key with the ones looked at; `postings` has
    their facts (FACTS; of `description` at least READ characters, `length` is that of the whole);
    `of` are the ids looked at, else all.
    """
    signatures = signatures.sort_by([("posted_at", "ascending"), ("posting_id", "ascending")])
    ids = signatures.column("posting_id").combine_chunks()
    wanted = np.ones(len(ids), bool) if of is None else pc.is_in(ids, of).to_numpy(zero_copy_only=False)
    times = signatures.column("posted_at").cast(pa.int64()).to_numpy()
    earlier, later = find_pairs(_in_parts(signatures), times, wanted)
    met = np.unique(np.concatenate([earlier, later]))
    near = signatures.select(["posting_id", "words", "sketch"]).take(pa.array(met))
    known = facts_of(
        postings.filter(pc.is_in(postings.column("posting_id"), near.column("posting_id").combine_chunks()))
    )
    facts = [known.get(one) for one in near.column("posting_id").to_pylist()]
    best = best_copies(earlier, later, met, near.column("words").to_numpy(), sketches(near), facts)
    return copies_table(ids, np.nonzero(wanted)[0], best)


def vacancies_of(postings: pa.Table, copies: pa.Table) -> pa.Table:
    """The vacancy of each posting: the first of its chain of copies, in the schema VACANCIES.

    `postings` needs posting_id and posted_at.
    """
    ids = postings.column("posting_id").combine_chunks()
    copies = copies.filter(pc.not_equal(copies.column("earlier_id"), ""))
    copy, earlier = (copies.column(name).combine_chunks() for name in ("posting_id", "earlier_id"))
    # a chain may lead over postings that are not asked for
    linked = pc.unique(pa.concat_arrays([copy, earlier]))
    known = pa.concat_arrays([ids, linked.filter(pc.invert(pc.is_in(linked, ids)))])
    row = pc.index_in(copy, known).to_numpy()
    first = np.arange(len(known))
    first[row] = pc.index_in(earlier, known).to_numpy()
    while not np.array_equal(first, further := first[first]):
        first = further
    relation = np.zeros(len(known), np.int8)
    relation[row] = pc.index_in(copies.column("relation").combine_chunks(), pa.array(RELATIONS)).to_numpy()
    return pa.table(
        [
            ids,
            known.take(pa.array(first[: len(ids)])),
            postings.column("posted_at"),
            pa.array(RELATIONS).take(pa.array(relation[: len(ids)])),
        ],
        schema=VACANCIES,
    )


# --- which pairs share a key -----------------------------------------------------------------


def find_pairs(
    parts: Iterable[tuple[Ints, Ints]], times: Ints, wanted: npt.NDArray[np.bool_]
) -> tuple[Ints, Ints]:  # fmt: skip
    """Row numbers (earlier, later) of postings that share a key, each pair once.

    `parts` hold (keys, row numbers), each key in one part only; rows are numbered in the order of time.
    """
    found = [pairs_in(keys, rows, times, wanted) for keys, rows in parts]
    joined = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
    size = max(len(times), 1)
    return joined % size, joined // size


def pairs_in(keys: Ints, rows: Ints, times: Ints, wanted: npt.NDArray[np.bool_]) -> Ints:
    """The pairs of rows that share one of these keys, each once, as later * len(times) + earlier.

    A posting meets the latest PREDECESSORS of each of its keys, so a key that half of the corpus has
    costs no more than another.
    """
    window = int(dt.timedelta(days=WINDOW_DAYS).total_seconds() * 1_000_000)
    order = np.argsort(keys)
    as_before = np.zeros(len(keys) + 1, bool)
    as_before[1:-1] = keys[order[1:]] == keys[order[:-1]]
    order = order[as_before[1:] | as_before[:-1]]  # most keys stand alone: they are left out
    keys, rows = keys[order], rows[order].astype(np.int64)
    order = np.lexsort((rows, keys))
    keys, rows = keys[order], rows[order]
    found = [np.zeros(0, np.int64)]
    for back in range(1, PREDECESSORS + 1):
        at = np.nonzero(keys[back:] == keys[:-back])[0]
        first, second = rows[at], rows[at + back]
        good = wanted[second] & (times[second] - times[first] <= window)
        found.append(second[good] * len(times) + first[good])
    return np.unique(np.concatenate(found))


def _in_parts(signatures: pa.Table) -> Iterator[tuple[Ints, Ints]]:
    """The keys of signatures in PARTS parts, with the rows that they belong to."""
    column = signatures.column("keys").combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks else pa.array([], pa.list_(pa.int64()))
    flat = column.flatten().to_numpy()
    ends = np.cumsum(column.value_lengths().to_numpy())
    for part in range(PARTS):
        mine = np.nonzero((flat & (PARTS - 1)) == part)[0]
        yield flat[mine], np.searchsorted(ends, mine, side="right")


# --- which of them are copies ----------------------------------------------------------------


class Facts(NamedTuple):
    """What two postings are compared by."""

    who: str
    named: bool  # who is an employer, not an account
    title: str
    words: frozenset[str]
    place: str
    place_words: frozenset[str]
    text: str
    length: int

    @property
    def employer(self) -> str:
        return self.who if self.named else ""

    @property
    def opening(self) -> str:
        return self.text[:120]


def best_copies(
    earlier: Ints, later: Ints, met: Ints, words: Ints, sketch: npt.NDArray[np.uint16], facts: Sequence[Facts | None]
) -> dict[int, tuple[int, int, float]]:  # fmt: skip
    """For each later row the best earlier one: {later: (relation, earlier, share of the text)}.

    `earlier` and `later` are pairs of row numbers, `met` all that occur in them, sorted; beside `met` stand
    `words`, `sketch` (rows, PERMUTATIONS) and `facts`. A posting without facts repeats nothing.
    """
    length = words.astype(np.float64)
    best: dict[int, tuple[int, int, float]] = {}
    for at in range(0, len(earlier), PAIRS_AT_ONCE):
        pairs = earlier[at : at + PAIRS_AT_ONCE], later[at : at + PAIRS_AT_ONCE]
        one, other = (np.searchsorted(met, rows) for rows in pairs)
        a, b = length[one], length[other]
        shares = (sketch[one] == sketch[other]).sum(axis=1) / PERMUTATIONS
        shares[(a < 2) | (b < 2)] = 0.0
        least = np.minimum(a, b)
        inside = np.minimum(shares * (a + b) / ((1 + shares) * np.maximum(least, 1)), 1.0)
        numbers = (array.tolist() for array in (*pairs, one, other, shares, inside, least))
        for i, j, at_i, at_j, share, part, size in zip(*numbers, strict=True):
            first, second = facts[at_i], facts[at_j]
            if first is None or second is None:
                continue
            relation = _relation(first, second, share, part, size)
            if relation:
                old = best.get(j)
                if old is None or (relation, -i) < (old[0], -old[1]):
                    best[j] = (relation, i, round(share, 4))
    return best


def copies_table(ids: pa.Array, rows: Ints, best: Mapping[int, tuple[int, int, float]]) -> pa.Table:
    """What each of some rows repeats, in the schema COPIES. `best` is that of `best_copies`, `ids` are those of all rows."""
    relation, earlier, share = np.zeros(len(rows), np.int8), np.full(len(rows), -1), np.zeros(len(rows))
    if best:
        at = np.searchsorted(rows, list(best))
        relation[at], earlier[at], share[at] = zip(*best.values(), strict=True)
    earlier_id = pc.fill_null(ids.take(pa.array(earlier, mask=earlier < 0)), "")
    relations = pa.array(RELATIONS).take(pa.array(relation))
    return pa.table([ids.take(pa.array(rows)), earlier_id, relations, pa.array(share)], schema=COPIES)


def facts_of(postings: pa.Table | pa.RecordBatch) -> dict[str, Facts]:
    """The facts of postings by their ids; FACTS says what that needs."""
    found = {}
    for at in range(0, postings.num_rows, 5_000):
        for row in postings.slice(at, 5_000).select(list(FACTS)).to_pylist():
            found[row["posting_id"]] = Facts(
                who=poster(row["source"], row["employer"], row["extra"]), named=bool(row["employer"]),
                title=plain(row["title"]), words=title_words(row["title"]), place=plain(row["place"]),
                place_words=title_words(row["place"]), text=plain(row["description"][:READ]), length=int(row["length"]),
            )  # fmt: skip
    return found


def _relation(one: Facts, other: Facts, share: float, part: float, words: float) -> int:
    """The number of the relation in RELATIONS, 0 for none."""
    same_poster = bool(one.who) and one.who == other.who
    if not same_poster and share < NEAR and part < PART and one.text != other.text:
        return 0
    known = bool(one.employer) and bool(other.employer)
    another_poster = known and not same_poster and not _within(one.employer, other.employer)
    if not _one_place(one, other):
        return 0
    alike = one.text == other.text and (one.length <= READ or (share == 1.0 and abs(one.length - other.length) <= 2))
    if alike and one.title == other.title and (len(one.text) >= SHORT or same_poster):
        return 1
    if same_poster and one.title and one.title == other.title:
        return 2
    if not _one_role(one, other, share):
        return 0
    if same_poster and len(one.opening) >= 40 and one.opening == other.opening:
        return 2
    # a poster that is not named may be anybody: then the titles have to say the same, or the texts more
    unknown = (
        not same_poster and not known and bool((one.words ^ other.words) - _NOISE - one.place_words - other.place_words)
    )
    if share >= (NEAR_OTHER_POSTER if another_poster or unknown else NEAR):
        return 3
    if part >= PART and words >= PART_WORDS and not another_poster:
        return 4
    return 0


def _one_role(one: Facts, other: Facts, share: float) -> bool:
    """Whether two titles can name one role: what one says more than the other tells no two roles apart."""
    if one.title == other.title or not one.words or not other.words:
        return True
    ignored = _NOISE - _CONTENT | one.place_words | other.place_words
    left = {word for word in one.words - other.words if word not in ignored and not word.isdigit()}
    right = {word for word in other.words - one.words if word not in ignored and not word.isdigit()}
    if not left and not right:
        return True
    if (left & _CONTENT) or (right & _CONTENT):
        return share >= SURELY
    if not left or not right:
        return True
    return share >= SURELY and len(left) == 1 and len(right) == 1


def _one_place(one: Facts, other: Facts) -> bool:
    if not one.place or not other.place or one.place in other.place or other.place in one.place:
        return True
    return bool({word for word in one.place_words & other.place_words if len(word) > 3})


def _within(one: str, other: str) -> bool:
    """Whether one name of an employer is the beginning of the other."""
    return min(len(one), len(other)) >= 4 and (one.startswith(other) or other.startswith(one))
