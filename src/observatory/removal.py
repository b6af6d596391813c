"""Words that must go, and how they are taken out of what quotes them: dossiers, drafts, texts of people.

A removed quotation leaves its place, its posting and its date, with the mark in place of the words. A frozen
dossier or draft keeps the hash it was frozen with; a note beside it says how many quotations went, when and why,
and the hash of what is left (`noted`), so that it can still be checked that nothing else was altered.
"""

from __future__ import annotations

import bisect
import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

MARK = "[text removed]"
LEAST_WORDS = 20  # characters of a quotation that is looked for inside other texts; shorter ones are common phrases
# Parts of a dossier or draft that are names of things, not words of a posting.
NAMES = frozenset(
    {"sha256", "posting_id", "candidate_id", "run_id", "fingerprint", "source", "sources", "code", "key", "scheme", "version", "kind"}
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawal:
    """A note that quotations were removed from a frozen dossier: when, why, how many; `sha256` is of what is left."""

    on: dt.date
    why: str
    quotations: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Removal:
    """What must go: the words of the postings `ids`, members of the `candidates`.

    `quotations` are sentences of theirs as they may be quoted, `words` a name or address that must go wherever it
    stands. All of this is held in memory only. `reason` and `on` are what is written down.
    """

    ids: frozenset[str]
    reason: str
    on: dt.date
    candidates: frozenset[str] = frozenset()
    quotations: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.quotations)

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """Finds the words, in any letter case; None where there are none."""
        found = "|".join(re.escape(word) for word in sorted(self.words, key=len, reverse=True))
        return re.compile(found, re.IGNORECASE) if found else None

    @cached_property
    def long_quotations(self) -> tuple[str, ...]:
        """Quotations that are looked for inside other texts, the longest first."""
        return tuple(sorted((q for q in self.quotations if _weight(q) >= LEAST_WORDS), key=len, reverse=True))

    def quotes(self, text: str) -> bool:
        """Whether a text is one of the quotations, or the beginning of one that ends in "…"."""
        if text in self.quotations:
            return True
        begun = text.removesuffix("…").rstrip()
        if begun == text or _weight(begun) < LEAST_WORDS:
            return False
        at = bisect.bisect_left(self._sorted, begun)
        return at < len(self._sorted) and self._sorted[at].startswith(begun)


@dataclass
class Taken:
    """What was taken out of one thing: how many quotations and names, and the texts of those that may stand elsewhere."""

    count: int = 0
    texts: set[str] = field(default_factory=set)


def _weight(text: str) -> int:
    """Length of a text; a Chinese character counts as two and a half."""
    return int(len(text) + 1.5 * sum("\u3400" <= sign <= "\u9fff" for sign in text))


def clear_dossier(raw: dict[str, Any], removal: Removal) -> Taken:
    """Takes the quotations out of a dossier's JSON, in place."""
    taken = Taken()
    for row in raw["evidence"]:
        if row["posting_id"] in removal.ids and row["sentence"] != MARK:
            taken.texts.add(row["sentence"])
            row.update(sentence=MARK, start=0, end=0, employer="", url="")
            taken.count += 1
    for near in raw.get("beside") or ():
        tasks = near.get("tasks") or {}
        for side in ("shared", "extra"):
            tasks_of = tasks.get(side) or []
            for at, text in enumerate(tasks_of):
                if removal.quotes(text):
                    tasks_of[at] = MARK
                    taken.texts.add(text)
                    taken.count += 1
    taken.count += _clear_words(raw, removal)
    return taken


def clear_draft(raw: dict[str, Any], removal: Removal) -> Taken:
    """Takes the quotations out of a draft's JSON, in place; a statement goes where no other quote holds its words."""
    taken = Taken()
    for cell in _cells(raw):
        gone = [q for q in cell["quotes"] if q["posting_id"] in removal.ids and q["sentence"] != MARK]
        kept = [q["sentence"] for q in cell["quotes"] if q not in gone]
        held = cell.get("origin") == "postings" and any(_within(cell["text"], q["sentence"]) for q in gone)
        if held and not any(_within(cell["text"], sentence) for sentence in kept):
            taken.texts.add(cell["text"])
            cell["text"] = MARK
        for quote in gone:
            taken.texts.add(quote["sentence"])
            quote["sentence"] = MARK
            taken.count += 1
    taken.count += _clear_words(raw, removal)
    return taken


def _within(text: str, sentence: str) -> bool:
    return _weight(text) >= LEAST_WORDS and " ".join(text.lower().split()) in " ".join(sentence.lower().split())


def _cells(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "quotes" in value and "text" in value:
            yield value
            return
        for inner in value.values():
            yield from _cells(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _cells(inner)


def _clear_words(value: Any, removal: Removal) -> int:
    """Takes the words out of every text of a JSON value, in place; returns how many texts held them."""
    pattern = removal.pattern
    if pattern is None:
        return 0
    count = 0
    pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
    for name, inner in pairs:
        if isinstance(inner, dict | list):
            count += _clear_words(inner, removal)
        elif isinstance(inner, str) and name not in NAMES and pattern.search(inner):
            value[name] = pattern.sub(MARK, inner)
            count += 1
    return count


def clear_text(text: str, removal: Removal) -> str:
    """A text that a person wrote, without the words and without what it quotes."""
    for quotation in removal.long_quotations:
        if quotation in text:
            text = text.replace(quotation, MARK)
    return removal.pattern.sub(MARK, text) if removal.pattern is not None else text


def clear_value(value: Any, removal: Removal) -> Any:
    """The same for every text of a JSON value; a new value."""
    if isinstance(value, str):
        return clear_text(value, removal)
    if isinstance(value, dict):
        return {
            name: inner if name in NAMES and isinstance(inner, str) else clear_value(inner, removal)
            for name, inner in value.items()
        }
    return [clear_value(inner, removal) for inner in value] if isinstance(value, list) else value


def noted(raw: dict[str, Any], removal: Removal, count: int, *, sha256: str) -> dict[str, Any]:
    """The JSON with a note of this removal; `sha256` is the hash of what is left, notes and frozen hash aside."""
    note = {"on": removal.on.isoformat(), "why": removal.reason, "quotations": count, "sha256": sha256}
    return {**raw, "removals": [*raw.get("removals", ()), note]}


def contents_hash(raw: Mapping[str, Any]) -> str:
    """The hash of a dossier's canonical JSON: keys sorted, no spaces; without the hash itself, without the notes of
    removals and without what the run cost."""
    body = {name: value for name, value in raw.items() if name not in ("sha256", "removals")}
    if isinstance(body.get("run"), dict):
        body["run"] = {k: v for k, v in body["run"].items() if k not in ("stages", "seconds", "started_at")}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def hash_now(frozen: str, notes: Sequence[Mapping[str, Any]]) -> str:
    """The hash that the contents must have: the frozen one, or that of what the last removal left."""
    return str(notes[-1]["sha256"]) if notes else frozen
