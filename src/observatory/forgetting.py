"""Forgetting in the whole workspace: the site first, then the corpus; and which files a person must look at.

The corpus is asked what must go, the site's database is cleared in one transaction, the corpus after it: a stop
between the two leaves a workspace in which the same command, asked again, finishes. What was forgotten for a request
is listed, ids without words, in `var/forgotten.jsonl` and beside the backups, so that a restored backup forgets it again.
"""

from __future__ import annotations

import datetime as dt
import gzip
import html
import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from observatory.config import Workspace
from observatory.corpus import Corpus
from observatory.corpus.forgetting import Forgotten, expired, forget, removal_of, still_held
from observatory.errors import BadInput
from observatory.removal import Removal

LISTED = "forgotten.jsonl"
BACKUP = ".observatory-backup"
LARGEST = 256 * 2**20  # bytes of a file that is looked into
NOT_LOOKED = ("corpora/store", "models", "var/static", "var/encoders", f"var/{LISTED}")
UNREADABLE = (".pdf", ".zst", ".png", ".xls")
DATABASE = (".sqlite3", ".sqlite3-wal")


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a removal did: in the corpus, on the site (None without a site), and what is left for a person."""

    corpus: Forgotten
    site: dict[str, int] | None
    files: tuple[str, ...]
    stays: tuple[str, ...]


def has_site(ws: Workspace) -> bool:
    """Whether the workspace has a review site with a database."""
    return bool(ws.settings.site.database) or (ws.var_dir / "site.sqlite3").is_file()


def forget_request(
    ws: Workspace, corpus: Corpus, ids: Sequence[str], *, reason: str, words: Sequence[str], now: dt.datetime, backups: Path
) -> Done:  # fmt: skip
    """Takes the words of postings out of the workspace, and `words` wherever they stand.

    Where there is a site, Django must be set up. Raises `BadInput` where the reason holds a word that must go: it is
    written down.
    """
    for word in words:
        if word.lower() in reason.lower():
            raise BadInput(
                "the reason holds the text that must go, and reasons are kept; name the request by a number or a date"
            )
    removal = removal_of(corpus, ids, reason=reason, now=now, words=words)
    site: dict[str, int] | None = None
    stays: list[str] = []
    if has_site(ws):
        from observatory.review.removing import remove_words

        cleared = remove_words(removal, everywhere=True, now=now)
        site = {name: getattr(cleared, name) for name in ("dossiers", "quotations", "drafts", "texts")}
        stays += cleared.stays
    done = forget(corpus, removal, now=now)
    stays += [f"the corpus: {one}" for word in words for one in still_held(corpus, word)]
    note_request(ws, backups, removal, now=now)
    return Done(corpus=done, site=site, files=tuple(files_holding(ws, removal, backups)), stays=tuple(stays))


def expire(ws: Workspace, corpus: Corpus, days: Mapping[str, int], *, now: dt.datetime) -> int:
    """Removes the texts that are older than their source lets them be kept, quotations too; returns how many went.

    Where there is a site, Django must be set up.
    """
    total = 0
    for reason, ids in expired(corpus, days, now=now):
        removal = removal_of(corpus, ids, reason=reason, now=now)
        if has_site(ws):
            from observatory.review.removing import remove_words

            remove_words(removal, everywhere=False, now=now)
        total += forget(corpus, removal, now=now).postings
    return total


# --- the list that outlives a restore ----------------------------------------------------------


def note_request(ws: Workspace, backups: Path, removal: Removal, *, now: dt.datetime) -> None:
    """Adds a request to the list: the ids, the day, the reason; whether it was asked by words, but not the words."""
    line = json.dumps(
        {"postings": sorted(removal.ids), "on": now.astimezone(dt.UTC).isoformat(), "reason": removal.reason, "by_words": bool(removal.words)},
        ensure_ascii=False,
    )  # fmt: skip
    for folder in {ws.var_dir, backups}:
        if folder == backups and not folder.is_dir():
            continue
        if any(
            (frozenset(one.postings), one.reason) == (removal.ids, removal.reason) for one in read_list(folder / LISTED)
        ):
            continue  # asked again after a stop, or in a workspace made of a backup
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LISTED).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())


@dataclass(frozen=True, kw_only=True)
class Request:
    """A line of the list."""

    postings: tuple[str, ...]
    on: str
    reason: str
    by_words: bool


def read_list(*files: Path) -> list[Request]:
    """The requests of one list or several, each once, the earliest first. Raises `BadInput` for a line that is none."""
    found: dict[tuple[str, str], Request] = {}
    for file in files:
        if not file.is_file():
            continue
        for number, line in enumerate(file.read_text("utf-8").split("\n"), 1):
            if not line.strip():
                continue
            try:
                raw = json.loads(line)
                one = Request(
                    postings=tuple(map(str, raw["postings"])), on=str(raw["on"]), reason=str(raw["reason"]), by_words=bool(raw["by_words"])
                )  # fmt: skip
            except (ValueError, KeyError, TypeError) as error:
                raise BadInput(
                    f"{file}: line {number} is no request (expected postings, on, reason, by_words); "
                    "take the list from another copy of the backups"
                ) from error
            found.setdefault((one.on, one.reason), one)
    return sorted(found.values(), key=lambda one: one.on)


def forget_again(
    ws: Workspace, corpus: Corpus, requests: Sequence[Request], *, now: dt.datetime, backups: Path
) -> tuple[int, list[Request]]:  # fmt: skip
    """Does requests once more, in a workspace made of a backup; how many texts went, and which were asked by words.

    The words are not listed: those requests must be asked again for what stands outside the postings.
    """
    texts = 0
    for one in requests:
        texts += forget_request(
            ws, corpus, one.postings, reason=one.reason, words=(), now=now, backups=backups
        ).corpus.postings
    return texts, [one for one in requests if one.by_words]


# --- files -------------------------------------------------------------------------------------


def files_holding(ws: Workspace, removal: Removal, backups: Path) -> Iterator[str]:
    """Files of the workspace that hold a posting's id, a quotation or the words, each with what was found.

    Backups, PDF files and others that cannot be looked into are named where they may hold something.
    """
    places = [ws.root] if backups.is_relative_to(ws.root) else [ws.root, backups]
    for place in places:
        for file in sorted(one for one in place.rglob("*") if one.is_file() and not one.is_symlink()):
            inside = file.relative_to(place).as_posix()
            if inside.startswith(NOT_LOOKED) or file.name == LISTED:
                continue
            what = _found_in(file, removal)
            if what:
                yield f"{file}: {what}"


def _found_in(file: Path, removal: Removal) -> str:
    if file.name.endswith(BACKUP):
        return "a backup made before: delete it, or keep forgotten.jsonl beside it, which a restore does again"
    if file.suffix in UNREADABLE or file.stat().st_size > LARGEST:
        named = any(one in file.name for one in removal.candidates)
        kind = "cannot be looked into"
        return (
            f"{kind}; it is of a candidate that the posting belongs to"
            if named
            else (kind if file.suffix == ".pdf" else "")
        )
    text = _text_of(file)
    pattern = removal.pattern
    if pattern is not None and pattern.search(text):
        return "holds the words"
    plain = " ".join(text.split())
    if any(" ".join(one.split()) in plain for one in removal.long_quotations):
        return "holds a quotation"
    if file.suffix not in DATABASE and any(one in text for one in removal.ids):
        return "cites the posting"
    return ""


_TAGS = re.compile(r"<[^>]*>")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def _text_of(file: Path) -> str:
    """What a file says, as far as it can be read without the program that made it."""
    try:
        if file.suffix == ".parquet":
            import pyarrow.parquet as pq

            return json.dumps(pq.read_table(file).to_pylist(), ensure_ascii=False, default=str)
        if file.suffix == ".gz":
            with gzip.open(file) as opened:
                raw = opened.read(LARGEST)
        elif zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as packed:
                raw = b"\n".join(packed.read(one) for one in packed.infolist() if one.file_size < LARGEST)
        else:
            raw = file.read_bytes()
    except (OSError, EOFError, ValueError, zipfile.BadZipFile):
        return ""
    text = raw.decode("utf-8", "ignore")
    if file.suffix in (".docx", ".xlsx", ".odt", ".html"):
        text = _TAGS.sub("", text) + text
    if "\\u" in text:
        text += _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)
    return html.unescape(text)
