"""One contract for all sources: paging, resuming, emptiness, refusals, failures, hostile answers."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from invented_services import FILES, SERVICES, Ad

from observatory.collect import SOURCES
from observatory.collect.http import ATTEMPTS, Client
from observatory.collect.source import Page, Terms
from observatory.errors import FetchError, KeyRefused, NoSuchBoard, SourceChanged, Unreachable, Walled

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
Handler = Callable[[httpx.Request], httpx.Response]
WALL = b"<html><title>Just a moment...</title><div id='challenge-platform'></div></html>"


class Clock:
    """A clock that moves only by sleeping."""

    def __init__(self) -> None:
        self.at, self.slept = 1_000.0, []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


def client_of(handler: Handler, clock: Clock | None = None, **given: Any) -> Client:
    clock = clock or Clock()
    return Client(
        transport=httpx.MockTransport(handler), sleep=clock.sleep, monotonic=lambda: clock.at, now=lambda: NOW, rate=1_000.0, **given
    )  # fmt: skip


def source_of(kind: str, handler: Handler, clock: Clock | None = None, **given: Any) -> Any:
    board, options, _, _ = SERVICES[kind]
    return SOURCES[kind][0](client_of(handler, clock, **given), board, options)


def serving(kind: str, number: int) -> tuple[Any, list[Ad]]:
    ads = [Ad(i) for i in range(1, number + 1)]
    return source_of(kind, lambda request: SERVICES[kind][2](request, ads)), ads


def ids(pages: list[Page]) -> list[str]:
    return [posting.source_id for page in pages for posting in page.postings]


def always(status: int, body: bytes = b"", **headers: str) -> Handler:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx.Response(status, content=body, headers=named)


def test_every_source_is_in_the_contract() -> None:
    assert set(SOURCES) == {*SERVICES, *FILES}


@pytest.mark.parametrize("kind", SOURCES)
def test_terms_are_written_down(kind: str) -> None:
    terms = SOURCES[kind][0].terms
    assert isinstance(terms, Terms)
    assert all(len(text) > 5 for text in (terms.licence, terms.attribution, terms.page, terms.use))
    assert 0 < terms.rate <= 10


@pytest.mark.parametrize("kind", SERVICES)
def test_all_postings_come_once_with_what_a_posting_needs(kind: str) -> None:
    source, ads = serving(kind, SERVICES[kind][3])
    pages = list(source.pages("", since=None))
    found = [posting for page in pages for posting in page.postings]
    assert len(found) == len(ads) == len({posting.source_id for posting in found})
    assert not [one for page in pages for one in page.rejected]
    for posting in found:
        assert posting.source == source.name
        assert "Kiln operator" in posting.title
        assert "roller kiln" in posting.description
        assert posting.posted_at
        assert posting.url.startswith("https://")
    assert {posting.employer for posting in found} <= {"Forno", "forno", "Mint", "", "Forno.io"}


@pytest.mark.parametrize("kind", SERVICES)
def test_reading_goes_on_from_the_cursor_of_every_page(kind: str) -> None:
    number = SERVICES[kind][3]
    source, _ = serving(kind, number)
    pages = list(source.pages("", since=None))
    everything = set(ids(pages))
    for stop in range(1, len(pages)):
        again, _ = serving(kind, number)
        rest = list(again.pages(pages[stop - 1].cursor, since=None))
        assert set(ids(pages[:stop])) | set(ids(rest)) == everything, f"after page {stop}"


@pytest.mark.parametrize("kind", SERVICES)
def test_an_empty_source_gives_no_posting_and_no_error(kind: str) -> None:
    source, _ = serving(kind, 0)
    if kind == "careers":  # a sitemap without one address is no sitemap of jobs
        with pytest.raises(SourceChanged, match="names no address"):
            list(source.pages("", since=None))
        return
    assert ids(list(source.pages("", since=None))) == []


@pytest.mark.parametrize("kind", SERVICES)
def test_404_is_no_such_board(kind: str) -> None:
    with pytest.raises(NoSuchBoard, match="check the name"):
        list(source_of(kind, always(404)).pages("", since=None))


@pytest.mark.parametrize("kind", SERVICES)
def test_403_is_a_refused_key_or_a_wall(kind: str) -> None:
    with pytest.raises(KeyRefused):
        list(source_of(kind, always(403)).pages("", since=None))
    with pytest.raises(Walled):
        list(source_of(kind, always(403, WALL)).pages("", since=None))


@pytest.mark.parametrize("header", ["7", "Fri, 20 Nov 2026 12:00:07 GMT"])
@pytest.mark.parametrize("kind", [kind for kind in SERVICES if kind != "jobstream"])
def test_429_waits_as_long_as_it_is_told(kind: str, header: str) -> None:
    clock, refused = Clock(), [True]
    ads = [Ad(1), Ad(2)]

    def answer(request: httpx.Request) -> httpx.Response:
        if refused:
            refused.pop()
            return httpx.Response(429, headers={"Retry-After": header})
        return SERVICES[kind][2](request, ads)

    assert len(ids(list(source_of(kind, answer, clock).pages("", since=None)))) == 2
    assert any(6.9 <= slept <= 7.1 for slept in clock.slept)


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("kind", SERVICES)
def test_a_source_that_stays_down_is_unreachable_after_bounded_attempts(kind: str, status: int) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status)

    with pytest.raises(Unreachable) as caught:
        list(source_of(kind, answer).pages("", since=None))
    assert caught.value.retry
    assert 1 <= len(asked) <= ATTEMPTS


@pytest.mark.parametrize("kind", SERVICES)
def test_a_time_out_is_unreachable(kind: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("too slow", request=request)

    with pytest.raises(Unreachable):
        list(source_of(kind, answer).pages("", since=None))


CHANGED = [b'{"results_v9": [], "count": 3}', b'[{"identifier": 1}, {"identifier": 2}]', b"<html><body>Welcome</body></html>", b"", b"\xff\xfe\x00\x01"]  # fmt: skip


@pytest.mark.parametrize("body", CHANGED, ids=["object", "list", "page", "nothing", "bytes"])
@pytest.mark.parametrize("kind", SERVICES)
def test_another_shape_is_a_changed_source_and_stores_nothing(kind: str, body: bytes) -> None:
    if (kind == "jobstream" and not body) or (kind == "francetravail" and not body):
        pytest.skip("an empty answer is documented there")
    found: list[Page] = []
    pages = source_of(kind, always(200, body)).pages("", since=None)
    with pytest.raises(SourceChanged):
        found.extend(pages)
    assert ids(found) == []


@pytest.mark.parametrize("kind", SERVICES)
def test_a_wall_in_place_of_the_answer_is_told_from_a_changed_shape(kind: str) -> None:
    if kind in ("nav",):
        return  # its first answer is a token, and a page is no token
    with pytest.raises(Walled):
        list(source_of(kind, always(200, WALL)).pages("", since=None))


@pytest.mark.parametrize("kind", SERVICES)
def test_hostile_answers_are_bounded(kind: str) -> None:
    deep = b"[" * 100 + b"]" * 100
    bomb = gzip.compress(b" " * 30_000_000)
    entities = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    for handler in (always(200, deep), always(200, bomb, Content_Encoding="gzip"), always(200, entities), always(200, b"\x1f\x8bnot gzip", Content_Encoding="gzip")):  # fmt: skip
        with pytest.raises(FetchError):
            list(source_of(kind, handler, largest_body=1_000_000).pages("", since=None))


@pytest.mark.parametrize("there", ["https://elsewhere.example/x", "http://127.0.0.1/x", "http://169.254.169.254/latest", "file:///etc/hosts"])  # fmt: skip
@pytest.mark.parametrize("kind", SERVICES)
def test_a_redirect_elsewhere_is_refused(kind: str, there: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"Location": there})

    with pytest.raises(FetchError):
        list(source_of(kind, answer).pages("", since=None))
    assert len(set(asked)) == 1


@pytest.mark.parametrize("kind", SERVICES)
def test_a_redirect_loop_ends(kind: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": str(request.url.copy_with(path="/again"))})

    with pytest.raises(FetchError):
        list(source_of(kind, answer).pages("", since=None))
    assert len(asked) <= 10


@pytest.mark.parametrize("kind", ["lever", "smartrecruiters", "workday", "arbeitnow", "themuse"])
def test_endless_paging_ends(kind: str) -> None:
    """A service that gives its first page for ever."""
    ads = [Ad(i) for i in range(1, SERVICES[kind][3] + 1)]
    first: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" or "page" in request.url.query.decode() or "skip" in request.url.query.decode() or "offset" in request.url.query.decode():  # fmt: skip
            first.append(request)
            return SERVICES[kind][2](first[0], ads)
        return SERVICES[kind][2](request, ads)

    with pytest.raises(SourceChanged, match="again"):
        list(source_of(kind, answer).pages("", since=None))


def test_a_next_page_on_another_host_is_not_followed() -> None:
    ads = [Ad(i) for i in range(9)]

    def answer(request: httpx.Request) -> httpx.Response:
        body = SERVICES["arbeitnow"][2](request, ads).json()
        return httpx.Response(200, json={**body, "links": {"next": "https://10.0.0.1/api?page=2"}})

    with pytest.raises(SourceChanged, match="another host"):
        list(source_of("arbeitnow", answer).pages("", since=None))


@pytest.mark.parametrize("kind", ["greenhouse", "lever", "workable", "remotive"])
def test_one_posting_in_another_shape_is_set_aside(kind: str) -> None:
    ads = [Ad(i) for i in range(1, 6)]

    def answer(request: httpx.Request) -> httpx.Response:
        body = SERVICES[kind][2](request, ads).json()
        items = body if isinstance(body, list) else next(value for value in body.values() if isinstance(value, list))
        items[2] = {"strange": True}
        return httpx.Response(200, json=body)

    pages = list(source_of(kind, answer).pages("", since=None))
    assert len(ids(pages)) == 4
    assert [one.reason for page in pages for one in page.rejected] == ["another shape"]


@pytest.mark.parametrize("kind", ["smartrecruiters", "workday", "arbeitsagentur", "nav"])
def test_texts_that_are_known_are_not_asked_for_again(kind: str) -> None:
    number = SERVICES[kind][3]
    source, _ = serving(kind, number)
    source.known = lambda _: True
    pages = list(source.pages("", since=None))
    assert ids(pages) == []
    assert len({one for page in pages for one in page.seen}) == number
    assert source._client.requests < number


def test_an_unchanged_board_is_not_sent_again() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("If-None-Match") == '"g1"':
            return httpx.Response(304)
        return SERVICES["greenhouse"][2](request, [Ad(1)])

    first = list(source_of("greenhouse", answer).pages("", since=None))
    second = list(source_of("greenhouse", answer).pages(first[-1].cursor, since=None))
    assert [page.unchanged for page in second] == [True]


def test_removals_close_and_never_blank() -> None:
    removed = b'{"id": "5", "removed": true, "removed_date": "2026-11-19T00:00:00"}\n'
    ad = SERVICES["jobstream"][2](httpx.Request("GET", "https://x.example"), [Ad(1)]).content
    source = source_of("jobstream", always(200, removed + ad))
    (page,) = source.pages("2026-11-19T00:00:00+00:00", since=None)
    assert page.gone == ("5",)
    assert [posting.source_id for posting in page.postings] == ["1"]


def test_a_window_that_holds_too_much_is_halved() -> None:
    spans: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if "oauth2" in request.url.path:
            return SERVICES["francetravail"][2](request, [])
        start, end = (
            dt.datetime.fromisoformat(request.url.params[name]) for name in ("minCreationDate", "maxCreationDate")
        )
        spans.append(f"{(end - start).total_seconds() / 3_600:.0f} h")
        number = int((end - start).total_seconds() / 60)  # one a minute
        if number > 3_150:
            return SERVICES["francetravail"][2](request, [Ad(i) for i in range(number)])
        first = int((start - NOW).total_seconds() / 60) + 20_000
        return SERVICES["francetravail"][2](request, [Ad(first + i) for i in range(number)])

    pages = list(source_of("francetravail", answer).pages("", since=NOW - dt.timedelta(days=4)))
    assert spans[0] == "96 h"
    assert len(set(ids(pages))) == 4 * 24 * 60


def test_robots_txt_is_obeyed() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(200, text="User-agent: *\nDisallow: /jobs\n")
        assert request.url.path == "/sitemap.xml"
        return SERVICES["careers"][2](request, [Ad(1), Ad(2)])

    (page,) = source_of("careers", answer).pages("", since=None)
    assert [one.reason for one in page.rejected] == ["robots.txt", "robots.txt"]


def test_a_private_address_is_refused_unless_allowed_by_name() -> None:
    client = client_of(always(200, b"{}"))
    for url in (
        "http://127.0.0.1/",
        "http://10.1.2.3/",
        "http://[::1]/",
        "http://localhost/",
        "http://169.254.169.254/",
    ):
        with pytest.raises(FetchError, match="not a public address"):
            client.get(url)
    assert client_of(always(200, b"{}"), allow_hosts=frozenset({"10.1.2.3"})).json("http://10.1.2.3/") == {}


def test_a_rate_is_kept_for_each_host() -> None:
    clock = Clock()
    client = client_of(always(200, b"{}"), clock).limited(0.5)
    for _ in range(3):
        client.get("https://a.example/")
    client.get("https://b.example/")
    assert clock.slept == [2.0, 2.0]
