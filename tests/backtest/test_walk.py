"""The walk: the future changes nothing, bad input is said, and the page shows what was found."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from observatory import pipeline, publish
from observatory.backtest import as_of_dates, backtest, walk
from observatory.backtest.walk import Past, candidates_of
from observatory.cli import cli
from observatory.config import Workspace, open_workspace
from observatory.errors import BadInput, NotEnoughData
from observatory.records import Backtest, Recognition

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
STEADY = ("Software Engineer", "Sales Manager", "Office Manager", "Data Analyst", "Support Engineer")
FIRST, LAST = dt.date(2021, 6, 30), dt.date(2021, 12, 31)
TRUTH = (
    Recognition(title="drone inspectors", recognised=dt.date(2023, 6, 1), by="an authority"),
    Recognition(title="sales manager", recognised=dt.date(2001, 1, 1), by="an authority"),
    Recognition(title="Moon Gardener", recognised=dt.date(2024, 1, 1), by="an authority"),
)


def adverts(until: dt.date) -> Iterator[dict[str, str]]:
    """Invented postings from 2019 until a day: steady roles, one that rises, one that comes later."""
    lot = random.Random(0)
    for n in range(48):
        year, month = 2019 + n // 12, n % 12 + 1
        rising = max(0, n - 14) // 3
        later = 6 if n >= 38 else 0
        titles = [*STEADY * 3, *["Drone Inspector"] * rising, *["Moon Gardener"] * later]
        for i, title in enumerate(titles):
            day = dt.date(year, month, lot.randint(1, 28))
            employer = f"House {lot.randint(1, 60)}"
            place = lot.choice(("Leeds", "Turin", "Lyon"))
            if day < until:
                yield {
                    "id": f"{n}-{i}", "posted_at": day.isoformat(), "title": title, "employer": employer,
                    "description": f"{employer} in {place} is looking for a {title}. Post {n}-{i}: {lot.random()}",
                }  # fmt: skip


def workspace(folder: Path, until: dt.date) -> Workspace:
    folder.mkdir()
    (folder / "observatory.toml").write_text(
        '[workspace]\nname = "invented"\nformat_version = 1\nlanguages = ["en"]\n[encoder]\nen = "char-ngram"\n',
        "utf-8",
    )
    ws = open_workspace(folder)
    file = folder / "postings.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in adverts(until)) + "\n", "utf-8")
    pipeline.import_files(ws, [file], source="invented", columns=None, now=NOW)
    return ws


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Postings up to the last date."""
    return workspace(tmp_path_factory.mktemp("past") / "ws", LAST)


@pytest.fixture(scope="module")
def future(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The same postings, and those of a year after."""
    return workspace(tmp_path_factory.mktemp("future") / "ws", dt.date(2023, 1, 1))


@pytest.fixture(scope="module")
def walked(past: Workspace) -> Backtest:
    return backtest(past, as_of_dates(FIRST, LAST, 6), TRUTH, truth_name="truth.csv", now=NOW)


def lists(ws: Workspace) -> list[list[dict[str, Any]]]:
    corpus = pipeline.corpus_of(ws)
    runs = [pipeline.newest_run(corpus, day) for day in as_of_dates(FIRST, LAST, 6)]
    return [[asdict(one) for one in candidates_of(corpus, run)] for run in runs if run is not None]


def test_appending_the_future_changes_nothing(past: Workspace, future: Workspace, walked: Backtest) -> None:
    again = backtest(future, as_of_dates(FIRST, LAST, 6), TRUTH, truth_name="truth.csv", now=NOW)
    assert lists(past) == lists(future)
    assert len(lists(past)) == 2
    assert any(lists(past))
    assert again.lists == tuple(
        type(one)(**{**{f: getattr(one, f) for f in one.__slots__}, "run_id": two.run_id, "seconds": two.seconds})
        for one, two in zip(walked.lists, again.lists, strict=True)
    )
    assert again.scores == walked.scores


def test_the_riser_is_found_and_its_lead_counted(walked: Backtest) -> None:
    (lead,) = [one for one in walked.leads if one.recognition.title == "drone inspectors"]
    assert lead.findable
    assert lead.candidate == "Drone Inspector"
    assert (lead.first, lead.censored, lead.months) == (FIRST, "left", 23)
    assert walked.lists[0].rows[lead.rank - 1].outcome == "recognised"


def test_what_has_no_postings_yet_is_not_held_against_the_lists(walked: Backtest) -> None:
    (lead,) = [one for one in walked.leads if one.recognition.title == "Moon Gardener"]
    assert not lead.findable
    assert lead.vacancies == 0


def test_what_was_recognised_before_is_known_and_has_no_lead(walked: Backtest) -> None:
    assert all(one.recognition.title != "sales manager" for one in walked.leads)
    rows = [row for one in walked.lists for row in one.rows if row.title == "Sales Manager"]
    assert all(row.outcome == "known" for row in rows)


def test_one_source_is_said(walked: Backtest) -> None:
    assert any("One source only (invented)" in limit for limit in walked.limits)
    assert any("no classification was loaded" in limit for limit in walked.limits)


def test_the_page_is_whole_escaped_and_the_same_every_time(walked: Backtest) -> None:
    page = publish.backtest_page(walked)
    assert page == publish.backtest_page(walked)
    assert "Drone Inspector" in page
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "https://" not in page
    odd = TRUTH[0].__class__(title="<b>drone inspectors</b>", recognised=dt.date(2023, 6, 1), by="x & y")
    lead = walked.leads[0].__class__(
        **{**{f: getattr(walked.leads[0], f) for f in walked.leads[0].__slots__}, "recognition": odd}
    )
    other = walked.__class__(**{**{f: getattr(walked, f) for f in walked.__slots__}, "leads": (lead,)})
    assert "<b>drone" not in publish.backtest_page(other)


def test_a_date_before_all_postings_is_an_empty_list_with_the_reason(past: Workspace) -> None:
    days = as_of_dates(dt.date(2017, 12, 31), LAST, 48)
    found = backtest(past, days, TRUTH, truth_name="t", now=NOW)
    assert found.lists[0].rows == ()
    assert "no posting before 2017-12-31" in found.lists[0].note
    publish.backtest_page(found)
    with pytest.raises(NotEnoughData, match="no date of the walk has postings"):
        backtest(past, days[:1], TRUTH, truth_name="t", now=NOW)


def test_months_that_say_nothing_are_left_out_as_in_detection(
    past: Workspace, walked: Backtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = dt.datetime(2021, 12, 31, tzinfo=dt.UTC)
    whole = Past(past, end)
    silent = 2021 * 12 + 4
    assert whole.exposure[silent]
    assert (whole.hired["month"] == silent).any()
    monkeypatch.setattr(walk, "missing_months", lambda corpus, as_of: [("invented", silent)])
    held = Past(past, end)
    assert held.exposure == {month: n for month, n in whole.exposure.items() if month != silent}
    assert set(held.hired["month"]) == set(whole.hired["month"]) - {silent}


def test_short_history_is_said(past: Workspace) -> None:
    found = backtest(past, as_of_dates(dt.date(2019, 3, 31), dt.date(2019, 3, 31), 1), TRUTH, truth_name="t", now=NOW)
    assert any(limit.startswith("Short history: 3 months") for limit in found.limits)


def test_dates_of_a_walk() -> None:
    assert [day.day for day in as_of_dates(dt.date(2020, 1, 31), dt.date(2020, 4, 30), 1)] == [31, 29, 31, 30]
    with pytest.raises(BadInput, match="after it ends"):
        as_of_dates(LAST, FIRST, 1)
    with pytest.raises(BadInput, match="at least one month"):
        as_of_dates(FIRST, LAST, 0)


def test_the_command_writes_page_and_json(past: Workspace, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("title,recognised,by\ndrone inspector,2023-06,an authority\n", "utf-8")
    arguments = ["-w", str(past.root), "backtest", "--from", "2021-06-30", "--to", "2021-12-31", "--every", "6",
                 "--truth", str(truth), "--out", str(tmp_path / "out")]  # fmt: skip
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "Drone Inspector, no." in done.output
    assert (tmp_path / "out" / "backtest.html").stat().st_size > 10_000
    plain = json.loads((tmp_path / "out" / "backtest.json").read_text("utf-8"))
    assert plain["leads"][0]["months"] == 23
    shown = CliRunner().invoke(cli, [*arguments, "--json"], catch_exceptions=False)
    assert json.loads(shown.output)["truth"] == "truth.csv"


def test_the_annual_report_shows_what_the_command_wrote(past: Workspace, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("title,recognised,by\ndrone inspector,2023-06,an authority\n", "utf-8")
    arguments = ["-w", str(past.root), "backtest", "--from", "2021-06-30", "--to", "2021-12-31", "--every", "6",
                 "--truth", str(truth), "--json"]  # fmt: skip
    walked = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert walked.exit_code == 0, walked.output
    plain = json.loads(walked.output)
    arguments = [
        "-w",
        str(past.root),
        "report",
        "annual",
        "--as-of",
        "2021-12-31",
        "--out",
        str(tmp_path / "year.html"),
    ]
    made = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert made.exit_code == 0, made.output
    page = (tmp_path / "year.html").read_text("utf-8")
    assert "In the back-test (2 lists as of 30 June 2021 to 31 December 2021) 1 of 1 later recognitions" in page
    assert "against truth.csv" in page
    median = next(score["value"] for score in plain["scores"] if score["name"] == "median lead")
    assert f"Their median lead is {median:.0f} months." in page
    assert page.count("Drone Inspector") >= 2
    assert re.search(r"corpus version \d+", page[page.index("back-test (backtest.json)") :])


def test_the_command_refuses_a_walk_backwards(past: Workspace, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("title,recognised,by\nA,2023,B\n", "utf-8")
    done = CliRunner().invoke(
        cli, ["-w", str(past.root), "backtest", "--from", "2022-01-01", "--to", "2021-01-01", "--truth", str(truth)]
    )
    assert done.exit_code == 2
    assert "after --to" in done.output


@pytest.mark.shared
@pytest.mark.slow
def test_appending_the_future_to_the_real_past_changes_nothing(shared_data: Path, tmp_path: Path) -> None:
    import pandas as pd

    rows = pd.read_parquet(shared_data / "data" / "postings" / "hn_whoishiring_2011_2019.parquet")
    day = pd.to_datetime(rows["posted_at"])
    found = {}
    for name, until in (("past", "2011-10-01"), ("future", "2012-01-01")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "observatory.toml").write_text(
            '[workspace]\nname = "hn"\nformat_version = 1\nlanguages = ["en"]\n[encoder]\nen = "char-ngram"\n', "utf-8"
        )
        ws = open_workspace(folder)
        rows[day < until].to_parquet(folder / "part.parquet")
        pipeline.import_files(ws, [folder / "part.parquet"], source="hn", columns=None, now=NOW)
        days = as_of_dates(dt.date(2011, 7, 31), dt.date(2011, 9, 30), 2)
        for at in days:
            pipeline.run(ws, as_of=at, now=NOW)
        corpus = pipeline.corpus_of(ws)
        runs = [pipeline.newest_run(corpus, at) for at in days]
        found[name] = [[asdict(one) for one in candidates_of(corpus, run)] for run in runs if run is not None]
    assert found["past"] == found["future"]
    assert len(found["past"]) == 2
    assert all(found["past"])
