"""The register: professions adopted and their standards, as rows that travel between the site and open data.

A row keeps its identity for ever; `version` counts its changes. CSV and back loses nothing; two states of the
register give a delta, and the older state with the delta gives the newer one. Everything here is pure.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any, Literal
from urllib.parse import quote

from observatory.errors import BadInput, SettingError

KINDS = ("occupation", "specialisation", "revision", "standard")
STATUSES = ("adopted", "published", "withdrawn")
# SKOS mapping relations.
RELATIONS = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
SCHEMES = ("isco-08", "esco", "onet", "dadian", "eqf")

# Column: what it means; what the data dictionary says.
COLUMNS: Mapping[str, str] = {
    "identity": "Permanent identity of the row; never reused.",
    "kind": "occupation, specialisation, revision or standard.",
    "scheme": "Classification that the code belongs to.",
    "code": "Code in that classification; no two rows that stand hold the same one.",
    "title": "Preferred name.",
    "titles": "Names by language (JSON: ISO 639-1 code to a list, the preferred one first).",
    "definition": "What the profession is, in one sentence; of a standard, what it is for.",
    "tasks": "Main tasks (JSON list).",
    "broader": "Identity of the row above: of a specialisation its occupation, of a standard its profession; empty for none.",
    "parent": "Code of the group above in the classification; empty for none.",
    "sectors": "Sectors (JSON list of short names).",
    "status": "adopted (decided, no standard in force), published or withdrawn.",
    "adopted": "Day of the decision (ISO 8601).",
    "published": "Day of publication, empty while there is none.",
    "effective": "Day from which it is in force, empty while there is none.",
    "review": "Day on which it is to be looked at again, empty for none.",
    "withdrawn": "Day of withdrawal, empty for none.",
    "replaced_by": "Identity of the row that stands in its place; empty for none.",
    "version": "Version of the row, from 1.",
    "candidate": "Candidate it was made from.",
    "evidence": "SHA-256 of the dossier that was decided on.",
    "standard": "SHA-256 of the published text of the standard; empty for a profession.",
    "mappings": "Relations to other classifications, each confirmed by a person (JSON list of scheme, version, code, relation, by, on).",
}  # fmt: skip

Mapped = tuple[str, str, str, str, str, str]
Change = Literal["added", "changed", "withdrawn", "removed"]
CHANGES: tuple[Change, ...] = ("added", "changed", "withdrawn", "removed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of the register; `COLUMNS` says what each field means."""

    identity: str
    kind: str
    scheme: str
    code: str
    title: str
    adopted: dt.date
    titles: Mapping[str, tuple[str, ...]]
    definition: str = ""
    tasks: tuple[str, ...] = ()
    broader: str = ""
    parent: str = ""
    sectors: tuple[str, ...] = ()
    status: str = "adopted"
    published: dt.date | None = None
    effective: dt.date | None = None
    review: dt.date | None = None
    withdrawn: dt.date | None = None
    replaced_by: str = ""
    version: int = 1
    candidate: str = ""
    evidence: str = ""
    standard: str = ""
    mappings: tuple[Mapped, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON holds it; days as ISO 8601, nothing as null."""
        found = {name: getattr(self, name) for name in COLUMNS}
        return {
            name: value.isoformat() if isinstance(value, dt.date)
            else {k: list(v) for k, v in value.items()} if isinstance(value, Mapping)
            else [list(one) if isinstance(one, tuple) else one for one in value] if isinstance(value, tuple)
            else value
            for name, value in found.items()
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One row of a delta: the row as it is now (as it was, where removed), and what it held before."""

    change: Change
    row: Row
    before: Mapping[str, Any]


# --- what makes a register whole -------------------------------------------------------------


def checked(rows: Sequence[Row], *, schemes: Iterable[str], start: int = 1) -> tuple[Row, ...]:
    """The same rows. Raises `BadInput` naming the row (counted from `start`) and why it cannot stand."""
    known, mapped = set(schemes), {*schemes, *SCHEMES}
    place = {row.identity: number for number, row in enumerate(rows, start)}
    there: dict[str, int] = {}
    codes: dict[tuple[str, str], str] = {}
    for number, row in enumerate(rows, start):
        at = f"row {number} ({row.identity})"
        if row.identity in there:
            raise BadInput(f"{at}: the identity stands in row {there[row.identity]} already")
        there[row.identity] = number
        wrong = _wrong(row, known=known, mapped=mapped)
        if wrong:
            raise BadInput(f"{at}: {wrong}")
        if row.status != "withdrawn":
            other = codes.setdefault((row.scheme, row.code), row.identity)
            if other != row.identity:
                raise BadInput(f"{at}: the code {row.code} of {row.scheme} is taken by row {place[other]} ({other})")
        for name in ("broader", "replaced_by"):
            target = getattr(row, name)
            if target and target not in place:
                raise BadInput(f"{at}: {name} names {target!r}, which is not in the register")
    for name in ("broader", "replaced_by"):
        _no_circle(rows, name, place)
    return tuple(rows)


def _wrong(row: Row, *, known: set[str], mapped: set[str]) -> str:
    """Why a row cannot stand by itself; empty when it can."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,79}", row.identity):
        return "an identity has 1 to 80 letters, figures and . _ : ~ -"
    for name, value, allowed in (
        ("kind", row.kind, KINDS), ("status", row.status, STATUSES), ("scheme", row.scheme, sorted(known)),
    ):  # fmt: skip
        if value not in allowed:
            return f"{name} {value!r} is unknown; known are {', '.join(allowed)}"
    for scheme, _version, code, relation, by, on in row.mappings:
        if scheme not in mapped:
            return f"a mapping to the unknown scheme {scheme!r}; known are {', '.join(sorted(mapped))}"
        if relation not in RELATIONS:
            return f"a mapping with the relation {relation!r}; known are {', '.join(RELATIONS)}"
        if not code or not by or not on:
            return f"a mapping to {scheme} {code!r} without its code, who confirmed it, or when"
    if not row.code.strip() or not row.title.strip():
        return "a row needs a code and a title"
    if row.version < 1:
        return f"version {row.version}; versions count from 1"
    if row.kind in ("standard", "specialisation") and not (row.broader or row.parent):
        return f"a {row.kind} needs the row above it in broader, or a parent code"
    return _wrong_days(row)


def _wrong_days(row: Row) -> str:
    if row.status == "published" and (row.published is None or row.effective is None):
        return "published without the day of publication and the day from which it is in force"
    if row.status == "adopted" and (row.published or row.effective or row.withdrawn):
        return "adopted, but it has days of publication, force or withdrawal"
    if (row.status == "withdrawn") != (row.withdrawn is not None):
        return "withdrawn and the day of withdrawal go together"
    days = [(name, getattr(row, name)) for name in ("adopted", "published", "effective", "review")]
    given = [(name, day) for name, day in days if day is not None]
    for (first, a), (second, b) in pairwise(given):
        if b < a:
            return f"{second} {b} lies before {first} {a}"
    return ""


def _no_circle(rows: Sequence[Row], name: str, place: Mapping[str, int]) -> None:
    above = {row.identity: getattr(row, name) for row in rows}
    sound: set[str] = set()
    for row in rows:
        way: dict[str, None] = {}
        here = row.identity
        while here and here not in sound:
            if here in way:
                raise BadInput(f"row {place[here]} ({here}): {name} goes in a circle: {' > '.join([*way, here])}")
            way[here] = None
            here = above[here]
        sound.update(way)


# --- codes -----------------------------------------------------------------------------------

FIELDS = ("parent", "number", "year")


def check_pattern(pattern: str) -> str:
    """The same pattern of a code. Raises `SettingError` when it names what there is not.

    >>> check_pattern("{parent}-{number:02d}")
    '{parent}-{number:02d}'
    """
    try:
        made = pattern.format(parent="1-01", number=7, year=2026)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise SettingError(
            f"pattern {pattern!r}: known fields are {', '.join('{' + name + '}' for name in FIELDS)} ({error})"
        ) from error
    if not made.strip():
        raise SettingError(f"pattern {pattern!r} makes an empty code")
    return pattern


def propose_code(pattern: str, taken: Iterable[str], *, parent: str, year: int) -> str:
    """The first code after the last one taken under the parent, by the pattern; numbers are never used again.

    A pattern without a number makes one code; where that is taken, "-2", "-3" ... follow it.

    >>> propose_code("{parent}-{number:02d}", ["4-04-05-01", "4-04-05-07", "4-04-06-09"], parent="4-04-05", year=2026)
    '4-04-05-08'
    >>> propose_code("{parent}/{year}", ["4-04-05-01/2026"], parent="4-04-05-01", year=2026)
    '4-04-05-01/2026-2'
    """
    held = set(taken)
    if "{number" not in pattern:
        one = pattern.format(parent=parent, number=0, year=year).strip("-")
        return next(
            code for code in (one, *(f"{one}-{again}" for again in range(2, len(held) + 3))) if code not in held
        )
    marked = re.escape(pattern.format(parent=parent, number=0, year=year).strip("-"))
    mark = re.escape(re.sub(r"\{number[^}]*\}", "\0", pattern).format(parent=parent, year=year).strip("-"))
    shape = re.compile(mark.replace("\\\0", "\0").replace("\0", r"(\d{1,9})")) if "\0" in mark else re.compile(marked)
    last = max((int(found[1]) for found in map(shape.fullmatch, held) if found), default=0)
    return pattern.format(parent=parent, number=last + 1, year=year).strip("-")


# --- CSV -------------------------------------------------------------------------------------


def to_csv(rows: Iterable[Row]) -> str:
    """The register as RFC 4180 CSV; lists and maps are JSON in their cell."""
    return _written(COLUMNS, ([_cell(getattr(row, name)) for name in COLUMNS] for row in rows))


def dictionary_csv() -> str:
    """The data dictionary: column, meaning."""
    return _written(("column", "meaning"), COLUMNS.items())


def from_csv(text: str, *, schemes: Iterable[str]) -> tuple[Row, ...]:
    """The register from its CSV. Raises `BadInput` naming the row and why: nothing is taken by halves."""
    return checked(read_csv(text), schemes=list(schemes), start=2)


def read_csv(text: str) -> tuple[Row, ...]:
    """The rows of a CSV, each read by itself; `checked` says whether they are a whole register."""
    try:
        reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        raw = list(reader)
    except csv.Error as error:
        raise BadInput(f"not a register: the CSV is broken ({error})") from error
    if set(reader.fieldnames or ()) != set(COLUMNS):
        lacking = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        other = [name for name in reader.fieldnames or () if name not in COLUMNS]
        raise BadInput(
            f"not a register: columns missing: {', '.join(lacking) or 'none'}; unknown: {', '.join(map(repr, other[:8])) or 'none'}; "
            "make one with: observatory review register --out FILE"
        )
    rows = []
    for number, cells in enumerate(raw, 2):
        try:
            rows.append(_row(cells))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadInput(f"row {number} ({str(cells.get('identity'))[:80]}): {error}") from error
    return tuple(rows)


def from_dict(raw: Mapping[str, Any]) -> Row:
    """A row from what `as_dict` gave."""
    return _row({name: raw[name] if isinstance(raw[name], str) else _plain(raw[name]) for name in COLUMNS})


def _plain(value: Any) -> str:
    return (
        "" if value is None else json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
    )


def _row(cells: Mapping[str, str]) -> Row:
    if None in cells or any(value is None for value in cells.values()):
        raise ValueError(f"it has not {len(COLUMNS)} cells")
    days = {name: dt.date.fromisoformat(cells[name]) if cells[name] else None for name in ("adopted", "published", "effective", "review", "withdrawn")}  # fmt: skip
    if days["adopted"] is None:
        raise ValueError("a row needs the day of its adoption")
    titles = json.loads(cells["titles"])
    mappings = []
    for one in json.loads(cells["mappings"]):
        scheme, version, code, relation, by, on = map(str, one)
        dt.date.fromisoformat(on)
        mappings.append((scheme, version, code, relation, by, on))
    said: dict[str, Any] = {
        name: cells[name]
        for name in (
            "identity",
            "kind",
            "scheme",
            "code",
            "title",
            "definition",
            "broader",
            "parent",
            "status",
            "replaced_by",
            "candidate",
            "evidence",
            "standard",
        )
    }
    return Row(
        **said,
        titles={str(language): _texts(names) for language, names in titles.items()}, tasks=_texts(json.loads(cells["tasks"])),
        sectors=_texts(json.loads(cells["sectors"])), version=int(cells["version"]), mappings=tuple(mappings),
        **days,  # type: ignore[arg-type]
    )  # fmt: skip


def _texts(many: Any) -> tuple[str, ...]:
    if not isinstance(many, list) or not all(isinstance(one, str) for one in many):
        raise ValueError(f"{json.dumps(many, ensure_ascii=False)[:60]}: expected a JSON list of texts")
    return tuple(many)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping | tuple):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _written(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


# --- linked data -----------------------------------------------------------------------------

TERMS = "urn:observatory:terms#"
ENTRY = "urn:observatory:register:"
CONTEXT: Mapping[str, Any] = {
    "skos": "http://www.w3.org/2004/02/skos/core#", "dct": "http://purl.org/dc/terms/", "dcat": "http://www.w3.org/ns/dcat#",
    "prov": "http://www.w3.org/ns/prov#", "xsd": "http://www.w3.org/2001/XMLSchema#", "obs": TERMS,
}  # fmt: skip


def jsonld(
    rows: Sequence[Row], *, release: str, on: dt.date, licence: str = "https://creativecommons.org/licenses/by/4.0/",
    sources: Mapping[str, tuple[str, str]] | None = None, publisher: str = "",
) -> dict[str, Any]:  # fmt: skip
    """The register as JSON-LD: SKOS concepts with mapping relations (who and when), and the DCAT and PROV record of its release.

    `sources` maps a source of postings to its licence and attribution.
    """
    scheme, made = f"{ENTRY}release:{quote(release, safe='')}", f"{ENTRY}making:{quote(release, safe='')}"
    nodes: list[dict[str, Any]] = [
        {
            "@id": scheme, "@type": ["skos:ConceptScheme", "dcat:Dataset", "prov:Entity"],
            "dct:title": {"@value": f"Register of professions and standards: {release}", "@language": "en"},
            "dct:identifier": release, "dct:issued": _typed(on.isoformat(), "date"), "dct:license": {"@id": licence},
            **({"dct:publisher": publisher} if publisher else {}), "prov:wasGeneratedBy": {"@id": made},
            "dcat:distribution": [{"@id": f"{scheme}/{form}"} for form, _media in DISTRIBUTIONS],
        },
        {
            "@id": made, "@type": "prov:Activity", "prov:endedAtTime": _typed(f"{on.isoformat()}T00:00:00Z", "dateTime"),
            **({"prov:used": [{"@id": f"urn:observatory:source:{quote(name, safe='')}"} for name in sorted(sources)]} if sources else {}),
        },
    ]  # fmt: skip
    nodes += [
        {"@id": f"{scheme}/{form}", "@type": "dcat:Distribution", "dcat:mediaType": media}
        for form, media in DISTRIBUTIONS
    ]
    for name, (terms, attribution) in sorted((sources or {}).items()):
        rights = f"{terms} {attribution}".strip()
        nodes.append(
            {
                "@id": f"urn:observatory:source:{quote(name, safe='')}",
                "@type": "dcat:Dataset",
                "dct:title": name,
                "dct:rights": rights,
            }
        )
    for row in rows:
        nodes += _nodes(row, scheme=scheme, made=made)
    return {"@context": dict(CONTEXT), "@graph": nodes}


DISTRIBUTIONS = (
    ("csv", "text/csv"), ("json", "application/json"), ("jsonld", "application/ld+json"), ("turtle", "text/turtle"),
    ("parquet", "application/vnd.apache.parquet"),
)  # fmt: skip


def _nodes(row: Row, *, scheme: str, made: str) -> list[dict[str, Any]]:
    me = ENTRY + quote(row.identity, safe="")
    labels = [(language, names) for language, names in row.titles.items() if names]
    concept: dict[str, Any] = {
        "@id": me, "@type": ["skos:Concept", *(["obs:Standard"] if row.kind == "standard" else [])],
        "skos:inScheme": {"@id": scheme}, "skos:notation": row.code, "dct:identifier": row.identity,
        "skos:prefLabel": [{"@value": names[0], "@language": language} for language, names in labels] or row.title,
        "skos:altLabel": [{"@value": name, "@language": language} for language, names in labels for name in names[1:]],
        "obs:classification": row.scheme, "obs:kind": row.kind, "obs:status": row.status, "obs:version": row.version,
        "obs:task": list(row.tasks), "obs:sector": list(row.sectors), "prov:wasGeneratedBy": {"@id": made},
        "obs:adopted": _typed(row.adopted.isoformat(), "date"),
    }  # fmt: skip
    for name, value in (
        ("skos:definition", row.definition), ("obs:parentCode", row.parent), ("obs:candidate", row.candidate),
        ("obs:dossier", row.evidence), ("obs:text", row.standard),
    ):  # fmt: skip
        if value:
            concept[name] = value
    for name in ("published", "effective", "review", "withdrawn"):
        day = getattr(row, name)
        if day is not None:
            concept[f"obs:{name}"] = _typed(day.isoformat(), "date")
    if row.broader:
        concept["skos:broader"] = {"@id": ENTRY + quote(row.broader, safe="")}
    else:
        concept["skos:topConceptOf"] = {"@id": scheme}
    if row.replaced_by:
        concept["dct:isReplacedBy"] = {"@id": ENTRY + quote(row.replaced_by, safe="")}
    nodes = [concept]
    for at, (other, version, code, relation, by, on) in enumerate(row.mappings, 1):
        target = f"urn:observatory:classification:{':'.join(quote(one, safe='') for one in (other, version, code))}"
        concept.setdefault(f"skos:{relation}", []).append({"@id": target})
        concept.setdefault("obs:mapping", []).append({"@id": f"{me}/mapping/{at}"})
        nodes.append(
            {
                "@id": f"{me}/mapping/{at}", "@type": "obs:Mapping", "obs:relation": {"@id": f"skos:{relation}"}, "obs:target": {"@id": target},
                "obs:classification": f"{other} {version}".strip(), "obs:code": code, "obs:confirmedBy": by, "dct:date": _typed(on, "date"),
            }
        )  # fmt: skip
    return [{name: value for name, value in node.items() if value != []} for node in nodes]


def _typed(value: str, kind: str) -> dict[str, str]:
    return {"@value": value, "@type": f"xsd:{kind}"}


# --- deltas ----------------------------------------------------------------------------------


def delta(old: Iterable[Row], new: Iterable[Row]) -> tuple[Difference, ...]:
    """What became of a register: rows added, changed, withdrawn (and removed), by identity."""
    before, after = {row.identity: row for row in old}, {row.identity: row for row in new}
    found = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if now is None and was is not None:
            found.append(Difference(change="removed", row=was, before={}))
        elif now is not None and was is None:
            found.append(Difference(change="added", row=now, before={}))
        elif now is not None and was is not None and now != was:
            held, holds = was.as_dict(), now.as_dict()
            changed = {name: held[name] for name in COLUMNS if held[name] != holds[name]}
            gone = now.status == "withdrawn" and was.status != "withdrawn"
            found.append(Difference(change="withdrawn" if gone else "changed", row=now, before=changed))
    return tuple(found)


def applied(old: Iterable[Row], differences: Iterable[Difference]) -> tuple[Row, ...]:
    """The newer register from the older one and the delta, by identity."""
    rows = {row.identity: row for row in old}
    for one in differences:
        if one.change == "removed":
            rows.pop(one.row.identity, None)
        else:
            rows[one.row.identity] = one.row
    return tuple(rows[key] for key in sorted(rows))


def delta_csv(differences: Iterable[Difference]) -> str:
    """A delta as CSV: the change, what the row held before (JSON), and the row as in the register's CSV."""
    return _written(
        ("change", "before", *COLUMNS),
        (
            [one.change, json.dumps(one.before, ensure_ascii=False), *(_cell(getattr(one.row, name)) for name in COLUMNS)]
            for one in differences
        ),
    )  # fmt: skip


def delta_json(differences: Sequence[Difference], *, old: str, new: str) -> dict[str, Any]:
    """A delta as JSON holds it: from, to, counts, and the changes."""
    return {
        "from": old, "to": new,
        "counts": {name: sum(1 for one in differences if one.change == name) for name in CHANGES},
        "changes": [{"change": one.change, "before": dict(one.before), "row": one.row.as_dict()} for one in differences],
    }  # fmt: skip


def withdrawn(row: Row, *, on: dt.date, replaced_by: str = "") -> Row:
    """The row after its withdrawal, a version later."""
    return replace(row, status="withdrawn", withdrawn=on, replaced_by=replaced_by, version=row.version + 1)


assert tuple(sorted(COLUMNS)) == tuple(sorted(field.name for field in fields(Row)))
