"""Vacancies: what is joined, what is not, and that neither order nor the future changes it."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.corpus import Corpus, join_vacancies, signatures, update_vacancies
from observatory.records import POSTINGS

START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
WORDS = [f"{a}{b}" for a in "kiln press weld robot solar valve sensor cloth paint glass".split() for b in "er ing ist ed or age".split()]  # fmt: skip


def text(seed: int, size: int = 120) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=size))


def posting(number: int, **given: Any) -> dict[str, Any]:
    row = {
        "posting_id": f"p{number:04d}", "source": "board", "posted_at": START + dt.timedelta(days=number), "title": "Kiln operator",
        "description": text(1), "employer": "Ceramica Nuova", "place": "Modena", "extra": "{}",
    }  # fmt: skip
    return {**row, **given}


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.table({name: [row[name] for row in rows] for name in rows[0]})


def relation(*rows: dict[str, Any]) -> str:
    """How the last posting relates to the first."""
    found = {row["posting_id"]: row for row in join_vacancies(table(list(rows))).to_pylist()}
    first, last = found[rows[0]["posting_id"]], found[rows[-1]["posting_id"]]
    return str(last["relation"]) if last["vacancy_id"] == first["vacancy_id"] else "other"


def changed(original: str, every: int) -> str:
    words = original.split()
    return " ".join("otherwise" if i % every == every - 1 else word for i, word in enumerate(words))


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"source": "copyist"}, "exact"),
        ({"description": text(2)}, "repost"),
        ({"source": "copyist", "employer": "Ceramica Nuova S.p.A.", "description": text(2)}, "repost"),
        ({"source": "copyist", "employer": "", "description": changed(text(1), 10)}, "near"),
        ({"title": "Kiln operator (m/f/d) - Modena", "description": changed(text(1), 10)}, "near"),
        ({"source": "aggregator", "employer": "", "description": text(1)[: len(text(1)) // 3]}, "partial"),
        ({"title": "Kiln technician", "description": changed(text(1), 10)}, "other"),
        ({"title": "Senior kiln operator", "description": changed(text(1), 10)}, "other"),
        ({"place": "Torino", "description": text(2)}, "other"),
        ({"place": "Torino"}, "other"),
        ({"place": "Modena, Italy"}, "exact"),
        ({"employer": "Vetreria Alta", "description": text(2)}, "other"),
        ({"posted_at": START + dt.timedelta(days=400)}, "other"),
    ],
)
def test_what_is_one_vacancy(second: dict[str, Any], expected: str) -> None:
    assert relation(posting(0), posting(1, **second)) == expected


def test_titles_without_text_and_employer_are_not_one_vacancy() -> None:
    bare = {"description": "", "employer": "", "place": ""}
    assert relation(posting(0, **bare), posting(1, **bare)) == "other"


def test_different_roles_of_one_author_are_two() -> None:
    by = {"employer": "", "place": "", "extra": '{"by": "a1"}'}
    about = text(5, 90)
    one = posting(0, **by, title="Forno | Backend engineer | Modena", description=f"Forno | Backend engineer\n{about} {text(6, 40)}")  # fmt: skip
    two = posting(1, **by, title="Forno | Data scientist | Modena", description=f"Forno | Data scientist\n{about} {text(7, 40)}")  # fmt: skip
    again = posting(30, **by, title=one["title"], description=one["description"] + " Write to us.")
    assert relation(one, two) == "other"
    assert relation(one, two, again) in ("repost", "near")


def test_chinese_texts_are_compared_by_character() -> None:
    words = "负责窑炉设备日常运行与维护记录温度曲线配合工程师完成工艺改进熟悉安全规范能够适应倒班工作具备团队合作精神"
    row = {"title": "窑炉操作工", "employer": "", "place": "重庆", "description": words}
    assert relation(posting(0, **row), posting(1, **row, source="别处") | {"description": words.replace("配合", "协助")}) == "near"  # fmt: skip
    assert relation(posting(0, **row), posting(1, **{**row, "title": "窑炉工程师"})) == "other"


rows_of_postings = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 2), st.integers(0, 1), st.integers(0, 300), st.sampled_from(["", "Modena", "Torino"])
    ), min_size=2, max_size=14,
)  # fmt: skip


def made(given: list[tuple[int, int, int, int, str]]) -> list[dict[str, Any]]:
    return [
        posting(
            i, description=text(seed) if change == 0 else changed(text(seed), 12), title=["Kiln operator", "Valve fitter"][title],
            posted_at=START + dt.timedelta(days=day), place=place, source=f"s{change}",
        )
        for i, (seed, change, title, day, place) in enumerate(given)
    ]  # fmt: skip


@given(rows_of_postings, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(given: list[tuple[int, int, int, int, str]], rng: random.Random) -> None:
    rows = made(given)
    shuffled = rng.sample(rows, len(rows))
    one, other = (sorted(join_vacancies(table(part)).to_pylist(), key=lambda row: row["posting_id"]) for part in (rows, shuffled))  # fmt: skip
    assert one == other


@given(rows_of_postings, st.integers(0, 300))
def test_what_is_posted_later_changes_no_earlier_vacancy(given: list[tuple[int, int, int, int, str]], day: int) -> None:
    rows = made(given)
    until = START + dt.timedelta(days=day)
    before = [row for row in rows if row["posted_at"] < until]
    if not before:
        return
    whole = {row["posting_id"]: row for row in join_vacancies(table(rows)).to_pylist()}
    assert all(row == whole[row["posting_id"]] for row in join_vacancies(table(before)).to_pylist())


def stored(rows: list[dict[str, Any]]) -> pa.Table:
    full = [{**dict.fromkeys(POSTINGS.names, ""), **row, "collected_at": row["posted_at"], "source_id": row["posting_id"]} for row in rows]  # fmt: skip
    return pa.Table.from_pylist(full, schema=POSTINGS)


@pytest.mark.parametrize("seed", range(3))
def test_in_parts_and_in_any_order_gives_what_all_at_once_gives(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = made([(*(int(v) for v in rng.integers(0, (40, 3, 2, 400))), "") for _ in range(150)])  # type: ignore[misc]
    expected = sorted(join_vacancies(table(rows)).to_pylist(), key=lambda row: row["posting_id"])
    corpus = Corpus(tmp_path)
    rng.shuffle(rows)  # type: ignore[arg-type]
    for start, end in ((0, 90), (90, 100), (100, 110), (110, 150)):
        corpus.append("postings", stored(rows[start:end]))
        update_vacancies(corpus)
    found = sorted(corpus.read("vacancies").to_pylist(), key=lambda row: row["posting_id"])
    assert found == expected
    assert len({row["vacancy_id"] for row in found}) < 150
    assert update_vacancies(corpus) == 0


def test_vacancies_that_a_stop_left_out_come_with_the_next_join_of_few(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    rows = made([(*(int(v) for v in rng.integers(0, (40, 3, 2, 400))), "") for _ in range(100)])  # type: ignore[misc]
    rows[95:] = [row | {"posted_at": row["posted_at"] + dt.timedelta(days=1_000)} for row in rows[95:]]
    corpus = Corpus(tmp_path)
    corpus.append("postings", stored(rows[:95]))
    update_vacancies(corpus)
    corpus.delete(
        "vacancies", "posting_id", [row["posting_id"] for row in rows[20:60]]
    )  # stored copies, no vacancies yet
    corpus.append("postings", stored(rows[95:]))
    update_vacancies(corpus)
    found = sorted(corpus.read("vacancies").to_pylist(), key=lambda row: row["posting_id"])
    assert found == sorted(join_vacancies(table(rows)).to_pylist(), key=lambda row: row["posting_id"])


@pytest.mark.shared
def test_planted_copies_of_real_postings_are_found(shared_data: Path) -> None:
    from benchmarks.planted_copies import originals, plant, score

    rng = np.random.default_rng(3)
    rows, truth = plant(originals(shared_data / "data" / "postings", rng)[::3], rng)
    found = score(join_vacancies(rows), truth)
    assert found["all"]["f1"] >= 0.95


def test_likeness_joins_no_posting_whose_title_names_another_employer() -> None:
    board = posting(0)
    thread = posting(
        1,
        source="thread",
        employer="",
        title="Officine Rossi | Kiln operator | Modena",
        description=changed(text(1), 10),
    )
    assert relation(board, thread) == "other"
    assert relation(board, thread | {"title": "Kiln operator"}) == "near"


@given(st.text(st.characters(max_codepoint=130), max_size=40))
def test_words_of_plain_letters_are_those_of_the_pattern(text: str) -> None:
    assert signatures._words(text.lower()) == signatures._WORD.findall(text.lower())
    assert signatures.plain(text) == signatures._NOT_WORDS.sub("", text).lower()
