"""Arbeitnow: pages of some 300 jobs, mostly in Germany; a link back is asked for."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel

from observatory.collect.http import same_host
from observatory.collect.source import PagedBoard, Part, Terms, parse_answer, parse_items
from observatory.records import RawPosting

API = "https://www.arbeitnow.com/api/job-board-api"


class _Job(BaseModel):
    slug: str
    company_name: str = ""
    title: str
    description: str = ""
    remote: bool | None = None
    url: str = ""
    tags: list[str] = []
    job_types: list[str] = []
    location: str = ""
    created_at: int | None = None


class _Links(BaseModel):
    next: str | None = None


class _Jobs(BaseModel):
    data: list[object]
    links: _Links = _Links()


class Arbeitnow(PagedBoard):
    """All jobs of the board."""

    terms = Terms(
        licence="free API, a link back is asked for; texts belong to the employers",
        attribution="Arbeitnow (www.arbeitnow.com)",
        page="https://www.arbeitnow.com/blog/job-board-api",
        rate=0.5,
        every_hours=1,
    )
    first = 1

    def part(self, at: int | str, since: dt.datetime | None) -> Part:
        jobs = parse_answer(self.name, _Jobs, self._client.json(API, params={"page": int(at)}))
        good, rejected = parse_items(self.name, _Job, jobs.data, now=self._client.now())
        if jobs.links.next:
            same_host(jobs.links.next, API)  # the page is asked for by number; a link elsewhere is a change
        return Part(
            postings=[self._posting(one) for one in good], rejected=rejected,
            next=int(at) + 1 if jobs.links.next and jobs.data else None,
        )  # fmt: skip

    def _posting(self, one: _Job) -> RawPosting:
        return RawPosting(
            source=self.name, source_id=one.slug, title=one.title, description=one.description, posted_at=one.created_at,
            employer=one.company_name, place=one.location, url=one.url,
            extra={"tags": one.tags, "contract": one.job_types, "remote": one.remote},
        )  # fmt: skip
