"""Employment statistics of known occupations: people at work by occupation code, as of a day.

One JSON file for each set of figures, named by its contents' digest; a run reads those released
before its as-of date. Any CSV will do: a statistical office's table with codes and numbers.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from observatory.errors import BadTaxonomy, StorageError
from observatory.records import Employment, Taxonomy

CODE_COLUMNS = ("code", "occ_code", "isco08", "isco", "soc", "occupation")
PEOPLE_COLUMNS = ("employed", "tot_emp", "employment", "people", "obs_value", "value")


def read_employment(
    path: Path, *, scheme: str, area: str, of: dt.date, released: dt.date, source: str,
    columns: Mapping[str, str] | None = None,
) -> Employment:  # fmt: skip
    """The figures of a CSV with a column of codes and one of people.

    `scheme` names the classification whose codes these are ("isco" for ISCO-08 unit groups), `of` the day
    the figures are for, `released` when they came out. `columns`: code, employed. Rows whose number is
    withheld ("*", "**", "#", "-", "") are left out. Raises `BadTaxonomy`, naming the row, for anything else.
    """
    if released < of:
        raise BadTaxonomy(f"{path.name}: figures for {of} cannot have been released on {released}; check the two dates")
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadTaxonomy(f"{path}: cannot be read as UTF-8 text ({error})") from error
    reader = csv.DictReader(io.StringIO(text))
    names = {name.strip().lower(): name for name in reader.fieldnames or ()}
    code = _column(path, "code", columns, names, CODE_COLUMNS)
    people = _column(path, "employed", columns, names, PEOPLE_COLUMNS)
    found: dict[str, int] = {}
    for number, row in enumerate(reader, 2):
        key, value = (row[code] or "").strip(), (row[people] or "").strip().replace(",", "").replace(" ", "")
        if not key or value in ("", "*", "**", "#", "-", ":", "n/a"):
            continue
        try:
            count = round(float(value))
        except ValueError:
            raise BadTaxonomy(f"{path.name}, row {number}: {people} is {value!r}, not a number of people") from None
        if count < 0:
            raise BadTaxonomy(f"{path.name}, row {number}: {count} people at work in {key}")
        if found.setdefault(key, count) != count:
            raise BadTaxonomy(
                f"{path.name}, row {number}: {key} stands there twice, with {found[key]} and {count} people"
            )
    if not found:
        raise BadTaxonomy(f"{path.name}: no row has both a {code} and a number in {people}")
    return Employment(scheme=scheme, area=area, of=of, released=released, source=source, people=found)


def _column(
    path: Path, field: str, columns: Mapping[str, str] | None, names: Mapping[str, str], usual: tuple[str, ...]
) -> str:
    wanted = (columns or {}).get(field)
    if wanted is not None:
        if wanted.lower() not in names:
            raise BadTaxonomy(f"{path.name} has no column {wanted!r}; it has {', '.join(names.values()) or 'none'}")
        return names[wanted.lower()]
    for name in usual:
        if name in names:
            return names[name]
    raise BadTaxonomy(
        f"{path.name}: no column of {field} found among {', '.join(names.values()) or 'none'}; name it: --map {field}=COLUMN"
    )


class EmploymentShelf:
    """Sets of figures in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, figures: Employment) -> bool:
        """Stores figures; False when these very ones are there. Figures of the same scheme, area and day are replaced."""
        text = json.dumps(asdict(figures), ensure_ascii=False, sort_keys=True, indent=1, default=str) + "\n"
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        path = self.folder / f"{figures.scheme}-{figures.of}-{digest}.json"
        if path.is_file():
            return False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            old = [file for file, there in self._all() if (there.scheme, there.area, there.of) == (
                figures.scheme, figures.area, figures.of)]  # fmt: skip
            beside = path.with_suffix(".new")
            beside.write_text(text, "utf-8")
            os.replace(beside, path)
            for file in old:
                file.unlink()
        except OSError as error:
            raise StorageError(f"{path}: the figures were not stored ({error.strerror})") from error
        return True

    def all(self) -> list[Employment]:
        """Every set, the oldest first."""
        return sorted((figures for _, figures in self._all()), key=lambda f: (f.released, f.of, f.scheme, f.area))

    def as_of(self, date: dt.date) -> Employment | None:
        """The newest figures released before `date`, or None."""
        return next((figures for figures in reversed(self.all()) if figures.released < date), None)

    def _all(self) -> list[tuple[Path, Employment]]:
        found = []
        for path in sorted(self.folder.glob("*.json")):
            try:
                raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
                days = {name: dt.date.fromisoformat(raw[name]) for name in ("of", "released")}
                found.append((path, Employment(**{**raw, **days})))
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise StorageError(f"{path}: cannot be read ({error}); remove it and add the figures again") from error
        return found


def by_code(figures: Employment, taxonomies: tuple[Taxonomy, ...]) -> dict[tuple[str, str], str]:
    """For each occupation (scheme, code) of the classifications the code under which the figures count it.

    An O*NET-SOC code lies within its SOC code ("15-1132.00" in "15-1132"); figures by ISCO-08 count an
    occupation by its unit group.
    """
    found = {}
    for taxonomy in taxonomies:
        for occupation in taxonomy.occupations:
            codes = [occupation.isco] if figures.scheme == "isco" and occupation.isco else []
            if taxonomy.scheme == figures.scheme or taxonomy.scheme.startswith(figures.scheme):
                codes += [occupation.code, occupation.code.split(".")[0]]
            key = next((code for code in codes if code in figures.people), None)
            if key is not None:
                found[(taxonomy.scheme, occupation.code)] = key
    return found
