"""JobTech, the Swedish public employment service's open advertisements: the live stream, and the archive.

The stream gives what changed since a time, removals among it: a removal closes a posting and never
blanks it. Its cursor is the time of the last look; the next one begins five minutes before it. The
archive is one packed file a quarter or year, read from disk line by line; its cursor is the line.
"""

from __future__ import annotations

import datetime as dt
import itertools
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, ClassVar

from pydantic import BaseModel

from observatory.collect.http import Client, read_json
from observatory.collect.source import NO_OPTIONS, Options, Page, Terms, parse_items, required
from observatory.errors import BadFile, SourceChanged, Walled
from observatory.records import RawPosting, Rejected

STREAM = "https://jobstream.api.jobtechdev.se/v2"
OVERLAP = dt.timedelta(minutes=5)
PER_PAGE = 2_000
TERMS = Terms(
    licence="CC0 1.0",
    attribution="Arbetsförmedlingen, JobTech Development",
    page="https://jobtechdev.se/en/components/jobstream",
    rate=1 / 60,
    open_data=True,
)


class _Label(BaseModel):
    concept_id: str | None = None
    label: str | None = None


class _Employer(BaseModel):
    name: str | None = None
    workplace: str | None = None


class _Text(BaseModel):
    text: str | None = None


class _Address(BaseModel):
    municipality: str | None = None
    region: str | None = None
    country: str | None = None


class _Wanted(BaseModel):
    skills: list[_Label] = []


class _Ad(BaseModel):
    id: str | int
    removed: bool = False
    headline: str | None = None
    description: _Text | None = None
    publication_date: str | None = None
    last_publication_date: str | None = None
    employer: _Employer | None = None
    # live advertisements hold one, those of the archive a list of them
    occupation: _Label | list[_Label] | None = None
    occupation_group: _Label | list[_Label] | None = None
    must_have: _Wanted | None = None
    nice_to_have: _Wanted | None = None
    workplace_address: _Address | None = None
    webpage_url: str | None = None
    salary_description: object = None


class JobStream:
    """The open advertisements, then what changed."""

    terms: ClassVar[Terms] = TERMS

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        self.name = "jobstream"
        self._client, self._options = client, options

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        now = self._client.now().replace(microsecond=0)
        done = now.isoformat()
        if cursor or since:
            start = dt.datetime.fromisoformat(cursor) - OVERLAP if cursor else since
            assert start is not None
            lines = self._client.lines(
                f"{STREAM}/stream", params={"updated-after": _local(start), "updated-before": _local(now)}
            )
            yield from self._read(lines, cursor, done, complete=False)
        else:
            yield from self._read(self._client.lines(f"{STREAM}/snapshot"), "", done, complete=True)

    def _read(self, lines: Iterable[bytes], cursor: str, done: str, *, complete: bool) -> Iterator[Page]:
        rows: Iterator[bytes] = iter(lines)
        batches = iter(lambda: list(itertools.islice(rows, PER_PAGE)), [])
        held: Page | None = None
        for batch in batches:
            if held is not None:
                yield held  # not the last: the cursor moves only when the whole answer is stored
            held = read_lines(self.name, batch, self._client.now(), cursor)
        last = held or Page(postings=())
        yield Page(
            postings=last.postings, rejected=last.rejected, seen=last.seen, gone=last.gone, cursor=done, complete=complete
        )  # fmt: skip


class JobTechArchive:
    """One file of the archive (.zip, or JSON lines as they are), which an operator has downloaded."""

    terms: ClassVar[Terms] = TERMS

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        self._file = Path(board or required("jobtecharchive", options, "file", "the path of a downloaded file"))
        self.name = "jobtech"
        self._client = client

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        yield from self.between(cursor, since, None)

    def between(self, cursor: str, start: dt.datetime | None, end: dt.datetime | None) -> Iterator[Page]:
        """The advertisements published in a span; the cursor is "FILE:LINE"."""
        name, _, line = cursor.rpartition(":")
        done = int(line) if name == self._file.name and line.isdigit() else 0
        with _opened(self._file) as stream:
            rows = itertools.islice(stream, done, None)
            for batch in iter(lambda: list(itertools.islice(rows, PER_PAGE)), []):
                done += len(batch)
                page = read_lines(self.name, batch, self._client.now(), "", archive=True)
                kept = tuple(one for one in page.postings if _inside(one.posted_at, start, end))
                yield Page(postings=kept, rejected=page.rejected, cursor=f"{self._file.name}:{done}")


def read_lines(name: str, lines: list[bytes], now: dt.datetime, cursor: str, *, archive: bool = False) -> Page:
    """A page from JSON lines; a list in brackets with one object a line is read too."""
    items: list[object] = []
    bad: list[Rejected] = []
    for line in lines:
        text = line.strip().strip(b",")
        if text.startswith(b"[") and text.endswith(b"]") and len(text) > 2:
            try:
                items += read_json(text)
                continue
            except (ValueError, RecursionError):
                pass
        text = text.removeprefix(b"[").removesuffix(b"]") if text in (b"[", b"]") or text[:2] == b"[{" else text
        if not text:
            continue
        try:
            items.append(read_json(text))
        except (ValueError, RecursionError) as error:
            raw = text[:4_000].decode("utf-8", "replace")
            bad.append(Rejected(
                source=name, source_id="", reason="not JSON", detail=str(error), origin="", raw=raw, collected_at=now
            ))  # fmt: skip
    if bad and len(bad) > len(items):
        from observatory.collect.http import is_wall

        if wall := is_wall(b"\n".join(lines[:50])):
            raise Walled(f"{name}: a page that asks for a person came in place of the answer ({wall})")
        raise SourceChanged(
            f"{name}: JSON lines were expected; {len(bad)} of {len(lines)} lines are none: {bad[0].raw[:60]!r}"
        )
    ads, rejected = parse_items(name, _Ad, items, now=now)
    open_ads = [ad for ad in ads if not ad.removed and ad.headline]
    return Page(
        postings=tuple(_posting(name, ad, archive) for ad in open_ads), rejected=(*bad, *rejected), cursor=cursor,
        seen=tuple(str(ad.id) for ad in open_ads), gone=tuple(str(ad.id) for ad in ads if ad.removed),
    )  # fmt: skip


def _posting(name: str, ad: _Ad, archive: bool) -> RawPosting:
    address, employer = ad.workplace_address or _Address(), ad.employer or _Employer()
    occupation = ad.occupation[0] if isinstance(ad.occupation, list) and ad.occupation else ad.occupation
    group = (
        ad.occupation_group[0] if isinstance(ad.occupation_group, list) and ad.occupation_group else ad.occupation_group
    )
    skills = [skill.label for part in (ad.must_have, ad.nice_to_have) if part for skill in part.skills if skill.label]
    return RawPosting(
        source=name, source_id=str(ad.id), title=ad.headline or "", description=(ad.description.text or "") if ad.description else "",
        posted_at=ad.publication_date, employer=employer.name or employer.workplace or "",
        place=address.municipality or address.region or "", country="SE" if address.country in (None, "Sverige") else "",
        language="sv", url=ad.webpage_url or f"https://arbetsformedlingen.se/platsbanken/annonser/{ad.id}",
        extra={
            "occupation": getattr(occupation, "label", None), "group": getattr(group, "label", None), "skills": skills,
            # in the archive the last day is partly an estimate
            "closes": ad.last_publication_date, "closes_is_estimate": archive, "pay": ad.salary_description,
        },
    )  # fmt: skip


def _opened(path: Path) -> IO[bytes]:
    """The lines of a file, or of the first file in a .zip."""
    try:
        if path.suffix == ".zip":
            packed = zipfile.ZipFile(path)
            return packed.open(packed.namelist()[0])
        return path.open("rb")
    except (OSError, zipfile.BadZipFile, IndexError) as error:
        raise BadFile(f"{path}: cannot be read ({error}); fetch the file again") from error


def _inside(value: object, start: dt.datetime | None, end: dt.datetime | None) -> bool:
    if start is None and end is None:
        return True
    try:
        when = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return True
    when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    return (start is None or when >= start) and (end is None or when < end)


def _local(when: dt.datetime) -> str:
    return when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
