"""The demo's standards: an invented draft, one project in consultation, and a register of earlier years.

Everything here is made up, as in `observatory.review.demo`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from observatory.register import Row, to_csv
from observatory.review import actions
from observatory.review.models import Decision, User
from observatory.review.steps import StepRules
from observatory.standards import (
    BASICS,
    ETHICS,
    LEVELS,
    NO_EVIDENCE,
    OVERVIEW,
    Cell,
    Content,
    Draft,
    Function,
    Level,
    Paragraph,
    Quote,
    Requirement,
    SkillShare,
    Structure,
    Weight,
    to_json,
)

WORK = (
    ("planning the work", ("reading the order", "choosing the method")),
    ("doing the work", ("setting the equipment up", "keeping the process steady")),
    ("checking the result", ("measuring", "writing the record")),
)
# title, names in Chinese and Italian, sector, code, parent, years ago
EARLIER: tuple[tuple[str, str, str, str, str, str, int], ...] = (
    ("charging network dispatcher", "充电网络调度员", "dispatcher di reti di ricarica", "green", "4-11-01-07", "4-11-01", 2),
    ("data labelling lead", "数据标注组长", "responsabile etichettatura dati", "ai", "4-04-05-11", "4-04-05", 2),
    ("industrial robot trainer", "工业机器人训练员", "addestratore di robot industriali", "manufacturing", "6-31-07-04", "6-31-07", 1),
)  # fmt: skip


def cell(text: str, *, postings: int = 0, employers: int = 0) -> Cell:
    """A statement borne out by invented postings, or, without any, one that a person wrote."""
    if not postings:
        return Cell(text=text, origin="person")
    quotes = tuple(Quote(posting_id=f"p{n:08d}", sentence=f"You will take care of {text}.") for n in range(1, 3))
    return Cell(text=text, origin="postings", quotes=quotes, postings=postings, employers=employers)


def invented_draft(
    candidate_id: str, title: str, *, structure: Structure = "five", opened: Sequence[str] = ("4", "3", "2"), skills: Sequence[str] = ()
) -> Draft:  # fmt: skip
    """A draft whose structure is whole: three functions of two contents each, some cells without evidence."""
    levels = tuple(
        Level(
            level=name, postings=12 - 2 * at, education=cell("upper secondary", postings=9, employers=5),
            experience=cell(f"{1 + 2 * at} years", postings=7, employers=4),
        )
        for at, name in enumerate(one for one in LEVELS[structure] if one in opened)
    )  # fmt: skip
    named = list(skills) or ["fault triage", "route planning"]
    functions = []
    for f, (work, contents) in enumerate(WORK, 1):
        made = tuple(
            Content(
                key=f"f{f}.c{c}", title=cell(content, postings=8, employers=4),
                requirements=tuple(
                    Requirement(
                        level=level.level,
                        skills=(cell(f"can do {content} with {named[(f + c + at) % len(named)]}", postings=6 - at, employers=max(1, 4 - at)),),
                        knowledge=(cell(f"rules for {content}"),) if at % 2 == 0 else (NO_EVIDENCE,),
                    )
                    for at, level in enumerate(levels)
                ),
            )
            for c, content in enumerate(contents, 1)
        )  # fmt: skip
        functions.append(Function(key=f"f{f}", title=cell(work, postings=14, employers=6), contents=made))
    shares = {level.level for level in levels}
    theory = {ETHICS: 5, BASICS: 20, "f1": 25, "f2": 30, "f3": 20}
    practice = {"f1": 30, "f2": 45, "f3": 25}
    return Draft(
        schema_version=1, candidate_id=candidate_id, title=title, names={"en": (title,)}, language="en", structure=structure,
        levels=levels,
        overview=tuple(
            Paragraph(
                number=number, key=key,
                cells=(cell(title) if key == "name" else cell(f"A person who plans, does and checks the work of a {title}.") if key == "definition"
                       else cell("indoors, shift work", postings=5, employers=3) if key == "environment" else NO_EVIDENCE,),
            )
            for number, key in OVERVIEW
        ),
        ethics=(cell("keeps the rules of the trade and the confidence of the customer"),),
        basics=(cell("safety at work", postings=6, employers=4), NO_EVIDENCE),
        functions=tuple(functions),
        theory=tuple(Weight(item=item, shares=dict.fromkeys(sorted(shares), share)) for item, share in theory.items()),
        practice=tuple(Weight(item=item, shares=dict.fromkeys(sorted(shares), share)) for item, share in practice.items()),
        profile=tuple(
            SkillShare(label=name, code="", kind="skill", postings=9 - at, employers=5, share=(9 - at) / 20, essential=at < 2)
            for at, name in enumerate(named)
        ),
        limits=("Invented for a first look: no such postings exist.",), made_from={"run": "demo", "as_of": "invented"},
    )  # fmt: skip


def earlier_rows(today: dt.date, *, scheme: str) -> tuple[Row, ...]:
    """Professions adopted in earlier years, each with its standard."""
    found = []
    for title, zh, it, sector, code, parent, ago in EARLIER:
        adopted = today - dt.timedelta(days=365 * ago + 200)
        published, effective = adopted + dt.timedelta(days=160), adopted + dt.timedelta(days=190)
        key = f"early-{code}"
        review = effective.replace(year=effective.year + 5, day=min(effective.day, 28))
        days = {"adopted": adopted, "published": published, "effective": effective, "review": review}
        names = {"en": (title,), "it": (it,), "zh": (zh,)}
        found.append(
            Row(
                identity=key, kind="occupation", scheme=scheme, code=code, title=title, titles=names, parent=parent,
                definition=f"A person who does the work of a {title}.", tasks=("plans the work", "does it", "checks it"),
                sectors=(sector,), status="published", **days,
            )
        )  # fmt: skip
        found.append(
            Row(
                identity=f"{key}:standard", kind="standard", scheme=scheme, code=f"{code}/{published.year}", title=title,
                titles=names, broader=key, sectors=(sector,), status="published", **days,
            )
        )  # fmt: skip
    return tuple(found)


def tell(decisions: Sequence[Decision], *, ada: User, carla: User, rules: StepRules, now: dt.datetime) -> None:
    """The story goes on: a register of earlier years and its release, and one project in consultation."""

    def ago(days: int) -> dt.datetime:
        return now - dt.timedelta(days=days)

    rows = earlier_rows(now.date(), scheme=rules.scheme)
    actions.import_rows(text=to_csv(rows), by=carla, schemes=(rules.scheme,), now=ago(90))
    actions.make_release(name=f"{now.year - 1}.1", by=carla, now=ago(90))
    for decision in list(decisions)[:1]:
        candidate = decision.candidate
        project = actions.start_project(decision=decision, owner=ada, due_on=None, by=carla, rules=rules, now=ago(37))
        code = {
            "code": "4-04-05-12",
            "parent": "4-04-05",
            "definition": f"A person who works as {decision.name}.",
            "tasks": "",
        }
        actions.enter(project=project, values=code, by=carla, version=project.version, rules=rules, now=ago(36))
        draft = invented_draft(candidate.candidate_id, decision.name, skills=candidate.skills)
        actions.bring_in_draft(project=project, text=to_json(draft), by=ada, now=ago(30))
        project.refresh_from_db()
        actions.advance(
            project=project, note="Ready to be read.", by=carla, version=project.version, rules=rules, now=ago(20)
        )
        said = (
            ("Vocational college in the north (invented)", "weights", "Checking deserves more weight at level 2."),
            ("", "overview", "Add work outdoors to the environment."),
        )
        for author, place, text in said:
            remark = actions.remark_on(
                project=project, author=author, place=place, text=text, by=None, rules=rules, now=ago(12)
            )
        actions.answer_remark(
            remark=remark,
            answer="declined",
            reply="No posting speaks of it; the cell keeps its mark.",
            by=ada,
            now=ago(9),
        )
