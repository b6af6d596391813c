"""Sectors: what a workspace watches, one TOML file each, so that a fourth is a file.

A posting belongs to a sector when its title or one of its roles holds a word of the sector, or when
its text holds three different ones: a single "AI-powered" in a company's praise tags nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from observatory.errors import SettingError

SHIPPED = Path(__file__).parent / "sectors"
WORDS_IN_TEXT = 3


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    labels: dict[str, str]
    words: dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Sector:
    """A sector: its short name, its label by language, and what finds its words in a text."""

    name: str
    labels: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    patterns: Mapping[str, tuple[re.Pattern[str], re.Pattern[str] | None]] = field(repr=False)

    def hits(self, text: str, language: str) -> set[str]:
        """The different words of the sector in a text, lower case."""
        pair = self.patterns.get(language) or self.patterns.get("en")
        if pair is None:
            return set()
        found = {match.lower() for match in pair[0].findall(text)}
        if pair[1] is not None:
            found |= {match.lower() for match in pair[1].findall(text)}
        return found


def load_sectors(folder: Path | None) -> tuple[Sector, ...]:
    """The sectors of a folder of TOML files, or those shipped where it has none.

    Raises `SettingError` naming the file and the field that is wrong.
    """
    files = sorted(folder.glob("*.toml")) if folder is not None and folder.is_dir() else []
    found = [_read(file) for file in files or sorted(SHIPPED.glob("*.toml"))]
    names = [sector.name for sector in found]
    double = {name for name in names if names.count(name) > 1}
    if double:
        raise SettingError(f"{folder}: two files define the sector {', '.join(sorted(double))}; names must differ")
    return tuple(found)


def tag(sectors: Sequence[Sector], *, title: str, roles: Sequence[str], text: str, language: str) -> list[str]:
    """The names of the sectors a posting belongs to."""
    head = "\n".join([title, *roles])
    found = []
    for sector in sectors:
        if sector.hits(head, language) or len(sector.hits(text, language)) >= WORDS_IN_TEXT:
            found.append(sector.name)
    return found


def _read(file: Path) -> Sector:
    try:
        raw: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
        parsed = _File.model_validate(raw)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{file}: cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingError(
            f"{file}: {where}: {first['msg']}; a sector has name, [labels] and [words], each by language"
        ) from error
    return Sector(
        name=parsed.name,
        labels=parsed.labels,
        words={language: tuple(words) for language, words in parsed.words.items()},
        patterns={language: _pattern(words) for language, words in parsed.words.items()},
    )


def _pattern(words: Sequence[str]) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """One pattern that ignores case, one for all-capital words that does not ("AI", not "ai")."""
    capitals = [word for word in words if word.isascii() and word.isupper()]
    others = [word for word in words if word not in capitals]
    return _any_of(others, re.IGNORECASE), _any_of(capitals, 0) if capitals else None


def _any_of(words: Sequence[str], flags: int) -> re.Pattern[str]:
    if not words:
        return re.compile(r"(?!)")
    latin = [re.escape(word) for word in sorted(words, key=len, reverse=True) if word[0].isascii()]
    han = [re.escape(word) for word in sorted(words, key=len, reverse=True) if not word[0].isascii()]
    parts = ([rf"(?<![A-Za-z])(?:{'|'.join(latin)})(?![A-Za-z])"] if latin else []) + han
    return re.compile("|".join(parts), flags)
