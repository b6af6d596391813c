"""Greenhouse job boards: the public board API, one request for a whole board.

`content` is HTML, escaped once more. One job may be posted several times: `internal_job_id` is the
job, `id` the post.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel

from observatory.collect.http import Client
from observatory.collect.source import Page, Terms, parse_answer
from observatory.records import RawPosting

API = "https://boards-api.greenhouse.io/v1/boards/{board}/jobs"
PER_PAGE = 500


class _Location(BaseModel):
    name: str | None = None


class _Named(BaseModel):
    name: str


class _Job(BaseModel):
    id: int
    internal_job_id: int | None = None
    title: str
    updated_at: str
    first_published: str | None = None
    location: _Location | None = None
    absolute_url: str = ""
    content: str = ""
    departments: list[_Named] = []
    company_name: str | None = None


class _Board(BaseModel):
    jobs: list[_Job]


class Greenhouse:
    """One board. The cursor is the newest `updated_at` stored: what is not newer is passed over."""

    terms: ClassVar[Terms] = Terms(
        licence="public job board; texts belong to the employer; used for statistics and short citation",
        attribution="the employer's Greenhouse job board",
        page="https://developers.greenhouse.io/job-board.html",
    )

    def __init__(self, client: Client, *, board: str, employer: str = "") -> None:
        self.name = f"greenhouse:{board}"
        self._client, self._board, self._employer = client, board, employer

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        answer = parse_answer(
            self.name, _Board, self._client.json(API.format(board=self._board), params={"content": "true"})
        )
        jobs = sorted(answer.jobs, key=lambda job: (_time(job.updated_at), job.id))
        after = _time(cursor) if cursor else None
        fresh = [
            job
            for job in jobs
            if (after is None or _time(job.updated_at) >= after)
            and (since is None or _time(job.first_published or job.updated_at) >= since)
        ]
        for at in range(0, len(fresh), PER_PAGE):
            part = fresh[at : at + PER_PAGE]
            yield Page(postings=tuple(self._posting(job) for job in part), cursor=part[-1].updated_at)
        if not fresh:
            yield Page(postings=(), cursor=cursor)

    def _posting(self, job: _Job) -> RawPosting:
        return RawPosting(
            source=self.name,
            source_id=str(job.id),
            title=job.title,
            description=job.content,
            posted_at=job.first_published or job.updated_at,
            employer=self._employer or job.company_name or self._board,
            place=(job.location.name or "") if job.location else "",
            url=job.absolute_url,
            extra={"job": job.internal_job_id, "departments": [department.name for department in job.departments]},
        )


def _time(text: str) -> dt.datetime:
    when = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return when if when.tzinfo else when.replace(tzinfo=dt.UTC)
