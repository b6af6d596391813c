"""Ashby job boards: one request for a whole board; names are case-sensitive and may hold dots."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel

from observatory.collect.http import Answer
from observatory.collect.source import Terms, WholeBoard, parse_answer, parse_items
from observatory.records import RawPosting, Rejected

API = "https://api.ashbyhq.com/posting-api/job-board/{board}"


class _Job(BaseModel):
    id: str
    title: str
    department: str | None = None
    team: str | None = None
    location: str | None = None
    employmentType: str | None = None
    isRemote: bool | None = None
    isListed: bool = True
    publishedAt: str | None = None
    jobUrl: str = ""
    descriptionHtml: str = ""
    descriptionPlain: str = ""
    compensation: dict[str, object] | None = None


class _Board(BaseModel):
    jobs: list[object]


class Ashby(WholeBoard):
    """One board, all listed jobs."""

    terms = Terms(
        licence="public job board; texts belong to the employer",
        attribution="the employer's Ashby job board",
        page="https://developers.ashbyhq.com/docs/public-job-posting-api",
    )
    params: ClassVar = {"includeCompensation": "true"}

    def url(self) -> str:
        return API.format(board=self._board)

    def read(self, answer: Answer) -> tuple[list[RawPosting], tuple[Rejected, ...]]:
        board = parse_answer(self.name, _Board, answer.json())
        jobs, rejected = parse_items(self.name, _Job, board.jobs, now=self._client.now())
        return [
            RawPosting(
                source=self.name, source_id=job.id, title=job.title, description=job.descriptionHtml or job.descriptionPlain,
                posted_at=job.publishedAt, employer=self._employer or self._board, place=job.location or "", url=job.jobUrl,
                extra={
                    "department": job.department, "team": job.team, "contract": job.employmentType, "remote": job.isRemote,
                    "pay": (job.compensation or {}).get("summaryComponents"),
                },
            )
            for job in jobs if job.isListed
        ], rejected  # fmt: skip
