"""Speech: what reports say in a language: phrases from one TOML file each, figures and dates by CLDR.

A phrase is found by its name; its places are filled by name. Every language has every phrase with the
same places: a phrase that one lacks is an error that names the file, never a sentence in another language.
"""

from __future__ import annotations

import datetime as dt
import functools
import string
import tomllib
from collections.abc import Mapping
from pathlib import Path

from observatory.errors import MissingPart, SettingError

PHRASES = Path(__file__).parent / "phrases"
# Language: (its CLDR locale, the `lang` of a page).
LANGUAGES: Mapping[str, tuple[str, str]] = {
    "en": ("en_GB", "en"),
    "zh": ("zh_Hans_CN", "zh-Hans"),
    "it": ("it_IT", "it"),
}
NARROW = "\u202f"  # between a figure and its percent sign


class Speech:
    """One language of reports.

    >>> Speech("it").number(1234.5, 1), Speech("en").day(dt.date(2024, 5, 3)), Speech("zh").month(dt.date(2024, 5, 1))
    ('1.234,5', '3 May 2024', '2024年5月')
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise SettingError(f"no reports in {language!r}; known languages are {', '.join(LANGUAGES)}")
        self.language = language
        self.locale, self.lang = LANGUAGES[language]
        self._phrases = phrases(language)

    def say(self, name: str, **values: object) -> str:
        """The phrase `name` with its places filled."""
        if name not in self._phrases:
            raise MissingPart(
                f"the phrase {name!r} is not translated: add it to {PHRASES.name}/{self.language}.toml, "
                f"as it stands in the other languages"
            )
        try:
            return self._phrases[name].format(**{key: self._shown(value) for key, value in values.items()})
        except (KeyError, IndexError, ValueError) as error:
            raise MissingPart(
                f"the phrase {name!r} in {PHRASES.name}/{self.language}.toml has a place {error} that nothing fills; "
                f"the places given are {', '.join(sorted(values)) or 'none'}"
            ) from error

    def counted(self, name: str, count: int, **values: object) -> str:
        """The phrase for a count: `name.one` or `name.many`, with the place {n}."""
        return self.say(f"{name}.{'one' if count == 1 else 'many'}", n=self.number(count), **values)

    def has(self, name: str) -> bool:
        """Whether there is such a phrase."""
        return name in self._phrases

    def number(self, value: float, digits: int = 0) -> str:
        """A figure with the language's signs for thousands and decimals."""
        from babel.numbers import format_decimal

        text: str = format_decimal(
            round(value, digits), format="#,##0" + ("." + "0" * digits if digits else ""), locale=self.locale
        )
        return text

    def percent(self, share: float | None, digits: int = 0) -> str:
        """A share of 1 in percent, "–" where it is not known."""
        if share is None:
            return "–"
        return self.number(100 * share, digits) + ("%" if self.language == "zh" else f"{NARROW}%")

    def times(self, value: float) -> str:
        """A ratio in figures: two digits below 0.95, one up to 100."""
        return self.number(value, 2 if value < 0.95 else 1 if value < 100 else 0)

    def between(self, low: float, high: float, unbounded: float = 9999.0) -> str:
        """An interval in figures, open upwards where nothing bounds it."""
        if high >= unbounded:
            return self.say("interval.open", low=self.times(low))
        return self.say("interval", low=self.times(low), high=self.times(high))

    def day(self, when: dt.date) -> str:
        """A day, as the language writes it."""
        from babel.dates import format_date

        text: str = format_date(when, "y年M月d日" if self.language == "zh" else "d MMMM y", locale=self.locale)
        return text

    def month(self, when: dt.date) -> str:
        """A month and its year."""
        from babel.dates import format_date

        text: str = format_date(when, "y年M月" if self.language == "zh" else "LLL y", locale=self.locale)
        return text

    def language_name(self, code: str) -> str:
        """A language's name in this one, the code where CLDR has none."""
        from babel import Locale

        found = Locale.parse(self.locale).languages.get(code, code or "–")
        return str(found)

    def listed(self, names: list[str] | tuple[str, ...]) -> str:
        """Names in a row."""
        return ("、" if self.language == "zh" else ", ").join(names)

    def joined(self, sentences: list[str] | tuple[str, ...]) -> str:
        """Sentences after one another: with a space, in Chinese without."""
        return ("" if self.language == "zh" else " ").join(s for s in sentences if s)

    def _shown(self, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self.day(value) if isinstance(value, dt.date) else value
        return self.number(value, 0 if isinstance(value, int) else 1)


@functools.cache
def phrases(language: str) -> Mapping[str, str]:
    """Every phrase of a language by its dotted name."""
    file = PHRASES / f"{language}.toml"
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MissingPart(f"{file}: the phrases cannot be read ({error}); install the observatory again") from error
    found: dict[str, str] = {}

    def walk(node: Mapping[str, object], prefix: str) -> None:
        for key, value in node.items():
            if isinstance(value, Mapping):
                walk(value, f"{prefix}{key}.")
            else:
                found[f"{prefix}{key}"] = str(value)

    walk(raw, "")
    return found


def places(phrase: str) -> frozenset[str]:
    """The names of the places in a phrase.

    >>> sorted(places("{n} of {total}"))
    ['n', 'total']
    """
    return frozenset(name for _, name, _, _ in string.Formatter().parse(phrase) if name)
