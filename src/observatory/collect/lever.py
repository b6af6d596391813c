"""Lever job sites, global and European: pages of a bare array, no total.

A text is spread over an opening, lists with headings and a closing part. `createdAt` is in
milliseconds. A European site is written lever:SITE@eu.
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
    parse_items,
)
from observatory.errors import SourceChanged
from observatory.records import RawPosting

API = "https://api.{region}lever.co/v0/postings/{site}"
PER_PAGE = 100


class _List(BaseModel):
    text: str = ""
    content: str = ""


class _Categories(BaseModel):
    location: str | None = None
    commitment: str | None = None
    team: str | None = None
    department: str | None = None
    allLocations: list[str] = []


class _Posting(BaseModel):
    id: str
    text: str
    categories: _Categories = _Categories()
    country: str | None = None
    createdAt: int | None = None
    description: str = ""
    opening: str = ""
    lists: list[_List] = []
    additional: str = ""
    hostedUrl: str = ""
    workplaceType: str = ""
    salaryRange: dict[str, object] | None = None


class Lever(PagedBoard):
    """One site, all open postings."""

    terms = Terms(
        licence="public job site; texts belong to the employer; Lever says that third parties may read these jobs",
        attribution="the employer's Lever job site",
        page="https://github.com/lever/postings-api",
    )

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        super().__init__(client, board_name("lever", board), options)
        site, _, region = board.partition("@")
        self._site, self._region = site, "eu." if region == "eu" else ""

    def part(self, at: int | str, since: dt.datetime | None) -> Part:
        url = API.format(region=self._region, site=self._site)
        items = self._client.json(url, params={"mode": "json", "skip": int(at), "limit": PER_PAGE})
        if not isinstance(items, list):
            raise SourceChanged(f"{self.name}: a list of postings was expected, {type(items).__name__} came")
        good, rejected = parse_items(self.name, _Posting, items, now=self._client.now())
        return Part(
            postings=[self._posting(one) for one in good], rejected=rejected,
            next=int(at) + len(items) if len(items) >= PER_PAGE else None,
        )  # fmt: skip

    def _posting(self, one: _Posting) -> RawPosting:
        lists = "".join(f"<h3>{part.text}</h3><ul>{part.content}</ul>" for part in one.lists)
        return RawPosting(
            source=self.name,
            source_id=one.id,
            title=one.text,
            description=f"<div>{one.description or one.opening}</div>{lists}<div>{one.additional}</div>",
            posted_at=one.createdAt,
            employer=self._employer or self._site,
            place=one.categories.location or "",
            country=one.country or "",
            url=one.hostedUrl,
            extra={
                "places": one.categories.allLocations, "team": one.categories.team, "contract": one.categories.commitment,
                "workplace": one.workplaceType, "pay": one.salaryRange,
            },
        )  # fmt: skip
