"""Pages of the crosswalk: what waits, a profession beside the concepts proposed for it, the steps, the export."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from observatory.programme.actions import crosswalk as actions
from observatory.programme.crosswalks import mappings_csv, mappings_json
from observatory.programme.models import Match, Relation
from observatory.programme.views.sheets import text_of, version_of
from observatory.review.models import Candidate
from observatory.review.views.frame import now, page

MOST_BYTES = 32 * 2**20
VERBS = ("confirm", "reject", "reopen")


@page("read")
def crosswalks(request: HttpRequest) -> HttpResponse:
    """The professions for which concepts are proposed; those with open ones first."""
    rows = (
        Candidate.objects.filter(matches__isnull=False)
        .annotate(
            open_n=Count("matches", filter=Q(matches__state="open")),
            confirmed_n=Count("matches", filter=Q(matches__state="confirmed")),
            rejected_n=Count("matches", filter=Q(matches__state="rejected")),
            best=Max("matches__similarity"),
        )
        .order_by("-open_n", "title", "pk")
    )
    leaf = Paginator(rows, 25).get_page(request.GET.get("page"))
    return render(request, "programme/crosswalks.html", {"part": "crosswalks", "leaf": leaf})


@page("read")
def crosswalk(request: HttpRequest, key: str) -> HttpResponse:
    """A profession beside the concepts proposed for it, by classification."""
    row = get_object_or_404(Candidate.objects.select_related("dossier"), candidate_id=key)
    raw = json.loads(row.dossier.body)["candidate"] if row.dossier else {}
    groups: dict[tuple[str, str], list[Match]] = {}
    for one in row.matches.select_related("decided_by"):
        one.percent = round(100 * one.similarity)
        groups.setdefault((one.scheme, one.edition), []).append(one)
    context = {
        "part": "crosswalks", "row": row, "titles": raw.get("titles") or {}, "skills": list(row.skills)[:20],
        "definition": raw.get("definition", ""),
        "groups": [(scheme, edition, found) for (scheme, edition), found in groups.items()],
        "relations": Relation.choices, "lacking": request.user.has_perm("programme.crosswalk") and actions.lacking(row),
    }  # fmt: skip
    return render(request, "programme/crosswalk.html", context)


@page("programme.crosswalk", methods=("POST",))
def bring_in(request: HttpRequest) -> HttpResponse:
    """Takes in proposals made by `observatory crosswalk`."""
    user: Any = request.user
    counts = actions.receive(text=text_of(request, most=MOST_BYTES), by=user, now=now())
    words = ngettext("%(n)s new proposal", "%(n)s new proposals", counts["new"]) % {"n": counts["new"]}
    rest = _("%(changed)s changed, %(known)s known already") % {"changed": counts["changed"], "known": counts["known"]}
    messages.success(request, f"{words}, {rest}")
    return redirect("programme:crosswalks")


@page("programme.crosswalk", methods=("POST",))
def change(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Confirms, rejects or opens a proposal again."""
    user: Any = request.user
    row = get_object_or_404(Match.objects.select_related("candidate"), pk=pk)
    version, reason = version_of(request), request.POST.get("reason", "").replace("\0", "")
    if verb == "confirm":
        relation = request.POST.get("relation", "")
        actions.confirm(match=row, relation=relation, note=reason, by=user, version=version, now=now())
    elif verb == "reject":
        actions.reject(match=row, reason=reason, by=user, version=version, now=now())
    else:
        actions.reopen(match=row, reason=reason, by=user, version=version, now=now())
    messages.success(request, _("Done, and written to the record."))
    return redirect("programme:crosswalk", key=row.candidate.candidate_id)


@page("programme.crosswalk", methods=("POST",))
def carry(request: HttpRequest, key: str) -> HttpResponse:
    """Writes the confirmed mappings of a profession into its row of the register."""
    user: Any = request.user
    row = get_object_or_404(Candidate, candidate_id=key)
    if actions.carry(candidate=row, by=user, now=now()):
        messages.success(request, _("Done, and written to the record."))
    else:
        messages.success(request, _("The register holds these mappings already, or not this profession."))
    return redirect("programme:crosswalk", key=key)


@page("read")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The confirmed mappings, for the open-data release and for partners."""
    body, kind = (mappings_csv(), "text/csv") if form == "csv" else (mappings_json(), "application/json")
    answer = HttpResponse(body, content_type=f"{kind}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="mappings.{form}"'
    return answer
