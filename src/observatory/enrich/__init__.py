"""From a posting as stored to what it says: roles, employer, place, skills, tasks, sectors.

The door is `read_postings`. One spaCy pipeline a language holds our components in order: first
line, sections, roles, skills, sectors. What is read of a posting depends on that posting and the
grammar alone, never on its neighbours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from observatory.enrich.offers import RULES as OFFER_RULES
from observatory.enrich.offers import read_offers
from observatory.enrich.pay import Pay, find_pay
from observatory.enrich.pipes import build_pipeline, read_document
from observatory.enrich.places import country_of
from observatory.enrich.requirements import Requirements, find_requirements
from observatory.enrich.sectors import Sector, load_sectors
from observatory.enrich.titles import RoleGrammar
from observatory.records import ENRICHED, ROLES, Taxonomy

__all__ = [
    "Grammar",
    "Pay",
    "Requirements",
    "Sector",
    "build_grammar",
    "find_pay",
    "find_requirements",
    "load_sectors",
    "read_offers",
    "read_postings",
]

# Raised when the components change what they read.
COMPONENTS = "4"
MOST_TASKS = 12
TOLD_AFTER = 200  # postings between two reports of progress
LONGEST_CONTEXT = 320  # characters of the sentence kept around a role


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """Everything a posting is read with. `key` changes when any of it does."""

    key: str
    roles: RoleGrammar
    sectors: tuple[Sector, ...]
    taxonomies: tuple[Taxonomy, ...] = field(repr=False)
    pipelines: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def offers(self) -> str:
        """The rules by which offers are read; they change with the grammar, which finds the place."""
        return f"{OFFER_RULES}-{self.key}"


def build_grammar(
    taxonomies: Sequence[Taxonomy], *, languages: Sequence[str], sectors_dir: Path | None = None
) -> Grammar:
    """The grammar of the classifications of the day, for the languages of a workspace."""
    roles = RoleGrammar.learn(taxonomies, languages=languages)
    sectors = load_sectors(sectors_dir)
    digest = hashlib.sha256(f"{COMPONENTS}:{roles.key}".encode())
    for sector in sectors:
        digest.update(f"{sector.name}:{sorted(sector.words.items())}".encode())
    for taxonomy in taxonomies:
        sizes = f"{len(taxonomy.occupations)}:{len(taxonomy.skills)}"
        digest.update(f"{taxonomy.scheme}:{taxonomy.version}:{sizes}".encode())
    return Grammar(key=digest.hexdigest()[:16], roles=roles, sectors=sectors, taxonomies=tuple(taxonomies))


def read_postings(
    postings: pa.Table, *, grammar: Grammar, progress: Callable[[int], None] | None = None
) -> tuple[pa.Table, pa.Table]:
    """What postings say, in the schemas ENRICHED and ROLES.

    The rows of ENRICHED stand in the order of the postings, those of ROLES in the order of the
    postings and, in each, of its text. `skills` holds labels of the loaded classifications and, marked
    "term:", technology-like terms that none of them knows. `postings` needs posting_id, content_hash,
    title, description, employer, place, country and language. `progress` is told how many postings
    were read since it was told last.
    """
    enriched: dict[str, list[object]] = {name: [] for name in ENRICHED.names}
    roles: dict[str, list[object]] = {name: [] for name in ROLES.names}
    names = ("posting_id", "content_hash", "title", "description", "employer", "place", "country", "language")
    for number, row in enumerate(postings.select(list(names)).to_pylist(), 1):
        nlp = grammar.pipelines.get(row["language"])
        if nlp is None:
            nlp = grammar.pipelines[row["language"]] = build_pipeline(
                row["language"], grammar.roles, grammar.sectors, grammar.taxonomies
            )
        doc = read_document(nlp, row)
        _add(enriched, _enriched(row, doc, grammar.key))
        for mention in doc._.mentions:
            _add(roles, _role(row, mention, grammar.key))
        if progress is not None and number % TOLD_AFTER == 0:
            progress(TOLD_AFTER)
    if progress is not None and postings.num_rows % TOLD_AFTER:
        progress(postings.num_rows % TOLD_AFTER)
    return pa.table(enriched, schema=ENRICHED), pa.table(roles, schema=ROLES)


def _add(columns: Mapping[str, list[object]], row: Mapping[str, object]) -> None:
    for name, values in columns.items():
        values.append(row[name])


def _enriched(row: Mapping[str, str], doc: Any, key: str) -> dict[str, object]:
    first = doc._.first_line
    return {
        "posting_id": row["posting_id"],
        "content_hash": row["content_hash"],
        "grammar": key,
        "language": row["language"],
        "employer": row["employer"] or first.employer,
        "place": row["place"] or first.place,
        "country": row["country"] or country_of(row["place"]) or first.country,
        "contract": first.contract,
        "sectors": doc._.sectors,
        "skills": doc._.skills,
        "tasks": list(doc._.sections.tasks[:MOST_TASKS]),
    }


def _role(row: Mapping[str, str], mention: Any, key: str) -> dict[str, object]:
    """A mention as a row; of a long line only the part around the phrase is kept."""
    before = max(0, mention.start - LONGEST_CONTEXT // 2)
    sentence = mention.sentence[before : mention.end + LONGEST_CONTEXT // 2]
    return {
        "posting_id": row["posting_id"],
        "grammar": key,
        "role": mention.role,
        "phrase": mention.phrase,
        "language": mention.language,
        "position": mention.position,
        "alone": mention.alone,
        "titled": mention.titled,
        "hiring": mention.hiring,
        "seniority": mention.seniority,
        "sentence": sentence,
        "start": mention.start - before,
        "end": mention.end - before,
    }
