"""Career pages of employers: the sitemap, and in each page the schema.org JobPosting.

BOARD is a name the operator gives under [sources.careers.NAME] with `sitemap`, and `match` for the
addresses that are jobs. robots.txt is obeyed. JSON-LD is read; with `microdata = true` microdata and
RDFa too (extruct, the extra `pages`). The cursor is the last-modified time and address done last.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from observatory.collect.http import Client, is_wall, read_json, same_host
from observatory.collect.source import NO_OPTIONS, Options, Page, Terms, board_name, read_xml, required
from observatory.errors import FetchError, MissingPart, NoSuchBoard, SourceChanged
from observatory.records import RawPosting, Rejected

PER_PAGE = 20
MOST_SITEMAPS, MOST_PAGES = 50, 50_000
LARGEST_SITEMAP = 64 * 1024 * 1024
SHORTEST = 80  # characters of a text that can be an advertisement
_TAGS = re.compile(r"<[^>]{0,2000}>")


class Careers:
    """One employer's pages."""

    terms: ClassVar[Terms] = Terms(
        licence="pages of the employer, marked up for search engines; texts belong to the employer",
        attribution="the employer's career pages",
        page="https://schema.org/JobPosting",
        rate=0.5,
    )

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        self.name = f"careers:{board_name('careers', board)}"
        self._client, self._options = client, options
        self._sitemap = required("careers", options, "sitemap", f"the sitemap's address for {board}")
        self._match = re.compile(
            str(options.get("match", r"job|career|vacanc|stelle|lavora|position|招聘")), re.IGNORECASE
        )

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        found = sorted({(modified, url) for url, modified in self._addresses() if self._match.search(url)})
        if not found:
            raise SourceChanged(
                f"{self.name}: the sitemap names no address with {self._match.pattern!r}; set match in sources.toml"
            )
        after: tuple[str, str] | None = tuple(json.loads(cursor)) if cursor.startswith("[") else None
        floor = since.isoformat() if since else ""
        # a page without a time is read every time
        rest = [one for one in found if (not after or one > after or not one[0]) and (not one[0] or one[0] >= floor)]
        if not rest:
            yield Page(postings=(), cursor=cursor, unchanged=True)
        for at in range(0, len(rest), PER_PAGE):
            part = rest[at : at + PER_PAGE]
            postings: list[RawPosting] = []
            bad: list[Rejected] = []
            for modified, url in part:
                self._read(url, modified, postings, bad)
            last = max([one for one in part if one[0]] or [after or ("", "")])
            yield Page(
                postings=tuple(postings), rejected=tuple(bad), cursor=json.dumps(list(last)),
                seen=tuple(one.source_id for one in postings),
            )  # fmt: skip

    def _read(self, url: str, modified: str, postings: list[RawPosting], bad: list[Rejected]) -> None:
        def aside(reason: str, detail: str) -> None:
            bad.append(Rejected(
                source=self.name, source_id=url, reason=reason, detail=detail, origin=url, raw="",
                collected_at=self._client.now(),
            ))  # fmt: skip

        if not self._client.allowed(url):
            aside("robots.txt", "the site asks not to read this page")
            return
        try:
            answer = self._client.ask(url)
        except NoSuchBoard:
            aside("page gone", "the sitemap names it, the site has it no longer")
            return
        except FetchError as error:
            if error.retry:
                raise
            aside("page refused", str(error))
            return
        if "html" not in answer.kind and answer.kind:
            aside("another content type", f"HTML was expected, {answer.kind[:60]} came")
            return
        found = job_postings(answer.body, url, microdata=bool(self._options.get("microdata")))
        if not found:
            wall = is_wall(answer.body)
            aside("wall" if wall else "no JobPosting", wall or "the page has no schema.org JobPosting")
        for number, item in enumerate(found):
            identity = url if number == 0 else f"{url}#{number}"
            posting = posting_of(item, self.name, identity, url, str(self._options.get("employer", "")), modified)
            text = _TAGS.sub("", posting.description).strip()
            if not posting.title or len(text) < SHORTEST or is_wall(posting.description.encode()):
                aside("no advertisement", f"{len(text)} characters of text, or a page for people who sign in")
            else:
                postings.append(posting)

    def _addresses(self) -> Iterator[tuple[str, str]]:
        """Addresses of the sitemap and of those it names, with their times."""
        waiting, read = [self._sitemap], 0
        number = 0
        while waiting and read < MOST_SITEMAPS:
            url = waiting.pop(0)
            read += 1
            root = read_xml(self.name, _unpacked(self._client.ask(url).body, url))
            for entry in root:
                fields = {str(child.tag).rpartition("}")[2]: str(child.text or "").strip() for child in entry}
                place = fields.get("loc", "")
                if not place:
                    continue
                place = same_host(place, self._sitemap)
                if str(entry.tag).endswith("sitemap"):
                    waiting.append(place)
                    continue
                number += 1
                if number > MOST_PAGES:
                    raise SourceChanged(
                        f"{self.name}: the sitemap names more than {MOST_PAGES} pages; set match closer"
                    )
                yield place, fields.get("lastmod", "")


def job_postings(body: bytes, url: str, *, microdata: bool = False) -> list[dict[str, Any]]:
    """The schema.org JobPosting objects of a page."""
    from selectolax.lexbor import LexborHTMLParser

    found: list[dict[str, Any]] = []
    text = body.decode("utf-8", "replace")
    for node in LexborHTMLParser(text).css('script[type="application/ld+json"]'):
        try:
            found += _of_type(read_json(node.text(deep=True), strict=False))
        except (ValueError, RecursionError):
            continue
    if not found and microdata:
        try:
            import extruct
        except ImportError as error:
            raise MissingPart("microdata and RDFa need extruct: pip install 'observatory[pages]'") from error
        try:
            data = extruct.extract(text, base_url=url, syntaxes=["microdata", "rdfa"], uniform=True, errors="ignore")
        except (ValueError, RecursionError, AttributeError, TypeError):
            return []
        found += _of_type(data.get("microdata", [])) + _of_type(data.get("rdfa", []))
    return found


def _of_type(value: Any, depth: int = 0) -> list[dict[str, Any]]:
    if depth > 8:
        return []
    if isinstance(value, list):
        return [item for part in value[:500] for item in _of_type(part, depth + 1)]
    if not isinstance(value, dict):
        return []
    kinds = value.get("@type", "")
    names = [str(kind).rpartition("/")[2] for kind in (kinds if isinstance(kinds, list) else [kinds])]
    if "JobPosting" in names:
        return [value]
    return [item for part in value.values() if isinstance(part, dict | list) for item in _of_type(part, depth + 1)]


def posting_of(
    item: Mapping[str, Any], source: str, identity: str, url: str, employer: str, modified: str
) -> RawPosting:  # fmt: skip
    """A posting from a schema.org JobPosting, whatever of it is a name, an object or a list."""
    place = _one(item.get("jobLocation"))
    address = _one(place.get("address") if isinstance(place, Mapping) else place)
    country = _named(address.get("addressCountry")) if isinstance(address, Mapping) else ""
    parts = [_named(address.get(name)) for name in ("addressLocality", "addressRegion")] if isinstance(address, Mapping) else [_named(address)]  # fmt: skip
    return RawPosting(
        source=source, source_id=identity, title=_named(item.get("title")), description=_named(item.get("description")),
        posted_at=_named(item.get("datePosted")) or modified or None, employer=employer or _named(item.get("hiringOrganization")),
        place=", ".join(part for part in parts if part), country=country if len(country) == 2 else "", url=url,
        extra={
            "contract": item.get("employmentType"), "closes": _named(item.get("validThrough")), "pay": item.get("baseSalary"),
            "occupation": _named(item.get("occupationalCategory")), "remote": item.get("jobLocationType"),
            "identifier": _named(item.get("identifier")),
        },
    )  # fmt: skip


def _one(value: Any) -> Any:
    return (value[0] if value else {}) if isinstance(value, list) else (value or {})


def _named(value: Any) -> str:
    value = _one(value)
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("value") or value.get("@value") or ""
    return str(value).strip()


def _unpacked(body: bytes, url: str) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        with gzip.open(io.BytesIO(body)) as stream:
            text = stream.read(LARGEST_SITEMAP + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceChanged(f"{url}: the packed sitemap cannot be read ({error})") from error
    if len(text) > LARGEST_SITEMAP:
        raise FetchError(f"{url}: the sitemap holds more than {LARGEST_SITEMAP} bytes unpacked; not read")
    return text
