"""SmartRecruiters: pages of at most 100; the text stands only in each posting's own answer.

A company that does not exist answers like one without postings (200, `totalFound` 0): an empty
answer is "could not tell" until the company has had a posting.
"""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel

from observatory.collect.http import Client
from observatory.collect.source import (
    NO_OPTIONS,
    Options,
    PagedBoard,
    Part,
    Terms,
    board_name,
    parse_answer,
    parse_items,
)
from observatory.errors import NoSuchBoard
from observatory.records import RawPosting

API = "https://api.smartrecruiters.com/v1/companies/{company}/postings"
PER_PAGE = 100


class _Place(BaseModel):
    city: str | None = None
    region: str | None = None
    country: str | None = None
    fullLocation: str | None = None
    remote: bool | None = None


class _Label(BaseModel):
    label: str | None = None
    name: str | None = None


class _Posting(BaseModel):
    id: str
    name: str
    company: _Label = _Label()
    releasedDate: str | None = None
    location: _Place = _Place()
    department: _Label | None = None
    function: _Label | None = None
    experienceLevel: _Label | None = None
    typeOfEmployment: _Label | None = None


class _Listing(BaseModel):
    totalFound: int
    content: list[object]


class _Section(BaseModel):
    title: str = ""
    text: str = ""


class _Sections(BaseModel):
    companyDescription: _Section = _Section()
    jobDescription: _Section = _Section()
    qualifications: _Section = _Section()
    additionalInformation: _Section = _Section()


class _Ad(BaseModel):
    sections: _Sections


class _Detail(BaseModel):
    jobAd: _Ad
    postingUrl: str = ""


class SmartRecruiters(PagedBoard):
    """One company; texts are fetched for postings that are not known yet."""

    terms = Terms(
        licence="public postings API; texts belong to the employer",
        attribution="the employer's SmartRecruiters page",
        page="https://developers.smartrecruiters.com/docs/posting-api",
        rate=5.0,
    )
    empty_may_be_unknown = True

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        super().__init__(client, board_name("smartrecruiters", board), options)

    def part(self, at: int | str, since: dt.datetime | None) -> Part:
        url = API.format(company=self._board)
        listing = parse_answer(
            self.name, _Listing, self._client.json(url, params={"limit": PER_PAGE, "offset": int(at)})
        )
        good, rejected = parse_items(self.name, _Posting, listing.content, now=self._client.now())
        postings = [posting for one in good if not self.known(one.id) and (posting := self._posting(url, one))]
        after = int(at) + len(listing.content)
        more = listing.content and after < listing.totalFound
        return Part(
            postings=postings, rejected=rejected, listed=tuple(one.id for one in good), next=after if more else None
        )

    def _posting(self, url: str, one: _Posting) -> RawPosting | None:
        try:
            detail = parse_answer(self.name, _Detail, self._client.json(f"{url}/{one.id}"))
        except NoSuchBoard:  # withdrawn between the listing and now
            return None
        parts = detail.jobAd.sections
        text = "".join(
            f"<h3>{part.title}</h3>{part.text}"
            for part in (parts.jobDescription, parts.qualifications, parts.additionalInformation, parts.companyDescription)
            if part.text
        )  # fmt: skip
        place = one.location
        return RawPosting(
            source=self.name,
            source_id=one.id,
            title=one.name,
            description=text,
            posted_at=one.releasedDate,
            employer=self._employer or one.company.name or self._board,
            place=place.fullLocation or ", ".join(part for part in (place.city, place.region) if part),
            country=place.country or "",
            url=detail.postingUrl,
            extra={
                "contract": one.typeOfEmployment and one.typeOfEmployment.label, "remote": place.remote,
                "experience": one.experienceLevel and one.experienceLevel.label,
                "function": one.function and one.function.label,
            },
        )  # fmt: skip
