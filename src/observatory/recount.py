"""The headline figures of a committee's file, counted a second time: plain SQL over the corpus at the version named.

Nothing here is shared with `casebook` and `committee`, which made the figures: a fault there shows here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from observatory.committee import Case
from observatory.corpus import Corpus
from observatory.records import Dossier

_OWN = """
    WITH hits AS (
        SELECT r.posting_id, r.grammar FROM roles r, clusters c
        WHERE r.hiring AND c.run_id = $run AND c.lineage_id = $lineage AND c.role = r.role AND c.language = r.language
        GROUP BY r.posting_id, r.grammar),
    own AS (
        SELECT p.posting_id, p.source, v.relation, e.employer, e.country, e.contract, e.sectors, e.skills,
               (SELECT max(o.rules) FROM offers o WHERE o.posting_id = p.posting_id) AS rules
        FROM postings p, hits h, vacancies v, enriched e
        WHERE h.posting_id = p.posting_id AND v.posting_id = p.posting_id AND e.posting_id = p.posting_id
          AND e.grammar = h.grammar AND h.grammar = $grammar AND p.posted_at < $until AND p.posted_at >= $since),
    offered AS (SELECT o.* FROM offers o, own WHERE o.posting_id = own.posting_id AND o.rules = own.rules)
"""
# Field of the case: the question that gives (name, number), each name once.
_COUNTS: Mapping[str, str] = {
    "education": "SELECT CAST(education AS VARCHAR), count(*) FROM offered WHERE education IS NOT NULL GROUP BY 1",
    "experience": "SELECT CAST(years_low AS VARCHAR), count(*) FROM offered WHERE years_low IS NOT NULL GROUP BY 1",
    "regions": "SELECT region, count(*) FROM offered WHERE region <> '' GROUP BY 1",
    "countries": "SELECT country, count(*) FROM own WHERE country <> '' GROUP BY 1",
    "contracts": "SELECT contract, count(*) FROM own WHERE contract <> '' GROUP BY 1",
    "employers": "SELECT employer, count(*) FROM own WHERE employer <> '' GROUP BY 1",
    "copies": "SELECT relation, count(*) FROM own GROUP BY 1",
    "sectors": "SELECT sector, count(*) FROM (SELECT unnest(sectors) AS sector FROM own) GROUP BY 1",
    "sources": "SELECT source, count(*) FROM own GROUP BY 1",
}
_PAY = """
    SELECT pay_currency AS currency, count(*) AS n, median(yearly_low) AS low, median(yearly_high) AS high
    FROM offered WHERE yearly_low IS NOT NULL AND pay_currency <> '' GROUP BY 1
"""
_PAIRS = """
    , tagged AS (
        SELECT e.posting_id, e.skills, own.posting_id IS NOT NULL AS mine FROM enriched e
        JOIN postings p ON p.posting_id = e.posting_id LEFT JOIN own ON own.posting_id = e.posting_id
        WHERE e.grammar = $grammar AND p.posted_at < $until AND p.posted_at >= $since),
    counted AS (
        SELECT skill, count(*) FILTER (mine) AS a, count(*) FILTER (NOT mine) AS b
        FROM (SELECT mine, unnest(skills) AS skill FROM tagged) GROUP BY 1),
    sizes AS (SELECT count(*) FILTER (mine) AS n, count(*) FILTER (NOT mine) AS m FROM tagged)
    SELECT (SELECT sum(a * (a - 1)) FROM counted) / (n * (n - 1)) AS within, (SELECT sum(a * b) FROM counted) / (n * m) AS across, n
    FROM sizes WHERE n > 1 AND m > 0
"""


def case_differences(corpus: Corpus, dossier: Dossier, case: Case) -> list[str]:
    """A sentence for each headline figure of a case that the corpus does not give; empty where all agree.

    Counted: employers, countries, regions, contracts, sectors, sources, repeats, education, experience, pay, cohesion,
    quarters, the EQF level, and that each sentence of definition and tasks stands in the posting it names. Neighbours,
    relations and proposed codes are held against the occupations that the dossier names as nearest.
    """
    run = dossier.run
    values = {
        "run": run.run_id, "lineage": dossier.candidate.candidate_id, "until": run.as_of,
        "since": run.since or dt.datetime(1990, 1, 1, tzinfo=dt.UTC),
    }  # fmt: skip

    def ask(sql: str, **more: object) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = corpus.query(sql, versions={"postings": run.corpus_version}, **more).to_pylist()
        return rows

    grammars = ask(
        """SELECT r.grammar, count(DISTINCT r.posting_id) AS n FROM roles r, clusters c, postings p
           WHERE r.hiring AND c.run_id = $run AND c.lineage_id = $lineage AND c.role = r.role AND c.language = r.language
             AND p.posting_id = r.posting_id AND p.posted_at < $until AND p.posted_at >= $since
           GROUP BY 1 ORDER BY n DESC, 1 LIMIT 1""",
        **values,
    )  # fmt: skip
    if not grammars:
        return ["the corpus holds no posting of this candidate"]
    values["grammar"] = grammars[0]["grammar"]
    every = " UNION ALL ".join(
        f"SELECT '{name}' AS what, * FROM ({sql}) AS t(name, n)" for name, sql in _COUNTS.items()
    )
    counted: dict[str, dict[str, int]] = {name: {} for name in _COUNTS}
    for row in ask(_OWN + every, **values):
        counted[row["what"]][row["name"]] = row["n"]
    found: list[str] = []
    for name in _COUNTS:
        shown = {str(row[0]): row[1] for row in getattr(case, name)}
        found += _names(name, shown, counted[name], whole=name in ("copies", "sources"))
    found += _pay(case, {row["currency"]: row for row in ask(_OWN + _PAY, **values)})
    pairs = ask(_OWN + _PAIRS, **values)
    again = (float(pairs[0]["within"] or 0), float(pairs[0]["across"] or 0), pairs[0]["n"]) if pairs else None
    if again is not None and (case.cohesion[2] != again[2] or any(abs(a - b) > 0.0006 for a, b in zip(case.cohesion[:2], again[:2], strict=True))):  # fmt: skip
        found.append(
            f"cohesion: the file says {case.cohesion}, counted again it is {tuple(round(one, 3) for one in again)}"
        )
    found += (
        _level(case, counted["education"])
        + _quarters(dossier, case)
        + _beside(dossier, case)
        + _proposed(dossier, case)
    )
    return found + _sentences(ask, case)


def _level(case: Case, asked: Mapping[str, int]) -> list[str]:
    """The EQF level proposed: the one that most postings naming a degree ask for, where three or more name one."""
    degrees = {level: n for level, n in asked.items() if level != "0"}
    total = sum(degrees.values())
    shown = [(row[2], row[5]) for row in case.crosswalk if row[0] == "eqf"]
    most = max(degrees.values(), default=0)
    right = {(level, round(n / total, 4)) for level, n in degrees.items() if n == most} if total >= 3 else set()
    if (right and len(shown) == 1 and shown[0] in right) or (not right and not shown):
        return []
    return [f"EQF level: the file proposes {shown or 'none'}, counted again it is {sorted(right) or 'none'}"]


def _quarters(dossier: Dossier, case: Case) -> list[str]:
    """Of the last twelve quarters in which the sources published, those with a vacancy."""
    published = sorted({(m.month.year, (m.month.month + 2) // 3) for m in dossier.history if m.exposure > 0})[-12:]
    hired = {(m.month.year, (m.month.month + 2) // 3) for m in dossier.history if m.vacancies > 0}
    again = (len([quarter for quarter in published if quarter in hired]), len(published))
    return [] if again == case.quarters else [f"quarters: the file says {case.quarters}, counted again it is {again}"]


def _beside(dossier: Dossier, case: Case) -> list[str]:
    """Neighbours and relations are the dossier's nearest occupations; each skill stands in one column, once."""
    nearest = [(n.scheme, n.version, n.code, n.title, n.similarity) for n in dossier.candidate.nearest]
    found = []
    shown = [(n.scheme, n.version, n.code, n.title, n.similarity) for n in case.neighbours]
    if shown != nearest[:3]:
        found.append(f"neighbours: the file shows {shown}, the dossier's nearest are {nearest[:3]}")
    skills = sorted(skill for skill, _, _ in dossier.skills)
    found += [
        f"neighbours: {n.title}: its columns hold {sorted((*n.shared, *n.own))}, the candidate's skills are {skills}"
        for n in case.neighbours if sorted((*n.shared, *n.own)) != skills
    ]  # fmt: skip
    offered = [(row[2], row[3], row[4], row[5]) for row in case.crosswalk[: len(nearest)]]
    again = [
        (code, title, "exactMatch" if value >= 0.92 else "closeMatch" if value >= 0.75 else "relatedMatch", value)
        for _, _, code, title, value in nearest
    ]
    return found + ([] if offered == again else [f"relations: the file proposes {offered}, by the dossier's nearest they are {again}"])  # fmt: skip


def _proposed(dossier: Dossier, case: Case) -> list[str]:
    """A code stands under the nearest occupation (a specialisation), beside it (an occupation) or is its own (a revision)."""
    found = []
    nearest = dossier.candidate.nearest
    for scheme, _, code, parent, _, _ in case.codes:
        near = next((n.code for n in nearest if n.scheme == scheme), None)
        if scheme == "isco-08" or near is None:
            continue
        kind = dossier.candidate.kind
        above = near if kind == "specialisation" else near[: max(0, *(near.rfind(sign) for sign in "-./:"))]
        if parent != above:
            found.append(f"codes: {code} stands under {parent}; as {kind} beside {near} it belongs under {above}")
        if (code == near) != (kind == "revision") or (kind != "revision" and code in {n.code for n in nearest}):
            found.append(f"codes: {code} is proposed for a {kind}, its nearest has {near}")
    return found


def _names(name: str, shown: Mapping[str, int], again: Mapping[str, int], *, whole: bool) -> list[str]:
    """Numbers that differ, and a name left out that stands in more postings than the last one shown."""
    found = [
        f"{name}: {one}: the file says {n}, counted again it is {again.get(one, 0)}"
        for one, n in shown.items() if n != again.get(one, 0)
    ]  # fmt: skip
    least = min(shown.values(), default=0) if len(shown) >= 10 and not whole else 0
    return found + [
        f"{name}: {one} is left out; {n} postings name it" for one, n in sorted(again.items()) if one not in shown and n > least
    ]  # fmt: skip


def _pay(case: Case, again: Mapping[str, Mapping[str, Any]]) -> list[str]:
    found = []
    for currency, n, low, high in case.pay:
        row = again.get(currency)
        now = (row["n"], row["low"], row["high"]) if row else (0, None, None)
        if now != (n, low, high):
            found.append(f"pay: {currency}: the file says {(n, low, high)}, counted again it is {now}")
    return found + [f"pay: {one} is left out" for one in sorted(again) if one not in {row[0] for row in case.pay} and len(case.pay) < 10]  # fmt: skip


def _sentences(ask: Callable[..., list[dict[str, Any]]], case: Case) -> list[str]:
    import pyarrow as pa

    quoted = [(what, i, text, posting) for what in ("definition", "tasks") for i, (text, _, posting) in enumerate(getattr(case, what), 1)]  # fmt: skip
    if not quoted:
        return []
    wanted = pa.table({"posting_id": sorted({posting for *_, posting in quoted})})
    rows = ask("SELECT p.posting_id, p.title, p.description FROM postings p SEMI JOIN wanted w USING (posting_id)", wanted=wanted)  # fmt: skip
    texts = {row["posting_id"]: " ".join(f"{row['title']}\n{row['description']}".split()) for row in rows}
    return [
        f"{what} {i}: this sentence does not stand in posting {posting}"
        for what, i, text, posting in quoted
        if " ".join(text.split()) not in texts.get(posting, "")
    ]
