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
from observatory.collect.source import Page, Terms, parse_answer
from observatory.records import RawPosting

API = "https://hn.algolia.com/api/v1/search_by_date"
PER_PAGE = 200
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
    """The monthly hiring threads. The cursor is "STORY:PAGE" of the page read last; its thread is read again."""

    terms: ClassVar[Terms] = Terms(
        licence="comments belong to their authors; used for statistics and short citation",
        attribution="Hacker News, Ask HN: Who is hiring?",
        page="https://news.ycombinator.com/submitted?id=whoishiring",
    )

    def __init__(self, client: Client) -> None:
        self.name = "hackernews"
        self._client = client

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        # The thread read last is read again: it may have been stopped in the middle, and comments came since.
        done = int(cursor.partition(":")[0] or 0)
        for story in sorted(self._threads(since), key=lambda s: int(s.objectID)):
            number, page = int(story.objectID), 0
            if number < done:
                continue
            while True:
                answer = self._comments(story, page)
                postings = tuple(
                    _posting(hit, story) for hit in answer.hits if hit.parent_id == number and hit.comment_text
                )
                yield Page(postings=postings, cursor=f"{number}:{page}")
                page += 1
                if page >= answer.nbPages:
                    break

    def _threads(self, since: dt.datetime | None) -> list[_Story]:
        found, page = [], 0
        while True:
            params: dict[str, str | int] = {"tags": "story,author_whoishiring", "hitsPerPage": PER_PAGE, "page": page}
            if since is not None:
                # a thread opens on the first of a month and collects comments for weeks
                params["numericFilters"] = f"created_at_i>{int((since - dt.timedelta(days=31)).timestamp())}"
            answer = parse_answer("hackernews", _Stories, self._client.json(API, params=params))
            found += [story for story in answer.hits if _THREAD.match(story.title)]
            page += 1
            if page >= answer.nbPages:
                return found

    def _comments(self, story: _Story, page: int) -> _Comments:
        # the index offers newest first only: comments that come meanwhile push others to a later page,
        # where they are read twice and stored once
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
