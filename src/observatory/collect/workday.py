"""Workday career sites (CXS), the way to large manufacturers: pages of 20, the text in each posting's own answer.

BOARD is TENANT/wdN/SITE, as in https://TENANT.wdN.myworkdayjobs.com/SITE. The listing says only
"Posted 3 Days Ago"; the detail's `startDate` is exact where it is there.
"""

from __future__ import annotations

import datetime as dt
import re

from pydantic import BaseModel

from observatory.collect.http import Client
from observatory.collect.source import (
    NO_OPTIONS,
    Options,
    PagedBoard,
    Part,
    Terms,
    board_name,
    parse_answer,
    parse_items,
)
from observatory.errors import NoSuchBoard, SettingError
from observatory.records import RawPosting

PER_PAGE = 20
_AGO = re.compile(r"(\d+)(\+?) days? ago", re.IGNORECASE)


class _Posting(BaseModel):
    title: str
    externalPath: str
    locationsText: str = ""
    postedOn: str = ""


class _Listing(BaseModel):
    total: int
    jobPostings: list[object]


class _Info(BaseModel):
    title: str = ""
    jobDescription: str
    startDate: str | None = None
    location: str = ""
    jobReqId: str = ""
    timeType: str = ""
    externalUrl: str = ""


class _Detail(BaseModel):
    jobPostingInfo: _Info


class Workday(PagedBoard):
    """One career site; texts are fetched for postings that are not known yet."""

    terms = Terms(
        licence="public career site; texts belong to the employer",
        attribution="the employer's Workday career site",
        page="https://www.workday.com/en-us/legal/site-terms.html",
        rate=2.0,
    )

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        super().__init__(client, board_name("workday", board), options)
        parts = board.split("/")
        if len(parts) != 3 or not re.fullmatch(r"wd\d+", parts[1]):
            raise SettingError(
                f"workday needs TENANT/wdN/SITE, as in https://TENANT.wdN.myworkdayjobs.com/SITE, not {board!r}"
            )
        self._tenant, number, self._site = parts
        self._base = f"https://{self._tenant}.{number}.myworkdayjobs.com"
        self._api = f"{self._base}/wday/cxs/{self._tenant}/{self._site}"

    def part(self, at: int | str, since: dt.datetime | None) -> Part:
        body = {"appliedFacets": {}, "limit": PER_PAGE, "offset": int(at), "searchText": ""}
        listing = parse_answer(
            self.name, _Listing, self._client.ask(f"{self._api}/jobs", method="POST", body=body).json()
        )
        good, rejected = parse_items(self.name, _Posting, listing.jobPostings, now=self._client.now())
        postings = [found for one in good if not self.known(one.externalPath) and (found := self._posting(one))]
        after = int(at) + len(listing.jobPostings)
        # `total` is right on the first page only; a short page is the last
        more = len(listing.jobPostings) == PER_PAGE
        return Part(
            postings=postings, rejected=rejected, listed=tuple(one.externalPath for one in good), next=after if more else None
        )  # fmt: skip

    def _posting(self, one: _Posting) -> RawPosting | None:
        if not one.externalPath.startswith("/") or "//" in one.externalPath or ".." in one.externalPath:
            return None
        try:
            info = parse_answer(self.name, _Detail, self._client.json(f"{self._api}{one.externalPath}")).jobPostingInfo
        except NoSuchBoard:  # withdrawn between the listing and now
            return None
        posted, vague = posted_on(one.postedOn, self._client.now())
        extra: dict[str, object] = {"requisition": info.jobReqId, "contract": info.timeType}
        if not info.startDate and vague:
            extra |= {"date_precision": "bound", "posted_text": one.postedOn}
        return RawPosting(
            source=self.name, source_id=one.externalPath, title=info.title or one.title, description=info.jobDescription,
            posted_at=info.startDate or posted, employer=self._employer or self._tenant, place=info.location or one.locationsText,
            url=info.externalUrl or f"{self._base}/{self._site}{one.externalPath}", extra=extra,
        )  # fmt: skip


def posted_on(text: str, now: dt.datetime) -> tuple[dt.datetime | None, bool]:
    """The latest day that "Posted 3 Days Ago" can mean, and whether it is only a bound ("30+").

    >>> posted_on("Posted 30+ Days Ago", dt.datetime(2026, 1, 31, tzinfo=dt.UTC))
    (datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), True)
    """
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    lower = text.lower()
    if "today" in lower:
        return day, False
    if "yesterday" in lower:
        return day - dt.timedelta(days=1), False
    found = _AGO.search(text)
    return (day - dt.timedelta(days=int(found.group(1))), bool(found.group(2))) if found else (None, False)
