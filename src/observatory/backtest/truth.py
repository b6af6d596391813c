"""What was recognised later: reading a truth file, and whether a candidate bears a recognised name.

Two layouts are read, both CSV in UTF-8. Ours has the columns title, recognised, by and, if wanted,
aliases (separated by "|") and kind; the other is that of a collected list of recognitions with title_en,
recognised_by and date. Days may be given as 2022, 2022-01 or 2022-01-15: a year or month counts from its
first day, so that a lead is never made longer by a vague date.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from observatory.detect.novelty import normal_form
from observatory.detect.roles import fold_key
from observatory.errors import BadFile, BadInput
from observatory.records import Candidate, Recognition, Taxonomy

OURS = ("title", "recognised", "by", "aliases", "kind")
COLLECTED = (
    "title_en", "title_local", "recognised_by", "jurisdiction", "date", "kind", "code", "previous_nearest_occupation",
    "nearest_method", "theme_AI", "theme_digital", "theme_advanced_manufacturing", "theme_green", "definition",
    "source", "confidence", "aliases",
)  # fmt: skip
# How official English names differ from how postings say the same: Chinese lists say "engineering
# technician" where the trade says engineer.
_OFFICIAL = (("engineering technician", "engineer"), ("engineering technology personnel", "engineer"))


def read_truth(file: Path) -> tuple[Recognition, ...]:
    """The recognitions of a truth file, in its order. Raises `BadFile` or `BadInput` with the line."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
            columns = tuple(name for name in (rows[0] if rows else ()) if name is not None)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"{file}: cannot be read as CSV in UTF-8 ({error})") from error
    if not rows:
        raise BadInput(f"{file}: the truth file has no rows; expected the columns {', '.join(OURS)}")
    too_long = next((line for line, row in enumerate(rows, 2) if None in row), None)
    if too_long is not None:
        raise BadInput(f"{file}, line {too_long}: more cells than columns; put a text that holds a comma in quotes")
    named = set(columns)
    collected = "title_en" in named
    known, needed = (COLLECTED, ("title_en", "recognised_by", "date")) if collected else (OURS, OURS[:3])
    unknown = sorted(named - set(known))
    missing = [column for column in needed if column not in named]
    if unknown or missing:
        raise BadInput(
            f"{file}: " + "; ".join(
                part for part in (
                    f"unknown columns: {', '.join(unknown)}" if unknown else "",
                    f"missing columns: {', '.join(missing)}" if missing else "",
                ) if part
            ) + f"; expected title, recognised, by (and if wanted {', '.join(OURS[3:])}), or the layout with "
            f"{', '.join(COLLECTED)}"
        )  # fmt: skip
    found = []
    for line, row in enumerate(rows, 2):
        title = (row["title_en"] if collected else row["title"] or "").strip()
        day = (row["date"] if collected else row["recognised"] or "").strip()
        if not title:
            raise BadInput(f"{file}, line {line}: no title")
        aliases = [*(row.get("aliases") or "").split("|")]
        found.append(
            Recognition(
                title=title,
                recognised=_day(day, f"{file}, line {line}"),
                by=(row["recognised_by"] if collected else row["by"] or "").strip(),
                aliases=tuple(dict.fromkeys(alias.strip() for alias in aliases if alias.strip())),
                kind=(row.get("kind") or "").strip(),
            )
        )
    return tuple(found)


def _day(text: str, where: str) -> dt.date:
    if match := re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", text):
        year, month, day = (int(part) if part else 1 for part in match.groups())
        try:
            return dt.date(year, month, day)
        except ValueError:
            pass
    raise BadInput(f"{where}: {text!r} is no day; give it as YYYY, YYYY-MM or YYYY-MM-DD")


def names_of(recognition: Recognition) -> frozenset[str]:
    """The folded names under which a recognition is looked for.

    >>> one = Recognition(title="Devops Engineers (ICT)", recognised=dt.date(2021, 11, 1), by="X")
    >>> names_of(one) == frozenset({key_of("DevOps Developer")})
    True
    """
    found = set()
    for name in (recognition.title, *recognition.aliases):
        plain = re.sub(r"\([^)]*\)", " ", name)
        forms = {plain, *(plain.lower().replace(old, new) for old, new in _OFFICIAL)}
        found |= {key_of(form) for form in forms if form.strip()}
    return frozenset(found)


def key_of(name: str, language: str = "en") -> str:
    """One key for all ways to write a title: normal form, then folded as role phrases are."""
    if re.search(r"[\u4e00-\u9fff]", name):
        language = "zh"
    return fold_key(normal_form(name, language), language)


def keys_of(candidate: Candidate) -> frozenset[str]:
    """The folded names of a candidate: its title, titles by language, and alternative titles."""
    names = {candidate.title, *candidate.alternative_titles}
    names |= {name for titles in candidate.titles.values() for name in titles}
    return frozenset(key_of(name) for name in names)


class Truth:
    """Recognitions that can be asked by name and day."""

    def __init__(self, rows: Sequence[Recognition]) -> None:
        self.rows = tuple(rows)
        self.names = [names_of(row) for row in rows]
        self._by_key: dict[str, list[int]] = {}
        for i, keys in enumerate(self.names):
            for key in sorted(keys):
                self._by_key.setdefault(key, []).append(i)

    def matching(self, keys: Iterable[str]) -> list[int]:
        """Rows that bear one of the names, in the order of the file."""
        return sorted({i for key in keys for i in self._by_key.get(key, ())})

    def known_in(self, taxonomies: Sequence[Taxonomy]) -> frozenset[int]:
        """Rows whose name is the preferred label of an occupation in a classification of the day."""
        keys = {
            key_of(label, language)
            for taxonomy in taxonomies
            for occupation in taxonomy.occupations
            for language, label in occupation.labels.items()
        }
        return frozenset(i for i, row in enumerate(self.rows) if key_of(row.title) in keys)


def months_between(start: dt.date, end: dt.date) -> int:
    """Whole months from one day to another, negative when `end` is earlier.

    >>> months_between(dt.date(2012, 12, 31), dt.date(2022, 1, 1))
    108
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months


def by_name(rows: Sequence[Recognition]) -> Mapping[str, Recognition]:
    """ "title (by, day)" of each row, as reports name it."""
    return {said(row): row for row in rows}


def said(row: Recognition) -> str:
    """How a recognition is named in one line."""
    return f"{row.title} ({row.by}, {row.recognised:%Y-%m})"
