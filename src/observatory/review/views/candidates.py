"""The queue, the landscape, trends, and the page of one candidate with its verbs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from observatory.errors import ReviewError, WrongState
from observatory.review import actions, charts, forms, sight
from observatory.review.actions.candidates import MERGEABLE, SPLITTABLE
from observatory.review.actions.undoing import last_step
from observatory.review.exchange import checked, wakes_at
from observatory.review.models import (
    AuditRow,
    Candidate,
    Criterion,
    Kind,
    SavedView,
    Status,
    User,
)
from observatory.review.permissions import OF_CANDIDATE, require
from observatory.review.rules import settled
from observatory.review.templatetags.review import figure, sector
from observatory.review.views.frame import now, page, rules
from observatory.review.views.portrait import portrait

SORTS: Mapping[str, tuple[str, ...]] = {
    "score": ("-score", "pk"),
    "newest": ("-created_at", "-pk"),
    "growth": ("-growth_ratio", "pk"),
    "vacancies": ("-vacancies", "pk"),
    "title": ("title", "pk"),
}
LANGUAGES = (("en", "English"), ("zh", "中文"), ("it", "Italiano"))
PER_PAGE = 25
_KEYS = ("sector", "kind", "status", "language", "q", "sort")


def sector_names() -> list[str]:
    """The sectors that candidates carry."""
    rows = Candidate.objects.order_by().values_list("sectors", flat=True).distinct()
    return sorted({name for row in rows for name in row})


def chosen(asked: QueryDict) -> QuerySet[Candidate]:
    """The candidates that the filters of an address leave."""
    found = Candidate.objects.all()
    if asked.get("kind") in Kind.values:
        found = found.filter(kind=asked["kind"])
    if asked.get("status") in Status.values:
        found = found.filter(status=asked["status"])
    elif asked.get("status") != "all":
        found = found.exclude(status__in=(Status.MERGED, Status.SPLIT, Status.REJECTED))
    for word in asked.get("q", "")[:200].replace("\0", "").lower().split()[:8]:
        found = found.filter(Q(search__contains=word) | Q(title__icontains=word) | Q(candidate_id=word))
    language, sector = asked.get("language", ""), asked.get("sector", "")
    if language in dict(LANGUAGES):
        found = found.extra(where=["CAST(languages AS TEXT) LIKE %s"], params=[f'%"{language}"%'])
    if sector:
        escaped = json.dumps(sector[:80].replace("\0", ""))
        found = found.extra(where=["CAST(sectors AS TEXT) LIKE %s"], params=[f"%{escaped}%"])
    return found.order_by(*SORTS.get(asked.get("sort", ""), SORTS["score"]))


@page("read")
def queue(request: HttpRequest) -> HttpResponse:
    """The queue with filters, sort and saved views; htmx asks for the list alone."""
    found = chosen(request.GET).defer("search", "skills", "dossier__body")
    leaf = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    asked = {name: request.GET.get(name, "") for name in _KEYS}
    kept = QueryDict(mutable=True)
    kept.update({name: value for name, value in asked.items() if value})
    context = {
        "leaf": leaf, "asked": asked, "query": kept.urlencode(), "kinds": Kind.choices, "statuses": Status.choices,
        "languages": LANGUAGES, "sorts": _sort_names(), "rows": [(row, charts.spark(row.history)) for row in leaf],
        "filtered": any(asked[name] for name in _KEYS if name != "sort"),
    }  # fmt: skip
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return render(request, "review/queue_list.html", context)
    context["sectors"] = sector_names()
    context["views"] = request.user.views.all()
    if request.user.has_perm("review.triage"):
        context["analysts"] = list(forms.analysts())
    return render(request, "review/queue.html", context)


@page("read", methods=("POST",))
def save_view(request: HttpRequest) -> HttpResponse:
    """Keeps the filters under a name, or forgets one."""
    name = request.POST.get("name", "").strip()[:80]
    if request.POST.get("forget", "").isdigit():
        SavedView.objects.filter(owner=request.user, pk=int(request.POST["forget"][:18])).delete()
        return redirect("queue")
    if not name:
        raise WrongState(_("give the view a name"))
    query = QueryDict(request.POST.get("query", "")[:500])
    kept = QueryDict(mutable=True)
    kept.update({key: query[key] for key in _KEYS if query.get(key)})
    SavedView.objects.update_or_create(owner=request.user, name=name, defaults={"query": kept.urlencode()})
    return redirect(f"{reverse('queue')}?{kept.urlencode()}")


@page("triage", methods=("POST",))
def bulk_assign(request: HttpRequest) -> HttpResponse:
    """Assigns analysts to several candidates; each that cannot be assigned says why."""
    keys = [int(key) for key in request.POST.getlist("pick") if key.isdigit() and len(key) < 18]
    people = list(forms.analysts().filter(pk__in=[k for k in request.POST.getlist("analysts") if k.isdigit()]))
    if not keys or not people:
        raise WrongState(_("mark at least one candidate and one analyst"))
    done = 0
    for candidate in Candidate.objects.filter(pk__in=keys[:200]):
        try:
            actions.assign(candidate=candidate, analysts=people, by=request.user, version=None, now=now())
            done += 1
        except ReviewError as error:
            messages.error(request, f"{candidate.title}: {error}")
    messages.success(request, ngettext("%(n)s candidate assigned", "%(n)s candidates assigned", done) % {"n": done})
    return redirect("queue")


@page("read")
def landscape(request: HttpRequest) -> HttpResponse:
    """The map: islands by sector, area by vacancies, colour by growth, sector or status."""
    colours = {"growth": _("growth"), "sector": _("sector"), "status": _("status")}
    colour = request.GET.get("colour", "")
    colour = colour if colour in colours else "growth"
    found = chosen(request.GET).order_by("-vacancies", "pk")
    fields = ("candidate_id", "title", "sectors", "vacancies", "growth_ratio", "growth_low", "growth_high", "status")
    names = sector_names()
    shades = {name: f"s{number % 6 + 1}" for number, name in enumerate(names)}
    bubbles = []
    for cid, title, sectors, vacancies, ratio, low, high, status in found.values_list(*fields)[:250]:
        first = sectors[0] if sectors else ""
        shade = {"growth": growth_shade(ratio, low, high), "sector": shades.get(first, "g0"), "status": f"st-{status}"}
        detail = _("%(n)s vacancies, growth %(r)s (%(l)s to %(h)s)") % {
            "n": vacancies, "r": figure(ratio, 1), "l": figure(low, 1), "h": figure(high, 1),
        }  # fmt: skip
        bubbles.append(
            charts.Bubble(
                url=reverse("candidate", args=(cid,)), name=title, vacancies=vacancies, shade=shade[colour],
                group=sector(first) if first else _("no sector"), detail=detail, named=bool(first),
            )
        )  # fmt: skip
    there = {bubble.shade for bubble in bubbles}
    legend = {
        "growth": [
            ("g3", _("4 times and more")), ("g2", _("2 to 4 times")), ("g1", _("1 to 2 times")),
            ("g0", _("the interval holds 1: no growth shown")), ("gdown", _("shrinking")),
        ],
        "sector": [*((shades[name], sector(name)) for name in names), ("g0", _("no sector"))],
        "status": [(f"st-{key}", words) for key, words in Status.choices],
    }[colour]  # fmt: skip
    return render(
        request, "review/landscape.html",
        {
            "chart": charts.landscape(bubbles, title=_("Landscape of candidates")), "colour": colour,
            "colours": list(colours.items()), "legend": [row for row in legend if row[0] in there],
            "number": len(bubbles), "bubbles": bubbles, "asked": request.GET, "kinds": Kind.choices, "sectors": names,
        },
    )  # fmt: skip


def growth_shade(ratio: float, low: float, high: float) -> str:
    """A class by growth: g0 where the interval holds 1 (no growth shown), else by the ratio."""
    if low <= 1 <= high:
        return "g0"
    if ratio < 1:
        return "gdown"
    return "g1" if ratio < 2 else "g2" if ratio < 4 else "g3"


@page("read")
def trends(request: HttpRequest) -> HttpResponse:
    """Several candidates compared, each line with its interval."""
    keys = [key[:80].replace("\0", "") for key in request.GET.getlist("c")][:6]
    found = {row.candidate_id: row for row in Candidate.objects.filter(candidate_id__in=keys).defer("search")}
    rows = [found[key] for key in dict.fromkeys(keys) if key in found]
    offered = list(
        Candidate.objects.exclude(status__in=(Status.MERGED, Status.SPLIT)).order_by("-score")
        .values_list("candidate_id", "title")[:60]
    )  # fmt: skip
    if not rows and not keys:
        rows = list(Candidate.objects.filter(candidate_id__in=[key for key, _t in offered[:3]]).order_by("-score"))
    series = [(row.title, charts.quarters(row.history)) for row in rows]
    listed = {row.candidate_id for row in rows}
    return render(
        request, "review/trends.html",
        {
            "chart": charts.lines(series, title=_("Trends"), height=400, width=1060), "rows": rows, "listed": listed,
            "offered": [*[(r.candidate_id, r.title) for r in rows], *[o for o in offered if o[0] not in listed]],
            "series": series,
        },
    )  # fmt: skip


@page("read")
def candidate(request: HttpRequest, key: str) -> HttpResponse:
    """Everything on one candidate, from its dossier and its record."""
    row = get_object_or_404(Candidate.objects.select_related("dossier", "merged_into", "split_from"), candidate_id=key)
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
        "chart": charts.lines([(row.title, points)], title=_("Growth"), width=720, height=270),
        "sentences": _sentences(row), "similar": similar(row), "assigned": assigned, "shown": current, "grid": grid,
        "hidden": len(given) - len(seen), "decisions": sight.decisions(row, to=request.user),
        "trail": list(AuditRow.objects.filter(what="candidate", key=row.candidate_id).order_by("-number")[:20]),
        "comments": list(row.comments.select_related("author")), "portrait": portrait(row, raw, points),
        "wake": wakes_at(row, wake_at=rules().wake_at),
        "i_assess": any(one.analyst_id == request.user.pk for one in assigned)
        and row.status in (Status.ASSESSING, Status.THIRD)
        and not any(one.analyst_id == request.user.pk and one.round == row.assessment_round for one in given),
    }  # fmt: skip
    if request.user.has_perm("review.triage"):
        context["verbs"] = _verb_forms(row, others)
        context["undo"] = last_step(row, context["trail"])
    return render(request, "review/candidate.html", context)


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


@page("read", methods=("POST",))
def change(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Takes one step on a candidate, for who may take it."""
    require(request.user, OF_CANDIDATE[verb])
    row = get_object_or_404(Candidate, candidate_id=key)
    form_class, act = VERBS[verb]
    form = form_class(request.POST)
    if not form.is_valid():
        field, problems = next(iter(form.errors.items()))
        raise WrongState(f"{form.fields[field].label or field}: {problems[0]}")
    act(row, form.cleaned_data, request.user)
    messages.success(request, _("Done, and written to the record."))
    return redirect("candidate", key=key)


def similar(row: Candidate) -> list[tuple[Candidate, int]]:
    """Other candidates that share most skills (Jaccard, in percent), best first; those of its sectors."""
    mine = set(row.skills)
    if not mine:
        return []
    pool = (
        Candidate.objects.exclude(pk=row.pk).order_by("-score").only("pk", "candidate_id", "title", "skills", "status")
    )
    scored = [
        (round(100 * len(mine & set(other.skills)) / len(mine | set(other.skills))), other) for other in pool[:400]
    ]
    scored.sort(key=lambda pair: -pair[0])
    return [(other, share) for share, other in scored[:5] if share >= 10]


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


def _verb_forms(row: Candidate, others: list[User]) -> list[tuple[str, str, django_forms.Form]]:
    version = {"version": row.version}
    open_to: Mapping[str, tuple[str, ...]] = {
        "assign": (Status.NEW, Status.ASSESSING, Status.THIRD),
        "rename": tuple(s for s in Status.values if s not in (Status.MERGED, Status.SPLIT)),
        "merge": MERGEABLE,
        "split": SPLITTABLE,
        "watch": SPLITTABLE,
        "send-back": (Status.ASSESSING, Status.THIRD, Status.READY, Status.WATCH),
    }
    words = {
        "assign": _("Assign"), "rename": _("Rename"), "merge": _("Merge"), "split": _("Split"), "watch": _("Watch"),
        "send-back": _("Send back"),
    }  # fmt: skip
    found = [
        (verb, words[verb], VERBS[verb][0](initial={**version, "title": row.title}, auto_id=f"{verb}-%s"))
        for verb, statuses in open_to.items() if row.status in statuses
    ]  # fmt: skip
    for _verb, _words, form in found:
        if "analysts" in form.fields:  # they are at hand: no second question for them
            form.fields["analysts"].choices = [(user.pk, user.name) for user in others]
    return found


def _sort_names() -> list[tuple[str, str]]:
    return [
        ("score", _("Score")), ("newest", _("Newest")), ("growth", _("Growth")), ("vacancies", _("Vacancies")),
        ("title", _("Title")),
    ]  # fmt: skip
