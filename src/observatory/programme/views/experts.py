"""Pages of experts: the list, a person, who fits a candidate, invitations."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from observatory.errors import ObservatoryError
from observatory.ledger import Letter
from observatory.programme import forms
from observatory.programme.actions import experts as actions
from observatory.programme.countries import country_name
from observatory.programme.matching import nearest
from observatory.programme.models import Brief, Expert, Invitation
from observatory.programme.views.sheets import cleaned, sheet, version_of
from observatory.programme.words import LANGUAGES
from observatory.review.models import OPEN_STATUSES, Candidate, Status
from observatory.review.models_standards import DraftVersion
from observatory.review.views.frame import now, page
from observatory.review.views.operating import ledger
from observatory.standards import cells, from_json

PART = "experts"
MOST = 2_000  # experts compared with a candidate
ANSWERS = ("accepted", "declined", "done", "withdrawn")


def _open_tasks() -> Count:
    return Count("invitations", filter=Q(invitations__state__in=actions.OPEN), distinct=True)


@page("programme.experts")
def experts(request: HttpRequest) -> HttpResponse:
    """The experts and their workload; with a candidate, those whose expertise is nearest to it come first."""
    asked = {name: request.GET.get(name, "")[:80].replace("\0", "") for name in ("candidate", "language", "country")}
    candidate = Candidate.objects.select_related("dossier").filter(candidate_id=asked["candidate"]).first()
    rows = (
        Expert.objects.filter(erased_at__isnull=True)
        .annotate(open_n=_open_tasks())
        .prefetch_related("interests")
        .order_by("name", "pk")
    )
    if asked["country"]:
        rows = rows.filter(country=asked["country"])
    context: dict[str, Any] = {
        "part": PART, "asked": asked, "candidate": candidate, "tongues_known": LANGUAGES.items(),
        "query": urlencode({name: value for name, value in asked.items() if value}),
        "candidates": Candidate.objects.filter(status__in=(*OPEN_STATUSES, Status.ADOPTED)).order_by("title").values_list("candidate_id", "title")[:500],
    }  # fmt: skip
    people = {row.pk: row for row in rows[:MOST] if not asked["language"] or asked["language"] in row.languages}
    if candidate is not None:
        texts = {key: row.expertise for key, row in people.items()}
        employers = actions.employers_of(candidate)
        found = []
        for near in nearest(text_of_candidate(candidate), texts, most=25):
            row = people[near.key]
            clash = next((one for one in row.interests.all() if _clashes(one, candidate, employers)), None)
            found.append((row, round(100 * near.cosine), ", ".join(near.words), clash))
        context["found"] = found
        context["invite"] = forms.InviteForm(
            initial={
                "candidate": candidate.candidate_id,
                "due_on": now().date() + dt.timedelta(days=settings.WORKSPACE.settings.programme.answer_days),
            }
        )
    else:
        leaf = Paginator(list(people.values()), 25).get_page(request.GET.get("page"))
        for row in leaf:
            row.country_name = country_name(row.country)
        context["leaf"] = leaf
    context["waiting"] = list(
        Invitation.objects.filter(state__in=actions.OPEN).select_related("expert", "candidate").order_by("due_on")[:30]
    )
    context["today"] = now().date()
    return render(request, "programme/experts.html", context)


def _clashes(interest: Any, candidate: Candidate, employers: frozenset[str]) -> bool:
    named = bool(interest.employer) and actions.plain(interest.employer) in employers
    return interest.candidate_id == candidate.pk or named


def text_of_candidate(candidate: Candidate) -> str:
    """What a candidate is about: its names and skills, the units of its newest brief, its newest draft."""
    brief = Brief.objects.filter(candidate=candidate).prefetch_related("units").first()
    draft = (
        DraftVersion.objects.filter(project__candidate=candidate).order_by("-project__started_at", "-number").first()
    )
    units = " ".join(f"{unit.title} {' '.join(unit.skills)}" for unit in brief.units.all()) if brief else ""
    written = " ".join(cell.text for _place, cell in cells(from_json(draft.body))) if draft else ""
    return f"{candidate.title} {candidate.search} {units} {written}"


@page("programme.experts", methods=("GET", "POST"))
def new_expert(request: HttpRequest) -> HttpResponse:
    """A new expert."""

    def save(form: Any) -> str:
        made = actions.add_expert(values=form.values(), by=request.user, now=now())
        return reverse("programme:expert", args=(made.pk,))

    return sheet(
        request, forms.ExpertForm(request.POST or None), save, part=PART, title=_("Add an expert"),
        back=(_("Experts"), reverse("programme:experts")), button=_("Add"), intro=_privacy(),
    )  # fmt: skip


def _privacy() -> str:
    return _(
        "Keep only what finding and inviting the person needs. It is shown to those who keep experts and to nobody else, and is erased on request."
    )


@page("programme.experts")
def expert(request: HttpRequest, pk: int) -> HttpResponse:
    """An expert: facts, conflicts, invitations."""
    row = get_object_or_404(Expert.objects.annotate(open_n=_open_tasks()), pk=pk)
    context = {
        "part": PART, "row": row, "country": country_name(row.country),
        "interests": row.interests.select_related("candidate", "partner"),
        "invitations": [
            (one, [(state, Invitation.State(state).label) for state in actions.FOLLOWS.get(one.state, ())])
            for one in row.invitations.select_related("candidate", "invited_by").order_by("-due_on")[:50]
        ],
        "today": now().date(),
    }  # fmt: skip
    return render(request, "programme/expert.html", context)


@page("programme.experts", methods=("GET", "POST"))
def change_expert(request: HttpRequest, pk: int) -> HttpResponse:
    """Other facts on an expert."""
    row = get_object_or_404(Expert, pk=pk)
    start = {name: getattr(row, name) for name in forms.ExpertForm.base_fields}

    def save(form: Any) -> str:
        actions.change_expert(
            expert=row, values=form.values(), by=request.user, version=form.cleaned_data["version"], now=now()
        )
        return reverse("programme:expert", args=(pk,))

    return sheet(
        request, forms.ExpertForm(request.POST or None, initial=start), save, part=PART, title=_("Change the facts on an expert"),
        back=(str(row), reverse("programme:expert", args=(pk,))), button=_("Save"), intro=_privacy(),
    )  # fmt: skip


@page("programme.experts", methods=("GET", "POST"))
def conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """Declares a conflict of interest."""
    row = get_object_or_404(Expert, pk=pk)

    def save(form: Any) -> str:
        actions.declare(expert=row, by=request.user, now=now(), **form.cleaned_data)
        return reverse("programme:expert", args=(pk,))

    return sheet(
        request, forms.ConflictForm(request.POST or None), save, part=PART, title=_("Declare a conflict of interest"),
        back=(str(row), reverse("programme:expert", args=(pk,))), button=_("Declare"),
        intro=_("The expert can then not be invited to it, and open invitations to it are withdrawn."),
    )  # fmt: skip


@page("programme.experts", methods=("POST",))
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Erases a person on request, also from letters that have gone out."""
    row = get_object_or_404(Expert, pk=pk)
    address = row.email
    actions.erase(expert=row, by=request.user, version=version_of(request), now=now())
    try:
        if address:
            ledger().forget_recipient(address, now=now())
        messages.success(request, _("Erased. The record keeps the number of the expert and nothing of the person."))
    except ObservatoryError as error:
        messages.error(request, _("Erased here, but not from the letters that were sent: %(why)s") % {"why": error})
    return redirect("programme:expert", pk=pk)


@page("programme.experts", methods=("POST",))
def invite(request: HttpRequest) -> HttpResponse:
    """Invites an expert, and queues the letter where there is an address."""
    said = cleaned(forms.InviteForm(request.POST))
    row = get_object_or_404(Expert, pk=said["expert"])
    made = actions.invite(
        expert=row, candidate=said["candidate"], purpose=said["purpose"], due_on=said["due_on"],
        at_once=settings.WORKSPACE.settings.programme.tasks_at_once, by=request.user, now=now(),
    )  # fmt: skip
    _write(request, made)
    back = urlencode({"candidate": said["candidate"].candidate_id})
    return redirect(f"{reverse('programme:experts')}?{back}")


def issue_of(invitation: Invitation) -> str:
    """What the outbox knows the letter of an invitation by."""
    return f"invitation:{invitation.pk}:{invitation.created_at:%Y%m%dT%H%M%S.%f}"


def _write(request: HttpRequest, made: Invitation) -> None:
    """Queues the letter of an invitation; the outbox sends it once, however often it is queued."""
    if not made.expert.email:
        messages.success(request, _("Invited. There is no address, so no letter goes out: tell the person yourself."))
        return
    name = settings.WORKSPACE.settings.workspace.name
    body = _(
        "Dear %(name)s,\n\n%(office)s asks for your help: %(task)s.\nPlease answer whether you can do it by %(day)s.\n\nIf you know of a conflict of interest, tell us before you begin. You may ask us at any time to erase what we keep about you.\n"
    ) % {"name": made.expert.name, "office": name, "task": str(made), "day": made.due_on.isoformat()}
    letter = Letter(
        issue=issue_of(made), recipients=(made.expert.email,), body=body, files=(),
        subject=_("%(office)s: an invitation") % {"office": name},
    )  # fmt: skip
    try:
        ledger().queue(letter, now=now())
        messages.success(request, _("Invited; the letter is in the outbox."))
    except ObservatoryError as error:
        messages.error(request, _("Invited, but the letter is not in the outbox: %(why)s") % {"why": error})


@page("programme.experts", methods=("POST",))
def answer(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """What became of an invitation."""
    row = get_object_or_404(Invitation, pk=pk)
    actions.answer(invitation=row, state=verb, by=request.user, version=version_of(request), now=now())
    messages.success(request, _("Done, and written to the record."))
    return redirect("programme:expert", pk=row.expert_id)
