"""Verbs of the work on a standard: start, assign, go on, send back, approve, publish, review, withdraw.

Rows are locked in one order: project, entries, the head of the audit trail.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext

from observatory.errors import NotAllowed, WrongState
from observatory.review.actions.registering import put_in_force, take_out
from observatory.review.audit import record
from observatory.review.models import Decision, Outcome, User
from observatory.review.models_standards import UNDER_WAY, Project, Stage, Step
from observatory.review.permissions import require
from observatory.review.steps import NEXT, Dossier, StepRules, gathered, lacking, locked_project, must_stand


def start_project(
    *, decision: Decision, owner: User, due_on: dt.date | None, by: User, rules: StepRules, now: dt.datetime
) -> Project:
    """Begins the work on the standard of an adopted candidate, with drafting."""
    require(by, "steer")
    with transaction.atomic():
        ruling: Decision = Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)
        if ruling.outcome != Outcome.ADOPT or not ruling.carried or ruling.appealed_at:
            raise WrongState(gettext("a standard is made for what was adopted, and this was not"))
        if ruling.published_at is None:
            raise WrongState(gettext("publish the decision first"))
        if Project.objects.filter(decision=ruling).exists():
            raise WrongState(gettext("the work on this standard has begun already"))
        _able(owner)
        due = due_on or rules.due(Stage.DRAFTING, now.date())
        project = Project.objects.create(
            decision=ruling, candidate=ruling.candidate, title=ruling.name, owner=owner, due_on=due, started_by=by,
            started_at=now,
        )  # fmt: skip
        Step.objects.create(
            project=project, stage=Stage.DRAFTING, owner=owner, due_on=due, begun_by=by, begun_at=now
        )  # fmt: skip
        record(
            by=by, verb="project.started", of=project, now=now,
            details={"candidate": ruling.candidate.candidate_id, "owner": owner.username, "due": due},
        )  # fmt: skip
    return project


def assign_step(
    *, project: Project, owner: User, due_on: dt.date | None, by: User, version: int, now: dt.datetime
) -> Project:
    """Gives the step at hand another owner or another due date."""
    require(by, "steer")
    with transaction.atomic():
        fresh = locked_project(project, version=version)
        must_stand(fresh, *UNDER_WAY)
        _able(owner)
        fresh.steps.filter(ended_at__isnull=True).update(owner=owner, due_on=due_on)
        before = {"owner": fresh.owner.username, "due": fresh.due_on}
        fresh.owner, fresh.due_on = owner, due_on
        _store(fresh)
        record(
            by=by, verb="project.assigned", of=fresh, now=now,
            details={"stage": fresh.stage, "before": before, "owner": owner.username, "due": due_on},
        )  # fmt: skip
    return fresh


def advance(
    *, project: Project, note: str, by: User, version: int, rules: StepRules, now: dt.datetime
) -> Project:  # fmt: skip
    """Takes the project to its next step, as far as approval. Refused, with the reasons, while something is lacking."""
    require(by, "steer")
    with transaction.atomic():
        fresh = locked_project(project, version=version)
        must_stand(fresh, Stage.DRAFTING, Stage.CONSULTATION, Stage.EXPERTS)
        _whole(fresh, rules=rules, now=now)
        _go(fresh, NEXT[fresh.stage], note, by=by, rules=rules, now=now)
    return fresh


def approve(
    *, project: Project, note: str, by: User, version: int, rules: StepRules, now: dt.datetime
) -> Project:  # fmt: skip
    """Approves the newest draft; from now on its text is fixed by its hash."""
    require(by, "approve")
    with transaction.atomic():
        fresh = locked_project(project, version=version)
        must_stand(fresh, Stage.APPROVAL)
        facts = _whole(fresh, rules=rules, now=now)
        if rules.four_eyes and by.pk in facts.writers:
            raise NotAllowed(gettext("you have written on this draft; somebody else approves it"))
        fresh.approved, fresh.approved_by, fresh.approved_at = facts.draft, by, now
        _go(fresh, Stage.PUBLICATION, note, by=by, rules=rules, now=now)
    return fresh


def return_project(
    *, project: Project, reason: str, by: User, version: int, rules: StepRules, now: dt.datetime
) -> Project:
    """Sends a project back to drafting, with the reason: before publication, or a published one to be revised."""
    stage = Project.objects.values_list("stage", flat=True).get(pk=project.pk)
    require(by, "approve" if stage == Stage.APPROVAL else "steer")
    with transaction.atomic():
        fresh = locked_project(project, version=version)
        must_stand(
            fresh, Stage.CONSULTATION, Stage.EXPERTS, Stage.APPROVAL, Stage.PUBLICATION, Stage.PUBLISHED
        )  # fmt: skip
        _reason(reason)
        fresh.approved = fresh.approved_by = fresh.approved_at = None
        fresh.round += 1
        _go(fresh, Stage.DRAFTING, reason, by=by, rules=rules, now=now)
    return fresh


def publish_standard(
    *, project: Project, effective_on: dt.date | None, review_on: dt.date | None, by: User, version: int,
    rules: StepRules, now: dt.datetime,
) -> Project:  # fmt: skip
    """Publishes an approved standard: from now on in the register, in force from its effective date."""
    require(by, "publish")
    with transaction.atomic():
        fresh = locked_project(project, version=version)
        must_stand(fresh, Stage.PUBLICATION)
        facts = _whole(fresh, rules=rules, now=now)
        if effective_on is None:
            raise WrongState(gettext("a standard is not published without the day from which it is in force"))
        if effective_on < now.date():
            raise WrongState(
                gettext("the day from which it is in force, %(day)s, has passed; expected today or later")
                % {"day": effective_on.isoformat()}
            )
        if review_on is None or review_on <= effective_on:
            raise WrongState(gettext("say when it is to be reviewed: a day after it comes into force"))
        if facts.draft is None or facts.draft.pk != fresh.approved_id:
            raise WrongState(gettext("the draft is not the one that was approved; approve it again"))
        fresh.effective_on, fresh.review_on, fresh.published_at = effective_on, review_on, now
        put_in_force(fresh, rules=rules, by=by, now=now)
        _go(fresh, Stage.PUBLISHED, "", by=by, rules=rules, now=now)
    return fresh


def confirm_standard(
    *,
    project: Project,
    review_on: dt.date | None,
    note: str,
    by: User,
    version: int,
    rules: StepRules,
    now: dt.datetime,
) -> Project:
    """A review that finds the standard still right: it stays, with a new day of review."""
    require(by, "steer")
    with transaction.atomic():
        fresh = locked_project(project, version=version)
        must_stand(fresh, Stage.PUBLISHED)
        _reason(note)
        if review_on is None or review_on <= now.date():
            raise WrongState(gettext("say when it is to be reviewed again: a day to come"))
        fresh.review_on = review_on
        put_in_force(fresh, rules=rules, by=by, now=now)
        _store(fresh)
        record(
            by=by, verb="project.confirmed", of=fresh, now=now, details={"note": note.strip(), "review": review_on}
        )  # fmt: skip
    return fresh


def withdraw_project(
    *, project: Project, reason: str, whole: bool, replaced_by: str, by: User, version: int, rules: StepRules,
    now: dt.datetime,
) -> Project:  # fmt: skip
    """Ends the work, or takes a published standard out of force; `whole` takes its profession out of the register too."""
    require(by, "publish")
    with transaction.atomic():
        fresh = locked_project(project, version=version)
        must_stand(fresh, *UNDER_WAY, Stage.PUBLISHED)
        _reason(reason)
        take_out(fresh, whole=whole, replaced_by=replaced_by.strip(), why=reason.strip(), by=by, now=now)
        fresh.ended_at = now
        _go(fresh, Stage.WITHDRAWN, reason, by=by, rules=rules, now=now)
    return fresh


def _go(project: Project, stage: str, note: str, *, by: User, rules: StepRules, now: dt.datetime) -> None:
    """Ends the step at hand and begins the next one; a published or withdrawn project has no step at hand."""
    before = project.stage
    note = note.strip()[:5000]
    project.steps.filter(ended_at__isnull=True).update(ended_by=by, ended_at=now, note=note)
    project.stage, project.due_on = stage, rules.due(stage, now.date())
    if stage in UNDER_WAY:
        Step.objects.create(
            project=project, stage=stage, owner=project.owner, due_on=project.due_on, begun_by=by, begun_at=now
        )  # fmt: skip
    _store(project)
    record(
        by=by, verb=f"project.{_VERB[Stage(stage)]}", of=project, now=now,
        details={
            "stage": [before, stage], "note": note, "due": project.due_on, "version": project.version,
            "draft": project.approved.sha256 if project.approved else "", "effective": project.effective_on,
            "review": project.review_on,
        },
    )  # fmt: skip


# How the audit trail names the step into a stage.
_VERB = {
    Stage.DRAFTING: "returned", Stage.CONSULTATION: "consulted", Stage.EXPERTS: "handed_to_experts",
    Stage.APPROVAL: "put_to_approval", Stage.PUBLICATION: "approved", Stage.PUBLISHED: "published",
    Stage.WITHDRAWN: "withdrawn",
}  # fmt: skip


def _whole(project: Project, *, rules: StepRules, now: dt.datetime) -> Dossier:
    facts = gathered(project)
    missing = lacking(project, facts, rules=rules, today=now.date())
    if missing:
        raise WrongState(
            gettext("the step %(label)s is not at its end: %(list)s")
            % {"label": Stage(project.stage).label, "list": "; ".join(missing)}
        )
    return facts


def _able(owner: User) -> None:
    if not owner.is_active or not (owner.has_perm("review.draft") or owner.has_perm("review.steer")):
        raise WrongState(gettext("%(name)s may not work on standards") % {"name": owner.name})


def _reason(text: str) -> None:
    if not text.strip():
        raise WrongState(gettext("say why; the reason is kept with the step"))


def _store(project: Project) -> None:
    project.version += 1
    project.save()
