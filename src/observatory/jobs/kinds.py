"""What jobs can do: `KINDS` is the table. A kind has settings, and a function from `Work` to `Outcome`.

Every function may be run again for the same due time and then changes nothing it has done: a run
that was cut off is simply done once more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel, Field, field_validator

from observatory.config import Workspace
from observatory.errors import FetchError, NotEnoughData, SettingError, Unreachable
from observatory.jobs.files import Job, Length, Part
from observatory.jobs.releases import ReleaseSettings, taxonomy_releases
from observatory.jobs.reports import ReportSettings, report
from observatory.jobs.work import Outcome, Work
from observatory.mail import check_mail


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of job. `site`: it needs the database of the review site."""

    what: str
    settings: type[BaseModel]
    run: Callable[[Work], Outcome]
    site: bool = False


# --- collect ---------------------------------------------------------------------------------


class CollectSettings(Part):
    """Which sources, and how far back when one is asked for the first time."""

    sources: tuple[str, ...] = Field(min_length=1, description='a list such as sources = ["hackernews"]')
    since: Length | None = None

    @field_validator("sources")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        from observatory.collect import SOURCES

        for name in names:
            if name.partition(":")[0] not in SOURCES:
                raise ValueError(
                    f"{name!r} is no source; expected one of {', '.join(SOURCES)}, a board as greenhouse:BOARD"
                )
        return names


def collect(work: Work) -> Outcome:
    """Collects from the job's sources, each from where it stopped."""
    from observatory import pipeline
    from observatory.collect import SOURCES, Client, make_source, read_register
    from observatory.collection import NOT_DUE, health
    from observatory.review.exchange import receive_health

    settings = work.settings(CollectSettings)
    since = work.due_at - settings.since if settings.since else None
    register = read_register(work.ws.root, tuple(SOURCES))
    with Client() as client:
        found = [make_source(client, register, name) for name in settings.sources]
        reports = pipeline.collect(work.ws, found, since=since, now=work.now(), progress=work.progress)
    said = {
        name: report.failed or f"{report.added} new of {report.read} read"
        for name, report in reports.items() if report.outcome != NOT_DUE
    }  # fmt: skip
    receive_health(
        [
            {"name": one.source[:80], "what": "source", "well": one.state == "well",
             "detail": (one.silent if one.state == "silent" else said.get(one.source) or one.cause or one.outcome)[:300]}
            for one in health(pipeline.corpus_of(work.ws), work.now()) if one.state != "file"
        ],
        now=work.now(),
    )  # fmt: skip
    done = "; ".join(
        f"{name}: {r.added} new of {r.read} read, {sum(r.rejected.values())} set aside" for name, r in reports.items()
    )
    failed = {name: report for name, report in reports.items() if report.failed}
    if failed:
        words = "; ".join(report.failed for report in failed.values())
        whole = f"{len(failed)} of {len(reports)} sources failed: {words}. What came is stored"
        raise Unreachable(whole) if any(report.retry for report in failed.values()) else FetchError(whole)
    return Outcome(result=done)


# --- enrich, detect, propose -----------------------------------------------------------------


class EnrichSettings(Part):
    """Whether roles are embedded as well as read."""

    embed: bool = True


def enrich(work: Work) -> Outcome:
    """Reads the postings nobody has read yet, and embeds their roles, so that detection has little left to do."""
    from observatory import pipeline

    embed = work.settings(EnrichSettings).embed
    read, embedded = pipeline.enrich(work.ws, as_of=work.as_of, embed=embed, progress=work.progress)
    return Outcome(result=f"{read} postings read, {embedded} roles embedded")


class DetectSettings(Part):
    """How far back postings are looked at; everything when not given."""

    since: dt.date | None = None


def detect(work: Work) -> Outcome:
    """A run as of the day it was due."""
    from observatory import pipeline

    since = work.settings(DetectSettings).since
    start = dt.datetime.combine(since, dt.time(), dt.UTC) if since else None
    run, fresh = pipeline.run(work.ws, as_of=work.as_of, since=start, now=work.now(), progress=work.progress)
    return Outcome(result=f"run {run.run_id} as of {run.as_of.date()}" + ("" if fresh else " stands already"))


class ProposeSettings(Part):
    """How many of the newest run's candidates go to the review site."""

    limit: int = Field(100, ge=1, le=2_000)


def propose(work: Work) -> Outcome:
    """Brings the dossiers of the newest run to the review site."""
    from observatory.pipeline import corpus_of, newest_run
    from observatory.review.exchange import receive

    corpus = corpus_of(work.ws)
    run = newest_run(corpus, work.as_of)
    if run is None:
        raise NotEnoughData(f"there is no run as of {work.as_of.date()} or before; the job of kind detect makes one")
    rows = corpus.read("candidates", columns=["rank", "dossier"], where="run_id = $run", run=run.run_id).to_pylist()
    rows.sort(key=lambda row: row["rank"])
    counts: dict[str, int] = {}
    wanted = rows[: work.settings(ProposeSettings).limit]
    for done, row in enumerate(wanted, 1):
        _, what = receive(row["dossier"], wake_at=work.ws.settings.committee.wake_at, by=None, now=work.now())
        counts[what] = counts.get(what, 0) + 1
        work.progress("propose", done, len(wanted))
    said = ", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "no candidates"
    return Outcome(result=f"run {run.run_id} as of {run.as_of.date()}: {said}")


# --- housekeeping ----------------------------------------------------------------------------


class RetentionSettings(Part):
    """How long logs of jobs are kept; by default as `schedule.keep_logs_days` says."""

    logs: Length | None = None


def retention(work: Work) -> Outcome:
    """Removes postings' texts that their source's terms no longer let be kept, and logs older than they need be."""
    from observatory.collect import SOURCES, read_register
    from observatory.forgetting import expire
    from observatory.pipeline import corpus_of

    corpus, register = corpus_of(work.ws), read_register(work.ws.root, tuple(SOURCES))
    days: dict[str, int] = {}
    for name in corpus.query("SELECT DISTINCT source FROM postings ORDER BY 1").column("source").to_pylist():
        kind, _, board = name.partition(":")
        limit = register.retention_days(kind, board, SOURCES[kind][0].terms) if kind in SOURCES else None
        if limit is not None:
            days[name] = limit
    expired = expire(work.ws, corpus, days, now=work.now())
    given = work.settings(RetentionSettings).logs
    before = work.now() - (given or dt.timedelta(days=work.ws.settings.schedule.keep_logs_days))
    removed = 0
    for file in sorted((work.ws.var_dir / "jobs").glob("*/*.log")):
        if dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC) < before:
            file.unlink()
            removed += 1
    dropped = work.ledger.drop_before(before)
    return Outcome(
        result=f"{expired} postings past their source's terms, {removed} log files and {dropped} logs in the ledger from before {before.date()} removed"
    )


class BackupSettings(Part):
    """How many backups are kept; by default as `backup.keep` says."""

    keep: int | None = Field(None, ge=1)


def backup(work: Work) -> Outcome:
    """Makes a backup, reads it again to check it, and only then removes the oldest."""
    from observatory.backup import backup_folder, make_backup, prune_backups, verify_backup

    folder = backup_folder(work.ws)
    path, manifest = make_backup(work.ws, folder, now=work.now(), progress=work.progress)
    verify_backup(path, progress=work.progress)
    removed = prune_backups(folder, keep=work.settings(BackupSettings).keep or work.ws.settings.backup.keep)
    return Outcome(
        result=f"{path.name}: {len(manifest.files)} files, {manifest.bytes / 1e6:.1f} MB, verified; {len(removed)} old ones removed"
    )


# The programme: kind in a job's file -> what it does.
KINDS: Mapping[str, Kind] = {
    "collect": Kind(what="Collects postings from live sources", settings=CollectSettings, run=collect, site=True),
    "enrich": Kind(what="Reads new postings and embeds their roles", settings=EnrichSettings, run=enrich),
    "detect": Kind(what="Detects and ranks candidates as of the day", settings=DetectSettings, run=detect),
    "propose": Kind(what="Brings dossiers to the review site", settings=ProposeSettings, run=propose, site=True),
    "quality-report": Kind(
        what="Makes and sends the data-quality report",
        settings=ReportSettings,
        run=partial(report, "quality"),
        site=True,
    ),
    "weekly-bulletin": Kind(
        what="Makes and sends the weekly bulletin", settings=ReportSettings, run=partial(report, "weekly"), site=True
    ),
    "quarterly-report": Kind(
        what="Makes and sends the quarterly report",
        settings=ReportSettings,
        run=partial(report, "quarterly"),
        site=True,
    ),
    "annual-report": Kind(
        what="Makes and sends the annual report", settings=ReportSettings, run=partial(report, "annual"), site=True
    ),
    "retention": Kind(
        what="Removes what may not or need not be kept", settings=RetentionSettings, run=retention, site=True
    ),
    "backup": Kind(what="Makes and checks a backup", settings=BackupSettings, run=backup),
    "taxonomy-releases": Kind(
        what="Looks for new versions of classifications", settings=ReleaseSettings, run=taxonomy_releases
    ),
}


def settings_of(kinds: Mapping[str, Kind] = KINDS) -> dict[str, type[BaseModel]]:
    """The settings of each kind, as the reader of job files wants them."""
    return {name: kind.settings for name, kind in kinds.items()}


def obstacles(ws: Workspace, jobs: Sequence[Job]) -> list[str]:
    """What will keep enabled jobs from their work, a sentence each: letters that cannot go out, sources not accepted."""
    working = [job for job in jobs if job.enabled]
    readers = [address for job in working for address in job.tell]
    sources: dict[str, str] = {}  # and the first job that asks each
    for job in working:
        if isinstance(job.settings, ReportSettings):
            readers += [address for addresses in job.settings.to.values() for address in addresses]
        if isinstance(job.settings, CollectSettings):
            for name in job.settings.sources:
                sources.setdefault(name, job.name)
    found = check_mail(ws.settings.mail, readers)
    if sources:
        from observatory.collect import SOURCES, Client, make_source, read_register

        register = read_register(ws.root, tuple(SOURCES))
        with Client() as client:
            for name, asked_by in sources.items():
                try:
                    make_source(client, register, name)
                except SettingError as error:
                    found.append(f"{asked_by}: {error}")
    return found
