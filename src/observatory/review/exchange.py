"""The only door between the review and the pipeline: dossiers come in, verdicts go out, both as JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from observatory.errors import BadInput, Stale
from observatory.removal import MARK, contents_hash
from observatory.review.audit import record
from observatory.review.models import (
    PART,
    AuditRow,
    Candidate,
    Decision,
    DossierFile,
    EvidenceSentence,
    Health,
    Kind,
    Status,
)

MAX_BYTES = 32 * 2**20
MAX_DEPTH = 20
MAX_TEXT = 5_000


# Bounds that both databases keep.
Number = Annotated[int, Field(ge=0, lt=2**31)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
FORMAT_VERSION = 1
# Verbs of the audit trail that say which hash the contents of a dossier or draft have since words were removed.
TAKEN_IN = tuple(f"dossier.{what}" for what in ("new", "updated", "silent", "woken", "decided", "older"))
REMOVED = ("dossier.words_removed", "draft.words_removed")


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Growth(_Part):
    ratio: Finite
    low: Finite
    high: Finite
    q_value: Finite
    note: str = ""


class _Nearest(_Part):
    scheme: str
    version: str
    code: str
    title: str
    similarity: Finite


class _Candidate(_Part):
    candidate_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,69}$")
    rank: Number
    kind: str
    title: str = Field(min_length=1)
    titles: Mapping[str, tuple[str, ...]]
    sectors: tuple[str, ...]
    score: Share
    components: Mapping[str, Finite] = Field(default_factory=dict)
    vacancies: Number
    employers: Number
    sources: tuple[str, ...] = ()
    first_seen: dt.date
    growth: _Growth
    novelty: Finite
    nearest: tuple[_Nearest, ...]
    skills: tuple[str, ...]


class _Month(_Part):
    month: dt.date
    vacancies: Number
    exposure: Number


class _Evidence(_Part):
    posting_id: str
    source: str
    url: str
    posted_at: dt.datetime
    employer: str
    sentence: str
    start: Annotated[int, Field(ge=-(2**31), lt=2**31)]
    end: Annotated[int, Field(ge=-(2**31), lt=2**31)]


class _Asked(_Part):
    postings: Number
    pay: tuple[tuple[str, Number, Finite, Finite], ...]
    education: tuple[tuple[Number, Number], ...]
    experience: tuple[tuple[Number, Number], ...]


class _Sides(_Part):
    shared: tuple[str, ...]
    extra: tuple[str, ...]
    missing: tuple[str, ...]


class _Beside(_Part):
    scheme: str
    version: str
    code: str
    alternative: str
    skills: _Sides | None
    tasks: _Sides | None


class _Withdrawal(_Part):
    on: dt.date
    why: str
    quotations: Number
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class _Dossier(_Part):
    schema_version: Literal[1, 2, 3]
    candidate: _Candidate
    as_of: dt.date
    history: tuple[_Month, ...]
    evidence: tuple[_Evidence, ...]
    skills: tuple[tuple[str, int, Finite], ...]
    top_employers: tuple[tuple[str, int], ...] = ()
    top_places: tuple[tuple[str, int], ...] = ()
    method: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    asked: _Asked | None = None
    beside: tuple[_Beside, ...] = ()
    removals: tuple[_Withdrawal, ...] = ()
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    @property
    def hash_now(self) -> str:
        """The hash that its contents must have: after a removal, that of what was left."""
        return self.removals[-1].sha256 if self.removals else self.sha256


def checked(text: str, *, sha256: str | None = None) -> dict[str, Any]:
    """A dossier's JSON as a dict fit to be shown, its shape and hash checked.

    Raises `BadInput` saying what does not fit. Half characters and NUL, which no database and no page
    holds, are replaced in what is given back, and texts of more than 5,000 characters are cut; the hash is
    taken of the text as it came.
    """
    return _read(text, sha256)[0]


def _read(text: str, sha256: str | None = None) -> tuple[dict[str, Any], _Dossier]:
    if len(text) > MAX_BYTES:
        raise BadInput(
            gettext("a dossier of %(n)s characters; at most %(most)s are read")
            % {"n": f"{len(text):,}", "most": f"{MAX_BYTES:,}"}
        )
    try:
        raw = json.loads(text)
        if _depth(raw) > MAX_DEPTH:
            raise BadInput(gettext("not a dossier: lists in lists more than %(n)s deep") % {"n": MAX_DEPTH})
        shown = _clean(raw)
        seen = _Dossier.model_validate(shown)
    except (ValueError, RecursionError) as error:
        where = (
            _misfit(error) if isinstance(error, ValidationError) else gettext("not JSON (%(error)s)") % {"error": error}
        )
        raise BadInput(
            gettext("not a dossier: %(where)s; give a file made by: observatory dossier ID --format json")
            % {"where": where}
        ) from error
    found = contents_hash(raw)
    right = found == seen.hash_now and sha256 in (None, seen.sha256)
    if right and sha256 is not None and seen.removals:
        right = removal_recorded(seen.sha256, seen.hash_now)
    if not right:
        raise BadInput(
            gettext(
                "the dossier of '%(id)s' does not match its hash (it should have %(should)s, its contents give %(found)s): it was altered after it was made; ask for it again"
            )
            % {"id": seen.candidate.candidate_id, "should": (sha256 or seen.sha256)[:12], "found": found[:12]}
        )
    if seen.candidate.kind not in Kind.values:
        raise BadInput(
            gettext("kind '%(kind)s' is none of %(list)s")
            % {"kind": seen.candidate.kind[:40], "list": ", ".join(Kind.values)}
        )
    return shown, seen


def removal_recorded(frozen: str, now: str) -> bool:
    """Whether the audit trail says that what was frozen with one hash was left with another by a removal."""
    return AuditRow.objects.filter(
        verb__in=(*TAKEN_IN, *REMOVED), details__sha256=frozen, details__sha256_now=now
    ).exists()


def _misfit(error: ValidationError) -> str:
    """The first field that does not fit, and what is wrong with it."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        return gettext("the field '%(field)s' is missing") % {"field": where}
    if not where:
        return gettext("it is no object with fields")
    return gettext("the field '%(field)s' does not fit (%(detail)s)") % {"field": where, "detail": first["msg"]}


def _depth(value: Any) -> int:
    """Levels of lists and objects, counted without recursion up to the limit."""
    depth, level = 0, [value]
    while level and depth <= MAX_DEPTH:
        level = [
            inner for one in level if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]  # fmt: skip
        depth += 1
    return depth


def _clean(value: Any) -> Any:
    """The same value, its texts without NUL and half characters, and long ones cut: no sentence is that long."""
    if isinstance(value, str):
        short = value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]} …"
        return short.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(name): _clean(inner) for name, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value


def receive(text: str, *, wake_at: float, by: Any, now: dt.datetime) -> tuple[Candidate, str]:
    """Takes in one dossier: ("new" | "updated" | "known" | "silent" | "woken" | "decided" | "older").

    A rejected candidate stays silent until its vacancies have grown by the share `wake_at` since then; a
    watched one comes back with the first dossier after its date. A dossier older than the one at hand is
    kept with the candidate and changes nothing on it.
    """
    _shown, facts = _read(text)
    seen = facts.candidate
    _not_removed(facts)
    with transaction.atomic():
        there = Candidate.objects.select_for_update(no_key=True).filter(candidate_id=seen.candidate_id).first()
        if there and there.dossiers.filter(sha256=facts.sha256).exists():
            return there, "known"
        if there and there.dossier and facts.as_of < there.dossier.as_of:
            _keep(text, facts, there, now=now)
            _say(there, "older", facts, by=by, now=now)
            return there, "older"
        candidate = there or Candidate(
            candidate_id=seen.candidate_id, created_at=now, first_seen=seen.first_seen, title=seen.title[:300],
            kind=seen.kind,
        )  # fmt: skip
        what = _standing(there, seen.vacancies, wake_at=wake_at, now=now) if there else "new"
        candidate.rank, candidate.score, candidate.components = seen.rank, seen.score, dict(seen.components)
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
        try:
            with transaction.atomic():
                candidate.save()
        except IntegrityError as error:  # somebody brought the same new candidate in at this moment
            raise Stale(
                gettext("'%(candidate_id)s' has just been brought in by somebody else; bring it in again")
                % {"candidate_id": seen.candidate_id}
            ) from error
        candidate.dossier = _keep(text, facts, candidate, now=now)
        candidate.save(update_fields=("dossier",))
        _say(candidate, what, facts, by=by, now=now)
    return candidate, what


def _not_removed(facts: _Dossier) -> None:
    """Refuses a dossier that brings back words that were removed here."""
    quoted = {row.posting_id[:80] for row in facts.evidence if row.sentence != MARK}
    gone = EvidenceSentence.objects.filter(posting_id__in=quoted, sentence=MARK).values_list("posting_id", flat=True)
    if one := next(iter(gone), None):
        raise BadInput(
            gettext(
                "the dossier of '%(id)s' quotes posting %(posting)s, whose text had to be removed: this is an older copy; make it again with: observatory dossier ID --format json"
            )
            % {"id": facts.candidate.candidate_id, "posting": one}
        )


def _standing(there: Candidate, vacancies: int, *, wake_at: float, now: dt.datetime) -> str:
    """What a new dossier means for a known candidate; wakes one that was watched or rejected."""
    if there.status in (Status.ADOPTED, Status.MERGED, Status.SPLIT):
        return "decided"
    due = there.status == Status.WATCH and there.watch_until is not None and there.watch_until <= now.date()
    if there.status == Status.REJECTED:
        if vacancies < wakes_at(there, wake_at=wake_at):
            return "silent"
        due = True
    if due:
        there.status, there.watch_until, there.silenced_vacancies = Status.NEW, None, None
        there.assessment_round += 1
        return "woken"
    return "updated"


def wakes_at(candidate: Candidate, *, wake_at: float) -> int:
    """The vacancies that a dossier must show for a rejected candidate to come back.

    >>> wakes_at(Candidate(silenced_vacancies=10), wake_at=0.5), wakes_at(Candidate(), wake_at=0.5)
    (15, 1)
    """
    base = candidate.silenced_vacancies or 0
    return max(base + 1, math.ceil(round(base * (1 + wake_at), 9)))


def _keep(text: str, facts: _Dossier, candidate: Candidate, *, now: dt.datetime) -> DossierFile:
    file: DossierFile = DossierFile.objects.create(
        candidate=candidate, sha256=facts.sha256, as_of=facts.as_of, body=text, received_at=now
    )
    EvidenceSentence.objects.bulk_create(
        EvidenceSentence(
            dossier=file, posting_id=row.posting_id[:80], source=row.source[:80],
            url=row.url, posted_at=row.posted_at if row.posted_at.tzinfo else row.posted_at.replace(tzinfo=dt.UTC),
            employer=row.employer, sentence=row.sentence, start=row.start, end=row.end,
        )
        for row in facts.evidence
    )  # fmt: skip
    return file


def _say(candidate: Candidate, what: str, facts: _Dossier, *, by: Any, now: dt.datetime) -> None:
    details = {
        "sha256": facts.sha256, "as_of": facts.as_of, "vacancies": facts.candidate.vacancies,
        "status": candidate.status, "version": candidate.version,
        **({"sha256_now": facts.hash_now} if facts.removals else {}),
    }  # fmt: skip
    record(by=by, verb=f"dossier.{what}", of=candidate, now=now, details=details)


def receive_all(texts: Mapping[str, str], *, wake_at: float, by: Any, now: dt.datetime) -> list[tuple[Candidate, str]]:
    """Takes in several dossiers by name of their file: all of them, or none when one is bad."""
    found = []
    with transaction.atomic():
        for name, text in texts.items():
            try:
                found.append(receive(text, wake_at=wake_at, by=by, now=now))
            except BadInput as error:
                if len(texts) == 1:
                    raise BadInput(f"{name}: {error}") from error
                raise BadInput(
                    gettext("%(name)s: %(error)s; none of the %(n)s files was taken in")
                    % {"name": name, "error": error, "n": len(texts)}
                ) from error
    return found


def verdicts() -> list[dict[str, Any]]:
    """The standing decision on each candidate, for the ranking to learn from. See docs/reference/verdicts.md."""
    found: dict[str, dict[str, Any]] = {}
    rows = Decision.objects.select_related("candidate", "merge_into", "item__dossier").order_by("decided_at", "pk")
    for row in rows.defer("item__dossier__body"):
        candidate = row.candidate
        if row.appealed_at:
            found.pop(candidate.candidate_id, None)
            continue
        found[candidate.candidate_id] = {
            "lineage_id": candidate.lineage_id, "part": candidate.candidate_id.partition(PART)[2],
            "verdict": row.outcome, "carried": row.carried, "kind": row.kind, "name": row.name,
            "reason": row.reason_code, "words": row.reason, "decided_at": row.decided_at.astimezone(dt.UTC).isoformat(),
            "as_of": row.item.dossier.as_of.isoformat(), "dossier_sha256": row.dossier_sha256,
            "merged_into": row.merge_into.lineage_id if row.merge_into else "",
            "silenced_at_vacancies": candidate.silenced_vacancies,
        }  # fmt: skip
    return list(found.values())


def verdicts_json() -> str:
    """The verdicts as the file that goes out."""
    return json.dumps({"format_version": FORMAT_VERSION, "verdicts": verdicts()}, ensure_ascii=False, indent=1) + "\n"


def verdicts_csv() -> str:
    """The same as CSV, with a heading."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=VERDICT_FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(verdicts())
    return out.getvalue()


VERDICT_FIELDS = (
    "lineage_id", "part", "verdict", "carried", "kind", "name", "reason", "words", "decided_at", "as_of",
    "dossier_sha256", "merged_into", "silenced_at_vacancies",
)  # fmt: skip


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
