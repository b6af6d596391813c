"""A file that somebody hands to a command: its text, or what came in place of it; and errors that name the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from observatory.errors import BadFile, BadInput

# How files of other kinds begin, and what they are.
_BEGINNINGS = {
    b"PK\x03\x04": "a ZIP, DOCX or Excel file", b"%PDF": "a PDF", b"\x1f\x8b": "a gzip file", b"\x89PNG": "a picture",
    b"PAR1": "a Parquet file", b"\xff\xfe": "text in UTF-16", b"\xfe\xff": "text in UTF-16",
}  # fmt: skip


def text_of(file: Path, *, expected: str, made_by: str) -> str:
    """The text of a file, in UTF-8. Raises `BadFile` that says what came, what was expected and what makes it."""
    wanted = f"expected {expected}; make it with: {made_by}"
    if file.is_dir():
        raise BadFile(f"{file}: a folder came, {wanted}")
    try:
        raw = file.read_bytes()
    except FileNotFoundError as error:
        raise BadFile(f"{file}: there is no such file; {wanted}") from error
    except OSError as error:
        raise BadFile(f"{file}: cannot be read ({error.strerror}); {wanted}") from error
    if not raw.strip():
        raise BadFile(f"{file}: the file is empty; {wanted}")
    kind = next((name for beginning, name in _BEGINNINGS.items() if raw.startswith(beginning)), "")
    if kind:
        raise BadFile(f"{file}: {kind} came, {wanted}")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadFile(f"{file}: not text in UTF-8 (byte {error.start}); {wanted}") from error
    if "\0" in text:
        raise BadFile(f"{file}: a binary file came, {wanted}")
    return text


@contextmanager
def naming(file: Path) -> Iterator[None]:
    """Puts the name of the file before what is wrong with its contents.

    >>> with naming(Path("draft.json")):
    ...     raise BadInput("not a draft")
    Traceback (most recent call last):
    ...
    observatory.errors.BadInput: draft.json: not a draft
    """
    try:
        yield
    except BadInput as error:
        raise BadInput(f"{file}: {error}") from error
