"""The programme of the year, and the pages of the work on one standard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from observatory.errors import BadInput, WrongState
from observatory.review import actions, forms_standards
from observatory.review.actions.drafting import MAX_BYTES
from observatory.review.actions.registering import code_for
from observatory.review.forecast import all_steps, outlook
from observatory.review.models import Candidate, Decision, Outcome, Status
from observatory.review.models_standards import UNDER_WAY, Entry, Project, Remark, Stage
from observatory.review.permissions import OF_PROJECT, require
from observatory.review.steps import NEXT, StepRules, facts_of, lacking, must_stand, years_later
from observatory.review.views.frame import now, page

REVIEWED = (Status.ASSESSING, Status.THIRD, Status.READY, Status.TABLED)


def step_rules() -> StepRules:
    """The rules of the work on standards as the workspace sets them now."""
    return StepRules(**settings.WORKSPACE.settings.standards.model_dump())


@page("read")
def standards(request: HttpRequest) -> HttpResponse:
    """The year: from candidates to published standards, with the forecast; each project with its step and its day."""
    today, rules = now().date(), step_rules()
    found = list(Project.objects.select_related("owner", "candidate").defer("candidate__search", "candidate__history"))
    seen = outlook(today=today, least=rules.forecast_cases, steps=all_steps())
    for row in found:
        row.late = row.overdue(today)
        row.lead = seen.leads.get(row.pk)
        if row.lead and row.lead.median is not None:
            row.expected_on = today + dt.timedelta(days=row.lead.median)
            row.from_on = today + dt.timedelta(days=row.lead.low or 0)
            row.until_on = today + dt.timedelta(days=row.lead.high) if row.lead.high is not None else None
    counts = {stage: sum(1 for row in found if row.stage == stage) for stage in Stage.values}
    reviewed = Candidate.objects.filter(status__in=REVIEWED).count()
    waiting = Decision.objects.filter(
        outcome=Outcome.ADOPT, carried=True, published_at__isnull=False, appealed_at__isnull=True, project__isnull=True
    ).order_by("published_at")[:50]  # fmt: skip
    way = [(_("in review"), reviewed, "candidates"), (_("adopted, not begun"), len(waiting), "waiting")]
    way += [(Stage(stage).label, counts[stage], str(stage)) for stage in UNDER_WAY]
    target = settings.WORKSPACE.settings.site.target
    context = {
        "way": way, "most": max(1, *(number for _words, number, _key in way)), "projects": [row for row in found if row.is_open],
        "ended": [row for row in found if not row.is_open][:50], "waiting": waiting, "seen": seen, "target": target,
        "year": today.year, "slots": range(max(target, seen.published)), "today": today,
        "form": forms_standards.Start(auto_id="start-%s") if request.user.has_perm("review.steer") else None,
    }  # fmt: skip
    return render(request, "review/standards.html", context)


@page("steer", methods=("POST",))
def start_project(request: HttpRequest) -> HttpResponse:
    """Begins the work on the standard of a published adoption."""
    form = forms_standards.Start(request.POST)
    _valid(form)
    data = form.cleaned_data
    made = actions.start_project(
        decision=data["decision"],
        owner=data["owner"],
        due_on=data["due_on"],
        by=request.user,
        rules=step_rules(),
        now=now(),
    )
    messages.success(request, _("Done, and written to the record."))
    return redirect("project", pk=made.pk)


@page("read")
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """One project: its steps, what it lacks, its draft, comments, opinions, its row of the register."""
    return show(request, _found(pk))


def _found(pk: int) -> Project:
    found: Project = get_object_or_404(Project.objects.select_related("owner", "candidate", "decision"), pk=pk)
    return found


def show(
    request: HttpRequest, row: Project, *, verb: str = "", problem: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    """The page. `verb` is a step that was refused, `problem` says why: its form stays open with what was typed."""
    today, rules = now().date(), step_rules()
    entries = list(Entry.objects.filter(project=row).order_by("pk"))
    rows = {
        "steps": list(row.steps.select_related("owner", "ended_by")),
        "drafts": list(row.drafts.defer("body").select_related("made_by")), "remarks": list(row.remarks.all()),
        "opinions": list(row.opinions.all()), "entries": entries,
    }  # fmt: skip
    facts = facts_of(row, **rows)
    held = next((one for one in entries if one.kind != "standard"), None)
    missing = lacking(row, facts, rules=rules, today=today) if row.is_open else []
    context: dict[str, Any] = {
        "row": row, **rows, "missing": missing, "facts": facts,
        "late": row.overdue(today), "entered": held, "next": Stage(NEXT[row.stage]).label if row.stage in NEXT else "",
        "ladder": [(stage, Stage(stage).label, _standing(row, stage)) for stage in (*UNDER_WAY, Stage.PUBLISHED)],
        "verb": verb, "problem": problem, "typed": request.POST if verb else {},
        "answers": Remark.Answer.choices, "review_due": bool(row.review_on and row.review_on <= today and row.stage == Stage.PUBLISHED),
    }  # fmt: skip
    may = request.user.has_perm

    def form(name: str, made: Any, initial: Any = None) -> Any:
        return made(request.POST if name == verb else None, initial=initial, auto_id=f"{name}-%s")

    if row.is_open and may("review.steer"):
        start = {"owner": row.owner_id, "due_on": row.due_on}
        context["assign"] = form("assign", forms_standards.Assign, start)
        if row.stage == Stage.EXPERTS:
            context["opinion"] = form("opinion", forms_standards.OpinionForm)
    if row.is_open and held is None and may("review.register"):
        parent = row.decision.parent.strip()
        code = code_for(row.decision.kind, parent=parent, rules=rules, year=today.year) if parent else ""
        first = {"code": code, "parent": parent, "title": row.title}
        context["enter"] = form("enter", forms_standards.Enter, first)
    if row.stage == Stage.PUBLICATION and may("review.publish"):
        day = today + dt.timedelta(days=30)
        first = {"effective_on": day, "review_on": years_later(day, rules.review_years)}
        context["publish"] = form("publish", forms_standards.Publish, first)
    if row.stage == Stage.PUBLISHED and may("review.steer"):
        first = {"review_on": years_later(today, rules.review_years)}
        context["confirm"] = form("confirm", forms_standards.Confirm, first)
    if row.stage != Stage.WITHDRAWN and may("review.publish"):
        context["withdraw"] = form("withdraw", forms_standards.Withdraw)
    return render(request, "review/project.html", context, status=status)


def _standing(row: Project, stage: str) -> str:
    """Whether a step of the ladder is done, at hand, or to come."""
    order = [*UNDER_WAY, Stage.PUBLISHED, Stage.WITHDRAWN]
    if row.stage == Stage.WITHDRAWN:
        return "none"
    here, there = order.index(Stage(row.stage)), order.index(Stage(stage))
    return "done" if there < here or row.stage == Stage.PUBLISHED else "here" if there == here else "to-come"


def _valid(form: Any) -> None:
    if not form.is_valid():
        field, problems = next(iter(form.errors.items()))
        label = form.fields[field].label if field in form.fields else field
        raise WrongState(f"{label or field}: {problems[0]}")


def _said(request: HttpRequest, row: Project) -> dict[str, Any]:
    raw = request.POST.get("version", "")
    version = int(raw) if raw.isdigit() and len(raw) < 9 else row.version
    return {"project": row, "by": request.user, "version": version, "rules": step_rules(), "now": now()}


def _note(request: HttpRequest, name: str = "note") -> str:
    return request.POST.get(name, "").replace("\0", "")[:5000]


def _bring_in(row: Project, request: HttpRequest) -> None:
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(_("choose a file"))
    if file.size > MAX_BYTES:
        raise BadInput(f"{file.name}: {file.size:,} bytes; at most {MAX_BYTES:,} are read")
    try:
        text = file.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{file.name}: not a text file in UTF-8, so no draft") from error
    actions.bring_in_draft(project=row, text=text, by=request.user, now=now())


def _answer(row: Project, request: HttpRequest) -> None:
    key = request.POST.get("remark", "")
    remark = get_object_or_404(Remark, pk=int(key) if key.isdigit() and len(key) < 16 else 0, project=row)
    said = {"answer": request.POST.get("answer", ""), "reply": _note(request, "reply")}
    actions.answer_remark(remark=remark, by=request.user, now=now(), **said)


def _give_back(row: Project, request: HttpRequest) -> None:
    raw = request.POST.get("number", "")
    number = int(raw) if raw.isdigit() and len(raw) < 9 else 0
    actions.give_back_draft(project=row, number=number, by=request.user, now=now())


def _opinion(row: Project, request: HttpRequest) -> None:
    form = forms_standards.OpinionForm(request.POST)
    _valid(form)
    actions.give_opinion(project=row, by=request.user, now=now(), **form.cleaned_data)


def _assign(row: Project, request: HttpRequest) -> None:
    form = forms_standards.Assign(request.POST)
    _valid(form)
    said = _said(request, row)
    del said["rules"]
    actions.assign_step(**said, **form.cleaned_data)


def _advance(row: Project, request: HttpRequest) -> None:
    actions.advance(note=_note(request), **_said(request, row))


def _approve(row: Project, request: HttpRequest) -> None:
    actions.approve(note=_note(request), **_said(request, row))


def _return(row: Project, request: HttpRequest) -> None:
    actions.return_project(reason=_note(request, "reason"), **_said(request, row))


def _refuse(row: Project, request: HttpRequest) -> None:
    must_stand(row, Stage.APPROVAL)
    _return(row, request)


def _enter(row: Project, request: HttpRequest) -> None:
    form = forms_standards.Enter(request.POST)
    _valid(form)
    actions.enter(values=form.cleaned_data, **_said(request, row))


def _publish(row: Project, request: HttpRequest) -> None:
    form = forms_standards.Publish(request.POST)
    _valid(form)
    actions.publish_standard(**form.cleaned_data, **_said(request, row))


def _confirm(row: Project, request: HttpRequest) -> None:
    form = forms_standards.Confirm(request.POST)
    _valid(form)
    actions.confirm_standard(**form.cleaned_data, **_said(request, row))


def _withdraw(row: Project, request: HttpRequest) -> None:
    form = forms_standards.Withdraw(request.POST)
    _valid(form)
    actions.withdraw_project(**form.cleaned_data, **_said(request, row))


PROJECT_VERBS: Mapping[str, Callable[[Project, HttpRequest], None]] = {
    "bring-in": _bring_in, "answer": _answer, "give-back": _give_back, "opinion": _opinion, "assign": _assign,
    "advance": _advance, "approve": _approve, "return": _return, "refuse": _refuse, "enter": _enter, "publish": _publish,
    "confirm": _confirm, "withdraw": _withdraw,
}  # fmt: skip


@page("read", methods=("POST",))
def change_project(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Takes one step of a project, for who may take it."""
    require(request.user, OF_PROJECT[verb])
    row = _found(pk)
    try:
        PROJECT_VERBS[verb](row, request)
    except (WrongState, BadInput) as error:
        problem = str(error)
        return show(
            request, _found(pk), verb=verb, problem=problem[:1].upper() + problem[1:], status=422 if isinstance(error, BadInput) else 409
        )  # fmt: skip
    messages.success(request, _("Done, and written to the record."))
    return redirect("project", pk=pk)
