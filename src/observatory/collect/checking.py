"""The questions of the contract test, asked of a live service: for an operator, nothing is stored."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from observatory.errors import ObservatoryError

PAGES = 3


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question and its answer."""

    question: str
    passed: bool
    detail: str = ""


def check_source(make: Callable[[], Any], *, now: dt.datetime) -> list[Check]:
    """Does the source answer in its documented shape, page, resume, and give usable postings?"""
    try:
        source = make()
        pages = list(itertools.islice(source.pages("", since=None), PAGES))
    except ObservatoryError as error:
        return [Check(question="answers in the documented shape", passed=False, detail=str(error))]
    postings = [posting for page in pages for posting in page.postings]
    rejected = [one for page in pages for one in page.rejected]
    found = [Check(
        question="answers in the documented shape", passed=True,
        detail=f"{len(postings)} postings and {len(rejected)} set aside in {len(pages)} pages",
    )]  # fmt: skip
    found.append(
        Check(
            question="has postings",
            passed=bool(postings),
            detail="" if postings else "an unknown board may answer so too",
        )
    )
    ids = [one.source_id for one in postings]
    found.append(Check(question="ids are there and differ", passed=all(ids) and len(set(ids)) == len(ids)))
    for question, good in (
        ("titles are there", sum(bool(one.title) for one in postings)),
        ("texts of 200 characters are there", sum(len(one.description) >= 200 for one in postings)),
        ("dates are there", sum(one.posted_at not in (None, "") for one in postings)),
    ):
        share = good / len(postings) if postings else 0.0
        found.append(Check(question=question, passed=share >= 0.9, detail=f"{good} of {len(postings)}"))
    if len(pages) > 1 and pages[0].cursor:
        try:
            again = next(iter(make().pages(pages[0].cursor, since=None)), None)
            same = again is not None and {one.source_id for one in again.postings} == {
                one.source_id for one in pages[1].postings
            }
            found.append(Check(question="goes on from a cursor", passed=same))
        except ObservatoryError as error:
            found.append(Check(question="goes on from a cursor", passed=False, detail=str(error)))
    return found
