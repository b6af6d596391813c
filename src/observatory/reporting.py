"""Reports: reads the corpus, the stored runs and the decisions, and hands the facts to publish.

Joins corpus and publish as `pipeline` joins the stages before them. Everything is counted by the
database over stored results, so memory does not grow with the corpus; nothing is detected again.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from observatory.collection import health
from observatory.errors import NotEnoughData, SettingError
from observatory.filed import backtest_file, decisions_file, read_backtest, read_decisions
from observatory.pipeline import corpus_of, newest_run, run_from_json
from observatory.propose import from_json
from observatory.publish.reports import REPORTS, in_short, make_report
from observatory.publish.reports.facts import (
    ALL,
    AnnualFacts,
    Basis,
    Lead,
    QualityFacts,
    QuarterlyFacts,
    SectorQuarter,
    SkillRise,
    SourceQuality,
    SourceWeek,
    Volume,
    WeeklyFacts,
)
from observatory.records import Backtest, Candidate, Run

if TYPE_CHECKING:
    from observatory.config import Workspace
    from observatory.corpus import Corpus

WEEKS = 26  # shown in the bulletin
LIKELY = 0.8  # the lower bound above which a skill's rise is shown as not sure
LEAST_RECENT, LEAST_EMPLOYERS = 10, 5  # of a skill before its growth is tested
MAD = 1.4826  # makes the median absolute deviation comparable with a standard deviation
FAR = 3.5  # robust deviations that make a month an anomaly

# The employer of a posting, as detection counts it.
EMPLOYER = """coalesce(nullif(lower(regexp_replace(p.employer, '[^\\p{L}\\p{N}]', '', 'g')), ''),
    nullif(json_extract_string(p.extra, '$.by'), ''),
    nullif(lower(regexp_replace(e.employer, '[^\\p{L}\\p{N}]', '', 'g')), ''), v.vacancy_id)"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A report's period, `end` excluded."""

    start: dt.date
    end: dt.date


def report(
    ws: Workspace, kind: str, *, as_of: dt.datetime, form: str, language: str, decisions: Path | None = None,
    backtest: Path | None = None,
) -> bytes:  # fmt: skip
    """A report of the period before `as_of`, as bytes of a page, a PDF or a DOCX.

    Raises `NotEnoughData` when there is nothing to report from, `BadInput` when a file of decisions
    or of a back-test is none.
    """
    return prepare(ws, kind, as_of=as_of, decisions=decisions, backtest=backtest).made(form, language)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A report counted once, to be worded in any language and form."""

    kind: str
    facts: Any

    def made(self, form: str, language: str) -> bytes:
        """The report as bytes of a page, a PDF or a DOCX."""
        return make_report(self.kind, self.facts, form=form, language=language)

    def in_short(self, language: str) -> tuple[str, ...]:
        """Its conclusions, a sentence each."""
        return in_short(self.kind, self.facts, language=language)


def prepare(
    ws: Workspace, kind: str, *, as_of: dt.datetime, decisions: Path | None = None, backtest: Path | None = None
) -> Prepared:
    """Counts what a report of the period before `as_of` says. Raises as `report` does."""
    if kind not in REPORTS:
        raise SettingError(f"no report {kind!r}; known are {', '.join(REPORTS)}")
    reader = Reader(ws, as_of, decisions or decisions_file(ws), backtest or backtest_file(ws))
    return Prepared(kind=kind, facts=FACTS[kind](reader))


def span_of(kind: str, as_of: dt.date) -> Span:
    """The period of a report as of a day: the week, quarter or year that ends with or holds the day before.

    >>> span_of("quarterly", dt.date(2015, 12, 31)), span_of("annual", dt.date(2016, 1, 1)).start
    (Span(start=datetime.date(2015, 10, 1), end=datetime.date(2015, 12, 31)), datetime.date(2015, 1, 1))
    """
    last = as_of - dt.timedelta(days=1)
    if kind == "weekly":
        return Span(start=as_of - dt.timedelta(days=7), end=as_of)
    if kind == "quarterly":
        return Span(start=dt.date(last.year, (last.month - 1) // 3 * 3 + 1, 1), end=as_of)
    if kind == "annual":
        return Span(start=dt.date(last.year, 1, 1), end=as_of)
    return Span(start=_months_before(dt.date(last.year, last.month, 1), 23), end=as_of)


class Reader:
    """Facts of one workspace as of a time."""

    def __init__(self, ws: Workspace, as_of: dt.datetime, decisions: Path, backtest: Path) -> None:
        self.ws, self.as_of, self.decisions, self.backtest = ws, as_of, decisions, backtest
        self.corpus: Corpus = corpus_of(ws)
        self.run = newest_run(self.corpus, as_of)
        # A report on a run reads the postings that the run saw, so that later imports change none of it;
        # one on the data reads what is stored now.
        self.pinned = self.run.corpus_version if self.run is not None else None

    # --- what every report rests on ------------------------------------------------------------

    def basis(self, kind: str) -> Basis:
        """The period's counts, the run, the decisions. Raises `NotEnoughData` for an empty corpus."""
        if self.corpus.version() < 0:
            raise NotEnoughData("no posting is stored; import some: observatory import FILE --source NAME")
        span = span_of(kind, self.as_of.date())
        row = self._ask(
            f"""SELECT count(DISTINCT p.posting_id) AS postings, count(DISTINCT v.vacancy_id) AS vacancies,
                       count(DISTINCT {EMPLOYER}) AS employers
                FROM postings p JOIN vacancies v USING (posting_id)
                     LEFT JOIN enriched e ON e.posting_id = p.posting_id AND e.grammar = $grammar
                WHERE p.posted_at >= $start AND p.posted_at < $end""",
            grammar=self.grammar(), **_edges(span),
        )[0]  # fmt: skip
        sources = self._ask(
            """SELECT source, bool_or(posted_at >= $start) AS within FROM postings WHERE posted_at < $end
               GROUP BY 1 ORDER BY 1""",
            **_edges(span),
        )  # fmt: skip
        return Basis(
            observatory=self.ws.settings.workspace.name, start=span.start, end=span.end, as_of=self.as_of.date(),
            run=self.run, corpus_version=self.corpus.version() if self.pinned is None else self.pinned,
            sources=tuple(one["source"] for one in sources if one["within"]), sectors=self._sectors(),
            decisions=read_decisions(self.decisions, self.as_of), decided_in=self.decisions.name,
            target=self.ws.settings.site.target, postings=row["postings"], vacancies=row["vacancies"],
            employers=row["employers"], stored=tuple(one["source"] for one in sources),
            attributions=self._attributions(one["source"] for one in sources),
        )  # fmt: skip

    @staticmethod
    def _attributions(sources: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
        """Kind of source, whom it is owed to and its licence; both empty for files, whose importer knows them."""
        from observatory.collect import SOURCES

        found = {}
        for name in sources:
            kind = name.partition(":")[0]
            terms = SOURCES[kind][0].terms if kind in SOURCES else None
            found[kind] = (kind, terms.attribution, terms.licence) if terms else (name, "", "")
        return tuple(found[kind] for kind in sorted(found))

    def needed_run(self) -> Run:
        """The newest run at or before the day. Raises `NotEnoughData` without one."""
        if self.run is None:
            raise NotEnoughData(
                f"there is no run as of {self.as_of.date()} or before; make one with: "
                f"observatory run --as-of {self.as_of.date()}"
            )
        return self.run

    def grammar(self) -> str:
        """The grammar that has read most postings before the day: the one the newest run was made with."""
        rows = self._ask(
            """SELECT e.grammar FROM enriched e JOIN postings p USING (posting_id) WHERE p.posted_at < $end
               GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1""",
            end=self.run.as_of if self.run else self.as_of,
        )
        return str(rows[0]["grammar"]) if rows else ""

    def candidates(self, run: Run) -> tuple[Candidate, ...]:
        """The candidates of a run in their order."""
        rows = self.corpus.query(
            'SELECT dossier FROM candidates WHERE run_id = $run ORDER BY "rank"', run=run.run_id
        ).to_pylist()
        return tuple(from_json(row["dossier"]).candidate for row in rows)

    def employers(self) -> list[str]:
        """Every employer named by a source or read from a text."""
        rows = self._ask(
            "SELECT DISTINCT employer FROM (SELECT employer FROM postings UNION ALL SELECT employer FROM enriched)"
        )
        return [row["employer"] for row in rows if row["employer"]]

    def _ask(self, sql: str, **parameters: object) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._answer(sql, parameters).to_pylist()
        return rows

    def _table(self, sql: str, **parameters: object) -> Any:
        return self._answer(sql, parameters).to_pandas()

    def _answer(self, sql: str, parameters: Mapping[str, object]) -> Any:
        versions = {"postings": self.pinned} if self.pinned is not None else {}
        return self.corpus.query(sql, versions=versions, **parameters)

    def _sectors(self) -> dict[str, Mapping[str, str]]:
        """The labels of every sector, read from the files of sectors: loading their words takes spaCy."""
        found = {}
        shipped = Path(__file__).parent / "enrich" / "sectors"
        for file in [*sorted(shipped.glob("*.toml")), *sorted(self.ws.sectors_dir.glob("*.toml"))]:
            try:
                raw = tomllib.loads(file.read_text("utf-8"))
                found[str(raw["name"])] = {str(k): str(v) for k, v in raw["labels"].items()}
            except (OSError, ValueError, KeyError, AttributeError) as error:
                raise SettingError(f"{file}: not a sector ({type(error).__name__} {error})") from error
        return dict(sorted(found.items()))

    # --- weekly --------------------------------------------------------------------------------

    def weekly(self) -> WeeklyFacts:
        """The bulletin of the seven days before the day."""
        run, self.pinned = self.needed_run(), None
        rows = self.corpus.query(
            "SELECT run FROM runs WHERE as_of < $as_of ORDER BY as_of DESC, started_at DESC LIMIT 1", as_of=run.as_of
        ).to_pylist()
        earlier_run = run_from_json(rows[0]["run"]) if rows else None
        earlier = None
        if earlier_run is not None:
            earlier = {c.candidate_id: (c.rank, c.vacancies, c.title) for c in self.candidates(earlier_run)}
        return WeeklyFacts(
            basis=self.basis("weekly"), candidates=self.candidates(run), earlier=earlier, earlier_run=earlier_run,
            sources=self._source_weeks(),
        )  # fmt: skip

    def _source_weeks(self) -> tuple[SourceWeek, ...]:
        end = self.as_of
        start = end - dt.timedelta(weeks=WEEKS)
        rows = self._ask(
            """SELECT source, CAST(floor(date_diff('day', $start, posted_at) / 7) AS INTEGER) AS week, count(*) AS n
               FROM postings WHERE posted_at >= $start AND posted_at < $end GROUP BY 1, 2""",
            start=start, end=end,
        )  # fmt: skip
        counted = {(row["source"], row["week"]): row["n"] for row in rows}
        known = self._ask(
            """SELECT source, CAST(max(posted_at) AS DATE) AS posted, CAST(max(collected_at) AS DATE) AS collected
               FROM postings WHERE posted_at < $end GROUP BY 1 ORDER BY 1""",
            end=end,
        )
        aside = {
            row["source"]: row["n"]
            for row in self._ask(
                "SELECT source, count(*) AS n FROM rejected WHERE collected_at >= $start AND collected_at < $end GROUP BY 1",
                start=end - dt.timedelta(days=7), end=end,
            )
        }  # fmt: skip
        states = {one.source: one.state for one in health(self.corpus, end)}
        found = []
        for row in known:
            weeks = [counted.get((row["source"], week), 0) for week in range(WEEKS)]
            found.append(
                SourceWeek(
                    source=row["source"], postings=weeks[-1], usual=statistics.median(weeks[-9:-1]),
                    last_posted=row["posted"], last_collected=row["collected"], set_aside=aside.get(row["source"], 0),
                    weeks=tuple((start.date() + dt.timedelta(weeks=i), n) for i, n in enumerate(weeks)),
                    health=states.get(row["source"], "file"),
                )
            )  # fmt: skip
        return tuple(found)

    # --- quarterly -----------------------------------------------------------------------------

    def quarterly(self) -> QuarterlyFacts:
        """The quarter that the day before belongs to, by sector."""
        run = self.needed_run()
        basis = self.basis("quarterly")
        last = _month_after(basis.end - dt.timedelta(days=1))
        begin = _months_before(basis.start, 33)
        rows = self._ask(
            """WITH one AS (SELECT v.vacancy_id, CAST(date_trunc('quarter', p.posted_at) AS DATE) AS quarter, e.sectors
                            FROM postings p JOIN vacancies v USING (posting_id)
                                 JOIN enriched e ON e.posting_id = p.posting_id AND e.grammar = $grammar
                            WHERE p.posted_at >= $start AND p.posted_at < $end)
               SELECT '' AS sector, quarter, count(DISTINCT vacancy_id) AS n FROM one GROUP BY 2
               UNION ALL
               SELECT s AS sector, quarter, count(DISTINCT vacancy_id) AS n
               FROM (SELECT unnest(sectors) AS s, quarter, vacancy_id FROM one) GROUP BY 1, 2""",
            grammar=self.grammar(), start=_moment(begin), end=_moment(basis.end),
        )  # fmt: skip
        exposure = {row["quarter"]: row["n"] for row in rows if row["sector"] == ALL}
        counted = {(row["sector"], row["quarter"]): row["n"] for row in rows}
        calendar = [_months_before(basis.start, n) for n in range(33, -1, -3)]
        first = min(exposure, default=calendar[-1])
        quarters = tuple(
            SectorQuarter(sector=s, start=q, vacancies=counted.get((s, q), 0), exposure=exposure.get(q, 0))
            for s in (ALL, *basis.sectors) for q in calendar if q >= first
        )  # fmt: skip
        employers = self._ask(
            f"""WITH one AS (SELECT {EMPLOYER} AS employer, e.sectors
                             FROM postings p JOIN vacancies v USING (posting_id)
                                  JOIN enriched e ON e.posting_id = p.posting_id AND e.grammar = $grammar
                             WHERE p.posted_at >= $start AND p.posted_at < $end)
                SELECT s AS sector, count(DISTINCT employer) AS n FROM (SELECT unnest(sectors) AS s, employer FROM one) GROUP BY 1""",
            grammar=self.grammar(), start=_moment(basis.start), end=_moment(basis.end),
        )  # fmt: skip
        skills, tested = self._skills(basis, last)
        return QuarterlyFacts(
            basis=basis, candidates=self.candidates(run), quarters=quarters,
            employers={ALL: basis.employers, **{row["sector"]: row["n"] for row in employers}}, skills=skills,
            windows=(_months_before(last, 24), _months_before(last, 12), basis.end), skills_tested=tested,
        )  # fmt: skip

    def _skills(self, basis: Basis, last: dt.date) -> tuple[tuple[SkillRise, ...], int]:
        """Growth of every skill's share of a sector's vacancies: the last twelve months against those before."""
        import pandas as pd

        from observatory.detect.growth import as_growth, growth_of, windows

        found: list[SkillRise] = []
        tested = 0
        number = last.year * 12 + last.month - 1
        one = f"""SELECT v.vacancy_id, p.source, CAST(year(p.posted_at) * 12 + month(p.posted_at) - 1 AS INTEGER) AS month,
                         {EMPLOYER} AS employer, e.sectors, e.skills
                  FROM postings p JOIN vacancies v USING (posting_id)
                       JOIN enriched e ON e.posting_id = p.posting_id AND e.grammar = $grammar
                  WHERE p.posted_at >= $start AND p.posted_at < $end"""
        span = {"start": _moment(_months_before(last, 24)), "end": _moment(basis.end), "grammar": self.grammar()}
        for sector in (ALL, *basis.sectors):
            inside = f"SELECT * FROM ({one}) WHERE $sector = '' OR list_contains(sectors, $sector)"
            counts = self._table(
                f"""WITH named AS (SELECT DISTINCT vacancy_id, source, month, employer, unnest(skills) AS skill FROM ({inside})),
                    enough AS (SELECT skill FROM named GROUP BY 1
                               HAVING count(DISTINCT vacancy_id) FILTER (month >= $recent) >= $least
                                  AND count(DISTINCT employer) FILTER (month >= $recent) >= $employers)
                    SELECT skill, source, month, employer, CAST(count(DISTINCT vacancy_id) AS BIGINT) AS vacancies
                    FROM named SEMI JOIN enough USING (skill) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4""",
                sector=sector, recent=number - 12, least=LEAST_RECENT, employers=LEAST_EMPLOYERS, **span,
            )  # fmt: skip
            exposure = self._table(
                f"SELECT source, month, CAST(count(DISTINCT vacancy_id) AS BIGINT) AS vacancies FROM ({inside}) "
                f"GROUP BY 1, 2 ORDER BY 1, 2",
                sector=sector, **span,
            )  # fmt: skip
            if counts.empty or exposure.empty:
                continue
            names = sorted(counts["skill"].unique())
            counts = counts.assign(cluster=pd.Categorical(counts["skill"], categories=names).codes.astype("int64"))
            span_months = windows(int(exposure["month"].min()), number, recent=12, history=24)
            grown = growth_of(counts, exposure, windows=span_months)
            tested += len(names)
            of = exposure.assign(recent=exposure["month"] >= number - 12).groupby("recent")["vacancies"].sum()
            employers = counts[counts["month"] >= number - 12].groupby("cluster")["employer"].nunique()
            found += [
                SkillRise(
                    sector=sector, label=names[int(i)].removeprefix("term:"), recent=int(row["recent"]),
                    recent_of=int(of.get(True, 0)), earlier=int(row["earlier"]), earlier_of=int(of.get(False, 0)),
                    employers=int(employers.get(i, 0)), growth=as_growth(row),
                )
                for i, row in grown.iterrows()
                if row["ratio"] > 1 and row["low"] > LIKELY
            ]  # fmt: skip
        found.sort(key=lambda rise: (rise.sector, -rise.growth.low, rise.label))
        return tuple(found), tested

    # --- annual --------------------------------------------------------------------------------

    def annual(self) -> AnnualFacts:
        """The calendar year that the day before belongs to."""
        run = self.needed_run()
        basis, found = self.basis("annual"), read_backtest(self.backtest)
        rows = self.corpus.query(
            "SELECT run FROM runs WHERE as_of >= $start AND as_of <= $end ORDER BY as_of, run_id",
            start=_moment(basis.start), end=_moment(basis.end),
        ).to_pylist()  # fmt: skip
        return AnnualFacts(
            basis=basis, candidates=self.candidates(run), runs=tuple(run_from_json(row["run"]) for row in rows),
            leads=self._leads(basis), backtest=found, backtest_file=self.backtest.name,
            backtest_versions=self._versions(found) if found is not None else (),
        )  # fmt: skip

    def _versions(self, found: Backtest) -> tuple[int, ...]:
        """The corpus versions that the lists of a back-test were made from, as far as their runs are stored here."""
        made = {past.run_id for past in found.lists}
        rows = self.corpus.query("SELECT run FROM runs ORDER BY run_id").to_pylist()
        runs = [run_from_json(row["run"]) for row in rows]
        return tuple(sorted({run.corpus_version for run in runs if run.run_id in made}))

    def _leads(self, basis: Basis) -> tuple[Lead, ...]:
        decided = [d for d in basis.decisions or () if d.verdict == "adopt"]
        if not decided:
            return ()
        rows = self.corpus.query(
            """SELECT c.candidate_id, CAST(min(r.as_of) AS DATE) AS proposed,
                      min(json_extract_string(c.dossier, '$.candidate.first_seen')) AS seen
               FROM candidates c JOIN runs r USING (run_id) GROUP BY 1"""
        ).to_pylist()
        known = {row["candidate_id"]: row for row in rows}
        return tuple(
            Lead(
                candidate_id=d.candidate_id, title=d.name or d.candidate_id,
                first_seen=dt.date.fromisoformat(known[d.candidate_id]["seen"]) if d.candidate_id in known else None,
                proposed=known[d.candidate_id]["proposed"] if d.candidate_id in known else None,
                decided=d.decided_at.date(),
            )
            for d in decided
        )  # fmt: skip

    # --- quality -------------------------------------------------------------------------------

    def quality(self) -> QualityFacts:
        """The quality of all postings before the day, and volumes of its last 24 months."""
        self.pinned = None
        basis = self.basis("quality")
        rows = self._ask(
            """WITH first AS (SELECT p.*, v.relation, e.employer AS read
                              FROM postings p JOIN vacancies v USING (posting_id)
                                   LEFT JOIN enriched e ON e.posting_id = p.posting_id AND e.grammar = $grammar
                              WHERE p.posted_at < $end)
               SELECT source, count(*) AS postings, CAST(min(posted_at) AS DATE) AS first, CAST(max(posted_at) AS DATE) AS last,
                      avg(CAST(trim(description) = '' AS INTEGER)) AS no_text, avg(CAST(employer = '' AS INTEGER)) AS no_employer,
                      avg(CAST(employer = '' AND coalesce(read, '') = '' AS INTEGER)) AS employer_read,
                      avg(CAST(place = '' AND country = '' AS INTEGER)) AS no_place,
                      avg(CAST(date_precision = 'collected' AS INTEGER)) AS no_date,
                      avg(CAST(date_precision IN ('month', 'year', 'bound') AS INTEGER)) AS vague,
                      median(CASE date_precision WHEN 'year' THEN date_diff('day', date_trunc('year', posted_at), date_trunc('year', posted_at) + INTERVAL 1 YEAR)
                             WHEN 'month' THEN date_diff('day', date_trunc('month', posted_at), date_trunc('month', posted_at) + INTERVAL 1 MONTH)
                             END) AS vague_days,
                      avg(CAST(relation = 'exact' AS INTEGER)) AS exact, avg(CAST(relation = 'repost' AS INTEGER)) AS repost,
                      median(date_diff('second', posted_at, collected_at) / 86400.0) FILTER (date_precision <> 'collected') AS delay,
                      quantile_cont(date_diff('second', posted_at, collected_at) / 86400.0, 0.9)
                          FILTER (date_precision <> 'collected') AS delay90
               FROM first GROUP BY 1 ORDER BY 1""",
            grammar=self.grammar(), end=self.as_of,
        )  # fmt: skip
        languages = self._ask(
            "SELECT language, count(*) AS n FROM postings WHERE posted_at < $end GROUP BY 1 ORDER BY 2 DESC, 1",
            end=self.as_of,
        )
        aside = self._ask(
            "SELECT source, reason, count(*) AS n FROM rejected GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
        )
        return QualityFacts(
            basis=basis, volumes=self._volumes(basis),
            quality=tuple(
                SourceQuality(
                    source=r["source"], postings=r["postings"], first=r["first"], last=r["last"], no_text=r["no_text"],
                    no_employer=r["no_employer"], employer_read=r["employer_read"], no_place=r["no_place"], no_date=r["no_date"],
                    exact_copies=r["exact"], reposts=r["repost"], delay_median=r["delay"], delay_p90=r["delay90"],
                    vague=r["vague"], vague_days=r["vague_days"],
                )
                for r in rows
            ),
            languages=tuple((row["language"], row["n"]) for row in languages),
            set_aside=tuple((row["source"], row["reason"], row["n"]) for row in aside),
        )  # fmt: skip

    def _volumes(self, basis: Basis) -> tuple[Volume, ...]:
        rows = self._ask(
            """SELECT source, CAST(date_trunc('month', posted_at) AS DATE) AS month, count(*) AS n FROM postings
               WHERE posted_at < $end GROUP BY 1, 2""",
            end=_moment(basis.end),
        )
        by_source: dict[str, dict[dt.date, int]] = {}
        for row in rows:
            by_source.setdefault(row["source"], {})[row["month"]] = row["n"]
        last = _month_after(basis.end - dt.timedelta(days=1))
        whole = basis.end.day == 1
        return tuple(
            one
            for source in sorted(by_source)
            for one in volumes(source, by_source[source], last=last, whole=whole)
            if one.month >= basis.start
        )


def volumes(source: str, counts: Mapping[dt.date, int], *, last: dt.date, whole: bool = True) -> list[Volume]:
    """A source's months from its first to the one before `last`, each beside the twelve before it.

    A month is silent when it has no posting and half of those before it had some, low or high when it lies more than 3.5 robust standard
    deviations (median absolute deviation, at least that of chance, the root of the median) and a
    quarter of the median away. The last month is not
    judged low while it is not `whole`. Fewer than four earlier months judge nothing.
    """
    found: list[Volume] = []
    month = min(counts)
    while month < last:
        n = counts.get(month, 0)
        before = [v.postings for v in found[-12:]]
        usual, anomaly = None, "silent" if n == 0 else ""
        if len(before) >= 4:
            usual = statistics.median(before)
            if not n and not usual:  # it publishes seldom, or ended long ago: that is no news each month
                anomaly = ""
            spread = max(MAD * statistics.median([abs(one - usual) for one in before]), math.sqrt(usual))
            unfinished = not whole and _month_after(month) == last
            if n and abs(n - usual) > max(FAR * spread, 0.25 * usual, 3):
                anomaly = "high" if n > usual else "" if unfinished else "low"
        found.append(Volume(source=source, month=month, postings=n, usual=usual, anomaly=anomaly))
        month = _month_after(month)
    return found


FACTS: Mapping[str, Callable[[Reader], Any]] = {
    "weekly": Reader.weekly, "quarterly": Reader.quarterly, "annual": Reader.annual, "quality": Reader.quality,
}  # fmt: skip


# --- days --------------------------------------------------------------------------------------


def _moment(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _edges(span: Span) -> dict[str, dt.datetime]:
    return {"start": _moment(span.start), "end": _moment(span.end)}


def _month_after(day: dt.date) -> dt.date:
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _months_before(first: dt.date, months: int) -> dt.date:
    number = first.year * 12 + first.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, 1)
