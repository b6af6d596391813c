"""Vacancies: postings that advertise the same job, joined before anything is counted.

Two postings are one vacancy when they say the same (exact), or when the same employer says it
under the same title or with the same opening within `WINDOW_DAYS` (repost). A posting joins only
an earlier posting's vacancy: what is posted later changes no row that stands.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections import defaultdict

import pyarrow as pa

from observatory.records import VACANCIES

WINDOW_DAYS = 180
OPENING = 150  # characters of a text that mark a repost

_NOT_WORDS = re.compile(r"[\W_]+")


def join_vacancies(postings: pa.Table) -> pa.Table:
    """The vacancy of every posting, in the schema VACANCIES.

    `postings` needs posting_id, source, posted_at, title, description, employer, content_hash and
    extra; the result does not depend on the order of its rows. Pass whole blocks: all postings that
    share an employer or a text with the new ones (`block_keys` gives what they are found by).
    """
    rows = sorted(
        zip(
            *(postings.column(name).to_pylist() for name in (
                "posted_at", "posting_id", "source", "title", "description", "employer", "content_hash", "extra")),
            strict=True,
        ),
        key=lambda row: (row[0], row[1]),
    )  # fmt: skip
    vacancy: dict[str, str] = {}
    last: dict[str, tuple[dt.datetime, str]] = {}
    result: dict[str, list[object]] = defaultdict(list)
    window = dt.timedelta(days=WINDOW_DAYS)
    for posted_at, posting_id, source, title, description, employer, content_hash, extra in rows:
        keys = [("exact", f"x{content_hash}")]
        keys += [("repost", key) for key in _repost_keys(source, title, description, employer, extra)]
        relation, joined = "first", posting_id
        for name, key in keys:
            earlier = last.get(key)
            if earlier is not None and posted_at - earlier[0] <= window:
                relation, joined = name, vacancy[earlier[1]]
                break
        vacancy[posting_id] = joined
        for _, key in keys:
            last[key] = (posted_at, posting_id)
        for name, value in zip(VACANCIES.names, (posting_id, joined, posted_at, relation), strict=True):
            result[name].append(value)
    return pa.table({name: result[name] for name in VACANCIES.names}, schema=VACANCIES)


def poster(source: str, employer: str, extra: str) -> str:
    """Who posted: the employer, or the author's account where a source has no employer; else ""."""
    name = _NOT_WORDS.sub("", employer).lower()
    if name:
        return name
    try:
        author = json.loads(extra).get("by", "") if '"by"' in extra else ""
    except ValueError:
        author = ""
    return f"{source}\x1f{author}" if author else ""


def _repost_keys(source: str, title: str, description: str, employer: str, extra: str) -> list[str]:
    who = poster(source, employer, extra)
    if not who:
        return []
    opening = _NOT_WORDS.sub("", description[:OPENING]).lower()
    plain = _NOT_WORDS.sub("", title).lower()
    keys = []
    if len(opening) >= 40:
        keys.append(_key("o", who, opening))
    if plain and (employer or len(plain) >= 20):
        keys.append(_key("t", who, plain))
    return keys


def _key(kind: str, *parts: str) -> str:
    return kind + hashlib.blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()
