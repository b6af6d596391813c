"""The draft of a standard laid out: chapters and tables, in three views, as a page or as data.

The views are the national standard (functions, contents, skills and knowledge by level, tables of weights), a
profile as ESCO writes occupations, and a set of units as QP-NOS and RMCS write them. Each is a list of blocks;
the page here, DOCX and PDF in `standard_documents` show the same blocks. A statement carries the numbers of
the sentences it rests on, which stand at the end with the postings they come from; an empty one its mark.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from observatory.errors import SettingError
from observatory.publish.charts import growth_chart, to_svg
from observatory.publish.page import chart_colours, described, environment, inline
from observatory.publish.standard_words import level_name, words
from observatory.records import Month
from observatory.standards import BASICS, ETHICS, Cell, Draft, Function, Weight, levels_of, to_json

View = Literal["standard", "esco", "units"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A statement as shown: `note` says what it rests on, `refs` the numbers of its sentences."""

    text: str
    note: str = ""
    refs: tuple[int, ...] = ()
    missing: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A heading (`level` 1 or 2), a line of text, a list of statements, a table or the growth chart of a `history`.

    A table's rows hold statements in each cell; the first `merged` columns join cells that stand below each
    other with the same words. `widths` are shares of the width.
    """

    kind: Literal["heading", "text", "list", "table", "growth"]
    text: str = ""
    level: int = 1
    items: tuple[Shown, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[tuple[Shown, ...], ...], ...] = ()
    widths: tuple[int, ...] = ()
    merged: int = 0
    quiet: bool = False
    history: tuple[Month, ...] = ()


class _References:
    """Numbers for the sentences cited, in the order of their first use."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, str], int] = {}

    def of(self, cell: Cell) -> tuple[int, ...]:
        return tuple(self.numbers.setdefault((q.posting_id, q.sentence), len(self.numbers) + 1) for q in cell.quotes)


@dataclass
class Layout:
    """The blocks of one draft in one language."""

    draft: Draft
    language: str
    references: _References = field(default_factory=_References)

    def blocks(self, view: View) -> list[Block]:
        views: Mapping[str, Callable[[], Iterator[Block]]] = {
            "standard": self._standard, "esco": self._esco, "units": self._units,
        }  # fmt: skip
        if view not in views:
            raise SettingError(f"no view {view!r} of a draft; known are {', '.join(views)}")
        return [*views[view](), *self._end()]

    # the national standard

    def _standard(self) -> Iterator[Block]:
        w, d = words(self.language), self.draft
        yield _heading(w["overview"])
        for paragraph in d.overview:
            yield _heading(f"{paragraph.number} {w[paragraph.key]}", 2)
            yield Block(kind="list", items=tuple(self._shown(c) for c in paragraph.cells))
        yield _heading(w["basic"])
        for number, key, found in (("2.1", "ethics", d.ethics), ("2.2", "basics", d.basics)):
            yield _heading(f"{number} {w[key]}", 2)
            yield Block(kind="list", items=tuple(self._shown(c) for c in found))
        yield _heading(w["work"])
        yield Block(kind="text", text=w["includes"], quiet=True)
        for n, level in enumerate(d.levels, 1):
            yield _heading(f"3.{n} {level_name(level.level, self.language)}", 2)
            yield Block(kind="list", items=(self._shown(level.education), self._shown(level.experience)))
            yield Block(
                kind="table", head=(w["function"], w["content"], w["skills"], w["knowledge"]),
                rows=tuple(self._rows(level.level)), widths=(15, 17, 40, 28), merged=1,
            )  # fmt: skip
        yield _heading(w["weights"])
        yield _heading(w["theory"], 2)
        yield self._weights(d.theory)
        yield _heading(w["practice"], 2)
        yield self._weights(d.practice)

    def _rows(self, level: str) -> Iterator[tuple[tuple[Shown, ...], ...]]:
        for n, function in enumerate(self.draft.functions, 1):
            for k, content in enumerate(function.contents, 1):
                for row in content.requirements:
                    if row.level == level:
                        yield (
                            (self._numbered(f"{n}.", function.title),), (self._numbered(f"{n}.{k}", content.title),),
                            tuple(self._numbered(f"{n}.{k}.{i}", c) for i, c in enumerate(row.skills, 1)),
                            tuple(self._numbered(f"{n}.{k}.{i}", c) for i, c in enumerate(row.knowledge, 1)),
                        )  # fmt: skip

    def _weights(self, rows: Sequence[Weight]) -> Block:
        w, levels = words(self.language), [level.level for level in self.draft.levels]
        names = {ETHICS: w["ethics"], BASICS: w["basics"]}
        for n, function in enumerate(self.draft.functions, 1):
            names[function.key] = f"{n}. {function.title.text or w['none']}"
        made = [
            (_plain(names.get(row.item, row.item)), *(_plain(str(row.shares.get(level, 0)) if row.shares.get(level) else "—") for level in levels))
            for row in rows
        ]  # fmt: skip
        total = (_plain(w["total"]), *(_plain(str(sum(row.shares.get(level, 0) for row in rows))) for level in levels))
        return Block(
            kind="table", head=(w["item"], *(level_name(level, self.language) for level in levels)),
            rows=(*made, total), widths=(40, *([60 // max(len(levels), 1)] * len(levels))),
        )  # fmt: skip

    # an ESCO profile and a set of units

    def _esco(self) -> Iterator[Block]:
        p = esco_profile(self.draft)
        for title, items in (
            ("Preferred term", [p["preferredLabel"]]), ("Non-preferred terms", p["altLabels"]),
        ):  # fmt: skip
            yield _heading(title)
            yield Block(kind="list", items=tuple(Shown(text=text) for text in items) or (self._shown(Cell()),))
        definition = next(x for x in self.draft.overview if x.key == "definition")
        yield _heading("Description")
        yield Block(kind="list", items=tuple(self._shown(c) for c in definition.cells))
        yield _heading("ISCO-08 group and regulation")
        yield Block(kind="list", items=(self._shown(Cell()),))
        for title, essential in (("Essential skills and knowledge", True), ("Optional skills and knowledge", False)):
            yield _heading(title)
            found = [s for s in self.draft.profile if s.essential == essential]
            items = [
                Shown(text=s.label, note=f"{round(100 * s.share)} %, " + words(self.language)["rests"].format(postings=s.postings, employers=s.employers))
                for s in found
            ]  # fmt: skip
            yield Block(kind="list", items=tuple(items) or (self._shown(Cell()),))
        yield _heading("Tasks")
        tasks = [
            c for f in self.draft.functions for part in f.contents for row in part.requirements for c in row.skills
        ]
        yield Block(kind="list", items=tuple(self._shown(c) for c in tasks if c.origin != "none"))

    def _units(self) -> Iterator[Block]:
        for n, function in enumerate(self.draft.functions, 1):
            yield _heading(f"Unit {n}: {function.title.text or words(self.language)['none']}")
            levels = ", ".join(level_name(level.level, self.language) for level in self.draft.levels if level.level in levels_of(function))  # fmt: skip
            yield Block(kind="text", text=f"Levels: {levels}", quiet=True)
            yield Block(
                kind="table", head=("Element", "Performance criteria", "Knowledge and understanding"),
                rows=tuple(self._unit_rows(n, function)), widths=(20, 48, 32), merged=1,
            )  # fmt: skip
            environment_ = next(x for x in self.draft.overview if x.key == "environment")
            yield _heading("Range of conditions", 2)
            yield Block(kind="list", items=tuple(self._shown(c) for c in environment_.cells))
            yield _heading("Critical aspects and evidence guide", 2)
            yield Block(kind="list", items=(self._shown(Cell()),))

    def _unit_rows(self, n: int, function: Function) -> Iterator[tuple[tuple[Shown, ...], ...]]:
        for k, content in enumerate(function.contents, 1):
            for row in content.requirements:
                name = level_name(row.level, self.language)
                yield (
                    (self._numbered(f"{n}.{k}", content.title),),
                    (Shown(text=name, note=" "), *(self._shown(c) for c in row.skills)), tuple(self._shown(c) for c in row.knowledge),
                )  # fmt: skip

    # the end, and single statements

    def _end(self) -> Iterator[Block]:
        w = words(self.language)
        yield _heading(w["limits"])
        yield Block(kind="list", items=tuple(Shown(text=line) for line in self.draft.limits))
        yield _heading(w["sources"])
        yield Block(
            kind="table", head=("", w["sources"], w["posting"]), widths=(7, 73, 20), quiet=True,
            rows=tuple((_plain(f"[{number}]"), _plain(sentence), _plain(posting)) for (posting, sentence), number in self.references.numbers.items()),
        )  # fmt: skip
        yield _heading(w["made"])
        yield Block(kind="list", items=tuple(Shown(text=f"{name}: {value}") for name, value in self.draft.made_from.items()))  # fmt: skip

    def _shown(self, cell: Cell) -> Shown:
        w = words(self.language)
        if cell.origin == "none":
            return Shown(text=w["none"], missing=True)
        note = w["rests"].format(postings=cell.postings, employers=cell.employers) if cell.postings else w["person"]
        return Shown(text=cell.text, note=note, refs=self.references.of(cell))

    def _numbered(self, number: str, cell: Cell) -> Shown:
        shown = self._shown(cell)
        return Shown(text=f"{number} {shown.text}", note=shown.note, refs=shown.refs, missing=shown.missing)


def _heading(text: str, level: int = 1) -> Block:
    return Block(kind="heading", text=text, level=level)


def _plain(text: str) -> tuple[Shown, ...]:
    return (Shown(text=text),)


def esco_profile(draft: Draft) -> dict[str, Any]:
    """The draft in ESCO's fields: terms, description, essential and optional skills; None where nothing is known."""
    definition = next(p for p in draft.overview if p.key == "definition")
    names = [n for many in draft.names.values() for n in many if n.lower() != draft.title.lower()]
    return {
        "preferredLabel": draft.title, "altLabels": list(dict.fromkeys(names)), "language": draft.language,
        "description": [c.text for c in definition.cells if c.origin != "none"] or None, "iscoGroup": None, "regulatedProfessionNote": None,
        **{name: [{"label": s.label, "share": s.share, "postings": s.postings, "employers": s.employers} for s in draft.profile if s.essential == essential]
           for name, essential in (("essentialSkills", True), ("optionalSkills", False))},
        "madeFrom": dict(draft.made_from),
    }  # fmt: skip


def unit_set(draft: Draft) -> dict[str, Any]:
    """The draft as units of competence: one function a unit, with elements, criteria and knowledge by level."""

    def told(found: Sequence[Cell]) -> list[dict[str, Any]]:
        return [
            {"text": c.text or None, "origin": c.origin, "postings": c.postings, "employers": c.employers,
             "evidence": [{"posting": q.posting_id, "sentence": q.sentence} for q in c.quotes]}
            for c in found
        ]  # fmt: skip

    ranges = next(p for p in draft.overview if p.key == "environment")
    return {
        "jobRole": draft.title,
        "units": [
            {
                "unit": function.key, "title": function.title.text or None,
                "elements": [
                    {"element": content.key, "title": content.title.text or None, "levels": [
                        {"level": row.level, "performanceCriteria": told(row.skills), "knowledge": told(row.knowledge)}
                        for row in content.requirements
                    ]} for content in function.contents
                ],
                "rangeOfConditions": told(ranges.cells), "evidenceGuide": None,
            } for function in draft.functions
        ],
        "madeFrom": dict(draft.made_from),
    }  # fmt: skip


def draft_json(draft: Draft, view: View) -> str:
    """The draft in a view as JSON; the standard's own carries its hash and is read by `standards.from_json`."""
    if view == "standard":
        return to_json(draft, indent=1) + "\n"
    return json.dumps(esco_profile(draft) if view == "esco" else unit_set(draft), ensure_ascii=False, indent=1) + "\n"


def spans(rows: Sequence[Sequence[Sequence[Shown]]], column: int) -> list[int]:
    """For each row how many rows its cell in a column covers: 0 where the one above covers it.

    >>> same, other = (Shown(text="a"),), (Shown(text="b"),)
    >>> spans([(same,), (same,), (other,)], 0)
    [2, 0, 1]
    """
    found: list[int] = []
    first = 0
    for at, row in enumerate(rows):
        if at and row[column][0].text == rows[first][column][0].text:
            found[first] += 1
            found.append(0)
        else:
            first = at
            found.append(1)
    return found


def draft_page(draft: Draft, *, view: View = "standard", language: str = "") -> str:
    """The page of a draft."""
    language = language or ("zh" if draft.language == "zh" else "en")
    w = words(language)
    note = f"{w['contents']} · {draft.made_from.get('as of', '')}"
    return page_of(Layout(draft, language).blocks(view), title=draft.title, kicker=w["draft"], note=note, language=language)  # fmt: skip


def page_of(blocks: Sequence[Block], *, title: str, kicker: str, note: str, language: str = "en") -> str:
    """Blocks as a page: own styles inside, no script; text from postings is escaped."""
    from markupsafe import Markup

    drawn = {
        at: Markup(inline(to_svg(chart), described(block.history), f"g{at}"))
        for at, block in enumerate(blocks) if block.kind == "growth" and (chart := growth_chart(block.history)) is not None
    }  # fmt: skip
    return str(
        environment().get_template("standard.html").render(
            blocks=blocks, title=title, kicker=kicker, note=note, language=language, spans=spans, zip=zip, drawn=drawn,
            chart_colours=Markup(chart_colours()) if drawn else "",
        )
    ) + "\n"  # fmt: skip
