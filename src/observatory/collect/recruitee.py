"""Recruitee: the public offers of one company, whole."""

from __future__ import annotations

from pydantic import BaseModel

from observatory.collect.http import Answer
from observatory.collect.source import Terms, WholeBoard, parse_answer, parse_items
from observatory.records import RawPosting, Rejected


class _Offer(BaseModel):
    id: int
    title: str
    company_name: str | None = None
    description: str = ""
    requirements: str | None = ""
    location: str | None = None
    city: str | None = None
    country_code: str | None = None
    remote: bool | None = None
    employment_type_code: str | None = None
    department: str | None = None
    careers_url: str = ""
    published_at: str | None = None
    created_at: str | None = None
    close_at: str | None = None
    salary: dict[str, object] | None = None
    status: str = "published"


class _Offers(BaseModel):
    offers: list[object]


class Recruitee(WholeBoard):
    """One company, all published offers."""

    terms = Terms(
        licence="public offers API; texts belong to the employer",
        attribution="the employer's Recruitee page",
        page="https://docs.recruitee.com/reference/offers",
    )

    def url(self) -> str:
        return f"https://{self._board}.recruitee.com/api/offers/"

    def read(self, answer: Answer) -> tuple[list[RawPosting], tuple[Rejected, ...]]:
        found = parse_answer(self.name, _Offers, answer.json())
        offers, rejected = parse_items(self.name, _Offer, found.offers, now=self._client.now())
        return [
            RawPosting(
                source=self.name, source_id=str(offer.id), title=offer.title,
                description=f"{offer.description}<div>{offer.requirements or ''}</div>",
                posted_at=_time(offer.published_at or offer.created_at), employer=self._employer or offer.company_name or self._board,
                place=offer.location or offer.city or "", country=offer.country_code or "", url=offer.careers_url,
                extra={
                    "department": offer.department, "contract": offer.employment_type_code, "remote": offer.remote,
                    "pay": offer.salary, "closes": offer.close_at,
                },
            )
            for offer in offers if offer.status == "published"
        ], rejected  # fmt: skip


def _time(text: str | None) -> str | None:
    """Recruitee writes "2026-10-07 09:12:44 UTC"."""
    return text.replace(" UTC", "+00:00").replace(" ", "T", 1) if text else None
