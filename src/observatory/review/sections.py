"""A draft of a standard in parts that a person edits one at a time: what a form shows, and what it gives back.

Each part is a list of places (as `observatory.standards.cells` names them) with their cells. A text that a
person changes is from then on a person's: it loses the sentences it rested on, unless the person says that they
bear it out still.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from observatory.errors import BadInput, WrongState
from observatory.standards import (
    BASICS,
    ETHICS,
    NO_EVIDENCE,
    Cell,
    Content,
    Draft,
    Function,
    Requirement,
    Weight,
    check,
    digest,
    levels_of,
)

MAX_TEXT = 2_000
MAX_CELLS = 60


@dataclass(frozen=True, kw_only=True)
class Field:
    """One statement in a form: its name, its cell, and whether it is the empty one for a new statement."""

    name: str
    cell: Cell
    new: bool = False


@dataclass(frozen=True, kw_only=True)
class Group:
    """The statements of one place, under a heading: `kind` says what they are, `at` which of them."""

    place: str
    kind: str
    at: str
    fields: tuple[Field, ...]


def parts(draft: Draft) -> list[tuple[str, str]]:
    """The parts of a draft: (key, name where it is the draft's own)."""
    named = [(f"function-{f.key}", f.title.text or f.key) for f in draft.functions]
    return [("overview", ""), ("basic", ""), *named, ("structure", ""), ("weights", "")]


def groups(draft: Draft, part: str) -> list[Group]:
    """What a part holds, for a form and for reading. Raises `BadInput` for a part that there is not."""
    if part == "overview":
        return [_group(f"overview/{p.key}", p.key, p.number, p.cells) for p in draft.overview]
    if part == "basic":
        return [
            _group("basics/ethics", "ethics", "2.1", draft.ethics),
            _group("basics/basics", "basics", "2.2", draft.basics),
        ]
    function = next((f for f in draft.functions if part == f"function-{f.key}"), None)
    if function is None:
        raise BadInput(f"no part {part[:60]!r}; there are {', '.join(key for key, _name in parts(draft))}")
    found = [_one(f"title/{function.key}", "function", function.key, function.title)]
    for content in function.contents:
        found.append(_one(f"title/{content.key}", "content", content.key, content.title))
        for row in content.requirements:
            found.append(_group(f"{content.key}/{row.level}/skills", "skills", row.level, row.skills))
            found.append(_group(f"{content.key}/{row.level}/knowledge", "knowledge", row.level, row.knowledge))
    return found


def _group(place: str, kind: str, at: str, cells: Sequence[Cell]) -> Group:
    rows = [Field(name=f"{place}/{number}", cell=cell) for number, cell in enumerate(cells, 1)]
    return Group(place=place, kind=kind, at=at, fields=(*rows, Field(name=f"{place}/new", cell=NO_EVIDENCE, new=True)))


def _one(place: str, kind: str, at: str, cell: Cell) -> Group:
    return Group(place=place, kind=kind, at=at, fields=(Field(name=f"{place}/1", cell=cell),))


def part_text(draft: Draft, part: str) -> tuple[str, ...]:
    """What a part says, line by line: by this two versions of it are compared."""
    if part in ("weights", "structure"):
        rows = [
            f"{table} / {row.item}: " + " / ".join(f"{level} {share}" for level, share in row.shares.items())
            for table, many in (("theory", draft.theory), ("practice", draft.practice))
            for row in many
        ]
        keys = [f"{f.key} {f.title.text}: " + ", ".join(c.key for c in f.contents) for f in draft.functions]
        return tuple(rows if part == "weights" else keys)
    try:
        found = groups(draft, part)
    except BadInput:
        return ()
    return tuple(
        f"{group.kind} {group.at}: {one.cell.text or '—'}" for group in found for one in group.fields if not one.new
    )


def edited(draft: Draft, part: str, values: Mapping[str, str]) -> Draft:
    """The draft with a part as a person typed it. `values` maps names of fields to texts, "keep/NAME" to "on".

    Raises `WrongState` naming the row when weights do not add up, or a text is too long.
    """
    if part == "weights":
        return _weighed(draft, values)
    if part == "structure":
        return _built(draft, values)
    typed = {group.place: _cells(group, values) for group in groups(draft, part)}
    if part == "overview":
        rows = tuple(replace(p, cells=typed[f"overview/{p.key}"]) for p in draft.overview)
        return replace(draft, overview=rows)
    if part == "basic":
        return replace(draft, ethics=typed["basics/ethics"], basics=typed["basics/basics"])
    functions = []
    for function in draft.functions:
        if part == f"function-{function.key}":
            contents = tuple(
                replace(
                    content,
                    title=typed[f"title/{content.key}"][0],
                    requirements=tuple(
                        replace(
                            row,
                            skills=typed[f"{content.key}/{row.level}/skills"],
                            knowledge=typed[f"{content.key}/{row.level}/knowledge"],
                        )
                        for row in content.requirements
                    ),
                )
                for content in function.contents
            )
            function = replace(function, title=typed[f"title/{function.key}"][0], contents=contents)
        functions.append(function)
    return replace(draft, functions=tuple(functions))


def _cells(group: Group, values: Mapping[str, str]) -> tuple[Cell, ...]:
    """The statements of a place as typed: an emptied one goes, and an empty place keeps its mark."""
    found = []
    for one in group.fields:
        if one.new:
            lines = values.get(one.name, "").splitlines()
            found += [Cell(text=_short(line, one.name), origin="person") for line in lines if line.strip()]
            continue
        text = _short(values.get(one.name, one.cell.text), one.name)
        if text == one.cell.text:
            found.append(one.cell)
        elif text and values.get(f"keep/{one.name}"):
            found.append(replace(one.cell, text=text, origin="person"))
        elif text:
            found.append(Cell(text=text, origin="person"))
    if len(found) > MAX_CELLS:
        raise WrongState(_("%(place)s: at most %(n)s statements") % {"place": group.place, "n": MAX_CELLS})
    stated = [cell for cell in found if cell.origin != "none"]
    return tuple(stated) or (NO_EVIDENCE,)


def _short(text: str, name: str) -> str:
    clean = " ".join(text.replace("\0", "").split())
    if len(clean) > MAX_TEXT:
        raise WrongState(
            _("%(place)s: %(n)s characters; at most %(most)s") % {"place": name, "n": len(clean), "most": MAX_TEXT}
        )
    return clean


def _weighed(draft: Draft, values: Mapping[str, str]) -> Draft:
    made = replace(
        draft,
        theory=_rows("theory", draft.theory, draft, values),
        practice=_rows("practice", draft.practice, draft, values),
    )
    wrong = [one for one in check(made) if one.where.startswith(("theory weights", "practice weights"))]
    if wrong:
        listed = "; ".join(f"{_place(made, one.where)}: {one.why}" for one in wrong[:6])
        raise WrongState(_("the weights do not hold: %(list)s") % {"list": listed})
    return made


def _rows(table: str, rows: Sequence[Weight], draft: Draft, values: Mapping[str, str]) -> tuple[Weight, ...]:
    found = []
    for row in rows:
        shares = {}
        for level in draft.levels:
            raw = values.get(f"{table}/{row.item}/{level.level}", str(row.shares.get(level.level, 0))).strip() or "0"
            if not raw.isdecimal() or len(raw) > 3:
                raise WrongState(
                    _("%(row)s, level %(level)s: '%(raw)s' is no whole per cent from 0 to 100")
                    % {"row": _place(draft, f"{table} weights/{row.item}"), "level": level.level, "raw": raw[:20]}
                )
            shares[level.level] = int(raw)
        found.append(Weight(item=row.item, shares=shares))
    return tuple(found)


def _place(draft: Draft, where: str) -> str:
    """A place with the function's name instead of its key."""
    names = {function.key: function.title.text or function.key for function in draft.functions}
    return " / ".join(names.get(piece, piece) for piece in where.split("/"))


def _built(draft: Draft, values: Mapping[str, str]) -> Draft:
    """A function more, a content more, or one less of them; weights follow in their own form."""
    functions = list(draft.functions)
    opened = [level.level for level in draft.levels]
    added = _short(values.get("function", ""), "function")
    if added:
        key = _free("f", [f.key for f in functions])
        content = Content(key=f"{key}.c1", title=NO_EVIDENCE, requirements=_empty(opened))
        functions.append(Function(key=key, title=Cell(text=added, origin="person"), contents=(content,)))
    title, under = _short(values.get("content", ""), "content"), values.get("under", "")
    gone = values.get("remove", "")
    for place, function in enumerate(functions):
        contents = list(function.contents)
        if title and function.key == under:
            key = _free(f"{function.key}.c", [c.key for c in contents])
            contents.append(
                Content(key=key, title=Cell(text=title, origin="person"), requirements=_empty(opened))
            )  # fmt: skip
        functions[place] = replace(function, contents=tuple(c for c in contents if c.key != gone))
    functions = [f for f in functions if f.key != gone]
    made = replace(draft, functions=tuple(functions))
    made = replace(
        made, theory=_items(draft.theory, made, (ETHICS, BASICS)), practice=_items(draft.practice, made, ())
    )  # fmt: skip
    if digest(made) == digest(draft):
        raise WrongState(_("nothing was named to add or to take out"))
    return made


def _empty(levels: Sequence[str]) -> tuple[Requirement, ...]:
    return tuple(Requirement(level=level, skills=(NO_EVIDENCE,), knowledge=(NO_EVIDENCE,)) for level in levels)


def _free(stem: str, taken: Sequence[str]) -> str:
    return next(f"{stem}{number}" for number in range(1, len(taken) + 2) if f"{stem}{number}" not in taken)


def _items(rows: Sequence[Weight], draft: Draft, beside: tuple[str, ...]) -> tuple[Weight, ...]:
    """A row for each function that there is now; a new one begins at zero."""
    kept = {row.item: row for row in rows}
    none = {level.level: 0 for level in draft.levels}
    return tuple(
        kept.get(item) or Weight(item=item, shares=none) for item in (*beside, *(f.key for f in draft.functions))
    )


def weight_table(draft: Draft, table: str, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A table of weights for a page: heads, rows of (item, name, [(field, value, may be above 0)]), sums."""
    rows = draft.theory if table == "theory" else draft.practice
    asked = {function.key: levels_of(function) for function in draft.functions}
    names = {function.key: function.title.text or function.key for function in draft.functions}
    opened = [level.level for level in draft.levels]
    lines = []
    for row in rows:
        cells = []
        for level in opened:
            name = f"{table}/{row.item}/{level}"
            value = (typed or {}).get(name, str(row.shares.get(level, 0)))
            cells.append((name, value, row.item not in asked or level in asked[row.item]))
        lines.append((row.item, names.get(row.item, row.item), cells))
    sums = [sum(int(line[2][at][1]) for line in lines if line[2][at][1].isdecimal()) for at in range(len(opened))]
    return {"table": table, "levels": opened, "rows": lines, "sums": sums}
