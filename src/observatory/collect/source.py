"""What a source is: something that yields pages of postings after a cursor, and writes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from observatory.errors import SourceChanged
from observatory.records import RawPosting, Rejected


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Postings of one answer, those set aside at once, and the cursor to go on after this page.

    The caller stores the page first and the cursor second, so a stop between them reads a page
    twice and loses none.
    """

    postings: tuple[RawPosting, ...]
    rejected: tuple[Rejected, ...] = ()
    cursor: str = ""
    done_bytes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a source allows, shown to the operator and in reports."""

    licence: str
    attribution: str
    page: str


class Source(Protocol):
    """A live source. `name` is what its postings are filed under."""

    name: str
    terms: ClassVar[Terms]

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        """Pages after `cursor` ("" = from the start), of postings not older than `since`.

        Raises `Unreachable` when asking again can help, `SourceChanged` when a person must look.
        """


Model = TypeVar("Model", bound=BaseModel)


def parse_answer(source: str, model: type[Model], answer: object) -> Model:
    """An answer in its documented shape. Raises `SourceChanged` naming the field that differs."""
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        first = error.errors()[0]
        raise SourceChanged(
            f"{source}: the answer has another shape than documented, at {'.'.join(map(str, first['loc'])) or 'the top'}: "
            f"{first['msg']}. Nothing of this page was stored; the source's file must learn the new shape"
        ) from error
