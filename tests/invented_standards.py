"""A small invented draft of a standard, complete in structure, for tests of what reads and shows drafts."""

from __future__ import annotations

from observatory.standards import (
    NO_EVIDENCE,
    OVERVIEW,
    SCHEMA_VERSION,
    Cell,
    Content,
    Draft,
    Function,
    Level,
    Paragraph,
    Quote,
    Requirement,
    SkillShare,
    Weight,
)


def cell(text: str, *, postings: int = 4, employers: int = 3) -> Cell:
    """A cell that rests on invented postings."""
    quotes = (Quote(posting_id="p1", sentence=f"You will {text}."),)
    return Cell(text=text, origin="postings", quotes=quotes, postings=postings, employers=employers)


def invented_draft() -> Draft:
    """Three levels, two functions with a content each, weights that add up."""
    levels = ("junior", "intermediate", "senior")

    def rows(skill: str) -> tuple[Requirement, ...]:
        return tuple(
            Requirement(level=level, skills=(cell(f"{skill} at {level}"), NO_EVIDENCE), knowledge=(cell(f"theory of {skill}"),))
            for level in levels
        )  # fmt: skip

    functions = tuple(
        Function(key=f"f{n}", title=cell(what), contents=(Content(key=f"f{n}.c1", title=cell(f"daily {what}"), requirements=rows(what)),))
        for n, what in enumerate(("keep bees", "press wax"), 1)
    )  # fmt: skip
    return Draft(
        schema_version=SCHEMA_VERSION, candidate_id="a1b2c3d4e5", title="urban beekeeper",
        names={"en": ("urban beekeeper", "city beekeeper")}, language="en", structure="three",
        levels=tuple(Level(level=one, postings=9, education=NO_EVIDENCE, experience=cell(f"{n} years")) for n, one in enumerate(levels, 1)),
        overview=tuple(Paragraph(number=number, key=key, cells=(cell(key),)) for number, key in OVERVIEW),
        ethics=(NO_EVIDENCE,), basics=(cell("food law"),), functions=functions,
        theory=(Weight(item="ethics", shares=dict.fromkeys(levels, 5)), Weight(item="basics", shares=dict.fromkeys(levels, 25)),
                Weight(item="f1", shares=dict.fromkeys(levels, 40)), Weight(item="f2", shares=dict.fromkeys(levels, 30))),
        practice=(Weight(item="f1", shares=dict.fromkeys(levels, 60)), Weight(item="f2", shares=dict.fromkeys(levels, 40))),
        profile=(SkillShare(label="bee health", code="S1", kind="knowledge", postings=8, employers=6, share=0.4, essential=True),),
        limits=("Few postings name a level.",), made_from={"run": "r1", "corpus version": "3", "as of": "2031-01-01"},
    )  # fmt: skip
