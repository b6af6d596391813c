"""A listing in pages: one that never ends is cut off, with what it gave before kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from observatory.collect import Client
from observatory.collect.source import Page, PagedBoard, Part
from observatory.errors import SourceChanged
from observatory.records import RawPosting


class Endless(PagedBoard):
    """Each page names a next one; with `again` it is the same page each time."""

    most_pages = 7
    again = False

    def part(self, at: int | str, since: dt.datetime | None) -> Part:
        number = 0 if self.again else int(at)
        one = RawPosting(
            source="endless", source_id=f"n{number}", title="Kiln operator", description="", posted_at=None
        )
        return Part(postings=[one], next=int(at) + 1)


class Again(Endless):
    again = True


def read(pages: Iterator[Page]) -> tuple[list[Page], str]:
    """The pages that came before the error, and what it says."""
    found: list[Page] = []
    try:
        for page in pages:
            found.append(page)
    except SourceChanged as error:
        return found, str(error)
    raise AssertionError("the listing ended by itself")


def test_paging_without_an_end_is_cut_off() -> None:
    with Client() as client:
        found, said = read(Endless(client).pages("", since=None))
    assert [page.postings[0].source_id for page in found] == [f"n{i}" for i in range(7)]
    assert "no end after 7 pages" in said
    assert not any(page.complete for page in found)  # nothing is taken as gone from such a listing


def test_the_same_page_again_ends_the_reading() -> None:
    with Client() as client:
        found, said = read(Again(client).pages("", since=None))
    assert len(found) == 1
    assert "the page before it again" in said
