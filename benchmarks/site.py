"""The review site under load: a crowded database, twenty users at once, and a storm of decisions.

Three figures for each page: what the server took by the clock (Server-Timing, inside the worker, queries and
template included), its processor time, which other work on the machine does not lengthen, and what the user
waited (connection and queue included). Both databases in turn.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
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


def section(out: Path, *, minutes: float, storm_seconds: float, seeds: Sequence[int] = (7,)) -> str:
    """Fills, loads and storms the site on both databases; the figures as Markdown."""
    blocks = [heading(minutes)]
    for name in ("SQLite", "PostgreSQL"):
        folder = Path(tempfile.mkdtemp(prefix="site-", dir=out))
        server = Postgres("site") if name == "PostgreSQL" else None
        try:
            site, filled = fill(folder, server.address if server else "")
            blocks += [f"### {name}", pages(site, filled, minutes=minutes)]
            blocks += [storms(folder, postgres=server is not None, seconds=storm_seconds, seeds=seeds)]
        finally:
            if server:
                server.remove()
            shutil.rmtree(folder, ignore_errors=True)
    return "\n\n".join(blocks)


def heading(minutes: float) -> str:
    """What was measured, and on which machine."""
    return (
        "## The site\n\n"
        f"{CANDIDATES:,} candidates, {CANDIDATES * SENTENCES:,} evidence sentences, {ROWS:,} rows of the record, all "
        f"invented. gunicorn with 2 workers of 4 threads; {USERS} users at once on loopback for {60 * minutes:.0f} s, "
        "each opening a page, waiting up to a second, opening the next; the load generator runs on the same "
        f"machine. To reach: {LIMIT_MS} ms at the 95th percentile of server time, and no error.\n\n"
        f"Machine: {machine()}."
    )


def fill(folder: Path, database: str) -> tuple[Site, dict[str, Any]]:
    """A crowded site; one that was filled in this folder before is used as it is."""
    site, kept = Site(folder / "load", database=database), folder / "filled.json"
    if kept.is_file():
        return site, json.loads(kept.read_text("utf-8"))
    started = time.monotonic()
    filled: dict[str, Any] = site.script("fill", candidates=CANDIDATES, sentences=SENTENCES, rows=ROWS, users=USERS)
    kept.write_text(json.dumps(filled), "utf-8")
    print(f"filled in {time.monotonic() - started:.0f} s", flush=True)
    return site, filled


def pages(site: Site, filled: dict[str, Any], *, minutes: float) -> str:
    """The site under load: the table of pages."""
    site.start()
    try:
        seen, worked, waited, errors = load(site, filled, seconds=60 * minutes)
    finally:
        site.stop()
    print(f"{sum(map(len, seen.values()))} pages, {len(errors)} errors {errors[:3]}", flush=True)
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
    heads = ["page", "opened", "server p50, ms", "server p95, ms", "processor p95, ms", "user p95, ms"]
    return f"{said}\n\n{table(heads, rows)}"


def storms(folder: Path, *, postgres: bool, seconds: float, seeds: Sequence[int]) -> str:
    """A storm of decisions for each seed, each on a new database: its people are others than the load's."""
    said = []
    for seed in seeds:
        server = Postgres("storm") if postgres else None
        site = Site(folder / f"storm-{seed}", database=server.address if server else "")
        try:
            site.start()
            found = storm(site, clients=40, seconds=seconds, seed=seed)
        finally:
            site.stop()
            if server:
                server.remove()
        said.append(_stormed(found, seconds, seed))
        print(said[-1], flush=True)
    return "\n\n".join(said)


def _stormed(found: dict[str, Any], seconds: float, seed: int) -> str:
    steps: dict[str, int] = found["steps"]
    done = sum(number for step, number in steps.items() if step.endswith(" done") and not step.startswith("look"))
    refused = sum(number for step, number in steps.items() if step.endswith(" refused"))
    faults = "none" if not found["faults"] else "; ".join(found["faults"][:5])
    return (
        f"Storm of decisions, seed {seed}: 40 clients at random on the same 10 candidates for {seconds:.0f} s: "
        f"{done:,} steps taken, {refused:,} refused (others had been faster, or the step was not possible), "
        f"{found['changes']:,} versions of candidates, {found['votes']} votes, {found['rows']:,} rows of the record. "
        f"Lost changes, double votes, breaks of the record, server errors: {faults}."
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


def main() -> None:
    """One part at a time, for a machine that is alone only for minutes."""
    parser = argparse.ArgumentParser(description="The site under load, for as long as asked; prints the figures.")
    parser.add_argument("part", nargs="?", choices=("all", "fill", "load", "storm"), default="all")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--storm", type=float, default=120.0, help="seconds")
    parser.add_argument("--seeds", type=int, nargs="+", default=[7])
    parser.add_argument("--folder", type=Path, help="kept, with what `fill` made, for `load`")
    parser.add_argument("--database", default="", help="site.database of fill and load; empty is SQLite")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        if asked.part == "all":
            print(section(folder, minutes=asked.minutes, storm_seconds=asked.storm, seeds=asked.seeds))
        elif asked.part == "storm":
            storms(folder, postgres=asked.postgres, seconds=asked.storm, seeds=asked.seeds)
        else:
            _fill_and_load(asked, folder)


def _fill_and_load(asked: argparse.Namespace, folder: Path) -> None:
    """The parts `fill` and `load`; with --postgres on a new server, which is filled first and gone afterwards."""
    server = Postgres("site") if asked.postgres and not asked.database else None
    try:
        if server:
            folder = folder / "postgresql"
            shutil.rmtree(folder, ignore_errors=True)  # what another server was filled with
            folder.mkdir(parents=True)
        site, filled = fill(folder, server.address if server else asked.database)
        if asked.part == "load":
            print(pages(site, filled, minutes=asked.minutes))
    finally:
        if server:
            server.remove()


if __name__ == "__main__":
    main()
