"""The one way out: a client with a time-out, bounded retries, a rate and a cap on what comes back.

429 and 5xx are asked again, after what `Retry-After` says (seconds or a date) or with growing
pauses. A redirect to another host and any address that is not public are refused: a source's
answer must not send the collector into the operator's network.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import ipaddress
import json
import logging
import re
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import tenacity

from observatory.errors import FetchError, SourceChanged, Unreachable

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
ATTEMPTS = 5
LONGEST_WAIT = 300.0
LARGEST_BODY = 64 * 1024 * 1024
AGENT = "observatory/0.1 (job-market statistics)"
_SECRET = re.compile(r"((?:key|token|secret|password|app_id|app_key|auth)[^=&]*=)[^&]+", re.IGNORECASE)


class _AskAgain(Exception):
    def __init__(self, why: str, wait: float | None) -> None:
        super().__init__(why)
        self.wait = wait


class Client:
    """Asks hosts politely. `transport`, `sleep` and `now` can be replaced in tests.

    `rate` is requests a second to one host. `allow_hosts` names hosts that may lie in a private
    network. A client is closed with `close` or as a context manager.
    """

    def __init__(
        self, *, transport: httpx.BaseTransport | None = None, rate: float = 1.0, sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        allow_hosts: frozenset[str] = frozenset(), largest_body: int = LARGEST_BODY,
    ) -> None:  # fmt: skip
        self._client = httpx.Client(
            transport=transport, timeout=TIMEOUT, follow_redirects=False, headers={"User-Agent": AGENT}
        )
        self._real = transport is None
        self._rate, self._sleep, self._monotonic, self._now = rate, sleep, monotonic, now
        self._allow, self._largest = allow_hosts, largest_body
        self._last: dict[str, float] = {}

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def json(self, url: str, *, params: Mapping[str, str | int] | None = None) -> Any:
        """The answer as JSON. Raises `SourceChanged` when it is none."""
        body, kind = self.get(url, params=params)
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise SourceChanged(
                f"{clean_url(url)}: JSON was expected, {kind or 'no content type'} came, beginning with "
                f"{body[:60]!r}; the address may have moved or a login page stands before it"
            ) from error

    def get(self, url: str, *, params: Mapping[str, str | int] | None = None) -> tuple[bytes, str]:
        """Body and content type. Raises `Unreachable`, or `FetchError` for 4xx, a body beyond the cap,
        a redirect to another host and an address that is not public."""

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.wait if isinstance(error, _AskAgain) else None
            return min(asked if asked is not None else 2.0**state.attempt_number, LONGEST_WAIT)

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS), wait=wait, sleep=self._sleep,
            retry=tenacity.retry_if_exception_type(_AskAgain), reraise=True,
        )  # fmt: skip
        try:
            return retrying(self._once, url, params)
        except _AskAgain as error:
            raise Unreachable(f"{clean_url(url)}: {error} after {ATTEMPTS} attempts; try again later") from error

    def _once(self, url: str, params: Mapping[str, str | int] | None) -> tuple[bytes, str]:
        host = httpx.URL(url).host
        self._check(url, host)
        self._pace(host)
        try:
            with self._client.stream("GET", url, params=params) as answer:
                log.info("GET %s -> %s", clean_url(str(answer.url)), answer.status_code)
                if answer.status_code == 429 or answer.status_code >= 500:
                    raise _AskAgain(f"answered {answer.status_code}", self._after(answer.headers.get("Retry-After")))
                if answer.is_redirect:
                    raise FetchError(
                        f"{clean_url(url)}: sends on to {answer.headers.get('Location', '?')[:200]}; refused"
                    )
                if answer.status_code >= 400:
                    raise FetchError(f"{clean_url(url)}: answered {answer.status_code}; check the name of the board")
                chunks, size = [], 0
                for chunk in answer.iter_bytes():
                    size += len(chunk)
                    if size > self._largest:
                        raise FetchError(f"{clean_url(url)}: more than {self._largest} bytes came; cut off")
                    chunks.append(chunk)
                return b"".join(chunks), answer.headers.get("Content-Type", "")
        except httpx.DecodingError as error:
            raise FetchError(f"{clean_url(url)}: the body cannot be decompressed ({error})") from error
        except httpx.TransportError as error:
            raise _AskAgain(type(error).__name__, None) from error

    def _check(self, url: str, host: str) -> None:
        if httpx.URL(url).scheme not in ("http", "https"):
            raise FetchError(f"{clean_url(url)}: only http and https are asked")
        if host in self._allow or not self._real:
            return
        try:
            addresses = {info[4][0] for info in socket.getaddrinfo(host, None)}
        except OSError as error:
            raise _AskAgain(f"the name {host} does not resolve", None) from error
        if any(not ipaddress.ip_address(address).is_global for address in addresses):
            raise FetchError(f"{clean_url(url)}: {host} is not a public address; allow it by name if it is yours")

    def _pace(self, host: str) -> None:
        at = self._monotonic()
        due = self._last.get(host, float("-inf")) + 1.0 / self._rate
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
        return max((when - self._now()).total_seconds(), 0.0)


def clean_url(url: str) -> str:
    """An address without its secrets, for logs and messages.

    >>> clean_url("https://example.org/jobs?api_key=abc&page=2")
    'https://example.org/jobs?api_key=...&page=2'
    """
    return _SECRET.sub(r"\1...", url)[:300]
