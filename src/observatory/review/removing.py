"""Words out of the site's database: quotations of postings that had to go, and a name wherever people wrote it.

Dossiers and drafts keep the hash they were frozen with and get a note (`observatory.removal`); the audit trail says
of each which hash it was left with, without the words. Versions that were given out (releases) and the audit trail
itself are never changed: where they hold the words, that is said.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.db import OperationalError, connection, models, transaction

from observatory.removal import (
    MARK,
    Removal,
    clear_dossier,
    clear_draft,
    clear_text,
    clear_value,
    contents_hash,
    noted,
)
from observatory.review.audit import record
from observatory.review.models import PART, AuditRow, DossierFile, EvidenceSentence, User
from observatory.review.models_standards import DraftVersion, Release
from observatory.standards import digest, from_json

log = logging.getLogger(__name__)

CHUNK = 500  # ids in one question
# Handled on their own, never changed, or of people who sign in.
APART = frozenset({"DossierFile", "DraftVersion", "Release", "AuditRow", "AuditHead", "User", "ApiToken"})
FIXED = frozenset({"sha256", "dossier_sha256", "candidate_id", "identity", "scheme", "code", "posting_id", "source"})


@dataclass(frozen=True, kw_only=True)
class Cleared:
    """What was taken out of the site: quotations in dossiers, statements in drafts, texts of people; what `stays`."""

    dossiers: int
    quotations: int
    drafts: int
    texts: int
    stays: tuple[str, ...]


def remove_words(removal: Removal, *, everywhere: bool, now: dt.datetime) -> Cleared:
    """Takes words out of the database, all or nothing, each change with its row in the audit trail.

    `everywhere` also looks through what people wrote, for the words and for sentences copied out of a quotation.
    """
    with transaction.atomic():
        dossiers, quotations, said = _dossiers(removal, now)
        drafts, stated = _drafts(removal, now)
        wider = replace(removal, quotations=removal.quotations | said | stated)
        texts = _texts(wider, now) if everywhere else 0
    if dossiers or drafts or texts:
        _overwrite()
    stays = tuple(_stays(removal)) if everywhere else ()
    log.info("removed words from %d dossiers, %d drafts and %d texts: %s", dossiers, drafts, texts, removal.reason)
    return Cleared(dossiers=dossiers, quotations=quotations, drafts=drafts, texts=texts, stays=stays)


def _dossiers(removal: Removal, now: dt.datetime) -> tuple[int, int, set[str]]:
    files = quotations = 0
    said: set[str] = set()
    for file in _citing(removal):
        raw = json.loads(file.body)
        taken = clear_dossier(raw, removal)
        if not taken.count:
            continue
        left = contents_hash(raw)
        body = json.dumps(noted(raw, removal, taken.count, sha256=left), ensure_ascii=False)
        DossierFile.objects.filter(pk=file.pk).update(body=body)
        for part in _parts(removal.ids):
            file.sentences.filter(posting_id__in=part).update(sentence=MARK, employer="", url="", start=0, end=0)
        cited = sorted({row["posting_id"] for row in raw["evidence"]} & removal.ids)
        details = {
            "sha256": file.sha256, "sha256_now": left, "quotations": taken.count, "postings": cited, "reason": removal.reason,
        }  # fmt: skip
        record(by=None, verb="dossier.words_removed", of=file.candidate, details=details, now=now)
        files += 1
        quotations += taken.count
        said |= taken.texts
    return files, quotations, said


def _citing(removal: Removal) -> Iterator[DossierFile]:
    """Dossiers that may quote the postings; all of them where words are looked for."""
    every = DossierFile.objects.select_related("candidate").order_by("pk")
    if removal.words:
        yield from every.iterator(chunk_size=50)
        return
    keys: set[int] = set()
    for part in _parts(removal.ids):
        keys |= set(EvidenceSentence.objects.filter(posting_id__in=part).values_list("dossier_id", flat=True))
    for key, name in DossierFile.objects.values_list("pk", "candidate__candidate_id"):
        if name.partition(PART)[0] in removal.candidates:
            keys.add(key)
    for some in _parts(keys):
        yield from every.filter(pk__in=some)


def _parts(values: Any) -> Iterator[Sequence[Any]]:
    listed = sorted(values)
    for at in range(0, len(listed), CHUNK):
        yield listed[at : at + CHUNK]


def _drafts(removal: Removal, now: dt.datetime) -> tuple[int, set[str]]:
    drafts = 0
    stated: set[str] = set()
    for version in DraftVersion.objects.select_related("project").order_by("pk").iterator(chunk_size=20):
        raw = json.loads(version.body)
        taken = clear_draft(raw, removal)
        if not taken.count:
            continue
        plain = {name: value for name, value in raw.items() if name not in ("sha256", "removals")}
        left = digest(from_json(json.dumps(plain)))
        body = json.dumps(noted(raw, removal, taken.count, sha256=left), ensure_ascii=False)
        DraftVersion.objects.filter(pk=version.pk).update(body=body)
        details = {
            "number": version.number, "sha256": version.sha256, "sha256_now": left, "quotations": taken.count,
            "reason": removal.reason,
        }  # fmt: skip
        record(by=None, verb="draft.words_removed", of=version.project, details=details, now=now)
        drafts += 1
        stated |= taken.texts
    return drafts, stated


def _texts(removal: Removal, now: dt.datetime) -> int:
    """Goes through every text of the site that people or pages may have filled."""
    changed = 0
    words_only = replace(removal, quotations=frozenset())  # another posting may say the same sentence
    for model in _models():
        asked = words_only if model is EvidenceSentence else removal
        fields = [field for field in model._meta.concrete_fields if _wordy(field)]
        if not fields:
            continue
        rows = model._default_manager.order_by("pk")
        for row in rows.only("pk", *(field.attname for field in fields)).iterator(chunk_size=500):
            fresh = {field.attname: _without(field, getattr(row, field.attname), asked) for field in fields}
            fresh = {name: value for name, value in fresh.items() if value != getattr(row, name)}
            if fresh:
                model._default_manager.filter(pk=row.pk).update(**fresh)
                details = {"fields": sorted(fresh), "reason": removal.reason}
                record(by=None, verb="words.removed", of=row, details=details, now=now)
                changed += 1
    return changed


def _models() -> Iterator[Any]:
    for label in ("review", "programme"):
        if apps.is_installed(f"observatory.{label}"):
            yield from (one for one in apps.get_app_config(label).get_models() if one.__name__ not in APART)


def _wordy(field: Any) -> bool:
    of_words = isinstance(field, models.TextField | models.CharField | models.JSONField)
    return of_words and not field.choices and field.name not in FIXED


def _without(field: Any, value: Any, removal: Removal) -> Any:
    if isinstance(value, str):
        return clear_text(value, removal)[: field.max_length]
    return clear_value(value, removal) if isinstance(value, dict | list) else value


def _stays(removal: Removal) -> Iterator[str]:
    """Where the words still stand on the site, because nothing there is ever changed."""
    pattern = removal.pattern
    if pattern is None:
        return
    rows = [n for n, details in AuditRow.objects.values_list("number", "details") if pattern.search(json.dumps(details, ensure_ascii=False))]  # fmt: skip
    if rows:
        yield f"the audit trail, which is never changed: rows {', '.join(map(str, sorted(rows)[:20]))}"
    for name, body in Release.objects.values_list("name", "body"):
        if pattern.search(body):
            yield f"the release {name}, which was given out and is never changed"
    for user in User.objects.all():
        if pattern.search(f"{user.username} {user.get_full_name()} {user.email}"):
            yield f"the account {user.pk}: an administrator changes accounts"


def _overwrite() -> None:
    """Has the database give up the space in which the words stood; a busy one does it later by itself."""
    if connection.in_atomic_block:
        return
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                tables = sorted({one._meta.db_table for one in (DossierFile, EvidenceSentence, DraftVersion)})
                cursor.execute(f"VACUUM {', '.join(tables)}")
    except OperationalError as error:
        log.warning("the database is busy: freed space may hold the words until it is used again (%s)", error)
