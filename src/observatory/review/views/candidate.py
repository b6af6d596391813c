"""The page of one candidate, and the steps that people take on it. A step that is refused leaves its form open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from observatory.errors import Stale, WrongState
from observatory.review import actions, charts, forms, sight
from observatory.review.actions.candidates import MERGEABLE, SPLITTABLE
from observatory.review.actions.undoing import last_step
from observatory.review.exchange import checked, wakes_at
from observatory.review.models import AuditRow, Candidate, Criterion, Status, User
from observatory.review.permissions import OF_CANDIDATE, require
from observatory.review.rules import settled
from observatory.review.views.frame import now, page, rules
from observatory.review.views.portrait import portrait

POOL = "similar-pool"
Tried = tuple[str, django_forms.Form]


@page("read")
def candidate(request: HttpRequest, key: str) -> HttpResponse:
    """Everything on one candidate, from its dossier and its record."""
    return show(request, named(key))


def named(key: str) -> Candidate:
    """The candidate with this id, and what its page needs of others; else no such page."""
    found: Candidate = get_object_or_404(
        Candidate.objects.select_related("dossier", "merged_into", "split_from"), candidate_id=key
    )
    return found


def show(request: HttpRequest, row: Candidate, *, tried: Tried | None = None, status: int = 200) -> HttpResponse:
    """The page. `tried` is a step that was refused: its form stays open, with what was typed and what was wrong."""
    assert row.dossier is not None
    raw = checked(row.dossier.body, sha256=row.dossier.sha256)
    given = list(row.assessments.select_related("analyst").filter(submitted_at__isnull=False))
    able = forms.analysts() if request.user.has_perm("review.triage") else User.objects.none()
    assigned, others = sight.analysts(row, able=able)
    seen = sight.assessments(row, given, to=request.user)
    current = [one for one in seen if one.round == row.assessment_round]
    median = settled([one.points for one in current]) if len(current) > 1 else {}
    grid = [
        (Criterion(name).label, [(one.points.get(name), one.grounds.get(name, "")) for one in current], median.get(name))
        for name in Criterion.values
    ] if current else []  # fmt: skip
    points = charts.quarters(row.history)
    context: dict[str, Any] = {
        "row": row, "raw": raw, "facts": raw["candidate"], "points": points,
        "chart": SimpleLazyObject(lambda: charts.lines([(row.title, points)], title=_("Growth"), width=720, height=270)),
        "sentences": SimpleLazyObject(lambda: _sentences(row)), "similar": similar(row), "assigned": assigned, "shown": current, "grid": grid,
        "hidden": len(given) - len(seen), "decisions": _rulings(row, request.user, tried),
        "trail": list(AuditRow.objects.filter(what="candidate", key=row.candidate_id).order_by("-number")[:20]),
        "comments": list(row.comments.select_related("author")), "portrait": portrait(row, raw, points),
        "wake": wakes_at(row, wake_at=rules().wake_at), "tried": tried[1] if tried else None,
        "verb": tried[0] if tried else "",
        "remark": tried[1] if tried and tried[0] == "comment" else forms.CommentForm(auto_id="comment-%s"),
        "i_assess": any(one.analyst_id == request.user.pk for one in assigned)
        and row.status in (Status.ASSESSING, Status.THIRD)
        and not any(one.analyst_id == request.user.pk and one.round == row.assessment_round for one in given),
    }  # fmt: skip
    if request.user.has_perm("review.triage"):
        context["verbs"] = _verb_forms(row, others, tried)
        context["undo"] = last_step(row, context["trail"])
    return render(request, "review/candidate.html", context, status=status)


@page("read")
def dossier(request: HttpRequest, key: str) -> HttpResponse:
    """The dossier as it came, with its hash."""
    row = get_object_or_404(Candidate.objects.select_related("dossier"), candidate_id=key)
    assert row.dossier is not None
    checked(row.dossier.body, sha256=row.dossier.sha256)
    answer = HttpResponse(row.dossier.body, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{row.dossier.sha256[:12]}.json"'
    return answer


def _rename(row: Candidate, data: Mapping[str, Any], by: User) -> None:
    actions.rename(candidate=row, title=data["title"], by=by, version=data["version"], now=now())


def _merge(row: Candidate, data: Mapping[str, Any], by: User) -> None:
    actions.merge(candidate=row, into=data["into"], reason=data["reason"], by=by, version=data["version"], now=now())


def _split(row: Candidate, data: Mapping[str, Any], by: User) -> None:
    actions.split(candidate=row, titles=data["titles"].splitlines(), by=by, version=data["version"], now=now())


def _watch(row: Candidate, data: Mapping[str, Any], by: User) -> None:
    actions.watch(candidate=row, until=data["until"], reason=data["reason"], by=by, version=data["version"], now=now())


def _send_back(row: Candidate, data: Mapping[str, Any], by: User) -> None:
    actions.send_back(candidate=row, reason=data["reason"], by=by, version=data["version"], now=now())


def _assign(row: Candidate, data: Mapping[str, Any], by: User) -> None:
    actions.assign(candidate=row, analysts=list(data["analysts"]), by=by, version=data["version"], now=now())


def _comment(row: Candidate, data: Mapping[str, Any], by: User) -> None:
    actions.comment(candidate=row, text=data["text"], by=by, now=now())


def _undo(row: Candidate, data: Mapping[str, Any], by: User) -> None:
    actions.undo(candidate=row, by=by, version=data["version"], now=now())


VERBS: Mapping[str, tuple[type[django_forms.Form], Callable[[Candidate, Mapping[str, Any], User], None]]] = {
    "assign": (forms.Assign, _assign),
    "rename": (forms.Rename, _rename),
    "merge": (forms.Merge, _merge),
    "split": (forms.Split, _split),
    "watch": (forms.Watch, _watch),
    "send-back": (forms.SendBack, _send_back),
    "comment": (forms.CommentForm, _comment),
    "undo": (forms.Undo, _undo),
}


# The statuses in which a step is offered; a step that is not named is offered always.
OPEN_TO: Mapping[str, tuple[str, ...]] = {
    "assign": (Status.NEW, Status.ASSESSING, Status.THIRD),
    "rename": tuple(s for s in Status.values if s not in (Status.MERGED, Status.SPLIT)),
    "merge": MERGEABLE,
    "split": SPLITTABLE,
    "watch": SPLITTABLE,
    "send-back": (Status.ASSESSING, Status.THIRD, Status.READY, Status.WATCH),
}


@page("read", methods=("POST",))
def change(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Takes one step on a candidate, for who may take it; a refused one comes back with its form."""
    require(request.user, OF_CANDIDATE[verb])
    row = named(key)
    form_class, act = VERBS[verb]
    form = form_class(request.POST, auto_id=f"{verb}-%s")
    status = 422
    if form.is_valid():
        try:
            act(row, form.cleaned_data, request.user)
        except (Stale, WrongState) as error:
            row, status = named(key), 409
            if row.status not in OPEN_TO.get(verb, Status.values):
                raise  # the step is not possible any more: there is no form to go back to
            forms.refuse(form, error)
        else:
            messages.success(request, _("Done, and written to the record."))
            return redirect("candidate", key=key)
    elif row.status not in OPEN_TO.get(verb, Status.values):
        raise WrongState(forms.first_problem(form))
    return show(request, row, tried=(verb, form), status=status)


def similar(row: Candidate) -> list[tuple[str, str, int]]:
    """(id, title, percent) of the candidates that share most skills (Jaccard), best first, out of the 400 best.

    The 400 are read once a minute, so that a new title may show a minute late.
    """
    mine = set(row.skills)
    if not mine:
        return []
    pool = cache.get_or_set(POOL, _best, 60)
    scored = [
        (key, title, round(100 * len(mine & theirs) / len(mine | theirs)))
        for key, title, theirs in pool
        if key != row.candidate_id
    ]
    scored.sort(key=lambda one: -one[2])
    return [one for one in scored[:5] if one[2] >= 10]


def _best() -> list[tuple[str, str, frozenset[str]]]:
    rows = Candidate.objects.order_by("-score", "pk").values_list("candidate_id", "title", "skills")[:400]
    return [(key, title, frozenset(skills)) for key, title, skills in rows]


def _sentences(row: Candidate) -> list[dict[str, Any]]:
    found = []
    for one in row.dossier.sentences.all()[:60]:
        text = one.sentence
        start, end = max(0, one.start), max(0, min(one.end, len(text)))
        if not 0 <= start < end or end - start > 300:
            start = end = 0
        left, right = max(0, start - 500), min(len(text), end + 500)
        found.append(
            {
                "row": one, "before": ("… " if left else "") + text[left:start], "mark": text[start:end],
                "after": text[end:right] + (" …" if right < len(text) else ""),
                "link": one.url if one.url.startswith(("http://", "https://")) else "",
            }
        )  # fmt: skip
    return found


def _verb_forms(row: Candidate, others: list[User], tried: Tried | None) -> list[tuple[str, str, django_forms.Form]]:
    words = {
        "assign": _("Assign"), "rename": _("Rename"), "merge": _("Merge"), "split": _("Split"), "watch": _("Watch"),
        "send-back": _("Send back"),
    }  # fmt: skip
    found = []
    for verb, statuses in OPEN_TO.items():
        if row.status not in statuses:
            continue
        if tried and tried[0] == verb:
            form = forms.at_version(tried[1], row.version)
        else:
            form = VERBS[verb][0](initial={"version": row.version, "title": row.title}, auto_id=f"{verb}-%s")
        if "analysts" in form.fields:  # they are at hand: no second question for them
            form.fields["analysts"].choices = [(user.pk, user.name) for user in others]
        found.append((verb, words[verb], form))
    return found


def _rulings(row: Candidate, to: User, tried: Tried | None) -> list[Any]:
    """The decisions that a person may see, each with the form of an appeal."""
    found = sight.decisions(row, to=to)
    for ruling in found:
        verb = f"appeal-{ruling.pk}"
        ruling.form = tried[1] if tried and tried[0] == verb else forms.Appeal(auto_id=f"{verb}-%s")
        ruling.appealing = bool(tried and tried[0] == verb)
    return found
