"""The one way out: a client with a time-out, bounded retries, a rate and a cap on what comes back.

429 and 5xx are asked again, after what `Retry-After` says (seconds or a date) or with growing
pauses. A redirect to another host and any address that is not public are refused: a source's
answer must not send the collector into the operator's network.
"""

from __future__ import annotations

import copy
import datetime as dt
import email.utils
import ipaddress
import json
import logging
import re
import socket
import time
import urllib.robotparser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import tenacity

from observatory.errors import FetchError, KeyRefused, NoSuchBoard, SourceChanged, Unreachable, Walled

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
ATTEMPTS = 5
LONGEST_WAIT = 300.0
LONGEST_ANSWER = 600.0  # seconds for one whole answer
LARGEST_BODY = 64 * 1024 * 1024
MOST_REDIRECTS = 3
DEEPEST = 60  # levels of brackets in JSON
_KEY = rb"\s*(?:\"[^\"]{0,100}\"\s*:\s*)?"  # what may stand between two opening brackets
# Half of a character: where one may stand in JSON, escaped or as it is; and one that stands alone.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
_HALF_TEXT = re.compile("\\\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_ALONE = re.compile("[\ud800-\udfff]")
# What is asked for and unpacked. A few bytes of other kinds may unpack to gigabytes at once.
PACKED = ("gzip", "deflate")
AGENT = "observatory/0.1 (job-market statistics)"
_SECRET = re.compile(r"((?:key|token|secret|password|app_id|app_key|auth)[^=&]*=)[^&]+", re.IGNORECASE)
# What pages say that stand in place of the answer: checks for people, and doors for those who sign in.
_WALL = re.compile(
    rb"cf-chl|challenge-platform|<title>\s*just a moment|attention required!\s*\||px-captcha|g-recaptcha|hcaptcha|h-captcha"
    rb"|verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot|unusual traffic|access denied|request unsuccessful\. incapsula"
    rb"|enable javascript and cookies to continue|datadome|<input[^>]{0,200}type=[\"']password",
    re.IGNORECASE,
)
# One of these stands, in lower case, wherever the pattern above fits: looked for first, at a hundredth of its price.
_WALL_SIGNS = (b"cf-chl", b"challenge-platform", b"just a moment", b"attention required", b"captcha", b"verify", b"are you a robot",
               b"unusual traffic", b"access denied", b"incapsula", b"enable javascript", b"datadome", b"password")  # fmt: skip
Body = str | int


class _AskAgain(Exception):
    def __init__(self, why: str, wait: float | None) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a host answered: status, body, headers with names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    url: str

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "")

    def json(self) -> Any:
        """The body as JSON. Raises `Walled` for a page in its place, `SourceChanged` for anything else."""
        if _too_deep(self.body):
            raise SourceChanged(f"{clean_url(self.url)}: JSON of more than {DEEPEST} levels came; it was not read")
        try:
            return read_json(self.body)
        except (ValueError, RecursionError) as error:
            if wall := is_wall(self.body):
                raise Walled(
                    f"{clean_url(self.url)}: a page that asks for a person came in place of the answer ({wall}); whether "
                    f"there are postings is not known. Ask more rarely, or ask the source for access"
                ) from error
            raise SourceChanged(
                f"{clean_url(self.url)}: JSON was expected, {self.kind or 'no content type'} came, beginning with "
                f"{self.body[:60]!r}; the address may have moved or a login page stands before it"
            ) from error


class Client:
    """Asks hosts politely. `transport`, `sleep`, `monotonic` and `now` can be replaced in tests.

    `rate` is requests a second to one host, which `pace` sets for a host by name. `allow_hosts`
    names hosts that may lie in a private network. A client is closed with `close` or as a context
    manager.
    """

    def __init__(
        self, *, transport: httpx.BaseTransport | None = None, rate: float = 1.0, sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        allow_hosts: frozenset[str] = frozenset(), largest_body: int = LARGEST_BODY, agent: str = AGENT,
    ) -> None:  # fmt: skip
        self._client = httpx.Client(
            transport=transport,
            timeout=TIMEOUT,
            follow_redirects=False,
            headers={"User-Agent": agent, "Accept-Encoding": ", ".join(PACKED)},
        )
        self._real = transport is None
        self._rate, self._sleep, self._monotonic, self.now = rate, sleep, monotonic, now
        self._allow, self._largest, self._agent = allow_hosts, largest_body, agent
        self._rates: dict[str, float] = {}
        self._last: dict[str, float] = {}
        self._robots: dict[str, urllib.robotparser.RobotFileParser] = {}
        self.requests = 0

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def limited(self, rate: float) -> Client:
        """The same client, asking each host at most `rate` times a second; what was asked when is shared."""
        other = copy.copy(self)
        other._rate = rate
        return other

    def pace(self, host: str, rate: float) -> None:
        """Asks a host at most `rate` times a second."""
        self._rates[host] = min(rate, self._rates.get(host, rate))

    def json(self, url: str, *, params: Mapping[str, Body] | None = None) -> Any:
        """The answer as JSON. Raises `SourceChanged` when it is none."""
        return self.ask(url, params=params).json()

    def get(self, url: str, *, params: Mapping[str, Body] | None = None) -> tuple[bytes, str]:
        """Body and content type; errors as in `ask`."""
        answer = self.ask(url, params=params)
        return answer.body, answer.kind

    def ask(
        self, url: str, *, method: str = "GET", params: Mapping[str, Body] | None = None, headers: Mapping[str, str] | None = None,
        body: object = None, form: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """The answer to one request: 2xx or 304. `body` is sent as JSON, `form` as a form.

        Raises `Unreachable` when asking later can help, `NoSuchBoard` for 404 and 410, `KeyRefused`
        for 401 and 403 (`Walled` where the page asks for a person), `FetchError` for other 4xx, a body
        beyond the cap, a redirect to another host and an address that is not public.
        """

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.wait if isinstance(error, _AskAgain) else None
            return min(asked if asked is not None else 2.0**state.attempt_number, LONGEST_WAIT)

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS), wait=wait, sleep=self._sleep,
            retry=tenacity.retry_if_exception_type(_AskAgain), reraise=True,
        )  # fmt: skip
        request = {"params": params or None, "headers": dict(headers or {}), "json": body, "data": form}
        try:
            for _ in range(MOST_REDIRECTS + 1):
                answer = retrying(self._once, method, url, {k: v for k, v in request.items() if v is not None})
                if not isinstance(answer, str):
                    return answer
                url, request["params"] = answer, None
        except _AskAgain as error:
            raise Unreachable(f"{clean_url(url)}: {error} after {ATTEMPTS} attempts; try again later") from error
        raise FetchError(f"{clean_url(url)}: sends on more than {MOST_REDIRECTS} times; refused")

    def lines(self, url: str, *, params: Mapping[str, Body] | None = None) -> Iterator[bytes]:
        """The lines of an answer of any length, one at a time; a line longer than the cap is refused."""
        host = self._check(url)
        self._pace(host)
        self.requests += 1
        try:
            with self._answered("GET", url, {"params": params} if params else {}) as answer:
                if answer.is_redirect:
                    raise FetchError(f"{clean_url(url)}: sends on to another address; refused")
                rest = b""
                for chunk in answer.iter_bytes():
                    *whole, rest = (rest + chunk).split(b"\n")
                    yield from whole
                    if len(rest) > self._largest:
                        raise FetchError(f"{clean_url(url)}: a line of more than {self._largest} bytes came; cut off")
                if rest:
                    yield rest
        except _AskAgain as error:
            raise Unreachable(f"{clean_url(url)}: {error}; try again later") from error
        except httpx.DecodingError as error:
            raise FetchError(f"{clean_url(url)}: the body cannot be decompressed ({error})") from error
        except httpx.TransportError as error:
            raise Unreachable(f"{clean_url(url)}: broke off ({type(error).__name__}); try again later") from error

    def allowed(self, url: str) -> bool:
        """Whether the host's robots.txt lets us read a page; a host without one lets us."""
        parts = httpx.URL(url)
        origin = f"{parts.scheme}://{parts.netloc.decode()}"
        rules = self._robots.get(origin)
        if rules is None:
            rules = urllib.robotparser.RobotFileParser()
            try:
                rules.parse(self.ask(f"{origin}/robots.txt").body[:500_000].decode("utf-8", "replace").splitlines())
            except NoSuchBoard:
                rules.parse([])
            except KeyRefused:
                rules.parse(["User-agent: *", "Disallow: /"])
            self._robots[origin] = rules
            delay = rules.crawl_delay(self._agent)
            if delay:
                self.pace(parts.host, 1.0 / max(float(delay), 0.01))
        return rules.can_fetch(self._agent, url)

    # --- one request -------------------------------------------------------------------------

    def _once(self, method: str, url: str, request: Mapping[str, Any]) -> Answer | str:
        """The answer, or the address on the same host that it sends on to."""
        host = self._check(url)
        self._pace(host)
        self.requests += 1
        try:
            with self._answered(method, url, request) as answer:
                if answer.is_redirect and answer.status_code != 304:
                    return self._onwards(url, answer.headers.get("Location", ""))
                chunks, size, until = [], 0, self._monotonic() + LONGEST_ANSWER
                for chunk in answer.iter_bytes():
                    size += len(chunk)
                    if size > self._largest:
                        raise FetchError(f"{clean_url(url)}: more than {self._largest} bytes came; cut off")
                    if self._monotonic() > until:
                        raise _AskAgain(f"was not done after {LONGEST_ANSWER:.0f} seconds", None)
                    chunks.append(chunk)
                return Answer(
                    status=answer.status_code, body=b"".join(chunks), url=str(answer.url),
                    headers={name.lower(): value for name, value in answer.headers.items()},
                )  # fmt: skip
        except httpx.DecodingError as error:
            raise FetchError(f"{clean_url(url)}: the body cannot be decompressed ({error})") from error
        except httpx.TransportError as error:
            raise _AskAgain(type(error).__name__, None) from error

    @contextmanager
    def _answered(self, method: str, url: str, request: Mapping[str, Any]) -> Iterator[httpx.Response]:
        with self._client.stream(method, url, **request) as answer:
            log.info("%s %s -> %s", method, clean_url(str(answer.url)), answer.status_code)
            status = answer.status_code
            if status == 429 or status >= 500:
                raise _AskAgain(f"answered {status}", self._after(answer.headers.get("Retry-After")))
            if status in (404, 410):
                raise NoSuchBoard(
                    f"{clean_url(url)}: answered {status}: there is no such board or page; check the name"
                )
            if status in (401, 403):
                head = next(answer.iter_bytes(20_000), b"")
                if wall := is_wall(head):
                    raise Walled(f"{clean_url(url)}: answered {status} with a page that asks for a person ({wall})")
                raise KeyRefused(
                    f"{clean_url(url)}: answered {status}: the key is missing, wrong or expired, or reading is not "
                    f"allowed; renew it in sources.toml or the environment"
                )
            if status >= 400:
                raise FetchError(f"{clean_url(url)}: answered {status}; what is asked may no longer exist there")
            packed = answer.headers.get("Content-Encoding", "").strip().lower()
            if "," in packed:  # a bomb in a bomb is unpacked before it can be measured
                raise FetchError(f"{clean_url(url)}: the body is compressed more than once; it was not read")
            if packed not in ("", "identity", *PACKED):
                raise FetchError(
                    f"{clean_url(url)}: the body is compressed with {packed[:20]!r}, which was not asked for; it was not read"
                )
            yield answer

    def _onwards(self, url: str, location: str) -> str:
        there = httpx.URL(url).join(location) if location else httpx.URL(url)
        here = httpx.URL(url)
        if there.host != here.host or there.scheme not in ("https", here.scheme):
            raise FetchError(f"{clean_url(url)}: sends on to {clean_url(location)[:200] or '?'}; refused")
        return str(there)

    def _check(self, url: str) -> str:
        """The host of an address that may be asked."""
        try:
            parts = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise FetchError(f"{clean_url(url)}: is no address ({error})") from error
        host = parts.host
        if parts.scheme not in ("http", "https") or not host:
            raise FetchError(f"{clean_url(url)}: only http and https are asked")
        if host in self._allow:
            return host
        try:
            literal: str | None = str(ipaddress.ip_address(host))
        except ValueError:
            literal = None
        try:
            if literal:
                addresses = {literal}
            elif host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
                addresses = {"127.0.0.1"}
            elif self._real:
                addresses = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
            else:
                addresses = set()
        except OSError as error:
            raise _AskAgain(f"the name {host} does not resolve", None) from error
        if any(not ipaddress.ip_address(address.split("%")[0]).is_global for address in addresses):
            raise FetchError(f"{clean_url(url)}: {host} is not a public address; allow it by name if it is yours")
        return host

    def _pace(self, host: str) -> None:
        at = self._monotonic()
        due = self._last.get(host, float("-inf")) + 1.0 / self._rates.get(host, self._rate)
        if due > at:
            self._sleep(due - at)
            at = due
        self._last[host] = at

    def _after(self, header: str | None) -> float | None:
        if not header:
            return None
        if header.strip().isdigit():
            return float(header)
        try:
            when = email.utils.parsedate_to_datetime(header)
        except (TypeError, ValueError):
            return None
        if when.tzinfo is None:
            when = when.replace(tzinfo=dt.UTC)
        return max((when - self.now()).total_seconds(), 0.0)


def same_host(url: str, base: str) -> str:
    """`url` resolved against `base`. Raises `SourceChanged` when it leads to another host."""
    try:
        there, here = httpx.URL(base).join(url), httpx.URL(base)
    except httpx.InvalidURL as error:
        raise SourceChanged(f"{clean_url(base)}: the next page {url[:100]!r} is no address") from error
    if there.host != here.host or there.scheme != here.scheme:
        raise SourceChanged(
            f"{clean_url(base)}: the next page leads to {there.scheme}://{there.host}, another host; it is not followed"
        )
    return str(there)


def read_json(text: bytes | str, *, strict: bool = True) -> Any:
    """The value of a JSON text; half characters, which nothing can store, are replaced. Raises ValueError as json does.

    >>> read_json('["\\\\ud83d", "\\\\ud83d\\\\ude00"]')
    ['\ufffd', '😀']
    """
    found = json.loads(text, strict=strict)
    halved = _HALF.search(text) if isinstance(text, bytes) else _HALF_TEXT.search(text)
    return _whole(found) if halved else found


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return _ALONE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_whole(name): _whole(inner) for name, inner in value.items()}
    return [_whole(inner) for inner in value] if isinstance(value, list) else value


def is_wall(body: bytes) -> str:
    """The words that show that a page asks for a person or a password in place of giving text; else ""."""
    head = body[:200_000]
    lower = head.lower()
    if not any(sign in lower for sign in _WALL_SIGNS):
        return ""
    found = _WALL.search(head)
    return found.group()[:40].decode("utf-8", "replace") if found else ""


def clean_url(url: str) -> str:
    """An address without its secrets, for logs and messages.

    >>> clean_url("https://example.org/jobs?api_key=abc&page=2")
    'https://example.org/jobs?api_key=...&page=2'
    """
    return _SECRET.sub(r"\1...", url)[:300]


def _too_deep(body: bytes) -> bool:
    """Whether brackets are nested too deep; a rough count over the opening ones is enough to look closer."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    # the first bracket stands by itself: the search then leaps from bracket to bracket
    return bool(re.search(rb"[\[{]%s(?:[\[{]%s){%d}" % (_KEY, _KEY, DEEPEST - 1), body))
