"""The draft of an occupational standard: records, checks, JSON, hash and the difference of two drafts.

What the corpus gave and what a person wrote stand in the same cells. A cell says where it comes from:
`postings` (with the sentences it rests on), `person` (written by an editor) or `none` (no evidence: the
cell is empty, and every page and file shows the mark). The chapters follow the national occupational
standards of China: overview, basic requirements, work requirements by level, tables of weights. An
occupation profile and a set of units are other views of the same draft (`publish.standard`).

    text = to_json(draft)            from_json(text) == draft
    check(draft)                     () when its structure is complete
    difference(older, draft)         what was added, removed and changed, by place
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from difflib import SequenceMatcher
from typing import Any, Literal, get_args

from observatory.errors import BadInput
from observatory.removal import hash_now

SCHEMA_VERSION = 1

Structure = Literal["five", "three"]
Origin = Literal["postings", "person", "none"]
ORIGINS: tuple[Origin, ...] = get_args(Origin)
# The levels of a structure, lowest first: skilled workers 5 to 1, professional and technical staff three.
LEVELS: Mapping[Structure, tuple[str, ...]] = {
    "five": ("5", "4", "3", "2", "1"), "three": ("junior", "intermediate", "senior"),
}  # fmt: skip
# The paragraphs of the overview, in the order of the published standards: number, key.
OVERVIEW: tuple[tuple[str, str], ...] = (
    ("1.1", "name"), ("1.2", "code"), ("1.3", "definition"), ("1.4", "levels"), ("1.5", "environment"),
    ("1.6", "abilities"), ("1.7", "education"), ("1.8", "training"), ("1.9", "assessment"),
)  # fmt: skip
ETHICS, BASICS = "ethics", "basics"  # rows of the theory table beside the functions


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """A sentence as it stands, word for word, in the posting it cites."""

    posting_id: str
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One statement of a draft. `postings` and `employers` count all that rest it, `quotes` shows some.

    `origin` none: nothing was found; `text` is then empty. `origin` person: an editor wrote it, counts 0
    unless postings bear it out too.
    """

    text: str = ""
    origin: Origin = "none"
    quotes: tuple[Quote, ...] = ()
    postings: int = 0
    employers: int = 0


NO_EVIDENCE = Cell()


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """A paragraph of the overview: number and key from `OVERVIEW`, and its statements."""

    number: str
    key: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """A level that the draft opens, and what postings at that level ask for: education and experience."""

    level: str
    postings: int
    education: Cell
    experience: Cell


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """A row of the work requirements: what one content asks for at one level, skills and related knowledge."""

    level: str
    skills: tuple[Cell, ...]
    knowledge: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """A content of work. `key` (as "f1.c2") stays the same from version to version."""

    key: str
    title: Cell
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A function of the occupation and its contents. `key` (as "f1") stays the same from version to version."""

    key: str
    title: Cell
    contents: tuple[Content, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Weight:
    """A row of a table of weights: `item` is a function's key, "ethics" or "basics"; per cent by level."""

    item: str
    shares: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class SkillShare:
    """A skill of the profile: in how many postings and at how many employers, as a share of the postings.

    `essential`: named often enough to count as essential; the others are optional. `code` is that of the
    classification it comes from, "" when none has it.
    """

    label: str
    code: str
    kind: str
    postings: int
    employers: int
    share: float
    essential: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """One version of a draft standard, whole. `language` is that of its texts (ISO 639-1).

    `levels` are those opened, lowest first; `limits` says what the evidence cannot show; `made_from` names
    run, corpus version, dossier hash, as-of date and parameters, as text.
    """

    schema_version: int
    candidate_id: str
    title: str
    names: Mapping[str, tuple[str, ...]]
    language: str
    structure: Structure
    levels: tuple[Level, ...]
    overview: tuple[Paragraph, ...]
    ethics: tuple[Cell, ...]
    basics: tuple[Cell, ...]
    functions: tuple[Function, ...]
    theory: tuple[Weight, ...]
    practice: tuple[Weight, ...]
    profile: tuple[SkillShare, ...]
    limits: tuple[str, ...]
    made_from: Mapping[str, str]


# --- what is in a draft ----------------------------------------------------------------------


def cells(draft: Draft) -> Iterator[tuple[str, Cell]]:
    """Every cell with its place, as "functions/f1/f1.c2/level 4/skills/1"; places count from 1."""
    for paragraph in draft.overview:
        yield from _numbered(f"overview/{paragraph.key}", paragraph.cells)
    for level in draft.levels:
        yield f"levels/{level.level}/education", level.education
        yield f"levels/{level.level}/experience", level.experience
    yield from _numbered("basic requirements/ethics", draft.ethics)
    yield from _numbered("basic requirements/basics", draft.basics)
    for function in draft.functions:
        yield f"functions/{function.key}", function.title
        for content in function.contents:
            here = f"functions/{function.key}/{content.key}"
            yield here, content.title
            for row in content.requirements:
                yield from _numbered(f"{here}/level {row.level}/skills", row.skills)
                yield from _numbered(f"{here}/level {row.level}/knowledge", row.knowledge)


def _numbered(place: str, found: Sequence[Cell]) -> Iterator[tuple[str, Cell]]:
    for number, cell in enumerate(found, 1):
        yield f"{place}/{number}", cell


def skill_coverage(draft: Draft, *, employers: int = 3) -> tuple[int, int]:
    """How many skill cells of the work requirements rest on at least so many employers, of how many."""
    found = [cell for place, cell in cells(draft) if place.startswith("functions/") and "/skills/" in place]
    return sum(cell.employers >= employers for cell in found), len(found)


def levels_of(function: Function) -> set[str]:
    """The levels at which a function asks for something."""
    return {row.level for content in function.contents for row in content.requirements}


# --- checks ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What is wrong with a draft: the row, and why."""

    where: str
    why: str


def check(draft: Draft) -> tuple[Problem, ...]:
    """Every fault of structure; empty when there is none. A cell without evidence is no fault, it is a mark."""
    found: list[tuple[str, str]] = []
    found += _levels(draft)
    found += _overview(draft)
    found += _functions(draft)
    found += _weights("theory weights", draft.theory, draft, beside=(ETHICS, BASICS))
    found += _weights("practice weights", draft.practice, draft, beside=())
    found += [(place, why) for place, cell in cells(draft) for why in _cell(cell)]
    return tuple(Problem(where=where, why=why) for where, why in found)


def _levels(draft: Draft) -> Iterator[tuple[str, str]]:
    ladder = LEVELS[draft.structure]
    opened = [level.level for level in draft.levels]
    if not opened:
        yield "levels", f"no level is opened; expected some of {', '.join(ladder)}"
        return
    for level in [one for one in opened if one not in ladder]:
        yield f"level {level}", f"not a level of the structure {draft.structure!r}: {', '.join(ladder)}"
    known = [one for one in ladder if one in opened]
    if opened != known and set(opened) <= set(ladder):
        yield "levels", f"{', '.join(opened)}: each level stands once, lowest first ({', '.join(known)})"
    between = ladder[ladder.index(known[0]) : ladder.index(known[-1]) + 1] if known else ()
    for level in [one for one in between if one not in opened]:
        yield f"level {level}", "skipped: the levels above and below it are opened"
    for level in opened:
        if draft.functions and not any(level in levels_of(f) for f in draft.functions):
            yield f"level {level}", "no function asks for anything at this level"


def _overview(draft: Draft) -> Iterator[tuple[str, str]]:
    there = [(p.number, p.key) for p in draft.overview]
    for number, key in OVERVIEW:
        if (number, key) not in there:
            yield f"overview {number}", f"the paragraph {key!r} is missing"
    for number, key in there:
        if (number, key) not in OVERVIEW:
            yield f"overview {number}", f"{key!r} is no paragraph of the overview"
    for key, many in Counter(key for _, key in there).items():
        if many > 1:
            yield f"overview {key}", f"stands {many} times"
    for paragraph in draft.overview:
        if not paragraph.cells:
            yield f"overview {paragraph.number}", "has no statement; one without evidence needs its mark"
    for name in ("ethics", "basics"):
        if not getattr(draft, name):
            yield f"basic requirements/{name}", "has no statement; one without evidence needs its mark"


def _functions(draft: Draft) -> Iterator[tuple[str, str]]:
    if not draft.functions:
        yield "functions", "there is none"
    keys = Counter([f.key for f in draft.functions] + [c.key for f in draft.functions for c in f.contents])
    for key, many in keys.items():
        if many > 1 or not key or "/" in key or key in (ETHICS, BASICS):
            yield f"functions/{key}", "a key must be the only one of its name, without /, and neither ethics nor basics"
    opened = {level.level for level in draft.levels}
    for function in draft.functions:
        if not function.contents:
            yield f"functions/{function.key}", "has no content of work"
        for content in function.contents:
            here = f"functions/{function.key}/{content.key}"
            if not content.requirements:
                yield here, "asks for nothing at any level"
            at = [row.level for row in content.requirements]
            for level in {one for one in at if one not in opened}:
                yield here, f"asks at level {level}, which the draft does not open"
            for level in {one for one in at if at.count(one) > 1}:
                yield here, f"has two rows for level {level}"
            for row in content.requirements:
                if not row.skills or not row.knowledge:
                    yield f"{here}/level {row.level}", "needs a skill and a related knowledge, or their marks"


def _weights(table: str, rows: Sequence[Weight], draft: Draft, *, beside: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    functions = {f.key: levels_of(f) for f in draft.functions}
    items = [row.item for row in rows]
    for item in [*beside, *functions]:
        if items.count(item) != 1:
            yield f"{table}/{item}", f"stands {items.count(item)} times; expected one row"
    for row in rows:
        if row.item not in functions and row.item not in beside:
            yield f"{table}/{row.item}", "is neither a function of the draft nor a part of this table"
    opened = [level.level for level in draft.levels]
    for row in rows:
        for level in {*row.shares} - {*opened}:
            yield f"{table}/{row.item}", f"has a weight at level {level}, which the draft does not open"
        for level in opened:
            share = row.shares.get(level, 0)
            if not 0 <= share <= 100:
                yield f"{table}/{row.item}/level {level}", f"{share} is no per cent from 0 to 100"
            if row.item in functions and (share > 0) != (level in functions[row.item]):
                yield (
                    f"{table}/{row.item}/level {level}",
                    "has a weight and asks for nothing" if share > 0 else "asks for something and has no weight",
                )
    for level in opened:
        total = sum(row.shares.get(level, 0) for row in rows)
        if total != 100:
            yield f"{table}/level {level}", f"the weights add up to {total}; expected 100"


def _cell(cell: Cell) -> Iterator[str]:
    if cell.origin == "none" and (cell.text or cell.quotes):
        yield "is marked as without evidence and has a text or a quote"
    if cell.origin != "none" and not cell.text.strip():
        yield f"has the origin {cell.origin} and no text"
    if cell.origin == "postings" and not (cell.quotes and cell.postings >= 1 and cell.employers >= 1):
        yield "rests on postings and shows no quote or no count of them"
    if cell.employers > cell.postings:
        yield f"counts {cell.employers} employers in {cell.postings} postings"


# --- JSON and hash ---------------------------------------------------------------------------


def to_json(draft: Draft, *, indent: int | None = None) -> str:
    """The draft as JSON, with its hash as `sha256`."""
    return json.dumps({**asdict(draft), "sha256": digest(draft)}, ensure_ascii=False, indent=indent)


def digest(draft: Draft) -> str:
    """SHA-256 of the canonical JSON (keys sorted, no spaces, without the hash), in hexadecimal."""
    text = json.dumps(asdict(draft), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def from_json(text: str) -> Draft:
    """A draft from its JSON. Raises `BadInput` naming the field that does not fit, or when it was altered.

    The hash is checked where there is one; of a draft from which quotations were removed since, the one that was noted
    then. Structure is not: see `check`.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not a draft of a standard: not JSON ({error}); make one with: observatory draft ID") from error
    if not isinstance(raw, dict):
        raise BadInput(
            f"not a draft of a standard: a JSON {type(raw).__name__}, expected an object; make one with: observatory draft ID --format json"
        )
    stated = raw.pop("sha256", None)
    removals = raw.pop("removals", None)
    if removals and stated is not None:
        try:
            stated = hash_now(stated, removals)
        except (TypeError, KeyError, LookupError) as error:
            raise BadInput(
                "not a draft of a standard: removals: expected notes with on, why, quotations and sha256"
            ) from error
    version = raw.get("schema_version")
    if version != SCHEMA_VERSION:
        raise BadInput(
            f"a draft of schema {version!r}; this version reads schema {SCHEMA_VERSION}; make it again with: observatory draft ID --format json"
        )
    _only_known(raw, Draft, "")
    try:
        found: Draft = TypeAdapter(Draft).validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"not a draft of a standard: {where}: {first['msg']}") from error
    if stated is not None and stated != digest(found):
        raise BadInput(
            f"the draft of {found.candidate_id!r} does not match its hash (it names {str(stated)[:12]}, its contents "
            f"give {digest(found)[:12]}): it was altered after it was made"
        )
    return found


# The record that stands in each field holding records.
_PARTS: Mapping[str, type] = {
    "levels": Level, "overview": Paragraph, "ethics": Cell, "basics": Cell, "functions": Function, "theory": Weight,
    "practice": Weight, "profile": SkillShare, "cells": Cell, "education": Cell, "experience": Cell, "title": Cell,
    "contents": Content, "requirements": Requirement, "skills": Cell, "knowledge": Cell, "quotes": Quote,
}  # fmt: skip


def _only_known(raw: Any, of: type, where: str) -> None:
    """Refuses a key that a record does not have: silently dropping it would lose what somebody wrote."""
    if isinstance(raw, list):
        for number, one in enumerate(raw, 1):
            _only_known(one, of, f"{where}/{number}")
        return
    if not isinstance(raw, dict) or not is_dataclass(of):
        return
    known = {field.name for field in fields(of)}
    unknown = sorted(set(raw) - known)
    if unknown:
        raise BadInput(f"not a draft of a standard: {where or 'draft'} has {unknown}; known are {sorted(known)}")
    for name, value in raw.items():
        part = _PARTS.get(name)
        if part is not None:
            _only_known(value, part, f"{where}/{name}".lstrip("/"))


# --- the difference of two drafts ------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change between two drafts; `before` is "" for what was added, `after` for what was removed."""

    where: str
    what: Literal["added", "removed", "changed"]
    before: str
    after: str


def difference(older: Draft, newer: Draft) -> tuple[Change, ...]:
    """What was added, removed and changed, in the order of the draft.

    Statements in one place are compared as a list, so one put in the middle changes no other; a function
    or content is known by its key. Evidence that changed under the same text is shown by its counts.
    """
    before, after = _places(older), _places(newer)
    found: list[Change] = []
    for where in [*before, *(place for place in after if place not in before)]:
        found += _lines(where, before.get(where, ()), after.get(where, ()))
    return tuple(found)


def _places(draft: Draft) -> dict[str, tuple[str, ...]]:
    """Each place of a draft and what it says there, statement by statement."""
    found: dict[str, list[str]] = {
        "title": [draft.title], "structure": [draft.structure], "language": [draft.language],
        "levels": [level.level for level in draft.levels],
    }  # fmt: skip
    for language, names in sorted(draft.names.items()):
        found[f"names/{language}"] = list(names)
    for place, cell in cells(draft):
        head, _, last = place.rpartition("/")
        found.setdefault(head if last.isdigit() and not head.endswith("levels") else place, []).append(shown(cell))
    for table, rows in (("theory weights", draft.theory), ("practice weights", draft.practice)):
        for row in rows:
            for level, share in row.shares.items():
                found[f"{table}/{row.item}/level {level}"] = [str(share)]
    found["limits"] = list(draft.limits)
    return {place: tuple(lines) for place, lines in found.items()}


def shown(cell: Cell) -> str:
    """A cell in one line: its text and what it rests on.

    >>> shown(Cell(text="build pipelines", origin="postings", postings=7, employers=5)), shown(NO_EVIDENCE)
    ('build pipelines [7 postings, 5 employers]', '[no evidence]')
    """
    if cell.origin == "none":
        return "[no evidence]"
    if cell.origin == "person" and not cell.postings:
        return f"{cell.text} [written by a person]"
    return f"{cell.text} [{cell.postings} postings, {cell.employers} employers]"


def _lines(where: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    for tag, i, j, k, m in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        old, new = before[i:j], after[k:m]
        for n in range(max(len(old), len(new))):
            a, b = (old[n] if n < len(old) else ""), (new[n] if n < len(new) else "")
            what: Literal["added", "removed", "changed"] = "changed" if a and b else "added" if b else "removed"
            yield Change(where=where, what=what, before=a, after=b)
