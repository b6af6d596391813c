"""The register as open data: SKOS, schema.org, CSV with its dictionary, Parquet, and a DCAT record with PROV.

An entry is a profession that a run proposes or a committee decided on. No entry names a person, an
employer or a posting; a count below the minimum cell size is left out, and `small` says so. What is
near in a classification is a proposal by similarity, never a confirmed mapping, and is exported as such.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observatory.errors import BadInput, SettingError
from observatory.records import KINDS, Candidate, Run

MIN_CELL = 5
STATUSES = ("proposed", "adopt", "watch", "merge", "reject", "defer")
TERMS = "urn:observatory:terms#"
ENTRY = "urn:observatory:register:"

# Column: what it means, with unit; what the data dictionary says.
COLUMNS: Mapping[str, str] = {
    "identity": "Permanent identity of the entry; never reused.",
    "status": "proposed, or the committees' last decision: adopt, watch, merge, reject, defer.",
    "kind": "occupation, specialisation, revision, technology or noise.",
    "title": "Preferred title, in the language of its postings.",
    "titles": "Titles by language (JSON: ISO 639-1 code to a list, the preferred one first).",
    "sectors": "Sectors (JSON list of short names).",
    "skills": "Skills named more often than elsewhere (JSON list, in order of weight).",
    "nearest": "Near occupations, proposed by similarity and confirmed by nobody (JSON list of scheme, version, code, title, similarity from 0 to 1).",
    "broader": "Identity of the entry above this one, empty for none.",
    "first_seen": "Day of the first posting (ISO 8601).",
    "decided": "Day of the decision (ISO 8601), empty while there is none.",
    "vacancies": "Vacancies up to the day of the run; empty where there are fewer than the minimum cell size.",
    "employers": "Independent employers up to the day of the run; empty where fewer than the minimum cell size.",
    "small": "true where a count is left out because it is small.",
    "growth": "Share of vacancies in the last twelve months as a multiple of the share before (ratio).",
    "growth_low": "Lower end of its 95 % interval.",
    "growth_high": "Upper end of its 95 % interval; 9999 means open.",
    "run": "Run the figures come from.",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One row of the register; `COLUMNS` says what each field means."""

    identity: str
    status: str
    kind: str
    title: str
    titles: Mapping[str, tuple[str, ...]]
    sectors: tuple[str, ...]
    skills: tuple[str, ...]
    nearest: tuple[tuple[str, str, str, str, float], ...]
    broader: str
    first_seen: dt.date
    decided: dt.date | None
    vacancies: int | None
    employers: int | None
    small: bool
    growth: float
    growth_low: float
    growth_high: float
    run: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """What a release is made from. `sources` maps a source to its licence and attribution."""

    name: str
    as_of: dt.date
    run: Run
    sources: Mapping[str, tuple[str, str]]
    licence: str = "https://creativecommons.org/licenses/by/4.0/"


def entries_of(
    candidates: Sequence[Candidate],
    run: Run,
    decided: Mapping[str, tuple[str, dt.date]],
    *,
    employers: frozenset[str] = frozenset(),
    min_cell: int = MIN_CELL,
) -> tuple[Entry, ...]:
    """The register of a run, by identity. `decided` maps a candidate to its verdict and day.

    Technologies and noise are left out unless a committee decided on them; words learned as skills that are
    names of `employers` (lower case, letters and figures only) are left out too.
    """
    found = []
    for c in sorted(candidates, key=lambda one: one.candidate_id):
        verdict, day = decided.get(c.candidate_id, ("proposed", None))
        if c.kind in ("technology", "noise") and verdict == "proposed":
            continue
        small = c.vacancies < min_cell or c.employers < min_cell
        found.append(
            Entry(
                identity=c.candidate_id, status=verdict, kind=c.kind, title=c.title,
                titles={language: tuple(names) for language, names in sorted(c.titles.items())}, sectors=tuple(c.sectors),
                skills=tuple(s for s in c.skills if plain(s) not in employers), nearest=tuple((n.scheme, n.version, n.code, n.title, n.similarity) for n in c.nearest),
                broader="", first_seen=c.first_seen, decided=day,
                vacancies=c.vacancies if c.vacancies >= min_cell else None,
                employers=c.employers if c.employers >= min_cell else None,
                small=small, growth=c.growth.ratio, growth_low=c.growth.low, growth_high=c.growth.high, run=run.run_id,
            )
        )  # fmt: skip
    return tuple(found)


def plain(name: str) -> str:
    """A name as employers are compared: lower case, letters and figures only.

    >>> plain("Toast & Sons Ltd.")
    'toastsonsltd'
    """
    return "".join(sign for sign in name.lower() if sign.isalnum())


# --- CSV -------------------------------------------------------------------------------------


def to_csv(entries: Sequence[Entry]) -> str:
    """The register as RFC 4180 CSV in UTF-8; lists and maps are JSON in their cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([_cell(getattr(entry, name)) for name in COLUMNS])
    return out.getvalue()


def dictionary_csv() -> str:
    """The data dictionary: column, meaning."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("column", "meaning"))
    writer.writerows(COLUMNS.items())
    return out.getvalue()


def from_csv(text: str) -> tuple[Entry, ...]:
    """The register from its CSV. Raises `BadInput` naming the row and why: nothing is taken by halves."""
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise BadInput(f"not a register: the CSV is broken ({error})") from error
    found: dict[str, Entry] = {}
    for number, row in enumerate(rows, 2):
        if set(row) != set(COLUMNS):
            raise BadInput(f"row {number}: the columns must be {', '.join(COLUMNS)}")
        try:
            entry = _entry(row)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadInput(f"row {number} ({row['identity']}): {error}") from error
        if entry.identity in found:
            raise BadInput(f"row {number}: the identity {entry.identity!r} is there already")
        found[entry.identity] = entry
    _check_broader(found)
    return tuple(found.values())


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | tuple):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, dt.date) else repr(value) if isinstance(value, float) else str(value)


def _entry(row: Mapping[str, str]) -> Entry:
    if not row["identity"]:
        raise ValueError("an entry needs an identity")
    if row["kind"] not in KINDS:
        raise ValueError(f"kind {row['kind']!r} is none of {', '.join(KINDS)}")
    if row["status"] not in STATUSES:
        raise ValueError(f"status {row['status']!r} is none of {', '.join(STATUSES)}")
    near = []
    for scheme, version, code, title, similarity in json.loads(row["nearest"]):
        if not 0 <= float(similarity) <= 1:
            raise ValueError(f"a similarity of {similarity}; it lies between 0 and 1")
        near.append((str(scheme), str(version), str(code), str(title), float(similarity)))
    return Entry(
        identity=row["identity"], status=row["status"], kind=row["kind"], title=row["title"],
        titles={str(k): tuple(map(str, v)) for k, v in json.loads(row["titles"]).items()},
        sectors=tuple(json.loads(row["sectors"])), skills=tuple(json.loads(row["skills"])), nearest=tuple(near),
        broader=row["broader"], first_seen=dt.date.fromisoformat(row["first_seen"]),
        decided=dt.date.fromisoformat(row["decided"]) if row["decided"] else None,
        vacancies=int(row["vacancies"]) if row["vacancies"] else None,
        employers=int(row["employers"]) if row["employers"] else None, small=row["small"] == "true",
        growth=float(row["growth"]), growth_low=float(row["growth_low"]), growth_high=float(row["growth_high"]), run=row["run"],
    )  # fmt: skip


def _check_broader(found: Mapping[str, Entry]) -> None:
    for entry in found.values():
        way = [entry.identity]
        above = entry.broader
        while above:
            if above not in found:
                raise BadInput(f"{way[-1]}: its broader entry {above!r} is not in the register")
            if above in way:
                raise BadInput(f"{' > '.join([*way, above])}: broader entries go in a circle")
            way.append(above)
            above = found[above].broader


# --- SKOS, DCAT and PROV ---------------------------------------------------------------------


def register_graph(entries: Sequence[Entry], release: Release) -> Any:
    """The register as an rdflib graph: a concept scheme, its concepts, and the release's DCAT and PROV record."""
    from rdflib import DCAT, DCTERMS, PROV, RDF, SKOS, XSD, Graph, Literal, Namespace, URIRef

    terms, graph = Namespace(TERMS), Graph()
    for prefix, space in (("skos", SKOS), ("dcat", DCAT), ("dct", DCTERMS), ("prov", PROV), ("obs", terms)):
        graph.bind(prefix, space)
    scheme, run = URIRef(f"{ENTRY}scheme"), URIRef(f"urn:observatory:run:{release.run.run_id}")
    day = Literal(release.as_of.isoformat(), datatype=XSD.date)
    for kind in (SKOS.ConceptScheme, DCAT.Dataset, PROV.Entity):
        graph.add((scheme, RDF.type, kind))
    graph.add((scheme, DCTERMS.title, Literal(f"Register of emerging professions: {release.name}", lang="en")))
    graph.add((scheme, DCTERMS.issued, day))
    graph.add((scheme, DCTERMS.license, URIRef(release.licence)))
    graph.add((scheme, PROV.wasGeneratedBy, run))
    graph.add((run, RDF.type, PROV.Activity))
    graph.add((run, PROV.startedAtTime, Literal(release.run.started_at.isoformat(), datatype=XSD.dateTime)))
    graph.add((run, terms.corpusVersion, Literal(release.run.corpus_version)))
    for name, (licence, attribution) in sorted(release.sources.items()):
        source = URIRef(f"urn:observatory:source:{_safe(name)}")
        graph.add((source, RDF.type, DCAT.Dataset))
        graph.add((source, DCTERMS.title, Literal(name)))
        graph.add((source, DCTERMS.rights, Literal(f"{licence} {attribution}".strip())))
        graph.add((run, PROV.used, source))
    for form, media in (("csv", "text/csv"), ("parquet", "application/vnd.apache.parquet"), ("turtle", "text/turtle"),
                        ("jsonld", "application/ld+json")):  # fmt: skip
        part = URIRef(f"{ENTRY}scheme/{form}")
        graph.add((scheme, DCAT.distribution, part))
        graph.add((part, RDF.type, DCAT.Distribution))
        graph.add((part, DCAT.mediaType, Literal(media)))
    for entry in entries:
        _concept(graph, entry, scheme, run)
    return graph


def _concept(graph: Any, entry: Entry, scheme: Any, run: Any) -> None:
    from rdflib import PROV, RDF, SKOS, XSD, Literal, Namespace, URIRef

    terms, concept = Namespace(TERMS), URIRef(f"{ENTRY}{_safe(entry.identity)}")
    graph.add((concept, RDF.type, SKOS.Concept))
    graph.add((concept, SKOS.inScheme, scheme))
    graph.add((concept, SKOS.notation, Literal(entry.identity)))
    for language, names in entry.titles.items():
        for at, name in enumerate(names):
            graph.add((concept, SKOS.altLabel if at else SKOS.prefLabel, Literal(name, lang=language)))
    if not any(entry.titles.values()):
        graph.add((concept, SKOS.prefLabel, Literal(entry.title)))
    if entry.broader:
        graph.add((concept, SKOS.broader, URIRef(f"{ENTRY}{_safe(entry.broader)}")))
    else:
        graph.add((concept, SKOS.topConceptOf, scheme))
    graph.add((concept, terms.status, Literal(entry.status)))
    graph.add((concept, terms.kind, Literal(entry.kind)))
    graph.add((concept, terms.firstSeen, Literal(entry.first_seen.isoformat(), datatype=XSD.date)))
    if entry.decided:
        graph.add((concept, terms.decided, Literal(entry.decided.isoformat(), datatype=XSD.date)))
    for name, value in (("vacancies", entry.vacancies), ("employers", entry.employers)):
        if value is not None:
            graph.add((concept, terms[name], Literal(value)))
    for name, figure in (("growth", entry.growth), ("growthLow", entry.growth_low), ("growthHigh", entry.growth_high)):
        graph.add((concept, terms[name], Literal(repr(figure), datatype=XSD.double)))
    for sector in entry.sectors:
        graph.add((concept, terms.sector, Literal(sector)))
    for skill in entry.skills:
        graph.add((concept, terms.skill, Literal(skill)))
    graph.add((concept, PROV.wasGeneratedBy, run))
    for at, (near_scheme, version, code, title, similarity) in enumerate(entry.nearest, 1):
        near = URIRef(f"{concept}/near/{at}")
        graph.add((concept, terms.proposedMatch, near))
        graph.add((near, RDF.type, terms.ProposedMatch))
        graph.add((near, terms.classification, Literal(f"{near_scheme} {version}")))
        graph.add((near, terms.code, Literal(code)))
        graph.add((near, terms.title, Literal(title)))
        graph.add((near, terms.similarity, Literal(repr(similarity), datatype=XSD.double)))


def _safe(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def turtle(entries: Sequence[Entry], release: Release) -> bytes:
    """SKOS in Turtle."""
    text: str = register_graph(entries, release).serialize(format="turtle")
    return text.encode()


def jsonld(entries: Sequence[Entry], release: Release) -> bytes:
    """SKOS in JSON-LD, its nodes and values sorted, so that the same register gives the same bytes."""
    raw = json.loads(register_graph(entries, release).serialize(format="json-ld"))
    for node in raw:
        for name, values in node.items():
            if isinstance(values, list):
                node[name] = sorted(values, key=lambda one: json.dumps(one, sort_keys=True))
    raw.sort(key=lambda node: node["@id"])
    return (json.dumps(raw, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def schemaorg(entries: Sequence[Entry], release: Release) -> bytes:
    """schema.org Occupation in JSON-LD, one node an entry. What is not known is left out."""
    graph = [
        {
            "@type": "Occupation", "@id": f"{ENTRY}{_safe(e.identity)}", "identifier": e.identity, "name": e.title,
            "alternateName": sorted({name for names in e.titles.values() for name in names} - {e.title}),
            "skills": list(e.skills),
        }
        for e in entries
    ]  # fmt: skip
    found = {
        "@context": "https://schema.org/", "@type": "DataCatalog", "name": release.name, "dateModified": release.as_of.isoformat(),
        "license": release.licence, "about": graph,
    }  # fmt: skip
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def parquet(entries: Sequence[Entry], release: Release) -> bytes:
    """The columns of the CSV as Parquet, each with its meaning in the field's metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"small": pa.bool_(), "first_seen": pa.date32(), "decided": pa.date32(), "vacancies": pa.int64(), "employers": pa.int64(),
             "growth": pa.float64(), "growth_low": pa.float64(), "growth_high": pa.float64(), "sectors": pa.list_(pa.string()),
             "skills": pa.list_(pa.string())}  # fmt: skip
    schema = pa.schema(
        [pa.field(name, types.get(name, pa.string()), metadata={"meaning": text}) for name, text in COLUMNS.items()],
        metadata={"release": release.name, "as_of": release.as_of.isoformat(), "licence": release.licence},
    )
    columns = {}
    for name in COLUMNS:
        values = [getattr(entry, name) for entry in entries]
        if name in ("titles", "nearest"):
            values = [_cell(value) for value in values]
        columns[name] = [list(v) if isinstance(v, tuple) else v for v in values]
    out = io.BytesIO()
    pq.write_table(pa.table(columns, schema=schema), out, compression="zstd")
    return out.getvalue()


# Format: what makes it.
FORMATS: Mapping[str, Callable[[Sequence[Entry], Release], bytes]] = {
    "turtle": turtle, "jsonld": jsonld, "schemaorg": schemaorg, "csv": lambda entries, _: to_csv(entries).encode(),
    "dictionary": lambda entries, release: dictionary_csv().encode(), "parquet": parquet,
}  # fmt: skip


def make_export(form: str, entries: Sequence[Entry], release: Release) -> bytes:
    """The register in a format. Raises `SettingError` for one that there is not."""
    if form not in FORMATS:
        raise SettingError(f"no export {form!r}; known are {', '.join(FORMATS)}")
    return FORMATS[form](entries, release)
