"""The role grammar: which roles does a posting name, and how are they written?

A role phrase is a head noun ("engineer", "技术员", "tecnico") with what narrows it. Heads are
learned from the classifications of the day, on top of a short general list for each language; the
grammar of a language is one file and one row in `GRAMMARS`. What is read here is deliberately
generous: a phrase comes with *how it is written* (like a title, standing alone, behind a hiring
cue), and `detect.roles` decides over the whole corpus which phrases are roles at all.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from observatory.enrich import grammar_en, grammar_it, grammar_zh
from observatory.records import Taxonomy

Position = Literal["title", "line", "body"]

# Raised when the rules below or in a grammar file change what is read.
RULES = "4"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """One role named in one posting.

    `role` is the normal form, `phrase` what was written, `sentence` the line or sentence it stands
    in with the offsets `start`..`end` of the phrase. `alone`: nothing else stands in its segment.
    `titled`: every word begins with a capital (always true in scripts without capitals).
    `hiring`: a cue such as "we are looking for" or a title position says that this role is sought.
    """

    role: str
    phrase: str
    language: str
    position: Position
    alone: bool
    titled: bool
    hiring: bool
    seniority: str
    sentence: str
    start: int
    end: int


class Grammar(Protocol):
    """The rules of one language. A grammar file offers these as module-level names."""

    BASE_HEADS: frozenset[str]

    def head_of(self, label: str) -> str:
        """The head noun of a taxonomy label in normal form, or "" when it has none."""

    def names_people(self, head: str) -> bool:
        """Whether a head that few labels end in has the form of a word for people."""

    def read_line(
        self, line: str, heads: frozenset[str], *, title: bool, clean: bool = False
    ) -> Iterator[tuple[str, int, int, bool, bool, bool, str]]:
        """(role, start, end, alone, titled, hiring, seniority) for each role phrase in a line.

        `title`: the line is the title; `clean`: and names a role, as most sources' titles do.
        """


GRAMMARS: Mapping[str, Grammar] = {"en": grammar_en, "zh": grammar_zh, "it": grammar_it}

# A head is learned when this share of a classification's labels ends in it (at least two do).
# 15 of the 60,000 alternative titles of O*NET is the threshold at which heads stop being accidents.
HEAD_SHARE = 15 / 60_000
# In a clean title, where a role is expected, so few labels are enough ("paralegal", "estimator").
TITLE_LABELS = 3
LONGEST_LINE = 4_000


@dataclass(frozen=True, kw_only=True)
class RoleGrammar:
    """Reads role mentions; immutable, built by `learn`, identified by `key`.

    >>> grammar = RoleGrammar.learn((), languages=("en",))
    >>> [m.role for m in grammar.read("Senior Data Engineers (remote)", "", "en")]
    ['data engineer']
    """

    heads: Mapping[str, frozenset[str]] = field(repr=False)
    title_heads: Mapping[str, frozenset[str]] = field(repr=False)
    key: str

    @classmethod
    def learn(cls, taxonomies: Sequence[Taxonomy], *, languages: Iterable[str]) -> RoleGrammar:
        """The grammar of `languages`, its heads learned from the labels of `taxonomies`."""
        heads: dict[str, frozenset[str]] = {}
        title_heads: dict[str, frozenset[str]] = {}
        digest = hashlib.sha256(RULES.encode())
        for language in sorted(set(languages) & GRAMMARS.keys()):
            heads[language], title_heads[language] = _learn_heads(taxonomies, language)
            for learned in (heads[language], title_heads[language]):
                digest.update(f"{language}:{','.join(sorted(learned))};".encode())
        return cls(heads=heads, title_heads=title_heads, key=digest.hexdigest()[:16])

    def read(self, title: str, description: str, language: str, employer: str = "") -> Iterator[Mention]:
        """Every role mention of a posting, its title first; none for a language without a grammar.

        The first line of a description that only repeats the title is not read twice. The employer's
        own name before a role is no part of it ("Acme Support Engineer").
        """
        grammar = GRAMMARS.get(language)
        if grammar is None:
            return
        heads = self.heads.get(language, frozenset())
        in_titles = self.title_heads.get(language, heads)
        clean = not description.lstrip().startswith(title.strip()[:80])
        own = _name_words(employer)
        seen: set[tuple[str, Position]] = set()
        for line, position in _lines(title, description):
            tidy = clean and position == "title"
            for role, start, end, alone, titled, hiring, seniority in grammar.read_line(
                line, in_titles if tidy else heads, title=position == "title", clean=tidy
            ):
                if own and role[: len(own)] == own and line[start : start + len(own)].lower() == own:
                    role, start = role[len(own) :], start + len(own)
                    if " " not in role:
                        continue
                place: Position = "title" if position == "title" else ("line" if alone else "body")
                if (role, place) in seen:
                    continue
                seen.add((role, place))
                yield Mention(
                    role=role,
                    phrase=line[start:end],
                    language=language,
                    position=place,
                    alone=alone,
                    titled=titled,
                    hiring=hiring or place != "body",
                    seniority=seniority,
                    sentence=line,
                    start=start,
                    end=end,
                )


def _lines(title: str, description: str) -> Iterator[tuple[str, Position]]:
    title = title.strip()
    if title:
        yield title[:LONGEST_LINE], "title"
    for raw in description.split("\n"):
        line = raw.strip()[:LONGEST_LINE]
        if line and line != title:
            yield line, "body"


_FORM = re.compile(r"\b(?:inc|llc|ltd|gmbh|co|corp|corporation|company|ag|srl|spa|plc|labs?)\b\.?", re.IGNORECASE)


def _name_words(employer: str) -> str:
    """What an employer is called, in lower case with a blank behind it: what a role phrase may begin with."""
    name = " ".join(re.sub(r"[^\w\s.&'-]", " ", _FORM.sub(" ", employer)).lower().split())
    return f"{name} " if len(name) > 2 else ""


def _learn_heads(taxonomies: Sequence[Taxonomy], language: str) -> tuple[frozenset[str], frozenset[str]]:
    """The heads anywhere, and those in a clean title."""
    grammar = GRAMMARS[language]
    learned: Counter[str] = Counter()
    labels = 0
    for taxonomy in taxonomies:
        for occupation in taxonomy.occupations:
            own = occupation.labels.get(language)
            names = set(occupation.alternative.get(language, ()))
            if own:
                names.add(own)
            labels += len(names)
            learned.update(head for head in map(grammar.head_of, names) if head)
    least = max(2, round(HEAD_SHARE * labels))
    everywhere = grammar.BASE_HEADS | {head for head, count in learned.items() if count >= least}
    rare = {head for head, count in learned.items() if count >= TITLE_LABELS and grammar.names_people(head)}
    return everywhere, everywhere | rare
