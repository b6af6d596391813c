"""Jobs that look whether a classification has a new version, and tell of each one once.

A page of the publisher is read and nothing is downloaded: whether and when a new version is taken up
is a decision of people, because it changes what every later run calls new.
"""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from observatory.errors import FetchError, ObservatoryError, SourceChanged, Unreachable
from observatory.jobs.files import Part
from observatory.jobs.work import Outcome, Work
from observatory.ledger import Letter

_TAG = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)


class ReleasePage(Part):
    """Where a classification's publisher names its versions.

    `internal`: the page lies in the operator's own network, as a mirror does; then http will do, and
    its host need not be public.
    """

    scheme: str
    url: str
    pattern: str
    internal: bool = False

    @field_validator("pattern")
    @classmethod
    def _group(cls, value: str) -> str:
        try:
            groups = re.compile(value).groups
        except re.error as error:
            raise ValueError(f"{value!r} is no regular expression ({error})") from error
        if groups != 1:
            raise ValueError(
                f"{value!r} has {groups} groups; expected one, around the version, as in 'ESCO v([0-9.]+)'"
            )
        return value

    @model_validator(mode="after")
    def _address(self) -> ReleasePage:
        begins = ("https://", "http://") if self.internal else ("https://",)
        if not self.url.startswith(begins) or not urlsplit(self.url).hostname:
            raise ValueError(
                f"{self.url!r}: expected an address that begins with https://"
                + (" or http://" if self.internal else "; http only of a page with internal = true")
            )
        return self


class ReleaseSettings(Part):
    """The pages to look at."""

    pages: tuple[ReleasePage, ...] = Field(min_length=1, description="at least one [[settings.pages]]")


def taxonomy_releases(work: Work) -> Outcome:
    """Looks for versions of classifications newer than those on the shelf, and tells of each one once.

    Every page is looked at. What is new is queued even when another page fails: then the job fails
    with what each page said, `Unreachable` where a retry can help. A letter goes to a reader once a
    version, whatever happens after it: the ledger knows who has it.
    """
    from observatory.collect import Client
    from observatory.pipeline import shelf_of

    shelf: dict[str, str] = {}
    for one in shelf_of(work.ws).versions():
        if one.scheme not in shelf or number_of(one.version) > number_of(shelf[one.scheme]):
            shelf[one.scheme] = one.version
    pages = work.settings(ReleaseSettings).pages
    internal = frozenset(urlsplit(page.url).hostname or "" for page in pages if page.internal)
    said: list[str] = []
    letters: list[Letter] = []
    failed: list[tuple[str, bool]] = []
    with Client(allow_hosts=internal) as client:
        for done, page in enumerate(pages, 1):
            try:
                newest = newest_version(client.get(page.url)[0].decode("utf-8", "replace"), page)
            except ObservatoryError as error:
                failed.append((str(error), error.retry))
                continue
            finally:
                work.progress("pages", done, len(pages))
            here = shelf.get(page.scheme)
            if here is None or number_of(newest) > number_of(here):
                said.append(f"{page.scheme} {newest} is out, the shelf has {here or 'none'}")
                letters.append(_letter(work, page, newest, here))
            else:
                said.append(f"{page.scheme} {newest} is the newest, the shelf has {here}")
    if not work.job.tell:
        letters = []
    if failed:
        for letter in letters:
            work.ledger.queue(letter, now=work.now())
        whole = f"{len(failed)} of {len(pages)} pages failed: {'; '.join(text for text, _ in failed)}"
        whole += f". The others: {'; '.join(said)}" if said else ""
        raise Unreachable(whole) if any(retry for _, retry in failed) else FetchError(whole)
    return Outcome(result="; ".join(said), letters=tuple(letters))


def newest_version(page: str, wanted: ReleasePage) -> str:
    """The highest version that a page names, as it stands there.

    The pattern is looked for in the text as a reader sees it, without tags and with characters in
    place of their entities, and where it is not found there, in the source. Raises `SourceChanged`
    when the page names none.

    >>> esco = ReleasePage(scheme="esco", url="https://x.example", pattern=r"ESCO v([0-9.]*[0-9])")
    >>> newest_version("<li>ESCO&nbsp;<b>v1.9</b><li>ESCO v1.10 and more", esco)
    '1.10'
    """
    text = " ".join(html.unescape(_TAG.sub("", page)).split())
    names = re.findall(wanted.pattern, text) or re.findall(wanted.pattern, page)
    found: list[tuple[tuple[int, ...], str]] = sorted((number_of(name), name) for name in names if number_of(name))
    if not found:
        raise SourceChanged(
            f"{wanted.url}: no version of {wanted.scheme} fits the pattern {wanted.pattern!r}; look at the page, "
            f"then mend the job's file"
        )
    return found[-1][1]


def number_of(version: str) -> tuple[int, ...]:
    """The numbers of a version, to be compared; noughts at the end say nothing.

    >>> number_of("1.2.0") == number_of("v1.2"), number_of("30.2") > number_of("30"), number_of("draft")
    (True, True, ())
    """
    numbers = [int(part) for part in re.findall(r"\d+", version)]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _letter(work: Work, page: ReleasePage, version: str, here: str | None) -> Letter:
    return Letter(
        issue=f"taxonomy/{page.scheme}/{'.'.join(map(str, number_of(version)))}",
        recipients=work.job.tell,
        subject=f"[{work.ws.settings.workspace.name}] {page.scheme} {version} is out",
        body=f"{page.url} names {page.scheme} {version}; the observatory has {here or 'no version of it'}.\n\n"
        f"To add it, download it, then: observatory taxonomy add FILE --scheme {page.scheme} --version {version} "
        f"--released YYYY-MM-DD\nA run as of a day before its release goes on with the version that was known then.\n",
    )
