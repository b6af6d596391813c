"""The join of everything, a part at a time: the same copies as in memory, wherever the parts end."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from observatory.corpus import Corpus, join_vacancies, joining, update_vacancies
from observatory.corpus.dedupe import vacancies_of
from observatory.corpus.joining import all_copies
from observatory.records import COPIES, POSTINGS

START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
WORDS = [f"{a}{b}" for a in "kiln press weld robot solar valve sensor cloth paint glass".split() for b in "er ing ist ed".split()]  # fmt: skip


def rows(number: int, seed: int) -> pa.Table:
    """Postings of a year; half of them repeat one of twenty texts, some under another poster."""
    rng = random.Random(seed)
    texts = [" ".join(rng.choices(WORDS, k=90)) for _ in range(20)]
    found: list[dict[str, Any]] = []
    for i in range(number):
        text = rng.choice(texts) if rng.random() < 0.5 else " ".join(rng.choices(WORDS, k=rng.randint(0, 90)))
        found.append({
            **dict.fromkeys(POSTINGS.names, ""), "posting_id": f"p{i:05d}", "source_id": str(i), "source": rng.choice(["a", "b"]),
            "posted_at": START + dt.timedelta(days=rng.randint(0, 365)), "collected_at": START, "description": text, "extra": "{}",
            "title": rng.choice(["Kiln operator", "Valve fitter"]), "employer": rng.choice(["", "Forno", "Nuova"]),
            "place": rng.choice(["", "Modena", "Torino"]),
        })  # fmt: skip
    return pa.Table.from_pylist(found, schema=POSTINGS)


@pytest.mark.parametrize(("span", "read", "keys"), [(7, 11, 64), (64, 1_000, 1 << 19), (10_000, 3, 1_000)])
def test_wherever_the_parts_end_the_copies_are_those_of_one_join_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, span: int, read: int, keys: int
) -> None:
    postings = rows(160, seed=span)
    monkeypatch.setattr(joining, "SPAN", span)
    monkeypatch.setattr(joining, "READ_AT_ONCE", read)
    monkeypatch.setattr(joining, "KEYS_AT_ONCE", keys)
    corpus = Corpus(tmp_path)
    corpus.append("postings", postings)
    assert update_vacancies(corpus) == 160
    expected = sorted(join_vacancies(postings).to_pylist(), key=lambda row: row["posting_id"])
    assert sorted(corpus.read("vacancies").to_pylist(), key=lambda row: row["posting_id"]) == expected
    assert {row["relation"] for row in expected} >= {"first", "exact", "repost"}
    parts = list(all_copies(corpus))
    assert [part.num_rows for part in parts[:-1]] == [span] * (len(parts) - 1)
    assert sorted(map(str, pa.concat_tables(parts).to_pylist())) == sorted(map(str, corpus.read("copies").to_pylist()))


def test_nothing_stays_on_disk_beside_the_tables(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    corpus.append("postings", rows(40, seed=1))
    update_vacancies(corpus)
    assert {one.name for one in tmp_path.iterdir()} <= {"postings", "signatures", "copies", "vacancies", ".lock"}


def test_a_chain_leads_to_its_first_posting_over_postings_that_are_not_asked_for() -> None:
    copies = pa.Table.from_pylist(
        [
            {"posting_id": one, "earlier_id": other, "relation": relation, "share": 1.0}
            for one, other, relation in [
                ("e", "d", "near"),
                ("d", "c", "exact"),
                ("c", "b", "repost"),
                ("b", "", "first"),
            ]
        ],
        schema=COPIES,
    )
    asked = pa.table({"posting_id": ["e", "x", "b"], "posted_at": pa.array([START] * 3, pa.timestamp("us", "UTC"))})
    found = [(row["posting_id"], row["vacancy_id"], row["relation"]) for row in vacancies_of(asked, copies).to_pylist()]
    assert found == [("e", "b", "near"), ("x", "x", "first"), ("b", "b", "first")]
