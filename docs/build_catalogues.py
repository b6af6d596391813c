"""Brings the translations of the site up to date: python docs/build_catalogues.py [--check].

Finds every text that the code and the templates translate, updates the .po file of each language (texts that
went are dropped, new ones are left empty for a person to fill), and compiles the .mo files. The review with the
web keeps one catalogue, the programme another that holds what the first does not. With --check it writes nothing
and lists what is missing or out of date.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parent.parent / "src" / "observatory"
LOCALE = SOURCE / "review" / "locale"
PROGRAMME = SOURCE / "programme" / "locale"
LANGUAGES = {"zh_Hans": "zh_Hans", "it": "it"}
ONE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
MANY = {"ngettext", "ngettext_lazy"}
Text = str | tuple[str, str]

_TAG = re.compile(r"\{%-?\s*(.*?)\s*-?%\}", re.DOTALL)
_SIMPLE = re.compile(r"(?:translate|trans)\s+(?P<quote>['\"])(?P<text>.*?)(?P=quote)(?:\s+as\s+\w+)?$", re.DOTALL)
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def texts(*folders: str) -> dict[Text, list[str]]:
    """Every text to translate (a pair for singular and plural), with the files it stands in."""
    found: dict[Text, list[str]] = {}
    for file in sorted(file for folder in folders or ("review", "web") for file in (SOURCE / folder).rglob("*")):
        if file.suffix == ".py":
            given = _of_code(file.read_text("utf-8"))
        elif file.suffix == ".html":
            given = _of_template(file.read_text("utf-8"))
        else:
            continue
        where = file.relative_to(SOURCE).as_posix()
        for text in given:
            places = found.setdefault(text, [])
            if where not in places:
                places.append(where)
    return found


def programme_texts() -> dict[Text, list[str]]:
    """The texts of the programme that the review's catalogue does not hold."""
    held = {_first(text) for text in texts()}
    return {text: places for text, places in texts("programme").items() if _first(text) not in held}


def _first(text: Text) -> str:
    return text if isinstance(text, str) else text[0]


def _of_code(code: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if name in ONE and words:
            yield words[0]
        elif name in MANY and len(words) > 1:
            yield words[0], words[1]


def _of_template(text: str) -> Iterator[Text]:
    tags = list(_TAG.finditer(text))
    start: int | None = None
    plural: tuple[int, int] | None = None
    for tag in tags:
        words = tag.group(1)
        simple = _SIMPLE.match(words)
        if simple:
            yield simple["text"].replace("%", "%%")
        elif words.split(" ", 1)[0] in ("blocktranslate", "blocktrans"):
            start, plural = tag.end(), None
        elif words == "plural" and start is not None:
            plural = (tag.start(), tag.end())
        elif words in ("endblocktranslate", "endblocktrans") and start is not None:
            if plural:
                yield _percent(text[start : plural[0]]), _percent(text[plural[1] : tag.start()])
            else:
                yield _percent(text[start : tag.start()])
            start = None


def _percent(text: str) -> str:
    """The text that Django looks up for a block: {{ n }} as %(n)s, a bare % doubled."""
    return _VARIABLE.sub(r"%(\1)s", text.replace("%", "%%"))


def catalogue(language: str, locale: Path = LOCALE) -> Catalog:
    """The catalogue of a language as it is kept."""
    file = locale / language / "LC_MESSAGES" / "django.po"
    if not file.is_file():
        return Catalog(locale=LANGUAGES[language])
    with file.open("rb") as handle:
        return read_po(handle, locale=LANGUAGES[language])


def updated(language: str, found: dict[Text, list[str]], locale: Path = LOCALE) -> Catalog:
    """A catalogue with exactly the texts there are; translations known are kept, texts that went are dropped."""
    old = catalogue(language, locale)
    new = Catalog(
        locale=LANGUAGES[language], project="observatory", version="1", fuzzy=False, charset="utf-8",
        header_comment=f"# Texts of the {'review site' if locale == LOCALE else 'programme'}. Apache-2.0.\n# Fill msgstr, then run: python docs/build_catalogues.py",
        creation_date=old.creation_date if old.creation_date else None, revision_date=old.creation_date,
        last_translator="observatory", language_team=language,
    )  # fmt: skip
    for text in sorted(found, key=lambda one: (one,) if isinstance(one, str) else one):
        known = old.get(text if isinstance(text, str) else text[0])
        many = new.num_plurals
        empty = "" if isinstance(text, str) else ("",) * many
        string = known.string if known is not None and isinstance(known.id, str) == isinstance(text, str) else empty
        new.add(text, string, locations=[(place, None) for place in found[text]])
    return new


def missing(language: str, found: dict[Text, list[str]], locale: Path = LOCALE) -> list[str]:
    """What a language lacks: texts not translated or fuzzy, variables that differ."""
    kept = catalogue(language, locale)
    problems = []
    for text in found:
        first = text if isinstance(text, str) else text[0]
        message = kept.get(first)
        strings = [] if message is None else [message.string] if isinstance(message.string, str) else message.string
        if message is None or message.fuzzy or not strings or not all(strings):
            problems.append(f"not translated: {first!r}")
            continue
        wanted = set(re.findall(r"%\(\w+\)[sd]", first))
        problems += [
            f"variables differ: {first!r}" for string in strings
            if not set(re.findall(r"%\(\w+\)[sd]", string)) >= (wanted if isinstance(text, str) else set())
            or set(re.findall(r"%\(\w+\)[sd]", string)) - set(re.findall(r"%\(\w+\)[sd]", " ".join([text] if isinstance(text, str) else text)))
        ]  # fmt: skip
    return problems


def compiled(kept: Catalog) -> bytes:
    """The .mo file of a catalogue."""
    out = io.BytesIO()
    write_mo(out, kept)
    return out.getvalue()


def as_po(kept: Catalog) -> bytes:
    """The .po file of a catalogue."""
    out = io.BytesIO()
    write_po(out, kept, width=110, include_lineno=False, sort_output=False, omit_header=False)
    return out.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="Write nothing; list what is missing or out of date.")
    check = parser.parse_args().check
    wrong = 0
    for locale, found in ((LOCALE, texts()), (PROGRAMME, programme_texts())):
        for language in LANGUAGES:
            folder = locale / language / "LC_MESSAGES"
            new = updated(language, found, locale)
            if not check:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "django.po").write_bytes(as_po(new))
                (folder / "django.mo").write_bytes(compiled(new))
            lacking = missing(language, found, locale)
            for line in lacking:
                sys.stdout.write(f"{language}: {line}\n")
            wrong += len(lacking)
            sys.stdout.write(f"{language}: {len(found) - len(lacking)} of {len(found)} texts translated\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
