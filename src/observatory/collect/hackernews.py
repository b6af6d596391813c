"""Hacker News "Who is hiring?": one thread a month, each top-level comment one posting.

Read through Algolia's public search (hn.algolia.com/api). The first line of a comment is free text,
mostly "Company | Role | Place | ..."; it stands in for the title.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel

from observatory.collect.http import Client
from observatory.collect.source import NO_OPTIONS, Options, Page, Terms, parse_answer
from observatory.records import RawPosting

API = "https://hn.algolia.com/api/v1/search_by_date"
PER_PAGE = 200
MOST_PAGES = 100
_THREAD = re.compile(r"^Ask HN: Who is hiring\?", re.IGNORECASE)


class _Story(BaseModel):
    objectID: str
    title: str
    created_at_i: int


class _Comment(BaseModel):
    objectID: str
    author: str | None = None
    created_at_i: int
    comment_text: str | None = None
    parent_id: int | None = None


class _Stories(BaseModel):
    hits: list[_Story]
    nbPages: int


class _Comments(BaseModel):
    hits: list[_Comment]
    nbPages: int


class HackerNews:
    """The monthly hiring threads. The cursor is "STORY:PAGE" of the page read last."""

    terms: ClassVar[Terms] = Terms(
        licence="comments belong to their authors",
        attribution="Hacker News, Ask HN: Who is hiring?",
        page="https://hn.algolia.com/api",
    )

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        self.name = "hackernews"
        self._client = client

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        yield from self._read(cursor, self._threads(since, None))

    def between(self, cursor: str, start: dt.datetime, end: dt.datetime) -> Iterator[Page]:
        """The comments of the threads opened in a span, for a backfill."""
        yield from self._read(cursor, self._threads(start, end))

    def _read(self, cursor: str, threads: list[_Story]) -> Iterator[Page]:
        done_story, _, done_page = cursor.partition(":")
        done = (int(done_story or 0), int(done_page or -1))
        threads.sort(key=lambda one: int(one.objectID))
        for story in threads:
            number = int(story.objectID)
            # the newest thread still collects comments, and its pages move: it is read whole each time
            moving = story is threads[-1]
            if number < done[0] and not moving:
                continue
            page = done[1] + 1 if number == done[0] and not moving else 0
            while True:
                answer = self._comments(story, page)
                hits = [hit for hit in answer.hits if hit.parent_id == number and hit.comment_text]
                yield Page(
                    postings=tuple(_posting(hit, story) for hit in hits), cursor=f"{number}:{page}",
                    seen=tuple(hit.objectID for hit in hits),
                )  # fmt: skip
                page += 1
                if page >= min(answer.nbPages, MOST_PAGES):
                    break

    def _threads(self, since: dt.datetime | None, until: dt.datetime | None) -> list[_Story]:
        found: list[_Story] = []
        for page in range(MOST_PAGES):
            params: dict[str, str | int] = {"tags": "story,author_whoishiring", "hitsPerPage": PER_PAGE, "page": page}
            filters = []
            if since is not None:
                # a thread opens on the first of a month and collects comments for weeks
                early = since if until else since - dt.timedelta(days=31)
                filters.append(f"created_at_i>={int(early.timestamp())}")
            if until is not None:
                filters.append(f"created_at_i<{int(until.timestamp())}")
            if filters:
                params["numericFilters"] = ",".join(filters)
            answer = parse_answer("hackernews", _Stories, self._client.json(API, params=params))
            found += [story for story in answer.hits if _THREAD.match(story.title)]
            if page + 1 >= answer.nbPages:
                break
        return found

    def _comments(self, story: _Story, page: int) -> _Comments:
        # oldest first would be steadier; the index offers newest first only, so pages are re-read by
        # the overlap that idempotent storing allows
        params: dict[str, str | int] = {
            "tags": f"comment,story_{story.objectID}",
            "hitsPerPage": PER_PAGE,
            "page": page,
        }
        return parse_answer("hackernews", _Comments, self._client.json(API, params=params))


def _posting(hit: _Comment, story: _Story) -> RawPosting:
    text = hit.comment_text or ""
    return RawPosting(
        source="hackernews",
        source_id=hit.objectID,
        title=re.split(r"<p>|\n", text, maxsplit=1)[0],
        description=text,
        posted_at=hit.created_at_i,
        url=f"https://news.ycombinator.com/item?id={hit.objectID}",
        extra={"by": hit.author or "", "thread": story.objectID},
    )
