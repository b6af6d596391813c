"""What crosses the border between two stages: frozen records, and the schemas of the tables.

A record is one thing (a posting, an occupation, a candidate). In bulk the same things travel as
Arrow or pandas tables whose schema stands here and is checked at the border with `check_table`.
Words follow the field: ESCO and SKOS for labels, ISCO-08 and O*NET for codes, MOHRSS for kinds.
Times are aware UTC; a range includes its start and excludes its end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

from observatory.errors import BadInput
from observatory.removal import Withdrawal

Kind = Literal["occupation", "specialisation", "revision", "technology", "noise"]
KINDS: tuple[Kind, ...] = ("occupation", "specialisation", "revision", "technology", "noise")

DatePrecision = Literal["second", "day", "month", "year", "bound", "collected"]


# --- collect ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class RawPosting:
    """One advertisement as a source gave it, before cleaning. `source_id` is unique in `source`.

    Text fields may hold HTML; `posted_at` is text or a time exactly as found, or None.
    """

    source: str
    source_id: str
    title: str
    description: str = ""
    posted_at: str | int | float | dt.datetime | dt.date | None = None
    employer: str = ""
    place: str = ""
    country: str = ""
    language: str = ""
    url: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """One advertisement as stored: clean plain text, no personal data, time in UTC.

    `posting_id` is a hash of source and source_id; `content_hash` of what the advertisement says
    (title, description, employer), so that the same id with another text is noticed.
    `language` is an ISO 639-1 code, `country` ISO 3166-1 alpha-2 or "". `date_precision` says how exact `posted_at` is;
    "bound": the latest it can be ("30+ days ago"); "collected": no date was given, the collection time stands in.
    """

    posting_id: str
    source: str
    source_id: str
    posted_at: dt.datetime
    date_precision: DatePrecision
    collected_at: dt.datetime
    title: str
    description: str
    employer: str
    place: str
    country: str
    language: str
    url: str
    content_hash: str
    extra: str = "{}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """A posting set aside: where it came from, a short stable `reason` to count by, the detail.

    `raw` is the masked beginning of what came (at most 4,000 characters).
    """

    source: str
    source_id: str
    reason: str
    detail: str
    origin: str
    raw: str
    collected_at: dt.datetime


# --- taxonomy --------------------------------------------------------------------------------

MARKS = ("green", "digital")  # what a classification itself flags an occupation or a skill as


@dataclass(frozen=True, kw_only=True, slots=True)
class Occupation:
    """One occupation of a classification. `labels` maps a language to its preferred label.

    `alternative` holds alternative titles by language; `isco` the ISCO-08 unit group when known.
    """

    code: str
    labels: Mapping[str, str]
    alternative: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    description: str = ""
    tasks: tuple[str, ...] = ()
    isco: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Skill:
    """One skill, knowledge concept or tool of a classification, with all its labels by language, and its `MARKS`."""

    code: str
    label: str
    labels: Mapping[str, tuple[str, ...]]
    skill_type: Literal["skill", "knowledge", "tool"] = "skill"
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Taxonomy:
    """One version of one classification, as released on `released`. `groups`: names of its groups by code and language."""

    scheme: str
    version: str
    released: dt.date
    occupations: tuple[Occupation, ...]
    skills: tuple[Skill, ...] = ()
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Employment:
    """People at work by occupation, from official statistics: `people` maps a code of `scheme` to their number.

    `of` is the day the figures are for, `released` the day they came out, `area` the labour market.
    """

    scheme: str
    area: str
    of: dt.date
    released: dt.date
    source: str
    people: Mapping[str, int]

    @property
    def name(self) -> str:
        """How a dossier names the figures."""
        return self.source or f"{self.scheme} employment, {self.area}"


# --- detect and propose ----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Practitioners:
    """How many people practise a profession: `estimate` with a 90 % interval `low`..`high`, or None.

    `note` says what the number assumes, or why none can be given.
    """

    estimate: int | None = None
    low: int | None = None
    high: int | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """Rate ratio of the role's share of vacancies, recent window against the earlier one.

    `ratio` with its 95 % interval `low`..`high`; `q_value` after Benjamini-Hochberg over all
    clusters tested; `note` says what limits it ("short history", "one source").
    """

    ratio: float
    low: float
    high: float
    p_value: float
    q_value: float
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Nearest:
    """An occupation of a loaded classification near a candidate; similarity is a cosine, 0 to 1."""

    scheme: str
    version: str
    code: str
    title: str
    similarity: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One sentence that shows the role, with where it stands; `start`..`end` mark the role in it."""

    posting_id: str
    source: str
    url: str
    posted_at: dt.datetime
    employer: str
    sentence: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A lineage proposed for review, as `observatory candidates --json` shows it.

    `score` is 0 to 1; `components` are the named parts it is made of, each 0 to 1 and monotone;
    `reasons` says in plain sentences why it ranks where it does; `limits` what speaks against it.
    `practitioners` is None in what was made before it was asked.
    """

    candidate_id: str
    rank: int
    kind: Kind
    title: str
    titles: Mapping[str, tuple[str, ...]]
    alternative_titles: tuple[str, ...]
    sectors: tuple[str, ...]
    score: float
    components: Mapping[str, float]
    postings: int
    vacancies: int
    employers: int
    sources: tuple[str, ...]
    first_seen: dt.date
    growth: Growth
    novelty: float
    nearest: tuple[Nearest, ...]
    skills: tuple[str, ...]
    evidence: tuple[str, ...]
    reasons: tuple[str, ...]
    limits: tuple[str, ...] = ()
    practitioners: Practitioners | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """One month of a candidate's history: its vacancies, and all vacancies of the same sources.

    `exposure` 0 means that the sources were silent: the month is missing, not zero.
    """

    month: dt.date
    vacancies: int
    exposure: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run of the pipeline: what went in, and what it cost.

    `fingerprint` is a hash of everything the result depends on; two runs with one fingerprint
    have one result. `stages` maps a stage to {"seconds", "peak_mb", "rows_in", "rows_out"}.
    """

    run_id: str
    as_of: dt.datetime
    since: dt.datetime | None
    corpus_version: int
    taxonomies: tuple[str, ...]
    fingerprint: str
    started_at: dt.datetime
    seconds: float
    stages: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a candidate's postings, `postings` in number, pay and ask for as far as they say so, by rows:
    `pay` (currency, postings, median of lower and of upper yearly amounts before tax), `education` (EQF level asked
    for at least, 0 for no degree, postings) and `experience` (years asked for at least, postings)."""

    postings: int
    pay: tuple[tuple[str, int, float, float], ...]
    education: tuple[tuple[int, int], ...]
    experience: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """What a candidate and a known occupation share, what only the candidate has, what only the occupation."""

    shared: tuple[str, ...]
    extra: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """A near occupation beside a candidate; `alternative` is the name of the candidate that is one of its titles."""

    scheme: str
    version: str
    code: str
    alternative: str
    skills: Sides | None
    tasks: Sides | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """The frozen evidence on one candidate: everything a committee needs, and nothing to look up.

    `sha256` is over the canonical JSON of all other fields (see `propose.dossier.canonical_json`). `asked` and
    `beside`, of the three nearest occupations, came with schema 3; before it they are None and empty. `removals` are
    notes on quotations that had to go since; the hash stays the one that the dossier was frozen with.
    """

    schema_version: int
    candidate: Candidate
    run: Run
    as_of: dt.date
    history: tuple[Month, ...]
    top_employers: tuple[tuple[str, int], ...]
    top_places: tuple[tuple[str, int], ...]
    skills: tuple[tuple[str, int, float], ...]
    evidence: tuple[Evidence, ...]
    method: tuple[str, ...]
    limits: tuple[str, ...]
    encoders: Mapping[str, str]
    sha256: str
    asked: Asked | None = None
    beside: tuple[Beside, ...] = ()
    removals: tuple[Withdrawal, ...] = ()


def postings_table(postings: Sequence[Posting]) -> pa.Table:
    """Postings as a table with the schema POSTINGS."""
    columns = {name: [getattr(posting, name) for posting in postings] for name in POSTINGS.names}
    return pa.table(columns, schema=POSTINGS)


# --- backtest --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognition:
    """One row of a truth file: a profession that somebody recognised on a day, with its other names."""

    title: str
    recognised: dt.date
    by: str
    aliases: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One row of a past list. `outcome`: recognised (a later recognition has its name), known (one on or
    before the list's day), fell back (its share halved by the end of the walk) or open.

    `share_then` and `share_at_end` are vacancies per 1,000 in the twelve months before the list and
    before the end of the walk; None where the sources were silent.
    """

    rank: int
    candidate_id: str
    title: str
    kind: Kind
    vacancies: int
    q_value: float
    outcome: Literal["recognised", "known", "fell back", "open"]
    recognition: str
    share_then: float | None
    share_at_end: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PastList:
    """The list as of a date; `note` says why there is none, `findable` how many rows of the truth it
    could have held: recognised later, in no loaded classification as an occupation, with enough postings."""

    as_of: dt.date
    run_id: str
    rows: tuple[Listed, ...]
    findable: int = 0
    found: int = 0
    seconds: float = 0.0
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lead:
    """How long before a recognition its profession was proposed.

    `months` is from the list to the recognition. `censored`: "" for an exact one; "left" when it was on
    the first list already (the lead is at least `months`); "right" when it was on none (at most `months`,
    counted from the last list). `vacancies` that name it by the end of the walk; 0: nothing to find.
    """

    recognition: Recognition
    candidate: str
    rank: int
    first: dt.date | None
    months: int
    censored: Literal["", "left", "right"]
    vacancies: int
    findable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """One figure of a backtest with its 95 % interval; None where it cannot be said, and `note` why."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    of: int
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backtest:
    """A walk through the past, its lists and how they score against what was recognised later."""

    workspace: str
    truth: str
    protocol: int
    lists: tuple[PastList, ...]
    leads: tuple[Lead, ...]
    scores: tuple[Score, ...]
    false_alarms: tuple[str, ...]
    limits: tuple[str, ...]
    taxonomies: tuple[str, ...]
    seconds: float


# --- tables ----------------------------------------------------------------------------------

UTC = pa.timestamp("us", tz="UTC")
TEXT = pa.string()


def _table(**columns: pa.DataType) -> pa.Schema:
    """A schema whose columns may not be empty."""
    return pa.schema([pa.field(name, of, nullable=False) for name, of in columns.items()])


POSTINGS = _table(
    posting_id=TEXT, source=TEXT, source_id=TEXT, posted_at=UTC, date_precision=TEXT, collected_at=UTC, title=TEXT,
    description=TEXT, employer=TEXT, place=TEXT, country=TEXT, language=TEXT, url=TEXT, content_hash=TEXT,
    extra=TEXT,
)  # fmt: skip

REJECTED = _table(rejected_id=TEXT, source=TEXT, source_id=TEXT, reason=TEXT, detail=TEXT, origin=TEXT, raw=TEXT, collected_at=UTC)  # fmt: skip

# One row for each posting: the vacancy it advertises. A posting joins only an earlier posting's
# vacancy, so appending later postings changes no row.
VACANCIES = pa.schema(
    [
        pa.field("posting_id", pa.string(), nullable=False),
        pa.field("vacancy_id", pa.string(), nullable=False),
        pa.field("posted_at", UTC, nullable=False),
        pa.field("relation", pa.string(), nullable=False),  # first | exact | repost | near | partial
    ]
)

# One row for each posting and version of the rules: the keys that copies share, as 64-bit hashes,
# and the sketch that two texts are compared by. `words` is the length of the text.
SIGNATURES = _table(
    posting_id=TEXT, rules=TEXT, posted_at=UTC, words=pa.int32(), keys=pa.list_(pa.int64()), sketch=pa.binary(),
)  # fmt: skip

# One row for each posting: the earlier posting that it repeats ("" = none), and the estimated share
# of their texts that is the same (0 to 1).
COPIES = _table(posting_id=TEXT, earlier_id=TEXT, relation=TEXT, share=pa.float64())

# One row for each enriched posting. `grammar` is a hash of the code, word lists and taxonomy
# versions that read it: another grammar reads the posting again.
ENRICHED = _table(
    posting_id=TEXT, content_hash=TEXT, grammar=TEXT, language=TEXT, employer=TEXT, place=TEXT, country=TEXT,
    contract=TEXT, sectors=pa.list_(pa.string()), skills=pa.list_(pa.string()), tasks=pa.list_(pa.string()),
)  # fmt: skip

# One row for each enriched posting: what it offers and asks. Pay is before tax as written, `pay_low`..
# `pay_high` in `pay_currency` (ISO 4217, "" = none named) a `pay_period` (hour | day | week | month |
# year), `pay_months` paid in a year; `yearly_*` the same a year. `years_*` of experience (null = not
# said, no upper bound), `education` the EQF level (0 = none asked for, null = not said). `region` is the
# first-level part of the country, ISO 3166-2 ("" = open). `rules` changes with what reads it.
OFFERS = pa.schema(
    [
        *(pa.field(name, pa.string(), nullable=False) for name in ("posting_id", "rules", "country", "region")),
        pa.field("pay_low", pa.float64()), pa.field("pay_high", pa.float64()),
        pa.field("pay_currency", pa.string(), nullable=False), pa.field("pay_period", pa.string(), nullable=False),
        pa.field("pay_months", pa.int32()), pa.field("yearly_low", pa.float64()), pa.field("yearly_high", pa.float64()),
        pa.field("years_low", pa.int32()), pa.field("years_high", pa.int32()), pa.field("education", pa.int32()),
    ]
)  # fmt: skip

# One row for each role mentioned in a posting. `role` is the normal form (lower case, singular,
# no seniority), `phrase` as written. `position`: title | line (a free first line, a heading or a
# list item) | body. `alone`: the phrase is all of its title, segment or list item. `titled`: all
# its words are written with a capital, or the script has none. `hiring`: it stands in the title, alone
# in a line, or behind a cue such as "we are looking for".
ROLES = _table(
    posting_id=TEXT, grammar=TEXT, role=TEXT, phrase=TEXT, language=TEXT, position=TEXT, alone=pa.bool_(),
    titled=pa.bool_(), hiring=pa.bool_(), seniority=TEXT, sentence=TEXT, start=pa.int32(), end=pa.int32(),
)  # fmt: skip

VECTORS = _table(model=TEXT, text_hash=TEXT, vector=pa.list_(pa.float32()))

# One row for each role of each run: the cluster (lineage) it belongs to.
CLUSTERS = _table(run_id=TEXT, lineage_id=TEXT, role=TEXT, language=TEXT, vacancies=pa.int64())

# Birth, growth, split, merge, death and revival of lineages; `other_id` is the parent or heir.
LINEAGE_EVENTS = _table(run_id=TEXT, lineage_id=TEXT, event=TEXT, other_id=TEXT, as_of=UTC)

CANDIDATES = pa.schema(
    [
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("candidate_id", pa.string(), nullable=False),
        pa.field("rank", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("score", pa.float64(), nullable=False),
        pa.field("sectors", pa.list_(pa.string()), nullable=False),
        pa.field("dossier", pa.string(), nullable=False),  # JSON of the whole Dossier
    ]
)

RUNS = _table(
    run_id=TEXT, as_of=UTC, fingerprint=TEXT, corpus_version=pa.int64(), started_at=UTC, run=TEXT
)  # run: JSON of the whole Run

# One row for each fetch of a source: what was asked for, what came of it. `outcome`: postings |
# nothing there | could not tell; `cause` says why. `listed` counts what the source showed.
FETCHES = _table(
    fetch_id=TEXT, source=TEXT, started_at=UTC, window_start=UTC, window_end=UTC, outcome=TEXT, cause=TEXT,
    detail=TEXT, listed=pa.int64(), complete=pa.bool_(), seconds=pa.float64(), read=pa.int64(), added=pa.int64(),
    known=pa.int64(), changed=pa.int64(), rejected=pa.int64(),
)  # fmt: skip

# One row for each posting of a live source: when it was listed last, in how many complete listings
# since it was missing, and when it was taken as gone (null = open as far as is known).
SIGHTINGS = pa.schema(
    [
        pa.field("posting_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("last_seen", UTC, nullable=False),
        pa.field("missed", pa.int32(), nullable=False),
        pa.field("gone_at", UTC, nullable=True),
    ]
)

# One row for each posting whose text was removed, by a legal request or by its source's terms.
TOMBSTONES = _table(posting_id=TEXT, source=TEXT, posted_at=UTC, content_hash=TEXT, reason=TEXT, removed_at=UTC)

# Every table of the corpus: its schema and the columns that make a row unique.
TABLES: Mapping[str, tuple[pa.Schema, tuple[str, ...]]] = {
    "postings": (POSTINGS, ("posting_id",)),
    "rejected": (REJECTED, ("rejected_id",)),
    "vacancies": (VACANCIES, ("posting_id",)),
    "signatures": (SIGNATURES, ("posting_id", "rules")),
    "copies": (COPIES, ("posting_id",)),
    "fetches": (FETCHES, ("fetch_id",)),
    "sightings": (SIGHTINGS, ("posting_id",)),
    "tombstones": (TOMBSTONES, ("posting_id",)),
    "enriched": (ENRICHED, ("posting_id", "grammar")),
    "offers": (OFFERS, ("posting_id", "rules")),
    "roles": (ROLES, ("posting_id", "grammar", "role", "position")),
    "vectors": (VECTORS, ("model", "text_hash")),
    "clusters": (CLUSTERS, ("run_id", "role", "language")),
    "lineage_events": (LINEAGE_EVENTS, ("run_id", "lineage_id", "event", "other_id")),
    "candidates": (CANDIDATES, ("run_id", "candidate_id")),
    "runs": (RUNS, ("run_id",)),
}


def check_table(table: pa.Table, schema: pa.Schema, *, stage: str) -> pa.Table:
    """The table with its columns in the schema's order and types.

    Raises `BadInput` naming the stage and the columns that are missing or of another type.
    """
    missing = [name for name in schema.names if name not in table.column_names]
    extra = [name for name in table.column_names if name not in schema.names]
    if missing or extra:
        raise BadInput(
            f"{stage}: the table lacks the columns {missing} and has {extra} beyond the schema; "
            f"expected exactly {schema.names}"
        )
    try:
        return table.select(schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, ValueError) as error:
        raise BadInput(f"{stage}: a column has another type than the schema says: {error}") from error
