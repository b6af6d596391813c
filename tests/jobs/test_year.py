"""A year of all jobs, in seconds: crashes anywhere, two schedulers, clock changes, three days without power."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulation import World, due_by_the_minute, job

from observatory.jobs.when import Every, cron
from observatory.ledger import DONE, ENDED, SENT
from observatory.ledger.tables import JOBS

UTC = dt.UTC
OPERATOR = ("operator@example.org",)
DAY = dt.timedelta(days=1)


def programme() -> list:
    """Every kind of rhythm, in the zones whose clocks change at other times or never."""
    rome, shanghai, york = "Europe/Rome", "Asia/Shanghai", "America/New_York"
    return [
        job("collect-hackernews", cron("15 4,16 * * *", "UTC"), tell=OPERATOR),
        job("collect-boards", cron("30 1 * * *", york), tell=OPERATOR, grace=5 * 60 * 60),
        job("enrich", cron("30 2 * * *", rome), tell=OPERATOR),
        job("detect", cron("0 5 1 * *", rome), grace=10 * DAY, catch_up="all"),
        job("propose", cron("0 8 2 * *", shanghai), grace=10 * DAY),
        job("retention", cron("45 0 * * *", shanghai), grace=2 * DAY),
        job("quality", cron("0 6 5 * *", shanghai), grace=5 * DAY),
        job("bulletin-weekly", cron("0 7 * * mon", shanghai), tell=OPERATOR, grace=3 * DAY),
        job("bulletin-quarterly", cron("0 7 3 1,4,7,10 *", rome), grace=10 * DAY, catch_up="all"),
        job("bulletin-annual", cron("0 7 15 1 *", rome), grace=20 * DAY),
        job("backup", cron("30 3 * * *", york), grace=20 * 60 * 60),
        job("taxonomy-releases", cron("0 9 * * mon", "UTC"), tell=OPERATOR),
        job("boards-often", Every(seconds=13 * 3600), catch_up="all", grace=DAY),
        job("in-the-gap", cron("*/20 1-3 * * sun", rome), grace=DAY, catch_up="all"),
    ]


FATES = {"done": 0.86, "retry": 0.05, "fatal": 0.03, "die": 0.04, "hang": 0.02}


def check(world: World, jobs: list, until: dt.datetime) -> None:
    """The laws: every due time has one run, ended, with its reason; nothing beside itself; no letter twice."""
    with world.ledger.engine.connect().execution_options(reading=True) as c:
        assert c.execute(JOBS.select()).rowcount != 0
    rows = world.ledger.runs(limit=1_000_000)
    for one in jobs:
        expected = due_by_the_minute(one.when, world.start, until)
        own = [row for row in rows if row.job == one.name and row.due_at <= until]
        assert sorted(row.due_at for row in own) == expected, one.name
        for row in own:
            assert row.state in ENDED, row
            assert row.state == DONE or row.reason, row
            assert row.attempt <= one.on_failure.retries + 1, row
    assert not world.overlaps
    assert max(Counter(key for key, _ in world.done).values()) == 1
    assert {row.key for row in rows if row.state == DONE} == {key for key, _ in world.done}
    assert set(world.woken) <= {"refused"}  # a scheduler that wakes after a take-over changes nothing
    twice = {key: n for key, n in Counter(world.delivered).items() if n > 1}
    assert not twice
    sent = [row for row in world.ledger.mails(limit=1_000_000) if row.state == SENT]
    assert {(row.issue, row.recipient) for row in sent} <= set(world.delivered)


@pytest.mark.slow
def test_a_year_with_everything_that_goes_wrong() -> None:
    start = dt.datetime(2024, 12, 31, 12, tzinfo=UTC)
    outage = (dt.datetime(2025, 5, 9, 22, tzinfo=UTC), dt.datetime(2025, 5, 12, 22, tzinfo=UTC))
    jobs = programme()
    world = World(jobs=jobs, start=start, seed=7, trouble=0.04, fates=FATES, outages=[outage])
    end = start + 366 * DAY
    world.until(end)
    world.settle_down()
    check(world, jobs, end)
    assert world.crashes > 100
    assert world.terms > 50
    assert world.woken.count("refused") > 20
    states = Counter(row.state for row in world.ledger.runs(limit=1_000_000))
    assert states["done"] > 2_500
    assert states["missed"] > 5
    assert states["failed"] > 20
    lost = [row for row in world.ledger.runs("enrich", limit=500) if outage[0] <= row.due_at <= outage[1]]
    assert [row.state for row in lost] == ["done", "missed", "missed"] or all(
        row.state in ("missed", "done") for row in lost
    )
    told = {row.issue.split("/")[0] for row in world.ledger.mails(limit=1_000_000)}
    assert {"failing", "recovered", "missed", "bulletin"} <= told


@settings(max_examples=4)
@given(
    seed=st.integers(0, 10_000),
    hours=st.integers(0, 60),
    begins=st.sampled_from([(2025, 3, 7), (2025, 3, 28), (2025, 10, 24), (2025, 10, 31)]),
)
def test_any_few_days_around_a_change_of_clocks(seed: int, hours: int, begins: tuple[int, int, int]) -> None:
    start = dt.datetime(*begins, 9, tzinfo=UTC)
    jobs = [
        one for one in programme() if one.name in ("enrich", "in-the-gap", "backup", "bulletin-weekly", "boards-often")
    ]
    outage = (start + DAY, start + DAY + dt.timedelta(hours=hours))
    world = World(jobs=jobs, start=start, seed=seed, trouble=0.10, fates=FATES, outages=[outage] if hours else [])
    end = start + 4 * DAY
    world.until(end)
    world.settle_down()
    check(world, jobs, end)
