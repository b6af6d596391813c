"""Pay, education, experience and tasks of a dossier, counted again from the corpus."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from invented_advertisements import workspace
from observatory.corpus import Corpus
from observatory.records import OFFERS, Asked, Beside, Dossier, Sides
from observatory.verification import differences

RIGHT = Asked(postings=12, pay=(("EUR", 3, 40_002.0, 50_002.0),), education=((6, 5),), experience=((2, 6), (4, 6)))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Corpus, Dossier, str]:
    folder: Path = tmp_path_factory.mktemp("verification")
    _ws, corpus, dossier = workspace(folder)
    offers = [
        {"posting_id": f"ad-{i:02d}", "rules": rules, "country": "", "region": "", "pay_low": None, "pay_high": None,
         "pay_currency": "EUR" if i < 6 else "", "pay_period": "", "pay_months": None,
         "yearly_low": 40_000.0 + i if i < 6 else None, "yearly_high": 50_000.0 + i if i < 6 else None,
         "years_low": 2 + i % 4 if rules == "r" else None, "years_high": None, "education": 6 if i < 10 else None}
        for i in range(24) for rules in ("earlier", "r")
    ]  # fmt: skip
    corpus.append("offers", pa.Table.from_pylist(offers, schema=OFFERS))
    rows = corpus.query("SELECT tasks FROM enriched WHERE posting_id = 'ad-00'").to_pylist()
    return corpus, dossier, rows[0]["tasks"][0]


def told(world: tuple[Corpus, Dossier, str], asked: Asked | None, task: str = "") -> list[str]:
    """What differs of the new fields; the world's dossier has no history, which differs in any case."""
    corpus, dossier, _task = world
    sides = Sides(shared=(), extra=(task,), missing=())
    near = Beside(scheme="esco", version="1", code="1", alternative="", skills=None, tasks=sides if task else None)
    found = differences(corpus, replace(dossier, asked=asked, beside=(near,)))
    return [line for line in found if line.startswith(("pay", "education", "experience", "beside", "postings looked"))]


def test_what_was_counted_rightly_comes_out_again(world: tuple[Corpus, Dossier, str]) -> None:
    assert told(world, RIGHT, world[2]) == []
    assert told(world, None) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"pay": (("EUR", 3, 40_002.0, 60_000.0),)}, "pay: EUR"),
        ({"pay": (*RIGHT.pay, ("USD", 1, 1.0, 2.0))}, "pay: USD"),
        ({"education": ((6, 6),)}, "education: 6"),
        ({"education": ()}, "education: 6"),
        ({"experience": ((2, 6), (4, 7))}, "experience: 4"),
        ({"postings": 13}, "postings looked at for pay"),
    ],
)
def test_each_altered_figure_is_named(world: tuple[Corpus, Dossier, str], changed: dict, said: str) -> None:
    (line,) = told(world, replace(RIGHT, **changed))
    assert line.startswith(said)


def test_a_task_that_no_posting_says_is_named(world: tuple[Corpus, Dossier, str]) -> None:
    (line,) = told(world, RIGHT, "Fly to the moon.")
    assert "'Fly to the moon.' was read from none of the postings" in line
