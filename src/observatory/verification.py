"""Whether the corpus that a dossier names gives its figures again.

Read from the stored roles of the run and the postings at the version named, with a counting of its
own in SQL: it shares no code with the one that made the figures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from observatory.corpus import Corpus
from observatory.errors import NotEnoughData
from observatory.records import Dossier, Month
from observatory.removal import MARK

_MEMBERS = """
    SELECT DISTINCT p.posting_id, v.vacancy_id, p.source, CAST(date_trunc('month', p.posted_at) AS DATE) AS month,
           CAST(p.posted_at AS DATE) AS day, e.employer, e.place
    FROM roles r
    JOIN clusters c ON c.role = r.role AND c.language = r.language AND c.run_id = $run AND c.lineage_id = $lineage
    JOIN postings p ON p.posting_id = r.posting_id
    JOIN vacancies v ON v.posting_id = p.posting_id
    JOIN enriched e ON e.posting_id = r.posting_id AND e.grammar = r.grammar
    WHERE r.grammar = $grammar AND r.hiring AND p.posted_at < $until AND p.posted_at >= $since
"""

_OFFERS = """
    WITH o AS (SELECT * FROM offers SEMI JOIN wanted w USING (posting_id) WHERE rules = $rules)
    SELECT 'pay' AS what, pay_currency AS key, count(*) AS n, median(yearly_low) AS low, median(yearly_high) AS high
    FROM o WHERE yearly_low IS NOT NULL AND yearly_high IS NOT NULL AND pay_currency <> '' GROUP BY 2
    UNION ALL SELECT 'education', CAST(education AS VARCHAR), count(*), NULL, NULL FROM o WHERE education IS NOT NULL GROUP BY 2
    UNION ALL SELECT 'experience', CAST(years_low AS VARCHAR), count(*), NULL, NULL FROM o WHERE years_low IS NOT NULL GROUP BY 2
"""


def differences(corpus: Corpus, dossier: Dossier) -> list[str]:
    """A sentence for each figure that the corpus does not give again; empty where all agree.

    Recomputed: the months, postings, vacancies, sources, first day, employers, places, and that each
    evidence sentence stands with its posting; from schema 3 on also pay, education and experience, and that the
    tasks shown as the candidate's own were read from its postings. Raises `NotEnoughData` when the run, or the corpus
    version, is not here. Where several grammars have read the postings, the one that agrees best counts. What rests on
    the words of postings whose text was removed since is left out: `withdrawn` says what that is.
    """
    run, name = dossier.run, dossier.candidate.candidate_id
    known = corpus.read(
        "clusters", columns=["role"], where="run_id = $run AND lineage_id = $id", run=run.run_id, id=name
    )
    if known.num_rows == 0:
        raise NotEnoughData(
            f"this workspace has no run {run.run_id} with the candidate {name}; name another --workspace"
        )
    if run.corpus_version > corpus.version():
        raise NotEnoughData(
            f"the dossier names corpus version {run.corpus_version}; here is version {corpus.version()}"
        )
    versions = {"postings": run.corpus_version}
    beginning = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
    span = {"until": run.as_of, "since": run.since or beginning}
    grammars = corpus.query("SELECT DISTINCT grammar FROM enriched ORDER BY 1").column("grammar").to_pylist()
    exposure = corpus.query(
        """SELECT p.source, CAST(date_trunc('month', p.posted_at) AS DATE) AS month, count(DISTINCT v.vacancy_id) AS n
           FROM postings p JOIN vacancies v USING (posting_id)
           WHERE p.posted_at < $until AND p.posted_at >= $since GROUP BY 1, 2""",
        versions=versions, **span,
    ).to_pylist()  # fmt: skip
    stones = set(corpus.query("SELECT posting_id FROM tombstones").column(0).to_pylist())
    answers = []
    for grammar in grammars:
        members = corpus.query(
            _MEMBERS, versions=versions, run=run.run_id, lineage=name, grammar=grammar, **span
        ).to_pylist()  # fmt: skip
        answers.append(
            _compare(dossier, members, exposure, stones)
            + _sentences(corpus, dossier, grammar, stones)
            + _asked(corpus, dossier, members, grammar, stones)
        )
    return min(answers, key=len, default=["no posting of the corpus has been read: nothing can be recomputed"])


def withdrawn(corpus: Corpus, dossier: Dossier) -> list[str]:
    """A sentence for each removal of texts that the dossier rests on: when, why, what can be checked no longer."""
    import pyarrow as pa

    cited = {e.posting_id: i for i, e in enumerate(dossier.evidence, 1)}
    rows = corpus.query(
        """SELECT t.reason, CAST(t.removed_at AS DATE) AS day, list(DISTINCT t.posting_id) AS ids FROM tombstones t
           WHERE t.posting_id IN (SELECT posting_id FROM wanted) OR t.posting_id IN (
               SELECT r.posting_id FROM roles r JOIN clusters c ON c.role = r.role AND c.language = r.language
               WHERE r.hiring AND c.run_id = $run AND c.lineage_id = $lineage)
           GROUP BY ALL ORDER BY 2, 1""",
        wanted=pa.table({"posting_id": pa.array(list(cited), pa.string())}), run=dossier.run.run_id, lineage=dossier.candidate.candidate_id,
    ).to_pylist()  # fmt: skip
    found = []
    for row in rows:
        numbers = ", ".join(
            str(cited[one]) for one in sorted(row["ids"], key=lambda one: cited.get(one, 0)) if one in cited
        )
        said = (
            f"the texts of {len(row['ids'])} of its postings were removed on {row['day']} ({row['reason']}): "
            "their employers and tasks are compared no longer"
        )
        found.append(said + (f", nor are the sentences of evidence {numbers}" if numbers else ""))
    return found


def _compare(
    dossier: Dossier, members: Sequence[Mapping[str, Any]], exposure: Sequence[Mapping[str, Any]], stones: set[str]
) -> list[str]:
    """`stones`: postings whose text was removed; so many may be missing from the postings of an employer."""
    c = dossier.candidate
    removed = len({row["posting_id"] for row in members} & stones)
    if not members:
        return ["the corpus holds no posting of this candidate"]
    sources = tuple(sorted({row["source"] for row in members}))
    found = [
        _line("postings", c.postings, len({row["posting_id"] for row in members})),
        _line("vacancies", c.vacancies, len({row["vacancy_id"] for row in members})),
        _line("sources", ", ".join(sorted(c.sources)), ", ".join(sources)),
        _line("first seen", c.first_seen, min(row["day"] for row in members)),
    ]
    found += _months(dossier.history, members, [row for row in exposure if row["source"] in sources])
    for what, shown, column in (
        ("employers", dossier.top_employers, "employer"),
        ("places", dossier.top_places, "place"),
    ):
        for name, count in shown:
            again = len({row["posting_id"] for row in members if row[column] == name})
            if column == "employer" and removed and (name == MARK or 0 < count - again <= removed):
                continue
            found.append(_line(f"{what}: {name}", count, again))
    return [line for line in found if line]


def _months(
    history: Sequence[Month], members: Sequence[Mapping[str, Any]], exposure: Sequence[Mapping[str, Any]]
) -> list[str]:
    vacancies: dict[dt.date, set[str]] = {}
    for row in members:
        vacancies.setdefault(row["month"], set()).add(row["vacancy_id"])
    exposed: dict[dt.date, int] = {}
    for row in exposure:
        exposed[row["month"]] = exposed.get(row["month"], 0) + row["n"]
    shown = {m.month: m for m in history}
    found = []
    for month in sorted({*shown, *exposed}):
        one = shown.get(month)
        if one is None:
            found.append(
                f"{month:%Y-%m}: the dossier lacks this month; the corpus has {exposed[month]} vacancies in it"
            )
            continue
        found.append(_line(f"{month:%Y-%m} vacancies", one.vacancies, len(vacancies.get(month, ()))))
        found.append(_line(f"{month:%Y-%m} exposure", one.exposure, exposed.get(month, 0)))
    return [line for line in found if line]


def _sentences(corpus: Corpus, dossier: Dossier, grammar: str, stones: set[str]) -> list[str]:
    import pyarrow as pa

    if not dossier.evidence:
        return []
    wanted = pa.table({"posting_id": [e.posting_id for e in dossier.evidence]})
    rows = corpus.query(
        "SELECT r.posting_id, r.sentence FROM roles r SEMI JOIN wanted w USING (posting_id) WHERE r.grammar = $grammar",
        wanted=wanted, grammar=grammar,
    ).to_pylist()  # fmt: skip
    stored = {(row["posting_id"], row["sentence"]) for row in rows}
    return [
        f"evidence {i}: this sentence does not stand in posting {e.posting_id}"
        for i, e in enumerate(dossier.evidence, 1)
        if (e.posting_id, e.sentence) not in stored and e.posting_id not in stones
    ]


def _asked(
    corpus: Corpus, dossier: Dossier, members: Sequence[Mapping[str, Any]], grammar: str, stones: set[str]
) -> list[str]:  # fmt: skip
    import pyarrow as pa

    if dossier.asked is None and not dossier.beside:
        return []
    wanted = pa.table(
        {"posting_id": sorted({row["posting_id"] for row in members})}, pa.schema({"posting_id": "string"})
    )
    found = []
    if dossier.asked is not None:
        answers: list[list[str]] = [
            _offered(dossier, corpus.query(_OFFERS, wanted=wanted, rules=rules).to_pylist(), wanted.num_rows)
            for rules in corpus.query("SELECT DISTINCT rules FROM offers ORDER BY 1").column("rules").to_pylist()
        ]
        best: list[str] = min(answers or [_offered(dossier, [], wanted.num_rows)], key=len)
        found += best
    said = corpus.query(
        "SELECT DISTINCT unnest(e.tasks) AS task FROM enriched e SEMI JOIN wanted w USING (posting_id) WHERE e.grammar = $grammar",
        wanted=wanted, grammar=grammar,
    ).column("task").to_pylist()  # fmt: skip
    if any(row["posting_id"] in stones for row in members):
        return found  # a task may be one of theirs
    for near in dossier.beside:
        for task in near.tasks.extra if near.tasks is not None else ():
            if not any(one.startswith(task.removesuffix("…")) for one in said):
                found.append(f"beside {near.scheme} {near.code}: the task {task!r} was read from none of the postings")
    return found


def _offered(dossier: Dossier, rows: Sequence[Mapping[str, Any]], postings: int) -> list[str]:
    asked = dossier.asked
    assert asked is not None
    again: dict[str, dict[Any, list[Any]]] = {"pay": {}, "education": {}, "experience": {}}
    for row in rows:
        key = row["key"] if row["what"] == "pay" else int(row["key"])
        again[row["what"]][key] = [row["n"], row["low"], row["high"]]
    found = [_line("postings looked at for pay", asked.postings, postings)]
    shown: dict[str, dict[Any, list[Any]]] = {
        "pay": {currency: [n, low, high] for currency, n, low, high in asked.pay},
        "education": {level: [n, None, None] for level, n in asked.education},
        "experience": {years: [n, None, None] for years, n in asked.experience},
    }  # fmt: skip
    for what, rows_ in shown.items():
        for key in sorted({*rows_, *again[what]}):
            one, other = (
                tuple(value for value in many.get(key, [0, None, None]) if value is not None)
                for many in (rows_, again[what])
            )
            found.append(_line(f"{what}: {key}", one, other))
    return [line for line in found if line]


def _line(what: str, shown: object, again: object) -> str:
    return "" if shown == again else f"{what}: the dossier says {shown}, the corpus gives {again}"
