"""The pipeline: one function a stage, joined here and nowhere else. Read this first.

    collect -> corpus -> enrich -> embed -> detect -> propose -> (review) -> publish

Each function reads from the corpus, calls the pure stage, and writes what it gave, with a Run. What
is stored already is not computed again; a run whose input did not change gives the stored run.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import json
import logging
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from observatory import collect as sources
from observatory.collection import (
    NOT_DUE,
    UNKNOWN,
    Cursors,
    Fetch,
    Gathering,
    known_ids,
    missing_months,
    too_soon,
    write_fetch,
)
from observatory.config import Workspace
from observatory.corpus import (
    MENDED,
    Corpus,
    clean_posting,
    forget_models,
    give_back_memory,
    lean_memory,
    mask,
    store_signatures,
    update_vacancies,
)
from observatory.corpus.forgetting import carry_over
from observatory.errors import BadFile, BadPosting, MissingPart, NotEnoughData
from observatory.records import REJECTED, Posting, RawPosting, Rejected, Run, Taxonomy, postings_table
from observatory.taxonomy import TaxonomyShelf
from observatory.taxonomy.employment import EmploymentShelf

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]  # stage, done, of how many (0 = unknown)
CHUNK = 4_000  # postings enriched between two writes
BUFFER = 10_000  # postings stored between two writes
# What text of a shape that nobody foresaw can raise; a full disk, a stop or a wrong setting are none of these.
FAULTS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
# Raised when detection or proposals change: an older run is then computed again.
METHOD = "5"


def quiet(stage: str, done: int, of: int) -> None:
    """Progress that tells nobody."""


def corpus_of(ws: Workspace) -> Corpus:
    """The corpus of a workspace."""
    return Corpus(ws.corpus_dir)


def shelf_of(ws: Workspace) -> TaxonomyShelf:
    """The classifications of a workspace."""
    return TaxonomyShelf(ws.taxonomies_dir)


def grammar_of(ws: Workspace, as_of: dt.datetime) -> Any:
    """What postings are read with as of a time: word lists and the classifications of the day."""
    from observatory.enrich import build_grammar

    taxonomies = shelf_of(ws).as_of(as_of.date())
    return build_grammar(taxonomies, languages=ws.settings.workspace.languages, sectors_dir=ws.sectors_dir)


# --- collect -> corpus -----------------------------------------------------------------------


@dataclass
class StoreReport:
    """What became of the postings read: every one is added, known, changed or rejected."""

    read: int = 0
    added: int = 0
    known: int = 0
    changed: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    mended: int = 0  # titles whose letters were put right
    seconds: float = 0.0
    columns: dict[str, str] = field(default_factory=dict)
    failed: str = ""
    retry: bool = False  # asking the failed source again later can help
    outcome: str = ""
    cause: str = ""


def import_files(
    ws: Workspace, files: Sequence[Path], *, source: str | None, columns: Mapping[str, str] | None,
    now: dt.datetime, progress: Progress = quiet,
) -> StoreReport:  # fmt: skip
    """Reads postings from files into the corpus. A file that breaks off keeps what came before it."""
    report = StoreReport()
    started = time.monotonic()
    try:
        for path in files:
            if not path.exists():
                raise BadFile(f"{path}: there is no such file")
            pages = sources.read_file(path, source=source, columns=columns, now=now)
            store_pages(ws, pages, report=report, now=now, progress=progress)
    finally:
        update_vacancies(corpus_of(ws))
        report.seconds = time.monotonic() - started
    return report


def collect(
    ws: Workspace, found: Sequence[sources.Source], *, since: dt.datetime | None, now: dt.datetime, progress: Progress = quiet,
    until: dt.datetime | None = None,
) -> dict[str, StoreReport]:  # fmt: skip
    """Collects from live sources, each from where it stopped; one that fails does not stop the others.

    With `until` a span of the past is read (`source.between`), with a cursor of its own. Every fetch
    stands in the ledger with its outcome.
    """
    with lean_memory():
        return _collect(ws, found, since=since, now=now, progress=progress, until=until)


def _collect(
    ws: Workspace, found: Sequence[sources.Source], *, since: dt.datetime | None, now: dt.datetime, progress: Progress,
    until: dt.datetime | None,
) -> dict[str, StoreReport]:  # fmt: skip
    reports = {}
    corpus = corpus_of(ws)
    cursors = Cursors(ws.var_dir / "cursors.json")
    for source in found:
        report = reports[source.name] = StoreReport()
        started = time.monotonic()
        name = f"{source.name}@{since:%Y-%m-%d}..{until:%Y-%m-%d}" if since and until else source.name
        if hasattr(source, "known"):
            source.known = known_ids(corpus, source.name).__contains__
        store = _stored(ws, corpus, report, now, progress)
        gathering = Gathering(corpus, source, now=now, store=store, put=functools.partial(cursors.put, name))
        if not until and (wait := too_soon(corpus, source, now)):
            report.outcome, report.cause = NOT_DUE, wait
            continue
        cursor = cursors.get(name)
        pages = source.between(cursor, since, until) if until else source.pages(cursor, since=since)  # type: ignore[attr-defined]
        try:
            fetch = gathering.read(pages)
        except (MissingPart, *FAULTS) as error:  # what one source lacks or does wrong stops no other
            cause, detail = "setting", str(error)
            if not isinstance(error, MissingPart):
                log.exception("source %s failed by a fault of its own", source.name)
                cause = "fault"
                detail = f"{source.name}: {type(error).__name__}: {error}; a fault of the observatory: report it with the log"
            fetch = Fetch(
                source=source.name, outcome=UNKNOWN, cause=cause, detail=detail, listed=gathering.listed, complete=False
            )  # fmt: skip
        report.failed, report.outcome, report.cause = fetch.detail, fetch.outcome, fetch.cause
        report.retry = fetch.retry
        report.seconds = time.monotonic() - started
        counts = {"read": report.read, "added": report.added, "known": report.known, "changed": report.changed,
                  "rejected": sum(report.rejected.values())}  # fmt: skip
        write_fetch(corpus, fetch, now=now, seconds=report.seconds, window=(since, until), counts=counts)
    forget_models()  # what follows reads no text and needs the room
    update_vacancies(corpus)
    give_back_memory()
    corpus.compact()
    return reports


def _stored(
    ws: Workspace, corpus: Corpus, report: StoreReport, now: dt.datetime, progress: Progress
) -> Callable[[list[RawPosting], list[Rejected]], None]:  # fmt: skip
    """Cleans and stores what a gathering hands over."""

    def store(raws: list[RawPosting], aside: list[Rejected]) -> None:
        page = sources.Page(postings=tuple(raws), rejected=tuple(aside))
        store_pages(ws, [page], report=report, now=now, progress=progress)
        give_back_memory()

    return store


def store_pages(
    ws: Workspace, pages: Iterable[sources.Page], *, report: StoreReport, now: dt.datetime, progress: Progress = quiet
) -> None:  # fmt: skip
    """Cleans and stores pages."""
    corpus = corpus_of(ws)
    good: list[Posting] = []
    bad: list[Rejected] = []
    try:
        for page in pages:
            for raw in page.postings:
                report.read += 1
                try:
                    one = clean_posting(raw, now=now, languages=ws.settings.workspace.languages)
                    good.append(one)
                    report.mended += f'"{MENDED}"' in one.extra
                except BadPosting as error:
                    bad.append(_set_aside(raw, error, now))
                except FAULTS as error:  # what nobody foresaw in a text stops no other posting
                    log.exception("posting %s of %s was not understood", raw.source_id, raw.source)
                    why = BadPosting("not understood", f"{type(error).__name__}: {error}")
                    bad.append(_set_aside(raw, why, now))
            report.read += len(page.rejected)
            bad += page.rejected
            progress("import", report.read, 0)
            if len(good) + len(bad) >= BUFFER:
                _store(corpus, good, bad, report)
                good, bad = [], []
    finally:  # a source or file that breaks off keeps what it gave
        _store(corpus, good, bad, report)


def _store(corpus: Corpus, good: list[Posting], bad: list[Rejected], report: StoreReport) -> None:
    if good:
        table = postings_table(good)
        changed = _changed(corpus, table)
        added = corpus.add("postings", table)
        store_signatures(corpus, added)  # now, while the texts are at hand; a stop between the two is made good later
        report.added += added.num_rows
        report.changed += len(changed)
        report.known += len(good) - added.num_rows - len(changed)
        bad = [*bad, *changed]
    for rejected in bad:
        report.rejected[rejected.reason] = report.rejected.get(rejected.reason, 0) + 1
    if bad:
        rows = []
        for rejected in bad:
            raw = mask(rejected.raw[:4_000])[0]
            key = f"{rejected.source}\x1f{rejected.source_id}\x1f{rejected.origin}\x1f{rejected.reason}\x1f{raw}"
            rows.append({**asdict(rejected), "raw": raw, "rejected_id": hashlib.sha256(key.encode()).hexdigest()[:16]})
        corpus.append("rejected", pa.Table.from_pylist(rows, schema=REJECTED))


def _changed(corpus: Corpus, table: pa.Table) -> list[Rejected]:
    """Postings whose id is stored with another text. The stored text stays; the new one is kept aside."""
    rows = corpus.query(
        """SELECT n.source, n.source_id, n.title, n.description, n.collected_at, o.content_hash AS old
           FROM incoming n JOIN postings o USING (posting_id) ANTI JOIN tombstones t USING (posting_id)
           WHERE n.content_hash <> o.content_hash""",
        incoming=table,
    ).to_pylist()
    return [
        Rejected(
            source=row["source"],
            source_id=row["source_id"],
            reason="same id, another text",
            detail=f"stored with content {row['old']}; the first text stays the evidence",
            origin="",
            raw=f"{row['title']}\n{row['description']}",
            collected_at=row["collected_at"],
        )
        for row in rows
    ]


def _set_aside(raw: RawPosting, error: BadPosting, now: dt.datetime) -> Rejected:
    identity, text = (
        part.encode("utf-8", "replace").decode() for part in (raw.source_id, f"{raw.title}\n{raw.description}"[:4_000])
    )
    return Rejected(
        source=raw.source, source_id=identity, reason=error.reason, detail=error.detail, origin="", raw=text, collected_at=now,
    )  # fmt: skip


# --- enrich -> embed -> detect -> propose ----------------------------------------------------


class _Stages:
    """Seconds, peak memory and rows of each stage of a run."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, float]] = {}
        self._started = time.monotonic()
        _forget_peak()

    def end(self, name: str, rows_in: int, rows_out: int) -> None:
        now = time.monotonic()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _forget_peak()
        self.found[name] = {
            "seconds": round(now - self._started, 3), "peak_mb": round(peak, 1), "rows_in": rows_in, "rows_out": rows_out,
        }  # fmt: skip
        log.info("%s: %d rows in, %d out, %.1f s, %.0f MB", name, rows_in, rows_out, now - self._started, peak)
        self._started = now


def _forget_peak() -> None:
    """Starts the peak of this process's memory anew, where the system can; else it is that of all stages so far."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def run(
    ws: Workspace, *, as_of: dt.datetime, since: dt.datetime | None = None, now: dt.datetime, progress: Progress = quiet
) -> tuple[Run, bool]:
    """Enriches, embeds, detects and proposes as of a time; returns the run and whether it is a new one.

    Nothing posted at or after `as_of`, and no classification released on or after its day, is read.
    Raises `NotEnoughData` when there is nothing to look at.
    """
    from observatory import proposals

    started, stages = time.monotonic(), _Stages()
    corpus = corpus_of(ws)
    update_vacancies(corpus)
    taxonomies = shelf_of(ws).as_of(as_of.date())
    grammar = grammar_of(ws, as_of)
    missing = missing_months(corpus, as_of)
    fingerprint = _fingerprint(ws, corpus, as_of, since, f"{grammar.offers}{missing or ''}", taxonomies)
    old = find_run(corpus, fingerprint)
    if old is not None:
        return old, False
    carry_over(corpus, grammar=grammar.key, rules=grammar.offers)
    pending = _pending(corpus, as_of, since, grammar.key)
    total = corpus.query(f"SELECT count(*) AS n FROM postings WHERE {_SPAN}", **_span(as_of, since)).to_pylist()[0]["n"]
    if total == 0:
        raise NotEnoughData(
            f"no posting before {as_of.date()} is stored; import some (observatory import FILE --source NAME) "
            f"or choose a later --as-of"
        )
    read = 0
    for chunk in _chunks(pending):
        _enrich(corpus, chunk, grammar, lambda n: progress("enrich", min(n, len(pending)), len(pending)), read)
        read += len(chunk)
    _read_offers(corpus, grammar, as_of, since)
    stages.end("enrich", len(pending), total)
    draft = Run(
        run_id=fingerprint[:12], as_of=as_of, since=since, corpus_version=corpus.version(),
        taxonomies=tuple(f"{t.scheme} {t.version}" for t in taxonomies), fingerprint=fingerprint, started_at=now,
        seconds=0.0, stages={},
    )  # fmt: skip
    proposals.detect_and_propose(
        ws,
        corpus,
        draft,
        grammar,
        taxonomies,
        where=_SPAN,
        span=_span(as_of, since),
        ended=stages.end,
        progress=progress,
        missing=missing,
    )
    done = Run(
        **{
            **{f: getattr(draft, f) for f in draft.__slots__},
            "seconds": round(time.monotonic() - started, 3),
            "stages": stages.found,
        }
    )
    row = {
        "run_id": done.run_id, "as_of": as_of, "fingerprint": fingerprint, "corpus_version": done.corpus_version,
        "started_at": now, "run": json.dumps(asdict(done), default=str),
    }  # fmt: skip
    corpus.append("runs", pa.Table.from_pylist([row]))
    corpus.compact()
    return done, True


def enrich(ws: Workspace, *, as_of: dt.datetime, embed: bool = True, progress: Progress = quiet) -> tuple[int, int]:
    """Reads the postings before `as_of` that nobody has read, and embeds the roles often hired for.

    Returns how many postings were read and how many roles looked at; a run then finds them done.
    """
    from observatory import proposals
    from observatory.enrich import build_grammar

    corpus = corpus_of(ws)
    update_vacancies(corpus)
    taxonomies = shelf_of(ws).as_of(as_of.date())
    grammar = build_grammar(taxonomies, languages=ws.settings.workspace.languages, sectors_dir=ws.sectors_dir)
    carry_over(corpus, grammar=grammar.key, rules=grammar.offers)
    pending = _pending(corpus, as_of, None, grammar.key)
    read = 0
    for chunk in _chunks(pending):
        _enrich(corpus, chunk, grammar, lambda n: progress("enrich", min(n, len(pending)), len(pending)), read)
        read += len(chunk)
        progress("enrich", read, len(pending))  # a chunk is stored: a job may stop here
    _read_offers(corpus, grammar, as_of, None)
    if not embed:
        return read, 0
    span = _span(as_of, None)
    return read, proposals.embed_roles(
        ws, corpus, grammar, taxonomies, where=_SPAN, span=span, progress=progress
    )  # fmt: skip


_SPAN = "posted_at < $as_of AND posted_at >= $since"
_BEGINNING = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)


def _span(as_of: dt.datetime, since: dt.datetime | None) -> dict[str, Any]:
    return {"as_of": as_of, "since": since or _BEGINNING}


def _fingerprint(
    ws: Workspace,
    corpus: Corpus,
    as_of: dt.datetime,
    since: dt.datetime | None,
    grammar: str,
    taxonomies: Sequence[Taxonomy],
) -> str:
    """A digest of all that a run's result depends on; the order in which postings came is not in it."""
    from observatory.learning import weights_of

    content = corpus.query(
        f"""SELECT count(*) AS n, bit_xor(hash(p.posting_id || p.content_hash || v.vacancy_id || v.relation)) AS x
            FROM postings p JOIN vacancies v USING (posting_id) WHERE {_SPAN.replace("posted_at", "p.posted_at")}""",
        **_span(as_of, since),
    ).to_pylist()[0]
    shelf = [(v.name, v.sha256) for v in shelf_of(ws).on(as_of.date())]
    parts = [METHOD, as_of.isoformat(), since and since.isoformat(), grammar, content["n"], content["x"], shelf,
             _what_counts(ws), dict(weights_of(ws, as_of)), len(taxonomies), _figures(ws, as_of)]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()


def _figures(ws: Workspace, as_of: dt.datetime) -> dict[str, Any] | None:
    """The employment statistics of the day."""
    found = EmploymentShelf(ws.employment_dir).as_of(as_of.date())
    return asdict(found) if found is not None else None


def _what_counts(ws: Workspace) -> dict[str, Any]:
    """The settings that a result depends on: the name of the workspace, the site and the jobs are none."""
    settings = ws.settings
    return {
        "languages": settings.workspace.languages, "seed": settings.workspace.seed,
        "encoder": settings.encoder.model_dump(), "detect": settings.detect.model_dump(),
    }  # fmt: skip


def _pending(corpus: Corpus, as_of: dt.datetime, since: dt.datetime | None, grammar: str) -> list[str]:
    """Ids of the postings that this grammar has not read yet, in a fixed order."""
    found = corpus.query(
        f"""SELECT posting_id FROM postings p WHERE {_SPAN}
            AND NOT EXISTS (SELECT 1 FROM enriched e WHERE e.posting_id = p.posting_id AND e.grammar = $grammar)
            ORDER BY posting_id""",
        grammar=grammar,
        **_span(as_of, since),
    )
    ids: list[str] = found.column("posting_id").to_pylist()
    return ids


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(ids), CHUNK):
        yield ids[at : at + CHUNK]


def _enrich(corpus: Corpus, ids: Sequence[str], grammar: Any, told: Callable[[int], None], before: int) -> None:
    from observatory.enrich import read_postings

    wanted = pa.table({"posting_id": list(ids)})
    postings = corpus.query("SELECT p.* FROM postings p SEMI JOIN wanted w USING (posting_id)", wanted=wanted)
    done = before

    def progress(count: int) -> None:
        nonlocal done
        done += count
        told(done)

    enriched, roles = read_postings(postings, grammar=grammar, progress=progress)
    corpus.append("roles", roles)  # before the row that says a posting is read
    corpus.append("enriched", enriched)


def _read_offers(corpus: Corpus, grammar: Any, as_of: dt.datetime, since: dt.datetime | None) -> None:
    """Reads pay and requirements of the enriched postings where that is not done by these rules."""
    from observatory.enrich import read_offers

    where = _SPAN.replace("posted_at", "p.posted_at")
    pending = corpus.query(
        f"""SELECT p.posting_id FROM postings p SEMI JOIN (SELECT posting_id FROM enriched WHERE grammar = $grammar) e
            USING (posting_id) ANTI JOIN (SELECT posting_id FROM offers WHERE rules = $rules) o USING (posting_id)
            WHERE {where} ORDER BY p.posting_id""",
        grammar=grammar.key, rules=grammar.offers, **_span(as_of, since),
    ).column("posting_id").to_pylist()  # fmt: skip
    for chunk in _chunks(pending):
        postings = corpus.query(
            """SELECT p.posting_id, p.title, p.description, p.extra, e.place, e.country FROM postings p
               SEMI JOIN wanted w USING (posting_id)
               JOIN enriched e ON e.posting_id = p.posting_id AND e.grammar = $grammar ORDER BY p.posting_id""",
            wanted=pa.table({"posting_id": list(chunk)}), grammar=grammar.key,
        )  # fmt: skip
        corpus.append("offers", read_offers(postings, rules=grammar.offers))


def find_run(corpus: Corpus, fingerprint: str) -> Run | None:
    """The stored run with a fingerprint."""
    rows = corpus.read("runs", columns=["run"], where="fingerprint = $f", f=fingerprint).to_pylist()
    return run_from_json(rows[0]["run"]) if rows else None


def newest_run(corpus: Corpus, as_of: dt.datetime | None) -> Run | None:
    """The run with the latest as-of time at or before `as_of`, the one started last of several."""
    rows = corpus.query(
        "SELECT run FROM runs WHERE as_of <= $as_of ORDER BY as_of DESC, started_at DESC LIMIT 1",
        as_of=as_of or dt.datetime(9999, 1, 1, tzinfo=dt.UTC),
    ).to_pylist()
    return run_from_json(rows[0]["run"]) if rows else None


def run_from_json(text: str) -> Run:
    """A Run from the JSON in the table of runs."""
    raw = json.loads(text)
    return Run(
        **{
            **raw,
            "as_of": dt.datetime.fromisoformat(raw["as_of"]),
            "since": dt.datetime.fromisoformat(raw["since"]) if raw["since"] else None,
            "started_at": dt.datetime.fromisoformat(raw["started_at"]),
            "taxonomies": tuple(raw["taxonomies"]),
        }
    )
