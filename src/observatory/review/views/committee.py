"""Meetings, their agenda, the vote on an item, minutes, the register of decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from observatory.errors import Stale, WrongState
from observatory.review import actions, charts, forms
from observatory.review.actions.deciding import eligible
from observatory.review.exchange import checked
from observatory.review.minutes import as_docx, as_pdf, gather
from observatory.review.models import AgendaItem, Assessment, Candidate, Conflict, Decision, Meeting, Outcome, User
from observatory.review.permissions import OF_DECISION, OF_ITEM, OF_MEETING, require
from observatory.review.rules import Rules, settled, votes_needed
from observatory.review.views.candidate import named, show
from observatory.review.views.frame import now, page, rules


@page("read")
def meetings(request: HttpRequest) -> HttpResponse:
    """All meetings, and the candidates ready for one."""
    leaf = Paginator(Meeting.objects.select_related("chair"), 20).get_page(request.GET.get("page"))
    ready = Candidate.objects.filter(status="ready").order_by("-score").only("candidate_id", "title", "kind")[:30]
    return render(request, "review/meetings.html", {"leaf": leaf, "ready": ready})


@page("table", methods=("GET", "POST"))
def new_meeting(request: HttpRequest) -> HttpResponse:
    """Calls a meeting."""
    form = forms.NewMeeting(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.call_meeting(
                title=data["title"], held_on=data["held_on"], chair=data["chair"], members=list(data["members"]),
                rules=rules(), by=request.user, now=now(),
            )  # fmt: skip
        except WrongState as error:
            forms.refuse(form, error)
        else:
            return redirect("meeting", pk=made.pk)
    return render(request, "review/new_meeting.html", {"form": form}, status=422 if form.errors else 200)


@page("read")
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """The agenda, the members, the rules; the form to put a candidate on the agenda."""
    return _meeting(request, get_object_or_404(Meeting.objects.select_related("chair", "called_by"), pk=pk))


def _meeting(
    request: HttpRequest, row: Meeting, *, tried: forms.Motion | None = None, status: int = 200
) -> HttpResponse:
    mine = Exists(Conflict.objects.filter(item=OuterRef("pk"), member=request.user))
    items = list(row.items.select_related("decision").annotate(conflicted=mine))
    takes_part = any(request.user.has_perm(f"review.{name}") for name in ("vote", "table", "chair", "publish"))
    for one in items:
        ruling = getattr(one, "decision", None)
        seen = ruling is not None and (ruling.published_at is not None or (takes_part and not one.conflicted))
        one.ruling = ruling if seen else None
    context: dict[str, Any] = {
        "row": row, "items": items, "members": list(row.memberships.select_related("member")),
        "is_chair": row.chair_id == request.user.pk, "rules": row.rules,
    }  # fmt: skip
    if request.user.has_perm("review.table") and row.state != Meeting.State.CLOSED:
        start: dict[str, Any] = {"outcome": Outcome.ADOPT}
        picked = Candidate.objects.filter(candidate_id=request.GET.get("candidate", "")[:80].replace("\0", "")).first()
        if picked:
            last = Assessment.objects.filter(candidate=picked, submitted_at__isnull=False).last()
            start |= {
                "candidate": picked.pk, "name": last.name if last else picked.title, "version": picked.version,
                "kind": last.kind if last else picked.kind, "parent": last.parent if last else "",
            }  # fmt: skip
        context["form"] = tried or forms.Motion(initial=start, auto_id="motion-%s")
        context["tried"] = tried
    return render(request, "review/meeting.html", context, status=status)


def _open(row: Meeting, request: HttpRequest) -> None:
    actions.open_meeting(meeting=row, rules=rules(), by=request.user, now=now())


def _close(row: Meeting, request: HttpRequest) -> None:
    actions.close_meeting(meeting=row, by=request.user, now=now())


def _remove(row: Meeting, request: HttpRequest) -> None:
    who = get_object_or_404(User, username=request.POST.get("member", "").replace("\0", ""))
    actions.remove_member(meeting=row, member=who, by=request.user, now=now())


def _table(row: Meeting, request: HttpRequest) -> HttpResponse | None:
    """Puts the candidate on the agenda; a motion that does not fit comes back with what was typed."""
    form = forms.Motion(request.POST, auto_id="motion-%s")
    if not form.is_valid():
        if row.state == Meeting.State.CLOSED:
            raise WrongState(_("this meeting is closed"))
        return _meeting(request, row, tried=form, status=409 if form.has_error("candidate", "moved") else 422)
    data = form.cleaned_data
    candidate = data["candidate"]
    version = data["version"] if data["version"] is not None else candidate.version
    try:
        actions.table(meeting=row, candidate=candidate, motion=data, by=request.user, version=version, now=now())
    except (Stale, WrongState) as error:
        fresh = Meeting.objects.select_related("chair", "called_by").get(pk=row.pk)
        if fresh.state == Meeting.State.CLOSED:
            raise
        forms.refuse(form, error)
        candidate.refresh_from_db(fields=("version",))
        return _meeting(request, fresh, tried=forms.at_version(form, candidate.version), status=409)
    return None


MEETING_VERBS: Mapping[str, Callable[[Meeting, HttpRequest], HttpResponse | None]] = {
    "open": _open, "close": _close, "remove": _remove, "table": _table,
}  # fmt: skip


@page("read", methods=("POST",))
def change_meeting(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Takes one step of a meeting, for who may take it."""
    require(request.user, OF_MEETING[verb])
    row = get_object_or_404(Meeting, pk=pk)
    if refused := MEETING_VERBS[verb](row, request):
        return refused
    messages.success(request, _("Done, and written to the record."))
    return redirect("meeting", pk=pk)


@page("read")
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: its frozen dossier, the motion, my vote, and the count for those who may see it."""
    return _item(request, pk)


def _item(request: HttpRequest, pk: int, *, tried: Mapping[str, Any] | None = None, status: int = 200) -> HttpResponse:
    row = get_object_or_404(
        AgendaItem.objects.select_related("meeting", "candidate", "dossier", "merge_into", "decision"), pk=pk
    )
    raw = checked(row.dossier.body, sha256=row.dossier_sha256)
    given = list(row.candidate.assessments.filter(submitted_at__isnull=False, round=row.candidate.assessment_round))
    conflicts = list(row.conflicts.select_related("member"))
    votes = list(row.votes.select_related("member"))
    conflicted = any(one.member_id == request.user.pk for one in conflicts)
    member = any(one.member_id == request.user.pk and one.removed_at is None for one in row.meeting.memberships.all())
    mine = next((vote for vote in votes if vote.member_id == request.user.pk), None)
    counts = eligible(row)
    ruling = getattr(row, "decision", None)
    published = ruling is not None and ruling.published_at is not None
    takes_part = member or request.user.has_perm("review.table") or request.user.has_perm("review.publish")
    counted = row.state != AgendaItem.State.VOTING or mine is not None
    seen = published or (takes_part and counted and not conflicted)
    tally = {name: sum(1 for vote in votes if vote.choice == name) for name in ("for", "against", "abstain")}
    return render(
        request, "review/item.html",
        {
            "row": row, "raw": raw, "facts": raw["candidate"], "conflicts": conflicts, "conflicted": conflicted,
            "chart": _growth(raw),
            "is_member": member, "mine": mine, "cast": len(votes), "counts": counts,
            "needed": votes_needed(counts, rules=Rules(**row.meeting.rules)), "tally": tally if seen else None,
            "is_chair": row.meeting.chair_id == request.user.pk, "median": settled([a.points for a in given]),
            "withdraw": forms.Withdraw(auto_id="withdraw-%s"), "declare": forms.Declare(auto_id="declare-%s"),
            **(tried or {}),
        },
        status=status,
    )  # fmt: skip


def _growth(raw: Mapping[str, Any]) -> str:
    """The growth chart of a frozen dossier."""
    months = [[one["month"], one["vacancies"], one["exposure"]] for one in raw["history"]]
    return charts.lines(
        [(raw["candidate"]["title"], charts.quarters(months))], title=_("Growth"), width=720, height=240
    )


def _declare(row: AgendaItem, request: HttpRequest) -> None:
    actions.declare_conflict(item=row, reason=request.POST.get("reason", ""), by=request.user, now=now())


def _open_vote(row: AgendaItem, request: HttpRequest) -> None:
    actions.open_vote(item=row, by=request.user, now=now())


def _vote(row: AgendaItem, request: HttpRequest) -> None:
    actions.cast_vote(item=row, choice=request.POST.get("choice", ""), by=request.user, now=now())


def _close_vote(row: AgendaItem, request: HttpRequest) -> None:
    actions.close_vote(item=row, by=request.user, now=now())


def _settle(row: AgendaItem, request: HttpRequest) -> None:
    actions.settle_tie(item=row, choice=request.POST.get("choice", ""), by=request.user, now=now())


def _withdraw(row: AgendaItem, request: HttpRequest) -> None:
    actions.withdraw_item(item=row, reason=request.POST.get("reason", ""), by=request.user, now=now())


ITEM_VERBS: Mapping[str, Callable[[AgendaItem, HttpRequest], None]] = {
    "declare": _declare, "open": _open_vote, "vote": _vote, "count": _close_vote, "settle": _settle,
    "withdraw": _withdraw,
}  # fmt: skip


ITEM_FORMS: Mapping[str, type[django_forms.Form]] = {"declare": forms.Declare, "withdraw": forms.Withdraw}


@page("read", methods=("POST",))
def change_item(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Takes one step on an item, for who may take it; a refused one comes back to the item as it is now."""
    require(request.user, OF_ITEM[verb])
    row = get_object_or_404(AgendaItem, pk=pk)
    form_class = ITEM_FORMS.get(verb)
    form = form_class(request.POST, auto_id=f"{verb}-%s") if form_class else None
    if form is not None and not form.is_valid():
        return _item(request, pk, tried={verb: form, "tried": form, "verb": verb}, status=422)
    try:
        ITEM_VERBS[verb](row, request)
    except WrongState as error:
        row.refresh_from_db(fields=("state",))
        if form is not None and row.state not in (AgendaItem.State.WAITING, AgendaItem.State.VOTING):
            raise  # the step is not possible any more: there is no form to go back to
        form = form or django_forms.Form({})
        forms.refuse(form, error)
        return _item(request, pk, tried={verb: form, "tried": form, "verb": verb}, status=409)
    messages.success(request, _("Done, and written to the record."))
    return redirect("item", pk=pk)


@page("read")
def minutes(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The minutes of a closed meeting as DOCX or PDF."""
    row = get_object_or_404(Meeting.objects.select_related("chair"), pk=pk)
    if row.state != Meeting.State.CLOSED:
        raise WrongState(_("The minutes are made when the meeting is closed."))
    made = gather(row, to=request.user)
    if form == "docx":
        body = as_docx(made)
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    else:
        body, kind = as_pdf(made), "application/pdf"
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="minutes-{row.pk}.{form}"'
    return answer


@page("read")
def register(request: HttpRequest) -> HttpResponse:
    """Published decisions; those who publish also see what waits."""
    found = Decision.objects.select_related("candidate", "item__meeting")
    if request.GET.get("outcome") in Outcome.values:
        found = found.filter(outcome=request.GET["outcome"])
    waiting = found.filter(published_at__isnull=True) if request.user.has_perm("review.publish") else found.none()
    leaf = Paginator(found.filter(published_at__isnull=False).order_by("-published_at"), 25)
    context = {
        "leaf": leaf.get_page(request.GET.get("page")), "waiting": waiting[:50], "outcomes": Outcome.choices,
        "asked": request.GET.get("outcome", ""),
    }  # fmt: skip
    return render(request, "review/register.html", context)


@page("read", methods=("POST",))
def change_decision(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Publishes a decision, or appeals against it."""
    require(request.user, OF_DECISION[verb])
    row = get_object_or_404(Decision.objects.select_related("candidate"), pk=pk)
    if verb == "publish":
        actions.publish(decision=row, by=request.user, now=now())
        messages.success(request, _("Published: it is in the register, the API and the feed."))
        return redirect("register")
    form, status = forms.Appeal(request.POST, auto_id=f"appeal-{pk}-%s"), 422
    if form.is_valid():
        try:
            actions.appeal(decision=row, grounds=form.cleaned_data["grounds"], by=request.user, now=now())
        except WrongState as error:
            forms.refuse(form, error)
            status = 409
    if form.errors:
        return show(request, named(row.candidate.candidate_id), tried=(f"appeal-{pk}", form), status=status)
    messages.success(request, _("Done, and written to the record."))
    return redirect(reverse("candidate", args=(row.candidate.candidate_id,)))
