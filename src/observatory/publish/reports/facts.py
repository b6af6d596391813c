"""What a report is given: facts read from the corpus, the runs and the decisions, nothing worded yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from observatory.records import Backtest, Candidate, Growth, Run

ALL = ""  # in place of a sector: all postings


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One decision of a committee, as the review site exports it. `verdict`: adopt, watch, merge, reject or defer."""

    candidate_id: str
    verdict: str
    kind: str
    name: str
    reason_code: str
    decided_at: dt.datetime
    vacancies: int
    merged_into: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """What every report rests on. The period includes `start` and excludes `end`.

    `decisions` is None where no file of decisions is there; `decided_in` says where it was looked for.
    `postings`, `vacancies` and `employers` are counts in the period, `sources` gave postings in it, and `stored` are
    those that ever did before its end: a run rests on them. `attributions` are (source, whom it is owed
    to, licence), both empty where only the importer of a file knows them.
    """

    observatory: str
    start: dt.date
    end: dt.date
    as_of: dt.date
    run: Run | None
    corpus_version: int
    sources: tuple[str, ...]
    sectors: Mapping[str, Mapping[str, str]]  # sector to its label by language
    decisions: tuple[Decision, ...] | None
    decided_in: str
    target: int  # new professions to publish in a year
    postings: int
    vacancies: int
    employers: int
    stored: tuple[str, ...] = ()
    attributions: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceWeek:
    """How a source fared in a week: its postings, and the median of the eight weeks before.

    `last_posted` is None while the source has never given anything. `health` is that of its fetches:
    well, failing or silent, or "file" where it was imported from files and never collected.
    """

    source: str
    postings: int
    usual: float
    last_posted: dt.date | None
    last_collected: dt.date | None
    set_aside: int
    weeks: tuple[tuple[dt.date, int], ...]  # first day of a week, postings; the oldest first
    health: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyFacts:
    """The bulletin: the candidates of the newest run, those of the run before, the sources.

    `earlier` maps a candidate's id to its rank and vacancies then; None where there is no earlier run.
    """

    basis: Basis
    candidates: tuple[Candidate, ...]
    earlier: Mapping[str, tuple[int, int, str]] | None
    earlier_run: Run | None
    sources: tuple[SourceWeek, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SectorQuarter:
    """Vacancies of a sector in the quarter that begins on `start`, and all vacancies of that quarter."""

    sector: str
    start: dt.date
    vacancies: int
    exposure: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SkillRise:
    """A skill in the vacancies of a sector: its share of them in two windows, and its growth.

    `recent` and `earlier` are vacancies that name it; `recent_of`, `earlier_of` all of the sector's.
    """

    sector: str
    label: str
    recent: int
    recent_of: int
    earlier: int
    earlier_of: int
    employers: int
    growth: Growth


@dataclass(frozen=True, kw_only=True, slots=True)
class QuarterlyFacts:
    """The quarter by sector."""

    basis: Basis
    candidates: tuple[Candidate, ...]
    quarters: tuple[SectorQuarter, ...]
    employers: Mapping[str, int]  # sector to employers in the quarter
    skills: tuple[SkillRise, ...]
    windows: tuple[dt.date, dt.date, dt.date]  # begin of the earlier window, of the recent one, its end
    skills_tested: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Lead:
    """A candidate's way: first posting, first run that proposed it, decision."""

    candidate_id: str
    title: str
    first_seen: dt.date | None
    proposed: dt.date | None
    decided: dt.date


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnualFacts:
    """The year: target against result, lead times, back-test figures, the register.

    `backtest` is None where no back-test is on file; `backtest_versions` are the corpus versions of its lists.
    """

    basis: Basis
    candidates: tuple[Candidate, ...]
    runs: tuple[Run, ...]
    leads: tuple[Lead, ...]
    backtest: Backtest | None
    backtest_file: str
    backtest_versions: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceQuality:
    """What a source's postings lack, as shares of 1; delays from posting to collection in days.

    `employer_read` is the share without an employer after the text was read too. Delays are None where
    the source gives no date of its own.
    """

    source: str
    postings: int
    first: dt.date
    last: dt.date
    no_text: float
    no_employer: float
    employer_read: float
    no_place: float
    no_date: float
    exact_copies: float
    reposts: float
    delay_median: float | None
    delay_p90: float | None
    vague: float = 0.0  # share dated to a month, a year or a latest day only
    vague_days: float | None = None  # median width of those that have an earliest day


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """A source's postings in a month. `usual` is the median of the twelve months before it."""

    source: str
    month: dt.date
    postings: int
    usual: float | None
    anomaly: str  # "" | silent | low | high


@dataclass(frozen=True, kw_only=True, slots=True)
class QualityFacts:
    """The quality of the data."""

    basis: Basis
    quality: tuple[SourceQuality, ...]
    volumes: tuple[Volume, ...]
    languages: tuple[tuple[str, int], ...]
    set_aside: tuple[tuple[str, str, int], ...]  # source, reason, count
