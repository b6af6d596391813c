"""Real postings with planted copies of four kinds, and decoys that look like copies and are none.

full       the same words under another source: spacing, case of the title, form of the employer's name
semantic   reworded: one word in eight another one, sentences in another order, the title decorated,
           the employer unnamed in half of them
temporal   posted again by the same employer up to 170 days later, figures and a few words changed
partial    a cut of 35 to 60 % of the text, from its beginning or its middle, the employer unnamed in a third
decoy      another role of the same employer: its opening words and place, another title and text
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from observatory.corpus import clean_text

SETS = {
    "hn_whoishiring_2011_2019": 1_200, "us_data_jobs_2018_2023": 900, "pl_handcoded_kzis": 900,
    "zh_51job_zhilian_2018_2019": 700, "linkedin_2024_sample": 500, "rebase_web3_zh": 300,
}  # fmt: skip
KINDS = ("full", "semantic", "temporal", "partial")
SHORTEST = 300  # characters; in Chinese half of it
START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def originals(folder: Path, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Postings of several sets, in three languages: no two of one poster, none with another's opening."""
    found: list[dict[str, Any]] = []
    for name, number in SETS.items():
        rows = pq.read_table(folder / f"{name}.parquet").to_pylist()
        order, seen, kept = rng.permutation(len(rows)), set(), 0
        for i in order:
            row = rows[i]
            text = clean_text(row["description"] or "")
            title = clean_text(row["title"] or "").replace("\n", " ")[:200] or text.split("\n", 1)[0][:100]
            by = re.search(r'"by": "([^"]+)"', row["extra"] or "")
            poster = (row["employer"] or "").strip().lower() or (by.group(1) if by else "")
            opening = re.sub(r"\W", "", text[:120]).lower()
            long_enough = len(text) >= (SHORTEST / 2 if row["language"] == "zh" else SHORTEST)
            if not long_enough or opening in seen or (poster and poster in seen):
                continue
            seen |= {opening, poster} if poster else {opening}
            found.append(
                {"source": name, "title": title, "description": text[:6_000], "employer": (row["employer"] or "").strip(),
                 "place": (row["location"] or "").strip()[:100], "language": row["language"]}
            )  # fmt: skip
            kept += 1
            if kept == number:
                break
    return found


def plant(found: list[dict[str, Any]], rng: np.random.Generator) -> tuple[pa.Table, dict[str, tuple[str, str]]]:
    """The postings with copies and decoys, and the truth: {posting_id: (kind, id of the original)}."""
    rows: list[dict[str, Any]] = []
    truth: dict[str, tuple[str, str]] = {}
    vocabulary = {
        language: np.array([word for row in found if row["language"] == language for word in _words(row["description"])[:80]])
        for language in {row["language"] for row in found}
    }  # fmt: skip
    for number, row in enumerate(found):
        when = START + dt.timedelta(days=float(rng.uniform(0, 900)))
        original = {**row, "posting_id": f"{number:06d}a", "posted_at": when, "extra": "{}"}
        rows.append(original)
        if number % 2:
            continue  # half of the postings have no copy
        kind = KINDS[(number // 2) % 4]
        copy = {
            **original,
            "posting_id": f"{number:06d}b",
            "posted_at": when + dt.timedelta(days=float(rng.uniform(0, 20))),
        }
        _CHANGES[kind](copy, rng, vocabulary[row["language"]])
        rows.append(copy)
        truth[copy["posting_id"]] = (kind, original["posting_id"])
        if number % 8 == 0:
            other, third = (found[int(i)] for i in rng.choice(len(found), 2, replace=False))
            if row not in (other, third) and other["language"] == third["language"] == row["language"]:
                opening = row["description"][: max(200, len(row["description"]) // 3)]
                rows.append({
                    **original, "posting_id": f"{number:06d}c", "title": third["title"],
                    "description": f"{opening}\n{other['description'][200:]}", "posted_at": when + dt.timedelta(days=3),
                })  # fmt: skip
    names = ("posting_id", "source", "posted_at", "title", "description", "employer", "place", "extra")
    return pa.table({name: [row[name] for row in rows] for name in names}), truth


def score(vacancies: pa.Table, truth: dict[str, tuple[str, str]]) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of "this posting repeats that one", all kinds together and each alone."""
    right = dict.fromkeys(KINDS, 0)
    missed = dict.fromkeys(KINDS, 0)
    wrong = 0
    for row in vacancies.to_pylist():
        expected = truth.get(row["posting_id"])
        root = expected[1] if expected else row["posting_id"]
        if expected and row["vacancy_id"] == root:
            right[expected[0]] += 1
            continue
        wrong += row["vacancy_id"] not in (root, row["posting_id"])
        if expected:
            missed[expected[0]] += 1
    found: dict[str, dict[str, float]] = {
        kind: {"copies": right[kind] + missed[kind], "recall": right[kind] / max(right[kind] + missed[kind], 1)}
        for kind in KINDS
    }
    hits, misses = sum(right.values()), sum(missed.values())
    precision, recall = hits / max(hits + wrong, 1), hits / max(hits + misses, 1)
    found["all"] = {
        "copies": hits + misses, "recall": recall, "precision": precision, "wrong": wrong,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
    }  # fmt: skip
    return found


def _full(copy: dict[str, Any], rng: np.random.Generator, _: Any) -> None:
    copy["source"] = "another board"
    copy["description"] = copy["description"].replace("\n", "\n\n").replace(". ", ".  ")
    if rng.random() < 0.5:
        copy["title"] = copy["title"].upper()
    if copy["employer"] and rng.random() < 0.5:
        copy["employer"] = copy["employer"].upper() + " Ltd."


def _semantic(copy: dict[str, Any], rng: np.random.Generator, vocabulary: Any) -> None:
    copy["source"] = "another board"
    copy["description"] = _reworded(copy["description"], rng, vocabulary, 0.125)
    sentences = re.split(r"(?<=[.!?。；\n])", copy["description"])
    moved = rng.permutation(len(sentences))[: len(sentences) // 4]
    for i, j in zip(moved[::2], moved[1::2], strict=False):
        sentences[i], sentences[j] = sentences[j], sentences[i]
    copy["description"] = "".join(sentences)
    copy["title"] += str(rng.choice(["", " (m/f/d)", " - full time", f" - {copy['place'] or 'remote'}"]))
    if rng.random() < 0.5:
        copy["employer"] = ""


def _temporal(copy: dict[str, Any], rng: np.random.Generator, vocabulary: Any) -> None:
    copy["posted_at"] += dt.timedelta(days=float(rng.uniform(20, 150)))
    copy["description"] = re.sub(r"\d+", lambda _: str(rng.integers(10, 99)), copy["description"])
    copy["description"] = _reworded(copy["description"], rng, vocabulary, 0.03)


def _partial(copy: dict[str, Any], rng: np.random.Generator, _: Any) -> None:
    copy["source"] = "an aggregator"
    size = int(len(copy["description"]) * rng.uniform(0.35, 0.60))
    start = 0 if rng.random() < 0.5 else int(rng.uniform(0.1, 0.4) * len(copy["description"]))
    copy["description"] = copy["description"][start : start + size].strip() + "…"
    if rng.random() < 1 / 3:
        copy["employer"] = ""


_CHANGES = {"full": _full, "semantic": _semantic, "temporal": _temporal, "partial": _partial}
_WORD = re.compile(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+")


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _reworded(text: str, rng: np.random.Generator, vocabulary: Any, share: float) -> str:
    return _WORD.sub(
        lambda match: str(vocabulary[int(rng.integers(len(vocabulary)))]) if rng.random() < share else match.group(), text
    )  # fmt: skip
