"""The review site under load: a crowded database, twenty users at once, and a storm of decisions.

Three figures for each page: what the server took by the clock (Server-Timing, inside the worker, queries and
template included), its processor time, which other work on the machine does not lengthen, and what the user
waited (connection and queue included). Both databases in turn.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.page import Bench, machine, table
from benchmarks.postgres import Postgres
from benchmarks.site_server import Site, Visitor
from benchmarks.site_storm import storm

CANDIDATES, SENTENCES, ROWS = 5_000, 40, 50_000
USERS = 20
LIMIT_MS = 200
# What users open, and how often: page of the table -> (share, address with {id} and {decided}).
VISITS: dict[str, tuple[int, tuple[str, ...]]] = {
    "Home": (10, ("/",)),
    "Candidates": (14, ("/candidates", "/candidates?page=3")),
    "Candidates, filtered": (
        14,
        (
            "/candidates?q=robot", "/candidates?sector=green&sort=growth", "/candidates?language=zh&kind=occupation",
            "/candidates?status=all&sort=title&page=9", "/candidates?q=technician+2",
        ),
    ),
    "Candidate": (30, ("/candidates/{id}", "/candidates/{decided}")),
    "Landscape": (5, ("/landscape", "/landscape?colour=sector", "/landscape?sector=ai")),
    "Trends": (5, ("/trends", "/trends?c={id}&c={id}&c={id}")),
    "Meetings": (4, ("/meetings",)),
    "A meeting": (4, ("/meetings/{meeting}",)),
    "An item": (6, ("/items/{item}",)),
    "Register": (4, ("/register",)),
    "Account": (2, ("/account",)),
    "Agreement (seniors)": (1, ("/agreement",)),
    "Record (auditors)": (1, ("/record", "/record?verb=vote.cast")),
}  # fmt: skip


def measure(bench: Bench) -> str:
    """The section of the page."""
    return section(bench.out, minutes=1.0, storm_seconds=120)


def section(out: Path, *, minutes: float, storm_seconds: float) -> str:
    """Fills, loads and storms the site on both databases; the figures as Markdown."""
    blocks = []
    for name in ("SQLite", "PostgreSQL"):
        folder = Path(tempfile.mkdtemp(prefix="site-", dir=out))
        server = Postgres("site") if name == "PostgreSQL" else None
        try:
            blocks.append(
                _one(name, folder, server.address if server else "", minutes=minutes, storm_seconds=storm_seconds)
            )
        finally:
            if server:
                server.remove()
            shutil.rmtree(folder, ignore_errors=True)
    head = (
        f"{CANDIDATES:,} candidates, {CANDIDATES * SENTENCES:,} evidence sentences, {ROWS:,} rows of the record, all "
        f"invented. gunicorn with 2 workers of 4 threads; {USERS} users at once on loopback for {60 * minutes:.0f} s, "
        "each opening a page, waiting up to a second, opening the next; the load generator runs on the same "
        f"machine. To reach: {LIMIT_MS} ms at the 95th percentile of server time, and no error.\n\n"
        f"Machine: {machine()}."
    )
    return "\n\n".join(["## The site", head, *blocks])


def _one(name: str, folder: Path, database: str, *, minutes: float, storm_seconds: float) -> str:
    site = Site(folder / "load", database=database)
    started = time.monotonic()
    filled = site.script("fill", candidates=CANDIDATES, sentences=SENTENCES, rows=ROWS, users=USERS)
    print(f"{name}: filled in {time.monotonic() - started:.0f} s", flush=True)
    site.start()
    try:
        seen, worked, waited, errors = load(site, filled, seconds=60 * minutes)
        print(f"{name}: {sum(map(len, seen.values()))} pages, {len(errors)} errors {errors[:3]}", flush=True)
    finally:
        site.stop()
    rows = [
        [page, len(seen[page]), *(f"{value:.0f}" for value in (_at(seen[page], 50), _at(seen[page], 95), _at(worked[page], 95), _at(waited[page], 95)))]
        for page in VISITS if seen[page]
    ]  # fmt: skip
    total = [one for many in seen.values() for one in many]
    over = [row[0] for row in rows if float(str(row[3])) > LIMIT_MS]
    said = (
        f"{len(total):,} pages, {len(errors)} errors; all pages together {_at(total, 95):.0f} ms at the 95th percentile. "
        + (f"Above {LIMIT_MS} ms: {', '.join(map(str, over))}." if over else f"Every page is under {LIMIT_MS} ms.")
    )
    if database:  # the storm's people are others than the load's: a database of its own
        second = Postgres("storm")
        try:
            stormed = _storm(folder / "storm", second.address, storm_seconds)
        finally:
            second.remove()
    else:
        stormed = _storm(folder / "storm", "", storm_seconds)
    heading = ["page", "opened", "server p50, ms", "server p95, ms", "processor p95, ms", "user p95, ms"]
    return f"### {name}\n\n{said}\n\n{table(heading, rows)}\n\n{stormed}"


def _storm(folder: Path, database: str, seconds: float) -> str:
    site = Site(folder, database=database)
    site.start()
    try:
        found = storm(site, clients=40, seconds=seconds, seed=7)
    finally:
        site.stop()
    steps: dict[str, int] = found["steps"]
    done = sum(number for step, number in steps.items() if step.endswith(" done") and not step.startswith("look"))
    refused = sum(number for step, number in steps.items() if step.endswith(" refused"))
    faults = "none" if not found["faults"] else "; ".join(found["faults"][:5])
    return (
        f"Storm of decisions: 40 clients at random on the same 10 candidates for {seconds:.0f} s: {done:,} steps taken, "
        f"{refused:,} refused (others had been faster, or the step was not possible), {found['changes']:,} "
        f"versions of candidates, {found['votes']} votes, {found['rows']:,} rows of the record. Lost changes, "
        f"double votes, breaks of the record, server errors: {faults}."
    )


Times = dict[str, list[float]]


def load(site: Site, filled: dict[str, Any], *, seconds: float) -> tuple[Times, Times, Times, list[str]]:
    """Milliseconds by page: the server's clock, its processor time, what the user waited; and the errors."""
    worked: Times = defaultdict(list)
    seen: Times = defaultdict(list)
    waited: Times = defaultdict(list)
    errors: list[str] = []
    keep = threading.Lock()
    end = time.monotonic() + seconds

    def user(number: int) -> None:
        draw = random.Random(f"load:{number}")
        visitor = Visitor(site.port, session=filled["sessions"][number])
        time.sleep(draw.random())
        pages, shares = list(VISITS), [share for share, _ in VISITS.values()]
        while time.monotonic() < end:
            page = draw.choices(pages, shares)[0]
            # By the roles of `site_filling.ROLES`: only some may see agreement and record.
            if ("seniors" in page and number % 4 > 1) or ("auditors" in page and number % 4 > 1):
                continue
            path = draw.choice(VISITS[page][1])
            while "{id}" in path:
                path = path.replace("{id}", draw.choice(filled["ids"]), 1)
            path = path.replace("{decided}", draw.choice(filled["decided"]))
            path = path.replace("{meeting}", str(draw.randint(1, 10))).replace("{item}", str(draw.randint(1, 120)))
            started = time.monotonic()
            try:
                status, _text, took = visitor.get(path)
            except OSError as error:
                status, took = 0, (0.0, 0.0)
                errors.append(f"{path}: {error!r}")
            ms = 1000 * (time.monotonic() - started)
            with keep:
                if status == 200:
                    seen[page].append(took[0])
                    worked[page].append(took[1])
                    waited[page].append(ms)
                elif status:
                    errors.append(f"{path}: {status}")
            time.sleep(draw.random())
        visitor.close()

    threads = [threading.Thread(target=user, args=(number,)) for number in range(USERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen, worked, waited, errors


def _at(values: list[float], percent: int) -> float:
    """The percentile, by rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(description="The site under load, for as long as asked; prints the section.")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--storm", type=float, default=120.0, help="seconds")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        print(section(Path(made), minutes=arguments.minutes, storm_seconds=arguments.storm))
