"""Reports from a workspace: periods, anomalies, files of others, full disks; each report on the invented sample."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from observatory import filed, pipeline, releasing, reporting
from observatory.cli import cli
from observatory.collect import Page
from observatory.config import Workspace, init_workspace, open_workspace
from observatory.errors import BadInput, NotEnoughData, StorageError
from observatory.publish.export import from_csv, to_csv
from observatory.publish.reports import REPORTS
from observatory.publish.reports.frame import source_line
from observatory.publish.speech import LANGUAGES, Speech
from observatory.records import RawPosting

NOW = dt.datetime(2024, 4, 1, tzinfo=dt.UTC)
SAMPLE = Path(__file__).resolve().parent.parent / "corpora" / "sample"


def ask(ws: Workspace, kind: str, as_of: dt.datetime = NOW, **given: Any) -> bytes:
    return reporting.report(ws, kind, as_of=as_of, **{"form": "html", "language": "en", **given})


@pytest.fixture
def small(tmp_path: Path) -> Workspace:
    """A workspace with 60 invented postings of two sources and no run."""
    ws = init_workspace(tmp_path / "ws", name="small")
    postings = [
        RawPosting(source="one" if i % 3 else "two", source_id=str(i), title=f"Kettle tester {i}", employer="" if i % 2 else f"Firm {i}",
                   description=f"You test kettle number {i} and write down how long the water took to boil in our works.",
                   posted_at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=i), place="Lille", language="en")
        for i in range(60)
    ]  # fmt: skip
    report = pipeline.StoreReport()
    pipeline.store_pages(ws, [Page(postings=tuple(postings), cursor="")], report=report, now=NOW + dt.timedelta(days=3))
    pipeline.update_vacancies(pipeline.corpus_of(ws))
    assert report.added == 60
    return ws


# --- periods and anomalies -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "as_of", "start"),
    [
        ("weekly", dt.date(2024, 3, 4), dt.date(2024, 2, 26)), ("quarterly", dt.date(2024, 4, 1), dt.date(2024, 1, 1)),
        ("quarterly", dt.date(2024, 4, 2), dt.date(2024, 4, 1)), ("annual", dt.date(2024, 1, 1), dt.date(2023, 1, 1)),
        ("annual", dt.date(2024, 1, 2), dt.date(2024, 1, 1)), ("quality", dt.date(2024, 4, 1), dt.date(2022, 4, 1)),
    ],
)  # fmt: skip
def test_the_period_ends_with_the_day_before(kind: str, as_of: dt.date, start: dt.date) -> None:
    assert reporting.span_of(kind, as_of) == reporting.Span(start=start, end=as_of)


def months(counts: list[int]) -> dict[dt.date, int]:
    return {dt.date(2022 + i // 12, i % 12 + 1, 1): n for i, n in enumerate(counts) if n}


def marks(counts: list[int], **given: Any) -> list[str]:
    last = dt.date(2022 + len(counts) // 12, len(counts) % 12 + 1, 1)
    return [v.anomaly for v in reporting.volumes("s", months(counts), last=last, **given)]


def test_planted_anomalies_are_marked_and_nothing_else() -> None:
    rng = random.Random(3)
    counts = [round(rng.gauss(100, 9)) for _ in range(24)]
    counts[10], counts[15], counts[20] = 0, 190, 30
    found = marks(counts)
    assert (found[10], found[15], found[20]) == ("silent", "high", "low")
    assert sum(bool(one) for one in found) == 3


def test_noise_of_small_counts_is_no_anomaly() -> None:
    rng = random.Random(5)
    noise = [sum(rng.random() < 0.5 for _ in range(16)) for _ in range(240)]
    assert sum(bool(one) for one in marks(noise)) <= 2


def test_the_unfinished_month_is_not_called_low() -> None:
    assert marks([50] * 12 + [9], whole=True)[-1] == "low"
    assert marks([50] * 12 + [9], whole=False)[-1] == ""


def test_a_source_that_stopped_is_silent_to_the_end() -> None:
    assert marks([50] * 12 + [0, 0])[-2:] == ["silent", "silent"]


def test_a_source_that_ended_long_ago_is_news_no_more() -> None:
    found = marks([50] * 12 + [0] * 24)
    assert found[12:19] == ["silent"] * 7  # until more than half of the twelve months before are empty
    assert not any(found[19:])


# --- files of others -----------------------------------------------------------------------------


def verdict(**changed: Any) -> dict[str, Any]:
    return {"candidate_id": "p1", "verdict": "adopt", "kind": "occupation", "name": "Kettle tester", "reason_code": "",
            "decided_at": "2024-03-01T10:00:00+00:00", "dossier_sha256": "", "vacancies": 7, "merged_into": "",
            "silenced_at_vacancies": None, **changed}  # fmt: skip


def test_decisions_are_read_up_to_the_day(tmp_path: Path) -> None:
    file = tmp_path / "verdicts.json"
    assert filed.read_decisions(file, NOW) is None
    file.write_text(
        json.dumps({"verdicts": [verdict(), verdict(candidate_id="p2", decided_at="2024-04-01T00:00:00+00:00")]})
    )
    found = filed.read_decisions(file, NOW)
    assert found is not None
    assert [d.candidate_id for d in found] == ["p1"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"verdicts": [{"candidate_id": "p"}]}', '{"verdicts": [{"decided_at": 1e99}]}']
)
def test_a_broken_file_of_decisions_is_a_clear_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "verdicts.json"
    file.write_text(text)
    with pytest.raises(BadInput, match=r"not a file of decisions.*observatory review verdicts --out"):
        filed.read_decisions(file, NOW)


@pytest.mark.parametrize("text", ["", "{}", '[{"as_of": "soon"}]', "3"])
def test_a_broken_back_test_is_a_clear_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "backtest.json"
    file.write_text(text)
    with pytest.raises(BadInput, match="not the figures of a back-test"):
        filed.read_backtest(file)


# --- writing -------------------------------------------------------------------------------------


def test_a_full_disk_keeps_the_old_report(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(b"the old one")
    script = (
        "import resource, sys, pathlib\nresource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "from observatory import filed\nfrom observatory.errors import StorageError\n"
        "try:\n    filed.write_beside(pathlib.Path(sys.argv[1]), b'x' * 100_000)\n"
        "except StorageError as error:\n    print(error)\n"
    )
    made = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert "cannot be written (File too large); the file that was there is untouched" in made.stdout
    assert path.read_bytes() == b"the old one"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report.html"]


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        filed.write_beside(tmp_path / "file" / "report.html", b"x")


def test_what_is_written_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    filed.write_beside(path, b"first")
    filed.write_beside(path, b"second")
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o644


# --- a workspace ---------------------------------------------------------------------------------


def test_without_postings_or_run_there_is_a_clear_error(tmp_path: Path, small: Workspace) -> None:
    for kind in REPORTS:
        with pytest.raises(NotEnoughData, match=r"observatory (import|run)"):
            ask(init_workspace(tmp_path / kind), kind)
    for kind in ("weekly", "quarterly", "annual"):
        with pytest.raises(NotEnoughData, match="observatory run --as-of 2024-04-01"):
            ask(small, kind)


def test_an_empty_week_still_names_the_sources_its_run_rests_on(small: Workspace) -> None:
    later = NOW + dt.timedelta(days=300)
    reader = reporting.Reader(small, later, filed.decisions_file(small), filed.backtest_file(small))
    basis = reader.basis("weekly")
    assert (basis.postings, basis.sources, basis.stored) == (0, (), ("one", "two"))
    assert basis.attributions == (("one", "", ""), ("two", "", ""))
    assert reader._attributions(["greenhouse:a", "greenhouse:b"]) == (
        ("greenhouse", "the employer's Greenhouse job board", "public job board; texts belong to the employer"),
    )
    assert "one, two" in source_line(basis, Speech("en")).text


def test_a_release_needs_a_run(small: Workspace) -> None:
    with pytest.raises(NotEnoughData, match="observatory run --as-of 2024-04-01"):
        releasing.export(small, "csv", as_of=NOW)


def test_the_quality_report_needs_no_run(small: Workspace) -> None:
    reader = reporting.Reader(small, NOW, filed.decisions_file(small), filed.backtest_file(small))
    facts = reader.quality()
    one, two = facts.quality
    assert (one.source, one.postings, two.postings) == ("one", 40, 20)
    assert one.no_employer == one.employer_read == 0.5
    assert one.delay_median == pytest.approx(64.5, abs=3)  # from a day between January and February to 4 April
    assert one.vague == 0
    assert one.vague_days is None
    assert {v.month: v.postings for v in facts.volumes if v.source == "two"}[dt.date(2024, 1, 1)] == 11
    assert facts.languages == (("en", 60),)
    assert ask(small, "quality") == ask(small, "quality")


def test_vague_dates_are_counted_with_their_widths(tmp_path: Path) -> None:
    ws = init_workspace(tmp_path / "vague", name="vague")
    dates = ("March 2024", "February 2024", "30+ days ago", "2024-03-28")
    postings = tuple(
        RawPosting(
            source="board", source_id=str(i), title=f"Kettle tester {i}", posted_at=date, place="Lille", language="en",
            description=f"You test kettle number {i} and write down how long the water took to boil in our works.",
        )
        for i, date in enumerate(dates)
    )  # fmt: skip
    now = dt.datetime(2024, 4, 1, tzinfo=dt.UTC)
    pipeline.store_pages(ws, [Page(postings=postings, cursor="")], report=pipeline.StoreReport(), now=now)
    pipeline.update_vacancies(pipeline.corpus_of(ws))
    (board,) = reporting.Reader(ws, now, filed.decisions_file(ws), filed.backtest_file(ws)).quality().quality
    assert board.vague == 0.75
    assert board.vague_days == 30  # of 31 and 29 days; "30+ days ago" has no earliest day, so no width


def test_the_command_writes_a_file_and_says_where(small: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "q.docx"
    made = CliRunner().invoke(
        cli, ["-w", str(small.root), "report", "quality", "--as-of", "2024-04-01", "--format", "docx", "--lang", "it", "--out", str(out)]
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    assert made.output.strip() == str(out)
    assert out.read_bytes()[:2] == b"PK"


# --- the invented sample -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample with a run as of 2025-01-01, names compared by their letters."""
    spec = importlib.util.spec_from_file_location("sample_for_reports", SAMPLE / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = generator
    spec.loader.exec_module(generator)
    folder = tmp_path_factory.mktemp("reports")
    paths = []
    for name, data in generator.generate().items():
        (folder / name).write_bytes(data)
        paths.append(folder / name)
    init_workspace(folder / "ws", name="demo")
    ws = open_workspace(folder / "ws", {"encoder.en": "char-ngram"})
    now = dt.datetime(2025, 1, 2, tzinfo=dt.UTC)
    added = CliRunner().invoke(
        cli, ["-w", str(ws.root), "taxonomy", "add", str(SAMPLE / "taxonomy.csv"), "--scheme", "csv", "--name", "isco-08",
              "--version", "2008", "--released", "2008-01-01"],
    )  # fmt: skip
    assert added.exit_code == 0, added.output
    pipeline.import_files(ws, paths, source=None, columns=None, now=now)
    pipeline.run(ws, as_of=dt.datetime(2025, 1, 1, tzinfo=dt.UTC), now=now)
    return ws


DAY = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


@pytest.mark.slow
@pytest.mark.parametrize("kind", REPORTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_report_in_each_language_on_the_sample(demo: Workspace, kind: str, language: str) -> None:
    page = ask(demo, kind, DAY, language=language)
    assert page == ask(demo, kind, DAY, language=language)
    for form in ("pdf", "docx"):
        assert len(ask(demo, kind, DAY, form=form, language=language)) > 20_000


@pytest.mark.slow
def test_the_quarter_leads_with_what_is_planted_and_a_later_import_changes_nothing(demo: Workspace) -> None:
    before = ask(demo, "quarterly", DAY)
    text = before.decode()
    for title in ("Agent Behaviour Auditor", "Battery Passport Analyst", "Robot Fleet Coordinator"):
        assert title in text
    late = RawPosting(source="late", source_id="1", title="Kettle tester", description="You test kettles for us all day long.",
                      posted_at="2024-12-01", employer="Firm", language="en")  # fmt: skip
    pipeline.store_pages(
        demo,
        [Page(postings=(late,), cursor="")],
        report=pipeline.StoreReport(),
        now=dt.datetime(2025, 2, 1, tzinfo=dt.UTC),
    )
    pipeline.update_vacancies(pipeline.corpus_of(demo))
    assert ask(demo, "quarterly", DAY) == before
    assert b"late" in ask(demo, "quality", DAY)


@pytest.mark.slow
def test_the_register_of_the_sample_leaves_and_comes_back(demo: Workspace) -> None:
    made = releasing.export(demo, "csv", as_of=DAY)
    found = from_csv(made.decode())
    assert to_csv(found).encode() == made
    assert "Agent Behaviour Auditor" in {entry.title for entry in found}
    assert b"licence not stated by the importer" in releasing.export(demo, "turtle", as_of=DAY)


@pytest.mark.slow
def test_an_empty_quarter_says_so(demo: Workspace) -> None:
    text = ask(demo, "quarterly", dt.datetime(2025, 7, 1, tzinfo=dt.UTC)).decode()
    assert "This quarter is empty" in text
    assert "The newest run is as of 1 January 2025" in text


@pytest.mark.slow
def test_a_report_from_stored_results_is_quick(demo: Workspace) -> None:
    started = time.process_time()
    ask(demo, "quarterly", DAY)
    assert time.process_time() - started < 30, os.cpu_count()
