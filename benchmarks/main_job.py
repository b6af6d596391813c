"""The main job on real postings, through the command line, each command in a process of its own.

Nine years of Hacker News hiring threads go in with ESCO 1.0.9 and O*NET 23 titles; a ranked list as
of 2015-12-31 comes out: cold, again with nothing new, and again after 500 more postings. Import speed
is taken apart into reading, cleaning and storing. The list goes into the README.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.page import ROOT, Bench, machine, table

AS_OF = "2015-12-31"
POSTINGS = "hn_whoishiring_2011_2019.parquet"
LATER = 500  # postings held back from the first import, all before AS_OF
# No older files of the two classifications can be had; they are entered as of 2010, so that the run
# sees them. They know more than was known then, which makes novelty harder to claim, not easier.
TAXONOMIES = (
    ("esco", "1.0.9", "2010-06-01", ("occupations_ESCO_1.0.9.csv",)),
    ("onet", "23", "2010-11-01", ("onet_22_occupations.csv", "onet_23_alternate_titles.csv")),
)
EXPECTED = ("data engineer", "machine learning engineer", "cloud engineer", "devops engineer")
LISTED = 30
BEGIN, END = "<!-- begin: real list -->", "<!-- end: real list -->"


@dataclass(frozen=True)
class Done:
    """A command that ran: its output, wall-clock seconds and peak memory in MB."""

    text: str
    seconds: float
    peak_mb: float


def observatory(*arguments: str) -> Done:
    """Runs one command of the program and measures it. Raises when it fails."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", "from observatory.cli import main; main()", *arguments],
        stdout=subprocess.PIPE, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    text = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"observatory {' '.join(arguments)} ended with {process.returncode}")
    return Done(text, time.monotonic() - started, usage.ru_maxrss / 1024)


def measure(bench: Bench) -> str:
    ws = bench.out / "workspace"
    first, later = _split(bench)
    observatory("init", str(ws))
    for scheme, version, released, files in TAXONOMIES:
        paths = [str(bench.taxonomies / name) for name in files]
        observatory(
            "-w", str(ws), "taxonomy", "add", *paths, "--scheme", scheme, "--version", version, "--released", released
        )
    steps: list[list[object]] = []
    imported = _step(steps, "import", ["-w", str(ws), "import", str(first), "--source", "hackernews", "--json"])
    cold = _step(steps, "run, cold", ["-w", str(ws), "run", "--as-of", AS_OF, "--json"])
    again = _step(steps, "run, nothing new", ["-w", str(ws), "run", "--as-of", AS_OF, "--json"])
    assert again["new"] is False
    more = _step(
        steps, f"import of {LATER} more", ["-w", str(ws), "import", str(later), "--source", "hackernews", "--json"]
    )
    after = _step(steps, f"run after {LATER} more", ["-w", str(ws), "run", "--as-of", AS_OF, "--json"])
    found = json.loads(
        observatory("-w", str(ws), "candidates", "--as-of", AS_OF, "--limit", str(LISTED), "--json").text
    )
    helped = min(observatory("--help").seconds for _ in range(5))
    speed = import_speed(bench)
    if bench.write:
        _into_readme(found, imported["added"] + more["added"], float(cold["seconds"]))
    stages = [
        [f"`{name}`", run_name, f"{stage['seconds']:.1f}", f"{stage['peak_mb']:.0f}",
         f"{stage['rows_in']:.0f}", f"{stage['rows_out']:.0f}"]
        for run_name, run in (("cold", cold), (f"after {LATER} more", after)) for name, stage in run["stages"].items()
    ]  # fmt: skip
    count = imported["read"] + more["read"]
    return "\n\n".join([
        "## The main job",
        f"{machine()}. {count:,} postings of Hacker News \"Who is hiring?\" 2011 to 2019 (Parquet), ESCO 1.0.9 and "
        f"O*NET 23 titles entered as of 2010 (the oldest files that can be had), run as of {AS_OF}. "
        f"{imported['added'] + more['added']:,} stored, {sum(imported['rejected'].values()):,} set aside.",
        table(["command", "seconds", "peak MB", "bound"], [[*row, _bound(str(row[0]))] for row in steps]),
        "Stages of the runs:",
        table(["stage", "run", "seconds", "peak MB", "rows in", "rows out"], stages),
        f"`observatory --help`, best of five: {helped:.2f} s (bound 0.5 s).",
        "### Import speed",
        speed,
        "### What is found",
        _found(found),
    ])  # fmt: skip


def _step(steps: list[list[object]], name: str, arguments: list[str]) -> dict[str, Any]:
    done = observatory(*arguments)
    answer: dict[str, Any] = json.loads(done.text[done.text.index("{") :])  # warnings may stand before it
    peak = max([done.peak_mb, *(stage["peak_mb"] for stage in answer.get("stages", {}).values() if answer.get("new"))])
    steps.append([name, f"{done.seconds:.1f}", f"{peak:.0f}"])
    print(f"  {name}: {done.seconds:.1f} s, {peak:.0f} MB", flush=True)
    return answer


def _bound(step: str) -> str:
    return {
        "run, cold": "600 s, 3,072 MB", "run, nothing new": "20 s", f"run after {LATER} more": "60 s",
    }.get(step, "")  # fmt: skip


def _split(bench: Bench) -> tuple[Path, Path]:
    """The postings as two files: all but 500 spread over the time before AS_OF, and those 500."""
    import numpy as np
    import pyarrow.parquet as pq

    whole = pq.read_table(bench.postings / POSTINGS)
    until = dt.date.fromisoformat(AS_OF)
    days = [str(value)[:10] for value in whole.column("posted_at").to_pylist()]
    early = np.flatnonzero([day < until.isoformat() for day in days])
    held = set(early[np.linspace(0, len(early) - 1, LATER).astype(int)].tolist())
    paths = bench.out / "first.parquet", bench.out / "later.parquet"
    pq.write_table(whole.take([i for i in range(whole.num_rows) if i not in held]), paths[0])
    pq.write_table(whole.take(sorted(held)), paths[1])
    return paths


def import_speed(bench: Bench) -> str:
    """Postings a second of the same set as JSONL: the parts one after the other, then the whole command."""
    import pyarrow.parquet as pq

    from observatory.collect import read_file
    from observatory.corpus import Corpus, clean_posting
    from observatory.records import postings_table

    path = bench.out / "hackernews.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for row in pq.read_table(bench.postings / POSTINGS).to_pylist():
            stream.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    now = dt.datetime.now(dt.UTC)
    started = time.monotonic()
    raw = [posting for page in read_file(path, source="hackernews", columns=None, now=now) for posting in page.postings]
    read = time.monotonic() - started
    started = time.monotonic()
    clean = [clean_posting(posting, now=now, languages=("en", "zh", "it")) for posting in raw]
    cleaned = time.monotonic() - started
    started = time.monotonic()
    corpus = Corpus(bench.out / "store")
    for at in range(0, len(clean), 10_000):
        corpus.append("postings", postings_table(clean[at : at + 10_000]))
    stored = time.monotonic() - started
    assert corpus.count("postings") == len({posting.posting_id for posting in clean})
    observatory("init", str(bench.out / "speed"))
    whole = observatory("-w", str(bench.out / "speed"), "import", str(path), "--source", "hackernews", "--json")
    again = observatory("-w", str(bench.out / "speed"), "import", str(path), "--source", "hackernews", "--json")
    n = len(raw)
    rows: list[list[object]] = [
        ["reading JSONL", f"{read:.1f}", f"{n / read:,.0f}", ""],
        ["cleaning (text, language, dates, masks), one core", f"{cleaned:.1f}", f"{n / cleaned:,.0f}", ""],
        ["storing", f"{stored:.1f}", f"{n / stored:,.0f}", ""],
        ["reading and storing", f"{read + stored:.1f}", f"{n / (read + stored):,.0f}", "5,000"],
        ["the whole command, cleaning and vacancies included", f"{whole.seconds:.1f}", f"{n / whole.seconds:,.0f}", ""],
        ["the same file again", f"{again.seconds:.1f}", f"{n / again.seconds:,.0f}", ""],
    ]
    return table(["step", "seconds", "postings/s", "bound"], rows)


def _found(found: dict[str, Any]) -> str:
    names = {
        c["rank"]: {
            n.lower() for names in ([c["title"]], c["alternative_titles"], *c["titles"].values()) for n in names
        }
        for c in found["candidates"]
    }
    rows: list[list[object]] = []
    for wanted in EXPECTED:
        ranks = [rank for rank, known in names.items() if wanted in known]
        title = next((c["title"] for c in found["candidates"] if ranks and c["rank"] == ranks[0]), "")
        rows.append([wanted, ranks[0] if ranks else f"not in the first {LISTED}", title])
    return table(["profession", "rank", "listed as"], rows)


def _into_readme(found: dict[str, Any], stored: int, seconds: float) -> None:
    """The first twenty, between the markers of the README."""
    rows: list[list[object]] = [
        [c["rank"], c["title"], c["kind"], c["vacancies"], c["employers"],
         f"x{c['growth']['ratio']:.1f} ({c['growth']['low']:.1f} to {c['growth']['high']:.1f})",
         f"{c['nearest'][0]['title']} {c['nearest'][0]['similarity']:.2f}" if c["nearest"] else "-"]
        for c in found["candidates"][:20]
    ]  # fmt: skip
    text = (
        f"From {stored:,} postings of Hacker News \"Who is hiring?\" the program made this list as of {AS_OF}, with ESCO "
        f"1.0.9 and O*NET 23 as what was known, in {seconds:.0f} seconds ({machine()}; "
        f"[figures](docs/benchmarks.md)):\n\n"
        + table(["", "profession", "kind", "vacancies", "employers", "growth (95 %)", "nearest known"], rows)
    )  # fmt: skip
    page = ROOT / "README.md"
    old = page.read_text("utf-8")
    head, begin, rest = old.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page}: the markers {BEGIN} and {END} are not there")
    page.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", "utf-8")
