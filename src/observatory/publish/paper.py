"""A paper: what a report or a draft says, as blocks, before it becomes a page, a PDF or a DOCX.

One paper is rendered three ways, so the three say the same. Text is plain text in the paper's
language; whatever came from postings is escaped by the renderers. Charts are Vega-Lite definitions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """A heading; `level` 1 opens a part, 2 a section of it. `new_page` puts it on a fresh page."""

    text: str
    level: int = 1
    new_page: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A paragraph. `quiet` is how a figure is to be read; `strong` a conclusion."""

    text: str
    quiet: bool = False
    strong: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Points:
    """A list of sentences."""

    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Up to four figures of the first page: name, value, what it rests on."""

    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A table. `align` has one sign a column: "l" text, "r" figures. `wide` columns take what room is left.

    `marked` are rows to point out, counted from 0. `ruled` draws every cell's frame, as forms do.
    A cell that is `SAME` continues the cell above it (a form's merged cell).
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str
    wide: tuple[int, ...] = (0,)
    marked: frozenset[int] = frozenset()
    ruled: bool = False
    otherwise: str = ""  # said where there is no row


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A chart with what it shows in words; `narrow` is the same chart for a small screen."""

    chart: Mapping[str, Any]
    caption: str
    description: str
    narrow: Mapping[str, Any] | None = None


Block = Heading | Text | Points | Figures | Grid | Picture
SAME = "\x00same"  # the cell above goes on


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A paper: its title, what it is about, its blocks, and what it was made from.

    `language` is an ISO 639-1 code; `dated` stands in the document's properties: the day the figures
    hold for, never the time of printing, so that the same run gives the same bytes.
    """

    language: str
    title: str
    eyebrow: tuple[str, ...]
    dated: dt.date
    blocks: tuple[Block, ...]
    made_from: tuple[tuple[str, str], ...]
    made_from_title: str
    names: Mapping[str, str] = field(default_factory=dict)

    def pictures(self) -> Iterator[Picture]:
        """The charts in their order."""
        return (block for block in self.blocks if isinstance(block, Picture))


def spans(rows: Sequence[Sequence[str]]) -> list[list[int]]:
    """For each cell how many rows it covers; 0 where the cell above covers it.

    >>> spans([("a", "x"), (SAME, "y"), ("b", "z")])
    [[2, 1], [0, 1], [1, 1]]
    """
    found = [[1] * len(row) for row in rows]
    for column in range(len(rows[0]) if rows else 0):
        top = 0
        for at, row in enumerate(rows):
            if row[column] == SAME and at > 0:
                found[at][column] = 0
                found[top][column] += 1
            else:
                top = at
    return found


def all_text(paper: Paper) -> str:
    """Everything a paper says, to find out which scripts it needs."""
    parts: list[str] = [paper.title, *paper.eyebrow, *(f"{a} {b}" for a, b in paper.made_from)]
    for block in paper.blocks:
        if isinstance(block, Heading | Text):
            parts.append(block.text)
        elif isinstance(block, Points):
            parts += block.lines
        elif isinstance(block, Figures):
            parts += [part for row in block.rows for part in row]
        elif isinstance(block, Grid):
            parts += [*block.head, *(cell for row in block.rows for cell in row), block.otherwise]
        else:
            parts += [block.caption, block.description, str(block.chart)]
    return "\n".join(parts)
