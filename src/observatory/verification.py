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


def differences(corpus: Corpus, dossier: Dossier) -> list[str]:
    """A sentence for each figure that the corpus does not give again; empty where all agree.

    Recomputed: the months, postings, vacancies, sources, first day, employers, places, and that each
    evidence sentence stands with its posting. Raises `NotEnoughData` when the run, or the corpus
    version, is not here. Where several grammars have read the postings, the one that agrees best counts.
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
    answers = []
    for grammar in grammars:
        members = corpus.query(
            _MEMBERS, versions=versions, run=run.run_id, lineage=name, grammar=grammar, **span
        ).to_pylist()  # fmt: skip
        answers.append(_compare(dossier, members, exposure) + _sentences(corpus, dossier, grammar))
    return min(answers, key=len, default=["no posting of the corpus has been read: nothing can be recomputed"])


def _compare(
    dossier: Dossier, members: Sequence[Mapping[str, Any]], exposure: Sequence[Mapping[str, Any]]
) -> list[str]:
    c = dossier.candidate
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


def _sentences(corpus: Corpus, dossier: Dossier, grammar: str) -> list[str]:
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
        if (e.posting_id, e.sentence) not in stored
    ]


def _line(what: str, shown: object, again: object) -> str:
    return "" if shown == again else f"{what}: the dossier says {shown}, the corpus gives {again}"
