"""From the sentences of a profession's postings to an outline: functions, contents of work, statements.

Sentences that say the same (average linkage on the cosine of their vectors) are one statement; a
statement counts by the employers that make it, and only those that its postings make clearly more
often than others do are kept. Statements are grouped into functions and functions into contents (Ward).
Names of groups are phrases taken from their own sentences. Nothing here writes a word of its own.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Cut = Callable[[str], list[str]]

INSIDE = frozenset({"of", "and", "的", "和", "与"})  # empty words that may stand inside a name
LONGEST_STATEMENT = 220  # characters of the sentence that stands for a statement, where there is a choice


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A sentence of a posting. `level`: the level its posting asks for, "" when it says none."""

    posting_id: str
    employer: str
    text: str
    level: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """Sentences that say the same: indices into the lines, the one nearest to their middle first.

    `lift`: how much more often the profession's postings say it than others do (smoothed by one posting).
    """

    lines: tuple[int, ...]
    employers: int
    postings: int
    lift: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A function (with `parts`, its contents) or a content: the statements in it, most employers first."""

    statements: tuple[Statement, ...]
    parts: tuple[Group, ...] = field(default=())

    def lines(self) -> list[int]:
        return [i for statement in self.statements for i in statement.lines]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlining:
    """How sentences are grouped. `likeness`: mean cosine within a statement, at least; `least`: employers of a
    statement, at least; `most`: statements kept; `lift`: against other postings, at least."""

    likeness: float = 0.52
    least: int = 3
    most: int = 60
    lift: float = 1.3
    functions: tuple[int, int] = (3, 7)
    contents: int = 3


def outline(
    lines: Sequence[Line], vectors: Floats, *, others: Floats, of: tuple[int, int], rules: Outlining
) -> tuple[Group, ...]:
    """The functions of a profession, the one most employers ask for first.

    `vectors`: unit vectors of the lines, shape (lines, dim). `others`: those of sentences of other postings,
    shape (m, dim); `of`: how many postings the lines and the others come from. Empty when no statement is
    made by enough employers.
    """
    if len(lines) != len(vectors):
        raise ValueError(f"{len(lines)} lines and {len(vectors)} vectors")
    found = _statements(lines, vectors, others, of, rules)
    if not found:
        return ()
    middles = _unit(np.stack([vectors[list(s.lines)].mean(axis=0) for s in found]))
    few, many = rules.functions
    wanted = min(max(few, round(math.sqrt(len(found)))), many, len(found))
    functions = []
    for members in _ward(middles, wanted):
        own = [found[i] for i in members]
        parts = [
            Group(statements=_ordered([own[i] for i in part]))
            for part in _ward(middles[members], min(rules.contents, max(1, round(len(own) / 4))))
        ]
        functions.append(Group(statements=_ordered(own), parts=tuple(sorted(parts, key=_weight, reverse=True))))
    return tuple(sorted(functions, key=_weight, reverse=True))


def _weight(group: Group) -> tuple[int, tuple[int, ...]]:
    return sum(s.employers for s in group.statements), tuple(-i for i in group.statements[0].lines)


def _ordered(found: Sequence[Statement]) -> tuple[Statement, ...]:
    return tuple(sorted(found, key=lambda s: (-s.employers, -s.lift, s.lines)))


def _statements(
    lines: Sequence[Line], vectors: Floats, others: Floats, of: tuple[int, int], rules: Outlining
) -> list[Statement]:
    own_postings, other_postings = max(of[0], 1), max(of[1], 1)
    found = []
    for members in _average(vectors, rules.likeness):
        employers = {lines[i].employer for i in members}
        if len(employers) < rules.least:
            continue
        middle = _unit(vectors[members].mean(axis=0, keepdims=True))[0]
        near = vectors[members] @ middle
        order = sorted(range(len(members)), key=lambda k: (len(lines[members[k]].text) > LONGEST_STATEMENT, -float(near[k]), members[k]))  # fmt: skip
        reach = max(float(near.min()), rules.likeness)
        elsewhere = int((others @ middle >= reach).sum()) if len(others) else 0
        postings = len({lines[i].posting_id for i in members})
        # without other postings nothing can be held against it
        lift = ((postings + 1) / own_postings) / ((elsewhere + 1) / other_postings) if len(others) else rules.lift
        if lift >= rules.lift:
            found.append(
                Statement(
                    lines=tuple(members[k] for k in order), employers=len(employers), postings=postings, lift=round(lift, 2)
                )
            )  # fmt: skip
    found.sort(key=lambda s: (-s.employers * math.log(s.lift + 1), s.lines))
    return found[: rules.most]


def _average(vectors: Floats, likeness: float) -> list[list[int]]:
    """Groups of rows whose mean cosine is at least `likeness` (average linkage)."""
    if len(vectors) < 2:
        return [[i] for i in range(len(vectors))]
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    distances = np.clip(pdist(vectors.astype(np.float64), metric="cosine"), 0.0, 2.0)
    return _members(fcluster(linkage(distances, method="average"), 1.0 - likeness, criterion="distance"))


def _ward(vectors: Floats, number: int) -> list[list[int]]:
    """At most `number` groups of rows (Ward)."""
    if number < 2 or len(vectors) < 2:
        return [list(range(len(vectors)))]
    from scipy.cluster.hierarchy import fcluster, linkage

    return _members(fcluster(linkage(vectors.astype(np.float64), method="ward"), number, criterion="maxclust"))


def _members(labels: NDArray[np.int64]) -> list[list[int]]:
    groups: dict[int, list[int]] = {}
    for i, label in enumerate(labels.tolist()):
        groups.setdefault(label, []).append(i)
    return [groups[label] for label in sorted(groups)]


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Floats = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
    return result


def name_groups(
    groups: Sequence[Sequence[Line]], *, cut: Cut, empty: frozenset[str], joiner: str, words: tuple[int, int] = (2, 4)
) -> list[tuple[str, tuple[Line, ...]]]:
    """A phrase for each group, taken from its lines, with the lines that hold it; ("", ()) where none is shared.

    The phrase of `words` words (else of one) that many employers of the group write and other groups do
    not: employers x log(1 + how much more often than in the other groups). No two groups get the same phrase.
    `empty` words begin and end no phrase; `joiner` stands between words ("" for Chinese).
    """
    phrases = [_phrases(lines, cut, empty, joiner, words) for lines in groups]
    total: Counter[str] = Counter()
    for found in phrases:
        total.update({phrase: len(lines) for phrase, lines in found.items()})
    taken: set[str] = set()
    named = []
    for lines, found in zip(groups, phrases, strict=True):
        best, score = "", 0.0
        for phrase, holding in sorted(found.items()):
            employers = len({line.employer for line in holding})
            if employers < 2 or phrase in taken:
                continue
            elsewhere = (total[phrase] - len(holding) + 0.5) / (sum(map(len, groups)) - len(lines) + 1)
            share = len(holding) / max(len(lines), 1)
            long = phrase.count(" ") + 1 if joiner else min(len(phrase) / 2, 4)
            value = employers * math.log1p(share / elsewhere) * math.log(1 + long)
            if value > score:
                best, score = phrase, value
        taken.add(best)
        named.append((best, tuple(found.get(best, ()))))
    return named


def _phrases(
    lines: Sequence[Line], cut: Cut, empty: frozenset[str], joiner: str, words: tuple[int, int]
) -> Mapping[str, list[Line]]:  # fmt: skip
    """Each phrase in lower case with the lines that hold it, word for word."""
    found: dict[str, dict[int, Line]] = {}
    for number, line in enumerate(lines):
        tokens = [token.lower() for token in cut(line.text)]
        lower = line.text.lower()
        for size in range(1, words[1] + 1):
            for at in range(len(tokens) - size + 1):
                part = tokens[at : at + size]
                if (
                    part[0] in empty
                    or part[-1] in empty
                    or not all(_wordlike(t) and (t not in empty or t in INSIDE) for t in part)
                ):
                    continue
                phrase = joiner.join(part)
                if size < words[0] and (len(phrase) < 4 or joiner):
                    continue
                if phrase in lower:  # as it stands there, with the blanks it has there
                    found.setdefault(phrase, {}).setdefault(number, line)
    return {phrase: list(lines_.values()) for phrase, lines_ in found.items()}


def _wordlike(token: str) -> bool:
    return any(letter.isalpha() for letter in token)


def level_by_lift(counts: Mapping[str, int], base: Mapping[str, int], *, prior: float = 2.0) -> str:
    """The level at which something is asked for most beyond its share of all postings.

    `counts`: employers by level that ask for it; `base`: postings of the profession by level, lowest level
    first. Both are smoothed towards the base; without any count it is the lowest level.

    >>> base = {"junior": 10, "intermediate": 30, "senior": 20}
    >>> level_by_lift({"senior": 4, "intermediate": 1}, base), level_by_lift({}, base)
    ('senior', 'junior')
    """
    all_postings = sum(base.values()) or 1
    total = sum(counts.get(level, 0) for level in base)
    best, score = "", -1.0
    for level, number in base.items():
        share = (number + 1) / (all_postings + len(base))
        value = (counts.get(level, 0) + prior * share) / (total + prior) / share
        if value > score + 1e-9:
            best, score = level, value
    return best


def whole_percents(weights: Mapping[str, float], *, total: int = 100, least: int = 0) -> dict[str, int]:
    """Whole numbers that add up to `total`, in proportion to the weights (largest remainders), each at least `least`.

    >>> whole_percents({"a": 1, "b": 1, "c": 1}), whole_percents({"a": 99, "b": 1}, least=5)
    ({'a': 34, 'b': 33, 'c': 33}, {'a': 94, 'b': 6})
    """
    if not weights:
        return {}
    least = min(least, total // len(weights))
    free = total - least * len(weights)
    whole = sum(weights.values())
    exact = {key: least + free * (weight / whole if whole > 0 else 1 / len(weights)) for key, weight in weights.items()}
    found = {key: math.floor(value + 1e-9) for key, value in exact.items()}
    rest = total - sum(found.values())
    for key in sorted(exact, key=lambda key: (found[key] - exact[key], list(weights).index(key)))[:rest]:
        found[key] += 1
    return found
