"""When standards will be published, from how long past ones took: with an interval, or not at all.

How long it takes from the beginning of a step to publication is read from all projects there were: those that
still go on, or were withdrawn, count as "not published after so many days" (Kaplan and Meier 1958,
doi:10.1080/01621459.1958.10501452), so that quick cases do not stand for all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observatory.review.models_standards import UNDER_WAY, Project, Step

LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True, kw_only=True)
class Case:
    """How long one project took from a step to publication, in days; not `done`: it was not published by then."""

    days: int
    done: bool


@dataclass(frozen=True, kw_only=True)
class Lead:
    """Days to come until publication: median and an 80 % interval; None means longer than any past case."""

    cases: int
    median: int | None
    low: int | None
    high: int | None


def waiting_shares(cases: Iterable[Case]) -> list[tuple[int, float]]:
    """The share not yet published after so many days, at each day on which one was.

    >>> waiting_shares([Case(days=10, done=True), Case(days=20, done=False), Case(days=30, done=True)])
    [(10, 0.6666666666666667), (30, 0.0)]
    """
    rows = sorted(cases, key=lambda one: (one.days, not one.done))
    found, share, left = [], 1.0, len(rows)
    for day in sorted({one.days for one in rows}):
        here = [one for one in rows if one.days == day]
        done = sum(one.done for one in here)
        if done:
            share *= 1 - done / left
            found.append((day, share))
        left -= len(here)
    return found


def share_after(shares: Sequence[tuple[int, float]], days: int) -> float:
    """The share not yet published after so many days."""
    return next((share for day, share in reversed(shares) if day <= days), 1.0)


def lead(cases: Sequence[Case], *, waited: int, least: int) -> Lead | None:
    """How much longer one takes that has waited so many days; None below `least` past cases, or where none waited so long.

    >>> past = [Case(days=n, done=True) for n in (50, 60, 70, 80, 90)]
    >>> lead(past, waited=0, least=5)
    Lead(cases=5, median=70, low=50, high=90)
    >>> lead(past, waited=65, least=5).median, lead(past[:4], waited=0, least=5), lead(past, waited=95, least=5)
    (15, None, None)
    """
    done = sum(one.done for one in cases)
    shares = waiting_shares(cases)
    now = share_after(shares, waited)
    if done < least or all(day <= waited for day, _share in shares):
        return None

    def until(part: float) -> int | None:
        return next((day - waited for day, share in shares if day > waited and share / now <= 1 - part + 1e-9), None)

    return Lead(cases=done, median=until(0.5), low=until(LOW), high=until(HIGH))


def chance(cases: Sequence[Case], *, waited: int, days: int) -> float:
    """The chance that one that has waited so long is published within so many days more."""
    shares = waiting_shares(cases)
    now = share_after(shares, waited)
    return 1 - share_after(shares, waited + days) / now if now > 0 else 0.0


def how_many(chances: Iterable[float]) -> tuple[float, int, int]:
    """How many of independent ones come true: expected number, and an 80 % interval from its exact distribution.

    >>> how_many([0.5, 0.5, 0.5, 0.5])
    (2.0, 1, 3)
    """
    spread, expected = [1.0], 0.0
    for one in chances:
        expected += one
        spread = [
            (spread[n] if n < len(spread) else 0) * (1 - one) + (spread[n - 1] * one if n else 0)
            for n in range(len(spread) + 1)
        ]
    ends, total = [], 0.0
    for part in (LOW, HIGH):
        total = 0.0
        for number, share in enumerate(spread):
            total += share
            if total >= part - 1e-9:
                ends.append(number)
                break
    return expected, ends[0], ends[1]


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What a year will bring: published already, and how many of those under way will follow.

    `leads` by project (None: cannot be said), `cases` past standards; `expected` None: cannot be said.
    """

    published: int
    under_way: int
    cases: int
    least: int
    leads: Mapping[int, Lead | None]
    expected: float | None
    low: int
    high: int


def outlook(*, today: dt.date, least: int, steps: Sequence[Step]) -> Outlook:
    """The outlook for the year of `today`, from all steps of all projects (`all_steps`)."""
    known: dict[int, Project] = {}
    first: dict[tuple[int, str], dt.date] = {}
    latest: dict[int, tuple[str, dt.date]] = {}
    for one in steps:
        known[one.project_id] = one.project
        first.setdefault((one.project_id, one.stage), one.begun_at.date())
        latest[one.project_id] = (one.stage, one.begun_at.date())
    rows = list(known.values())
    cases: dict[str, list[Case]] = {str(stage): [] for stage in UNDER_WAY}
    for (key, stage), begun in first.items():
        row = known[key]
        done = row.published_at is not None
        end = row.published_at.date() if row.published_at else row.ended_at.date() if row.ended_at else today
        cases[stage].append(Case(days=max(0, (end - begun).days), done=done))
    leads: dict[int, Lead | None] = {}
    chances = []
    year_ends = dt.date(today.year, 12, 31)
    for row in rows:
        if not row.is_open or row.pk not in latest:
            continue
        stage, begun = latest[row.pk]
        waited = (today - begun).days
        leads[row.pk] = lead(cases[stage], waited=waited, least=least)
        if leads[row.pk] is not None:
            chances.append(chance(cases[stage], waited=waited, days=(year_ends - today).days))
    published = sum(1 for row in rows if row.published_at and row.published_at.year == today.year)
    sayable = bool(leads) and len(chances) == len(leads)
    expected, low, high = how_many(chances)
    return Outlook(
        published=published, under_way=len(leads), least=least, leads=leads,
        cases=sum(1 for row in rows if row.published_at), expected=published + expected if sayable else None,
        low=published + low, high=published + high,
    )  # fmt: skip


def all_steps() -> list[Step]:
    """Every step of every project in the order they began, each with its project; one question to the database."""
    return list(Step.objects.select_related("project").order_by("begun_at", "pk"))


def due_steps(steps: Sequence[Step], *, owner: Any, today: dt.date) -> list[Project]:
    """The projects whose step at hand a person owns, those due first, each with `late` set."""
    mine = {one.project_id: one.project for one in steps if one.project.owner_id == owner.pk and one.project.is_open}
    rows = sorted(mine.values(), key=lambda row: (row.due_on or dt.date.max, row.pk))[:8]
    for row in rows:
        row.late = row.overdue(today)
    return rows
