"""The pages of jobs and of the archive: what the ledger says is shown, what a person asks is entered."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from observatory.ledger import IssueRow, Ledger
from observatory.ledger.tables import engine_of
from observatory.review.views import operating

NOW = dt.datetime(2025, 1, 2, tzinfo=dt.UTC)


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    made = Ledger(engine_of(f"sqlite:///{tmp_path / 'l.sqlite3'}"))
    monkeypatch.setattr(operating, "ledger", lambda: made)
    made.know("tidy", kind="retention", described="45 0 * * * in UTC", now=NOW, next_due=NOW)
    yield made
    made.close()


@pytest.fixture
def client(db, world):
    client = Client()
    client.force_login(world["administrator"])
    return client


def test_a_job_is_shown_and_asked_for(client, ledger):
    page = client.get("/jobs").content.decode()
    assert "tidy" in page
    assert "45 0 * * * in UTC" in page
    assert "observatory schedule" in page  # nobody schedules, and the page says so
    answer = client.post("/jobs", {"job": "tidy", "verb": "run"})
    assert answer.status_code == 302
    request = ledger.requests(open_only=True)[0]
    assert (request.verb, request.job, request.by) == ("run", "tidy", "administrator")
    ledger.owe(request, now=NOW)
    assert "asked for by administrator" in client.get("/jobs?job=tidy").content.decode()


@pytest.mark.parametrize("sent", [{"job": "none", "verb": "run"}, {"job": "tidy", "verb": "delete"}, {}])
def test_what_cannot_be_asked_is_said(client, ledger, sent):
    answer = client.post("/jobs", sent)
    assert answer.status_code == 200
    assert "known are" in answer.content.decode()
    assert ledger.requests() == []


def test_an_issue_is_listed_and_handed_over(client, ledger, settings):
    folder = settings.WORKSPACE.root / "var" / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "r.pdf").write_bytes(b"%PDF-1.7")
    ledger.add_issue(IssueRow(issue="weekly/2025-01-02/en", kind="weekly", title="Weekly bulletin", language="en", as_of=NOW, made_at=NOW,
                              files={"pdf": "var/reports/r.pdf", "html": "var/reports/gone.html"}))  # fmt: skip
    assert "Weekly bulletin" in client.get("/archive").content.decode()
    answer = client.get("/archive", {"issue": "weekly/2025-01-02/en", "form": "pdf"})
    assert b"".join(answer.streaming_content) == b"%PDF-1.7"
    assert "attachment" in answer["Content-Disposition"]
    for issue, form in (("weekly/2025-01-02/en", "html"), ("weekly/2025-01-02/en", "../x"), ("none", "pdf")):
        assert client.get("/archive", {"issue": issue, "form": form}).status_code == 404
