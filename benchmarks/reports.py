"""The quarterly report of three years from stored results: seconds, memory, the same bytes twice."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from benchmarks.main_job import POSTINGS, TAXONOMIES, Done, observatory
from benchmarks.page import Bench, machine, table

DAYS = ("2012-12-31", "2015-12-31", "2018-12-31")
DAY = "2015-12-31"  # the one that is bounded
BOUND = 60.0  # seconds
FORMS = (("html", "en"), ("pdf", "en"), ("pdf", "zh"), ("docx", "it"))


def measure(bench: Bench) -> str:
    """Imports the real postings, makes a run as of each day, then reports; the section of docs/benchmarks.md."""
    ws = bench.out / "workspace"
    observatory("init", str(ws))
    for scheme, version, released, files in TAXONOMIES:
        paths = [str(bench.taxonomies / name) for name in files]
        observatory(
            "-w", str(ws), "taxonomy", "add", *paths, "--scheme", scheme, "--version", version, "--released", released
        )
    observatory("-w", str(ws), "import", str(bench.postings / POSTINGS), "--source", "hackernews")
    for day in DAYS:
        observatory("-w", str(ws), "run", "--as-of", day)
    return section(ws, bench.out)


def section(ws: Path, out: Path) -> str:
    """The section, measured on a workspace that has a run as of each day."""
    rows: list[list[object]] = []
    for day in DAYS:
        forms = FORMS if day == DAY else FORMS[:1]
        for form, language in forms:
            file = out / f"quarterly-{day}-{language}.{form}"
            done = _make(ws, day, form, language, file)
            rows.append(
                [day, form, language, f"{done.seconds:.1f}", f"{done.peak_mb:.0f}", f"{file.stat().st_size / 1000:.0f}"]
            )
    again = out / "again.html"
    _make(ws, DAY, "html", "en", again)
    first = (out / f"quarterly-{DAY}-en.html").read_bytes()
    same = first == again.read_bytes()
    return "\n\n".join([
        "## The quarterly report",
        f"{machine()}, {dt.datetime.now(dt.UTC):%-d %B %Y}. The Hacker News set of 54,197 postings; the report from stored results, as a command in a process of its "
        f"own, its start included. To reach: {BOUND:.0f} s as of {DAY}, memory flat.",
        table(["as of", "form", "language", "seconds", "peak MB", "kB"], rows),
        f"Made twice, the page of {DAY} has {'the same bytes' if same else '**other bytes**'} "
        f"(SHA-256 {hashlib.sha256(first).hexdigest()[:16]}). Memory: everything is counted by the database; what remains is "
        "the program with its packages for tables and charts, and the groups of roles of the run. A corpus many times this "
        "size was not measured.",
    ])  # fmt: skip


def _make(ws: Path, day: str, form: str, language: str, file: Path) -> Done:
    return observatory(
        "-w", str(ws), "report", "quarterly", "--as-of", day, "--format", form, "--lang", language, "--out", str(file)
    )
