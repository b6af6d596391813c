"""The page of figures: where it is, how a section gets into it, and the machine that is named in it."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a benchmark gets: the folder of real data, an empty folder to work in, and whether files
    other than its own section (the README's list) may be written."""

    name: str
    data: Path
    out: Path
    write: bool

    @property
    def postings(self) -> Path:
        return self.data / "postings"

    @property
    def taxonomies(self) -> Path:
        return self.data / "taxonomies"


def data_folder(named: Path | None) -> Path | None:
    """The folder that holds `postings` and `taxonomies`, or None."""
    shared = os.environ.get("OBSERVATORY_SHARED")
    for folder in (named, shared and Path(shared), ROOT.parent / "shared"):
        for inner in (folder and folder / "data", folder):
            if inner and (inner / "postings").is_dir() and (inner / "taxonomies").is_dir():
                return inner
    return None


def machine() -> str:
    """The machine in words: processor, cores this process may use, memory, system, Python."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), flags=re.MULTILINE)
        processor = found.group(1).strip() if found else processor
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{processor}, {cores} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def put_section(name: str, text: str, page: Path = PAGE) -> None:
    """Replaces what stands between `<!-- begin: NAME -->` and `<!-- end: NAME -->`, or adds it at the end."""
    begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
    block = f"{begin}\n{text.strip()}\n{end}"
    old = page.read_text("utf-8") if page.is_file() else "# Benchmarks\n"
    if begin in old:
        head, _, rest = old.partition(begin)
        _, found, tail = rest.partition(end)
        if not found:
            raise ValueError(f"{page}: {begin} has no {end}")
        new = head + block + tail
    else:
        new = f"{old.rstrip()}\n\n{block}\n"
    page.write_text(new, "utf-8")


def table(header: list[str], rows: list[list[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    return "\n".join([*lines, *(f"| {' | '.join(str(value) for value in row)} |" for row in rows)])
