"""The register in the API: rows, releases, and the delta between two of them; the scope is `register`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.core.paginator import Paginator
from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from observatory.register import delta, delta_json
from observatory.review.actions.registering import rows_of
from observatory.review.models_standards import Entry, Release

router = Router()
Name = Annotated[str, Query(max_length=40)]


class RowOut(Schema):
    """A row of the register; the data dictionary of a release says what each field means."""

    identity: str
    kind: str
    scheme: str
    code: str
    title: str
    titles: dict[str, list[str]]
    definition: str
    tasks: list[str]
    broader: str
    parent: str
    sectors: list[str]
    status: str
    adopted: dt.date
    published: dt.date | None
    effective: dt.date | None
    review: dt.date | None
    withdrawn: dt.date | None
    replaced_by: str
    version: int
    candidate: str
    evidence: str
    standard: str
    mappings: list[list[str]]


class RowPage(Schema):
    """A page of rows."""

    total: int
    page: int
    pages: int
    rows: list[RowOut]


class VersionOut(Schema):
    """A row as it stood, and why it changed."""

    number: int
    why: str
    made_at: dt.datetime
    row: RowOut


class RowHistory(Schema):
    """A row with its versions, newest first."""

    row: RowOut
    versions: list[VersionOut]


class ReleaseOut(Schema):
    """A release."""

    name: str
    made_at: dt.datetime
    rows: int
    sha256: str


class ChangeOut(Schema):
    """One change of a delta: the row as it is now (as it was, where removed), and what it held before."""

    change: Literal["added", "changed", "withdrawn", "removed"]
    before: dict[str, Any]
    row: RowOut


class DeltaOut(Schema):
    """What changed from one release to another."""

    older: str
    newer: str
    counts: dict[str, int]
    changes: list[ChangeOut]


class Refusal(Schema):
    """What went wrong."""

    detail: str


REFUSED: dict[int, Any] = {401: Refusal, 404: Refusal, 422: Any, 429: Refusal, 503: Refusal}


@router.get("/rows", response={200: RowPage, **REFUSED})
def rows(
    request: HttpRequest, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1, per_page: Annotated[int, Query(ge=1, le=200)] = 50,
    kind: Literal["occupation", "specialisation", "revision", "standard"] | None = None,
    status: Literal["adopted", "published", "withdrawn"] | None = None,
) -> Any:  # fmt: skip
    """Rows of the register by code: professions and standards."""
    found = Entry.objects.all()
    found = found.filter(kind=kind) if kind else found
    found = found.filter(status=status) if status else found
    pages = Paginator(found.order_by("scheme", "code", "pk").values_list("body", flat=True), per_page)
    if page > pages.num_pages:
        raise HttpError(404, f"there are {pages.num_pages} pages of {per_page}; page {page} is beyond the last")
    return {"total": pages.count, "page": page, "pages": pages.num_pages, "rows": list(pages.page(page))}


@router.get("/rows/{identity}", response={200: RowHistory, **REFUSED})
def row(request: HttpRequest, identity: Annotated[str, Field(max_length=80)]) -> Any:
    """One row with its versions."""
    entry = Entry.objects.filter(identity=identity.replace("\0", "")).first()
    if entry is None:
        raise HttpError(404, "there is no row with this identity")
    versions = [
        {"number": one.number, "why": one.why, "made_at": one.made_at, "row": one.body}
        for one in entry.versions.all()[:200]
    ]
    return {"row": entry.body, "versions": versions}


@router.get("/releases", response={200: list[ReleaseOut], **REFUSED})
def releases(request: HttpRequest) -> Any:
    """The releases, newest first."""
    return list(Release.objects.defer("body")[:200])


@router.get("/delta", response={200: DeltaOut, **REFUSED})
def delta_between(request: HttpRequest, newer: Name = "", older: Name = "") -> Any:
    """What changed between two releases; without names, from the last but one to the last."""
    new = _release(newer) if newer else Release.objects.first()
    if new is None:
        raise HttpError(404, "nothing has been released yet")
    old = _release(older) if older else Release.objects.filter(pk__lt=new.pk).first()
    told = delta_json(delta(rows_of(old) if old else (), rows_of(new)), old=old.name if old else "", new=new.name)
    return {"older": told.pop("from"), "newer": told.pop("to"), **told}


def _release(name: str) -> Release:
    found: Release | None = Release.objects.filter(name=name.replace("\0", "")).first()
    if found is None:
        raise HttpError(404, "there is no release with this name")
    return found
