"""Crosswalk suggestions: ESCO to O*NET against the published Nesta crosswalk, ESCO to ISCO-08 against ESCO's own codes.

    python -m benchmarks.crosswalks [--data DIR] [--sample N]

For each ESCO occupation (a sample by a hash of its address) the likeliest occupations of the other classification
are ranked by its preferred label; top-1 and top-5 are the shares whose first or first five hold the published one.
Beside ours: TF-IDF on character n-grams of 2 to 5 over the same titles. Nesta's pairs were themselves partly found
by similarity and then looked at by people; codes of O*NET are those of 2010.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.page import Bench, data_folder, table
from benchmarks.titles import Remembered
from observatory.detect.matching import TitleMatcher
from observatory.records import Occupation, Taxonomy

ALTERNATIVE = 4  # alternative titles of an O*NET occupation that are compared, the first of the file


def measure(bench: Bench, *, sample: int = 400) -> str:
    """The section of docs/benchmarks.md."""
    encode = Remembered()
    started = time.monotonic()
    nesta = pd.read_csv(bench.taxonomies / "crosswalk_esco1.0_onet2010_nesta.csv", dtype=str)
    esco = pd.read_csv(bench.taxonomies / "occupations_ESCO_1.0.9.csv", dtype=str).fillna("")
    rows = []
    pairs = [(o.esco_occupation, o.onet_code) for o in nesta.itertuples() if isinstance(o.onet_code, str)]
    groups = [(o.preferredLabel, o.iscoGroup[:4]) for o in esco.itertuples()]
    for name, taxonomy, truth in (
        ("ESCO to O*NET (Nesta)", _onet(bench.taxonomies), pairs), ("ESCO to ISCO-08 (its own codes)", _isco(bench.taxonomies), groups),
    ):  # fmt: skip
        chosen = sorted(truth, key=lambda pair: hashlib.md5(pair[0].encode()).hexdigest())[:sample]
        names, codes = [pair[0] for pair in chosen], [pair[1] for pair in chosen]
        matcher = TitleMatcher(encode).fit([taxonomy])
        known = [code for _, code in matcher.codes_]
        ours = _hits(matcher.similarity(names), known, codes)
        plain = _hits(_tfidf(taxonomy, names), known, codes)
        rows.append([name, len(names), len(known), *(f"{value:.3f}" for value in (*ours, *plain))])
    encode.save()
    section = table(["crosswalk", "of", "among", "top-1", "top-5", "TF-IDF top-1", "TF-IDF top-5"], rows)
    return f"{section}\n\n{time.monotonic() - started:.0f} seconds, vectors of earlier runs kept."


def _onet(folder: Path) -> Taxonomy:
    titles = pd.read_csv(folder / "onet_23_alternate_titles.csv", dtype=str).fillna("")
    other = next(c for c in titles.columns if c.lower().startswith("alternate"))
    code = next(c for c in titles.columns if "code" in c.lower())
    many = titles.groupby(code)[other].apply(lambda column: tuple(column.head(ALTERNATIVE)))
    found = pd.read_csv(folder / "onet_22_occupations.csv", dtype=str).fillna("")
    key, title, text = (next(c for c in found.columns if word in c.lower()) for word in ("code", "title", "desc"))
    return _taxonomy("onet", [
        Occupation(code=row[key], labels={"en": row[title]}, alternative={"en": many.get(row[key], ())}, description=row[text])
        for _, row in found.iterrows()
    ])  # fmt: skip


def _isco(folder: Path) -> Taxonomy:
    found = pd.read_csv(folder / "isco08.csv", dtype=str).fillna("")
    units = found[found["isco08_code"].str.len() == 4]
    return _taxonomy("isco", [
        Occupation(code=row.isco08_code, labels={"en": row.title_en}, description=row.definition,
                   alternative={"en": tuple(line.strip(" -•\t") for line in row.included_occupations.replace("|", "\n").split("\n") if 3 < len(line.strip()) < 60)[:12]})
        for row in units.itertuples()
    ])  # fmt: skip


def _taxonomy(scheme: str, occupations: Sequence[Occupation]) -> Taxonomy:
    import datetime as dt

    return Taxonomy(scheme=scheme, version="bench", released=dt.date(2010, 1, 1), occupations=tuple(occupations))


def _tfidf(taxonomy: Taxonomy, names: Sequence[str]) -> NDArray[np.float32]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    titles, owner = [], []
    for i, occupation in enumerate(taxonomy.occupations):
        own = [occupation.labels["en"], *occupation.alternative.get("en", ())]
        titles += [title.lower() for title in own]
        owner += [i] * len(own)
    model = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    known = model.fit_transform(titles)
    similar = (model.transform([name.lower() for name in names]) @ known.T).toarray()
    best: NDArray[np.float32] = np.maximum.reduceat(similar, np.flatnonzero(np.r_[True, np.diff(owner) > 0]), axis=1)
    return best


def _hits(similar: NDArray[np.float32], known: Sequence[str], right: Sequence[str]) -> tuple[float, float]:
    """Share whose first, and whose first five, hold the right code."""
    order = np.argsort(-similar, axis=1, kind="stable")[:, :5]
    first = [known[row[0]] == code for row, code in zip(order, right, strict=True)]
    five = [code in {known[j] for j in row} for row, code in zip(order, right, strict=True)]
    return float(np.mean(first)), float(np.mean(five))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crosswalks", description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--sample", type=int, default=400)
    given = parser.parse_args()
    data = data_folder(given.data)
    if data is None:
        print("name the folder of the data with --data or OBSERVATORY_SHARED", file=sys.stderr)
        return 1
    out = Path(__file__).parent / "out" / "crosswalks"
    out.mkdir(parents=True, exist_ok=True)
    print(measure(Bench(name="crosswalks", data=data, out=out, write=False), sample=given.sample))
    return 0


if __name__ == "__main__":
    sys.exit(main())
