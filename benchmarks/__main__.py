"""Runs benchmarks and writes their figures into docs/benchmarks.md.

python -m benchmarks                 all of them, one after the other
python -m benchmarks --list          what there is
python -m benchmarks main-job        one or several by name
python -m benchmarks main-job --dry  print the section, write nothing

Each benchmark is a row of `BENCHMARKS`: a function that takes a `Bench` and returns its section as
Markdown. The section stands between two markers in the page and is replaced as a whole; nobody
else's section is touched. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
import sys
import time
from pathlib import Path

from benchmarks.page import Bench, data_folder, machine, put_section

# name: (module:function, what it measures)
BENCHMARKS = {
    "roles": (
        "benchmarks.roles.measure:measure",
        "Role phrases: precision and recall per language, beside two simple rules",
    ),
    "main-job": ("benchmarks.main_job:measure", "The main job: seconds and memory per stage, import speed, the list"),
    "detection": (
        "benchmarks.detection.report:measure",
        "Detection on the real past beside its peers, planted and shuffled pasts",
    ),
    "titles": ("benchmarks.titles:measure", "Titles to ESCO beside TF-IDF and the encoder alone: MRR, R@10"),
    "collect": (
        "benchmarks.collecting:measure",
        "Collection: a local service of 200,000 postings, and stops at random moments",
    ),
    "privacy": ("benchmarks.privacy_sample:measure", "Personal data: recall and precision on labelled postings"),
    "dedupe": ("benchmarks.dedupe:measure", "Vacancies: planted copies, reposts by one author, a million signatures"),
    "languages": ("benchmarks.languages:measure", "The language of short titles, set by set, on held-out halves"),
    "reports": (
        "benchmarks.reports:measure",
        "The quarterly report of three years: seconds, memory, the same bytes twice",
    ),
    "kill-week": (
        "benchmarks.kill_week:measure",
        "kill -9 of scheduler, job and database at a hundred moments of a week",
    ),
    "take-over": (
        "benchmarks.take_over:measure",
        "A second scheduler takes over: SIGTERM, kill -9, a machine that vanishes, one that is frozen",
    ),
    "crosswalks": ("benchmarks.crosswalks:measure", "Crosswalk suggestions beside TF-IDF: top-1 and top-5"),
    "site": ("benchmarks.site:measure", "The review site: 20 users on a crowded database, a storm of decisions"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure quality and speed.")
    parser.add_argument("names", nargs="*", help="benchmarks to run; all of them by default")
    parser.add_argument("--list", action="store_true", help="list the benchmarks")
    parser.add_argument("--dry", action="store_true", help="print the sections and write nothing")
    parser.add_argument("--data", type=Path, help="folder with data/postings and data/taxonomies")
    arguments = parser.parse_args()
    if arguments.list:
        for name, (where, what) in BENCHMARKS.items():
            print(f"{name:<12} {what}  [{where}]")
        return 0
    unknown = [name for name in arguments.names if name not in BENCHMARKS]
    if unknown:
        print(f"{', '.join(unknown)}: no such benchmark; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    data = data_folder(arguments.data)
    if data is None:
        print("the real postings were not found: name their folder with --data or OBSERVATORY_SHARED", file=sys.stderr)
        return 1
    print(f"Machine: {machine()}", flush=True)
    out = Path(__file__).parent / "out"
    for name in arguments.names or BENCHMARKS:
        module, function = BENCHMARKS[name][0].split(":")
        print(f"\n{name}: {BENCHMARKS[name][1]}", flush=True)
        folder = out / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        started = time.monotonic()
        bench = Bench(name=name, data=data, out=folder, write=not arguments.dry)
        section = getattr(importlib.import_module(module), function)(bench)
        print(f"\n{section}\n\n{name} took {time.monotonic() - started:.0f} s", flush=True)
        if not arguments.dry:
            put_section(name, section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
