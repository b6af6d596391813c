"""RemoteOK: remote jobs, whole in one list whose first element is a legal notice."""

from __future__ import annotations

from pydantic import BaseModel

from observatory.collect.http import Answer
from observatory.collect.source import Terms, WholeBoard, parse_items
from observatory.errors import SourceChanged
from observatory.records import RawPosting, Rejected


class _Job(BaseModel):
    id: str | int
    epoch: int | None = None
    date: str | None = None
    company: str = ""
    position: str
    tags: list[str] = []
    description: str = ""
    location: str | None = ""
    salary_min: float | None = None
    salary_max: float | None = None
    url: str = ""


class RemoteOK(WholeBoard):
    """All jobs of the board."""

    terms = Terms(
        licence="free API with conditions: a followed link back to the job, RemoteOK named as the source",
        attribution="Remote OK (remoteok.com)",
        page="https://remoteok.com/api",
        use="statistics and short citation with a link to the job on RemoteOK",
        rate=0.2,
    )
    single = True

    def url(self) -> str:
        return "https://remoteok.com/api"

    def read(self, answer: Answer) -> tuple[list[RawPosting], tuple[Rejected, ...]]:
        items = answer.json()
        if not isinstance(items, list):
            raise SourceChanged(f"{self.name}: a list of jobs was expected, {type(items).__name__} came")
        rest = [item for item in items if not (isinstance(item, dict) and "legal" in item and "position" not in item)]
        jobs, rejected = parse_items(self.name, _Job, rest, now=self._client.now())
        return [
            RawPosting(
                source=self.name, source_id=str(job.id), title=job.position, description=job.description,
                posted_at=job.date or job.epoch, employer=job.company, place=job.location or "", url=job.url,
                extra={"tags": job.tags, "pay": {"min": job.salary_min, "max": job.salary_max, "currency": "USD", "period": "year"}, "remote": True},
            )
            for job in jobs
        ], rejected  # fmt: skip
