"""Forecasts from past lead times: what those that go on or ended without publication weigh, and when none is made."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.review.forecast import (
    Case,
    all_steps,
    chance,
    due_steps,
    how_many,
    lead,
    outlook,
    share_after,
    waiting_shares,
)
from observatory.review.models_standards import Project, Step
from site_world import NOW

cases = st.lists(st.builds(Case, days=st.integers(0, 400), done=st.booleans()), min_size=1, max_size=30)


@given(cases)
def test_the_share_that_waits_only_falls(many):
    shares = [share for _day, share in waiting_shares(many)]
    assert shares == sorted(shares, reverse=True)
    assert all(-1e-12 <= one <= 1 for one in shares)
    assert share_after(waiting_shares(many), -1) == 1


def test_without_open_cases_it_is_the_plain_share():
    past = [Case(days=n, done=True) for n in (10, 20, 20, 40)]
    assert [(day, round(share, 9)) for day, share in waiting_shares(past)] == [(10, 0.75), (20, 0.25), (40, 0)]


def test_those_that_still_go_on_make_it_longer():
    quick = [Case(days=n, done=True) for n in (50, 60, 70, 80, 90)]
    slow = [*quick, *(Case(days=200, done=False) for _ in range(4))]
    assert lead(quick, waited=0, least=5).median == 70
    assert lead(slow, waited=0, least=5).median == 90
    assert lead(slow, waited=0, least=5).high is None


@given(cases, st.integers(0, 100), st.integers(0, 300))
def test_chances_lie_between_none_and_all_and_grow_with_time(many, waited, days):
    first, second = chance(many, waited=waited, days=days), chance(many, waited=waited, days=days + 30)
    assert -1e-12 <= first <= second + 1e-12 <= 1 + 2e-12


def test_an_interval_covers_what_comes(  # the 80 % interval of the time to come, over many invented pasts
):
    draw = random.Random(7)
    inside = total = 0
    for _ in range(400):
        past = [Case(days=round(draw.lognormvariate(4.8, 0.4)), done=True) for _ in range(30)]
        said = lead(past, waited=0, least=5)
        real = round(draw.lognormvariate(4.8, 0.4))
        inside += said.low <= real <= said.high
        total += 1
    assert 0.72 <= inside / total <= 0.88


@given(st.lists(st.floats(0, 1), max_size=12))
def test_how_many_stays_within_what_there_is(chances):
    expected, low, high = how_many(chances)
    assert 0 <= low <= high <= len(chances)
    assert low - 1 <= expected <= high + 1


@pytest.fixture
def past(world):
    """Projects of last year, each published so many days after it began, and one under way."""

    def make(days, *, begun=NOW - dt.timedelta(days=400), stage="published"):
        ruling = world.decided()
        done = begun + dt.timedelta(days=days) if stage == "published" else None
        row = Project.objects.create(
            decision=ruling, candidate=ruling.candidate, title="x", owner=world["analyst"], stage=stage, published_at=done,
            effective_on=done.date() if done else None, started_by=world["secretary"], started_at=begun,
        )  # fmt: skip
        Step.objects.create(
            project=row, stage="drafting", owner=world["analyst"], begun_by=world["secretary"], begun_at=begun, ended_at=done,
            ended_by=world["secretary"] if done else None,
        )  # fmt: skip
        return row

    return make


def test_below_the_stated_number_nothing_is_said(past):
    for days in (100, 120, 140, 160):
        past(days)
    going = past(0, begun=NOW - dt.timedelta(days=30), stage="drafting")
    seen = outlook(today=NOW.date(), least=5, steps=all_steps())
    assert (seen.expected, seen.leads[going.pk], seen.cases, seen.under_way) == (None, None, 4, 1)
    past(180)
    seen = outlook(today=NOW.date(), least=5, steps=all_steps())
    assert seen.leads[going.pk].median == 110
    assert seen.leads[going.pk].cases == 5
    assert seen.expected == pytest.approx(1)
    assert (seen.low, seen.high) == (1, 1)


def test_the_outlook_counts_what_is_published_this_year(past, django_assert_max_num_queries):
    for days in (100, 120, 140, 160, 180):
        past(days)
    past(20, begun=NOW - dt.timedelta(days=40))
    past(0, begun=NOW - dt.timedelta(days=390), stage="drafting")
    with django_assert_max_num_queries(1):
        seen = outlook(today=NOW.date(), least=5, steps=all_steps())
    assert seen.published == 1
    assert seen.expected is None  # no past one waited as long as the one under way has
    assert [row.stage for row in due_steps(all_steps(), owner=Project.objects.first().owner, today=NOW.date())] == [
        "drafting"
    ]
