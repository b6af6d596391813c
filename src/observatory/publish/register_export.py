"""The register of professions and standards as open data, made from a release of the site.

`observatory.register` says what a row is and gives CSV and JSON-LD; here it becomes Turtle, schema.org and Parquet
too. No row holds a posting, an employer or a count, so there is no cell that could be too small.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from observatory.errors import SettingError
from observatory.register import COLUMNS, ENTRY, Row, dictionary_csv, to_csv
from observatory.register import jsonld as linked

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterRelease:
    """A release of the register. `sources` maps a source of postings to its licence and attribution."""

    name: str
    on: dt.date
    publisher: str = ""
    sources: Mapping[str, tuple[str, str]]
    licence: str = LICENCE


def jsonld(rows: Sequence[Row], release: RegisterRelease) -> bytes:
    """SKOS with mapping relations, DCAT and PROV, in JSON-LD."""
    return (json.dumps(_linked(rows, release), ensure_ascii=False, indent=1) + "\n").encode()


def _linked(rows: Sequence[Row], release: RegisterRelease) -> dict[str, Any]:
    return linked(
        rows, release=release.name, on=release.on, licence=release.licence, sources=release.sources,
        publisher=release.publisher,
    )  # fmt: skip


def turtle(rows: Sequence[Row], release: RegisterRelease) -> bytes:
    """The same in Turtle."""
    from rdflib import Graph

    text: str = Graph().parse(data=json.dumps(_linked(rows, release)), format="json-ld").serialize(format="turtle")
    return text.encode()


def schemaorg(rows: Sequence[Row], release: RegisterRelease) -> bytes:
    """schema.org Occupation in JSON-LD, one node a profession that stands; its codes in other classifications where confirmed."""
    nodes = []
    for row in rows:
        if row.kind == "standard" or row.status == "withdrawn":
            continue
        codes = [
            (row.scheme, "", row.code),
            *((one[0], one[1], one[2]) for one in row.mappings if one[3] == "exactMatch"),
        ]
        names = [name for many in row.titles.values() for name in many if name != row.title]
        node: dict[str, Any] = {
            "@type": "Occupation", "@id": ENTRY + quote(row.identity, safe=""), "identifier": row.identity, "name": row.title,
            "alternateName": sorted(set(names)), "description": row.definition, "responsibilities": list(row.tasks),
            "occupationalCategory": [
                {"@type": "CategoryCode", "codeValue": code, "inCodeSet": f"{scheme} {version}".strip()} for scheme, version, code in codes
            ],
        }  # fmt: skip
        nodes.append({name: value for name, value in node.items() if value not in ("", [])})
    found = {
        "@context": "https://schema.org/", "@type": "DataCatalog", "name": release.name, "dateModified": release.on.isoformat(),
        "license": release.licence, "about": nodes,
    }  # fmt: skip
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def parquet(rows: Sequence[Row], release: RegisterRelease) -> bytes:
    """The columns of the CSV as Parquet, each with its meaning in the field's metadata; titles and mappings are JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    days = dict.fromkeys(("adopted", "published", "effective", "review", "withdrawn"), pa.date32())
    types = {**days, "version": pa.int64(), "tasks": pa.list_(pa.string()), "sectors": pa.list_(pa.string())}
    schema = pa.schema(
        [pa.field(name, types.get(name, pa.string()), metadata={"meaning": text}) for name, text in COLUMNS.items()],
        metadata={"release": release.name, "on": release.on.isoformat(), "licence": release.licence},
    )
    told = [row.as_dict() for row in rows]
    columns = {
        name: [
            getattr(row, name) if name in days else json.dumps(said[name], ensure_ascii=False) if name in ("titles", "mappings") else said[name]
            for row, said in zip(rows, told, strict=True)
        ]
        for name in COLUMNS
    }  # fmt: skip
    out = io.BytesIO()
    pq.write_table(pa.table(columns, schema=schema), out, compression="zstd")
    return out.getvalue()


def from_parquet(body: bytes) -> tuple[Row, ...]:
    """The rows of a Parquet file made here."""
    import pyarrow.parquet as pq

    from observatory.register import from_dict

    found = []
    for raw in pq.read_table(io.BytesIO(body)).to_pylist():
        days = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in raw.items()}
        found.append(from_dict(days))
    return tuple(found)


# Format: what makes it; the names are those of `publish.export.FORMATS`.
REGISTER_FORMATS: Mapping[str, Callable[[Sequence[Row], RegisterRelease], bytes]] = {
    "turtle": turtle, "jsonld": jsonld, "schemaorg": schemaorg, "csv": lambda rows, _: to_csv(rows).encode(),
    "dictionary": lambda rows, release: dictionary_csv().encode(), "parquet": parquet,
}  # fmt: skip


def make_register_export(form: str, rows: Sequence[Row], release: RegisterRelease) -> bytes:
    """The register in a format. Raises `SettingError` for one that there is not."""
    if form not in REGISTER_FORMATS:
        raise SettingError(f"no export {form!r}; known are {', '.join(REGISTER_FORMATS)}")
    return REGISTER_FORMATS[form](rows, release)
