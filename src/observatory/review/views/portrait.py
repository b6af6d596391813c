"""What the page of a candidate shows from its dossier: three sentences, names, neighbours, lineage, limits."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from observatory.review.charts import Point
from observatory.review.models import Candidate, Status
from observatory.review.templatetags.review import OPEN, day, figure, growth_known, kind_name, month

NEAR = 3
# Limits that the pipeline writes into every dossier, with their translations in the catalogues.
KNOWN_LIMITS = frozenset(
    {
        gettext_noop(
            "Advertisements are not jobs: some posts are filled without one, some advertisements without a post."
        ),
        gettext_noop("The sources are not a sample of the labour market; a share is a share of these sources."),
        gettext_noop("The text encoder was trained after the past it may be shown here."),
        gettext_noop("Invented for a first look: no such postings exist."),
        gettext_noop("Advertisements are not jobs."),
    }
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def portrait(row: Candidate, raw: Mapping[str, Any], points: Sequence[Point]) -> dict[str, Any]:
    """All of it, ready for the template; `raw` is the dossier, its hash already checked."""
    facts = raw["candidate"]
    known = [_with(one, raw.get("beside", ())) for one in facts["nearest"][:NEAR]]
    near = [neighbour(row.title, facts, one) for one in known]
    return {
        "sentences": sentences(row, facts), "exposure": exposure(points), "near": near,
        "names": [(language, names[:6]) for language, names in sorted(facts["titles"].items()) if names],
        "parts": compared(row.title, known) if near else [], "lineage": lineage(row), "people": practitioners(facts),
        "asked": asked(raw.get("asked")),
        "limits": [*removals(raw), *limits([*facts.get("limits", ()), *raw.get("limits", ())])],
    }  # fmt: skip


def sentences(row: Candidate, facts: Mapping[str, Any]) -> list[str]:
    """What it is, how it grows, what is nearest: three sentences."""
    found = [
        _("Proposed as: %(kind)s. %(n)s vacancies of %(e)s employers, first seen %(when)s.") % {
            "kind": kind_name(row.kind), "n": figure(facts["vacancies"]),
            "e": figure(facts["employers"]), "when": month(row.first_seen),
        }
    ]  # fmt: skip
    grew = {
        "r": figure(row.growth_ratio, 1), "l": figure(row.growth_low, 1),
        "h": figure(row.growth_high, 1) if row.growth_high < OPEN else "∞",
    }  # fmt: skip
    if not growth_known(row):
        found.append(_("Whether its share of vacancies grew is not known: too little to compare was published."))
    elif row.growth_low > 1:
        found.append(_("Its share of vacancies grew %(r)s times (95 %% interval %(l)s to %(h)s).") % grew)
    elif row.growth_high < 1:
        found.append(_("Its share of vacancies shrank to %(r)s times (95 %% interval %(l)s to %(h)s).") % grew)
    else:
        found.append(_("Growth is not shown: ratio %(r)s, 95 %% interval %(l)s to %(h)s.") % grew)
    if facts["nearest"]:
        first = facts["nearest"][0]
        found.append(
            _("The nearest known occupation is %(title)s (%(scheme)s %(version)s), %(percent)s %% similar.") % {
                **{name: first[name] for name in ("title", "scheme", "version")}, "percent": round(100 * first["similarity"]),
            }
        )  # fmt: skip
    else:
        found.append(_("No known occupation is near."))
    return found


def exposure(points: Sequence[Point]) -> str:
    """How many vacancies of all kinds each quarter rests on, and how many quarters are silent."""
    heard = [point.exposure for point in points if point.exposure]
    if not heard:
        return ""
    words = _("Each quarter rests on %(low)s to %(high)s vacancies of all kinds.") % {
        "low": figure(min(heard)),
        "high": figure(max(heard)),
    }
    silent = len(points) - len(heard)
    if silent:
        words += " " + ngettext("%(n)s quarter is silent.", "%(n)s quarters are silent.", silent) % {"n": silent}
    return str(words)


def practitioners(facts: Mapping[str, Any]) -> dict[str, str]:
    """How many practise it, in words, and what the number assumes; {} where the dossier was made before it was asked."""
    said = facts.get("practitioners")
    if not isinstance(said, Mapping):
        return {}
    numbers = [said.get(name) for name in ("estimate", "low", "high")]
    if all(isinstance(one, int) for one in numbers):
        words = _("about %(n)s people (90 %% interval %(l)s to %(h)s)") % dict(
            zip(("n", "l", "h"), map(figure, numbers), strict=True)
        )
    else:
        words = _("cannot be said")
    return {"words": words, "note": str(said.get("note", ""))}


def neighbour(title: str, facts: Mapping[str, Any], near: Mapping[str, Any]) -> dict[str, Any]:
    """A known occupation beside the candidate, with the tests on names.

    The first asks whether the candidate bears its name or one of its alternative titles (which a dossier
    before schema 3 does not say); the second whether one name holds the other.
    """
    mine = {_flat(name) for names in facts["titles"].values() for name in names} | {_flat(title)}
    known, said = _flat(near["title"]), near.get("alternative")
    ours, theirs = set(_words(title)), set(_words(near["title"]))
    if known in mine:
        title_test = _("the same name: no new profession")
    elif said:
        title_test = _("one of its alternative titles: no new profession")
    elif said is not None:
        title_test = _("passed: none of its titles")
    else:
        title_test = _("another name; its alternative titles are not in this dossier")
    if ours == theirs:
        subset_test = _("the same words")
    elif theirs < ours:
        subset_test = _("the known name and a word more: may be a specialisation")
    elif ours < theirs:
        subset_test = _("a part of the known name: may be the same occupation")
    else:
        subset_test = _("passed: neither name holds the other")
    return {**near, "percent": round(100 * near["similarity"]), "title_test": title_test, "subset_test": subset_test}


def compared(title: str, nearest: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the comparison: words of the name, skills, tasks; each cell holds shared, extra, missing.

    A cell is not known where the dossier does not compare the skills or tasks with the known occupation.
    """
    return [
        {"key": "names", "label": _("Words of the name"), "cells": [_names(title, near["title"]) for near in nearest]},
        {"key": "skills", "label": _("Skills"), "cells": [_cell(near.get("skills")) for near in nearest]},
        {"key": "tasks", "label": _("Tasks"), "cells": [_cell(near.get("tasks")) for near in nearest]},
    ]


def _with(near: Mapping[str, Any], beside: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A near occupation with what the dossier compares, found by its code; what it says of itself under these names is not shown."""
    where = ("scheme", "version", "code")
    plain = {name: value for name, value in near.items() if name not in ("alternative", "skills", "tasks")}
    return {**plain, **next((one for one in beside if all(one[name] == near[name] for name in where)), {})}


def _cell(sides: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"known": False} if sides is None else {"known": True, **sides}


def asked(said: Mapping[str, Any] | None) -> dict[str, Any]:
    """Pay, education and experience of the postings in words; {} where the dossier was made before they were read."""
    if not said:
        return {}
    return {
        "postings": figure(said["postings"]),
        "pay": [
            (currency, f"{figure(round(low))}–{figure(round(high))}" if round(high) > round(low) else figure(round(low)), n)
            for currency, n, low, high in said["pay"]
        ],
        "education": _bars([(degree(level), n) for level, n in said["education"]]),
        "experience": _bars(
            [(ngettext("%(n)s year", "%(n)s years", years) % {"n": years}, n) for years, n in said["experience"]]
        ),
    }  # fmt: skip


def _bars(rows: Sequence[tuple[str, int]]) -> list[tuple[str, int, str]]:
    """Rows with the length of their bar, the longest 1."""
    most = max((n for _label, n in rows), default=1)
    return [(label, n, f"{n / most:.3f}") for label, n in rows]


def degree(level: int) -> str:
    """A level of the European Qualifications Framework in words."""
    words = {
        0: _("no degree asked for"), 3: _("lower secondary"), 4: _("upper secondary"), 5: _("short higher education"),
        6: _("bachelor’s degree"), 7: _("master’s degree"), 8: _("doctorate"),
    }  # fmt: skip
    return words.get(level, _("level %(n)s of the EQF") % {"n": level})


def lineage(row: Candidate) -> list[tuple[Any, str, str, str]]:
    """(when or None, words, candidate id or "", title) of each event: born, proposed, split, merged."""
    events: list[tuple[Any, str, str, str]] = [
        (row.first_seen, _("first seen in the postings"), "", ""),
        (row.created_at, _("proposed for review"), "", ""),
    ]
    if row.split_from:
        events.append((None, _("split from"), row.split_from.candidate_id, row.split_from.title))
    for other in Candidate.objects.filter(Q(split_from=row) | Q(merged_into=row)).only(
        "candidate_id", "title", "merged_into", "split_from"
    )[:20]:
        words = _("took in") if other.merged_into_id == row.pk else _("split into")
        events.append((None, words, other.candidate_id, other.title))
    if row.status == Status.MERGED and row.merged_into:
        events.append((None, _("ended in"), row.merged_into.candidate_id, row.merged_into.title))
    return events


def removals(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What had to be removed from the dossier since it was frozen."""
    return [
        {
            "words": ngettext(
                "%(n)s quotation was removed on %(day)s (%(why)s). The hash is the one the dossier was frozen with.",
                "%(n)s quotations were removed on %(day)s (%(why)s). The hash is the one the dossier was frozen with.",
                note["quotations"],
            ) % {"n": figure(note["quotations"]), "day": day(dt.date.fromisoformat(note["on"])), "why": note["why"]},
            "known": True,
        }
        for note in raw.get("removals", ())
    ]  # fmt: skip


def limits(given: Sequence[str]) -> list[dict[str, Any]]:
    """Each limit once, translated where the catalogues know it."""
    return [
        {"words": _(text) if text in KNOWN_LIMITS else text, "known": text in KNOWN_LIMITS}
        for text in dict.fromkeys(given)
    ]


def _flat(name: str) -> str:
    return " ".join(name.lower().split())


def _words(name: str) -> list[str]:
    return list(_flat(name)) if _HAN.search(name) else [word.removesuffix("s") for word in _WORD.findall(_flat(name))]


def _names(title: str, known: str) -> dict[str, Any]:
    """Words shared, only in the candidate's name, only in the known one; of Chinese names the stretches."""
    a, b = _flat(title), _flat(known)
    if _HAN.search(a) and _HAN.search(b):
        codes = difflib.SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes()
        return {
            "known": True, "shared": [a[i:j] for what, i, j, _k, _l in codes if what == "equal"],
            "extra": [a[i:j] for what, i, j, _k, _l in codes if what != "equal" and j > i],
            "missing": [b[k:m] for what, _i, _j, k, m in codes if what != "equal" and m > k],
        }  # fmt: skip
    return _sets(_WORD.findall(a), _WORD.findall(b))


def _sets(ours: Sequence[str], theirs: Sequence[str] | None) -> dict[str, Any]:
    if theirs is None:
        return {"known": False}
    mine, known = {word.removesuffix("s"): word for word in ours}, {word.removesuffix("s"): word for word in theirs}
    return {
        "known": True, "shared": [word for key, word in mine.items() if key in known][:12],
        "extra": [word for key, word in mine.items() if key not in known][:12],
        "missing": [word for key, word in known.items() if key not in mine][:12],
    }  # fmt: skip
