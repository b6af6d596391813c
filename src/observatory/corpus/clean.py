"""From what a source gave to what is stored: plain text, one time in UTC, no personal data.

HTML becomes lines: a paragraph or break ends a line, a list item begins with "- ". Nothing is
rewritten beyond that: the words of an advertisement stay as they are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence

from observatory.corpus.language import detect_language
from observatory.corpus.letters import plain_title
from observatory.corpus.privacy import mask
from observatory.errors import BadPosting
from observatory.records import DatePrecision, Posting, RawPosting

EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
TOLERANCE = dt.timedelta(days=2)  # a clock ahead, a time zone
MENDED = "title_mended"  # in `extra`: what was put right in the title's letters
LONGEST_TITLE = 500
LONGEST_TEXT = 200_000

_TAG = re.compile(r"<[a-zA-Z/!][^>]{0,2000}>")
_LINK = re.compile(r"<a\s([^>]{0,2000}+)>(.{0,2000}?)</a>", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"href=[\"']?([^\"'\s>]+)", re.IGNORECASE)
_DROPPED = re.compile(r"<(script|style|noscript|template)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_ITEM = re.compile(r"<li\b[^>]{0,2000}+>", re.IGNORECASE)
_BREAK = re.compile(
    r"</?(?:p|br|div|tr|ul|ol|h[1-6]|section|article|table|pre|blockquote|header|footer|dd|dt|li)\b[^>]{0,2000}+>",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\ud800-\udfff]"
)
_CONTROLS = bytes(code for code in range(128) if _INVISIBLE.match(chr(code)))  # those of ASCII
# A run of spaces that is not one plain space already.
_SPACES = re.compile(
    r" [ \t\u00a0\u2000-\u200a\u3000\r]+|[\t\u00a0\u2000-\u200a\u3000\r][ \t\u00a0\u2000-\u200a\u3000\r]*"
)
_LINES = re.compile(r"\n\s*\n+")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});")
# Sequences that only text decoded with the wrong table has.
_MOJIBAKE = re.compile("[ÃÂâ][\u0080-\u00bf€™œ\u201c\u201d¢£©®¨]|ï»¿|\ufffd|Ð[\u0080-\u00bf]")


def clean_posting(raw: RawPosting, *, now: dt.datetime, languages: Sequence[str]) -> Posting:
    """A raw posting as it is stored. Raises `BadPosting` with the reason why it cannot be."""
    if not raw.source_id:
        raise BadPosting("no id", "a posting needs an id that is unique in its source")
    written, mended = plain_title(raw.title[:LONGEST_TEXT])
    title, _ = mask(clean_text(written)[:LONGEST_TITLE].replace("\n", " ").strip())
    description, _ = mask(clean_text(raw.description[: 4 * LONGEST_TEXT])[:LONGEST_TEXT])
    if not title and description:
        title = description.split("\n", 1)[0][:LONGEST_TITLE]
    if not title:
        raise BadPosting("no title", "neither a title nor a text")
    posted_at, precision = _posted(raw, now)
    employer = clean_text(raw.employer[:10_000])[:200].replace("\n", " ")
    extra = {**raw.extra, MENDED: list(mended)} if mended else raw.extra
    key = f"{title}\x1f{description}\x1f{employer}"
    return Posting(
        posting_id=hashlib.sha256(f"{raw.source}\x1f{raw.source_id}".encode()).hexdigest()[:16],
        source=raw.source,
        source_id=raw.source_id,
        posted_at=posted_at,
        date_precision=precision,
        collected_at=now,
        title=title,
        description=description,
        employer=employer,
        place=clean_text(raw.place[:10_000])[:200].replace("\n", " "),
        country=raw.country.strip().upper() if re.fullmatch(r"[A-Za-z]{2}", raw.country.strip()) else "",
        language=raw.language if raw.language in languages else detect_language(f"{title}\n{description}", languages),
        url=_INVISIBLE.sub("", raw.url)[:500],
        content_hash=hashlib.sha256(key.encode()).hexdigest()[:16],
        extra=mask(json.dumps(_without_accounts(extra), ensure_ascii=False, sort_keys=True, default=str))[0],
    )


# Accounts of people in a source's own fields: kept as a digest, which still tells two people apart.
ACCOUNTS = ("by", "author", "user", "username", "contact", "recruiter")


def _without_accounts(extra: Mapping[str, object]) -> dict[str, object]:
    return {
        name: hashlib.sha256(str(value).encode()).hexdigest()[:12] if name in ACCOUNTS and value else value
        for name, value in extra.items()
    }


def clean_text(text: str) -> str:
    """Plain text of HTML or text: entities resolved, mojibake mended, lines kept.

    >>> clean_text("<p>Data&amp;AI<ul><li>build<li>run</ul>")
    'Data&AI\\n- build\\n- run'
    """
    if not text:
        return ""
    if "<" not in text and "&lt;" in text:
        text = html.unescape(text)  # HTML escaped once more, as job boards deliver it
    if "<" in text:
        if "<!--" in text:
            text = _without_comments(text)
        text = _DROPPED.sub(" ", text)
        text = _LINK.sub(_linked, text)
        text = _ITEM.sub("\n- ", text)
        text = _BREAK.sub("\n", text)
        text = _TAG.sub(" ", text)
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if not text.isascii() and _MOJIBAKE.search(text):
        import ftfy

        text = ftfy.fix_text(text, uncurl_quotes=False, fix_character_width=False)
    text = _with_plain_spaces(text)
    if "\n" not in text:
        return text.strip()
    text = _LINES.sub("\n", text)
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def _with_plain_spaces(text: str) -> str:
    """The text without signs that cannot be seen, one plain space in place of each run of spaces."""
    if not text.isascii():
        return _SPACES.sub(" ", _INVISIBLE.sub("", text))
    text = text.encode().translate(None, _CONTROLS).decode()
    return _SPACES.sub(" ", text) if "  " in text or "\t" in text or "\r" in text else text


def _without_comments(text: str) -> str:
    parts, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts += [text[at:start], " "]
        at = end + 3
    return "".join([*parts, text[at:]])


def _linked(match: re.Match[str]) -> str:
    """A link as text: its words, or its address where the words are the address cut short."""
    found, words = _ADDRESS.search(match.group(1)), match.group(2)
    if found is None:
        return words
    address = html.unescape(found.group(1))
    plain = html.unescape(_TAG.sub("", words)).strip()
    shown = plain.rstrip(".…")
    if not plain or (shown and address.startswith(shown)):
        return f" {address} "
    return plain


# --- dates -----------------------------------------------------------------------------------

_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_CHINESE = re.compile(r"(\d{4})\s*[年./]\s*(\d{1,2})\s*[月./]\s*(\d{1,2})\s*日?$")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})$")
_AGO = re.compile(
    r"(?:(\d+)|an?|un[ao]?)\s*(second|minute|hour|day|week|month|minuti?|or[ae]|giorn[oi]|settiman[ae]|mes[ei])s?\s*(?:ago|fa)$"
    r"|(\d+)\s*(秒|分钟|小时|天|周|个月)前",
    re.IGNORECASE,
)
# "30+ days ago": the day is the latest it can be.
_BOUND = re.compile(
    r"(?:(more than|over|oltre|più di)\s)?(\d+)\s?(\+)?\s?(day|week|month|giorn|settiman|mes|天|周|个月)[a-z]{0,2}\s?(?:ago|fa|前)$",
    re.IGNORECASE,
)
_TODAY = {"today": 0, "just now": 0, "yesterday": 1, "今天": 0, "昨天": 1, "刚刚": 0, "oggi": 0, "ieri": 1}
_UNITS = {
    "second": 0, "minute": 0, "minut": 0, "hour": 0, "or": 0, "秒": 0, "分钟": 0, "小时": 0, "day": 1, "giorn": 1,
    "天": 1, "week": 7, "settiman": 7, "周": 7, "month": 30, "mes": 30, "个月": 30,
}  # fmt: skip


def _posted(raw: RawPosting, now: dt.datetime) -> tuple[dt.datetime, DatePrecision]:
    value = raw.posted_at
    if value is None or (isinstance(value, str) and not value.strip()):
        return now, "collected"
    when, precision = parse_date(value, now=now)
    declared = raw.extra.get("date_precision")
    if declared in ("month", "year", "bound", "collected"):
        precision = declared
    if when < EARLIEST:
        raise BadPosting("date too early", f"posted at {value!r}; the earliest accepted is {EARLIEST.date()}")
    if when > now + TOLERANCE:
        raise BadPosting("date in the future", f"posted at {value!r}, collected on {now.date()}")
    return when, precision


def parse_date(value: object, *, now: dt.datetime) -> tuple[dt.datetime, DatePrecision]:
    """The time a source meant, in UTC, and how exact it is.

    Understood are ISO 8601, epoch seconds and milliseconds, "2015年12月31日", "31 Dec 2015",
    "3 days ago", and day and month with slashes where one of them is above 12. Raises `BadPosting`
    for anything else, "03/04/2015" included: it means two days.
    """
    if isinstance(value, dt.datetime):
        return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).astimezone(dt.UTC), "second"
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC), "day"
    if isinstance(value, int | float) or (isinstance(value, str) and re.fullmatch(r"\d{9,13}", value.strip())):
        seconds = float(value)
        try:
            return dt.datetime.fromtimestamp(seconds / (1000 if seconds > 1e11 else 1), dt.UTC), "second"
        except (OverflowError, OSError, ValueError) as error:
            raise BadPosting("bad date", f"{value!r} is no time in seconds or milliseconds") from error
    text = str(value).strip()
    try:
        return _parse_text(text, now)
    except (ValueError, OverflowError) as error:
        raise BadPosting("bad date", f"{text[:60]!r} is no date that is understood") from error


def posted_between(posted_at: dt.datetime, precision: str) -> tuple[dt.datetime | None, dt.datetime]:
    """From when until when a posting can have been posted, the end excluded; None = no earliest time is known.

    A source that says "30+ days ago" gives the latest time only ("bound"), one without any date the
    time of collection ("collected").

    >>> begin, end = posted_between(dt.datetime(2026, 2, 9, tzinfo=dt.UTC), "month")
    >>> begin.date(), end.date()
    (datetime.date(2026, 2, 1), datetime.date(2026, 3, 1))
    """
    day = posted_at.replace(hour=0, minute=0, second=0, microsecond=0)
    if precision == "second":
        return posted_at, posted_at + dt.timedelta(seconds=1)
    if precision == "day":
        return day, day + dt.timedelta(days=1)
    if precision == "month":
        first = day.replace(day=1)
        return first, (first + dt.timedelta(days=32)).replace(day=1)
    if precision == "year":
        return day.replace(month=1, day=1), day.replace(year=day.year + 1, month=1, day=1)
    return None, posted_at + dt.timedelta(seconds=1)


def _parse_text(text: str, now: dt.datetime) -> tuple[dt.datetime, DatePrecision]:
    if _ISO.match(text):
        padded = "-".join(part.zfill(2) for part in text.split("-")) if len(text) < 10 else text
        when = dt.datetime.fromisoformat(padded.replace("Z", "+00:00"))
        return (when if when.tzinfo else when.replace(tzinfo=dt.UTC)).astimezone(dt.UTC), (
            "day" if len(padded) == 10 else "second"
        )
    if found := _CHINESE.match(text):
        year, month, day = (int(part) for part in found.groups())
        return dt.datetime(year, month, day, tzinfo=dt.UTC), "day"
    if found := _SLASHED.match(text):
        one, two, year = (int(part) for part in found.groups())
        if one <= 12 and two <= 12 and one != two:
            raise BadPosting("ambiguous date", f"{text!r} may be two days; export the date as YYYY-MM-DD")
        day, month = (one, two) if one > 12 or one == two else (two, one)
        return dt.datetime(year, month, day, tzinfo=dt.UTC), "day"
    if text.lower() in _TODAY:
        return now - dt.timedelta(days=_TODAY[text.lower()]), "day"
    if (found := _BOUND.match(text)) and (found.group(1) or found.group(3)):
        days = next(n for name, n in _UNITS.items() if found.group(4).lower() == name)
        return now - dt.timedelta(days=int(found.group(2)) * days), "bound"
    if found := _AGO.match(text):
        amount = int(found.group(1) or found.group(3) or 1)
        unit = (found.group(2) or found.group(4)).lower().rstrip("aeis") or "or"
        days = next((n for name, n in _UNITS.items() if unit.startswith(name.rstrip("s")) or name == unit), 1)
        return now - dt.timedelta(days=amount * days), "day" if days <= 1 else "month"
    from dateutil import parser

    if not re.search(r"[A-Za-zÀ-ÿ]{3}", text) or not re.search(r"\d{4}", text):
        raise ValueError(text)
    first = parser.parse(text, default=dt.datetime(2000, 1, 1))  # noqa: DTZ001
    other = parser.parse(text, default=dt.datetime(2001, 2, 2))  # noqa: DTZ001
    if first.year != other.year:
        raise ValueError(text)
    precision: DatePrecision = "day" if first.day == other.day else "month"
    aware = first if first.tzinfo else first.replace(tzinfo=dt.UTC)
    return aware.astimezone(dt.UTC), precision
