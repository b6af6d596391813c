"""BERTopic on the same postings: topics over the texts, ranked by the growth of their share.

    python -m benchmarks.detection.topics --workspace DIR [--sample 12000]

Texts are the beginnings of the postings (what the encoder reads of them: 64 tokens), their vectors come
from our encoder, so that nothing is downloaded. It does not scale to all postings of seven dates here, so
it sees a sample; which one, and how long it took, is stored with the lists. A topic is shown under the
role that is most its own (count times log of lift): kinder to it than its own key words. Outliers are
thrown away, as the method does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.detection.past import FIRST, WORK, YEARS, Snapshot, snapshot, year_end
from observatory import pipeline, proposals
from observatory.config import Workspace, open_workspace

YEAR = 12
MIN_TOPIC = 10


def texts_of(ws: Workspace, sample: int) -> pd.DataFrame:
    """Columns posting_id, posted_at, text, of a sample that hashing of ids chooses; all of the first two years."""
    rows = pipeline.corpus_of(ws).query(
        "SELECT posting_id, posted_at, left(title || '. ' || description, 400) AS text FROM postings WHERE posted_at < $end",
        end=year_end(YEARS[-1]),
    ).to_pandas()  # fmt: skip
    order = rows["posting_id"].map(lambda name: hashlib.sha256(name.encode()).hexdigest())
    rows = rows.assign(order=order).sort_values("order")
    early = rows["posted_at"] < year_end(YEARS[0])
    return pd.concat([rows[early], rows[~early].head(sample)]).drop(columns="order").reset_index(drop=True)


def rank(past: Snapshot, texts: pd.DataFrame, vectors: np.ndarray) -> tuple[list[str], float, int]:
    """Titles of topics by growth, the share of texts thrown away, and the number of topics."""
    from bertopic import BERTopic
    from hdbscan import HDBSCAN
    from umap import UMAP

    model = BERTopic(
        umap_model=UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0),
        hdbscan_model=HDBSCAN(min_cluster_size=MIN_TOPIC, metric="euclidean", prediction_data=False),
        calculate_probabilities=False,
    )  # fmt: skip
    topics, _ = model.fit_transform(texts["text"].tolist(), vectors)
    month = texts["posted_at"].dt.year * 12 + texts["posted_at"].dt.month - 1
    recent = (month >= past.month - YEAR).to_numpy()
    roles = past.hired[["posting_id", "concept"]].drop_duplicates()
    overall = roles["concept"].value_counts()
    rows = []
    for topic in sorted(set(topics) - {-1}):
        own = np.asarray(topics) == topic
        growth = (own[recent].sum() + 0.5) / recent.sum() / ((own[~recent].sum() + 0.5) / (~recent).sum())
        named = roles[roles["posting_id"].isin(texts.loc[own, "posting_id"])]["concept"].value_counts()
        named = named[named >= 2]
        if named.empty:
            continue
        lift = (named / own.sum()) / (overall.reindex(named.index) / past.hired["posting_id"].nunique())
        best = (named * np.log(lift)).sort_values(ascending=False, kind="stable").index[0]
        rows.append((float(np.log(growth)), past.titles[best]))
    rows.sort(key=lambda row: (-row[0], row[1]))
    titles = list(dict.fromkeys(title for _, title in rows))
    return titles[:FIRST], float(np.mean(np.asarray(topics) == -1)), len(rows)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection.topics")
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=12_000)
    arguments = parser.parse_args()
    ws = open_workspace(arguments.workspace)
    started = time.monotonic()
    texts = texts_of(ws, arguments.sample)
    file = WORK / f"texts-{len(texts)}.npy"
    if file.is_file():
        vectors = np.load(file)
    else:
        corpus = pipeline.corpus_of(ws)
        encoders = proposals.Encoders(ws, corpus, pd.DataFrame(), (), pipeline.quiet)
        vectors = encoders.encode("en", texts["text"].tolist())
        np.save(file, vectors)
    encoded = time.monotonic() - started
    lists, thrown, counts = {}, {}, {}
    for year in YEARS:
        past = snapshot(ws, year_end(year))
        here = (texts["posted_at"] < year_end(year)).to_numpy()
        lists[year], thrown[year], counts[year] = rank(past, texts[here].reset_index(drop=True), vectors[here])
        print(year, int(here.sum()), counts[year], round(thrown[year], 2), lists[year][:10], flush=True)
    (WORK / "bertopic.json").write_text(json.dumps({
        "lists": lists, "thrown_away": thrown, "topics": counts, "texts": len(texts), "encode_seconds": round(encoded),
        "seconds": round(time.monotonic() - started),
    }, indent=1))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
