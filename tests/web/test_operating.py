"""The pages of jobs and of the archive: what the ledger says is shown, what a person asks is entered."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from observatory.ledger import DONE, FAILED, LOCK, MISSED, OWED, SILENCE, Entry, IssueRow, Ledger, Letter
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


def test_a_frozen_scheduler_that_keeps_its_lock_is_named(client, ledger):
    first = ledger.take_lead(None, "here 1 x", by=LOCK, now=NOW)
    second = ledger.take_lead(first, "there 2 y", by=SILENCE, now=NOW)
    assert "keeps its lock; wake it or end it: here 1 x" in client.get("/jobs").content.decode()
    ledger.fenced(second).has_lock()
    assert "keeps its lock" not in client.get("/jobs").content.decode()


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


def begun(ledger, *, due=NOW):
    """A run of "tidy" that is under way."""
    row = ledger.job("tidy")
    ledger.settle(
        row, [Entry(due_at=due, state=OWED)], until=row.settled_until + dt.timedelta(seconds=1), next_due=None
    )
    return ledger.begin(ledger.owed("tidy")[0], now=due)


def test_a_run_under_way_shows_its_progress_and_log_and_is_asked_again(client, ledger, settings):
    run = begun(ledger)
    ledger.progress(run.run, 1, "tidy 3 of 9", now=NOW)
    folder = settings.WORKSPACE.var_dir / "jobs" / "tidy"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{run.run}.log").write_text("x" * 20_000 + "\nthe <newest> line\n", "utf-8")
    page = client.get("/jobs").content.decode()
    assert "tidy 3 of 9" in page
    assert "the &lt;newest&gt; line" in page
    assert page.count("x" * 4_100) == 0  # only the end of the log
    assert 'hx-trigger="every 4s"' in page
    client.post("/jobs", {"job": "tidy", "verb": "stop", "run": str(run.run)})
    request = ledger.requests(open_only=True)[0]
    assert (request.verb, request.run) == ("stop", run.run)
    assert "Asked and not yet handled: stop tidy, by administrator" in client.get("/jobs").content.decode()
    ledger.end(run, DONE, now=NOW + dt.timedelta(minutes=125), result="12 logs removed")
    page = client.get("/jobs").content.decode()
    assert 'hx-trigger="every 4s"' not in page
    assert "2 h 5 min" in page
    assert "12 logs removed" in page


def test_failed_and_missed_runs_and_letters_surface(client, ledger):
    now = timezone.now()
    row = ledger.job("tidy")
    missed = Entry(due_at=now - dt.timedelta(days=1), state=MISSED, reason="nothing ran it for a day")
    ledger.settle(row, [missed], until=now, next_due=now)
    ledger.queue(Letter(issue="x", recipients=("a@example.org",), subject="s", body="b"), now=now)
    page = client.get("/jobs").content.decode()
    assert "missed in the last seven days: 1" in page
    assert "letters that wait to be sent: 1" in page
    assert "nothing ran it for a day" in client.get("/jobs?state=missed").content.decode()
    assert "nothing ran it for a day" not in client.get("/jobs?state=done").content.decode()


def test_the_issues_of_a_day_stand_together_in_the_readers_language(client, ledger):
    for language, title in (("en", "Weekly bulletin"), ("it", "Bollettino settimanale")):
        ledger.add_issue(IssueRow(issue=f"weekly/2025-01-02/{language}", kind="weekly", title=title, language=language, as_of=NOW,
                                  made_at=NOW, files={"pdf": "var/reports/r.pdf"}))  # fmt: skip
    english = client.get("/archive").content.decode()
    assert '<strong lang="en">Weekly bulletin</strong>' in english
    assert english.count(">PDF</a>") == 2
    italian = client.get("/archive", headers={"accept-language": "it"}).content.decode()
    assert '<strong lang="it">Bollettino settimanale</strong>' in italian
    assert italian.index("weekly/2025-01-02/it".replace("/", "%2F")) < italian.index("weekly%2F2025-01-02%2Fen")


def test_a_disabled_job_shows_no_next_time(client, ledger):
    ledger.know("tidy", kind="retention", described="45 0 * * * in UTC", now=NOW, next_due=None)
    page = client.get("/jobs").content.decode()
    assert "disabled in its file" in page
    assert "2025-01-02 00:00" not in page


def test_home_says_how_the_jobs_of_the_ledger_fare(client, ledger):
    now = timezone.now()
    page = client.get("/").content.decode()
    assert "no sign of life" in page
    ledger.beat("me", now=now)
    page = client.get("/").content.decode()
    assert "no sign of life" not in page
    assert "known: 1" in page
    row = ledger.job("tidy")
    ledger.settle(row, [Entry(due_at=now - dt.timedelta(hours=9), state=MISSED, reason="off")], until=now, next_due=now)
    assert "missed in the last seven days: 1" in client.get("/").content.decode()
    ledger.know("other", kind="retention", described="", now=now, next_due=now)
    ledger.settle(
        ledger.job("other"), [Entry(due_at=now, state=OWED)], until=now + dt.timedelta(seconds=1), next_due=now
    )
    run = ledger.begin(ledger.owed("other")[0], now=now)
    ledger.end(run, FAILED, now=now, reason="no disk")
    assert "failures in a row: 1" in client.get("/").content.decode()


def test_the_record_names_its_details_in_the_readers_language(client, world):
    from django.db import transaction

    from observatory.review.audit import record

    with transaction.atomic():
        record(by=world["administrator"], verb="token.made", of=world["administrator"], now=NOW,
               details={"reason_code": "small", "of_tomorrow": 1})  # fmt: skip
    assert "ground of rejection" in client.get("/record").content.decode()
    chinese = client.get("/record", headers={"accept-language": "zh-hans"}).content.decode()
    assert "否决依据" in chinese
    assert "of tomorrow" in chinese
    assert "reason_code" not in chinese


def test_the_record_says_codes_changes_and_lists_in_words(client, world):
    from django.db import transaction

    from observatory.review.audit import record

    said = {
        "status": ["new", "assessing"], "analysts": ["bo", "carla"], "carried": True, "merge_into": "",
        "points": {"purpose": 3}, "changed": {"title": ["Old name", "New name"]}, "relation": "closeMatch",
    }  # fmt: skip
    with transaction.atomic():
        record(by=world["administrator"], verb="token.made", of=world["administrator"], now=NOW, details=said)
    page = client.get("/record").content.decode()
    for words in (
        "New → In assessment",
        "bo, carla",
        "<bdi>yes</bdi>",
        "purpose 3",
        "title Old name → New name",
        "nearly the same",
    ):
        assert words in page
    assert "[&#x27;" not in page
    assert "merge into" not in page
    chinese = client.get("/record", headers={"accept-language": "zh-hans"}).content.decode()
    assert "新 → 评估中" in chinese
    assert "人员" in chinese
    assert "nearly the same" not in chinese
