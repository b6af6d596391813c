"""What the scheduler decides, one case at a time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from simulation import World, job

from observatory.jobs.dispatch import Dispatcher, judge
from observatory.jobs.when import Every, cron
from observatory.ledger import DONE, FAILED, MISSED, OWED, RUNNING, SENT, STOPPED, Letter

UTC = dt.UTC
START = dt.datetime(2025, 3, 3, tzinfo=UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
OPS = ("ops@example.org",)


def world(*jobs: Any, **more: Any) -> World:
    return World(jobs=jobs, start=START, **more)


def states(w: World, name: str = "") -> list[str]:
    return [row.state for row in reversed(w.ledger.runs(name, limit=1_000))]


def test_runs_are_done_when_due() -> None:
    w = world(job("a", cron("0 6 * * *", "UTC")), job("b", Every(seconds=12 * 3600)))
    w.until(START + 2 * DAY + HOUR)
    assert states(w, "a") == [DONE, DONE]
    assert states(w, "b") == [DONE] * 4
    assert all(row.started_at - row.due_at < dt.timedelta(minutes=45) for row in w.ledger.runs())  # type: ignore[operator]


def test_what_was_due_before_a_job_was_known_is_not_owed() -> None:
    w = world(job("a", cron("0 6 * * *", "UTC")))
    w.until(START + 5 * HOUR)
    assert states(w) == []


def test_an_outage_is_caught_up_once_and_the_rest_is_listed() -> None:
    w = world(job("a", cron("0 6 * * *", "UTC"), grace=20 * HOUR), outages=[(START + HOUR, START + 3 * DAY)])
    w.until(START + 3 * DAY + 2 * HOUR)
    assert states(w) == [MISSED, MISSED, DONE]
    assert "the run due 2025-03-05 06:00 UTC stands for this one" in w.ledger.runs(state=MISSED)[0].reason


def test_an_outage_longer_than_the_grace_is_listed_and_told() -> None:
    w = world(job("a", cron("0 6 * * *", "UTC"), grace=HOUR, tell=OPS), outages=[(START + HOUR, START + 3 * DAY)])
    w.until(START + 3 * DAY + 2 * HOUR)
    assert states(w) == [MISSED] * 3
    assert "longer than its grace of 1 h" in w.ledger.runs()[0].reason
    assert [mail.issue for mail in w.ledger.mails()] == ["missed/a/2025-03-03T06:00Z"]
    assert "missed 3 runs" in w.ledger.mails()[0].subject


def test_all_are_caught_up_where_the_job_says_so() -> None:
    w = world(job("a", cron("0 6 * * *", "UTC"), grace=5 * DAY, catch_up="all"), outages=[(START, START + 3 * DAY)])
    w.ledger.know("a", kind="test", described="", now=START, next_due=None)
    w.until(START + 3 * DAY + 5 * HOUR)
    assert states(w) == [DONE] * 3


def test_a_retry_comes_later_and_later_and_then_it_has_failed() -> None:
    w = world(job("a", cron("0 6 1-4 * *", "UTC"), tell=OPS), fates={"retry": 1.0})
    w.until(START + DAY)
    row = w.ledger.runs("a")[0]
    assert (row.state, row.attempt) == (FAILED, 4)
    assert "the source is away (after 4 attempts)" in row.reason
    assert not w.ledger.mails()  # told after two failures in a row


def test_failure_is_told_once_and_recovery_once() -> None:
    w = world(job("a", cron("0 */6 * * *", "UTC"), tell=OPS), fates={"fatal": 1.0})
    w.until(START + 2 * DAY)
    assert [mail.issue.split("/")[0] for mail in w.ledger.mails()] == ["failing"]
    assert w.ledger.job("a").failures == 7  # type: ignore[union-attr]
    w.fates = {"done": 1.0}
    w.until(START + 4 * DAY)
    assert [mail.issue.split("/")[0] for mail in w.ledger.mails()] == ["recovered", "failing"]
    assert {mail.state for mail in w.ledger.mails()} == {SENT}
    assert w.ledger.job("a").failures == 0  # type: ignore[union-attr]


def test_a_hanging_job_is_ended_at_its_limit() -> None:
    w = world(job("a", cron("0 6 * * *", "UTC"), run=HOUR), fates={"hang": 1.0})
    w.until(START + DAY)
    row = w.ledger.runs("a")[0]
    assert row.state == FAILED
    assert "ended at its limit of 1 h" in row.reason
    assert row.ended_at is not None
    assert row.ended_at - row.due_at < HOUR + dt.timedelta(minutes=10)


def test_a_job_that_dies_is_tried_again() -> None:
    w = world(job("a", cron("0 6 * * *", "UTC")), fates={"die": 1.0})
    w.until(START + 7 * HOUR)
    w.fates = {"done": 1.0}
    w.until(START + DAY)
    assert states(w) == [DONE]
    assert w.ledger.runs()[0].attempt > 1


def test_a_paused_job_misses_its_runs_with_the_name_of_who_paused_it() -> None:
    w = world(job("a", cron("0 6 * * *", "UTC")))
    w.until(START + HOUR)
    w.ledger.request("pause", "a", by="Anna", now=w.now)
    w.until(START + 2 * DAY)
    w.ledger.request("resume", "a", by="Anna", now=w.now)
    w.until(START + 3 * DAY)
    assert states(w) == [MISSED, MISSED, DONE]
    assert w.ledger.runs(state=MISSED)[0].reason == "the job was paused by Anna"


def test_run_now_and_stop() -> None:
    w = world(job("a", cron("0 6 * * *", "UTC"), run=9 * HOUR), fates={"done": 1.0})
    w.until(START + HOUR)
    w.ledger.request("run", "a", by="Anna", now=w.now)
    w.until(START + 4 * HOUR)
    row = w.ledger.runs("a")[0]
    assert (row.state, row.cause) == (DONE, "request")
    w.ledger.request("stop", "a", by="Bo", now=w.now)
    w.until(w.now + dt.timedelta(minutes=1))
    assert w.ledger.requests()[0].answer == "nothing to stop"
    w.fates = {"hang": 1.0}
    w.ledger.request("run", "a", by="Anna", now=w.now)
    w._step()
    w.fates = {"done": 1.0}
    w.processes[-1].fate = "done"  # slow, but it listens
    w.ledger.request("stop", "a", by="Bo", now=w.now)
    w.until(w.now + HOUR)
    row = w.ledger.runs("a")[0]
    assert row.state == STOPPED
    assert row.reason.startswith("stopped by Bo")


def test_requests_for_what_is_not_there_are_refused() -> None:
    from observatory.errors import BadInput

    w = world(job("a", cron("0 6 * * *", "UTC")))
    w.until(START + HOUR)
    with pytest.raises(BadInput, match="'b' is no job the scheduler knows; known are a"):
        w.ledger.request("run", "b", by="Anna", now=w.now)
    with pytest.raises(BadInput, match="known are run, stop, pause, resume"):
        w.ledger.request("delete", "a", by="Anna", now=w.now)


def test_a_job_whose_file_is_gone_owes_nothing() -> None:
    w = world(job("a", cron("0 6 * * *", "UTC")), job("b", cron("0 6 * * *", "UTC")), fates={"retry": 1.0})
    w.until(START + 6 * HOUR + dt.timedelta(minutes=1))
    w.settle_down()
    w.fates = {"retry": 1.0}
    w.until(START + DAY + 7 * HOUR)
    owed = [row for row in w.ledger.owed() if row.job == "b"]
    w.jobs = w.jobs[:1]
    w._die()
    w.until(w.now + HOUR)
    assert w.ledger.job("b").gone  # type: ignore[union-attr]
    for row in owed:
        after = w.ledger.run(row.run)
        assert after is not None
        assert after.state in (FAILED, MISSED)
    assert not [row for row in w.ledger.owed() if row.job == "b"]


def test_two_schedulers_on_one_ledger_start_a_run_once() -> None:
    one = job("a", cron("0 6 * * *", "UTC"))
    w = world(one)
    w.until(START + HOUR)
    started: list[int] = []
    twins = []
    for name in ("first", "second"):
        hands: Any = type(
            "H", (), {"start": lambda self, run, job: started.append(run.run), "gone": lambda self, run, now: ""}
        )()
        twins.append(Dispatcher(w.ledger, [one], hands, owner=name))
    for _ in range(3):
        for twin in twins:
            twin.tick(START + 6 * HOUR)
    assert len(started) == 1
    assert [row.state for row in w.ledger.runs()] == [RUNNING]


def test_an_end_is_written_once() -> None:
    w = world(job("a", cron("0 6 * * *", "UTC"), tell=OPS), fates={"hang": 1.0})
    w.until(START + 6 * HOUR + dt.timedelta(minutes=1))
    run = w.ledger.running()[0]
    letter = Letter(issue="i/1", recipients=OPS, subject="s", body="b")
    assert w.ledger.end(run, DONE, now=w.now, letters=[letter])
    assert not w.ledger.end(
        run, FAILED, now=w.now, letters=[Letter(issue="i/2", recipients=OPS, subject="s", body="b")]
    )
    assert not w.ledger.owe_again(run, not_before=w.now, reason="", now=w.now)
    assert w.ledger.run(run.run).state == DONE  # type: ignore[union-attr]
    assert [mail.issue for mail in w.ledger.mails()] == ["i/1"]
    assert w.ledger.queue(letter, now=w.now) == 0


def test_a_disabled_job_is_due_never_and_owes_nothing() -> None:
    from dataclasses import replace

    a = job("a", cron("0 6 * * *", "UTC"))
    w = world(replace(a, enabled=False))
    w.until(START + 2 * DAY)
    assert states(w) == []
    assert w.ledger.job("a").next_due is None  # type: ignore[union-attr]
    w.jobs = [a]  # enabled, and the scheduler started again: what fell due before is not made up for
    w.leader = None
    w.until(START + 2 * DAY + HOUR)
    assert states(w) == []
    assert w.ledger.job("a").next_due is not None  # type: ignore[union-attr]


def test_judge_gives_one_entry_a_due_time() -> None:
    due = [START + n * HOUR for n in range(5)]
    found = judge(due, now=START + 5 * HOUR, grace=2 * HOUR, catch_up="last")
    assert [e.due_at for e in found] == due
    assert [e.state for e in found] == [MISSED] * 4 + [OWED]
    assert all(e.reason for e in found if e.state == MISSED)
    assert [e.state for e in judge(due, now=START + 5 * HOUR, grace=2 * HOUR, catch_up="all")] == [MISSED] * 3 + [
        OWED
    ] * 2
