"""Workable: the widget's answer for one account, whole; asked rarely, for its door closes after 20 requests."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel

from observatory.collect.http import Answer
from observatory.collect.source import Terms, WholeBoard, parse_answer, parse_items
from observatory.records import RawPosting, Rejected

API = "https://apply.workable.com/api/v1/widget/accounts/{board}"


class _Job(BaseModel):
    shortcode: str
    title: str
    department: str | None = None
    employment_type: str | None = None
    telecommuting: bool | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    url: str = ""
    published_on: str | None = None
    description: str = ""


class _Account(BaseModel):
    name: str | None = None
    jobs: list[object]


class Workable(WholeBoard):
    """One account, all open jobs."""

    terms = Terms(
        licence="public widget of a job board; texts belong to the employer",
        attribution="the employer's Workable page",
        page="https://help.workable.com/hc/en-us/articles/115012771647",
        rate=0.2,
    )
    params: ClassVar = {"details": "true"}
    empty_may_be_unknown = True

    def url(self) -> str:
        return API.format(board=self._board)

    def read(self, answer: Answer) -> tuple[list[RawPosting], tuple[Rejected, ...]]:
        account = parse_answer(self.name, _Account, answer.json())
        jobs, rejected = parse_items(self.name, _Job, account.jobs, now=self._client.now())
        return [
            RawPosting(
                source=self.name, source_id=job.shortcode, title=job.title, description=job.description,
                posted_at=job.published_on, employer=self._employer or account.name or self._board,
                place=", ".join(part for part in (job.city, job.state, job.country) if part), url=job.url,
                extra={"department": job.department, "contract": job.employment_type, "remote": job.telecommuting},
            )
            for job in jobs
        ], rejected  # fmt: skip
