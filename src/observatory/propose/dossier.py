"""The dossier: the frozen evidence on a candidate, as records and as canonical JSON with its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any

from observatory.errors import BadInput
from observatory.records import (
    Asked,
    Beside,
    Candidate,
    Dossier,
    Evidence,
    Growth,
    Month,
    Nearest,
    Practitioners,
    Run,
    Sides,
)
from observatory.removal import Withdrawal

SCHEMA_VERSION = 3
SINCE_3 = ("asked", "beside")  # fields that a dossier of an earlier schema has not

METHOD = (
    "Roles are read from titles, free first lines and lists by a role grammar; a phrase counts as a role when it is "
    "written like a title, stands alone and is sought by several employers.",
    "Roles that are the same profession form a cluster: a neighbour graph over their names, divided by Leiden.",
    "Growth compares the share of vacancies of the same sources in two windows (Mantel-Haenszel rate ratio; the "
    "interval allows for over-dispersion and for employers that repost).",
    "q-values are after Benjamini and Hochberg over all clusters of the run that are large enough to be proposed.",
    "Novelty is the share of known titles that lie closer to the classifications of the day than this role does.",
)
LIMITS = (
    "Advertisements are not jobs: some posts are filled without one, some advertisements without a post.",
    "The sources are not a sample of the labour market; a share is a share of these sources.",
    "The text encoder was trained after the past it may be shown here.",
)


def build_dossier(
    candidate: Candidate,
    *,
    run: Run,
    as_of: dt.date,
    history: Sequence[Month],
    employers: Sequence[tuple[str, int]],
    places: Sequence[tuple[str, int]],
    skills: Sequence[tuple[str, int, float]],
    evidence: Sequence[Evidence],
    encoders: Mapping[str, str],
    asked: Asked | None = None,
    beside: Sequence[Beside] = (),
) -> Dossier:
    """A dossier with its hash. `skills` are (label, postings that name it, lift over all postings)."""  # fmt: skip
    open_dossier = Dossier(
        schema_version=SCHEMA_VERSION,
        candidate=candidate,
        run=run,
        as_of=as_of,
        history=tuple(history),
        top_employers=tuple(employers),
        top_places=tuple(places),
        skills=tuple(skills),
        evidence=tuple(evidence),
        method=METHOD,
        limits=(*candidate.limits, *LIMITS),
        encoders=dict(encoders),
        asked=asked,
        beside=tuple(beside),
        sha256="",
    )
    return replace(open_dossier, sha256=digest(open_dossier))


def canonical_json(dossier: Dossier) -> str:
    """All fields but the hash and notes of removals: keys sorted, no spaces, dates in ISO 8601. What the hash is taken of.

    Run times are left out: what a run cost is no evidence.
    """
    raw = _raw(dossier)
    del raw["sha256"]
    raw.pop("removals", None)
    for name in ("stages", "seconds", "started_at"):
        del raw["run"][name]
    return json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def digest(dossier: Dossier) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(dossier).encode()).hexdigest()


def to_json(dossier: Dossier, *, indent: int | None = None) -> str:
    """The whole dossier as JSON."""
    return json.dumps(_raw(dossier), ensure_ascii=False, indent=indent, default=_plain)


def _raw(dossier: Dossier) -> dict[str, Any]:
    """All fields; without those of later schemas that a dossier of an earlier one has not, so that its hash stays."""
    raw = asdict(dossier)
    if raw["candidate"]["practitioners"] is None:
        del raw["candidate"]["practitioners"]
    if not dossier.removals:
        del raw["removals"]
    if dossier.schema_version < 3:
        for name in SINCE_3:
            del raw[name]
    return raw


_MAKE = "give a file made by: observatory dossier ID --format json"


def from_json(text: str) -> Dossier:
    """A dossier from its JSON. Raises `BadInput` when it is none, naming what is missing."""
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise BadInput(f"not a dossier: not JSON ({error}); {_MAKE}") from error
    if not isinstance(raw, dict):
        raise BadInput(f"not a dossier: a JSON {type(raw).__name__}, expected an object; {_MAKE}")
    names = {field.name for field in fields(Dossier)}
    if raw.get("schema_version") in (1, 2):
        names -= set(SINCE_3)
    if "removals" not in raw:
        names.discard("removals")
    if isinstance(version := raw.get("schema_version"), int) and version > SCHEMA_VERSION:
        raise BadInput(f"a dossier of schema {version}; this version reads up to {SCHEMA_VERSION}; {_MAKE}")
    if set(raw) != names:
        missing, unknown = sorted(names - set(raw)), sorted(set(raw) - names)
        raise BadInput(
            f"not a dossier: fields missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown[:8]) or 'none'}; {_MAKE}"
        )
    try:
        return _dossier(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"not a dossier: {type(error).__name__} {error} in its fields; {_MAKE}") from error


def verify(dossier: Dossier) -> bool:
    """Whether the hash is that of the contents; after a removal, whether what is left has the hash noted then."""
    return digest(dossier) == (dossier.removals[-1].sha256 if dossier.removals else dossier.sha256)


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a dossier")


def _dossier(raw: Mapping[str, Any]) -> Dossier:
    c, r = raw["candidate"], raw["run"]
    candidate = Candidate(
        **{
            **c,
            "titles": {language: tuple(names) for language, names in c["titles"].items()},
            "first_seen": dt.date.fromisoformat(c["first_seen"]),
            "growth": Growth(**c["growth"]),
            "nearest": tuple(Nearest(**near) for near in c["nearest"]),
            "practitioners": Practitioners(**c["practitioners"]) if c.get("practitioners") else None,
            **{
                name: tuple(c[name])
                for name in ("alternative_titles", "sectors", "sources", "skills", "evidence", "reasons", "limits")
            },
        }
    )
    run = Run(
        **{
            **r,
            "as_of": dt.datetime.fromisoformat(r["as_of"]),
            "since": dt.datetime.fromisoformat(r["since"]) if r["since"] else None,
            "started_at": dt.datetime.fromisoformat(r["started_at"]),
            "taxonomies": tuple(r["taxonomies"]),
        }
    )
    return Dossier(
        schema_version=raw["schema_version"],
        candidate=candidate,
        run=run,
        as_of=dt.date.fromisoformat(raw["as_of"]),
        history=tuple(Month(**{**m, "month": dt.date.fromisoformat(m["month"])}) for m in raw["history"]),
        top_employers=tuple((name, count) for name, count in raw["top_employers"]),
        top_places=tuple((name, count) for name, count in raw["top_places"]),
        skills=tuple((label, count, lift) for label, count, lift in raw["skills"]),
        evidence=tuple(
            Evidence(**{**e, "posted_at": dt.datetime.fromisoformat(e["posted_at"])}) for e in raw["evidence"]
        ),
        method=tuple(raw["method"]),
        limits=tuple(raw["limits"]),
        encoders=raw["encoders"],
        sha256=raw["sha256"],
        asked=_asked(raw["asked"]) if raw.get("asked") else None,
        beside=tuple(
            Beside(**{**near, **{name: _sides(near[name]) for name in ("skills", "tasks")}})
            for near in raw.get("beside", ())
        ),
        removals=tuple(
            Withdrawal(**{**note, "on": dt.date.fromisoformat(note["on"])}) for note in raw.get("removals", ())
        ),
    )


def _asked(raw: Mapping[str, Any]) -> Asked:
    rows = {name: tuple(tuple(row) for row in raw[name]) for name in ("pay", "education", "experience")}
    return Asked(**{**raw, **rows})


def _sides(raw: Mapping[str, Any] | None) -> Sides | None:
    return None if raw is None else Sides(**{name: tuple(words) for name, words in raw.items()})
