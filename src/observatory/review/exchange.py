"""The only door between the review and the pipeline: dossiers come in, verdicts go out, both as JSON."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from observatory.errors import BadInput
from observatory.review.audit import record
from observatory.review.models import (
    Candidate,
    Decision,
    DossierFile,
    EvidenceSentence,
    Health,
    Kind,
    Status,
)

MAX_BYTES = 32 * 2**20


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Growth(_Part):
    ratio: float
    low: float
    high: float
    q_value: float
    note: str = ""


class _Nearest(_Part):
    scheme: str
    version: str
    code: str
    title: str
    similarity: float


class _Candidate(_Part):
    candidate_id: str = Field(min_length=1, max_length=70)
    rank: int
    kind: str
    title: str = Field(min_length=1)
    titles: Mapping[str, tuple[str, ...]]
    sectors: tuple[str, ...]
    score: float = Field(ge=0, le=1)
    vacancies: int = Field(ge=0)
    employers: int = Field(ge=0)
    first_seen: dt.date
    growth: _Growth
    novelty: float
    nearest: tuple[_Nearest, ...]
    skills: tuple[str, ...]


class _Month(_Part):
    month: dt.date
    vacancies: int = Field(ge=0)
    exposure: int = Field(ge=0)


class _Evidence(_Part):
    posting_id: str
    source: str
    url: str
    posted_at: dt.datetime
    employer: str
    sentence: str
    start: int
    end: int


class _Dossier(_Part):
    schema_version: int
    candidate: _Candidate
    as_of: dt.date
    history: tuple[_Month, ...]
    evidence: tuple[_Evidence, ...]
    skills: tuple[tuple[str, int, float], ...]
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


def sha256_of(raw: Mapping[str, Any]) -> str:
    """The hash of a dossier's canonical JSON, as the one who made the dossier takes it.

    Keys sorted, no spaces; without the hash itself and without what the run cost.
    """
    body = {name: value for name, value in raw.items() if name != "sha256"}
    if isinstance(body.get("run"), dict):
        body["run"] = {k: v for k, v in body["run"].items() if k not in ("stages", "seconds", "started_at")}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def checked(text: str, *, sha256: str | None = None) -> dict[str, Any]:
    """A dossier's JSON as a dict, its shape and hash checked. Raises `BadInput` saying what does not fit."""
    if len(text) > MAX_BYTES:
        raise BadInput(f"a dossier of {len(text):,} characters; at most {MAX_BYTES:,} are read")
    try:
        raw = json.loads(text)
        seen = _Dossier.model_validate(raw)
    except ValueError as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        where = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}" if first else f"not JSON ({error})"
        raise BadInput(f"not a dossier: {where}; give a file made by: observatory dossier ID --format json") from error
    found = sha256_of(raw)
    if found != seen.sha256 or (sha256 is not None and found != sha256):
        raise BadInput(
            f"the dossier of {seen.candidate.candidate_id!r} does not match its hash (it says {seen.sha256[:12]}, "
            f"its contents give {found[:12]}): it was altered after it was made; ask for it again"
        )
    if seen.candidate.kind not in Kind.values:
        raise BadInput(f"kind {seen.candidate.kind!r} is none of {', '.join(Kind.values)}")
    return dict(raw)


def receive(text: str, *, wake_at: float, by: Any, now: dt.datetime) -> tuple[Candidate, str]:
    """Takes in one dossier: ("new" | "updated" | "known" | "silent" | "woken" | "decided").

    A rejected candidate stays silent until its vacancies have grown by the share `wake_at` since then.
    """
    raw = checked(text)
    facts = _Dossier.model_validate(raw)
    seen = facts.candidate
    with transaction.atomic():
        there = Candidate.objects.select_for_update().filter(candidate_id=seen.candidate_id).first()
        if there and there.dossiers.filter(sha256=facts.sha256).exists():
            return there, "known"
        candidate = there or Candidate(
            candidate_id=seen.candidate_id, created_at=now, updated_at=now, first_seen=seen.first_seen,
            title=seen.title[:300], kind=seen.kind,
        )  # fmt: skip
        what = "updated" if there else "new"
        if there and there.status in (Status.ADOPTED, Status.MERGED, Status.SPLIT):
            what = "decided"
        if there and there.status == Status.WATCH and there.watch_until and there.watch_until <= now.date():
            there.status, there.watch_until, what = Status.NEW, None, "woken"
            there.assessment_round += 1
        if there and there.status == Status.REJECTED:
            base = there.silenced_vacancies or 0
            what = "woken" if seen.vacancies >= base * (1 + wake_at) else "silent"
            if what == "woken":
                there.status, there.silenced_vacancies = Status.NEW, None
                there.assessment_round += 1
        candidate.rank, candidate.score = seen.rank, seen.score
        candidate.vacancies, candidate.employers = seen.vacancies, seen.employers
        candidate.growth_ratio, candidate.growth_low = seen.growth.ratio, seen.growth.low
        candidate.growth_high, candidate.novelty = seen.growth.high, seen.novelty
        candidate.sectors, candidate.languages = list(seen.sectors), sorted(seen.titles)
        candidate.skills = list(seen.skills)
        candidate.history = [[m.month.isoformat(), m.vacancies, m.exposure] for m in facts.history]
        names = [name for many in seen.titles.values() for name in many]
        candidate.search = " ".join(dict.fromkeys([candidate.title, *names, *seen.skills[:20]]))[:4000].lower()
        candidate.updated_at = now
        candidate.version += 1 if there else 0
        candidate.save()
        file = DossierFile.objects.create(
            candidate=candidate, sha256=facts.sha256, as_of=facts.as_of, body=text, received_at=now
        )
        EvidenceSentence.objects.bulk_create(
            EvidenceSentence(
                dossier=file, posting_id=row.posting_id[:80], source=row.source[:80], url=row.url,
                posted_at=row.posted_at if row.posted_at.tzinfo else row.posted_at.replace(tzinfo=dt.UTC),
                employer=row.employer, sentence=row.sentence.replace("\0", ""), start=row.start, end=row.end,
            )
            for row in facts.evidence
        )  # fmt: skip
        candidate.dossier = file
        candidate.save(update_fields=("dossier",))
        record(
            by=by, verb=f"dossier.{what}", of=candidate, now=now,
            details={"sha256": facts.sha256, "as_of": facts.as_of, "vacancies": seen.vacancies},
        )  # fmt: skip
    return candidate, what


def verdicts() -> list[dict[str, Any]]:
    """The last decision on each candidate, for the ranking to learn from."""
    found: dict[str, dict[str, Any]] = {}
    for row in Decision.objects.select_related("candidate", "merge_into").order_by("decided_at", "pk"):
        found[row.candidate.candidate_id] = {
            "candidate_id": row.candidate.candidate_id, "verdict": row.outcome, "kind": row.kind, "name": row.name,
            "reason_code": row.reason_code, "decided_at": row.decided_at.astimezone(dt.UTC).isoformat(),
            "dossier_sha256": row.dossier_sha256, "vacancies": row.candidate.vacancies,
            "merged_into": row.merge_into.candidate_id if row.merge_into else "",
            "silenced_at_vacancies": row.candidate.silenced_vacancies,
        }  # fmt: skip
    return list(found.values())


class _HealthRow(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=80)
    what: str = Field(pattern="^(job|source)$")
    well: bool
    detail: str = Field("", max_length=300)


def receive_health(rows: Iterable[Mapping[str, Any]], *, now: dt.datetime) -> int:
    """Takes in how jobs and sources fare: rows of name, what (job | source), well, detail."""
    number = 0
    for raw in rows:
        try:
            row = _HealthRow.model_validate(raw)
        except ValidationError as error:
            raise BadInput(f"not a health row: {error.errors()[0]['msg']}") from error
        Health.objects.update_or_create(
            name=row.name, defaults={"what": row.what, "well": row.well, "detail": row.detail, "reported_at": now}
        )
        number += 1
    return number
