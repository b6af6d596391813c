"""What a draft is made from: the postings that hire for a candidate, their levels, their sentences and vectors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from observatory.config import Workspace
from observatory.corpus import Corpus
from observatory.embed import NgramEncoder
from observatory.errors import NotEnoughData
from observatory.propose.statements import Line
from observatory.records import Dossier
from observatory.standards import LEVELS, Structure
from observatory.wordings import ABILITIES, CALLING

Floats = NDArray[np.float32]
MOST_LINES, MOST_OTHERS = 2_500, 1_500  # sentences grouped, and sentences of other postings they are held against
# Years of experience from which a level begins, lowest level first. No rule of any authority says this.
YEARS: Mapping[Structure, tuple[int, ...]] = {"five": (0, 1, 3, 5, 8), "three": (0, 3, 5)}
RANKS: Mapping[Structure, Mapping[str, str]] = {
    "five": {"junior": "5", "intern": "5", "trainee": "5", "mid": "4", "senior": "2", "lead": "1", "principal": "1", "staff": "1"},
    "three": {"junior": "junior", "intern": "junior", "trainee": "junior", "mid": "intermediate", "senior": "senior", "lead": "senior",
              "principal": "senior", "staff": "senior"},
}  # fmt: skip


@dataclass(frozen=True)
class Material:
    """The postings of a candidate (one row each) and their sentences."""

    postings: pd.DataFrame  # posting_id, employer, level, years, education, skills, text
    lines: list[Line]
    every: list[Line]  # with the sentences that are neither task nor requirement


# --- reading ---------------------------------------------------------------------------------


def postings_of(corpus: Corpus, dossier: Dossier) -> pd.DataFrame:
    """One row for each posting that hires for the candidate's role, as of its run."""
    run = dossier.run
    found = corpus.query(
        """SELECT p.posting_id, any_value(p.title) AS title, any_value(p.description) AS description, any_value(p.language) AS language,
                  any_value(coalesce(nullif(lower(p.employer), ''), nullif(json_extract_string(p.extra, '$.by'), ''),
                            nullif(lower(e.employer), ''), v.vacancy_id)) AS employer,
                  any_value(e.skills) AS skills, list(DISTINCT r.seniority) AS ranks, list(DISTINCT r.phrase) AS phrases,
                  r.grammar, any_value(v.relation) AS relation, any_value(h.roles) AS roles, count(DISTINCT r.role) AS own
           FROM roles r
           JOIN clusters c ON c.role = r.role AND c.language = r.language AND c.run_id = $run AND c.lineage_id = $lineage
           JOIN postings p ON p.posting_id = r.posting_id
           JOIN vacancies v ON v.posting_id = p.posting_id
           JOIN enriched e ON e.posting_id = r.posting_id AND e.grammar = r.grammar
           JOIN (SELECT posting_id, grammar, count(DISTINCT role) AS roles FROM roles WHERE hiring GROUP BY 1, 2) h
             ON h.posting_id = r.posting_id AND h.grammar = r.grammar
           WHERE r.hiring AND p.posted_at < $until AND p.posted_at >= $since
           GROUP BY p.posting_id, r.grammar ORDER BY p.posting_id""",
        versions={"postings": run.corpus_version}, run=run.run_id, lineage=dossier.candidate.candidate_id,
        until=run.as_of, since=run.since or pd.Timestamp("1990-01-01", tz="UTC").to_pydatetime(),
    ).to_pandas()  # fmt: skip
    found = found[found["relation"] == "first"]  # one posting a vacancy: a copy asks for nothing more
    if found.empty:
        raise NotEnoughData(
            f"this workspace has no run {run.run_id} with postings of {dossier.candidate.title!r}; "
            "name another --workspace, or make the run again"
        )
    return found[found["grammar"] == found["grammar"].value_counts().index[0]].reset_index(drop=True)


def material_of(rows: pd.DataFrame, structure: Structure, language: str, title: str, names: Sequence[str]) -> Material:
    """Levels of the postings and their sentences. Of a posting that hires for many roles only the sentences
    that name this one are read; who asks for what cannot be told there otherwise."""
    from observatory.enrich import find_requirements
    from observatory.enrich.sections import read_sections

    facts, lines, every = [], [], []
    rows = rows.assign(employer=_one_employer(rows))
    for row in rows.itertuples():
        text = f"{row.title}\n{row.description}"
        asked = find_requirements(text)
        level = _level(structure, [rank for rank in row.ranks if rank], asked.years_low)
        facts.append((level, asked.years_low, asked.education, text))
        sections = read_sections(row.description, language)
        mixed = row.roles > 3 and row.own / row.roles < 0.34
        wanted = {phrase.lower() for phrase in [*row.phrases, *names, title]}
        for part in ("tasks", "requirements", "about", "benefits", "other"):
            for sentence in getattr(sections, part):
                if sentence not in text or (mixed and not any(phrase in sentence.lower() for phrase in wanted)):
                    continue
                line = Line(posting_id=row.posting_id, employer=row.employer, text=sentence, level=level)
                every.append(line)
                if part in ("tasks", "requirements") and _states(sentence, language):
                    lines.append(line)
    postings = rows[["posting_id", "employer", "skills"]].copy()
    postings[["level", "years", "education", "text"]] = pd.DataFrame(facts, index=rows.index, dtype=object)
    return Material(postings, _first(lines), every)


COPIED = 40  # characters of a line from which it counts as a text of its own
COPIES_OF = 20  # employers that may share a line before it is a common phrase ("equal opportunity")


def _one_employer(rows: pd.DataFrame) -> list[str]:
    """The employer of each posting; two whose postings share most of their long lines count as one.

    Agencies and several accounts of one company repeat a text: counted apart they would feign agreement.
    """
    lines: dict[str, set[str]] = defaultdict(set)
    holders: dict[str, set[str]] = defaultdict(set)
    for name, text in rows[["employer", "description"]].itertuples(index=False):
        for line in text.split("\n"):
            if len(line.strip()) >= COPIED:
                lines[name].add(line.strip())
                holders[line.strip()].add(name)
    shared: Counter[tuple[str, str]] = Counter()
    for names in holders.values():
        if 1 < len(names) <= COPIES_OF:
            ordered = sorted(names)
            shared.update((a, b) for i, a in enumerate(ordered) for b in ordered[i + 1 :])
    parent = {name: name for name in rows["employer"]}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    for (a, b), many in sorted(shared.items()):
        if many > 0.5 * min(len(lines[a]), len(lines[b])):
            one, other = root(a), root(b)
            parent[max(one, other)] = min(one, other)
    return [root(name) for name in rows["employer"]]


def _states(sentence: str, language: str) -> bool:
    """Whether a sentence can be a requirement of its own: no heading, question, call to apply, bare degree or years."""
    if (
        sentence[0] in "#=|@"
        or sentence.rstrip()[-1:] in "?？:："
        or any(sign in sentence for sign in ("|", "[", "｜", "http"))
    ):
        return False
    han = sum("\u4e00" <= sign <= "\u9fff" for sign in sentence)
    if (han < 0.3 * len(sentence) or han < 6) if language == "zh" else len(sentence.split()) < 5:
        return False
    asked = asked_in(sentence)
    if asked.education is not None or (asked.years_low is not None and len(sentence) < 80):
        return False
    if len(sentence) < 100 and any(p.search(sentence) for p in ABILITIES["zh" if language == "zh" else "en"].values()):
        return False  # it stands in the overview
    return not CALLING["zh" if language == "zh" else "en"].search(sentence)


def _first(lines: Sequence[Line]) -> list[Line]:
    """The lines without repetitions by one employer; at most `MOST_LINES`, evenly over the postings."""
    seen: set[tuple[str, str]] = set()
    found = []
    for line in lines:
        if (line.employer, line.text) not in seen:
            seen.add((line.employer, line.text))
            found.append(line)
    step = max(1, -(-len(found) // MOST_LINES))
    return found[::step]


def _level(structure: Structure, ranks: Sequence[str], years: int | None) -> str:
    """The level a posting asks for: by its years of experience, else by the rank in the title, else ""."""
    if years is not None:
        begins = YEARS[structure]
        return LEVELS[structure][max(i for i, first in enumerate(begins) if years >= first)]
    found = [RANKS[structure][rank] for rank in ranks if rank in RANKS[structure]]
    return max(found, key=LEVELS[structure].index, default="")


@dataclass(frozen=True)
class Others:
    texts: list[str]
    postings: int


def other_sentences(corpus: Corpus, dossier: Dossier, own: set[str], language: str) -> Others:
    """Task and requirement sentences of other postings, the same for every candidate of a run."""
    from observatory.enrich.sections import read_sections

    found = corpus.query(
        """SELECT posting_id, description FROM postings WHERE language = $language AND posted_at < $until
           ORDER BY md5(posting_id) LIMIT 900""",
        versions={"postings": dossier.run.corpus_version}, language=language, until=dossier.run.as_of,
    ).to_pylist()  # fmt: skip
    texts: list[str] = []
    postings = 0
    for row in found:
        sections = read_sections(row["description"], language)
        sentences = [s for s in (*sections.tasks, *sections.requirements) if _states(s, language)]
        if row["posting_id"] in own or not sentences or len(texts) >= MOST_OTHERS:
            continue
        texts += sentences
        postings += 1
    return Others(texts[:MOST_OTHERS], postings)


def vectors_of(
    ws: Workspace, corpus: Corpus, language: str, texts: Sequence[str], others: Sequence[str]
) -> tuple[Floats, Floats]:
    from observatory.proposals import Encoders

    name = ws.settings.encoder.en if language == "en" else ws.settings.encoder.other
    encode: Callable[[Sequence[str]], Floats]
    if name == "char-ngram":
        encode = NgramEncoder([*texts, *others], seed=ws.settings.workspace.seed).encode
    else:
        nobody = pd.DataFrame(columns=["language", "role"])
        encoders = Encoders(ws, corpus, nobody, (), lambda stage, done, of: None)

        def encode(many: Sequence[str]) -> Floats:
            return encoders.encode(language, many)

    return encode(list(texts)), encode(list(others))


def asked_in(sentence: str) -> Any:
    from observatory.enrich import find_requirements

    return find_requirements(sentence)
