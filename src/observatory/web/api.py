"""The API: candidates, dossiers, decisions, register. A key with scopes, pages, a rate limit."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Query, Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer
from pydantic import Field

from observatory.errors import ObservatoryError
from observatory.review.exchange import checked
from observatory.review.models import Candidate, Decision, Kind, Status
from observatory.web.api_register import router as register_calls
from observatory.web.middleware import status_of
from observatory.web.tokens import covers, holder, within_rate


class Key(HttpBearer):
    """A key of the API in the header `Authorization: Bearer obs_...`, with one scope."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = holder(token)
        if found is None:
            return None
        if not covers(found, self.scope):
            raise HttpError(403, f"this key does not read {self.scope}; make one that does on your account page")
        if not within_rate(found):
            raise HttpError(429, "too many calls in this minute; wait for the next")
        return found


api = NinjaAPI(
    title="Observatory of emerging professions", version="1", docs_url=None,
    description="Candidates, dossiers and published decisions. Make a key on your account page.",
)  # fmt: skip


api.add_router("/register", register_calls, auth=Key("register"))


class Problem(Schema):
    """What went wrong."""

    detail: str


class CandidateOut(Schema):
    """A candidate as the queue shows it."""

    candidate_id: str
    title: str
    kind: str
    status: str
    sectors: list[str]
    score: float
    vacancies: int
    employers: int
    growth: dict[str, float]
    novelty: float
    first_seen: dt.date
    dossier_sha256: str


class CandidatePage(Schema):
    """A page of candidates."""

    total: int
    page: int
    pages: int
    candidates: list[CandidateOut]


class DecisionOut(Schema):
    """A published decision."""

    id: int
    candidate_id: str
    outcome: str
    carried: bool
    kind: str
    name: str
    parent: str
    reason_code: str
    reason: str
    votes: dict[str, int]
    decided_at: dt.datetime
    published_at: dt.datetime
    dossier_sha256: str


class DecisionPage(Schema):
    """A page of decisions."""

    total: int
    page: int
    pages: int
    decisions: list[DecisionOut]


REFUSED: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 422: Any, 429: Problem, 503: Problem}
Page = Annotated[int, Query(ge=1, le=1_000_000)]
PerPage = Annotated[int, Query(ge=1, le=200)]


@api.exception_handler(ObservatoryError)
def _refused(request: HttpRequest, error: Exception) -> HttpResponse:
    status = status_of(error) if isinstance(error, ObservatoryError) else 500
    return api.create_response(request, {"detail": str(error)}, status=status)


@api.get("/candidates", response={200: CandidatePage, **REFUSED}, auth=Key("candidates"))
def candidates(
    request: HttpRequest, page: Page = 1, per_page: PerPage = 50, kind: Kind | None = None, status: Status | None = None
) -> Any:
    """Candidates by score; rejected, merged and split ones too, each with its status."""
    found = Candidate.objects.select_related("dossier").defer("dossier__body", "search", "history", "skills")
    found = found.filter(kind=kind.value) if kind else found
    found = found.filter(status=status.value) if status else found
    leaf = _leaf(found.order_by("-score", "pk"), page, per_page)
    return {
        "total": leaf.paginator.count, "page": leaf.number, "pages": leaf.paginator.num_pages,
        "candidates": [_candidate(row) for row in leaf],
    }  # fmt: skip


@api.get("/candidates/{candidate_id}", response={200: CandidateOut, **REFUSED}, auth=Key("candidates"))
def candidate(request: HttpRequest, candidate_id: Annotated[str, Field(max_length=80)]) -> Any:
    """One candidate."""
    return _candidate(_find(candidate_id))


@api.get("/dossiers/{candidate_id}", response={200: dict[str, Any], **REFUSED}, auth=Key("dossiers"))
def dossier(request: HttpRequest, candidate_id: Annotated[str, Field(max_length=80)]) -> HttpResponse:
    """The dossier as it came, its hash checked."""
    row = _find(candidate_id)
    checked(row.dossier.body, sha256=row.dossier.sha256)
    return HttpResponse(row.dossier.body, content_type="application/json")


@api.get("/decisions", response={200: DecisionPage, **REFUSED}, auth=Key("decisions"))
def decisions(request: HttpRequest, page: Page = 1, per_page: PerPage = 50) -> Any:
    """Published decisions, newest first."""
    return _decisions(Decision.objects.filter(published_at__isnull=False), page, per_page)


@api.get("/register", response={200: DecisionPage, **REFUSED}, auth=Key("register"))
def register(request: HttpRequest, page: Page = 1, per_page: PerPage = 50) -> Any:
    """The professions adopted and published."""
    found = Decision.objects.filter(published_at__isnull=False, outcome="adopt", carried=True)
    return _decisions(found, page, per_page)


def _leaf(found: Any, page: int, per_page: int) -> Any:
    pages = Paginator(found, per_page)
    if page > pages.num_pages:
        raise HttpError(404, f"there are {pages.num_pages} pages of {per_page}; page {page} is beyond the last")
    return pages.page(page)


def _find(candidate_id: str) -> Candidate:
    found = Candidate.objects.select_related("dossier").filter(candidate_id=candidate_id.replace("\0", "")).first()
    if found is None:
        raise HttpError(404, "there is no candidate with this id")
    return found


def _candidate(row: Candidate) -> dict[str, Any]:
    return {
        **{
            name: getattr(row, name)
            for name in (
                "candidate_id", "title", "kind", "status", "sectors", "score", "vacancies", "employers", "novelty",
                "first_seen",
            )
        },
        "growth": {"ratio": row.growth_ratio, "low": row.growth_low, "high": row.growth_high},
        "dossier_sha256": row.dossier.sha256 if row.dossier else "",
    }  # fmt: skip


def _decisions(found: Any, page: int, per_page: int) -> dict[str, Any]:
    leaf = _leaf(found.select_related("candidate").order_by("-published_at", "-pk"), page, per_page)
    rows = [
        {
            **{
                name: getattr(row, name)
                for name in (
                    "id", "outcome", "carried", "kind", "name", "parent", "reason_code", "reason", "decided_at",
                    "published_at", "dossier_sha256",
                )
            },
            "candidate_id": row.candidate.candidate_id,
            "votes": {"for": row.votes_for, "against": row.votes_against, "abstain": row.votes_abstain},
        }
        for row in leaf
    ]  # fmt: skip
    return {"total": leaf.paginator.count, "page": leaf.number, "pages": leaf.paginator.num_pages, "decisions": rows}
