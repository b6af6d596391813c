"""The Muse: pages of 20 from 1, mostly jobs in the United States; a key is optional and raises the rate."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel

from observatory.collect.source import PagedBoard, Part, Terms, parse_answer, parse_items
from observatory.records import RawPosting

API = "https://www.themuse.com/api/public/jobs"


class _Named(BaseModel):
    name: str = ""


class _Refs(BaseModel):
    landing_page: str = ""


class _Job(BaseModel):
    id: int
    name: str
    contents: str = ""
    publication_date: str | None = None
    locations: list[_Named] = []
    categories: list[_Named] = []
    levels: list[_Named] = []
    company: _Named = _Named()
    refs: _Refs = _Refs()


class _Jobs(BaseModel):
    results: list[object]
    page_count: int


class TheMuse(PagedBoard):
    """All jobs it shows; the option `category` keeps one."""

    terms = Terms(
        licence="API under The Muse's terms; texts belong to the employers",
        attribution="The Muse",
        page="https://www.themuse.com/developers/api/v2/terms",
        rate=0.13,
    )
    first = 1
    whole = False

    def part(self, at: int | str, since: dt.datetime | None) -> Part:
        params: dict[str, str | int] = {"page": int(at)}
        params |= {
            name: str(self._options[name]) for name in ("category", "level", "location") if self._options.get(name)
        }
        if key := self._options.get("key"):
            params["api_key"] = str(key)
        jobs = parse_answer(self.name, _Jobs, self._client.json(API, params=params))
        good, rejected = parse_items(self.name, _Job, jobs.results, now=self._client.now())
        return Part(
            postings=[self._posting(one) for one in good], rejected=rejected,
            next=int(at) + 1 if jobs.results and int(at) < jobs.page_count else None,
        )  # fmt: skip

    def _posting(self, one: _Job) -> RawPosting:
        return RawPosting(
            source=self.name, source_id=str(one.id), title=one.name, description=one.contents, posted_at=one.publication_date,
            employer=one.company.name, place=one.locations[0].name if one.locations else "", url=one.refs.landing_page,
            extra={
                "places": [place.name for place in one.locations], "categories": [part.name for part in one.categories],
                "levels": [level.name for level in one.levels],
            },
        )  # fmt: skip
