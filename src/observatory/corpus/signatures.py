"""What a posting is found by when it is copied: keys for a join, and a sketch to compare.

A signature holds band hashes of a MinHash over pairs of words (characters, in Chinese), hashes of the
whole text, of its opening and of poster with title, and a few of the text's own shingles, chosen by
their value, which a cut of the text keeps. Two postings that share a key may be copies; the sketch
estimates how much of their texts is the same (Broder 1997, bands after Leskovec, Rajaraman and
Ullman, Mining of Massive Datasets, 3.4). Signatures are stored: what was read once is only joined.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from observatory.records import SIGNATURES

# Raised when a posting gets other keys than before: all are then computed again.
RULES = "1"
PERMUTATIONS = 80
SEED = 42
OPEN_BANDS, OPEN_ROWS = 16, 5  # joined whoever posts: half of the pairs with 0.6 in common meet
OWN_BANDS, OWN_ROWS = 26, 3  # joined for one poster or title: 0.9 of the pairs with 0.44 in common
OPENING = 150  # characters of a text that mark a repost
OPENING_WORDS = 24
ENOUGH_WORDS = 20  # a shorter text has no text keys: what it shares with others says nothing
ANCHOR_WIDTH, ANCHOR_EVERY, ANCHORS = 8, 12, 10
LONGEST = 20_000  # characters of a text that are read

_NOT_WORDS = re.compile(r"[\W_]+")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_NOT_ASCII_WORDS = bytes(code for code in range(128) if not chr(code).isalnum())
_SPACED = dict.fromkeys(_NOT_ASCII_WORDS, " ")
_LEGAL = re.compile(
    r"\b(?:inc|incorporated|corp|corporation|llc|ltd|limited|plc|co|gmbh|ag|se|kg|mbh|s\.?p\.?a|s\.?r\.?l|s\.?a|bv|nv|ab|oy|aps|sp\.? z o\.?o)\b\.?"
    r"|(?:股份)?有限(?:责任)?公司|集团(?=$)",
    re.IGNORECASE,
)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_MIX_2 = np.uint64(0xBF58476D1CE4E5B9)

Array = npt.NDArray[np.uint64]


def sign(postings: pa.Table) -> pa.Table:
    """The signatures of postings, in the schema SIGNATURES and the order of their rows.

    `postings` needs posting_id, source, posted_at, title, description, employer and extra. A key is
    a 64-bit hash; `sketch` holds PERMUTATIONS numbers of 16 bits, little-endian.
    """
    import rensa

    rows = postings.select(["source", "title", "description", "employer", "extra"]).to_pylist()
    words = [_words(row["description"][:LONGEST].lower()) for row in rows]
    lengths = np.array([len(one) for one in words], dtype=np.int64)
    hashed = rensa.RMinHash.hash_token_sets(words)
    flat = np.fromiter(itertools.chain.from_iterable(hashed), dtype=np.uint64, count=int(lengths.sum()))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    pairs, offsets = _shingles(flat, starts, 2)
    digests = np.array(
        rensa.RMinHash.digest_matrix_from_flat_token_hashes(
            pairs, offsets.astype(np.uint64), PERMUTATIONS, SEED
        ).to_rows(),
        dtype=np.uint32,
    ).reshape(len(rows), PERMUTATIONS)
    wide, wide_offsets = _shingles(flat, starts, ANCHOR_WIDTH)
    open_bands = _bands(digests, OPEN_BANDS, OPEN_ROWS, "open")
    own_bands = _bands(digests, OWN_BANDS, OWN_ROWS, "own")
    keys = []
    for i, row in enumerate(rows):
        who = poster(row["source"], row["employer"], row["extra"])
        title = plain(row["title"])
        found = _repost_keys(who, title, row)
        if lengths[i] >= ENOUGH_WORDS:
            # the words hold all letters and digits of a text that was read to its end
            whole = len(row["description"]) <= LONGEST
            found.append(_key("exact", "".join(words[i]) if whole else plain(row["description"])))
            found.append(_key("opening", *words[i][:OPENING_WORDS]))
            anchors = wide[wide_offsets[i] : wide_offsets[i + 1]]
            chosen = np.sort(anchors[anchors % np.uint64(ANCHOR_EVERY) == 0])[:ANCHORS]
            block = np.uint64(_key("block", who or title) & 0xFFFFFFFFFFFFFFFF)
            found += open_bands[i].view(np.int64).tolist()
            found += _mixed(own_bands[i] ^ block).view(np.int64).tolist()
            found += _mixed(chosen ^ _MIX).view(np.int64).tolist()
        keys.append(sorted(set(found)))
    return pa.table(
        {
            "posting_id": postings.column("posting_id"),
            "rules": [RULES] * len(rows),
            "posted_at": postings.column("posted_at"),
            "words": pa.array(lengths, pa.int32()),
            "keys": pa.array(keys, pa.list_(pa.int64())),
            "sketch": [row.astype("<u2").tobytes() for row in digests],
        },
        schema=SIGNATURES,
    )


def poster(source: str, employer: str, extra: str) -> str:
    """Who posted: the employer, or the author's account where a source has no employer; else "".

    >>> poster("board", "Rossi S.p.A.", "{}") == poster("other", "ROSSI", "{}")
    True
    """
    name = plain(_LEGAL.sub(" ", employer)) or plain(employer)
    if name:
        return name
    try:
        author = json.loads(extra).get("by", "") if '"by"' in extra else ""
    except ValueError:
        author = ""
    return f"{source}\x1f{author}" if author else ""


def plain(text: str) -> str:
    """Letters and digits alone, in lower case."""
    if text.isascii():  # four times as fast
        return text.encode().translate(None, _NOT_ASCII_WORDS).decode().lower()
    return _NOT_WORDS.sub("", text).lower()


def title_words(text: str) -> frozenset[str]:
    """The words of a title, a Chinese character a word."""
    return frozenset(_words(text.lower()))


def _words(lower: str) -> list[str]:
    """The words of a text in lower case, in their order."""
    return lower.translate(_SPACED).split() if lower.isascii() else _WORD.findall(lower)


def sketches(signatures: pa.Table) -> npt.NDArray[np.uint16]:
    """The sketches of signatures, (n, PERMUTATIONS)."""
    joined = b"".join(signatures.column("sketch").to_pylist())
    return np.frombuffer(joined, dtype="<u2").reshape(signatures.num_rows, PERMUTATIONS)


def _repost_keys(who: str, title: str, row: dict[str, str]) -> list[int]:
    if not who:
        return []
    opening = plain(row["description"][:OPENING])
    keys = []
    if len(opening) >= 40:
        keys.append(_key("o", who, opening))
    if title and (row["employer"] or len(title) >= 20):
        keys.append(_key("t", who, title))
    return keys


def _shingles(flat: Array, starts: npt.NDArray[np.int64], width: int) -> tuple[Array, npt.NDArray[np.int64]]:
    """Hashes of `width` words in a row, row by row, and where each row begins; a shorter row has none."""
    if len(flat) < width:
        return np.zeros(0, np.uint64), np.zeros(len(starts), np.int64)
    mixed = np.zeros(len(flat) - width + 1, np.uint64)
    for i in range(width):
        mixed = _mixed(mixed * np.uint64(31) + flat[i : len(flat) - width + 1 + i])
    lengths = np.maximum(np.diff(starts) - width + 1, 0)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    inside = np.arange(int(offsets[-1])) - np.repeat(offsets[:-1], lengths) + np.repeat(starts[:-1], lengths)
    return mixed[inside], offsets


def _bands(digests: npt.NDArray[np.uint32], bands: int, rows: int, salt: str) -> Array:
    """One hash for each band of each row, (n, bands)."""
    result = np.zeros((len(digests), bands), np.uint64)
    for band in range(bands):
        value = np.full(len(digests), np.uint64(_key(salt, str(band)) & 0xFFFFFFFFFFFFFFFF))
        for column in range(band * rows, (band + 1) * rows):
            value = _mixed(value + digests[:, column].astype(np.uint64))
        result[:, band] = value
    return result


def _mixed(values: Array) -> Array:
    """Hashes well spread over 64 bits (the finaliser of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * _MIX_2
    return values ^ (values >> np.uint64(27)) ^ _MIX


def _key(*parts: str) -> int:
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def distinct_keys(keys: Sequence[Sequence[int]]) -> pa.Table:
    """All keys of some signatures, each once, as a table to join with."""
    flat = np.unique(np.fromiter((key for one in keys for key in one), dtype=np.int64))
    return pa.table({"key": flat})
