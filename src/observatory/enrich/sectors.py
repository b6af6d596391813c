"""Sectors: what a workspace watches, one TOML file each, so that a fourth is a file.

A posting belongs to a sector for what its *role* is, not for what its company praises: a strong word
in a role or in the title tags it, and so do two different strong words in the sentences on tasks and
requirements (a weak word counts half). Where no such sentences are found, the whole text needs three.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from observatory.errors import SettingError

SHIPPED = Path(__file__).parent / "sectors"
STRONG, WEAK = 1.0, 0.5
ENOUGH_IN_CONTENT = 2.0
ENOUGH_IN_TEXT = 3.0

_OPENING = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_Words = dict[str, list[str]]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    labels: dict[str, str]
    strong: _Words
    weak: _Words = {}
    excluded: _Words = {}

    @field_validator("strong")
    @classmethod
    def _some(cls, words: _Words) -> _Words:
        if not any(words.values()):
            raise ValueError("no word at all; give at least one language a list of words")
        return words

    @field_validator("strong", "weak", "excluded")
    @classmethod
    def _no_empty_word(cls, words: _Words) -> _Words:
        for language, entries in words.items():
            if any(not part.strip() for entry in entries for part in entry.split("|")):
                raise ValueError(f"an empty word in the list of {language}")
        return words


@dataclass(frozen=True, kw_only=True)
class _Lexicon:
    """The words of a sector in one language: what finds them, and which concept each belongs to."""

    weights: Mapping[str, float]  # concept, named by its first word, to STRONG or WEAK
    concepts: Mapping[str, str]  # word, lower case, to its concept
    any_case: re.Pattern[str]
    capitals: re.Pattern[str]
    excluded: re.Pattern[str]
    openings: frozenset[str] | None  # the first words of all its words; None where words are not spaced


@dataclass(frozen=True, kw_only=True)
class Sector:
    """A sector: its short name, its label by language, and its words by language.

    `words` holds for each language the entries of the file, as "strong:...", "weak:..." and
    "excluded:...": what a fingerprint of the sector is made of.
    """

    name: str
    labels: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    lexicons: Mapping[str, _Lexicon] = field(repr=False)

    def points(self, text: str, language: str) -> float:
        """How much a text speaks of the sector: 1 for each strong concept in it, 0.5 for each weak one."""
        return sum(self.hits(text, language).values())

    def hits(self, text: str, language: str) -> dict[str, float]:
        """The concepts of the sector that a text names, with their weights.

        A language the file does not know is read with the English words.
        """
        lexicon = self.lexicons.get(language) or self.lexicons.get("en")
        if lexicon is None or not text:
            return {}
        if lexicon.openings is not None and lexicon.openings.isdisjoint(_openings(text)):
            return {}
        words = [match.group() for match in lexicon.any_case.finditer(text)]
        words += [match.group() for match in lexicon.capitals.finditer(text)]
        if words and lexicon.excluded.search(text):
            text = lexicon.excluded.sub(" ", text)
            words = [match.group() for match in lexicon.any_case.finditer(text)]
            words += [match.group() for match in lexicon.capitals.finditer(text)]
        found: dict[str, float] = {}
        for word in words:
            plain = word.lower()
            concept = lexicon.concepts.get(plain) or lexicon.concepts.get(plain.removesuffix("s"))
            if concept is not None:
                found[concept] = lexicon.weights[concept]
        return found


def load_sectors(folder: Path | None) -> tuple[Sector, ...]:
    """The sectors shipped and those of a folder of TOML files, sorted by name.

    A file of the folder with the name of a shipped sector replaces it. Raises `SettingError` naming
    the file and the field that is wrong.
    """
    found = {sector.name: sector for sector in map(_read, sorted(SHIPPED.glob("*.toml")))}
    own: dict[str, Path] = {}
    for file in sorted(folder.glob("*.toml")) if folder is not None and folder.is_dir() else []:
        sector = _read(file)
        if sector.name in own:
            raise SettingError(
                f"{file}: defines the sector {sector.name!r}, as {own[sector.name].name} does; names must differ"
            )
        own[sector.name] = file
        found[sector.name] = sector
    return tuple(found[name] for name in sorted(found))


def tag(
    sectors: Sequence[Sector], *, head: Sequence[str], content: Sequence[str], text: str, language: str
) -> list[str]:
    """The names of the sectors a posting belongs to.

    `head` are its roles and what its title says of them, `content` its sentences on tasks and
    requirements, `text` all of it, asked only where there is no content.
    """
    title, tasks = "\n".join(head), "\n".join(content)
    return [sector.name for sector in sectors if _belongs(sector, title, tasks, text, language)]


def _belongs(sector: Sector, title: str, tasks: str, text: str, language: str) -> bool:
    hits = sector.hits(title, language)
    if STRONG in hits.values():
        return True
    if tasks:
        return sum((hits | sector.hits(tasks, language)).values()) >= ENOUGH_IN_CONTENT
    return sum((hits | sector.hits(text, language)).values()) >= ENOUGH_IN_TEXT


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
            f"{file}: {where}: {first['msg']}; a sector has name, [labels], [strong] and, where needed, "
            f"[weak] and [excluded], each by language"
        ) from error
    kinds = {"strong": parsed.strong, "weak": parsed.weak, "excluded": parsed.excluded}
    languages = sorted({language for words in kinds.values() for language in words})
    return Sector(
        name=parsed.name,
        labels=parsed.labels,
        words={
            language: tuple(f"{kind}:{word}" for kind, words in kinds.items() for word in words.get(language, ()))
            for language in languages
        },
        lexicons={
            language: _lexicon(
                parsed.strong.get(language, ()), parsed.weak.get(language, ()), parsed.excluded.get(language, ())
            )
            for language in languages
        },
    )


def _lexicon(strong: Sequence[str], weak: Sequence[str], excluded: Sequence[str]) -> _Lexicon:
    weights: dict[str, float] = {}
    concepts: dict[str, str] = {}
    words: list[str] = []
    for entries, weight in ((weak, WEAK), (strong, STRONG)):
        for entry in entries:
            parts = [part.strip() for part in entry.split("|")]
            weights[parts[0]] = weight
            concepts.update((part.lower(), parts[0]) for part in parts)
            words += parts
    capitals = [word for word in words if _is_capitals(word)]
    return _Lexicon(
        weights=weights,
        concepts=concepts,
        any_case=_any_of([word for word in words if not _is_capitals(word)], re.IGNORECASE),
        capitals=_any_of(capitals, 0),
        excluded=_any_of(excluded, re.IGNORECASE),
        openings=None
        if any(not word.isascii() and _HAN.search(word) for word in words)
        else frozenset(
            form
            for word in words
            if (found := _OPENING.match(word.lower()))
            for form in (found.group(), f"{found.group()}s")
        ),
    )


@functools.lru_cache(maxsize=8)
def _openings(text: str) -> frozenset[str]:
    """The words of a text; kept for the sectors that ask next."""
    return frozenset(_OPENING.findall(text.lower()))


def _is_capitals(word: str) -> bool:
    """Whether a word counts only in capitals: "AI", not the "ai" of "ai sensi della legge"."""
    return word.isascii() and word.isupper()


def _any_of(words: Sequence[str], flags: int) -> re.Pattern[str]:
    """A pattern for any of the words, longer ones first; Latin words whole, with or without a plural s."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    latin = [re.escape(word) for word in ordered if word[0].isascii()]
    han = [re.escape(word) for word in ordered if not word[0].isascii()]
    parts = ([rf"(?<![A-Za-zÀ-ÿ])(?:{'|'.join(latin)})s?(?![A-Za-zÀ-ÿ])"] if latin else []) + han
    return re.compile("|".join(parts) if parts else r"(?!)", flags)
