"""Collection as a record: what each fetch gave, where each source stopped, what was seen and what is gone.

A fetch has one of three outcomes: postings, nothing there, could not tell. A posting is gone after two
complete listings without it, or when its source says so; a listing far below the source's habit is
not counted as one without.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import itertools
import json
import logging
import os
import statistics
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from observatory.collect.http import is_wall
from observatory.collect.source import Page
from observatory.corpus import Corpus
from observatory.errors import (
    BadFile,
    FetchError,
    KeyRefused,
    NoSuchBoard,
    ObservatoryError,
    SettingError,
    SourceChanged,
    Unreachable,
    Walled,
)
from observatory.records import FETCHES, SIGHTINGS, RawPosting, Rejected

log = logging.getLogger(__name__)

BUFFER = 4_000  # postings between two writes
FAILED_HABIT = 0.5  # of the usual month; with more, a month without a successful fetch was caught up later
LISTINGS_WITHOUT = 2  # complete listings without a posting, and it is gone
HABIT = 0.2  # a listing below this share of the usual one proves nothing
USUAL = 10  # listings that make a habit
LONGEST_WALL = 2_000  # characters; a longer text is an advertisement
SILENCE = 3.0  # so many times the usual pause without a new posting is silence
POSTINGS, NOTHING, UNKNOWN = "postings", "nothing there", "could not tell"
CAUSES: tuple[tuple[type[ObservatoryError], str], ...] = (
    (NoSuchBoard, "no such board"),
    (KeyRefused, "key refused"),
    (Walled, "bot wall or login page"),
    (SourceChanged, "changed shape"),
    (Unreachable, "unreachable"),
    (BadFile, "bad file"),
    (SettingError, "setting"),
    (FetchError, "refused"),
)

Store = Callable[[list[RawPosting], list[Rejected]], None]


@dataclass(frozen=True, kw_only=True)
class Fetch:
    """The outcome of one fetch, as stored in the ledger."""

    source: str
    outcome: str
    cause: str
    detail: str
    listed: int
    complete: bool
    retry: bool = False  # asking again later can help


class Cursors:
    """Where each source stopped, in a small JSON file that is replaced as a whole."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def get(self, name: str) -> str:
        return str(self._all().get(name, ""))

    def put(self, name: str, cursor: str) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        beside = self.file.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as stream:
            json.dump({**self._all(), name: cursor}, stream, indent=1, sort_keys=True)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, self.file)

    def _all(self) -> dict[str, str]:
        if not self.file.is_file():
            return {}
        found: dict[str, str] = json.loads(self.file.read_text("utf-8"))
        return found


def ahead(pages: Iterator[Page]) -> Generator[Page, None, None]:
    """The same pages in the same order; the next one is fetched while this one is worked on."""
    end = object()
    with ThreadPoolExecutor(1, thread_name_prefix="fetch") as pool:
        coming = pool.submit(next, pages, end)
        while (page := coming.result()) is not end:
            coming = pool.submit(next, pages, end)
            yield page  # type: ignore[misc]


class Gathering:
    """One fetch of one source into the corpus.

    `store` cleans and stores; the cursor moves after it. `counts` is told into the ledger row.
    """

    def __init__(
        self, corpus: Corpus, source: Any, *, now: dt.datetime, store: Store, put: Callable[[str], None]
    ) -> None:
        self.corpus, self.source, self.now, self._store, self._put = corpus, source, now, store, put
        self.listed = 0
        self.complete = self.unchanged = False
        self._good: list[RawPosting] = []
        self._bad: list[Rejected] = []
        self._seen: set[str] = set()
        self._gone: set[str] = set()
        self._cursor: str | None = None

    def read(self, pages: Iterator[Page]) -> Fetch:
        """Reads all pages; an error ends the fetch and becomes its outcome, what came before it is kept."""
        error: ObservatoryError | None = None
        try:
            with contextlib.closing(ahead(pages)) as coming:
                for page in coming:
                    self._take(page)
                    if len(self._good) + len(self._bad) >= BUFFER or len(self._seen) >= 4 * BUFFER:
                        self._flush()
        except (FetchError, BadFile, SettingError) as failure:
            error = failure
            self.complete = False
            log.warning("source %s failed: %s", self.source.name, failure)
        self._flush()
        usual = usual_listing(self.corpus, self.source.name)
        if self.complete and error is None:
            if self.unchanged:
                _touch_all(self.corpus, self.source.name, self.now)
                _mark_missing(self.corpus, self.source.name, self.now)
            elif self.listed >= HABIT * usual:
                _mark_missing(self.corpus, self.source.name, self.now)
        return self._outcome(error, usual)

    def _take(self, page: Page) -> None:
        walls = []
        for one in page.postings:
            if len(one.description) <= LONGEST_WALL and is_wall(one.description.encode()):
                walls.append(Rejected(
                    source=one.source, source_id=one.source_id, reason="wall in place of text", origin=one.url,
                    detail="the text asks for a person or a password", raw=one.description, collected_at=self.now,
                ))  # fmt: skip
            else:
                self._good.append(one)
        self._bad += [*page.rejected, *walls]
        self._seen |= {*page.seen, *(one.source_id for one in page.postings)}
        self._gone |= set(page.gone)
        self.listed += len({*page.seen, *(one.source_id for one in page.postings)})
        self.unchanged |= page.unchanged
        self.complete |= page.complete
        self._cursor = page.cursor
        if walls and len(walls) * 2 > len(page.postings):
            raise Walled(
                f"{self.source.name}: {len(walls)} of {len(page.postings)} texts are pages that ask for a person"
            )

    def _flush(self) -> None:
        if self._good or self._bad:
            self._store(self._good, self._bad)
        if self._seen:
            _touch(self.corpus, self.source.name, self._seen, self.now)
        if self._gone:
            _close(self.corpus, self.source.name, self._gone, self.now)
        if self._cursor is not None:
            self._put(self._cursor)
        self._good, self._bad, self._seen, self._gone, self._cursor = [], [], set(), set(), None

    def _outcome(self, error: ObservatoryError | None, usual: float) -> Fetch:
        outcome, cause, detail = POSTINGS, "", ""
        if error is not None:
            outcome, detail = UNKNOWN, str(error)
            cause = next(name for kind, name in CAUSES if isinstance(error, kind))
            if cause == "no such board" and usual:
                cause = "board gone"
        elif self.unchanged and not self.listed:
            cause = "unchanged since last time"
        elif not self.listed:
            outcome = NOTHING
            if getattr(self.source, "empty_may_be_unknown", False) and not usual:
                outcome, cause = UNKNOWN, "empty, as an unknown board answers"
            elif usual >= 1:
                cause = "empty against its habit"
        elif self.complete and self.listed < HABIT * usual:
            cause = f"far below its habit of {usual:.0f}"
        return Fetch(
            source=self.source.name, outcome=outcome, cause=cause, detail=detail, listed=self.listed, complete=self.complete, retry=error is not None and error.retry,
        )  # fmt: skip


def write_fetch(
    corpus: Corpus, fetch: Fetch, *, now: dt.datetime, seconds: float, window: tuple[dt.datetime | None, dt.datetime | None],
    counts: Mapping[str, int],
) -> None:  # fmt: skip
    """Adds a fetch to the ledger."""
    beginning = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
    key = f"{fetch.source}\x1f{now.isoformat()}\x1f{window[0]}\x1f{time.monotonic_ns()}"
    row = {
        "fetch_id": hashlib.sha256(key.encode()).hexdigest()[:16], "source": fetch.source, "started_at": now,
        "window_start": window[0] or beginning, "window_end": window[1] or now, "outcome": fetch.outcome, "cause": fetch.cause,
        "detail": fetch.detail[:1_000], "listed": fetch.listed, "complete": fetch.complete, "seconds": seconds,
        **{name: int(counts.get(name, 0)) for name in ("read", "added", "known", "changed", "rejected")},
    }  # fmt: skip
    corpus.append("fetches", pa.Table.from_pylist([row], schema=FETCHES))


NOT_DUE = "not due yet"


def too_soon(corpus: Corpus, source: Any, now: dt.datetime) -> str:
    """Why a source may not be asked yet under its terms; "" when it may. A fetch that failed does not count."""
    hours = getattr(source.terms, "every_hours", 0.0)
    if not hours:
        return ""
    last = corpus.query(
        "SELECT max(started_at) AS last FROM fetches WHERE source = $s AND outcome <> $u", s=source.name, u=UNKNOWN
    ).to_pylist()[0]["last"]
    if last is None or now - last >= dt.timedelta(hours=hours):
        return ""
    ago = (now - last).total_seconds() / 3_600
    return f"asked {ago:.1f} hours ago; its terms allow every {hours:g} hours"


def missing_months(corpus: Corpus, as_of: dt.datetime) -> list[tuple[str, int]]:
    """Months that say nothing about a source, by its ledger before `as_of`: (source, year * 12 + month - 1).

    A month is missing when no fetch of it succeeded while the source was being collected, and less
    than half of its habit came in all the same; or when hardly anything came (below HABIT) though the
    fetches said nothing of it. A habit is the median of the (at most twelve) months before with
    postings. Sources without a ledger, such as imported files, have no missing months here.
    """
    fetched: dict[str, dict[int, list[bool]]] = {}
    for row in corpus.query(
        """SELECT source, CAST(year(started_at) * 12 + month(started_at) - 1 AS INTEGER) AS month, outcome FROM fetches
           WHERE started_at < $as_of""",
        as_of=as_of,
    ).to_pylist():  # fmt: skip
        fetched.setdefault(row["source"], {}).setdefault(row["month"], []).append(row["outcome"] != UNKNOWN)
    if not fetched:
        return []
    held: dict[str, dict[int, int]] = {}
    for row in corpus.query(
        """SELECT source, CAST(year(posted_at) * 12 + month(posted_at) - 1 AS INTEGER) AS month, count(*) AS n FROM postings
           WHERE posted_at < $as_of GROUP BY ALL""",
        as_of=as_of,
    ).to_pylist():  # fmt: skip
        held.setdefault(row["source"], {})[row["month"]] = row["n"]
    end = as_of.year * 12 + as_of.month - 1  # the month of as_of itself is not over
    found = []
    for source, months in sorted(fetched.items()):
        volume = held.get(source, {})
        for month in range(min(months), end):
            before = [volume[m] for m in range(month - 12, month) if volume.get(m)]
            if not before:
                continue
            usual = statistics.median(before)
            failed = not any(months.get(month, []))
            share = volume.get(month, 0) / usual
            if share < HABIT or (failed and share < FAILED_HABIT):
                found.append((source, month))
    return found


def known_ids(corpus: Corpus, source: str) -> frozenset[str]:
    """The ids of a source's postings in the corpus."""
    return frozenset(
        corpus.read("postings", columns=["source_id"], where="source = $s", s=source).column(0).to_pylist()
    )


def usual_listing(corpus: Corpus, source: str) -> float:
    """The median number of postings that the last good fetches of a source listed; 0 without one."""
    rows = corpus.query(
        """SELECT listed FROM fetches WHERE source = $s AND outcome = $o AND listed > 0
           ORDER BY started_at DESC LIMIT $n""",
        s=source, o=POSTINGS, n=USUAL,
    ).to_pylist()  # fmt: skip
    return float(statistics.median(row["listed"] for row in rows)) if rows else 0.0


@dataclass(frozen=True, kw_only=True)
class Health:
    """How a source does. `silent` says since when nothing new came, against its habit; "" = as usual.

    A source without a fetch (`last_fetch` None) came from files: a finished import owes nothing more.
    `set_aside` counts what came and was not taken, by reason, the most frequent first.
    """

    source: str
    postings: int
    last_fetch: dt.datetime | None
    last_success: dt.datetime | None
    outcome: str
    cause: str
    failures: int
    silent: str
    gone: int
    set_aside: Mapping[str, int]

    @property
    def state(self) -> str:
        """In a word: file (imported, not collected), failing, silent or well."""
        if self.last_fetch is None:
            return "file"
        return "failing" if self.failures else "silent" if self.silent else "well"


def health(corpus: Corpus, now: dt.datetime) -> list[Health]:
    """The health of every source in the corpus, the ledger or set aside, by name, as the fetches up to `now` show it."""
    held = {row["source"]: row for row in corpus.query(
        "SELECT source, count(*) AS n, max(collected_at) AS last FROM postings GROUP BY source"
    ).to_pylist()}  # fmt: skip
    gone = {row["source"]: row["n"] for row in corpus.query(
        "SELECT source, count(*) AS n FROM sightings WHERE gone_at IS NOT NULL GROUP BY source"
    ).to_pylist()}  # fmt: skip
    aside: dict[str, dict[str, int]] = {}
    for row in corpus.query(
        """SELECT source, reason, count(*) AS n FROM rejected WHERE collected_at <= $now
           GROUP BY ALL ORDER BY source, n DESC, reason""", now=now,
    ).to_pylist():  # fmt: skip
        aside.setdefault(row["source"], {})[row["reason"]] = row["n"]
    ledger: dict[str, list[dict[str, Any]]] = {}
    for row in corpus.query("SELECT * FROM fetches WHERE started_at <= $now ORDER BY started_at", now=now).to_pylist():
        ledger.setdefault(row["source"], []).append(row)
    found = []
    for name in sorted({*held, *ledger, *aside}):
        rows = ledger.get(name, [])
        good = [row for row in rows if row["outcome"] != UNKNOWN]
        failures = 0
        for row in reversed(rows):
            if row["outcome"] != UNKNOWN:
                break
            failures += 1
        found.append(Health(
            source=name, postings=held.get(name, {}).get("n", 0), last_fetch=rows[-1]["started_at"] if rows else None,
            last_success=good[-1]["started_at"] if good else None, outcome=rows[-1]["outcome"] if rows else "",
            cause=rows[-1]["cause"] if rows else "", failures=failures, silent=_silent(rows, now), gone=gone.get(name, 0), set_aside=aside.get(name, {}),
        ))  # fmt: skip
    return found


def _silent(rows: list[dict[str, Any]], now: dt.datetime) -> str:
    """Since when a source gave nothing new, where that is longer than its habit."""
    new = [row["started_at"] for row in rows if row["added"] > 0]
    if len(new) < 4:
        return ""
    pauses = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(new)]
    usual = max(statistics.median(pauses), 3_600.0)
    pause = (now - new[-1]).total_seconds()
    if pause <= SILENCE * usual:
        return ""
    return f"nothing new since {new[-1]:%Y-%m-%d}; usually every {usual / 86_400:.1f} days"


# --- sightings -------------------------------------------------------------------------------


def posting_id(source: str, source_id: str) -> str:
    """The id under which a posting is stored."""
    return hashlib.sha256(f"{source}\x1f{source_id}".encode()).hexdigest()[:16]


def _rows(source: str, ids: set[str], now: dt.datetime, gone: dt.datetime | None) -> pa.Table:
    names = [posting_id(source, one) for one in sorted(ids)]
    return pa.table(
        {
            "posting_id": names, "source": [source] * len(names), "last_seen": [now] * len(names),
            "missed": [0] * len(names), "gone_at": [gone] * len(names),
        }, schema=SIGHTINGS,
    )  # fmt: skip


def _touch(corpus: Corpus, source: str, ids: set[str], now: dt.datetime) -> None:
    corpus.replace("sightings", _rows(source, ids, now, None))


def _close(corpus: Corpus, source: str, ids: set[str], now: dt.datetime) -> None:
    """Marks withdrawn postings; what was never stored is not marked."""
    rows = _rows(source, ids, now, now)
    known = corpus.query(
        """SELECT n.posting_id, n.source, coalesce(s.last_seen, n.last_seen) AS last_seen, n.missed,
                  coalesce(s.gone_at, n.gone_at) AS gone_at
           FROM rows n SEMI JOIN postings p USING (posting_id) LEFT JOIN sightings s USING (posting_id)""",
        rows=rows,
    )
    if known.num_rows:
        corpus.replace("sightings", known)


def _touch_all(corpus: Corpus, source: str, now: dt.datetime) -> None:
    """The listing is the one of last time: what it held then it holds now."""
    rows = corpus.read("sightings", where="source = $s AND gone_at IS NULL AND missed = 0", s=source)
    if rows.num_rows:
        seen = pa.array([now] * rows.num_rows, SIGHTINGS.field("last_seen").type)
        corpus.replace("sightings", rows.set_column(rows.column_names.index("last_seen"), "last_seen", seen))


def _mark_missing(corpus: Corpus, source: str, now: dt.datetime) -> None:
    """One complete listing more without the postings that it did not hold."""
    rows = corpus.query(
        """SELECT posting_id, source, last_seen, CAST(missed + 1 AS INTEGER) AS missed,
                  CASE WHEN missed + 1 >= $n THEN $now ELSE gone_at END AS gone_at
           FROM sightings WHERE source = $s AND gone_at IS NULL AND last_seen < $now""",
        n=LISTINGS_WITHOUT, now=now, s=source,
    )  # fmt: skip
    if rows.num_rows:
        corpus.replace("sightings", rows)
