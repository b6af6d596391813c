"""Greenhouse job boards: the public board API, one request for a whole board.

`content` is HTML, escaped once more. One job may be posted several times: `internal_job_id` is the
job, `id` the post; a post without a job is a call for interest and no vacancy.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel

from observatory.collect.http import Answer
from observatory.collect.source import Terms, WholeBoard, parse_answer, parse_items
from observatory.records import RawPosting, Rejected

API = "https://boards-api.greenhouse.io/v1/boards/{board}/jobs"


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
    jobs: list[object]


class Greenhouse(WholeBoard):
    """One board, all open posts."""

    terms = Terms(
        licence="public job board; texts belong to the employer",
        attribution="the employer's Greenhouse job board",
        page="https://developers.greenhouse.io/job-board.html",
    )
    params: ClassVar = {"content": "true"}

    def url(self) -> str:
        return API.format(board=self._board)

    def read(self, answer: Answer) -> tuple[list[RawPosting], tuple[Rejected, ...]]:
        board = parse_answer(self.name, _Board, answer.json())
        jobs, rejected = parse_items(self.name, _Job, board.jobs, now=self._client.now())
        return [self._posting(job) for job in jobs], rejected

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
