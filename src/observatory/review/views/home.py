"""Home, the record, agreement, health, bringing in dossiers, the first look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Max, Q, Subquery
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from observatory.errors import BadInput, Stale
from observatory.review import audit, sight
from observatory.review.agreement import krippendorff_alpha
from observatory.review.exchange import MAX_BYTES, receive_all
from observatory.review.forecast import all_steps, due_steps, outlook
from observatory.review.models import (
    AgendaItem,
    Assessment,
    AuditRow,
    Candidate,
    Criterion,
    Decision,
    Health,
    Outcome,
    Status,
    User,
)
from observatory.review.templatetags.review import VERBS, figure
from observatory.review.views import operating
from observatory.review.views.frame import now, page, rules
from observatory.review.views.standards import step_rules

PER_PAGE = 50


@page("read")
def home(request: HttpRequest) -> HttpResponse:
    """This year's target, what is new, my work, what waits for whom, health."""
    user: Any = request.user
    today = now()
    since = _last_visit(request, user)
    year = today.year
    counts = Candidate.objects.aggregate(
        **{name: Count("pk", filter=Q(status=name)) for name in Status.values},
        fresh=Count("pk", filter=Q(created_at__gt=since) if since else Q()),
        year_adopted=_adoptions(decided_at__year=year),
    )  # fmt: skip
    steps = all_steps()
    seen = outlook(today=today.date(), least=step_rules().forecast_cases, steps=steps)
    done = {"published": seen.published, "adopted": counts["year_adopted"] or 0}
    target = settings.WORKSPACE.settings.site.target
    newest = Candidate.objects.filter(created_at__gt=since) if since else Candidate.objects.all()
    mine = sight.assignments(user)[:8] if user.has_perm("review.assess") else []
    mentions = user.mentioned_in.select_related("author", "candidate").order_by("-written_at")[:5]
    votes = (
        AgendaItem.objects.filter(
            state=AgendaItem.State.VOTING, meeting__memberships__member=user,
            meeting__memberships__removed_at__isnull=True,
        ).exclude(votes__member=user).exclude(conflicts__member=user).select_related("meeting")[:8]
        if user.has_perm("review.vote") else []
    )  # fmt: skip
    waits = [
        (_("to be assigned"), counts[Status.NEW], "?status=new"),
        (_("with analysts"), counts[Status.ASSESSING], "?status=assessing"),
        (_("need a third analyst"), counts[Status.THIRD], "?status=third"),
        (_("ready for the committee"), counts[Status.READY], "?status=ready"),
        (_("on an agenda"), counts[Status.TABLED], "?status=tabled"),
    ]
    review = sum(counts[name] for name in (Status.ASSESSING, Status.THIRD, Status.READY, Status.TABLED))
    return render(
        request, "review/home.html",
        {
            "target": target, "year": year, **done, "in_review": review, "waits": waits, "fresh": counts["fresh"],
            "newest": newest.order_by("-score")[:5], "mine": mine, "mentions": mentions, "votes": votes, "since": since,
            "health": [*operating.fares(today), *Health.objects.all()[:10]], "slots": range(max(target, done["published"])),
            "first_look": not user.toured, "steps": due_steps(steps, owner=user, today=today.date()),
            "outlook": seen,
        },
    )  # fmt: skip


def _adoptions(**when: int) -> Max:
    """How many carried adoptions there are, inside a question about candidates; None where there is none."""
    rows = Decision.objects.filter(outcome=Outcome.ADOPT, carried=True, **when).order_by()
    return Max(Subquery(rows.values("outcome").annotate(n=Count("pk")).values("n")))


def _last_visit(request: HttpRequest, user: User) -> dt.datetime | None:
    """When the person was here before this session; it stays the same while the session lasts."""
    if "since" not in request.session:
        request.session["since"] = user.seen_at.isoformat() if user.seen_at else ""
        User.objects.filter(pk=user.pk).update(seen_at=now())
    kept = request.session["since"]
    return dt.datetime.fromisoformat(kept) if kept else None


@page("read", methods=("GET", "POST"))
def first_look(request: HttpRequest) -> HttpResponse:
    """A guided first look; ended by the reader."""
    if request.method == "POST":
        User.objects.filter(pk=request.user.pk).update(toured=True)
        return redirect("home")
    best = Candidate.objects.order_by("-score").first()
    return render(request, "review/first_look.html", {"best": best})


@page("audit")
def trail(request: HttpRequest) -> HttpResponse:
    """The audit trail, newest first, a page at a time."""
    user: Any = request.user
    rows = AuditRow.objects.all()
    for name in ("by", "verb", "key"):
        if request.GET.get(name):
            rows = rows.filter(**{name: request.GET[name][:150].replace("\0", "")})
    before = request.GET.get("before", "")
    if before.isdigit() and len(before) < 19:
        rows = rows.filter(number__lt=int(before))
    shown = sight.shown(rows.order_by("-number")[: PER_PAGE + 1], to=user)
    more = shown[PER_PAGE - 1].number if len(shown) > PER_PAGE else None
    verbs = sorted(((verb, str(words)) for verb, words in VERBS.items()), key=lambda pair: pair[1])
    context = {"rows": shown[:PER_PAGE], "more": more, "asked": request.GET, "verbs": verbs}
    return render(request, "review/trail.html", context)


@page("audit")
def trail_export(request: HttpRequest) -> StreamingHttpResponse:
    """The whole trail as JSON lines; what a person may not see yet keeps its place and its hash."""
    user: Any = request.user
    lines = audit.export(hidden=sight.withheld(user))
    answer = StreamingHttpResponse((line + "\n" for line in lines), content_type="application/x-ndjson")
    answer["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    return answer


@page("triage")
def agreement(request: HttpRequest) -> HttpResponse:
    """Krippendorff's alpha per criterion, and each analyst against the others."""
    done = Assessment.objects.filter(submitted_at__isnull=False).order_by("-submitted_at")[:4000]
    rows = done.values_list(
        "candidate_id", "round", "analyst__username", "points", "analyst__first_name", "analyst__last_name"
    )
    units: dict[tuple[int, int], dict[str, dict[str, int]]] = {}
    called: dict[str, str] = {}
    for candidate, turn, analyst, points, first, last in rows:
        units.setdefault((candidate, turn), {})[analyst] = points
        called[analyst] = f"{first} {last}".strip() or analyst
    shared = [unit for unit in units.values() if len(unit) > 1]
    criteria = [
        (Criterion(name).label, krippendorff_alpha([[p[name] for p in unit.values() if name in p] for unit in shared]))
        for name in Criterion.values
    ]
    names = sorted({name for unit in shared for name in unit})
    analysts = []
    for name in names:
        with_them = [unit for unit in shared if name in unit]
        values = [
            [points[c] for points in unit.values() if c in points] for unit in with_them for c in Criterion.values
        ]
        analysts.append((called[name], len(with_them), krippendorff_alpha(values)))
    return render(request, "review/agreement.html", {"criteria": criteria, "analysts": analysts, "shared": len(shared)})


@page("operate", methods=("GET", "POST"))
def bring_in(request: HttpRequest) -> HttpResponse:
    """Brings in dossiers made by `observatory dossier ID --format json`; all of the files, or none."""
    problem = ""
    if request.method == "POST":
        try:
            texts = _texts(request.FILES.getlist("files"))
            taken = receive_all(texts, wake_at=rules().wake_at, by=request.user, now=now())
        except (BadInput, Stale) as error:
            problem = str(error)
        else:
            for candidate, what in taken:
                words = VERBS.get(f"dossier.{what}", _("this dossier was here already"))
                messages.success(request, f"{candidate.title}: {words}")
            return redirect("bring_in")
    context = {"health": Health.objects.all(), "problem": problem}
    return render(request, "review/bring_in.html", context, status=422 if problem else 200)


def _texts(files: Iterable[Any]) -> dict[str, str]:
    """The text of each uploaded file by its name. Raises `BadInput` for what is none."""
    texts: dict[str, str] = {}
    for file in files:
        if file.size > MAX_BYTES:
            raise BadInput(
                _("%(name)s: %(size)s bytes; at most %(most)s are read")
                % {"name": file.name, "size": figure(file.size), "most": figure(MAX_BYTES)}
            )
        if file.name in texts:
            raise BadInput(_("two files are called %(name)s; bring them in one after the other") % {"name": file.name})
        try:
            texts[file.name] = file.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadInput(_("%(name)s: not a text file in UTF-8, so no dossier") % {"name": file.name}) from error
    if not texts:
        raise BadInput(_("choose at least one file"))
    return texts


def alive(request: HttpRequest) -> HttpResponse:
    """For a proxy: the site and its database answer."""
    Candidate.objects.values_list("pk").first()
    return HttpResponse("ok", content_type="text/plain")
