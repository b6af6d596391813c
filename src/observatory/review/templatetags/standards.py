"""Words of the pages of standards: paragraphs, levels, places of a draft, kinds and states of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from observatory.review.models_standards import Stage
from observatory.standards import Cell

register = template.Library()

WORDS: Mapping[str, Any] = {
    "name": gettext_lazy("Name"),
    "code": gettext_lazy("Occupation code"),
    "definition": gettext_lazy("Definition"),
    "levels": gettext_lazy("Levels"),
    "environment": gettext_lazy("Working environment"),
    "abilities": gettext_lazy("Abilities"),
    "education": gettext_lazy("Ordinary education"),
    "training": gettext_lazy("Training required"),
    "assessment": gettext_lazy("Assessment requirement"),
    "ethics": gettext_lazy("Professional ethics"),
    "basics": gettext_lazy("Basic knowledge"),
    "basic": gettext_lazy("Basic requirements"),
    "overview": gettext_lazy("Overview of the occupation"),
    "weights": gettext_lazy("Weights"),
    "structure": gettext_lazy("Functions and contents"),
    "function": gettext_lazy("Function"),
    "functions": gettext_lazy("Functions"),
    "content": gettext_lazy("Content of work"),
    "skills": gettext_lazy("Skill requirement"),
    "knowledge": gettext_lazy("Related knowledge"),
    "theory": gettext_lazy("Weights of theory"),
    "practice": gettext_lazy("Weights of skills"),
    "theory weights": gettext_lazy("Weights of theory"),
    "practice weights": gettext_lazy("Weights of skills"),
    "basic requirements": gettext_lazy("Basic requirements"),
    "experience": gettext_lazy("Experience"),
    "limits": gettext_lazy("Limits"),
    "title": gettext_lazy("Name"),
    "names": gettext_lazy("Names"),
    "language": gettext_lazy("Language"),
    "added": gettext_lazy("added"),
    "changed": gettext_lazy("changed"),
    "withdrawn": gettext_lazy("withdrawn"),
    "removed": gettext_lazy("removed"),
    "brought in": gettext_lazy("brought in"),
}
LEVELS: Mapping[str, Any] = {
    "5": gettext_lazy("Level 5, junior worker"),
    "4": gettext_lazy("Level 4, intermediate worker"),
    "3": gettext_lazy("Level 3, senior worker"),
    "2": gettext_lazy("Level 2, technician"),
    "1": gettext_lazy("Level 1, senior technician"),
    "junior": gettext_lazy("Junior"),
    "intermediate": gettext_lazy("Intermediate"),
    "senior": gettext_lazy("Senior"),
}
ROW_KINDS: Mapping[str, Any] = {
    "occupation": gettext_lazy("New occupation"),
    "specialisation": gettext_lazy("Specialisation"),
    "revision": gettext_lazy("Revision"),
    "standard": gettext_lazy("Standard"),
}
SCHEMES: Mapping[str, str] = {
    "dadian": "中华人民共和国职业分类大典", "isco-08": "ISCO-08", "esco": "ESCO", "onet": "O*NET", "eqf": "EQF",
}  # fmt: skip


@register.filter
def paragraph_word(key: str) -> str:
    """A paragraph, a part or a change in words."""
    return str(WORDS.get(key, key))


weight_word = paragraph_word


@register.filter
def level_word(level: str) -> str:
    """A level by its name."""
    return str(LEVELS.get(level, level))


@register.filter
def place_word(where: str) -> str:
    """A place of a draft in words: each known piece of it."""
    found = []
    for piece in where.split("/"):
        name = piece.removeprefix("level ")
        found.append(level_word(name) if piece.startswith("level ") else str(WORDS.get(piece, piece)))
    return " › ".join(found)


@register.filter
def row_kind(kind: str) -> str:
    """A kind of row in words."""
    return str(ROW_KINDS.get(kind, kind))


@register.filter
def scheme_word(scheme: str) -> str:
    """A classification by its name."""
    return SCHEMES.get(scheme, scheme)


@register.filter
def as_day(value: str | None) -> dt.date | None:
    """A day from its ISO form."""
    return dt.date.fromisoformat(value) if value else None


@register.simple_tag
def stage_tag(stage: str) -> SafeString:
    """A step of the work as a coloured tag."""
    return format_html('<span class="tag sg-{}">{}</span>', stage, Stage(stage).label)


@register.simple_tag
def row_state(body: Mapping[str, Any], today: dt.date) -> SafeString:
    """How a row stands today: adopted, in force from a day on, in force, to be reviewed, withdrawn."""
    status, effective, review = body["status"], as_day(body["effective"]), as_day(body["review"])
    if status == "withdrawn":
        return format_html('<span class="tag st-rejected">{}</span>', _("Withdrawn"))
    if status == "adopted" or effective is None:
        return format_html('<span class="tag st-new">{}</span>', _("Adopted"))
    if effective > today:
        return format_html('<span class="tag st-assessing">{}</span>', _("Not yet in force"))
    if review is not None and review <= today:
        return format_html('<span class="tag st-assessing">{}</span>', _("To be reviewed"))
    return format_html('<span class="tag st-adopted">{}</span>', _("In force"))


@register.simple_tag
def evidence(cell: Cell) -> SafeString:
    """What a statement rests on, as a mark that nobody can miss."""
    if cell.origin == "none":
        return format_html('<span class="mark none">{}</span>', _("no evidence"))
    if not cell.postings:
        return format_html('<span class="mark person">{}</span>', _("written by a person"))
    words = ngettext("%(n)s posting", "%(n)s postings", cell.postings) % {"n": cell.postings}
    more = ngettext("%(n)s employer", "%(n)s employers", cell.employers) % {"n": cell.employers}
    return format_html('<span class="mark borne">{} · {}</span>', words, more)
