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
from typing import Any

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
    ids = signatures.column("posting_id").to_pylist()
    wanted = np.ones(len(ids), bool) if of is None else np.isin(np.array(ids, dtype=object), of.to_pylist())
    times = signatures.column("posted_at").cast(pa.int64()).to_numpy()
    earlier, later = find_pairs(_in_parts(signatures), times, wanted)
    return choose_copies(ids, earlier, later, signatures.select(["words", "sketch"]), postings, wanted)


def choose_copies(
    ids: Sequence[str], earlier: Ints, later: Ints, signatures: pa.Table, postings: pa.Table, wanted: npt.NDArray[np.bool_],
) -> pa.Table:  # fmt: skip
    """Of pairs that share a key the copies, in the schema COPIES, for each posting that is `wanted`.

    `earlier` and `later` are row numbers of `ids`; `signatures` (words, sketch) stands row by row beside
    `ids`; `postings` are the FACTS of all postings in the pairs.
    """
    chosen = _verified(signatures, postings, ids, earlier, later)
    found: dict[str, list[Any]] = {name: [] for name in COPIES.names}
    for i in np.nonzero(wanted)[0].tolist():
        relation, j, share = chosen.get(i, (0, -1, 0.0))
        row = (ids[i], ids[j] if j >= 0 else "", RELATIONS[relation], share)
        for name, value in zip(COPIES.names, row, strict=True):
            found[name].append(value)
    return pa.table(found, schema=COPIES)


def vacancies_of(postings: pa.Table, copies: pa.Table) -> pa.Table:
    """The vacancy of each posting: the first of its chain of copies, in the schema VACANCIES.

    `postings` needs posting_id and posted_at.
    """
    ids = postings.column("posting_id").to_pylist()
    parents = {
        one: (other, relation)
        for one, other, relation in zip(
            *(copies.column(name).to_pylist() for name in ("posting_id", "earlier_id", "relation")), strict=True
        )
        if other
    }
    roots: dict[str, str] = {}

    def root(one: str) -> str:
        path = []
        while one in parents and one not in roots:
            path.append(one)
            one = parents[one][0]
        top = roots.get(one, one)
        for each in path:
            roots[each] = top
        return top

    return pa.table(
        {
            "posting_id": ids,
            "vacancy_id": [root(one) for one in ids],
            "posted_at": postings.column("posted_at"),
            "relation": [parents[one][1] if one in parents else "first" for one in ids],
        },
        schema=VACANCIES,
    )


# --- which pairs share a key -----------------------------------------------------------------


def find_pairs(
    parts: Iterable[tuple[Ints, Ints]], times: Ints, wanted: npt.NDArray[np.bool_]
) -> tuple[Ints, Ints]:  # fmt: skip
    """Row numbers (earlier, later) of postings that share a key, each pair once.

    `parts` hold (keys, row numbers), each key in one part only, the rows of one key in the order of time.
    A posting meets the latest PREDECESSORS of each of its keys, so a key that half of the corpus has
    costs no more than another.
    """
    window = int(dt.timedelta(days=WINDOW_DAYS).total_seconds() * 1_000_000)
    size = max(len(times), 1)
    found = []
    for keys, of in parts:
        order = np.argsort(keys, kind="stable")  # rows of one key stay in the order of time
        keys, of = keys[order], of[order]
        for back in range(1, PREDECESSORS + 1):
            same = np.nonzero(keys[back:] == keys[:-back])[0]
            first, second = of[same].astype(np.int64), of[same + back].astype(np.int64)
            good = wanted[second] & (times[second] - times[first] <= window)
            found.append(np.unique(second[good] * size + first[good]))
    joined = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
    return joined % size, joined // size


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


def _verified(
    signatures: pa.Table, postings: pa.Table, ids: Sequence[str], earlier: Ints, later: Ints
) -> dict[int, tuple[int, int, float]]:
    """For each later row the best earlier one: {later: (relation, earlier, share of the text)}."""
    if not len(earlier):
        return {}
    sketch = sketches(signatures)
    words = signatures.column("words").to_numpy().astype(np.float64)
    facts = _facts(postings, {ids[i] for i in np.unique(np.concatenate([earlier, later]))})
    best: dict[int, tuple[int, int, float]] = {}
    for at in range(0, len(earlier), PAIRS_AT_ONCE):
        one, other = earlier[at : at + PAIRS_AT_ONCE], later[at : at + PAIRS_AT_ONCE]
        a, b = words[one], words[other]
        shares = (sketch[one] == sketch[other]).sum(axis=1) / PERMUTATIONS
        shares[(a < 2) | (b < 2)] = 0.0
        least = np.minimum(a, b)
        inside = np.minimum(shares * (a + b) / ((1 + shares) * np.maximum(least, 1)), 1.0)
        numbers = (one.tolist(), other.tolist(), shares.tolist(), inside.tolist(), least.tolist())
        for i, j, share, part, size in zip(*numbers, strict=True):
            first, second = facts.get(ids[i]), facts.get(ids[j])
            if first is None or second is None:
                continue
            relation = _relation(first, second, share, part, size)
            if relation:
                old = best.get(j)
                if old is None or (relation, -i) < (old[0], -old[1]):
                    best[j] = (relation, i, round(share, 4))
    return best


class _Facts:
    """What two postings are compared by."""

    __slots__ = ("employer", "length", "opening", "place", "place_words", "text", "title", "who", "words")

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.who = poster(row["source"], row["employer"], row["extra"])
        self.employer = self.who if row["employer"] else ""
        self.title = plain(row["title"])
        self.words = title_words(row["title"])
        self.place = plain(row["place"])
        self.place_words = title_words(row["place"])
        self.text = plain(row["description"][:READ])
        self.opening = self.text[:120]
        self.length = int(row["length"])


def _facts(postings: pa.Table, ids: set[str]) -> dict[str, _Facts]:
    wanted = pa.array(sorted(ids), pa.string())
    needed = postings.filter(pc.is_in(postings.column("posting_id"), wanted)).select(list(FACTS))
    return {
        row["posting_id"]: _Facts(row) for batch in needed.to_batches(max_chunksize=5_000) for row in batch.to_pylist()
    }


def _relation(one: _Facts, other: _Facts, share: float, part: float, words: float) -> int:
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


def _one_role(one: _Facts, other: _Facts, share: float) -> bool:
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


def _one_place(one: _Facts, other: _Facts) -> bool:
    if not one.place or not other.place or one.place in other.place or other.place in one.place:
        return True
    return bool({word for word in one.place_words & other.place_words if len(word) > 3})


def _within(one: str, other: str) -> bool:
    """Whether one name of an employer is the beginning of the other."""
    return min(len(one), len(other)) >= 4 and (one.startswith(other) or other.startswith(one))
