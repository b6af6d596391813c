"""What a committee asks of a candidate beyond its dossier, recounted from the postings the dossier names.

Three nearest occupations side by side, pay, education and experience, regions, stability, fields of work, who could
be heard, tests of difference, questions left open, sources and licences. Everything is computed from the run and the
corpus version of the dossier, so it can be computed again: `differences` names each figure that does not come out.
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

from observatory.corpus import Corpus
from observatory.errors import BadInput, NotEnoughData
from observatory.propose import from_json as dossier_from_json
from observatory.propose import to_json as dossier_to_json
from observatory.propose import verify
from observatory.records import Dossier, Occupation, Taxonomy

SCHEMA_VERSION = 1
NEIGHBOURS, LISTED = 3, 10
Rows = tuple[tuple[str, int], ...]
Terms = Callable[[str], tuple[str, str]]  # of a source: licence and attribution


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """A near occupation: `shared` skills of the candidate stand in its description or tasks, `own` do not.

    `tasks` are the first of its own; `alternative`: the candidate's title is one of its titles.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """The committee's figures. Rows are (name, postings), most first.

    `pay`: (currency, postings, median of the lower and of the upper yearly amounts). `education` by the level that
    postings ask for at least (EQF number, "0" none), `experience` by years asked for. `quarters`: of the last
    twelve quarters with exposure, in how many somebody hired (alive, of). `sectors` count tagged postings: the
    sector green and the digital ones stand there. `questions` are what the figures leave open.
    """

    neighbours: tuple[Neighbour, ...]
    strict_subset: str
    pay: tuple[tuple[str, int, float, float], ...]
    education: Rows
    experience: Rows
    countries: Rows
    regions: Rows
    contracts: Rows
    sectors: Rows
    quarters: tuple[int, int]
    employers: Rows
    questions: tuple[str, ...]
    sources: tuple[tuple[str, int, str, str], ...]


def build_case(corpus: Corpus, dossier: Dossier, taxonomies: Sequence[Taxonomy], terms: Terms) -> Case:
    """The figures of a dossier's candidate. Raises `NotEnoughData` where its run or corpus version is not here."""
    rows = _rows(corpus, dossier)
    asked = [r for r in rows if r["education"] is not None]
    years = [r for r in rows if r["years_low"] is not None]
    neighbours = tuple(_neighbours(dossier, taxonomies))
    return Case(
        neighbours=neighbours, strict_subset=_strict_subset(dossier, neighbours), pay=_pay(rows),
        education=_top(str(r["education"]) for r in asked), experience=_top(str(r["years_low"]) for r in years),
        countries=_top(r["country"] for r in rows), regions=_top(r["region"] for r in rows),
        contracts=_top(r["contract"] for r in rows), sectors=_top(s for r in rows for s in r["sectors"]),
        quarters=_quarters(dossier), employers=_top(r["employer"] for r in rows),
        questions=tuple(_questions(dossier, rows, neighbours)),
        sources=tuple((name, n, *terms(name)) for name, n in _top((r["source"] for r in rows), most=50)),
    )  # fmt: skip


def _rows(corpus: Corpus, dossier: Dossier) -> list[dict[str, Any]]:
    """One row a posting that hires for the candidate, with what it offers and asks where that was read."""
    run = dossier.run
    if run.corpus_version > corpus.version():
        raise NotEnoughData(
            f"the dossier names corpus version {run.corpus_version}; here is version {corpus.version()}"
        )
    until, since = run.as_of, run.since
    found = corpus.query(
        """SELECT p.posting_id, any_value(p.source) AS source, any_value(e.employer) AS employer, any_value(e.country) AS country,
                  any_value(e.contract) AS contract, any_value(e.sectors) AS sectors, r.grammar
           FROM roles r
           JOIN clusters c ON c.role = r.role AND c.language = r.language AND c.run_id = $run AND c.lineage_id = $lineage
           JOIN postings p ON p.posting_id = r.posting_id
           JOIN enriched e ON e.posting_id = r.posting_id AND e.grammar = r.grammar
           WHERE r.hiring AND p.posted_at < $until GROUP BY p.posting_id, r.grammar ORDER BY p.posting_id""",
        versions={"postings": run.corpus_version}, run=run.run_id, lineage=dossier.candidate.candidate_id, until=until,
    ).to_pylist()  # fmt: skip
    if since is not None:
        late = corpus.query(
            "SELECT posting_id FROM postings WHERE posted_at >= $since", since=since
        ).column("posting_id").to_pylist()  # fmt: skip
        kept = set(late)
        found = [row for row in found if row["posting_id"] in kept]
    if not found:
        raise NotEnoughData(
            f"this workspace has no run {run.run_id} with postings of {dossier.candidate.title!r}; "
            "name another --workspace, or make the run again"
        )
    grammar = Counter(row["grammar"] for row in found).most_common(1)[0][0]
    offers = {
        row["posting_id"]: row for row in corpus.query("SELECT * FROM offers ORDER BY posting_id, rules").to_pylist()
    }
    empty = {
        "region": "",
        "yearly_low": None,
        "yearly_high": None,
        "pay_currency": "",
        "years_low": None,
        "education": None,
    }
    rows = []
    for row in (row for row in found if row["grammar"] == grammar):
        offer = offers.get(row["posting_id"], {})
        rows.append({**row, **{name: offer.get(name, value) for name, value in empty.items()}})
    return rows


def _top(values: Any, *, most: int = LISTED) -> Rows:
    counts = Counter(str(value) for value in values if value)
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most])


def _pay(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, int, float, float], ...]:
    found = []
    for currency, number in _top(r["pay_currency"] for r in rows if r["yearly_low"] is not None):
        own = [r for r in rows if r["pay_currency"] == currency and r["yearly_low"] is not None]
        found.append((currency, number, float(median(r["yearly_low"] for r in own)), float(median(r["yearly_high"] for r in own))))  # fmt: skip
    return tuple(found)


def _neighbours(dossier: Dossier, taxonomies: Sequence[Taxonomy]) -> Iterator[Neighbour]:
    shelf: dict[tuple[str, str, str], Occupation] = {
        (t.scheme, t.version, o.code): o for t in taxonomies for o in t.occupations
    }
    names = {n.lower() for many in dossier.candidate.titles.values() for n in many} | {dossier.candidate.title.lower()}
    skills = [label for label, _, _ in dossier.skills]
    for near in dossier.candidate.nearest[:NEIGHBOURS]:
        occupation = shelf.get((near.scheme, near.version, near.code))
        text = "" if occupation is None else " ".join((occupation.description, *occupation.tasks)).lower()
        titles = set() if occupation is None else {
            n.lower() for n in (*occupation.labels.values(), *(a for many in occupation.alternative.values() for a in many))
        }  # fmt: skip
        shared = tuple(s for s in skills if text and _stands(s, text))
        yield Neighbour(
            scheme=near.scheme, version=near.version, code=near.code, title=near.title, similarity=near.similarity,
            shared=shared, own=tuple(s for s in skills if s not in shared), tasks=() if occupation is None else occupation.tasks[:5],
            alternative=bool(names & titles),
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


def _questions(dossier: Dossier, rows: Sequence[Mapping[str, Any]], neighbours: Sequence[Neighbour]) -> Iterator[str]:
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
    if not any(near.tasks for near in neighbours):
        yield "How do its tasks differ from its neighbours'? The classifications loaded give no tasks for them."
    if c.practitioners is None or c.practitioners.estimate is None:
        yield "How many people practise it? No estimate can be made from the statistics at hand."
    yield "Is it regulated, and do norms or laws stand against it? Postings do not say; a person must look."
    yield "Do people live by it full-time? " + (
        f"{sum(bool(row['contract']) for row in rows)} of {total} postings name a contract."
    )
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
        given = raw["case"]
        case = Case(
            neighbours=tuple(
                Neighbour(**{**n, **{name: tuple(n[name]) for name in ("shared", "own", "tasks")}}) for n in given["neighbours"]
            ),
            quarters=(given["quarters"][0], given["quarters"][1]), strict_subset=given["strict_subset"], questions=tuple(given["questions"]),
            **{name: tuple(tuple(row) for row in given[name]) for name in _ROWS},
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise BadInput(
            f"not a committee's file ({type(error).__name__} {error}); make one with: observatory dossier ID --committee --format json"
        ) from error
    return dossier, case, verify(dossier) and raw.get("sha256") == digest(dossier, case)


_ROWS = ("pay", "education", "experience", "countries", "regions", "contracts", "sectors", "employers", "sources")


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
