"""Free first lines: "Company | Role | Place | Contract | address", in whatever order they come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from observatory.enrich.places import country_of, is_place

SegmentKind = Literal["employer", "role", "place", "contract", "url", "pay", "other"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A part of a first line between separators, and what it says."""

    text: str
    kind: SegmentKind
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstLine:
    """What a first line tells: each "" where it does not."""

    employer: str
    place: str
    country: str
    contract: str


_SEPARATOR = re.compile(r"\s*[|｜]\s*|\s+[-–—•·]{1,2}\s+|\s*//\s*|\s*;\s+|\t+|\s{3,}")
_URL = re.compile(r"https?://|www\.|\b[a-z0-9-]+\.(?:com|io|org|net|ai|co|dev)\b", re.IGNORECASE)
_PAY = re.compile(r"[$€£¥]\s?\d|\d+\s?k\b|\bsalary\b|\bequity\b|薪|万/月|\d+-\d+K|\bRAL\b", re.IGNORECASE)
_CONTRACT = re.compile(
    r"\b(?:full[- ]?time|part[- ]?time|contract(?:or)?|freelance|intern(?:ship)?s?|permanent|remote|on[- ]?site|h1-?b|visa"
    r"|tempo (?:pieno|determinato|indeterminato|parziale)|da remoto|stage)\b|全职|兼职|远程|实习|现场",
    re.IGNORECASE,
)
_CONTRACTS = (
    ("internship", re.compile(r"\bintern|stage\b|实习", re.IGNORECASE)),
    ("part-time", re.compile(r"part[- ]?time|parziale|兼职", re.IGNORECASE)),
    ("contract", re.compile(r"\bcontract|freelance|determinato\b", re.IGNORECASE)),
    ("full-time", re.compile(r"full[- ]?time|pieno|indeterminato|permanent|全职", re.IGNORECASE)),
)
_ROLE = re.compile(
    r"\b(?:engineers?|developers?|devs?|designers?|scientists?|managers?|analysts?|architects?|leads?|directors?|programmers?"
    r"|devops|sre|positions?|roles?|multiple|various|head of|vp|cto|full[- ]?stack|front[- ]?end|back[- ]?end|tecnic[oaie]"
    r"|ingegner[ei]|operator[ei]|addett[oai]|specialist[ai]?)\b|工程师|师$|员$|经理|专员|岗",
    re.IGNORECASE,
)
_NOT_EMPLOYER = re.compile(r"\b(?:hiring|seeking|looking|we|our|join|is|are)\b|[.!?:]\s", re.IGNORECASE)
LONGEST_EMPLOYER = 60


def segments(line: str) -> list[Segment]:
    """The parts of a first line with what each says; one part where there are no separators.

    >>> [(s.text, s.kind) for s in segments("Acme (YC S12) | Data Engineer | London, UK | Full-time")]
    [('Acme (YC S12)', 'employer'), ('Data Engineer', 'role'), ('London, UK', 'place'), ('Full-time', 'contract')]
    """
    parts: list[tuple[int, int]] = []
    at = 0
    for match in _SEPARATOR.finditer(line):
        parts.append((at, match.start()))
        at = match.end()
    parts.append((at, len(line)))
    found: list[Segment] = []
    employer = False
    for start, end in parts:
        text = line[start:end].strip()
        if not text:
            continue
        kind = _kind(text, first=not employer, several=len(parts) > 1)
        employer = employer or kind == "employer"
        found.append(Segment(text=text, kind=kind, start=start, end=end))
    return found


def read_first_line(line: str) -> FirstLine:
    """Employer, place, country and contract of a first line with separators; nothing of any other."""
    found = segments(line)
    if len(found) < 2:
        return FirstLine(employer="", place="", country="", contract=_contract(line) if len(line) < 120 else "")
    employer = next((segment.text for segment in found if segment.kind == "employer"), "")
    employer = re.sub(r"\s*\(.*?\)|\s+is hiring.*$|\s*[-–:,]\s*$", "", employer).strip()
    place = next((segment.text for segment in found if segment.kind == "place"), "")
    return FirstLine(employer=employer, place=place, country=country_of(place), contract=_contract(line))


def _kind(text: str, *, first: bool, several: bool) -> SegmentKind:
    bare = re.sub(r"\(.*?\)", "", text).strip()
    if not bare:
        return "other"
    if is_place(text):
        return "place"
    if _URL.search(bare) and len(bare.split()) < 4:
        return "url"
    if _PAY.search(bare):
        return "pay"
    if _CONTRACT.search(bare) and len(bare.split()) <= 6 and not _ROLE.search(bare):
        return "contract"
    if _ROLE.search(bare):
        return "role"
    if first and several and len(bare) <= LONGEST_EMPLOYER and not _NOT_EMPLOYER.search(bare):
        return "employer"
    return "other"


def _contract(text: str) -> str:
    return next((name for name, pattern in _CONTRACTS if pattern.search(text)), "")
