"""When a job is due: a cron line in a time zone, or an interval. Pure: instants in, instants out.

A wall time that a clock change skips is due at the first instant after the change; one that comes
twice is due once, the first time. Whatever must keep an even pace through the change of clocks is
an interval: it counts elapsed time and knows no clock on a wall.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# field: (least, most, names that stand for numbers, number of the first name)
FIELDS: tuple[tuple[str, int, int, tuple[str, ...], int], ...] = (
    ("minute", 0, 59, (), 0),
    ("hour", 0, 23, (), 0),
    ("day of the month", 1, 31, (), 0),
    ("month", 1, 12, MONTHS, 1),
    ("weekday", 0, 7, WEEKDAYS, 0),
)
ANCHOR = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
HORIZON_DAYS = 366 * 9  # the longest wait between two 29ths of February, and a year
UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, kw_only=True)
class Cron:
    """Five fields of cron in a time zone, each as the set of its values (Sunday is 0)."""

    line: str
    zone: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def between(self, after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
        """Every instant due after `after` and not after `until`, in UTC, in order.

        >>> rome = cron("30 2 * * *", "Europe/Rome")  # 02:30 does not exist on 2025-03-30
        >>> start = dt.datetime(2025, 3, 29, 12, tzinfo=dt.UTC)
        >>> [str(t)[:16] for t in rome.between(start, start + dt.timedelta(days=2))]
        ['2025-03-30 01:00', '2025-03-31 00:30']
        """
        zone = ZoneInfo(self.zone)
        found = set()
        day, last = after.astimezone(zone).date() - dt.timedelta(days=1), until.astimezone(zone).date()
        while day <= last:
            if self._on(day):
                found |= {_instant(wall, zone) for wall in self._walls(day)}
            day += dt.timedelta(days=1)
        return sorted(instant for instant in found if after < instant <= until)

    def next(self, after: dt.datetime) -> dt.datetime | None:
        """The first instant due after `after`; None when there is none within nine years."""
        zone = ZoneInfo(self.zone)
        day = after.astimezone(zone).date() - dt.timedelta(days=1)
        for _ in range(HORIZON_DAYS):
            if self._on(day):
                later = [t for t in (_instant(wall, zone) for wall in self._walls(day)) if t > after]
                if later:
                    return min(later)
            day += dt.timedelta(days=1)
        return None

    def _on(self, day: dt.date) -> bool:
        return day.month in self.months and day.day in self.days and day.isoweekday() % 7 in self.weekdays

    def _walls(self, day: dt.date) -> Iterator[dt.datetime]:
        for hour in self.hours:
            for minute in self.minutes:
                yield dt.datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001  a wall time, placed in its zone by _instant

    def __str__(self) -> str:
        return f"{self.line} in {self.zone}"


@dataclass(frozen=True, kw_only=True)
class Every:
    """Every so many seconds, counted from the beginning of 2000 in UTC plus `offset` seconds."""

    seconds: int
    offset: int = 0

    def between(self, after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
        """Every instant due after `after` and not after `until`, in UTC, in order.

        >>> start = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
        >>> [t.hour for t in Every(seconds=21_600).between(start, start + dt.timedelta(days=1))]
        [6, 12, 18, 0]
        """
        found = []
        instant = self.next(after)
        while instant <= until:
            found.append(instant)
            instant += dt.timedelta(seconds=self.seconds)
        return found

    def next(self, after: dt.datetime) -> dt.datetime:
        """The first instant due after `after`."""
        elapsed = (after - ANCHOR) - dt.timedelta(seconds=self.offset)
        steps = elapsed // dt.timedelta(seconds=self.seconds) + 1
        return ANCHOR + dt.timedelta(seconds=self.offset + steps * self.seconds)

    def __str__(self) -> str:
        return f"every {duration_text(dt.timedelta(seconds=self.seconds))}"


When = Cron | Every


def cron(line: str, zone: str) -> Cron:
    """A cron line of five fields: minute, hour, day of the month, month, weekday.

    Fields take `*`, numbers, names, ranges, lists and steps. Day and weekday may not both be
    restricted: programs read that in two ways. Raises ValueError saying which field is wrong.

    >>> sorted(cron("0 6 * * mon-fri", "Asia/Shanghai").weekdays)
    [1, 2, 3, 4, 5]
    """
    parts = line.split()
    if len(parts) != len(FIELDS):
        raise ValueError(
            f"{line!r} has {len(parts)} fields; expected five: minute hour day-of-month month weekday, "
            f'for instance "30 2 * * mon"'
        )
    values = [_field(text, *field) for text, field in zip(parts, FIELDS, strict=True)]
    weekdays = frozenset(value % 7 for value in values[4])
    if len(values[2]) < 31 and len(weekdays) < 7:
        raise ValueError(f"{line!r} restricts the day of the month and the weekday; restrict one, or make two jobs")
    made = Cron(
        line=line, zone=zone, minutes=values[0], hours=values[1], days=values[2], months=values[3], weekdays=weekdays
    )
    if made.next(ANCHOR) is None:
        raise ValueError(f"{line!r} names a day that never comes (such as 31 February); give one that exists")
    return made


def _field(text: str, name: str, least: int, most: int, names: tuple[str, ...], first: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.lower().split(","):
        span, slash, step_text = part.partition("/")
        step = int(step_text) if step_text.isdecimal() else 0
        if slash and step < 1:
            raise ValueError(f"{part!r} in the field {name}: a step is a number from 1, as in */15")
        low_text, dash, high_text = span.partition("-")
        if span == "*":
            low, high = least, most
        else:
            low = _number(low_text, name, least, most, names, first)
            high = _number(high_text, name, least, most, names, first) if dash else (most if slash else low)
        if low > high:
            raise ValueError(f"{part!r} in the field {name}: a range goes from the smaller to the larger value")
        found |= set(range(low, high + 1, step or 1))
    return frozenset(found)


def _number(text: str, name: str, least: int, most: int, names: tuple[str, ...], first: int) -> int:
    if text in names:
        return names.index(text) + first
    if not text.isdecimal() or not least <= int(text) <= most:
        known = f", or {' '.join(names)}" if names else ""
        raise ValueError(f"{text!r} in the field {name}; expected {least} to {most}{known}")
    return int(text)


def _instant(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The instant of a wall time: the first of two, and the end of the gap for one that is skipped."""
    early = wall.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)
    if early.astimezone(zone).replace(tzinfo=None) == wall:
        return early
    # Skipped: read with the offset after the change it lies before it, and the other way round.
    before, after = wall.replace(tzinfo=zone, fold=1).astimezone(dt.UTC), early
    offset = before.astimezone(zone).utcoffset()
    while after - before > dt.timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def duration(text: str) -> dt.timedelta:
    """A length of time: "90m", "6h", "3d", "2w". Raises ValueError on anything else.

    >>> duration("36h")
    datetime.timedelta(days=1, seconds=43200)
    """
    match = re.fullmatch(r"\s*(\d{1,4})\s*([mhdw])\s*", text)
    if not match or int(match[1]) == 0:
        raise ValueError(f'{text!r} is no length of time; give a number and m, h, d or w, as in "90m", "6h", "3d"')
    return dt.timedelta(seconds=int(match[1]) * UNITS[match[2]])


def duration_text(length: dt.timedelta) -> str:
    """A length of time in words a person reads at once.

    >>> duration_text(dt.timedelta(hours=36)), duration_text(dt.timedelta(seconds=42))
    ('36 h', '42 s')
    """
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size and (seconds % size == 0 or seconds > 2 * size):
            return f"{round(seconds / size)} {unit}"
    return f"{seconds} s"
