"""A draft to read, to edit a part at a time, to compare, to take away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from observatory.errors import BadInput, WrongState
from observatory.review import actions
from observatory.review.actions.drafting import DraftConflict, draft_of
from observatory.review.draft_docx import as_docx
from observatory.review.models_standards import OPEN_TEXT, DraftVersion, Project
from observatory.review.sections import groups, parts, weight_table
from observatory.review.views.frame import now, page, take_kept
from observatory.standards import BASICS, ETHICS, Draft, cells, check, difference, skill_coverage

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TABLES = ("theory", "practice")


def _version(row: Project, raw: str) -> DraftVersion:
    """The version a request names, or the newest."""
    if raw and not (raw.isdigit() and len(raw) < 9):
        raise BadInput(_("there is no such version"))
    found = row.drafts.select_related("made_by").filter(**({"number": int(raw)} if raw else {})).first()
    if found is None:
        raise BadInput(_("there is no such version") if raw else _("there is no draft yet"))
    return found


def shown(draft: Draft) -> dict[str, Any]:
    """What a page shows of a draft: its parts, one table a level, the tables of weights, how much has evidence."""
    tables = []
    for level in draft.levels:
        functions = []
        for function in draft.functions:
            rows = [
                (content, row)
                for content in function.contents
                for row in content.requirements
                if row.level == level.level
            ]
            if rows:
                functions.append((function, rows))
        tables.append((level, functions))
    every = [cell for _place, cell in cells(draft)]
    borne, skills = skill_coverage(draft)
    return {
        "draft": draft, "tables": tables, "weights": [weight_table(draft, name) for name in TABLES], "problems": check(draft),
        "cells": len(every), "with_evidence": sum(1 for one in every if one.postings),
        "by_person": sum(1 for one in every if one.origin == "person" and not one.postings),
        "without": sum(1 for one in every if one.origin == "none"), "borne": borne, "skills": skills,
    }  # fmt: skip


@page("read")
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """A version of the draft, whole; every cell with its evidence or its mark."""
    row = get_object_or_404(Project.objects.select_related("candidate"), pk=pk)
    version = _version(row, request.GET.get("v", ""))
    newest = row.drafts.values_list("number", flat=True).first()
    found = draft_of(version)
    editable = row.stage in OPEN_TEXT and version.number == newest and request.user.has_perm("review.draft")
    context = {
        "row": row, "version": version, "newest": newest, "editable": editable, "named": parts(found), **shown(found),
        "before": version.number - 1,
    }  # fmt: skip
    return render(request, "review/draft.html", context)


@page("draft", methods=("GET", "POST"))
def edit_draft(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """One part of the draft in a form. Two people at one part: the second sees both texts, and nothing is lost."""
    row = get_object_or_404(Project.objects.select_related("candidate"), pk=pk)
    version = _version(row, "")
    found = draft_of(version)
    names = dict(parts(found))
    if part not in names:
        raise BadInput(_("this draft has no such part"))
    problem, typed, base = "", {}, version.number
    if request.method == "POST":
        raw = request.POST.get("base", "")
        base = int(raw) if raw.isdigit() and len(raw) < 9 else version.number
        typed = {
            name: str(value)
            for name, value in request.POST.items()
            if name not in ("csrfmiddlewaretoken", "base", "note")
        }
        note = request.POST.get("note", "").replace("\0", "")
        try:
            actions.edit_draft(project=row, base=base, part=part, values=typed, note=note, by=request.user, now=now())
        except DraftConflict as error:
            context = {
                "row": row,
                "part": part,
                "error": error,
                "message": str(error),
                "typed": typed,
                "name": names[part],
            }
            return render(request, "review/draft_conflict.html", {**context, "pairs": _pairs(error)}, status=409)
        except WrongState as error:
            problem = str(error)
        else:
            messages.success(request, _("A new version is written."))
            return redirect("draft", pk=pk)
    else:
        typed = {name: many[0] for name, many in take_kept(request).items()}
    context = {
        "row": row, "part": part, "name": names[part], "base": base, "problem": problem, "typed": typed, "draft": found,
        "groups": groups(found, part) if part not in ("weights", "structure") else (), "named": parts(found),
        "tables": [weight_table(found, name, typed) for name in TABLES] if part == "weights" else (),
        "open": row.stage in OPEN_TEXT, "beside": (ETHICS, BASICS),
    }  # fmt: skip
    return render(request, "review/draft_edit.html", context, status=409 if problem else 200)


def _pairs(error: DraftConflict) -> list[tuple[str, str, bool]]:
    """The two texts side by side, line by line: (theirs, mine, whether they differ)."""
    from difflib import SequenceMatcher

    rows = []
    for _tag, i, j, k, m in SequenceMatcher(a=error.theirs, b=error.mine, autojunk=False).get_opcodes():
        theirs, mine = error.theirs[i:j], error.mine[k:m]
        for at in range(max(len(theirs), len(mine))):
            a, b = (theirs[at] if at < len(theirs) else ""), (mine[at] if at < len(mine) else "")
            rows.append((a, b, a != b))
    return rows


@page("read")
def compare_drafts(request: HttpRequest, pk: int) -> HttpResponse:
    """Two versions side by side: what was added, removed and changed."""
    row = get_object_or_404(Project, pk=pk)
    newer = _version(row, request.GET.get("to", ""))
    older = _version(row, request.GET.get("from", "") or str(max(1, newer.number - 1)))
    changes = difference(draft_of(older), draft_of(newer))
    numbers = list(row.drafts.values_list("number", flat=True)[:100])
    context = {"row": row, "older": older, "newer": newer, "changes": changes, "numbers": numbers}
    return render(request, "review/draft_compare.html", context)


@page("read")
def draft_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """A version of the draft as DOCX in the table form, or as JSON."""
    row = get_object_or_404(Project, pk=pk)
    version = _version(row, request.GET.get("v", ""))
    if form == "docx":
        found = draft_of(version)
        body, kind = as_docx(found, version=version.number, code=_code(row)), DOCX
    else:
        body, kind = version.body.encode(), "application/json"
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="standard-{row.pk}-v{version.number}.{form}"'
    return answer


def _code(row: Project) -> str:
    held = row.entries.exclude(kind="standard").values_list("code", flat=True).first()
    return str(held or "")
