"""Collection end to end: the ledger's three answers, last seen and gone, keys and terms, forgetting, stops."""

from __future__ import annotations

import datetime as dt
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from observatory import pipeline
from observatory.cli import cli
from observatory.collect import SOURCES, read_register
from observatory.collect.source import Page, Terms
from observatory.collection import (
    NOT_DUE,
    NOTHING,
    POSTINGS,
    UNKNOWN,
    Fetch,
    ahead,
    health,
    missing_months,
    write_fetch,
)
from observatory.config import Workspace, init_workspace
from observatory.corpus.forgetting import REMOVED, find_words, forget, removal_of
from observatory.errors import MissingPart, SettingError, SourceChanged, Unreachable
from observatory.forgetting import expire
from observatory.records import RawPosting

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def raw(number: int, text: str = "") -> RawPosting:
    return RawPosting(
        source="invented", source_id=f"i{number}", title=f"Kiln operator {number}", posted_at="2026-11-01", employer="Forno",
        description=text or f"Keeps the temperature curve of kiln {number} and notes each batch for the glaze workshop.",
    )  # fmt: skip


class Invented:
    """A source that gives what it is told, and fails where it is told."""

    terms = Terms(licence="invented", attribution="invented", page="invented", open_data=True)
    name = "invented"
    empty_may_be_unknown = False

    def __init__(
        self, numbers: range | list[int], *, size: int = 10, fail: Exception | None = None, whole: bool = True
    ) -> None:
        self.numbers, self.size, self.fail, self.whole = list(numbers), size, fail, whole

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        at = int(cursor or 0)
        while True:
            part = self.numbers[at : at + self.size]
            at += self.size
            done = at >= len(self.numbers)
            yield Page(
                postings=tuple(raw(n) for n in part), cursor="" if done and self.fail is None else str(at),
                complete=done and not cursor and self.whole,
            )  # fmt: skip
            if self.fail is not None:
                raise self.fail
            if done:
                return


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "ws")


def fetch(ws: Workspace, source: Any, now: dt.datetime = NOW) -> pipeline.StoreReport:
    return pipeline.collect(ws, [source], since=None, now=now)["invented"]


def test_three_answers(ws: Workspace) -> None:
    assert fetch(ws, Invented([])).outcome == NOTHING
    unknown = Invented([])
    unknown.empty_may_be_unknown = True
    report = fetch(ws, unknown)
    assert (report.outcome, report.cause) == (UNKNOWN, "empty, as an unknown board answers")
    assert fetch(ws, Invented(range(20))).outcome == POSTINGS
    report = fetch(ws, Invented([]), NOW + DAY)
    assert (report.outcome, report.cause) == (NOTHING, "empty against its habit")
    report = fetch(ws, Invented(range(20, 40), fail=SourceChanged("another shape")), NOW + 2 * DAY)
    assert (report.outcome, report.cause, report.added) == (UNKNOWN, "changed shape", 10)
    assert report.failed == "another shape"
    rows = pipeline.corpus_of(ws).read("fetches").to_pylist()
    assert sorted(row["outcome"] for row in rows) == sorted([NOTHING, UNKNOWN, POSTINGS, NOTHING, UNKNOWN])


def test_a_fetch_that_broke_off_goes_on_where_it_stopped(ws: Workspace) -> None:
    report = fetch(ws, Invented(range(40), fail=Unreachable("down")))
    assert (report.added, report.cause) == (10, "unreachable")
    report = fetch(ws, Invented(range(40)), NOW + DAY)
    assert (report.read, report.added) == (30, 30)


def test_gone_after_two_complete_listings_without_it(ws: Workspace) -> None:
    def gone(now: dt.datetime) -> int:
        return next(one.gone for one in health(pipeline.corpus_of(ws), now))

    fetch(ws, Invented(range(20)))
    for days, numbers, whole, expected in (
        (1, range(18), True, 0), (2, range(18), False, 0), (3, range(1), True, 0), (4, range(18), True, 2), (5, range(20), True, 0),
    ):  # fmt: skip
        fetch(ws, Invented(numbers, whole=whole), NOW + days * DAY)
        assert gone(NOW) == expected, days


def test_pages_are_fetched_ahead_in_their_order_and_an_error_comes_in_its_place() -> None:
    def pages() -> Iterator[Page]:
        for number in range(5):
            yield Page(postings=(raw(number),), cursor=str(number))
        raise SourceChanged("another shape")

    seen: list[str] = []

    def read() -> None:
        for page in ahead(pages()):
            seen.append(page.cursor)

    with pytest.raises(SourceChanged, match="another shape"):
        read()
    assert seen == ["0", "1", "2", "3", "4"]


def test_a_wall_in_place_of_a_text_is_set_aside(ws: Workspace) -> None:
    class Walled(Invented):
        def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
            wall = raw(3, "Attention Required! | Verify you are human to go on")
            yield Page(postings=(raw(1), raw(2), wall), complete=True)

    report = fetch(ws, Walled([]))
    assert report.rejected == {"wall in place of text": 1}
    assert report.added == 2
    (one,) = health(pipeline.corpus_of(ws), NOW)
    assert one.set_aside == {"wall in place of text": 1}
    (one,) = health(pipeline.corpus_of(ws), NOW - DAY)  # as it was known then
    assert one.set_aside == {}


def test_silence_is_measured_against_the_sources_own_habit(ws: Workspace) -> None:
    for day in range(6):
        fetch(ws, Invented([day]), NOW + day * DAY)
    later = NOW + 9 * DAY
    fetch(ws, Invented([5]), later)
    (one,) = health(pipeline.corpus_of(ws), NOW + 6 * DAY)
    assert one.silent == ""
    (one,) = health(pipeline.corpus_of(ws), later)
    assert "nothing new since 2026-11-25; usually every 1.0 days" in one.silent
    assert one.state == "silent"
    assert health(pipeline.corpus_of(ws), NOW + 6 * DAY)[0].state == "well"  # as it was known then


def test_an_imported_file_is_never_silent_and_a_failed_fetch_is_said(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    file.write_text('{"id": "1", "title": "Brine analyst", "description": "Tests brine.", "posted_at": "2019-03-04"}\n')
    pipeline.import_files(ws, [file], source="old", columns=None, now=NOW)
    assert [(one.source, one.state) for one in health(pipeline.corpus_of(ws), NOW + 900 * DAY)] == [("old", "file")]
    fetch(ws, Invented([], fail=Unreachable("time-out")), NOW)
    assert {one.source: one.state for one in health(pipeline.corpus_of(ws), NOW)} == {
        "invented": "failing",
        "old": "file",
    }


def test_a_source_is_asked_no_more_often_than_its_terms_allow(ws: Workspace) -> None:
    class Rare(Invented):
        terms = Terms(licence="invented", attribution="invented", page="invented", open_data=True, every_hours=6)

    hour = dt.timedelta(hours=1)
    assert fetch(ws, Rare([1], fail=Unreachable("no answer"))).outcome == UNKNOWN
    assert fetch(ws, Rare(range(20)), NOW + hour).outcome == POSTINGS  # a fetch that failed does not count
    early = fetch(ws, Rare([1, 2]), NOW + 4 * hour)
    assert (early.outcome, early.cause, early.read) == (
        NOT_DUE,
        "asked 3.0 hours ago; its terms allow every 6 hours",
        0,
    )
    assert fetch(ws, Rare([21, 22]), NOW + 7 * hour).added == 2


def ledger(ws: Workspace, *days: tuple[str, bool]) -> None:
    for day, well in days:
        write_fetch(
            pipeline.corpus_of(ws), Fetch(source="invented", outcome=POSTINGS if well else UNKNOWN, cause="", detail="", listed=5, complete=True),
            now=dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC), seconds=1.0, window=(None, None), counts={},
        )  # fmt: skip


def posted(ws: Workspace, **months: int) -> None:
    """So many postings in each month (`m03` = March)."""
    raws = tuple(
        RawPosting(source="invented", source_id=f"{month}-{n}", title=f"Kiln operator {month} {n}", posted_at=f"2026-{month[1:]}-10",
                   description=f"Kiln {month} {n} is fired by night.")
        for month, count in months.items() for n in range(count)
    )  # fmt: skip
    pipeline.store_pages(ws, [Page(postings=raws, cursor="")], report=pipeline.StoreReport(), now=NOW)


def test_months_in_which_fetches_failed_are_missing_unless_caught_up(ws: Workspace) -> None:
    posted(ws, m01=10, m02=10, m03=3, m04=9, m05=10, m06=1)
    ledger(
        ws,
        ("2026-01-20", True),
        ("2026-02-20", True),
        ("2026-03-20", False),
        ("2026-04-20", False),
        ("2026-05-20", True),
        ("2026-06-20", True),
    )
    corpus = pipeline.corpus_of(ws)
    of = {month: 2026 * 12 + month - 1 for month in range(1, 8)}
    # March failed and stayed thin; April failed and was caught up; in June hardly anything came
    assert missing_months(corpus, dt.datetime(2026, 7, 1, tzinfo=dt.UTC)) == [("invented", of[3]), ("invented", of[6])]
    assert (
        missing_months(corpus, dt.datetime(2026, 3, 25, tzinfo=dt.UTC)) == []
    )  # March is not over, nothing later is known
    assert missing_months(corpus, dt.datetime(2025, 1, 1, tzinfo=dt.UTC)) == []


def test_a_month_with_no_fetch_at_all_is_missing(ws: Workspace) -> None:
    posted(ws, m01=10, m02=2, m03=10)
    ledger(ws, ("2026-01-20", True), ("2026-03-20", True))
    assert missing_months(pipeline.corpus_of(ws), dt.datetime(2026, 4, 1, tzinfo=dt.UTC)) == [
        ("invented", 2026 * 12 + 1)
    ]


def test_files_without_a_ledger_have_no_missing_months(ws: Workspace) -> None:
    posted(ws, m01=10, m02=1, m03=10)
    assert missing_months(pipeline.corpus_of(ws), NOW) == []


def test_terms_must_be_accepted(ws: Workspace) -> None:
    kinds = tuple(SOURCES)
    register = read_register(ws.root, kinds)
    with pytest.raises(SettingError, match="observatory sources accept lever"):
        register.check_accepted("lever", SOURCES["lever"][0].terms)
    register.check_accepted("jobstream", SOURCES["jobstream"][0].terms)
    made = CliRunner().invoke(cli, ["-w", str(ws.root), "sources", "accept", "lever"])
    assert made.exit_code == 0, made.output
    read_register(ws.root, kinds).check_accepted("lever", SOURCES["lever"][0].terms)
    shown = CliRunner().invoke(cli, ["-w", str(ws.root), "sources"])
    assert "terms not accepted" in next(line for line in shown.output.splitlines() if "ashby" in line)
    assert "terms not accepted" not in next(line for line in shown.output.splitlines() if " lever " in line)


def test_sources_toml_is_checked_and_keys_stand_in_no_file(ws: Workspace, tmp_path: Path) -> None:
    kinds = tuple(SOURCES)
    file = ws.root / "sources.toml"
    file.write_text(
        '[sources.careers.boards.kiln]\nsitemap = "https://kiln.example/s.xml"\n[sources.lever]\nboards = ["a", "b"]\n'
    )
    (tmp_path / "key").write_text("k-1\n")
    register = read_register(ws.root, kinds, {"OBSERVATORY_SOURCE_USAJOBS_KEY_FILE": str(tmp_path / "key")})
    assert register.boards() == ["careers:kiln", "lever:a", "lever:b"]
    assert register.options("careers", "kiln") == {"sitemap": "https://kiln.example/s.xml"}
    assert register.options("usajobs", "") == {"key": "k-1"}
    for text, message in (
        ('[sources.lever]\nbords = ["a"]\n', "bords"), ("[sources.indeed]\n", "no source"), ("[sources", "cannot be read"),
        ('[sources.usajobs]\nkey = "secret"\n', "key"),
    ):  # fmt: skip
        file.write_text(text)
        with pytest.raises(SettingError, match=message):
            read_register(ws.root, kinds, {})


@pytest.mark.parametrize(
    "fault", [KeyError("ident"), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "half"), MissingPart("extruct is missing")]
)
def test_a_fault_in_one_source_stops_no_other(ws: Workspace, fault: Exception) -> None:
    class Faulty(Invented):
        name = "faulty"

    reports = pipeline.collect(ws, [Faulty(range(3), fail=fault), Invented(range(5))], since=None, now=NOW)
    assert (reports["invented"].added, reports["invented"].failed) == (5, "")
    assert reports["faulty"].outcome == UNKNOWN
    assert reports["faulty"].cause == ("setting" if isinstance(fault, MissingPart) else "fault")
    held = {one.source: one for one in health(pipeline.corpus_of(ws), NOW)}
    assert (held["faulty"].failures, held["invented"].failures) == (1, 0)


def test_a_posting_that_nobody_foresaw_is_set_aside(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = pipeline.clean_posting

    def breaks(one: RawPosting, **given: Any) -> Any:
        if one.source_id == "i2":
            raise OverflowError("a number too large")
        return clean(one, **given)

    monkeypatch.setattr(pipeline, "clean_posting", breaks)
    report = fetch(ws, Invented(range(5)))
    assert (report.added, report.rejected) == (4, {"not understood": 1})
    assert pipeline.corpus_of(ws).read("rejected").to_pylist()[0]["detail"] == "OverflowError: a number too large"


def test_what_was_forgotten_is_not_brought_back(ws: Workspace) -> None:
    fetch(ws, Invented(range(5)))
    corpus = pipeline.corpus_of(ws)
    ids = find_words(corpus, "kiln operator 3")
    assert len(ids) == 1
    removal = removal_of(corpus, ids, reason="request 7", now=NOW)
    done = forget(corpus, removal, now=NOW)
    assert (done.postings, corpus.count("postings"), corpus.count("tombstones")) == (1, 5, 1)
    row = next(row for row in corpus.read("postings").to_pylist() if row["posting_id"] == ids[0])
    assert (row["title"], row["description"], row["employer"], row["extra"]) == (REMOVED, "", "", "{}")
    assert not find_words(corpus, "kiln operator 3")
    assert forget(corpus, removal, now=NOW).postings == 0
    joined = corpus.read("vacancies").to_pylist()
    fetch(ws, Invented(range(5)), NOW + DAY)  # listed again, and not brought back
    assert not find_words(corpus, "kiln operator 3")
    assert corpus.count("rejected") == 0
    assert sorted(corpus.read("vacancies").to_pylist(), key=str) == sorted(joined, key=str)


def test_retention_counts_from_collection_or_from_the_end(ws: Workspace) -> None:
    fetch(ws, Invented(range(3)))
    corpus = pipeline.corpus_of(ws)
    assert expire(ws, corpus, {"invented": 30}, now=NOW + 29 * DAY) == 0
    assert expire(ws, corpus, {"other": 1}, now=NOW + 40 * DAY) == 0
    assert expire(ws, corpus, {"invented": 30}, now=NOW + 31 * DAY) == 3
    assert corpus.count("postings") == 3


def test_a_drop_folder_is_one_source_in_corpus_ledger_health_and_retention(ws: Workspace) -> None:
    from observatory.collect import SOURCES, Client, make_source, read_register

    folder = ws.root / "in"
    folder.mkdir()
    (folder / "a.csv").write_text(
        "职位名称,公司全称,职位描述,发布日期\n窑炉操作工,新窑公司,负责窑炉设备日常运行与维护,2026-10-01\n", "utf-8"
    )
    os.utime(folder / "a.csv", (NOW.timestamp() - 3_600,) * 2)
    (ws.root / "sources.toml").write_text(
        f'[accepted]\ndropfolder = 2026-01-01\n[sources.dropfolder.boards.boss]\nfolder = "{folder}"\nlayout = "boss"\nretention_days = 30\n'
    )
    register = read_register(ws.root, tuple(SOURCES), {})
    source = make_source(Client(now=lambda: NOW), register, "dropfolder:boss")
    pipeline.collect(ws, [source], since=None, now=NOW)
    corpus = pipeline.corpus_of(ws)
    (found,) = health(corpus, NOW)
    assert (found.source, found.postings, found.state) == ("dropfolder:boss", 1, "well")
    days = register.retention_days("dropfolder", "boss", source.terms)
    assert days == 30
    assert expire(ws, corpus, {source.name: days}, now=NOW + 31 * DAY) == 1


def state(ws: Workspace) -> dict[str, list[dict[str, Any]]]:
    corpus = pipeline.corpus_of(ws)
    return {
        name: sorted(corpus.read(name).to_pylist(), key=str) for name in ("postings", "vacancies", "sightings", "rejected")
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("stop", [0, 1, 2, 5])
def test_a_stop_between_any_two_writes_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:  # fmt: skip
    from observatory import collection
    from observatory.corpus import Corpus

    monkeypatch.setattr(collection, "BUFFER", 10)
    undisturbed, stopped = init_workspace(tmp_path / "a"), init_workspace(tmp_path / "b")
    fetch(undisturbed, Invented(range(60)))
    count = itertools.count()
    write = Corpus._write

    class Stopped(BaseException):
        pass

    def failing(self: Corpus, *args: Any, **given: Any) -> None:
        if next(count) == stop:
            raise Stopped
        write(self, *args, **given)

    monkeypatch.setattr(Corpus, "_write", failing)
    with pytest.raises(Stopped):
        fetch(stopped, Invented(range(60)))
    fetch(stopped, Invented(range(60)))
    assert state(stopped) == state(undisturbed)
