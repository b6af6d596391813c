"""What every live source keeps to, tested through a fake transport: one row of FAKES for each of SOURCES.

A new source adds a `Fake`: the part after the colon of its name, a function that answers a request as
the service does (all invented), and the ids of the postings that it holds. All tests then apply to it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from observatory.collect import SOURCES, Client, Page, Source
from observatory.errors import FetchError, SourceChanged, Unreachable
from observatory.records import RawPosting

Answer = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True)
class Fake:
    """A service as a source sees it. `newest` is later than every posting in it."""

    board: str
    answer: Answer
    ids: frozenset[str]
    newest: dt.datetime = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


# --- the services, invented ------------------------------------------------------------------------


def _hackernews(request: httpx.Request) -> httpx.Response:
    asked = request.url.params
    page = int(asked.get("page", 0))
    if "author_whoishiring" in asked["tags"]:
        hits: list[dict[str, Any]] = [
            {"objectID": "100", "title": "Ask HN: Who is hiring? (March 2024)", "created_at_i": 1_709_300_000},
            {"objectID": "200", "title": "Ask HN: Who is hiring? (April 2024)", "created_at_i": 1_711_990_000},
            {"objectID": "150", "title": "Ask HN: Who wants to be hired?", "created_at_i": 1_711_000_000},
        ]
        after = int(asked.get("numericFilters", "created_at_i>0").partition(">")[2])
        return httpx.Response(200, json={"hits": [h for h in hits if h["created_at_i"] > after], "nbPages": 1})
    story = int(asked["tags"].rpartition("_")[2])
    if page >= 2:
        return httpx.Response(200, json={"hits": [], "nbPages": 2})
    text = "Idra (invented) | Pump Technician | Roma<p>Repairs pumps."
    hits = [
        {"objectID": f"{story + 10 * page + i}", "author": "invented", "created_at_i": 1_709_300_000, "comment_text": text,
         "parent_id": story} for i in (1, 2)
    ]  # fmt: skip
    hits.append({**hits[0], "objectID": "999", "parent_id": 5})  # an answer to a posting
    hits.append({**hits[0], "objectID": "998", "comment_text": None})  # deleted
    return httpx.Response(200, json={"hits": hits, "nbPages": 2})


def _greenhouse(request: httpx.Request) -> httpx.Response:
    assert request.url.path.endswith("/boards/invented/jobs")
    jobs = [
        {"id": i, "internal_job_id": 7, "title": "Pump Technician", "updated_at": f"2024-03-{i % 28 + 1:02}T10:00:00-05:00",
         "first_published": "2024-03-01T10:00:00-05:00", "location": {"name": "Roma"}, "content": "&lt;p&gt;Repairs&lt;/p&gt;",
         "absolute_url": f"https://example.org/{i}", "departments": [{"name": "Plant"}]} for i in range(1_100)
    ]  # fmt: skip
    return httpx.Response(200, json={"jobs": jobs, "meta": {"total": len(jobs)}})


FAKES: Mapping[str, Fake] = {
    "hackernews": Fake("", _hackernews, frozenset({"101", "102", "111", "112", "201", "202", "211", "212"})),
    "greenhouse": Fake("invented", _greenhouse, frozenset(map(str, range(1_100)))),
}


def test_every_source_has_its_fake() -> None:
    assert set(FAKES) == set(SOURCES), "add a row to FAKES for each new source"


# --- the contract ----------------------------------------------------------------------------------


class Web:
    """A transport that answers through a function and remembers what was asked and how long was waited."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.asked, self.slept = answer, 0, list[float]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return self.answer(request)

    def client(self, **arguments: Any) -> Client:
        return Client(
            transport=httpx.MockTransport(self), sleep=self.slept.append, rate=1e6,
            now=lambda: dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC), **arguments,
        )  # fmt: skip


@pytest.fixture(params=sorted(FAKES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def source(name: str, web: Web, **arguments: Any) -> Source:
    return SOURCES[name][0](web.client(**arguments), FAKES[name].board)


def pages(name: str, cursor: str = "", since: dt.datetime | None = None) -> list[Page]:
    return list(source(name, Web(FAKES[name].answer)).pages(cursor, since=since))


def ids(found: list[Page]) -> list[str]:
    return [posting.source_id for page in found for posting in page.postings]


def test_all_postings_come_each_with_what_a_posting_needs(name: str) -> None:
    found = pages(name)
    assert set(ids(found)) == FAKES[name].ids
    made = source(name, Web(FAKES[name].answer))
    for posting in (posting for page in found for posting in page.postings):
        assert isinstance(posting, RawPosting)
        assert posting.source == made.name
        assert posting.title or posting.description
        assert posting.posted_at
        assert posting.url.startswith("https://")


def test_it_says_what_the_source_allows(name: str) -> None:
    terms = source(name, Web(FAKES[name].answer)).terms
    assert terms.licence
    assert terms.attribution
    assert terms.page.startswith("https://")


def test_nothing_is_asked_before_a_page_is_wanted(name: str) -> None:
    web = Web(FAKES[name].answer)
    source(name, web).pages("", since=None)
    assert web.asked == 0


def test_from_any_cursor_on_nothing_is_lost(name: str) -> None:
    whole = pages(name)
    for done in range(1, len(whole) + 1):
        before = whole[:done]
        after = pages(name, cursor=before[-1].cursor)
        assert set(ids(before)) | set(ids(after)) == FAKES[name].ids


def test_from_the_last_cursor_on_little_is_read_again(name: str) -> None:
    whole = pages(name)
    again = pages(name, cursor=whole[-1].cursor)
    assert len(set(ids(again))) < len(FAKES[name].ids)
    assert (again[-1].cursor if again else whole[-1].cursor) == whole[-1].cursor


def test_the_same_twice_is_the_same(name: str) -> None:
    assert pages(name) == pages(name)


def test_since_leaves_out_what_is_older(name: str) -> None:
    assert ids(pages(name, since=FAKES[name].newest + dt.timedelta(days=60))) == []
    assert set(ids(pages(name, since=dt.datetime(2000, 1, 1, tzinfo=dt.UTC)))) == FAKES[name].ids


@pytest.mark.parametrize(
    ("header", "waited"),
    [("7", 7.0), ("Wed, 01 May 2024 12:00:30 GMT", 30.0), ("999999", 300.0), (None, 2.0), ("soon", 2.0)],
)
def test_429_waits_as_asked_and_goes_on(name: str, header: str | None, waited: float) -> None:
    first = iter([httpx.Response(429, headers={"Retry-After": header} if header else {})])
    web = Web(lambda request: next(first, None) or FAKES[name].answer(request))
    assert set(ids(list(source(name, web).pages("", since=None)))) == FAKES[name].ids
    assert web.slept == [waited]


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_service_that_stays_away_is_unreachable_after_few_attempts(name: str, status: int) -> None:
    web = Web(lambda request: httpx.Response(status))
    with pytest.raises(Unreachable, match=rf"{status} after 5 attempts") as caught:
        list(source(name, web).pages("", since=None))
    assert caught.value.retry
    assert web.asked == 5
    assert sum(web.slept) < 600


@pytest.mark.parametrize(
    "failure", [httpx.ConnectTimeout, httpx.ReadTimeout, httpx.ConnectError, httpx.RemoteProtocolError]
)
def test_a_time_out_is_unreachable(name: str, failure: type[httpx.TransportError]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise failure("invented", request=request)

    with pytest.raises(Unreachable, match=failure.__name__):
        list(source(name, Web(answer)).pages("", since=None))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_an_error_at_once(name: str, status: int) -> None:
    web = Web(lambda request: httpx.Response(status))
    with pytest.raises(FetchError, match=str(status)) as caught:
        list(source(name, web).pages("", since=None))
    assert not caught.value.retry
    assert web.asked == 1


def test_a_redirect_is_not_followed(name: str) -> None:
    web = Web(lambda request: httpx.Response(302, headers={"Location": "http://169.254.169.254/secret"}))
    with pytest.raises(FetchError, match="refused"):
        list(source(name, web).pages("", since=None))
    assert web.asked == 1


HOSTILE = {
    "nothing": b"", "a login page": b"<!doctype html><title>Sign in</title>", "cut": b'{"jobs": [{"id": 1,',
    "a list": b"[]", "a number": b"1", "null": b"null", "an empty object": b"{}", "deep": b"[" * 100_000,
    "wrong types": b'{"jobs": 5, "hits": "x", "nbPages": []}', "rows of nothing": b'{"jobs": [null], "hits": [null], "nbPages": 1}',
    "not text": b"\xff\xfe\x00\x81",
}  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_an_answer_of_another_shape_is_for_a_person(name: str, body: bytes) -> None:
    with pytest.raises(SourceChanged) as caught:
        list(source(name, Web(lambda request: httpx.Response(200, content=body))).pages("", since=None))
    assert not caught.value.retry
    assert len(str(caught.value)) < 900


def test_a_body_without_end_is_cut_off(name: str) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 10_000

    web = Web(lambda request: httpx.Response(200, content=endless()))
    with pytest.raises(FetchError, match="more than 1000000 bytes"):
        list(source(name, web, largest_body=1_000_000).pages("", since=None))


def test_a_packed_body_that_is_none_is_an_error(name: str) -> None:
    web = Web(lambda request: httpx.Response(200, content=b"no gzip", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(FetchError):
        list(source(name, web).pages("", since=None))


def test_a_field_that_is_new_changes_nothing(name: str) -> None:
    def more(request: httpx.Request) -> httpx.Response:
        answer = json.loads(FAKES[name].answer(request).content)
        return httpx.Response(200, json={**answer, "new_in_2030": {"a": 1}} if isinstance(answer, dict) else answer)

    assert set(ids(list(source(name, Web(more)).pages("", since=None)))) == FAKES[name].ids


def test_comments_that_come_later_are_found_in_a_thread_read_already() -> None:
    whole = pages("hackernews")

    def later(request: httpx.Request) -> httpx.Response:
        answer = _hackernews(request)
        if request.url.params["tags"] == "comment,story_200" and request.url.params["page"] == "0":
            found = json.loads(answer.content)
            found["hits"].insert(0, {**found["hits"][0], "objectID": "250"})
            return httpx.Response(200, json=found)
        return answer

    again = list(source("hackernews", Web(later)).pages(whole[-1].cursor, since=None))
    assert "250" in ids(again)
