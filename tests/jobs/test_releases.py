"""Whether a classification has a new version: read from a real server, told to each reader once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from observatory.config import Workspace, init_workspace, open_workspace
from observatory.jobs import KINDS, Job, Stopping, read_job, settings_of, work
from observatory.jobs.releases import ReleasePage, newest_version
from observatory.ledger import DONE, FAILED, Ledger, RunRow, open_ledger
from observatory.pipeline import shelf_of
from observatory.records import Occupation, Taxonomy

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
WEEK = dt.timedelta(weeks=1)
ESCO = "<h1>Releases</h1><li>ESCO&nbsp;<b>v1.2.0</b></li><li>ESCO v1.10.0</li><!-- ESCO v9.9 --><li>ESCO v1.9</li>"
ONET = "<h1>O*NET&reg; 30.3 Database</h1><p>reports that use the O*NET 30.0 Database</p>"


class Publisher:
    """A web server on this machine; `pages` holds what it answers, and a path that is not there gives 404."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {"/esco": ESCO, "/onet": ONET}
        pages = self.pages

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = pages.get(self.path, "").encode()
                self.send_response(200 if self.path in pages else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    found = Publisher()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    init_workspace(tmp_path / "w")
    ws = open_workspace(tmp_path / "w")
    _shelve(ws, "esco", "1.2.0")
    _shelve(ws, "onet", "30.2")
    return ws


@pytest.fixture
def ledger(ws: Workspace) -> Iterator[Ledger]:
    found = open_ledger(ws)
    yield found
    found.close()


def _shelve(ws: Workspace, scheme: str, version: str) -> None:
    weaver = (Occupation(code="1", labels={"en": "weaver"}),)
    shelf_of(ws).add(Taxonomy(scheme=scheme, version=version, released=dt.date(2025, 1, 1), occupations=weaver))


def _job(ws: Workspace, publisher: Publisher, tell: str = '"a@example.org", "b@example.org"') -> Job:
    file = ws.jobs_dir / "releases.toml"
    patterns = (r"ESCO\s+v([0-9.]*[0-9])", r"O\*NET®?\s+([0-9.]+)\s+Database")
    pages = "".join(
        f"[[settings.pages]]\nscheme = '{scheme}'\nurl = '{publisher.address}/{scheme}'\npattern = '''{pattern}'''\ninternal = true\n"
        for scheme, pattern in zip(("esco", "onet"), patterns, strict=True)
    )
    text = f'name = "releases"\nkind = "taxonomy-releases"\ntell = [{tell}]\n[when]\ncron = "0 9 * * mon"\n{pages}'
    file.write_text(text, "utf-8")
    return read_job(file, settings_of())


def _run(ws: Workspace, ledger: Ledger, job: Job, now: dt.datetime) -> RunRow:
    """A run that somebody asked for, done by the job's own process code."""
    ledger.know(job.name, kind=job.kind, described=str(job.when), now=now, next_due=None)
    ledger.request("run", job.name, by="Anna", now=now)
    ledger.owe(ledger.requests(open_only=True)[0], now=now)
    begun = ledger.begin(ledger.owed(job.name)[0], now=now)
    assert begun is not None
    work(
        ws, job, begun.run, begun.attempt, kinds=KINDS, ledger=ledger, clock=lambda: now, stopping=Stopping()
    )  # fmt: skip
    ended = ledger.run(begun.run)
    assert ended is not None
    return ended


def test_a_new_version_is_told_to_each_reader_once(ws: Workspace, ledger: Ledger, publisher: Publisher) -> None:
    job = _job(ws, publisher)
    for week in range(3):
        run = _run(ws, ledger, job, NOW + week * WEEK)
        assert run.state == DONE
        assert run.result == "esco 1.10.0 is out, the shelf has 1.2.0; onet 30.3 is out, the shelf has 30.2"
    told = {(mail.issue, mail.recipient) for mail in ledger.mails()}
    assert len(ledger.mails()) == 4
    assert told == {(f"taxonomy/{v}", f"{who}@example.org") for v in ("esco/1.10", "onet/30.3") for who in "ab"}
    letter = next(mail for mail in ledger.mails() if mail.issue == "taxonomy/esco/1.10")
    assert "esco 1.10.0 is out" in letter.subject
    assert "the observatory has 1.2.0" in letter.body
    assert "observatory taxonomy add FILE --scheme esco --version 1.10.0 --released" in letter.body

    _run(ws, ledger, _job(ws, publisher, tell='"a@example.org", "c@example.org"'), NOW + 3 * WEEK)
    assert sorted(mail.recipient for mail in ledger.mails()) == [f"{who}@example.org" for who in "aabbcc"]


def test_a_version_that_was_added_is_no_news_and_the_next_one_is(
    ws: Workspace, ledger: Ledger, publisher: Publisher
) -> None:
    job = _job(ws, publisher, tell='"a@example.org"')
    _shelve(ws, "esco", "1.10")
    _shelve(ws, "onet", "30.3")
    assert _run(ws, ledger, job, NOW).result == (
        "esco 1.10.0 is the newest, the shelf has 1.10; onet 30.3 is the newest, the shelf has 30.3"
    )
    assert ledger.mails() == []
    publisher.pages["/esco"] += "<li>ESCO v2.0.0</li>"
    _run(ws, ledger, job, NOW + WEEK)
    assert [mail.issue for mail in ledger.mails()] == ["taxonomy/esco/2"]


def test_a_page_that_fails_keeps_no_news_of_the_others_back(
    ws: Workspace, ledger: Ledger, publisher: Publisher
) -> None:
    job = _job(ws, publisher, tell='"a@example.org"')
    publisher.pages["/esco"] = "<h1>This page has moved</h1>"
    run = _run(ws, ledger, job, NOW)
    assert run.state == FAILED
    for part in ("1 of 2 pages failed", "no version of esco fits the pattern", "onet 30.3 is out"):
        assert part in run.reason
    assert [mail.issue for mail in ledger.mails() if mail.issue.startswith("taxonomy/")] == ["taxonomy/onet/30.3"]
    publisher.pages["/esco"] = ESCO
    assert _run(ws, ledger, job, NOW + WEEK).state == DONE
    told = [mail.issue for mail in ledger.mails() if mail.issue.startswith("taxonomy/")]
    assert sorted(told) == ["taxonomy/esco/1.10", "taxonomy/onet/30.3"]


def test_a_page_of_the_own_network_is_asked_only_where_the_file_says_so(
    ws: Workspace, ledger: Ledger, publisher: Publisher
) -> None:
    file = ws.jobs_dir / "releases.toml"
    _job(ws, publisher)
    file.write_text(file.read_text("utf-8").replace("internal = true", "").replace("http:", "https:"), "utf-8")
    run = _run(ws, ledger, read_job(file, settings_of()), NOW)
    assert run.state == FAILED
    assert "127.0.0.1 is not a public address" in run.reason


def test_the_pattern_may_also_aim_at_the_source_of_a_page() -> None:
    page = ReleasePage(scheme="onet", url="https://x.example", pattern=r"db_([0-9_]+)_text\.zip")
    source = '<a href="/dl/db_30_2_text.zip">Text</a> <a href="/dl/db_30_3_text.zip">Text</a>'
    assert newest_version(source, page) == "30_3"
