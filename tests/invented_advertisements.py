"""A workspace of invented advertisements with whole texts and one run, for what reads tasks and requirements."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from invented_dossiers import plain
from observatory.config import Workspace, init_workspace, open_workspace
from observatory.corpus import Corpus
from observatory.propose import build_dossier, to_json
from observatory.records import (
    CANDIDATES,
    CLUSTERS,
    ENRICHED,
    POSTINGS,
    ROLES,
    RUNS,
    VACANCIES,
    Dossier,
    Evidence,
    Month,
)

ROLE = "heat pump commissioner"
TASKS = (
    ("Commission large heat pumps and measure their refrigerant circuit", "Commission large heat pumps and record their refrigerant circuit"),
    ("Balance the hydraulic loops of heating plants with ultrasonic meters", "Balance the hydraulic loops of heating plants by ultrasonic meters"),
    ("Program building controllers in Modbus for heating plants", "Program the building controllers in Modbus for heating plants"),
    ("Hand over finished plants to their operators and explain the manual", "Hand over the finished plants to operators and explain the manual"),
)  # fmt: skip
ASKS = ("2 years of experience with heat pumps required.", "4 years of experience with heat pumps required.",
        "Bachelor's degree and 6 years of experience with heat pumps.")  # fmt: skip
ELSEWHERE = "Serve guests in the dining room and keep the tables in good order"


def workspace(folder: Path, *, postings: int = 24) -> tuple[Workspace, Corpus, Dossier]:
    """Every second posting hires the role, each for another employer; tasks take turns. Char-ngram encoder."""
    root = init_workspace(folder / "ws").root
    ws = open_workspace(root, {"encoder.en": "char-ngram"})
    corpus = Corpus(ws.corpus_dir)
    rows: dict[str, list[dict[str, object]]] = {"postings": [], "vacancies": [], "enriched": [], "roles": []}
    evidence = []
    for i in range(postings):
        name, posted, own = f"ad-{i:02d}", dt.datetime(2024, 1 + i % 3, 10, tzinfo=dt.UTC), i % 2 == 0
        n = i // 2
        tasks = [TASKS[n % 4][n % 2], TASKS[(n + 1) % 4][n // 2 % 2]] if own else [ELSEWHERE]
        lines = ["Tasks:", *(f"- {task}" for task in tasks), "Requirements:", f"- {ASKS[n % 3] if own else 'A friendly manner with guests of all kinds'}"]  # fmt: skip
        if own:
            lines += ["- Good command of Modbus and refrigerants", f"A {ROLE} at our works will build plants for the town number {n}."]  # fmt: skip
        lines += [
            f"Our works number {i} have built and serviced heating plants since {1900 + i}.",
            f"Works number {i} stands by lock number {i} of the old canal.",
        ]
        text = "\n".join(lines)
        rows["postings"].append({
            "posting_id": name, "source": "invented-board", "source_id": name, "posted_at": posted, "date_precision": "day",
            "collected_at": posted, "title": ROLE.title() if own else "Waiter", "description": text, "employer": f"Works {i}",
            "place": "Lille", "country": "FR", "language": "en", "url": "", "content_hash": name, "extra": "{}",
        })  # fmt: skip
        rows["vacancies"].append({"posting_id": name, "vacancy_id": name, "posted_at": posted, "relation": "first"})
        rows["enriched"].append({
            "posting_id": name, "content_hash": name, "grammar": "g", "language": "en", "employer": f"Works {i}", "place": "Lille",
            "country": "FR", "contract": "", "sectors": [], "skills": ["term:Modbus"] if own else [], "tasks": tasks,
        })  # fmt: skip
        if own:
            rows["roles"].append({
                "posting_id": name, "grammar": "g", "role": ROLE, "phrase": ROLE.title(), "language": "en", "position": "title",
                "alone": True, "titled": True, "hiring": True, "seniority": "", "sentence": ROLE.title(), "start": 0, "end": len(ROLE),
            })  # fmt: skip
            evidence.append(Evidence(posting_id=name, source="invented-board", url="", posted_at=posted, employer=f"Works {i}",
                                     sentence=ROLE.title(), start=0, end=len(ROLE)))  # fmt: skip
    for table, schema in (("postings", POSTINGS), ("vacancies", VACANCIES), ("enriched", ENRICHED), ("roles", ROLES)):
        corpus.append(table, pa.Table.from_pylist(rows[table], schema=schema))
    base = plain()
    run = dataclasses.replace(base.run, corpus_version=corpus.version(), since=None)
    candidate = dataclasses.replace(
        base.candidate, candidate_id="L1", rank=1, title=ROLE.title(), titles={"en": (ROLE.title(),)}, alternative_titles=(),
        postings=postings // 2, vacancies=postings // 2, employers=postings // 2, sources=("invented-board",), first_seen=dt.date(2024, 1, 10),
    )  # fmt: skip
    history = [
        Month(
            month=dt.date(2024, 1 + m, 1),
            vacancies=sum(i % 3 == m for i in range(0, postings, 2)),
            exposure=sum(i % 3 == m for i in range(postings)),
        )
        for m in range(3)
    ]
    dossier = build_dossier(
        candidate, run=run, as_of=base.as_of, history=history, employers=[], places=[], skills=[], evidence=evidence[:10], encoders={},
    )  # fmt: skip
    corpus.append("clusters", pa.Table.from_pylist(
        [{"run_id": run.run_id, "lineage_id": "L1", "role": ROLE, "language": "en", "vacancies": postings // 2}], schema=CLUSTERS))  # fmt: skip
    corpus.append("candidates", pa.Table.from_pylist(
        [{"run_id": run.run_id, "candidate_id": "L1", "rank": 1, "kind": candidate.kind, "title": candidate.title, "score": candidate.score,
          "sectors": list(candidate.sectors), "dossier": to_json(dossier)}], schema=CANDIDATES))  # fmt: skip
    corpus.append("runs", pa.Table.from_pylist(
        [{"run_id": run.run_id, "as_of": run.as_of, "fingerprint": run.fingerprint, "corpus_version": run.corpus_version,
          "started_at": run.started_at, "run": json.dumps(asdict(run), default=str)}], schema=RUNS))  # fmt: skip
    return ws, corpus, dossier
