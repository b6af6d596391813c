"""The curriculum brief laid out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from observatory.publish.standard import Block, Shown
from observatory.publish.standard_words import level_name, words


def brief_blocks(made: Any, language: str = "en") -> list[Block]:
    """The blocks of a brief (`curriculum.Brief`, read by its fields)."""
    return list(_blocks(made, language))


def _blocks(made: Any, language: str) -> Iterator[Block]:
    rests = words(language)["rests"]

    def cell(c: Any) -> Shown:
        return Shown(text=c.text, note=rests.format(postings=c.postings, employers=c.employers))

    yield Block(kind="heading", text="Units by level")
    yield Block(
        kind="table", head=("level", "unit", "to be done", "to be known"), widths=(14, 18, 42, 26), merged=1,
        rows=tuple(
            ((Shown(text=level_name(u.level, language)),), (Shown(text=u.title or u.key, note=f"{u.share} %"),),
             tuple(cell(c) for c in u.doing) or (_mark(),), tuple(cell(c) for c in u.knowing) or (_mark(),))
            for u in made.units
        ),
    )  # fmt: skip
    yield from _table("Skills by frequency", ("skill", "postings", "employers", "share"),
                      [(label, str(n), str(e), f"{100 * share:.0f} %") for label, n, e, share in made.frequent])  # fmt: skip
    yield from _table("Skills by rise", ("skill", "last twelve months", "twelve before", "z"),
                      [(r.label, f"{r.recent} of {r.recent_of}", f"{r.earlier} of {r.earlier_of}", f"{r.z:.1f}") for r in made.rises])  # fmt: skip
    yield from _table("What neighbouring occupations already ask for", ("occupation", "in both", "only here"),
                      [(title, ", ".join(shared) or "none known", ", ".join(own) or "none") for title, shared, own, _, _ in made.taught])  # fmt: skip
    yield from _table("What a certification should test", ("skill", "from level", "employers", "postings"),
                      [(t.text, level_name(t.level, language), str(t.employers), str(t.postings)) for t in made.tested])  # fmt: skip
    yield Block(kind="heading", text=f"Skills competition: {made.competition}")
    yield Block(kind="list", items=tuple(Shown(text=reason) for reason in made.reasons))
    yield Block(kind="heading", text=words(language)["made"])
    yield Block(kind="list", items=tuple(Shown(text=f"{name}: {value}") for name, value in made.made_from.items()))


def _table(heading: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[Block]:
    yield Block(kind="heading", text=heading)
    if not rows:
        yield Block(kind="list", items=(_mark(),))
        return
    first = 46
    widths = (first, *[(100 - first) // (len(head) - 1)] * (len(head) - 1))
    yield Block(kind="table", head=head, widths=widths, rows=tuple(tuple((Shown(text=t),) for t in row) for row in rows))  # fmt: skip


def _mark() -> Shown:
    return Shown(text="no evidence", missing=True)
