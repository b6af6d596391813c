"""Jobs that make reports: one letter a reader and issue, which says the conclusions and carries the files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from observatory import pipeline, reporting
from observatory.collect import Page
from observatory.collect.register import accept
from observatory.config import Workspace, init_workspace, open_workspace
from observatory.jobs import Outcome, Work, load_jobs, obstacles, read_job, settings_of
from observatory.jobs.reports import report
from observatory.ledger import Ledger, open_ledger
from observatory.records import RawPosting

NOW = dt.datetime(2024, 4, 1, 7, tzinfo=dt.UTC)
FILE = """
name = "quality"
kind = "quality-report"
[when]
cron = "0 7 1 * *"
[settings]
languages = ["en", "zh"]
forms = ["html", "pdf"]
to = {to}
"""


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    init_workspace(tmp_path / "w", name="small")
    ws = open_workspace(tmp_path / "w", {"mail.site": "https://observatory.example/"})
    postings = tuple(
        RawPosting(source="one", source_id=str(i), title=f"Kettle tester {i}", employer=f"Firm {i}", language="en",
                   description=f"You test kettle number {i} and write down how long the water took to boil in our works.",
                   posted_at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=i))
        for i in range(40)
    )  # fmt: skip
    pipeline.store_pages(ws, [Page(postings=postings, cursor="")], report=pipeline.StoreReport(), now=NOW)
    pipeline.update_vacancies(pipeline.corpus_of(ws))
    return ws


@pytest.fixture
def ledger(ws: Workspace) -> Iterator[Ledger]:
    ledger = open_ledger(ws)
    yield ledger
    ledger.close()


def run(ws: Workspace, ledger: Ledger, to: str) -> Outcome:
    file = ws.root / "quality.toml"
    file.write_text(FILE.replace("{to}", to), "utf-8")
    job = read_job(file, settings_of())
    outcome = report(
        "quality",
        Work(ws=ws, job=job, due_at=NOW, now=lambda: NOW, ledger=ledger, progress=lambda stage, done, of: None),
    )
    for letter in outcome.letters:
        ledger.queue(letter, now=NOW)
    return outcome


@pytest.mark.slow
def test_a_reader_gets_one_letter_with_all_languages(db: None, ws: Workspace, ledger: Ledger) -> None:
    outcome = run(ws, ledger, '["anna@example.org", "bo@example.org"]')
    assert outcome.result == "quality as of 2024-04-01: 4 files, to 2 readers"
    mails = ledger.mails()
    assert sorted(mail.recipient for mail in mails) == ["anna@example.org", "bo@example.org"]
    anna = mails[-1]
    assert anna.issue == "quality/2024-04-01"
    assert anna.subject == "small: Data-quality report, 2024-04-01"
    assert [Path(file).name for file in anna.files] == ["quality-2024-04-01-en.pdf", "quality-2024-04-01-zh.pdf"]
    assert all((ws.root / file).read_bytes().startswith(b"%PDF") for file in anna.files)
    said = [line.removeprefix("- ") for line in anna.body.splitlines() if line.startswith("- ")]
    page = (ws.var_dir / "reports/quality/2024-04-01/quality-2024-04-01-en.html").read_text("utf-8")
    short = reporting.prepare(ws, "quality", as_of=NOW.replace(hour=0)).in_short("en")
    assert said[: len(short)] == list(short)
    assert "40 postings" in short[0]
    assert all(one in re.sub(r"<[^>]+>", "", page) for one in short)
    assert "All issues: https://observatory.example/archive" in anna.body
    assert "报告见附件" in anna.body
    assert {issue.issue for issue in ledger.issues()} == {"quality/2024-04-01/en", "quality/2024-04-01/zh"}
    run(ws, ledger, '["anna@example.org", "bo@example.org"]')
    assert len(ledger.mails()) == 2  # made again, and nobody is written to again


@pytest.mark.slow
def test_readers_of_one_language_get_that_one_and_no_second_letter(db: None, ws: Workspace, ledger: Ledger) -> None:
    outcome = run(
        ws,
        ledger,
        '{ zh = ["li@example.org", "anna@example.org"], en = ["anna@example.org"], all = ["bo@example.org"] }',
    )
    assert outcome.result.endswith("to 3 readers")
    files = {mail.recipient: [Path(file).stem[-2:] for file in mail.files] for mail in ledger.mails()}
    assert files == {"li@example.org": ["zh"], "anna@example.org": ["zh"], "bo@example.org": ["en", "zh"]}
    li = next(mail for mail in ledger.mails() if mail.recipient == "li@example.org")
    assert li.subject == "small: 数据质量报告, 2024-04-01"
    assert "attached" not in li.body


@pytest.mark.slow
def test_counting_once_gives_the_same_report(ws: Workspace) -> None:
    as_of = NOW.replace(hour=0)
    prepared = reporting.prepare(ws, "quality", as_of=as_of)
    for form in ("html", "pdf", "html"):
        assert prepared.made(form, "en") == reporting.report(ws, "quality", as_of=as_of, form=form, language="en")


def test_what_stands_in_the_way_of_jobs_is_said_beforehand(tmp_path: Path) -> None:
    ws = init_workspace(tmp_path / "fresh")
    (ws.jobs_dir / "a.toml").write_text(FILE.replace("{to}", '{ zh = ["li@example.org"] }'), "utf-8")
    (ws.jobs_dir / "b.toml").write_text(
        'name = "b"\nkind = "collect"\n[when]\nevery = "6h"\n[settings]\nsources = ["hackernews", "greenhouse:x"]\n',
        "utf-8",
    )
    said = obstacles(ws, load_jobs(ws.jobs_dir, settings_of()))
    assert said[0] == "mail.host is empty: letters are kept, none is sent"
    assert "b: hackernews: its terms are not accepted yet" in said[1]
    assert "observatory sources accept hackernews" in said[1]
    accept(ws.root, "hackernews", NOW.date())
    accept(ws.root, "greenhouse", NOW.date())
    assert obstacles(ws, load_jobs(ws.jobs_dir, settings_of())) == said[:1]
    for file in ws.jobs_dir.glob("*.toml"):
        file.write_text("enabled = false\n" + file.read_text("utf-8"), "utf-8")
    assert obstacles(ws, load_jobs(ws.jobs_dir, settings_of())) == []
