"""The draft of a standard from a candidate's postings: reads them, calls the pure parts, composes the cells.

What the postings say becomes cells with their sentences; what they do not say stays an empty cell with
its mark. No sentence is written here: figures ("a bachelor's degree in 61 per cent") are stated as such.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from observatory.config import Workspace
from observatory.corpus import Corpus
from observatory.errors import NotEnoughData
from observatory.material import Material, asked_in, material_of, other_sentences, postings_of, vectors_of
from observatory.propose.statements import (
    Group,
    Line,
    Outlining,
    Statement,
    level_by_lift,
    name_groups,
    outline,
    whole_percents,
)
from observatory.publish.standard_words import figure, level_name
from observatory.records import Dossier
from observatory.standards import (
    BASICS,
    ETHICS,
    LEVELS,
    NO_EVIDENCE,
    OVERVIEW,
    SCHEMA_VERSION,
    Cell,
    Content,
    Draft,
    Function,
    Level,
    Paragraph,
    Quote,
    Requirement,
    SkillShare,
    Structure,
    Weight,
)
from observatory.wordings import ABILITIES, DEFINING, EMPTY, ENVIRONMENT, ETHIC, FILLER

Floats = NDArray[np.float32]
QUOTES = 3  # shown with a cell
SKILLS_IN_ROW, KNOWLEDGE_IN_ROW, BASIC_KNOWLEDGE = 5, 6, 8
LEAST_AT_LEVEL = 3  # postings that open a level
NO_SKILLS = frozenset({"position", "office", "usdt", "ci", "cd", "title", "salary"})  # terms that name none
ESSENTIAL = 0.25  # share of the postings that name a skill for it to count as essential


@dataclass(frozen=True, kw_only=True)
class Conventions:
    """Shares that drafting rules set and no posting can say: theory given to ethics and to basic knowledge, and
    the least weight of a function, in per cent. The text of the rules is not public: ask the authority."""

    ethics: int = 5
    basics: int = 20
    least: int = 5


def draft_standard(
    ws: Workspace, corpus: Corpus, dossier: Dossier, *, structure: Structure = "three",
    conventions: Conventions | None = None, rules: Outlining | None = None,
) -> Draft:  # fmt: skip
    """A draft of a standard for the candidate of a dossier, from the postings of its run.

    Raises `NotEnoughData` when its run is not here, or when no task or requirement is named by two employers.
    """
    c = dossier.candidate
    conventions = conventions or Conventions()
    rows = postings_of(corpus, dossier)
    language = str(rows["language"].mode().iloc[0])
    rows = rows[rows["language"] == language]
    material = material_of(rows, structure, language, c.title, [n for names in c.titles.values() for n in names])
    others = other_sentences(corpus, dossier, set(rows["posting_id"]), language)
    vectors, strange = vectors_of(ws, corpus, language, [line.text for line in material.lines], others.texts)
    if rules is None:
        rules = Outlining() if language == "en" else Outlining(likeness=0.40)
    groups = outline(
        material.lines, vectors, others=strange, of=(len({line.posting_id for line in material.lines}), others.postings), rules=rules
    )  # fmt: skip
    if not groups:
        raise NotEnoughData(
            f"{c.title!r}: no task or requirement is named by {rules.least} employers in {len(rows)} postings; "
            "import more postings, or ones with whole texts"
        )
    return _Composer(material, groups, language, structure, conventions, dossier).draft()


# --- composing -------------------------------------------------------------------------------


class _Composer:
    """Cells from the groups of statements."""

    def __init__(
        self, material: Material, groups: Sequence[Group], language: str, structure: Structure,
        conventions: Conventions, dossier: Dossier,
    ) -> None:  # fmt: skip
        self.m, self.groups, self.language, self.structure = material, groups, language, structure
        self.conventions, self.dossier = conventions, dossier
        counts = Counter(level for level in material.postings["level"] if level)
        ladder = LEVELS[structure]
        enough = [i for i, level in enumerate(ladder) if counts[level] >= LEAST_AT_LEVEL]
        opened = ladder[enough[0] : enough[-1] + 1] if enough else ladder
        self.base = {level: counts[level] for level in opened}
        self.labels = self._labels()

    def draft(self) -> Draft:
        c, run = self.dossier.candidate, self.dossier.run
        functions = tuple(self._functions())
        theory, practice = self._weights(functions)
        names = {language: tuple(names) for language, names in sorted(c.titles.items())}
        return Draft(
            schema_version=SCHEMA_VERSION, candidate_id=c.candidate_id, title=c.title, names=names,
            language=self.language, structure=self.structure, levels=tuple(self._levels()),
            overview=tuple(self._overview()), ethics=self._cues(ETHIC) or (NO_EVIDENCE,), basics=self._basics(),
            functions=functions, theory=theory, practice=practice, profile=self._profile(),
            limits=tuple(self._limits()),
            made_from={
                "run": run.run_id, "corpus version": str(run.corpus_version), "as of": run.as_of.date().isoformat(),
                "dossier": self.dossier.sha256, "sources": ", ".join(c.sources), "postings": str(len(self.m.postings)),
                "employers": str(self.m.postings["employer"].nunique()),
            },
        )  # fmt: skip

    # functions, contents, rows

    def _functions(self) -> Iterator[Function]:
        functions = self._named(self.groups)
        contents = self._named([part for group in self.groups for part in group.parts], {t.text for t in functions})
        at = 0
        for n, (group, title) in enumerate(zip(self.groups, functions, strict=True), 1):
            made = []
            for k, part in enumerate(group.parts, 1):
                made.append(Content(key=f"f{n}.c{k}", title=contents[at], requirements=tuple(self._rows(part))))
                at += 1
            yield Function(key=f"f{n}", title=title, contents=tuple(self._whole(made)))

    def _whole(self, contents: list[Content]) -> list[Content]:
        """The contents with a row, marked as without evidence, at each opened level that none of them asks at."""
        there = {row.level for content in contents for row in content.requirements}
        missing = [level for level in self.base if level not in there]
        first = contents[0]
        ladder = list(self.base)
        empty = [Requirement(level=level, skills=(NO_EVIDENCE,), knowledge=(NO_EVIDENCE,)) for level in missing]
        rows = sorted([*first.requirements, *empty], key=lambda row: ladder.index(row.level))
        return [Content(key=first.key, title=first.title, requirements=tuple(rows)), *contents[1:]]

    def _named(self, groups: Sequence[Group], taken: set[str] = frozenset()) -> list[Cell]:  # type: ignore[assignment]
        from observatory.enrich.cutting import cut_words

        lines = [[self.m.lines[i] for i in group.lines()] for group in groups]
        empty = EMPTY[self.language if self.language in EMPTY else "en"] | {t.lower() for t in taken}
        joiner = "" if self.language == "zh" else " "
        found = name_groups(lines, cut=lambda text: cut_words(text, self.language), empty=empty, joiner=joiner)
        return [self._cell(phrase, holding) if phrase else NO_EVIDENCE for phrase, holding in found]

    def _rows(self, part: Group) -> Iterator[Requirement]:
        skills: dict[str, list[Cell]] = defaultdict(list)
        for statement in part.statements:
            skills[self._level_of([self.m.lines[i] for i in statement.lines])].append(self._stated(statement))
        knowledge: dict[str, list[Cell]] = defaultdict(list)
        lines = [self.m.lines[i] for i in part.lines()]
        for label, holding in self._named_in(lines):
            if label not in self.labels:
                knowledge[self._level_of(holding)].append(self._cell(label, holding))
        for level in self.base:
            if level in skills or level in knowledge:
                yield Requirement(
                    level=level, skills=tuple(skills[level][:SKILLS_IN_ROW]) or (NO_EVIDENCE,),
                    knowledge=tuple(knowledge[level][:KNOWLEDGE_IN_ROW]) or (NO_EVIDENCE,),
                )  # fmt: skip

    def _level_of(self, lines: Sequence[Line]) -> str:
        counts = Counter(level for level, _ in {(line.level, line.employer) for line in lines} if level)
        return level_by_lift(counts, self.base)

    def _stated(self, statement: Statement) -> Cell:
        lines = [self.m.lines[i] for i in statement.lines]
        return self._cell(FILLER.sub("", lines[0].text, count=1), lines)

    def _named_in(self, lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
        """Skills of the postings that stand by name in lines of two employers or more, most employers first."""
        own = dict(zip(self.m.postings["posting_id"], self.m.postings["skills"], strict=True))
        found: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            for label in own[line.posting_id]:
                plain = label.removeprefix("term:")
                if plain not in NO_SKILLS and _stands(plain, line.text):
                    found[plain].append(line)
        rows = [(label, holding) for label, holding in found.items() if len({line.employer for line in holding}) > 1]
        return sorted(rows, key=lambda row: (-len({line.employer for line in row[1]}), row[0]))

    def _labels(self) -> set[str]:
        """Skills named in at least half of the functions: basic knowledge, not a function's own."""
        if len(self.groups) < 2:
            return set()
        often: Counter[str] = Counter()
        for group in self.groups:
            often.update(label for label, _ in self._named_in([self.m.lines[i] for i in group.lines()]))
        return {label for label, n in often.items() if n >= max(2, len(self.groups) / 2)}

    def _basics(self) -> tuple[Cell, ...]:
        rows = [(label, holding) for label, holding in self._named_in(self.m.lines) if label in self.labels]
        return tuple(self._cell(label, holding) for label, holding in rows[:BASIC_KNOWLEDGE]) or (NO_EVIDENCE,)

    # overview and levels

    def _levels(self) -> Iterator[Level]:
        for level in self.base:
            own = self.m.postings[self.m.postings["level"] == level]
            yield Level(level=level, postings=len(own), education=self._education(own), experience=self._years(own))

    def _overview(self) -> Iterator[Paragraph]:
        made: Mapping[str, Callable[[], tuple[Cell, ...]]] = {
            "name": self._name, "definition": self._definition, "levels": self._level_cells,
            "environment": lambda: self._cues(ENVIRONMENT), "abilities": lambda: self._cues(ABILITIES),
            "education": lambda: tuple(c for c in (self._education(self.m.postings),) if c.origin != "none"),
            "assessment": lambda: tuple(level.experience for level in self._levels() if level.experience.origin != "none"),
        }  # fmt: skip
        for number, key in OVERVIEW:
            yield Paragraph(number=number, key=key, cells=(made[key]() if key in made else ()) or (NO_EVIDENCE,))

    def _name(self) -> tuple[Cell, ...]:
        title = self.dossier.candidate.title
        lines = [
            Line(posting_id=e.posting_id, employer=e.employer or e.posting_id, text=e.sentence)
            for e in self.dossier.evidence
        ]
        c = self.dossier.candidate
        if not lines:
            return ()
        return (Cell(text=title, origin="postings", quotes=self._quotes(lines), postings=c.postings, employers=min(c.employers, c.postings)),)  # fmt: skip

    def _definition(self) -> tuple[Cell, ...]:
        """Sentences that say what the role does, by its name: those most like the others."""
        c = self.dossier.candidate
        names = {c.title.lower(), *(n.lower() for names in c.titles.values() for n in names)}
        cue = DEFINING["zh" if self.language == "zh" else "en"]
        found = [
            line for line in self.m.every
            if any(name in line.text.lower() for name in names) and cue.search(line.text) and 30 * (self.language != "zh") <= len(line.text) <= 300
        ]  # fmt: skip
        common = Counter(
            word
            for line in self.m.lines
            for word in set(re.findall(r"[a-z]{5,}|[\u4e00-\u9fff]{2}", line.text.lower()))
        )
        found.sort(key=lambda line: (-sum(common[w] for w in set(re.findall(r"[a-z]{5,}|[\u4e00-\u9fff]{2}", line.text.lower()))) / (len(line.text) + 60), line.posting_id))  # fmt: skip
        chosen: list[Line] = []
        for line in found:
            if line.employer not in {one.employer for one in chosen} and len(chosen) < QUOTES:
                chosen.append(line)
        return tuple(self._cell(line.text, [line]) for line in chosen)

    def _level_cells(self) -> tuple[Cell, ...]:
        total = sum(self.base.values())
        cells = []
        for level, number in self.base.items():
            own = self.m.postings[self.m.postings["level"] == level]
            lines = self._saying(own, lambda s: _names_level(s))
            if lines and number:
                text = figure(
                    self.language, "level-count", level=level_name(level, self.language if self.language == "zh" else "en"), share=round(100 * number / total)
                )  # fmt: skip
                cells.append(self._counted(text, own, lines))
        return tuple(cells)

    def _education(self, own: pd.DataFrame) -> Cell:
        named = own[own["education"].notna()]
        if named.empty:
            return NO_EVIDENCE
        degree, number = Counter(int(value) for value in named["education"]).most_common(1)[0]
        part = named[named["education"] == degree]
        lines = self._saying(part, lambda s: asked_in(s).education == degree)
        text = figure(self.language, "education", degree=figure(self.language, f"education {degree}"), share=round(100 * number / len(named)))  # fmt: skip
        return self._counted(text, part, lines) if lines else NO_EVIDENCE

    def _years(self, own: pd.DataFrame) -> Cell:
        named = own[own["years"].notna()]
        lines = self._saying(named, lambda s: asked_in(s).years_low is not None)
        if not lines:
            return NO_EVIDENCE
        middle = statistics.median_low([int(value) for value in named["years"]])
        return self._counted(figure(self.language, "years", years=middle), named, lines)

    def _saying(self, own: pd.DataFrame, says: Callable[[str], bool]) -> list[Line]:
        """Lines of postings, as they stand there, that say something; at most one a posting."""
        found = []
        for row in own.itertuples():
            line = next((s for s in _sentences(row.text) if says(s)), None)
            if line is not None:
                found.append(Line(posting_id=row.posting_id, employer=row.employer, text=line))
        return found

    def _cues(self, cues: Mapping[str, Mapping[str, re.Pattern[str]]]) -> tuple[Cell, ...]:
        """A cell for each family of words that two employers write; its text is the commonest of them as written."""
        found = []
        for pattern in cues["zh" if self.language == "zh" else "en"].values():
            holding = [(line, match) for line in self.m.every if (match := pattern.search(line.text))]
            if len({line.employer for line, _ in holding}) < 2:
                continue
            text = Counter(match.group().lower() for _, match in holding).most_common(1)[0][0]
            best = [line for line, match in holding if match.group().lower() == text]
            found.append(self._cell(text, [*best, *(line for line, _ in holding if line not in best)]))
        return tuple(sorted(found, key=lambda cell: (-cell.employers, cell.text)))

    # weights, profile, limits

    def _weights(self, functions: Sequence[Function]) -> tuple[tuple[Weight, ...], tuple[Weight, ...]]:
        """Per cent by level: a function weighs as many employers as name it at the level, drawn towards all levels."""
        beside = self.conventions.ethics + self.conventions.basics
        practice: dict[str, dict[str, int]] = {f.key: {} for f in functions}
        theory: dict[str, dict[str, int]] = {f.key: {} for f in functions}
        lines = {f.key: [self.m.lines[i] for i in g.lines()] for f, g in zip(functions, self.groups, strict=True)}
        known = {
            key: [line for label, holding in self._named_in(own) for line in holding] for key, own in lines.items()
        }
        for level in self.base:
            for table, by, total in ((practice, lines, 100), (theory, known, 100 - beside)):
                shares = whole_percents(_pulled(by, level), total=total, least=self.conventions.least)
                for key, share in shares.items():
                    table[key][level] = share
        fixed = [Weight(item=item, shares=dict.fromkeys(self.base, share))
                 for item, share in ((ETHICS, self.conventions.ethics), (BASICS, self.conventions.basics))]  # fmt: skip
        return (
            (*fixed, *(Weight(item=key, shares=shares) for key, shares in theory.items())),
            tuple(Weight(item=key, shares=shares) for key, shares in practice.items()),
        )

    def _profile(self) -> tuple[SkillShare, ...]:
        rows = self.m.postings[["posting_id", "employer", "skills"]].explode("skills").dropna()
        found = []
        for label, part in rows.groupby("skills"):
            postings, employers = part["posting_id"].nunique(), part["employer"].nunique()
            share = postings / len(self.m.postings)
            if employers >= 2 and str(label).removeprefix("term:") not in NO_SKILLS:
                found.append(SkillShare(
                    label=str(label).removeprefix("term:"), code="", kind="term" if str(label).startswith("term:") else "skill",
                    postings=int(postings), employers=int(employers), share=round(share, 4), essential=share >= ESSENTIAL,
                ))  # fmt: skip
        return tuple(sorted(found, key=lambda row: (-row.employers, row.label)))[:40]

    def _limits(self) -> Iterator[str]:
        say = partial(figure, self.language)
        yield say(
            "limit levels", known=sum(1 for level in self.m.postings["level"] if level), total=len(self.m.postings)
        )
        yield say("limit years")
        yield say("limit weights", ethics=self.conventions.ethics, basics=self.conventions.basics)
        yield say("limit hours")
        yield say("limit asked")
        closed = [level_name(level, self.language) for level in LEVELS[self.structure] if level not in self.base]
        if closed:
            yield say(
                "limit closed", least=LEAST_AT_LEVEL, levels=("、" if self.language == "zh" else ", ").join(closed)
            )

    # cells

    def _cell(self, text: str, lines: Sequence[Line]) -> Cell:
        return Cell(
            text=text.strip(), origin="postings", quotes=self._quotes(lines), postings=len({line.posting_id for line in lines}),
            employers=len({line.employer for line in lines}),
        )  # fmt: skip

    def _counted(self, text: str, own: pd.DataFrame, lines: Sequence[Line]) -> Cell:
        return Cell(text=text, origin="postings", quotes=self._quotes(lines), postings=len(own), employers=int(own["employer"].nunique()))  # fmt: skip

    def _quotes(self, lines: Sequence[Line]) -> tuple[Quote, ...]:
        """Up to three sentences of different employers, in the order given."""
        chosen: dict[str, Quote] = {}
        for line in lines:
            chosen.setdefault(line.employer, Quote(posting_id=line.posting_id, sentence=line.text))
        return tuple(chosen.values())[:QUOTES]


def _pulled(by: Mapping[str, Sequence[Line]], level: str) -> dict[str, float]:
    """Employers of each function at a level, plus five shared out as over all levels."""
    every = {key: len({line.employer for line in lines}) for key, lines in by.items()}
    whole = sum(every.values()) or 1
    at = {key: len({line.employer for line in lines if line.level == level}) for key, lines in by.items()}
    return {key: at[key] + 5 * every[key] / whole for key in by}


def _sentences(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])|(?<=[。！？；])", line):
            plain = sentence.strip()
            if plain:
                yield plain[:400]


def _names_level(sentence: str) -> bool:
    return asked_in(sentence).years_low is not None or bool(
        re.search(
            r"\b(?:senior|junior|lead|principal|intern|staff|entry)\b|高级|初级|资深|实习|中级", sentence, re.IGNORECASE
        )
    )


def _stands(label: str, text: str) -> bool:
    """Whether a label stands in a text as a word of its own."""
    at = text.lower().find(label.lower())
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(label) : at + len(label) + 1]
        if not (_letter(before) and _letter(label[:1])) and not (_letter(after) and _letter(label[-1:])):
            return True
        at = text.lower().find(label.lower(), at + 1)
    return False


def _letter(sign: str) -> bool:
    return bool(sign) and sign.isascii() and sign.isalnum()
