"""Reads classification files as they are published: ESCO, O*NET, ISCO-08, Dadian, any CSV.

Each scheme is a row of `SCHEMES`: the tables it is published in, told apart by their columns. A
file whose columns fit another scheme is refused with that scheme's name.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from observatory.errors import BadFile, BadTaxonomy
from observatory.records import MARKS, Occupation, Skill, Taxonomy

SkillType = Literal["skill", "knowledge", "tool"]
Row = Mapping[str, str]


@dataclass
class Parts:
    """What the files of one version add up to, by occupation and skill code."""

    labels: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    alternative: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    description: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    isco: dict[str, str] = field(default_factory=dict)
    skills: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    skill_types: dict[str, SkillType] = field(default_factory=dict)
    marks: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # by code of an occupation or skill
    groups: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))  # names by code and language

    def taxonomy(self, scheme: str, version: str, released: dt.date) -> Taxonomy:
        occupations = tuple(
            Occupation(
                code=code,
                labels=dict(self.labels.get(code, {})),
                alternative={
                    language: tuple(dict.fromkeys(names))
                    for language, names in sorted(self.alternative.get(code, {}).items())
                },
                description=self.description.get(code, ""),
                tasks=tuple(dict.fromkeys(self.tasks.get(code, ()))),
                isco=self.isco.get(code, ""),
                marks=self._marks(code),
            )
            for code in sorted({*self.labels, *self.alternative, *self.tasks})
        )
        skills = tuple(
            Skill(
                code=code,
                label=next(iter(names[sorted(names)[0]])),
                labels={language: tuple(dict.fromkeys(names[language])) for language in sorted(names)},
                skill_type=self.skill_types.get(code, "skill"),
                marks=self._marks(code),
            )
            for code, names in sorted(self.skills.items())
        )
        groups = {code: dict(names) for code, names in sorted(self.groups.items())}
        return Taxonomy(scheme=scheme, version=version, released=released, occupations=occupations, skills=skills, groups=groups)  # fmt: skip

    def _marks(self, code: str) -> tuple[str, ...]:
        return tuple(mark for mark in MARKS if mark in self.marks.get(code, ()))


# A table of a scheme: the columns that identify it, and what it adds to the parts.
Reader = Callable[[Iterable[Row], Parts, str], None]


def _names(text: str) -> list[str]:
    """Alternative labels: one a line in ESCO's download, separated by | in tidied copies."""
    return [name.strip() for name in re.split(r"\n|\|", text or "") if name.strip()]


def _esco_occupations(rows: Iterable[Row], parts: Parts, language: str) -> None:
    for row in rows:
        code = row["conceptUri"].strip()
        parts.labels[code][language] = row["preferredLabel"].strip()
        parts.alternative[code][language] += _names(row.get("altLabels", ""))
        if row.get("description") and language == "en":
            parts.description[code] = row["description"].strip()
        if row.get("iscoGroup"):
            parts.isco[code] = row["iscoGroup"].strip().zfill(4)


def _esco_skills(rows: Iterable[Row], parts: Parts, language: str) -> None:
    for row in rows:
        code = row["conceptUri"].strip()
        parts.skills[code][language] += [row["preferredLabel"].strip(), *_names(row.get("altLabels", ""))]
        parts.skill_types[code] = "knowledge" if row.get("skillType") == "knowledge" else "skill"


def _esco_groups(rows: Iterable[Row], parts: Parts, language: str) -> None:
    """The ISCO-08 groups that ESCO stands on, by their ISCO-08 code."""
    for row in rows:
        if "/isco/" in row["conceptUri"]:
            parts.groups[row["code"].strip().removeprefix("C")][language] = row["preferredLabel"].strip()


def _onet_occupations(rows: Iterable[Row], parts: Parts, language: str) -> None:
    for row in rows:
        code = _pick(row, "O*NET-SOC Code", "onet_soc_code")
        parts.labels[code][language] = _pick(row, "Title", "title")
        parts.description[code] = _pick(row, "Description", "description")


def _onet_alternate(rows: Iterable[Row], parts: Parts, language: str) -> None:
    for row in rows:
        code = _pick(row, "O*NET-SOC Code", "onet_soc_code")
        parts.alternative[code][language].append(_pick(row, "Alternate Title", "alternate_title"))
        short = _pick(row, "Short Title", "short_title")
        if " " in short:  # "PR Manager"; a bare abbreviation ("CDO") stands for several occupations
            parts.alternative[code][language].append(short)


def _onet_tasks(rows: Iterable[Row], parts: Parts, language: str) -> None:
    for row in rows:
        parts.tasks[_pick(row, "O*NET-SOC Code", "onet_soc_code")].append(_pick(row, "Task", "task"))


def _onet_technology(rows: Iterable[Row], parts: Parts, language: str) -> None:
    for row in rows:
        tool = _pick(row, "Example", "example")
        code = f"tool:{tool.lower()}"
        parts.skills[code][language] = [tool]
        parts.skill_types[code] = "tool"


def _onet_skills(rows: Iterable[Row], parts: Parts, language: str) -> None:
    for row in rows:
        parts.skills[row["Element ID"].strip()][language] = [row["Element Name"].strip()]


def _isco(rows: Iterable[Row], parts: Parts, language: str) -> None:
    for row in rows:
        code = _pick(row, "ISCO 08 Code", "isco08_code")
        if code:
            parts.groups[code][language] = _pick(row, "Title EN", "title_en")
        if len(code) != 4:
            continue  # unit groups are its occupations
        parts.labels[code][language] = _pick(row, "Title EN", "title_en")
        parts.description[code] = row.get("Definition", row.get("definition", "")).strip()
        tasks = row.get("Tasks include", row.get("tasks", ""))
        parts.tasks[code] += [part.strip(" ;.") for part in re.split(r"\n|\([a-z]\)", tasks) if len(part.strip()) > 12]
        included = row.get("Included occupations", row.get("included_occupations", ""))
        parts.alternative[code][language] += [
            name.strip(" -") for name in included.split("\n") if 3 < len(name.strip()) < 80 and ":" not in name
        ]
        parts.isco[code] = code


def _dadian(rows: Iterable[Row], parts: Parts, language: str) -> None:
    for row in rows:
        code = row["code"].strip()
        parts.labels[code]["zh"] = row["name_zh"].strip()
        for depth, level in enumerate(("major", "middle", "minor"), 1):
            if row.get(level, "").strip():
                parts.groups["-".join(code.split("-")[:depth])]["zh"] = row[level].strip()
        parts.alternative[code]["zh"] += [
            name for name in re.split(r"[|、；;,，\n]", row.get("work_types", "")) if name.strip()
        ]
        parts.description[code] = row.get("definition", "").strip()
        parts.tasks[code] += [
            task.strip() for task in re.split(r"[\n|]|\d+[.．、]", row.get("tasks", "")) if task.strip()
        ]
        parts.marks[code].update(mark for mark in MARKS if row.get(f"is_{mark}", "").strip().lower() in ("true", "1"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheme:
    """A classification: its name for people, and its tables as (identifying columns, reader)."""

    title: str
    tables: tuple[tuple[frozenset[str], Reader], ...]


def _table(columns: str, reader: Reader) -> tuple[frozenset[str], Reader]:
    return frozenset(columns.split("|")), reader


# The first table whose columns are all there reads the file, so the more specific stands first.
SCHEMES: Mapping[str, Scheme] = {
    "esco": Scheme(
        title="ESCO",
        tables=(
            _table("conceptUri|preferredLabel|iscoGroup", _esco_occupations),
            _table("conceptUri|preferredLabel|skillType", _esco_skills),
            _table("conceptUri|code|preferredLabel", _esco_groups),
        ),
    ),
    "onet": Scheme(
        title="O*NET",
        tables=(
            _table("O*NET-SOC Code|Alternate Title", _onet_alternate),
            _table("onet_soc_code|alternate_title", _onet_alternate),
            _table("O*NET-SOC Code|Task|Task ID", _onet_tasks),
            _table("onet_soc_code|task|task_id", _onet_tasks),
            _table("O*NET-SOC Code|Example", _onet_technology),
            _table("onet_soc_code|example", _onet_technology),
            _table("O*NET-SOC Code|Element ID|Element Name", _onet_skills),
            _table("O*NET-SOC Code|Title|Description", _onet_occupations),
            _table("onet_soc_code|title|description", _onet_occupations),
        ),
    ),
    "isco": Scheme(
        title="ISCO-08",
        tables=(_table("ISCO 08 Code|Title EN", _isco), _table("isco08_code|title_en", _isco)),
    ),
    "dadian": Scheme(title="the Chinese classification (Dadian)", tables=(_table("code|name_zh", _dadian),)),
    "csv": Scheme(title="any CSV with a column map", tables=()),
}


def read_taxonomy(
    files: Sequence[Path],
    *,
    scheme: str,
    version: str,
    released: dt.date,
    language: str = "en",
    columns: Mapping[str, str] | None = None,
) -> Taxonomy:
    """One version of a classification from the files it is published in.

    `columns` maps code, title, alternative, description, isco and `title.LANG`, `alternative.LANG`
    to the column names of a CSV (scheme "csv"; what is not given is looked for under its own name).
    Raises `BadFile` for a file that cannot be read, `BadTaxonomy` for one of another scheme.
    """  # fmt: skip
    if scheme not in SCHEMES:
        raise BadTaxonomy(f"{scheme!r} is no scheme; known are {', '.join(SCHEMES)}")
    parts = Parts()
    for path in files:
        header, rows = _rows(path)
        if scheme == "csv":
            _any_csv(path, header, rows, parts, language, columns or {})
        else:
            reader = _reader(path, header, scheme)
            reader(rows, parts, language)
            if reader is _esco_skills and (mark := collection_of(path.name)):
                for row in rows:
                    parts.marks[row["conceptUri"].strip()].add(mark)
    if not (parts.labels or parts.alternative or parts.tasks or parts.skills or parts.groups):
        raise BadTaxonomy(
            f"{', '.join(path.name for path in files)}: no occupation, no skill and no group was found; "
            f"the file has a header and no rows of these"
        )
    return parts.taxonomy(scheme, version, released)


def collection_of(name: str) -> str:
    """The collection of skills that a file of ESCO holds, told by its name: its columns are those of every skill file.

    >>> collection_of("greenSkillsCollection_en.csv"), collection_of("skills_digital.csv"), collection_of("skills_en.csv")
    ('green', 'digital', '')
    """
    found = re.search(r"(?:^|[_-])(green|digital)(?:Skills|[_.-])", name)
    return found[1] if found else ""


def merge(one: Taxonomy, other: Taxonomy) -> Taxonomy:
    """Two parts of one version (occupations here, alternative titles or skills there) as one."""
    parts = Parts()
    for taxonomy in (one, other):
        for occupation in taxonomy.occupations:
            code = occupation.code
            parts.labels[code].update(occupation.labels)
            for language, names in occupation.alternative.items():
                parts.alternative[code][language] += names
            parts.description[code] = occupation.description or parts.description.get(code, "")
            parts.tasks[code] += occupation.tasks
            parts.isco[code] = occupation.isco or parts.isco.get(code, "")
            parts.marks[code].update(occupation.marks)
        for skill in taxonomy.skills:
            for language, names in skill.labels.items():
                parts.skills[skill.code][language] += names
            parts.skill_types[skill.code] = skill.skill_type
            parts.marks[skill.code].update(skill.marks)
        for code, names_ in taxonomy.groups.items():
            parts.groups[code].update(names_)
    return parts.taxonomy(one.scheme, one.version, min(one.released, other.released))


def _rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """The header and rows of a CSV, TSV or tab-separated text file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path}: cannot be read ({error.strerror}); give the path of a CSV or TXT file") from error
    if not data.strip():
        raise BadFile(f"{path}: the file is empty")
    if data[:4] == b"PK\x03\x04":
        raise BadFile(f"{path}: a ZIP or Excel file; unpack it or save the sheet as CSV first")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadFile(f"{path}: neither UTF-8 nor GB 18030; save it as UTF-8")
    first = text.split("\n", 1)[0]
    delimiter = max(("\t", ",", ";"), key=first.count)
    csv.field_size_limit(10_000_000)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [(name or "").strip() for name in reader.fieldnames or ()]
    reader.fieldnames = header
    return header, [{k: (v or "") for k, v in row.items() if k is not None} for row in reader]


def _reader(path: Path, header: Sequence[str], scheme: str) -> Reader:
    have = set(header)
    for columns, reader in SCHEMES[scheme].tables:
        if columns <= have:
            return reader
    likely = [name for name, other in SCHEMES.items() if any(columns <= have for columns, _ in other.tables)]
    wanted = "; or ".join(", ".join(sorted(columns)) for columns, _ in SCHEMES[scheme].tables)
    hint = f" It looks like {SCHEMES[likely[0]].title}: try --scheme {likely[0]}." if likely else (
        " For another layout use --scheme csv with --map code=COLUMN --map title=COLUMN."
    )  # fmt: skip
    raise BadTaxonomy(
        f"{path.name}: not a file of {SCHEMES[scheme].title}. Its columns are {', '.join(header[:12])}; "
        f"expected are {wanted}.{hint}"
    )


def _any_csv(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Row],
    parts: Parts,
    language: str,
    columns: Mapping[str, str],
) -> None:
    fields = {name: columns.get(name, name) for name in ("code", "title", "description", "isco", "alternative")}
    fields |= {name: column for name, column in columns.items() if name not in fields}
    fields |= {name: name for name in header if re.fullmatch(r"(title|alternative)[._][a-z]{2}", name)}
    titles = [f for f in fields if f.startswith("title") and fields[f] in header]
    if fields["code"] not in header or not titles:
        raise BadTaxonomy(
            f"{path.name}: no column for the code and a title. Its columns are {', '.join(header[:12])}; "
            f"say which they are with --map code=COLUMN --map title=COLUMN"
        )
    wrong = [column for column in columns.values() if column not in header]
    if wrong:
        raise BadTaxonomy(f"{path.name}: --map names the columns {wrong}, the file has {', '.join(header)}")
    for row in rows:
        code = row[fields["code"]].strip()
        if not code:
            continue
        for name, column in fields.items():
            value = row.get(column, "").strip()
            if not value:
                continue
            what, _, lang = name.replace("_", ".").partition(".")
            if what == "title":
                parts.labels[code][lang or language] = value
            elif what == "alternative":
                parts.alternative[code][lang or language] += _names(value.replace(";", "|"))
        parts.description[code] = row.get(fields["description"], "").strip()
        parts.isco[code] = row.get(fields["isco"], "").strip()


def _pick(row: Row, *names: str) -> str:
    return next((row[name].strip() for name in names if row.get(name)), "")
