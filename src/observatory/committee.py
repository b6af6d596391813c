"""What a committee asks of a candidate beyond its dossier, recounted from the postings the dossier names.

Definition and tasks as postings word them, three nearest occupations side by side, tests of difference, pay, education
and experience, regions, stability, green and digital shares, a proposed code, relations to other classifications, who
could be heard, what is left open, sources and licences. Everything is computed from the run and the corpus version of
the dossier, so it can be computed again: `differences` names each figure that does not come out. What people gave
(a draft's units, the site's record with its dissent) stands in `Given`, with the hash of the file it came from.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from observatory.casebook import Casebook, marks_of
from observatory.crosswalks import LEAST_EDUCATION, OTHER_NAMES, relation_of
from observatory.errors import BadInput
from observatory.propose import from_json as dossier_from_json
from observatory.propose import to_json as dossier_to_json
from observatory.propose import verify
from observatory.records import Dossier
from observatory.register import propose_code
from observatory.taxonomy import group_title
from observatory.wordings import CALLING, DEFINING

SCHEMA_VERSION = 2
NEIGHBOURS, LISTED, SENTENCES = 3, 10, 6
Rows = tuple[tuple[str, int], ...]
Sentences = tuple[tuple[str, str, str], ...]  # sentence, employer, posting
Terms = Callable[[str], tuple[str, str]]  # of a source: licence and attribution


@dataclass(frozen=True, kw_only=True, slots=True)
class Codes:
    """The rules of codes: the classification they belong to, the pattern of each kind, and what the register holds."""

    scheme: str = "dadian"
    patterns: Mapping[str, str]
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """A near occupation: `shared` skills of the candidate stand in its description or tasks, `own` do not.

    `tasks` are the first of its own; `alternative`: the candidate's title is one of its titles; `marks` what its
    classification flags it as.
    """

    scheme: str
    version: str
    code: str
    title: str
    similarity: float
    shared: tuple[str, ...]
    own: tuple[str, ...]
    tasks: tuple[str, ...]
    alternative: bool
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What people gave beside the corpus; empty where nothing was.

    `units` of a draft: (title, levels, skill cells on three employers or more, skill cells). `dissent`, `heard` and
    `recognised` are lines of the site's record. `draft` and `record` are the SHA-256 of the files they came from.
    """

    units: tuple[tuple[str, str, int, int], ...] = ()
    draft: str = ""
    dissent: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    recognised: tuple[str, ...] = ()
    record: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """The committee's figures. Rows are (name, postings), most first.

    `definition` and `tasks` are sentences of postings by different employers. `pay`: (currency, postings, median of
    the lower and of the upper yearly amounts). `education` by the level that postings ask for at least (EQF number,
    "0" none), `experience` by years asked for. `quarters`: of the last twelve quarters with exposure, in how many
    somebody hired (alive, of). `sectors` count tagged postings. `marks`: (mark, classification, namings of marked
    skills, namings of skills it knows, the skills). `codes`: (scheme, version, proposed code or "", parent, name of
    the parent, basis). `crosswalk`: (scheme, version, code, title, SKOS relation, similarity, basis). `copies` by how
    a posting repeats an earlier one. `cohesion`: skills that two of its postings share on average, that one of its
    and one of any other share, and its postings with skills. `questions` are what the figures leave open.
    """

    definition: Sentences
    tasks: Sentences
    neighbours: tuple[Neighbour, ...]
    strict_subset: str
    cohesion: tuple[float, float, int]
    pay: tuple[tuple[str, int, float, float], ...]
    education: Rows
    experience: Rows
    countries: Rows
    regions: Rows
    contracts: Rows
    sectors: Rows
    marks: tuple[tuple[str, str, int, int, str], ...]
    quarters: tuple[int, int]
    copies: Rows
    codes: tuple[tuple[str, str, str, str, str, str], ...]
    crosswalk: tuple[tuple[str, str, str, str, str, float, str], ...]
    employers: Rows
    questions: tuple[str, ...]
    sources: tuple[tuple[str, int, str, str], ...]
    given: Given


def build_case(book: Casebook, dossier: Dossier, terms: Terms, *, codes: Codes, given: Given | None = None) -> Case:
    """The figures of a dossier's candidate. Raises `NotEnoughData` where its run or corpus version is not here."""
    rows = book.rows(dossier)
    given = given or Given()
    education = _top(row["education"] for row in rows)
    neighbours = tuple(neighbours_of(book, dossier))
    tasks = tuple(_typical([(row, text) for row in rows for text in row["tasks"]]))
    named = Counter(label for row in rows for label in row["skills"])
    return Case(
        definition=tuple(_definition(dossier, rows)), tasks=tasks, neighbours=neighbours,
        strict_subset=_strict_subset(dossier, neighbours), cohesion=_cohesion(book, rows), pay=_pay(rows), education=education,
        experience=_top(row["years_low"] for row in rows), countries=_top(row["country"] for row in rows),
        regions=_top(row["region"] for row in rows), contracts=_top(row["contract"] for row in rows),
        sectors=_top(s for row in rows for s in row["sectors"]),
        marks=tuple((mark, scheme, n, of, which) for scheme, labels in sorted(book.marked.items()) for mark, n, of, which in marks_of(labels, named)),
        quarters=_quarters(dossier), copies=_top(row["relation"] for row in rows), codes=tuple(_codes(book, dossier, codes)),
        crosswalk=tuple(_crosswalk(book, dossier, education)), employers=_top(row["employer"] for row in rows),
        questions=tuple(_questions(dossier, rows, neighbours, tasks, given)),
        sources=tuple((name, n, *terms(name)) for name, n in _top((row["source"] for row in rows), most=50)), given=given,
    )  # fmt: skip


# --- words of postings -----------------------------------------------------------------------


def _definition(dossier: Dossier, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Sentences that say what the role does, by its name."""
    c = dossier.candidate
    names = {c.title.lower(), *(name.lower() for many in c.titles.values() for name in many)}
    chinese = any("\u4e00" <= sign <= "\u9fff" for sign in c.title)
    # in Chinese the other cues stand in titles too, and 负责人 is a person in charge
    cue = re.compile("负责(?!人)|从事|主导") if chinese else DEFINING["en"]
    found = [
        (row, row["sentence"]) for row in rows
        if 30 * (not chinese) <= len(row["sentence"]) <= 300 and cue.search(row["sentence"]) and any(name in row["sentence"].lower() for name in names)
    ]  # fmt: skip
    yield from _typical(found, most=3)


def _typical(
    found: Sequence[tuple[Mapping[str, Any], str]], *, most: int = SENTENCES
) -> Iterator[tuple[str, str, str]]:
    """The sentences whose words most other sentences share, one an employer, as (sentence, employer, posting)."""
    spread = Counter(word for _, text in found for word in _words(text))
    stating = [(row, text) for row, text in found if not any(cue.search(text) for cue in CALLING.values())]
    found = stating or found  # who is looked for says less than what is done
    ordered = sorted(
        {(text, row["employer"], row["posting_id"]) for row, text in found if 20 <= len(text) * (2 if re.search("[\u4e00-\u9fff]", text) else 1) <= 600},
        key=lambda one: (-sum(spread[word] for word in _words(one[0])) / (len(_words(one[0])) + 8), one),
    )  # fmt: skip
    employers: set[str] = set()
    told: list[frozenset[str]] = []
    for text, employer, posting in ordered:
        words = _words(text)
        alike = any(len(words & other) > 0.6 * min(len(words), len(other)) for other in told)
        if (employer or posting) not in employers and not alike and len(told) < most:
            employers.add(employer or posting)
            told.append(words)
            yield text, employer, posting


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]{4,}|[\u4e00-\u9fff]{2}", text.lower()))


# --- figures ---------------------------------------------------------------------------------


def _cohesion(book: Casebook, rows: Sequence[Mapping[str, Any]]) -> tuple[float, float, int]:
    """Skills shared by two of its postings, and by one of its and one of any other, on average over all pairs."""
    with_skills = [row["skills"] for row in rows]
    own, every = len(with_skills), book.named.postings
    if own < 2 or every <= own:
        return 0.0, 0.0, own
    counts = Counter(label for skills in with_skills for label in skills)
    within = sum(n * (n - 1) for n in counts.values()) / (own * (own - 1))
    across = sum(n * (book.named.counts.get(label, n) - n) for label, n in counts.items()) / (own * (every - own))
    return round(within, 3), round(across, 3), own


def _codes(book: Casebook, dossier: Dossier, rules: Codes) -> Iterator[tuple[str, str, str, str, str, str]]:
    """A proposed code by the rules of the classification, and the ISCO-08 unit group above; each with what it rests on.

    An occupation stands beside the nearest one, a specialisation under it, a revision keeps its code.
    """
    c = dossier.candidate
    if c.kind not in ("occupation", "specialisation", "revision"):
        return
    near = next((n for n in c.nearest if n.scheme == rules.scheme), None)
    if near is not None:
        group = re.sub(r"[-./:]?[^-./:]+$", "", near.code)
        basis = f"nearest is {near.title} ({near.code}), similarity {near.similarity:.2f}"
        if c.kind == "revision":
            why = f"a revision keeps the code of what it revises; {basis}"
            yield near.scheme, near.version, near.code, group, book.groups.get((near.scheme, group), ""), why
        else:
            parent, name = (
                (near.code, near.title)
                if c.kind == "specialisation"
                else (group, book.groups.get((near.scheme, group), ""))
            )
            taken = (*book.codes.get(rules.scheme, ()), *rules.taken)
            code = propose_code(rules.patterns[c.kind], taken, parent=parent, year=dossier.as_of.year)
            yield near.scheme, near.version, code, parent, name, basis
    for n in c.nearest:
        occupation = book.occupations.get((n.scheme, n.version, n.code))
        if occupation is not None and occupation.isco:
            basis = f"unit group of {n.title} ({n.scheme} {n.version}), similarity {n.similarity:.2f}"
            yield "isco-08", "2008", "", occupation.isco, book.groups.get(("isco", occupation.isco), ""), basis
            return


def _crosswalk(
    book: Casebook, dossier: Dossier, education: Rows
) -> Iterator[tuple[str, str, str, str, str, float, str]]:
    """Relations to look at: the nearest occupations of the run, their ISCO-08 groups, the EQF level asked for most."""
    groups: dict[str, tuple[str, str, str, str, str, float, str]] = {}
    for n in dossier.candidate.nearest:
        basis = f"similarity of names to {n.title}"
        yield (
            OTHER_NAMES.get(n.scheme, n.scheme),
            n.version,
            n.code,
            n.title,
            relation_of(n.similarity),
            n.similarity,
            basis,
        )
        occupation = book.occupations.get((n.scheme, n.version, n.code))
        if occupation is not None and occupation.isco and n.scheme != "isco":
            basis = f"unit group of {n.title} ({n.scheme} {n.version})"
            groups.setdefault(occupation.isco, ("isco-08", "2008", occupation.isco, group_title(book.groups, occupation.isco), "broadMatch", n.similarity, basis))  # fmt: skip
    yield from groups.values()
    levels = [(level, number) for level, number in education if level != "0"]
    total = sum(number for _, number in levels)
    if total >= LEAST_EDUCATION:
        level, number = levels[0]
        yield "eqf", "", level, f"EQF level {level}", "relatedMatch", round(number / total, 4), f"{number} of {total} postings that name an education ask for it at least"  # fmt: skip


def _top(values: Any, *, most: int = LISTED) -> Rows:
    counts = Counter(str(value) for value in values if value not in (None, ""))
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most])


def _pay(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, int, float, float], ...]:
    found = []
    for currency, number in _top(r["pay_currency"] for r in rows if r["yearly_low"] is not None):
        own = [r for r in rows if r["pay_currency"] == currency and r["yearly_low"] is not None]
        found.append((currency, number, float(median(r["yearly_low"] for r in own)), float(median(r["yearly_high"] for r in own))))  # fmt: skip
    return tuple(found)


def neighbours_of(book: Casebook, dossier: Dossier) -> Iterator[Neighbour]:
    """The nearest occupations beside the candidate's skills."""
    names = {n.lower() for many in dossier.candidate.titles.values() for n in many} | {dossier.candidate.title.lower()}
    skills = [label for label, _, _ in dossier.skills]
    for near in dossier.candidate.nearest[:NEIGHBOURS]:
        occupation = book.occupations.get((near.scheme, near.version, near.code))
        text = "" if occupation is None else " ".join((occupation.description, *occupation.tasks)).lower()
        titles = set() if occupation is None else {
            n.lower() for n in (*occupation.labels.values(), *(a for many in occupation.alternative.values() for a in many))
        }  # fmt: skip
        shared = tuple(s for s in skills if text and _stands(s, text))
        yield Neighbour(
            scheme=near.scheme, version=near.version, code=near.code, title=near.title, similarity=near.similarity,
            shared=shared, own=tuple(s for s in skills if s not in shared), tasks=() if occupation is None else occupation.tasks[:5],
            alternative=bool(names & titles), marks=() if occupation is None else occupation.marks,
        )  # fmt: skip


def _stands(word: str, text: str) -> bool:
    edge = r"(?<![a-z0-9])", r"(?![a-z0-9])"
    return re.search(f"{edge[0]}{re.escape(word.lower())}{edge[1]}", text) is not None


def _strict_subset(dossier: Dossier, neighbours: Sequence[Neighbour]) -> str:
    """The near occupation that holds all of the candidate's skills; "" where none does."""
    return next((n.title for n in neighbours if dossier.skills and not n.own), "")


def _quarters(dossier: Dossier) -> tuple[int, int]:
    found: dict[tuple[int, int], list[int]] = {}
    for month in dossier.history:
        quarter = found.setdefault((month.month.year, (month.month.month - 1) // 3), [0, 0])
        quarter[0] += month.vacancies
        quarter[1] += month.exposure
    last = [q for _, q in sorted(found.items()) if q[1] > 0][-12:]
    return sum(vacancies > 0 for vacancies, _ in last), len(last)


def _questions(
    dossier: Dossier, rows: Sequence[Mapping[str, Any]], neighbours: Sequence[Neighbour], tasks: Sentences, given: Given
) -> Iterator[str]:  # fmt: skip
    """What the figures leave open, each a sentence with its figure."""
    c, total = dossier.candidate, len(rows)
    if c.growth.low <= 1:
        yield f"Is it growing? The interval of its growth ({c.growth.low:.1f} to {c.growth.high:.1f}) holds no change."
    if len(c.sources) == 1:
        yield f"Is it known outside one source ({c.sources[0]})?"
    for near in neighbours:
        if near.alternative:
            yield f"Is it {near.title} ({near.scheme} {near.code}) under another name? Its title is one of that occupation's."
    with_pay = sum(row["yearly_low"] is not None for row in rows)
    if with_pay < total / 4:
        yield f"What is it paid? {with_pay} of {total} postings name pay."
    if not tasks:
        yield "What are its main tasks? No sentence of its postings was read as a task."
    if not any(near.tasks for near in neighbours):
        yield "How do its tasks differ from its neighbours'? The classifications loaded give no tasks for them."
    if c.practitioners is None or c.practitioners.estimate is None:
        yield "How many people practise it? No estimate can be made from the statistics at hand."
    yield "Is it regulated, and do norms or laws stand against it? Postings do not say; a person must look."
    yield "Do people live by it full-time? " + (
        f"{sum(bool(row['contract']) for row in rows)} of {total} postings name a contract."
    )
    if not given.heard:
        yield "Which associations and schools should be heard? Postings name employers only."


# --- file, hash, check -----------------------------------------------------------------------


def to_json(dossier: Dossier, case: Case) -> str:
    """Dossier and case in one file, with the hash of both."""
    body = {"schema_version": SCHEMA_VERSION, "dossier": json.loads(dossier_to_json(dossier)), "case": asdict(case)}
    return json.dumps({**body, "sha256": digest(dossier, case)}, ensure_ascii=False, indent=1) + "\n"


def digest(dossier: Dossier, case: Case) -> str:
    """SHA-256 over the dossier's hash and the canonical JSON of the case."""
    text = json.dumps([dossier.sha256, asdict(case)], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def from_json(text: str) -> tuple[Dossier, Case, bool]:
    """Dossier, case and whether both hashes are right. Raises `BadInput` when it is no committee's file."""
    try:
        raw = json.loads(text)
        dossier = dossier_from_json(json.dumps(raw["dossier"]))
        if raw["schema_version"] != SCHEMA_VERSION:
            raise BadInput(
                f"a committee's file of schema {raw['schema_version']}; this version reads {SCHEMA_VERSION}: make it again with: "
                "observatory dossier ID --committee --format json"
            )
        told = {name: _frozen(value) for name, value in raw["case"].items()}
        told["neighbours"] = tuple(
            Neighbour(**{n: _frozen(v) for n, v in one.items()}) for one in raw["case"]["neighbours"]
        )
        told["given"] = Given(**{name: _frozen(value) for name, value in raw["case"]["given"].items()})
        case = Case(**told)
        _check_shape(case)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise BadInput(
            f"not a committee's file ({type(error).__name__} {error}); make one with: observatory dossier ID --committee --format json"
        ) from error
    return dossier, case, verify(dossier) and raw.get("sha256") == digest(dossier, case)


def _frozen(value: Any) -> Any:
    """Lists of JSON as tuples."""
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


def _check_shape(case: Case) -> None:
    """Raises ValueError where a field is no list of rows, so that no page breaks on it."""
    wide = {
        "definition": 3, "tasks": 3, "pay": 4, "marks": 5, "codes": 6, "crosswalk": 7, "sources": 4,
        **dict.fromkeys(("education", "experience", "countries", "regions", "contracts", "sectors", "copies", "employers"), 2),
    }  # fmt: skip
    for name, width in wide.items():
        for row in getattr(case, name):
            if not isinstance(row, tuple) or len(row) != width:
                raise ValueError(f"{name}: a row of {width} parts was expected")
    if len(case.quarters) != 2 or len(case.cohesion) != 3:
        raise ValueError("quarters has two parts, cohesion three")


def differences(shown: Case, again: Case) -> list[str]:
    """A sentence for each figure or text of a case that does not come out again."""
    found: list[str] = []
    _compare(asdict(shown), asdict(again), "", found)
    return found


def _compare(shown: Any, again: Any, where: str, found: list[str]) -> None:
    if isinstance(shown, dict) and isinstance(again, dict):
        for name in shown:
            _compare(shown[name], again.get(name), f"{where} {name}".strip(), found)
    elif isinstance(shown, list | tuple) and isinstance(again, list | tuple) and len(shown) == len(again):
        for number, (a, b) in enumerate(zip(shown, again, strict=True), 1):
            _compare(a, b, f"{where} {number}", found)
    elif shown != again:
        found.append(f"{where}: the file says {shown!r}, the corpus gives {again!r}")
