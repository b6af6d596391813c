"""The queue with its views, the landscape, trends."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from observatory.errors import ReviewError
from observatory.review import actions, charts, forms
from observatory.review.models import (
    OPEN_STATUSES,
    Candidate,
    Kind,
    SavedView,
    Status,
)
from observatory.review.templatetags.review import bounded, figure, growth_words, sector
from observatory.review.views.frame import now, page

SORTS: Mapping[str, tuple[str, ...]] = {
    "score": ("-score", "pk"),
    "newest": ("-created_at", "-pk"),
    "growth": ("-growth_ratio", "pk"),
    "vacancies": ("-vacancies", "pk"),
    "title": ("title", "pk"),
}
LANGUAGES = (("en", "English"), ("zh", "中文"), ("it", "Italiano"))
PER_PAGE = 25
MOST_MAPPED = 250
MAPPED = (*OPEN_STATUSES, Status.WATCH, Status.ADOPTED)  # what the landscape shows
_KEYS = ("sector", "kind", "status", "language", "q", "sort")


def sector_names() -> list[str]:
    """The sectors that candidates carry."""
    rows = Candidate.objects.order_by().values_list("sectors", flat=True).distinct()
    return sorted({name for row in rows for name in row})


def chosen(asked: QueryDict, *, standing: Iterable[str]) -> QuerySet[Candidate]:
    """The candidates that the filters of an address leave; those of `standing` where it names no status."""
    found = Candidate.objects.all()
    if asked.get("kind") in Kind.values:
        found = found.filter(kind=asked["kind"])
    if asked.get("status") in Status.values:
        found = found.filter(status=asked["status"])
    elif asked.get("status") != "all":
        found = found.filter(status__in=tuple(standing))
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
    return _queue(request, request.GET)


def _queue(request: HttpRequest, said: QueryDict, *, status: int = 200, **refused: Any) -> HttpResponse:
    """The page for the filters `said`; `refused` is what a refused form had, to be shown again."""
    found = chosen(said, standing=OPEN_STATUSES).defer("search", "skills", "dossier__body")
    leaf = Paginator(found, PER_PAGE).get_page(said.get("page"))
    asked = {name: said.get(name, "") for name in _KEYS}
    kept = QueryDict(mutable=True)
    kept.update({name: value for name, value in asked.items() if value})
    context = {
        "leaf": leaf, "asked": asked, "query": kept.urlencode(), "kinds": Kind.choices, "statuses": Status.choices,
        "languages": LANGUAGES, "sorts": _sort_names(), "rows": [(row, charts.spark(row.history)) for row in leaf],
        "filtered": any(asked[name] for name in _KEYS if name != "sort"), **refused,
    }  # fmt: skip
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return render(request, "review/queue_list.html", context)
    context["sectors"] = sector_names()
    context["views"] = request.user.views.all()
    if request.user.has_perm("review.triage"):
        context["analysts"] = list(forms.analysts())
    return render(request, "review/queue.html", context, status=status)


def _filters(request: HttpRequest) -> QueryDict:
    """The filters that a form on the queue says it was sent from."""
    query = QueryDict(request.POST.get("query", "")[:500])
    kept = QueryDict(mutable=True)
    kept.update({key: query[key] for key in (*_KEYS, "page") if query.get(key)})
    return kept


@page("read", methods=("POST",))
def save_view(request: HttpRequest) -> HttpResponse:
    """Keeps the filters under a name, or forgets one."""
    name = request.POST.get("name", "").strip()[:80]
    if request.POST.get("forget", "").isdigit():
        SavedView.objects.filter(owner=request.user, pk=int(request.POST["forget"][:18])).delete()
        return redirect("queue")
    kept = _filters(request)
    if not name:
        return _queue(request, kept, status=422, problem=_("give the view a name"))
    kept.pop("page", None)
    SavedView.objects.update_or_create(owner=request.user, name=name, defaults={"query": kept.urlencode()})
    return redirect(f"{reverse('queue')}?{kept.urlencode()}")


@page("triage", methods=("POST",))
def bulk_assign(request: HttpRequest) -> HttpResponse:
    """Assigns analysts to several candidates; each that cannot be assigned says why."""
    keys, asked = (
        [int(key) for key in request.POST.getlist(name) if key.isdigit() and len(key) < 18]
        for name in ("pick", "analysts")
    )
    people = list(forms.analysts().filter(pk__in=asked))
    kept = _filters(request)
    if not keys or not people:
        return _queue(
            request, kept, status=422, marked=keys, marked_people=asked,
            problem=_("mark at least one candidate and one analyst"),
        )  # fmt: skip
    done = 0
    for candidate in Candidate.objects.filter(pk__in=keys[:200]):
        try:
            actions.assign(candidate=candidate, analysts=people, by=request.user, version=None, now=now())
            done += 1
        except ReviewError as error:
            messages.error(request, f"{candidate.title}: {error}")
    if done:
        messages.success(request, ngettext("%(n)s candidate assigned", "%(n)s candidates assigned", done) % {"n": done})
    return redirect(f"{reverse('queue')}?{kept.urlencode()}")


@page("read")
def landscape(request: HttpRequest) -> HttpResponse:
    """The map: islands by sector, area by vacancies, colour by growth, sector or status."""
    colours = {"growth": _("growth"), "sector": _("sector"), "status": _("status")}
    colour = request.GET.get("colour", "")
    colour = colour if colour in colours else "growth"
    found = chosen(request.GET, standing=MAPPED).order_by("-vacancies", "pk")
    fields = ("candidate_id", "title", "sectors", "vacancies", "growth_ratio", "growth_low", "growth_high", "status")
    names = sector_names()
    shades = {name: f"s{number % 6 + 1}" for number, name in enumerate(names)}
    bubbles: list[charts.Bubble] = []
    for cid, title, sectors, vacancies, ratio, low, high, status in found.values_list(*fields)[:MOST_MAPPED]:
        first = sectors[0] if sectors else ""
        shade = {"growth": growth_shade(ratio, low, high), "sector": shades.get(first, "g0"), "status": f"st-{status}"}
        known = _("%(n)s vacancies, growth %(g)s") if bounded(low, high) else _("%(n)s vacancies, growth not known")
        detail = known % {"n": figure(vacancies), "g": growth_words(ratio, low, high)}
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
            "number": len(bubbles), "of": found.count() if len(bubbles) == MOST_MAPPED else len(bubbles), "bubbles": bubbles, "asked": request.GET, "kinds": Kind.choices, "sectors": names,
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


def _sort_names() -> list[tuple[str, str]]:
    return [
        ("score", _("Score")), ("newest", _("Newest")), ("growth", _("Growth")), ("vacancies", _("Vacancies")),
        ("title", _("Title")),
    ]  # fmt: skip
