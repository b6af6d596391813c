"""Crosswalk suggestions: for a candidate the likeliest occupations of each loaded classification, with their evidence.

A suggestion is something to look at; only a person makes it a relation. The relation offered follows the
similarity: exact and close from bounds that a setting of the caller gives, else related. The EQF level comes from
the education that postings ask for.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from observatory.config import Workspace
from observatory.corpus import Corpus
from observatory.detect.matching import TitleMatcher
from observatory.embed import NgramEncoder
from observatory.errors import NotEnoughData
from observatory.records import Dossier, Taxonomy
from observatory.taxonomy import group_names, group_title

Floats = NDArray[np.float32]
FORMAT_VERSION = 1
LEAST_EDUCATION = 3  # postings that name an education before an EQF level is proposed
OTHER_NAMES = {"isco": "isco-08"}  # of a scheme, where the register has another
EXACT, CLOSE = 0.92, 0.75  # similarity from which a relation is offered as exact or close


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A relation to look at: SKOS `relation`, and the candidate's name and the occupation's title it rests on."""

    scheme: str
    version: str
    code: str
    title: str
    relation: str
    similarity: float
    rests_on: str


def suggest(
    dossier: Dossier, taxonomies: Sequence[Taxonomy], encode: Callable[[str, Sequence[str]], Floats], *, top: int = 5
) -> tuple[Suggestion, ...]:
    """The `top` likeliest occupations of each classification for any of the candidate's names, best first."""
    found: list[Suggestion] = []
    for taxonomy in taxonomies:
        best: dict[str, Suggestion] = {}
        for language, names in sorted(dossier.candidate.titles.items()):
            if not names or not any(language in o.labels for o in taxonomy.occupations):
                continue

            def encoded(texts: Sequence[str], language: str = language) -> Floats:
                return encode(language, texts)

            matcher = TitleMatcher(encoded, language=language).fit([taxonomy])
            similar = matcher.similarity(list(names))
            for j in np.argsort(-similar.max(axis=0), kind="stable")[:top].tolist():
                i, code = int(similar[:, j].argmax()), matcher.codes_[j][1]
                value = float(similar[i, j])
                if code not in best or value > best[code].similarity:
                    best[code] = Suggestion(
                        scheme=taxonomy.scheme, version=taxonomy.version, code=code, title=matcher.labels_[j],
                        relation=relation_of(value), similarity=round(value, 4),
                        rests_on=f"{names[i]} ~ {matcher.labels_[j]}",
                    )  # fmt: skip
        found += sorted(best.values(), key=lambda s: (-s.similarity, s.code))[:top]
    return (*found, *_isco(found, taxonomies))


def relation_of(similarity: float) -> str:
    """The relation offered at a similarity."""
    return "exactMatch" if similarity >= EXACT else "closeMatch" if similarity >= CLOSE else "relatedMatch"


def _isco(found: Sequence[Suggestion], taxonomies: Sequence[Taxonomy]) -> tuple[Suggestion, ...]:
    """The ISCO-08 unit groups of the suggested occupations whose classification gives them (ESCO does)."""
    groups = {
        (t.scheme, t.version, o.code): o.isco
        for t in taxonomies
        for o in t.occupations
        if o.isco and t.scheme != "isco"
    }
    names = group_names(taxonomies)
    best: dict[str, Suggestion] = {}
    for s in found:
        group = groups.get((s.scheme, s.version, s.code), "")
        if group and (group not in best or s.similarity > best[group].similarity):
            best[group] = Suggestion(
                scheme="isco-08", version="2008", code=group, title=group_title(names, group), relation="broadMatch", similarity=s.similarity,
                rests_on=f"unit group of {s.title} ({s.scheme} {s.code})",
            )  # fmt: skip
    return tuple(sorted(best.values(), key=lambda s: (-s.similarity, s.code)))


def eqf_level(corpus: Corpus, dossier: Dossier) -> dict[str, Any] | None:
    """The EQF level that most postings of the candidate ask for at least, as a proposal; None where fewer than
    three say. Its similarity is the share of the postings naming a level that name this one."""
    rows = corpus.query(
        """SELECT p.posting_id, any_value(o.education) AS education FROM roles r
           JOIN clusters c ON c.role = r.role AND c.language = r.language AND c.run_id = $run AND c.lineage_id = $lineage
           JOIN postings p ON p.posting_id = r.posting_id JOIN offers o ON o.posting_id = p.posting_id
           WHERE r.hiring AND p.posted_at < $until AND o.education > 0 GROUP BY 1""",
        run=dossier.run.run_id, lineage=dossier.candidate.candidate_id, until=dossier.run.as_of,
    ).to_pylist()  # fmt: skip
    counts = Counter(int(row["education"]) for row in rows)
    total = sum(counts.values())
    if total < LEAST_EDUCATION:
        return None
    level, number = counts.most_common(1)[0]
    return {
        "code": str(level), "title": f"EQF level {level}", "relation": "relatedMatch", "similarity": round(number / total, 4),
        "evidence": [f"{number} of {total} postings that name an education ask for this level at least"],
    }  # fmt: skip


def crosswalk(
    ws: Workspace, corpus: Corpus, dossier: Dossier, taxonomies: Sequence[Taxonomy], *, top: int = 5
) -> dict[str, Any]:
    """The suggestions as they are handed to the site for confirmation. Raises `NotEnoughData` without a classification."""
    import pandas as pd

    from observatory.proposals import Encoders

    if not taxonomies:
        raise NotEnoughData("no classification of that day is loaded; add one with: observatory taxonomy add FILE")
    roles = pd.DataFrame(
        [(language, name) for language, names in dossier.candidate.titles.items() for name in names], columns=["language", "role"]
    )  # fmt: skip
    encoders = Encoders(ws, corpus, roles, taxonomies, lambda stage, done, of: None)
    fitted: dict[str, NgramEncoder] = {}

    def encode(language: str, texts: Sequence[str]) -> Floats:
        name = ws.settings.encoder.en if language == "en" else ws.settings.encoder.other
        if name != "char-ngram":
            return encoders.encode(language, list(texts))
        if language not in fitted:
            labels = [o.labels[language] for t in taxonomies for o in t.occupations if language in o.labels]
            fitted[language] = NgramEncoder([*labels, *roles["role"]], seed=ws.settings.workspace.seed)
        return fitted[language].encode(texts)

    proposals: list[dict[str, Any]] = [
        {"candidate_id": dossier.candidate.candidate_id, "scheme": OTHER_NAMES.get(s.scheme, s.scheme), "version": s.version, "code": s.code,
         "title": s.title, "relation": s.relation, "similarity": min(max(s.similarity, 0.0), 1.0), "evidence": [s.rests_on]}
        for s in suggest(dossier, taxonomies, encode, top=top)
    ]  # fmt: skip
    level = eqf_level(corpus, dossier)
    if level is not None:
        proposals.append({"candidate_id": dossier.candidate.candidate_id, "version": "", "scheme": "eqf", **level})
    return {
        "format_version": FORMAT_VERSION, "candidate_id": dossier.candidate.candidate_id, "title": dossier.candidate.title,
        "as_of": dossier.as_of.isoformat(), "dossier_sha256": dossier.sha256, "proposals": proposals,
    }  # fmt: skip


def to_json(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"
