"""The assessment form: six criteria with points, a reason and cited evidence."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from observatory.errors import NotAllowed, WrongState
from observatory.review import actions
from observatory.review.models import Assessment, Assignment, Candidate, Criterion, Kind, Status
from observatory.review.views.frame import now, page, rules, take_kept

QUESTIONS = {
    Criterion.PURPOSE: gettext_lazy("Do people do this work for a living, as their main work?"),
    Criterion.SOCIAL: gettext_lazy("Do independent employers ask for it, in more than one place?"),
    Criterion.LEGAL: gettext_lazy("Is the work lawful, and is no licence of another profession needed?"),
    Criterion.SIZE: gettext_lazy("Is the group large enough? The 2007 wording says 5,000 practitioners."),
    Criterion.STABLE: gettext_lazy("Has it lasted, and will it outlive one product or one programme?"),
    Criterion.SKILL: gettext_lazy("Does it need skills of its own that no known occupation holds together?"),
}


@page("assess", methods=("GET", "POST"))
def assess(request: HttpRequest, key: str) -> HttpResponse:
    """Shows the form, saves a draft or submits; a form sent incomplete comes back with what is missing."""
    row = get_object_or_404(Candidate.objects.select_related("dossier"), candidate_id=key)
    if not Assignment.objects.filter(candidate=row, round=row.assessment_round, analyst=request.user).exists():
        raise NotAllowed(_("This candidate is assigned to other analysts."))
    if row.status not in (Status.ASSESSING, Status.THIRD):
        raise WrongState(_("The assessment of this candidate is complete."))
    draft = Assessment.objects.filter(candidate=row, round=row.assessment_round, analyst=request.user).first()
    if draft and draft.submitted_at:
        raise WrongState(_("You have submitted this assessment; it is not changed any more."))
    values, problems = _stored(draft, row), []
    if request.method == "POST":
        values = _typed(request.POST)
        if "submit" in request.POST:
            problems = missing(values)
            if not problems:
                actions.submit_assessment(candidate=row, values=values, by=request.user, rules=rules(), now=now())
                messages.success(request, _("Submitted. You see the other assessment when the round is complete."))
                return redirect("candidate", key=key)
        else:
            actions.save_assessment(candidate=row, values=values, by=request.user, now=now())
            messages.success(request, _("Draft saved."))
            return redirect("assess", key=key)
    elif kept := take_kept(request):
        data = QueryDict(mutable=True)
        for name, many in kept.items():
            data.setlist(name, many)
        values = _typed(data)
        messages.info(request, _("You had been signed out. What you typed is still here; it is not saved yet."))
    criteria = [
        {
            "name": name, "label": Criterion(name).label, "question": QUESTIONS[Criterion(name)],
            "points": values["points"].get(name, ""), "reason": values["grounds"].get(name, ""),
            "cited": values["cited"].get(name, []), "problem": next((t for n, t in problems if n == name), ""),
        }
        for name in Criterion.values
    ]  # fmt: skip
    sentences = list(row.dossier.sentences.all()[:20]) if row.dossier else []
    return render(
        request, "review/assess.html",
        {
            "row": row, "criteria": criteria, "values": values, "kinds": Kind.choices, "problems": problems,
            "sentences": [(one, one.sentence[:220]) for one in sentences], "draft": draft,
            "scale": [(0, _("no")), (1, _("weak")), (2, _("fair")), (3, _("strong"))],
        },
        status=422 if problems else 200,
    )  # fmt: skip


def missing(values: dict[str, Any]) -> list[tuple[str, str]]:
    """What an assessment still needs, as (field, words)."""
    found = []
    for name in Criterion.values:
        label = Criterion(name).label
        if values["points"].get(name) in (None, ""):
            found.append((name, _("%(name)s: choose 0 to 3") % {"name": label}))
        elif not values["grounds"].get(name, "").strip():
            found.append((name, _("%(name)s: give a reason") % {"name": label}))
    if not values["kind"]:
        found.append(("kind", _("Choose a kind")))
    if not values["name"].strip():
        found.append(("name", _("Give the profession a name")))
    return found


def _typed(data: Any) -> dict[str, Any]:
    points = {name: data.get(f"points-{name}", "") for name in Criterion.values}
    return {
        "points": {name: int(value) for name, value in points.items() if value in ("0", "1", "2", "3")},
        "grounds": {name: data.get(f"reason-{name}", "")[:5000] for name in Criterion.values},
        "cited": {
            name: [int(key) for key in data.getlist(f"cite-{name}") if key.isdigit() and len(key) < 18]
            for name in Criterion.values
        },
        "kind": data.get("kind", "") if data.get("kind") in Kind.values else "",
        "name": data.get("name", "")[:300],
        "parent": data.get("parent", "")[:300],
    }


def _stored(draft: Assessment | None, row: Candidate) -> dict[str, Any]:
    if draft is None:
        return {"points": {}, "grounds": {}, "cited": {}, "kind": row.kind, "name": row.title, "parent": ""}
    return {
        "points": draft.points, "grounds": draft.grounds, "cited": draft.cited, "kind": draft.kind,
        "name": draft.name, "parent": draft.parent,
    }  # fmt: skip
