"""A candidate beside its nearest known occupations (skills and tasks shared, extra, missing), and what is asked for.

Skills are compared by their labels in the occupation's description and tasks; tasks by their words: a known task
counts as shared when one sentence of the postings holds at least half of its words. That is coarse, and is meant
as a reading aid for people: two wordings of one task without common words stand on both sides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import Any

import pandas as pd

from observatory.records import Asked, Beside, Candidate, Occupation, Sides, Taxonomy

NEIGHBOURS = 3
LISTED = 6  # skills or tasks in a cell
LONGEST = 200  # characters of a task that is shown
SHARED_WORDS = 0.5  # of the words of a known task, in one sentence of the postings
_TOKEN = re.compile(r"[^\W_](?:[^\W_]|[.'’-](?=[^\W_])|[+#]+(?!\w))*")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LINKS = re.compile("[和与及等的或对并在中为]")  # signs that join words
_EMPTY = frozenset(
    "with from that this will have your their them they into other such using used about what when which must able work role team".split()
)

Shelf = Mapping[tuple[str, str, str], Occupation]


def asked_in(offers: pd.DataFrame) -> Asked:
    """Pay, education and experience of postings; columns pay_currency, yearly_low, yearly_high, education, years_low.

    A missing value means that the posting does not say.
    """
    paid = offers[
        offers["yearly_low"].notna() & offers["yearly_high"].notna() & (offers["pay_currency"].fillna("") != "")
    ]
    pay = [
        (str(currency), len(own), float(own["yearly_low"].median()), float(own["yearly_high"].median()))
        for currency, own in paid.groupby("pay_currency")
    ]
    return Asked(
        postings=len(offers), pay=tuple(sorted(pay, key=lambda row: (-row[1], row[0]))),
        education=_counted(offers["education"]), experience=_counted(offers["years_low"]),
    )  # fmt: skip


def _counted(values: Any) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(Counter(int(value) for value in values.dropna()).items()))


def skill_labels(taxonomies: Sequence[Taxonomy]) -> dict[str, str]:
    """The skill labels of classifications by how they are looked up: in small letters, short ones as written.

    A word of up to five letters is too often another word ("go", "excel", "spark") to be taken in any case.
    """
    return {_key(label): label for label in sorted({skill.label for t in taxonomies for skill in t.skills})}


def _key(words: str) -> str:
    return words if len(words) <= 5 else words.lower()


def side_by_side(
    candidate: Candidate, shelf: Shelf, *, labels: Mapping[str, str], skills: Sequence[str], named: Set[str],
    tasks: Sequence[str],
) -> list[Beside]:  # fmt: skip
    """The candidate beside each of its three nearest occupations.

    `labels` are those of `skill_labels`; `skills` the candidate's own, most telling first; `named` all that its
    postings name; `tasks` the task sentences of its postings.
    """
    names = [candidate.title, *(name for many in candidate.titles.values() for name in many)]
    said = [(task, _words(task)) for task in dict.fromkeys(tasks)]
    found = []
    for near in candidate.nearest[:NEIGHBOURS]:
        occupation = shelf.get((near.scheme, near.version, near.code))
        titles = set() if occupation is None else {
            title.lower()
            for title in (*occupation.labels.values(), *(one for many in occupation.alternative.values() for one in many))
        }  # fmt: skip
        found.append(
            Beside(
                scheme=near.scheme, version=near.version, code=near.code,
                alternative=next((name for name in names if name.lower() in titles), ""),
                skills=_skills(occupation, labels, skills, named), tasks=_tasks(occupation, said),
            )
        )  # fmt: skip
    return found


def _skills(
    occupation: Occupation | None, labels: Mapping[str, str], skills: Sequence[str], named: Set[str]
) -> Sides | None:
    text = "" if occupation is None else "\n".join((occupation.description, *occupation.tasks)).strip()
    if not text:
        return None
    theirs = _labels_in(text, labels)
    shared = [skill for skill in skills if skill in theirs or _stands(skill, text)]
    ours = {skill.lower() for skill in (*skills, *named)}
    return Sides(
        shared=tuple(shared[:LISTED]), extra=tuple([skill for skill in skills if skill not in shared][:LISTED]),
        missing=tuple([label for label in theirs if label.lower() not in ours][:LISTED]),
    )  # fmt: skip


def _labels_in(text: str, labels: Mapping[str, str], *, longest: int = 5) -> list[str]:
    """The skills whose label stands in a text, in its order; of two that overlap the longer."""
    tokens = [(m.start(), m.end()) for m in _TOKEN.finditer(text)]
    found: dict[str, None] = {}
    at = 0
    while at < len(tokens):
        step = 1
        for size in range(min(longest, len(tokens) - at), 0, -1):
            label = labels.get(_key(text[tokens[at][0] : tokens[at + size - 1][1]]))
            if label is not None:
                found[label] = None
                step = size
                break
        at += step
    return list(found)


def _stands(skill: str, text: str) -> bool:
    if _HAN.search(skill):
        return skill in text
    return re.search(rf"(?<![a-z0-9]){re.escape(skill.lower())}(?![a-z0-9])", text.lower()) is not None


def _tasks(occupation: Occupation | None, said: Sequence[tuple[str, frozenset[str]]]) -> Sides | None:
    if occupation is None or not occupation.tasks or not said:
        return None
    shared: list[str] = []
    missing: list[str] = []
    met: set[int] = set()
    for task in occupation.tasks:
        words = _words(task)
        least = max(2, SHARED_WORDS * len(words))
        holding = [i for i, (_, own) in enumerate(said) if len(words & own) >= least]
        (shared if holding else missing).append(task)
        met.update(holding)
    often = Counter(word for _, own in said for word in own)
    rest = [(i, own) for i, (_, own) in enumerate(said) if i not in met and own]
    rest.sort(key=lambda row: (-sum(often[word] for word in row[1]) / (len(row[1]) + 3), row[0]))
    extra: list[int] = []
    for i, own in rest:  # each says something else than those before it
        if all(len(own & said[j][1]) < SHARED_WORDS * len(own) for j in extra):
            extra.append(i)
        if len(extra) == LISTED:
            break
    return Sides(
        shared=tuple(_short(task) for task in shared[:LISTED]), extra=tuple(_short(said[i][0]) for i in extra),
        missing=tuple(_short(task) for task in missing[:LISTED]),
    )  # fmt: skip


def _words(text: str) -> frozenset[str]:
    """The words that carry a sentence, cut to six letters so that their forms meet; of Chinese the pairs of signs."""
    han = [run[i : i + 2] for part in _HAN.findall(text) for run in _LINKS.split(part) for i in range(len(run) - 1)]
    plain = (word for word in _TOKEN.findall(_HAN.sub(" ", text.lower())) if len(word) > 3 and word not in _EMPTY)
    return frozenset([*han, *(word[:6] for word in plain)])


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
