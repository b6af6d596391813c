"""NAV, the Norwegian welfare administration's feed of vacancies: pages that name the next, one entry a posting.

A consumer must keep its data current: an entry that turns INACTIVE is gone, and its text is masked at
the source. The feed is read with a token, public and changing unless the operator has one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import BaseModel

from observatory.collect.http import Client, same_host
from observatory.collect.source import NO_OPTIONS, Known, Options, Page, Terms, nothing_known, parse_answer, parse_items
from observatory.errors import KeyRefused, NoSuchBoard, SourceChanged
from observatory.records import RawPosting

HOST = "https://pam-stilling-feed.nav.no"
MOST_PAGES = 5_000


class _Entry(BaseModel):
    uuid: str
    status: str


class _Item(BaseModel):
    feed_entry: _Entry

    def __init__(self, **data: Any) -> None:
        super().__init__(feed_entry=data.get("_feed_entry"))


class _Feed(BaseModel):
    items: list[object]
    next_url: str | None = None


class _Employer(BaseModel):
    name: str | None = None
    orgnr: str | None = None


class _Place(BaseModel):
    city: str | None = None
    municipal: str | None = None
    country: str | None = None


class _Category(BaseModel):
    level1: str | None = None
    level2: str | None = None


class _Ad(BaseModel):
    title: str
    description: str = ""
    published: str | None = None
    expires: str | None = None
    employer: _Employer = _Employer()
    workLocations: list[_Place] = []
    occupationCategories: list[_Category] = []
    jobtitle: str | None = None
    positioncount: str | int | None = None
    sector: str | None = None
    link: str | None = None


class _Detail(BaseModel):
    ad_content: _Ad | None = None
    json_: _Ad | None = None

    def __init__(self, **data: Any) -> None:
        super().__init__(ad_content=data.get("ad_content"), json_=data.get("json"))


class Nav:
    """The feed from where it was read last; contacts in it are not kept."""

    terms: ClassVar[Terms] = Terms(
        licence="Norwegian Licence for Open Government Data (NLOD) 2.0, with NAV's terms for the feed",
        attribution="NAV, arbeidsplassen.no",
        page="https://navikt.github.io/pam-stilling-feed/",
        use="statistics and short citation while the vacancy is open; texts of closed ones are not kept",
        retention_days=180,
        rate=2.0,
    )

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        self.name = "nav"
        self._client, self._options = client, options
        self._token = str(options.get("token", ""))
        self.known: Known = nothing_known

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        state: dict[str, str] = json.loads(cursor) if cursor.startswith("{") else {}
        at, etag = state.get("at", "/api/v1/feed"), state.get("etag", "")
        for _ in range(MOST_PAGES):
            headers = {"If-None-Match": etag} if etag else {}
            if at == "/api/v1/feed" and since is not None:
                headers["If-Modified-Since"] = since.astimezone(dt.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
            answer = self._asked(same_host(at, HOST), headers)
            if answer.status == 304:
                yield Page(postings=(), cursor=cursor, unchanged=True)
                return
            feed = parse_answer(self.name, _Feed, answer.json())
            items, rejected = parse_items(self.name, _Item, feed.items, now=self._client.now())
            entries = [item.feed_entry for item in items]
            active = [entry.uuid for entry in entries if entry.status == "ACTIVE"]
            postings = [found for uuid in active if not self.known(uuid) and (found := self._posting(uuid))]
            following = feed.next_url or ""
            if following == at:
                raise SourceChanged(f"{self.name}: the feed names the page {at} as its own next; reading stopped there")
            # the last page grows: it is read again next time, unless its ETag says that it did not
            state = {"at": following} if following else {"at": at, "etag": answer.headers.get("etag", "")}
            yield Page(
                postings=tuple(postings), rejected=rejected, cursor=json.dumps(state), seen=tuple(active),
                gone=tuple(entry.uuid for entry in entries if entry.status != "ACTIVE"),
            )  # fmt: skip
            if not following:
                return
            at, etag, cursor = following, "", json.dumps(state)
        raise SourceChanged(f"{self.name}: no end after {MOST_PAGES} pages; reading stopped there")

    def _posting(self, uuid: str) -> RawPosting | None:
        try:
            detail = parse_answer(self.name, _Detail, self._asked(f"{HOST}/api/v1/feedentry/{uuid}", {}).json())
        except NoSuchBoard:  # stopped between the feed and now
            return None
        ad = detail.ad_content or detail.json_
        if ad is None:
            return None
        place = ad.workLocations[0] if ad.workLocations else _Place()
        return RawPosting(
            source=self.name, source_id=uuid, title=ad.title, description=ad.description, posted_at=ad.published,
            employer=ad.employer.name or "", place=(place.city or place.municipal or "").title(), country="NO", language="no",
            url=ad.link or f"https://arbeidsplassen.nav.no/stillinger/stilling/{uuid}",
            extra={
                "jobtitle": ad.jobtitle, "sector": ad.sector, "positions": ad.positioncount, "closes": ad.expires,
                "categories": [part.level2 or part.level1 for part in ad.occupationCategories],
            },
        )  # fmt: skip

    def _asked(self, url: str, headers: dict[str, str]) -> Any:
        if not self._token:
            self._renew()
        try:
            return self._client.ask(url, headers={**headers, "Authorization": f"Bearer {self._token}"})
        except KeyRefused:
            if self._options.get("token"):
                raise
            self._renew()  # the public token changes
            return self._client.ask(url, headers={**headers, "Authorization": f"Bearer {self._token}"})

    def _renew(self) -> None:
        text = self._client.ask(f"{HOST}/api/publicToken").body.decode("utf-8", "replace").strip()
        token = text.split()[-1] if text else ""
        if token.count(".") != 2:
            raise SourceChanged(f"{self.name}: a token was expected, {text[:30]!r} came; set token in sources.toml")
        self._token = token
