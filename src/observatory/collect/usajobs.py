"""USAJOBS, the federal jobs of the United States: the search (with a key) and the archive (without).

Historic announcements come without text; each text is asked for on its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel

from observatory.collect.http import Client
from observatory.collect.source import (
    NO_OPTIONS,
    Known,
    Options,
    Page,
    PagedBoard,
    Part,
    Terms,
    nothing_known,
    parse_answer,
    parse_items,
    required,
)
from observatory.errors import NoSuchBoard
from observatory.records import RawPosting

API = "https://data.usajobs.gov/api"
PER_PAGE = 500
TERMS = Terms(
    licence="public domain (work of the United States government)",
    attribution="USAJOBS, U.S. Office of Personnel Management",
    page="https://developer.usajobs.gov/general/terms-of-use",
    open_data=True,
)


class _Category(BaseModel):
    Name: str | None = None
    Code: str | None = None


class _Details(BaseModel):
    JobSummary: str = ""
    MajorDuties: list[str] | str = ""
    Requirements: str = ""
    Education: str = ""


class _Area(BaseModel):
    Details: _Details = _Details()


class _Descriptor(BaseModel):
    PositionID: str
    PositionTitle: str
    OrganizationName: str = ""
    PositionURI: str = ""
    PositionLocationDisplay: str = ""
    JobCategory: list[_Category] = []
    PublicationStartDate: str | None = None
    ApplicationCloseDate: str | None = None
    QualificationSummary: str = ""
    PositionRemuneration: object = None
    UserArea: _Area = _Area()


class _Item(BaseModel):
    MatchedObjectId: str
    MatchedObjectDescriptor: _Descriptor


class _Result(BaseModel):
    SearchResultItems: list[object]
    SearchResultCountAll: int


class _Search(BaseModel):
    SearchResult: _Result


class USAJobs(PagedBoard):
    """All open announcements, pages from 1."""

    terms = TERMS
    first = 1

    def part(self, at: int | str, since: dt.datetime | None) -> Part:
        headers = {
            "Authorization-Key": required("usajobs", self._options, "key", "a key from developer.usajobs.gov"),
            "User-Agent": required("usajobs", self._options, "email", "the e-mail address the key was given to"),
        }
        params: dict[str, str | int] = {"Page": int(at), "ResultsPerPage": PER_PAGE}
        if since is not None:
            params["DatePosted"] = min(max((self._client.now() - since).days + 1, 0), 60)
        answer = self._client.ask(f"{API}/Search", params=params, headers=headers).json()
        result = parse_answer(self.name, _Search, answer).SearchResult
        good, rejected = parse_items(self.name, _Item, result.SearchResultItems, now=self._client.now())
        more = result.SearchResultItems and int(at) * PER_PAGE < result.SearchResultCountAll
        return Part(
            postings=[self._posting(one) for one in good], rejected=rejected, next=int(at) + 1 if more else None
        )

    def _posting(self, item: _Item) -> RawPosting:
        one = item.MatchedObjectDescriptor
        details = one.UserArea.Details
        duties = details.MajorDuties if isinstance(details.MajorDuties, str) else "\n".join(details.MajorDuties)
        parts = (details.JobSummary, duties, one.QualificationSummary, details.Requirements, details.Education)
        return RawPosting(
            source=self.name, source_id=item.MatchedObjectId, title=one.PositionTitle,
            description="\n".join(part for part in parts if part), posted_at=one.PublicationStartDate,
            employer=one.OrganizationName, place=one.PositionLocationDisplay, country="US", language="en", url=one.PositionURI,
            extra={"series": [part.Code for part in one.JobCategory], "closes": one.ApplicationCloseDate, "pay": one.PositionRemuneration},
        )  # fmt: skip


class _Historic(BaseModel):
    usajobsControlNumber: int | str
    positionTitle: str
    hiringAgencyName: str = ""
    positionOpenDate: str | None = None
    positionCloseDate: str | None = None


class _Next(BaseModel):
    next: str | None = None


class _HistoricAnswer(BaseModel):
    data: list[object]
    paging: _Next = _Next()


class _Text(BaseModel):
    usajobsControlNumber: int | str | None = None
    summary: str | None = None
    majorDutiesList: str | list[str] | None = None
    requirementsQualifications: str | None = None


class _Texts(BaseModel):
    data: list[_Text]


class USAJobsHistoric:
    """Announcements by the day they opened, month by month; names of fields partly unverified."""

    terms: ClassVar[Terms] = TERMS

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        self.name = "usajobshistoric"
        self._client = client
        self.known: Known = nothing_known

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        now = self._client.now()
        yield from self.between(cursor, since or now - dt.timedelta(days=31), now)

    def between(self, cursor: str, start: dt.datetime, end: dt.datetime) -> Iterator[Page]:
        """The announcements opened in a span; the cursor is "START|TOKEN" of the next page."""
        from observatory.collect.http import same_host

        day, _, token = cursor.partition("|")
        params: dict[str, str | int] = {
            "StartPositionOpenDate": day or f"{start:%Y-%m-%d}", "EndPositionOpenDate": f"{end - dt.timedelta(seconds=1):%Y-%m-%d}",
        }  # fmt: skip
        while True:
            if token:
                params["continuationtoken"] = token
            answer = parse_answer(self.name, _HistoricAnswer, self._client.json(f"{API}/HistoricJoa", params=params))
            good, rejected = parse_items(self.name, _Historic, answer.data, now=self._client.now())
            new = [one for one in good if not self.known(str(one.usajobsControlNumber))]
            token = ""
            if answer.paging.next:
                import urllib.parse

                query = urllib.parse.urlsplit(same_host(answer.paging.next, API)).query
                token = next(iter(urllib.parse.parse_qs(query).get("continuationtoken", [])), "")
            yield Page(
                postings=tuple(self._posting(one) for one in new), rejected=rejected,
                seen=tuple(str(one.usajobsControlNumber) for one in good),
                cursor=f"{params['StartPositionOpenDate']}|{token}" if token else f"{params['EndPositionOpenDate']}|",
            )  # fmt: skip
            if not token:
                return

    def _posting(self, one: _Historic) -> RawPosting:
        number = str(one.usajobsControlNumber)
        text = ""
        try:
            answer = self._client.json(f"{API}/HistoricJoa/AnnouncementText", params={"USAJOBSControlNumbers": number})
            for part in parse_answer(self.name, _Texts, answer).data:
                duties = part.majorDutiesList
                listed = duties if isinstance(duties, str) else "\n".join(duties or [])
                text = "\n".join(piece for piece in (part.summary, listed, part.requirementsQualifications) if piece)
        except NoSuchBoard:
            text = ""
        return RawPosting(
            source=self.name, source_id=number, title=one.positionTitle, description=text, posted_at=one.positionOpenDate,
            employer=one.hiringAgencyName, country="US", language="en", url=f"https://www.usajobs.gov/job/{number}",
            extra={"closes": one.positionCloseDate},
        )  # fmt: skip
