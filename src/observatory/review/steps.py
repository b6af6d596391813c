"""The rules by which the work on a standard goes on: how long a step takes, and what it lacks before the next one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from observatory.errors import Stale, WrongState
from observatory.review.models_standards import OPEN_TEXT, UNDER_WAY, DraftVersion, Opinion, Project, Stage

NEXT: Mapping[str, str] = {
    Stage.DRAFTING: Stage.CONSULTATION, Stage.CONSULTATION: Stage.EXPERTS, Stage.EXPERTS: Stage.APPROVAL,
    Stage.APPROVAL: Stage.PUBLICATION, Stage.PUBLICATION: Stage.PUBLISHED,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class StepRules:
    """The section [standards] of the settings; what each field means stands there."""

    drafting_days: int = 120
    consultation_days: int = 30
    experts_days: int = 45
    approval_days: int = 30
    publication_days: int = 14
    review_years: int = 5
    expert_opinions: int = 2
    expert_share: float = 0.5
    four_eyes: bool = True
    remarks_per_hour: int = 60
    forecast_cases: int = 5
    scheme: str = "dadian"
    occupation_code: str = "{parent}-{number:02d}"
    specialisation_code: str = "{parent}-{number:02d}"
    standard_code: str = "{parent}/{year}"

    def due(self, stage: str, today: dt.date) -> dt.date | None:
        """The day a step that begins today is due, when nobody says otherwise.

        >>> StepRules().due("approval", dt.date(2026, 1, 1))
        datetime.date(2026, 1, 31)
        """
        return today + dt.timedelta(days=getattr(self, f"{stage}_days")) if stage in UNDER_WAY else None

    def pattern(self, kind: str) -> str:
        """The pattern of a code, by kind of row."""
        return {"standard": self.standard_code, "specialisation": self.specialisation_code}.get(
            kind, self.occupation_code
        )


def years_later(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; 29 February becomes the 28th.

    >>> years_later(dt.date(2024, 2, 29), 1)
    datetime.date(2025, 2, 28)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """What the steps are judged on, read from the database once."""

    draft: DraftVersion | None
    begun_at: dt.datetime | None
    unanswered: int = 0
    opinions: Mapping[str, int] = field(default_factory=dict)
    writers: frozenset[int] = frozenset()
    code: str = ""


def gathered(project: Project) -> Dossier:
    """The facts of a project, in five questions to the database."""
    return facts_of(
        project, steps=project.steps.all(), drafts=project.drafts.defer("body"), remarks=project.remarks.all(),
        opinions=project.opinions.all(), entries=project.entries.all(),
    )  # fmt: skip


def facts_of(
    project: Project, *, steps: Iterable[Any], drafts: Iterable[Any], remarks: Iterable[Any], opinions: Iterable[Any],
    entries: Iterable[Any],
) -> Dossier:  # fmt: skip
    """The facts from a project's rows, as they are at hand; drafts newest first."""
    step = next((one for one in steps if one.ended_at is None), None)
    counts: dict[str, int] = {}
    for one in opinions:
        if one.round == project.round:
            counts[one.view] = counts.get(one.view, 0) + 1
    held = next((one for one in entries if one.kind != "standard"), None)
    versions = list(drafts)
    return Dossier(
        draft=versions[0] if versions else None, begun_at=step.begun_at if step else None, opinions=counts,
        unanswered=sum(1 for one in remarks if not one.answer), code=held.code if held else "",
        writers=frozenset(one.made_by_id for one in versions),
    )  # fmt: skip


def lacking(project: Project, facts: Dossier, *, rules: StepRules, today: dt.date) -> list[str]:
    """What stands between a project and its next step, in sentences; empty when nothing does."""
    found = []
    if project.stage not in UNDER_WAY:
        return [_("the work on this standard has ended")]
    if facts.draft is None:
        return [_("there is no draft yet")]
    if project.stage in OPEN_TEXT and facts.draft.problems:
        found.append(
            ngettext(
                "version %(number)s of the draft has %(n)s problem of structure; mend it first",
                "version %(number)s of the draft has %(n)s problems of structure; mend them first",
                facts.draft.problems,
            ) % {"number": facts.draft.number, "n": facts.draft.problems}
        )  # fmt: skip
    if project.stage in (Stage.CONSULTATION, Stage.EXPERTS) and facts.unanswered:
        found.append(
            ngettext("%(n)s comment is not answered yet", "%(n)s comments are not answered yet", facts.unanswered)
            % {"n": facts.unanswered}
        )
    if project.stage == Stage.CONSULTATION and facts.begun_at is not None:
        open_until = facts.begun_at.date() + dt.timedelta(days=rules.consultation_days)
        if today < open_until:
            found.append(_("the consultation is open until %(day)s") % {"day": open_until.isoformat()})
    if project.stage == Stage.EXPERTS:
        given, unfit = sum(facts.opinions.values()), facts.opinions.get(str(Opinion.View.UNFIT), 0)
        if given < rules.expert_opinions:
            found.append(
                _("%(given)s of %(needed)s opinions of experts are in")
                % {"given": given, "needed": rules.expert_opinions}
            )
        elif given and (given - unfit) / given <= rules.expert_share:
            found.append(_("%(unfit)s of %(given)s experts find the draft not fit") % {"unfit": unfit, "given": given})
    if project.stage == Stage.PUBLICATION and not facts.code:
        found.append(_("it has no code yet: enter it in the register first"))
    return found


def locked_project(project: Project, *, version: int | None) -> Project:
    """The project, locked until the transaction ends. Raises `Stale` when it is no longer at `version`."""
    fresh: Project = Project.objects.select_for_update(of=("self",), no_key=True).get(pk=project.pk)
    if version is not None and fresh.version != version:
        raise Stale(
            _(
                "'%(title)s' was changed by somebody else meanwhile (you saw version %(version)s, it is now at %(version_)s). Look at it again, then decide; nothing was overwritten"
            )
            % {"title": fresh.title, "version": version, "version_": fresh.version}
        )
    return fresh


def must_stand(project: Project, *stages: str) -> None:
    """Raises `WrongState` unless the project stands in one of the stages."""
    if project.stage not in stages:
        raise WrongState(
            _("the standard of '%(title)s' is in the step %(label)s; this needs one of %(list)s")
            % {
                "title": project.title,
                "label": Stage(project.stage).label,
                "list": ", ".join(str(Stage(name).label) for name in stages),
            }
        )
