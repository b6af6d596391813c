"""Web Data Commons: schema.org JobPosting as N-Quads, one crawl a year, read from a downloaded file.

A quad's fourth part is the page it came from. Quads of one page stand together; a page's quads are
joined into its postings and let go, so a file of any size is read in little memory. The cursor is
"FILE:LINE".
"""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from observatory.collect.careers import SHORTEST, posting_of
from observatory.collect.http import Client
from observatory.collect.source import NO_OPTIONS, Options, Page, Terms, required
from observatory.errors import BadFile, SourceChanged
from observatory.records import RawPosting, Rejected

PER_PAGE = 1_000  # postings
MOST_QUADS = 20_000  # of one page of the web
LONGEST_LINE = 1_000_000
DEEPEST = 4
_QUAD = re.compile(r'(<[^>]*>|_:\S+)\s+<([^>]*)>\s+(<[^>]*>|_:\S+|"(?:[^"\\]|\\.)*")\S*\s+<([^>]*)>\s*\.\s*$')
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_PLAIN = {"n": "\n", "t": "\t", "r": "\r"}
Nodes = dict[str, dict[str, list[str]]]


class WebDataCommons:
    """The postings of one file (.gz or plain N-Quads)."""

    terms: ClassVar[Terms] = Terms(
        licence="Web Data Commons extraction of Common Crawl, under Common Crawl's terms; texts belong to their pages",
        attribution="Web Data Commons, from Common Crawl; each posting names its page",
        page="https://webdatacommons.org/structureddata/",
    )

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        self._file = Path(board or required("webdatacommons", options, "file", "the path of a downloaded file"))
        self.name = "webdatacommons"
        self._client = client

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        name, _, line = cursor.rpartition(":")
        done = int(line) if name == self._file.name and line.isdigit() else 0
        postings: list[RawPosting] = []
        bad: list[Rejected] = []
        number = unread = read = 0
        nodes: Nodes = {}
        page_url = ""
        try:
            with (gzip.open if self._file.suffix == ".gz" else open)(self._file, "rb") as stream:
                for number, raw in enumerate(_lines(stream), 1):
                    if number <= done:
                        continue
                    quad = _QUAD.match(raw.decode("utf-8", "replace")) if len(raw) <= LONGEST_LINE else None
                    if quad is None:
                        unread += bool(raw.strip())
                        continue
                    read += 1
                    subject, predicate, value, url = quad.groups()
                    if url != page_url:
                        self._join(nodes, page_url, postings, bad)
                        if len(postings) + len(bad) >= PER_PAGE:
                            # this line belongs to the next page: it is read again from the cursor
                            yield Page(
                                postings=tuple(postings), rejected=tuple(bad), cursor=f"{self._file.name}:{number - 1}"
                            )
                            postings, bad = [], []
                        nodes, page_url = {}, url
                    if sum(map(len, nodes.values())) < MOST_QUADS:
                        nodes.setdefault(subject, {}).setdefault(
                            predicate.rpartition("/")[2].rpartition("#")[2], []
                        ).append(value)
        except (OSError, EOFError, zlib.error) as error:
            raise BadFile(f"{self._file}: breaks off after line {number} ({error}); fetch the file again") from error
        if unread > read:
            raise SourceChanged(f"{self._file}: N-Quads were expected; {unread} of {unread + read} lines are none")
        self._join(nodes, page_url, postings, bad)
        yield Page(postings=tuple(postings), rejected=tuple(bad), cursor=f"{self._file.name}:{number}")

    def _join(self, nodes: Nodes, url: str, postings: list[RawPosting], bad: list[Rejected]) -> None:
        jobs = [name for name, node in nodes.items() if any("JobPosting" in kind for kind in node.get("type", []))]
        for number, name in enumerate(sorted(jobs)):
            item = _object(nodes, name, 0)
            posting = posting_of(item, self.name, url if number == 0 else f"{url}#{number}", url, "", "")
            if posting.title and len(posting.description) >= SHORTEST:
                postings.append(posting)
            else:
                bad.append(Rejected(
                    source=self.name, source_id=url, reason="no advertisement", detail="no title, or a text too short",
                    origin=url, raw=posting.title, collected_at=self._client.now(),
                ))  # fmt: skip


def _lines(stream: Any) -> Iterator[bytes]:
    """Lines, each cut at the longest that is read."""
    while True:
        line = stream.readline(LONGEST_LINE + 1)
        if not line:
            return
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            rest = stream.readline(LONGEST_LINE + 1)
            if not rest or rest.endswith(b"\n"):
                break
        yield line


def _object(nodes: Nodes, name: str, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, values in nodes.get(name, {}).items():
        read = [_value(nodes, value, depth) for value in itertools.islice(values, 20)]
        found[key] = read[0] if len(read) == 1 else read
    return found


def _value(nodes: Nodes, value: str, depth: int) -> Any:
    if value.startswith('"'):
        return _ESCAPE.sub(_unescaped, value[1:-1])
    if value in nodes and depth < DEEPEST:
        return _object(nodes, value, depth + 1)
    return value.strip("<>") if value.startswith("<") else ""


def _unescaped(match: re.Match[str]) -> str:
    code = match.group(1) or match.group(2)
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return _PLAIN.get(match.group(3), match.group(3))
