"""The HTTP client beyond what the contract of the sources tests: pace, addresses, secrets, parameters."""

from __future__ import annotations

import contextlib
import gzip
import json
import logging
import socket
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.collect.http import DEEPEST, Client, clean_url, is_wall, read_json
from observatory.errors import FetchError, SourceChanged, Unreachable


def client(answer: httpx.Response | None = None, **arguments: object) -> Client:
    transport = httpx.MockTransport(lambda request: answer or httpx.Response(200, json={"asked": str(request.url)}))
    return Client(transport=transport, **arguments)  # type: ignore[arg-type]


def test_requests_to_one_host_keep_their_pace_and_hosts_do_not_wait_for_each_other() -> None:
    clock, slept = [100.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    with client(rate=2.0, sleep=sleep, monotonic=lambda: clock[0]) as polite:
        for url in ("https://a.example/1", "https://a.example/2", "https://b.example/1", "https://a.example/3"):
            polite.json(url)
    assert slept == [0.5, 0.5]


def test_parameters_are_encoded() -> None:
    with client() as polite:
        asked = polite.json("https://a.example/jobs", params={"q": "a&b=c", "page": 2})["asked"]
    assert asked == "https://a.example/jobs?q=a%26b%3Dc&page=2"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.example/x", "gopher://a.example"])
def test_only_http_is_asked(url: str) -> None:
    with client() as polite, pytest.raises(FetchError, match="only http and https"):
        polite.get(url)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "192.168.1.1", "0.0.0.0"])
def test_an_address_that_is_not_public_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [(family, socket.SOCK_STREAM, 6, "", (address, 0))])
    with Client(sleep=lambda _: None) as real, pytest.raises(FetchError, match="not a public address"):
        real.get("https://jobs.example/x")


def test_a_name_that_does_not_resolve_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object) -> object:
        raise socket.gaierror("invented")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with Client(sleep=lambda _: None) as real, pytest.raises(Unreachable, match="does not resolve"):
        real.get("https://jobs.example/x")


SECRETS = [
    "https://a.example/?api_key=S3CRET&page=2",
    "https://a.example/?app_id=S3CRET",
    "https://a.example/?access_token=S3CRET",
]


@pytest.mark.parametrize("url", SECRETS)
def test_secrets_are_in_no_log_and_no_message(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="observatory")
    with client(httpx.Response(404)) as polite, pytest.raises(FetchError) as caught:
        polite.get(url)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("observatory")]
    assert ours
    assert "S3CRET" not in " ".join([*ours, str(caught.value), clean_url(url)])


class _Packed(httpx.SyncByteStream):
    """A body as it comes over the wire, which notes whether it was read."""

    def __init__(self, body: bytes) -> None:
        self.body, self.read = body, False

    def __iter__(self) -> Iterator[bytes]:
        self.read = True
        yield self.body


def test_a_body_compressed_twice_is_not_unpacked() -> None:
    packed = _Packed(gzip.compress(gzip.compress(b" " * 5_000_000)))
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip, gzip"}, stream=packed)
    with client(answer) as polite, pytest.raises(FetchError, match="more than once"):
        polite.json("https://a.example/jobs")
    assert not packed.read


def test_only_what_was_asked_for_is_unpacked() -> None:
    """A few bytes of another kind of compression may unpack to gigabytes at once."""
    packed = _Packed(b"(\xb5/\xfd")
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Accept-Encoding"])
        return httpx.Response(200, headers={"Content-Encoding": "zstd"}, stream=packed)

    with Client(transport=httpx.MockTransport(handler)) as polite, pytest.raises(FetchError, match="not asked for"):
        polite.json("https://a.example/jobs")
    assert seen == ["gzip, deflate"]
    assert not packed.read


@given(
    st.recursive(
        st.text(st.characters(exclude_categories=())), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_what_is_read_from_json_can_be_stored(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        found = read_json(text)
        json.dumps(found, ensure_ascii=False).encode()
        with contextlib.suppress(UnicodeEncodeError):
            json.dumps(value, ensure_ascii=False).encode()
            assert found == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")) == found


def test_a_body_compressed_once_is_cut_off_at_the_cap() -> None:
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=_Packed(gzip.compress(b" " * 5_000_000)))
    with client(answer, largest_body=100_000) as polite, pytest.raises(FetchError, match="more than 100000 bytes"):
        polite.json("https://a.example/jobs")


@pytest.mark.parametrize(
    "words",
    [
        "cf-chl", "challenge-platform", "<title>  Just a moment", "Attention Required! |", "px-captcha", "g-recaptcha", "hcaptcha",
        "h-captcha", "verify you are human", "Verifying that you are a human", "Are you a robot", "unusual traffic", "Access Denied",
        "Request unsuccessful. Incapsula", "Enable JavaScript and cookies to continue", "DataDome", '<input name="p" type="password',
    ],
)  # fmt: skip
def test_every_kind_of_wall_is_known_in_any_case(words: str) -> None:
    for said in (words, words.upper(), words.lower()):
        assert is_wall(f"<p>Before</p>{said}<p>behind".encode())
    assert not is_wall(b"We verify seals; no password is needed, and access is free.")


@pytest.mark.parametrize("opening", [b"[", b'{"jobs" :'])
def test_json_is_read_up_to_its_deepest_level(opening: bytes) -> None:
    inner = opening * (DEEPEST - 2) + b"1" + (b"]" if opening == b"[" else b"}") * (DEEPEST - 2)
    with client(httpx.Response(200, content=b"[" + b"[1]," * DEEPEST + inner + b"]")) as polite:
        assert len(polite.json("https://a.example/flat")) == DEEPEST + 1
    with (
        client(httpx.Response(200, content=opening * 3 + inner)) as polite,
        pytest.raises(SourceChanged, match="levels"),
    ):
        polite.json("https://a.example/deep")
