"""Remotive: remote jobs, whole in one answer, a day late; at most four times a day."""

from __future__ import annotations

from pydantic import BaseModel

from observatory.collect.http import Answer
from observatory.collect.source import Terms, WholeBoard, parse_answer, parse_items
from observatory.records import RawPosting, Rejected


class _Job(BaseModel):
    id: int
    url: str = ""
    title: str
    company_name: str = ""
    category: str | None = None
    job_type: str | None = None
    publication_date: str | None = None
    candidate_required_location: str | None = None
    salary: str | None = None
    description: str = ""


class _Jobs(BaseModel):
    jobs: list[object]


class Remotive(WholeBoard):
    """All jobs of the board."""

    terms = Terms(
        licence="free API with conditions: link back, name the source, no posting of its jobs on other boards",
        attribution="Remotive (remotive.com)",
        page="https://remotive.com/api-documentation",
        use="statistics and short citation with a link to the job on Remotive",
        rate=0.03,
        every_hours=6,
    )
    single = True

    def url(self) -> str:
        return "https://remotive.com/api/remote-jobs"

    def read(self, answer: Answer) -> tuple[list[RawPosting], tuple[Rejected, ...]]:
        found = parse_answer(self.name, _Jobs, answer.json())
        jobs, rejected = parse_items(self.name, _Job, found.jobs, now=self._client.now())
        return [
            RawPosting(
                source=self.name, source_id=str(job.id), title=job.title, description=job.description,
                posted_at=job.publication_date, employer=job.company_name, place=job.candidate_required_location or "",
                url=job.url, extra={"category": job.category, "contract": job.job_type, "pay": job.salary, "remote": True},
            )
            for job in jobs
        ], rejected  # fmt: skip
