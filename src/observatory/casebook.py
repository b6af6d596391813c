"""The corpus of one run, read once for the committee's files of one candidate or of many.

One question to the corpus gives the postings of all candidates asked for, another how often each skill is named in
all postings; both stay as columns, so that three hundred files need no more memory than one.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from observatory.corpus import Corpus
from observatory.errors import NotEnoughData
from observatory.records import MARKS, Dossier, Occupation, Run, Taxonomy
from observatory.taxonomy import group_names

BEGINNING = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)

_MEMBERS = """
    WITH newest AS (
        SELECT * FROM offers QUALIFY row_number() OVER (PARTITION BY posting_id ORDER BY rules DESC) = 1),
    own AS (
        SELECT c.lineage_id, r.posting_id, r.grammar, min(r.sentence ORDER BY length(r.sentence) DESC, r.sentence) AS sentence
        FROM roles r
        JOIN clusters c ON c.role = r.role AND c.language = r.language AND c.run_id = $run
        SEMI JOIN wanted w ON w.lineage_id = c.lineage_id
        WHERE r.hiring GROUP BY ALL)
    SELECT own.lineage_id, own.posting_id, own.grammar, own.sentence, p.source, v.relation, e.employer, e.country, e.contract,
           e.sectors, e.skills, e.tasks, o.region, o.yearly_low, o.yearly_high, o.pay_currency, o.years_low, o.education
    FROM own
    JOIN postings p ON p.posting_id = own.posting_id
    JOIN vacancies v ON v.posting_id = own.posting_id
    JOIN enriched e ON e.posting_id = own.posting_id AND e.grammar = own.grammar
    LEFT JOIN newest o ON o.posting_id = own.posting_id
    WHERE p.posted_at < $until AND p.posted_at >= $since
    ORDER BY own.lineage_id, own.posting_id, own.grammar
"""


@dataclass(frozen=True, kw_only=True)
class Named:
    """How many postings name each skill, of `postings` in all."""

    postings: int
    counts: Mapping[str, int]


class Casebook:
    """The postings of some candidates of a run, and the classifications of its day.

    Raises `NotEnoughData` where the corpus version that the run names is not here.
    """

    def __init__(self, corpus: Corpus, run: Run, taxonomies: Sequence[Taxonomy], lineages: Sequence[str]) -> None:
        self.corpus, self.run, self.taxonomies, self.lineages = corpus, run, taxonomies, lineages

    @classmethod
    def of(cls, corpus: Corpus, dossier: Dossier, taxonomies: Sequence[Taxonomy]) -> Casebook:
        """The casebook of one candidate."""
        return cls(corpus, dossier.run, taxonomies, [dossier.candidate.candidate_id])

    def rows(self, dossier: Dossier) -> list[dict[str, Any]]:
        """One row a posting that hires for the candidate, read with the grammar that read most of them.

        Raises `NotEnoughData` where the run has none.
        """
        first, length = self._places.get(dossier.candidate.candidate_id, (0, 0))
        if not length or dossier.run.run_id != self.run.run_id:
            raise NotEnoughData(
                f"this workspace has no run {dossier.run.run_id} with postings of {dossier.candidate.title!r}; "
                "name another --workspace, or make the run again"
            )
        found = self._members.slice(first, length).to_pylist()
        grammar = _commonest(row["grammar"] for row in found)
        return [row for row in found if row["grammar"] == grammar]

    @cached_property
    def _members(self) -> pa.Table:
        run = self.run
        if run.corpus_version > self.corpus.version():
            raise NotEnoughData(
                f"the dossier names corpus version {run.corpus_version}; here is version {self.corpus.version()}"
            )
        wanted = pa.table({"lineage_id": pa.array(sorted(set(self.lineages)), pa.string())})
        return self.corpus.query(
            _MEMBERS, versions={"postings": run.corpus_version}, run=run.run_id, until=run.as_of,
            since=run.since or BEGINNING, wanted=wanted,
        )  # fmt: skip

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        places: dict[str, tuple[int, int]] = {}
        for at, name in enumerate(self._members.column("lineage_id").to_pylist()):
            first, length = places.get(name, (at, 0))
            places[name] = (first, length + 1)
        return places

    @cached_property
    def named(self) -> Named:
        """The skills of all postings of the run, as they were read by the grammar of its candidates."""
        grammar = _commonest(self._members.column("grammar").to_pylist())
        rows = self.corpus.query(
            """WITH every AS (
                   SELECT e.skills FROM enriched e JOIN postings p USING (posting_id)
                   WHERE e.grammar = $grammar AND p.posted_at < $until AND p.posted_at >= $since)
               SELECT '' AS skill, count(*) AS n FROM every
               UNION ALL SELECT skill, count(*) FROM (SELECT unnest(skills) AS skill FROM every) GROUP BY 1""",
            versions={"postings": self.run.corpus_version}, grammar=grammar, until=self.run.as_of,
            since=self.run.since or BEGINNING,
        ).to_pylist()  # fmt: skip
        counts = {row["skill"]: int(row["n"]) for row in rows}
        return Named(postings=counts.pop("", 0), counts=counts)

    @cached_property
    def occupations(self) -> dict[tuple[str, str, str], Occupation]:
        """Every occupation, by scheme, version and code."""
        return {(t.scheme, t.version, o.code): o for t in self.taxonomies for o in t.occupations}

    @cached_property
    def marked(self) -> dict[str, dict[str, frozenset[str]]]:
        """Of each classification ("esco 1.2.1") that marks skills: its skills by label (lower case), with their marks."""
        found: dict[str, dict[str, frozenset[str]]] = {}
        for taxonomy in self.taxonomies:
            if not any(skill.marks for skill in taxonomy.skills):
                continue
            labels: dict[str, frozenset[str]] = {}
            for skill in taxonomy.skills:
                for label in {skill.label, *(name for many in skill.labels.values() for name in many)}:
                    labels[label.lower()] = labels.get(label.lower(), frozenset()) | frozenset(skill.marks)
            found[f"{taxonomy.scheme} {taxonomy.version}"] = labels
        return found

    @cached_property
    def groups(self) -> dict[tuple[str, str], str]:
        """The names of groups, by scheme and code; ISCO-08 is "isco"."""
        return group_names(self.taxonomies)

    @cached_property
    def codes(self) -> dict[str, tuple[str, ...]]:
        """The codes of each classification, by scheme."""
        return {t.scheme: tuple(o.code for o in t.occupations) for t in self.taxonomies}


def _commonest(names: Any) -> str:
    counts = Counter(names)
    return min(counts, key=lambda name: (-counts[name], name), default="")


def marks_of(labels: Mapping[str, frozenset[str]], named: Mapping[str, int]) -> list[tuple[str, int, int, str]]:
    """For each mark: how often its skills are named, of how many namings of skills known there, and which they are.

    >>> known = {"recycling": frozenset({"green"}), "sql": frozenset({"digital"})}
    >>> marks_of(known, {"recycling": 2, "sql": 3, "unheard of": 9})
    [('green', 2, 5, 'recycling'), ('digital', 3, 5, 'sql')]
    """
    there = {label: n for label, n in named.items() if label.lower() in labels}
    found = []
    for mark in MARKS:
        own = {label: n for label, n in there.items() if mark in labels[label.lower()]}
        first = sorted(own, key=lambda label: (-own[label], label))[:8]
        found.append((mark, sum(own.values()), sum(there.values()), ", ".join(first)))
    return found
