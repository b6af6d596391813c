"""Verbs of a draft: bring a version in, edit a part, give an older version back; comments, answers, opinions."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext

from observatory.errors import BadInput, Stale, WrongState
from observatory.review.audit import record
from observatory.review.exchange import removal_recorded
from observatory.review.models import User
from observatory.review.models_standards import OPEN_TEXT, DraftVersion, Opinion, Project, Remark, Stage
from observatory.review.permissions import require
from observatory.review.sections import edited, part_text
from observatory.review.steps import StepRules, locked_project, must_stand
from observatory.standards import Draft, check, digest, from_json, to_json

MAX_BYTES = 8 * 2**20


class DraftConflict(Stale):
    """Somebody else changed the same part: `mine` is what was typed, `theirs` what stands now, both line by line."""

    def __init__(self, message: str, *, part: str, mine: tuple[str, ...], theirs: tuple[str, ...], newest: int) -> None:
        super().__init__(message)
        self.part, self.mine, self.theirs, self.newest = part, mine, theirs, newest


def draft_of(version: DraftVersion) -> Draft:
    """The draft of a version, its hash checked."""
    found = from_json(version.body)
    if digest(found) != version.sha256 and not removal_recorded(version.sha256, digest(found)):
        raise BadInput(f"version {version.number} of this draft does not match its hash: it was altered")
    return found


def bring_in_draft(*, project: Project, text: str, by: User, now: dt.datetime) -> DraftVersion:
    """A draft made by `observatory draft ID`, as a new version. It must be for the project's candidate."""
    require(by, "draft")
    if len(text) > MAX_BYTES:
        raise BadInput(f"a draft of {len(text):,} characters; at most {MAX_BYTES:,} are read")
    draft = from_json(text.replace("\\u0000", ""))
    with transaction.atomic():
        fresh = locked_project(project, version=None)
        must_stand(fresh, *OPEN_TEXT)
        candidate = fresh.candidate
        if draft.candidate_id not in (candidate.candidate_id, candidate.lineage_id):
            raise WrongState(
                gettext("this draft is for %(other)s; the project is for %(mine)s")
                % {"other": draft.candidate_id[:80], "mine": candidate.candidate_id}
            )
        return _add(fresh, draft, note=gettext("brought in"), by=by, now=now)


def edit_draft(
    *, project: Project, base: int, part: str, values: Mapping[str, str], note: str, by: User, now: dt.datetime
) -> DraftVersion:
    """A new version with one part as typed, by somebody who saw version `base`.

    Changes of other parts since then are kept. Raises `DraftConflict` when the same part was changed.
    """
    require(by, "draft")
    with transaction.atomic():
        fresh = locked_project(project, version=None)
        must_stand(fresh, *OPEN_TEXT)
        newest = fresh.drafts.first()
        seen = fresh.drafts.filter(number=base).first()
        if newest is None or seen is None:
            raise WrongState(gettext("there is no version %(number)s of this draft") % {"number": base})
        stands, began = draft_of(newest), draft_of(seen)
        if part_text(stands, part) != part_text(began, part):
            raise DraftConflict(
                gettext(
                    "%(who)s changed this part while you wrote (version %(now)s; you began from %(base)s). Both texts are below; nothing was overwritten"
                )
                % {"who": newest.made_by.name, "now": newest.number, "base": base},
                part=part, mine=_typed(began, part, values), theirs=part_text(stands, part), newest=newest.number,
            )  # fmt: skip
        made = edited(stands, part, values)
        if digest(made) == newest.sha256:
            raise WrongState(gettext("nothing was changed, so there is no new version"))
        return _add(fresh, made, note=note.strip()[:300] or part, by=by, now=now)


def _typed(draft: Draft, part: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """What somebody typed, as lines; as it came where it cannot be read."""
    try:
        return part_text(edited(draft, part, values), part)
    except (WrongState, BadInput):
        return tuple(f"{name}: {text}" for name, text in values.items() if text.strip())


def give_back_draft(*, project: Project, number: int, by: User, now: dt.datetime) -> DraftVersion:
    """An older version again, as the newest one; the versions between stay where they are."""
    require(by, "draft")
    with transaction.atomic():
        fresh = locked_project(project, version=None)
        must_stand(fresh, *OPEN_TEXT)
        old = fresh.drafts.filter(number=number).first()
        newest = fresh.drafts.first()
        if old is None or newest is None or old.sha256 == newest.sha256:
            raise WrongState(gettext("choose an older version that differs from the newest"))
        note = gettext("version %(number)s again") % {"number": number}
        return _add(fresh, draft_of(old), note=note, by=by, now=now)


def _add(project: Project, draft: Draft, *, note: str, by: User, now: dt.datetime) -> DraftVersion:
    last = project.drafts.first()
    problems = check(draft)
    made = DraftVersion.objects.create(
        project=project, number=last.number + 1 if last else 1, body=to_json(draft), sha256=digest(draft),
        problems=len(problems), note=note[:300], made_by=by, made_at=now,
    )  # fmt: skip
    record(
        by=by, verb="draft.written", of=project, now=now,
        details={"number": made.number, "sha256": made.sha256, "problems": len(problems), "note": made.note},
    )  # fmt: skip
    return made


def remark_on(
    *, project: Project, author: str, place: str, text: str, by: User | None, rules: StepRules, now: dt.datetime
) -> Remark:
    """A comment on a draft in consultation; anybody may write one. Its text is not in the trail, its hash is."""
    author, place, text = (_plain(one) for one in (author, place, text))
    with transaction.atomic():
        fresh = locked_project(project, version=None)
        if fresh.stage != Stage.CONSULTATION:
            raise WrongState(gettext("this consultation is closed; comments are not taken any more"))
        if not text or len(text) > 5000:
            raise WrongState(gettext("a comment has 1 to 5,000 characters"))
        recent = fresh.remarks.filter(written_at__gt=now - dt.timedelta(hours=1)).count()
        if recent >= rules.remarks_per_hour:
            raise WrongState(gettext("too many comments came in this hour; try again later, nothing you typed is lost"))
        draft = fresh.drafts.first()
        assert draft is not None
        made = Remark.objects.create(
            project=fresh, round=fresh.round, draft=draft, place=place[:200], author=author[:120], text=text,
            written_at=now,
        )  # fmt: skip
        record(
            by=by, verb="remark.written", of=fresh, now=now,
            details={"remark": made.pk, "draft": draft.number, "sha256": hashlib.sha256(text.encode()).hexdigest()},
        )  # fmt: skip
    return made


def answer_remark(*, remark: Remark, answer: str, reply: str, by: User, now: dt.datetime) -> Remark:
    """The answer to one comment: accepted, in part or not, each with words."""
    require(by, "draft")
    reply = reply.strip()
    with transaction.atomic():
        project = locked_project(remark.project, version=None)
        fresh: Remark = Remark.objects.get(pk=remark.pk)
        must_stand(project, *OPEN_TEXT)
        if fresh.answer:
            raise Stale(gettext("this comment was answered already; look at the answer"))
        if answer not in Remark.Answer.values:
            raise WrongState(gettext("an answer is one of %(list)s") % {"list": ", ".join(Remark.Answer.values)})
        if not reply:
            raise WrongState(gettext("say in words what becomes of the comment"))
        fresh.answer, fresh.reply, fresh.answered_by, fresh.answered_at = answer, reply[:5000], by, now
        fresh.save()
        record(
            by=by, verb="remark.answered", of=project, now=now,
            details={"remark": fresh.pk, "answer": answer, "reply": fresh.reply},
        )  # fmt: skip
    return fresh


def give_opinion(
    *, project: Project, expert: str, view: str, text: str, by: User, now: dt.datetime
) -> Opinion:  # fmt: skip
    """Puts an expert's opinion on record; one an expert and round."""
    require(by, "steer")
    expert, text = _plain(expert), _plain(text)
    with transaction.atomic():
        fresh = locked_project(project, version=None)
        must_stand(fresh, Stage.EXPERTS)
        if not expert or len(expert) > 120 or not text:
            raise WrongState(gettext("an opinion has the expert's name and a text"))
        if view not in Opinion.View.values:
            raise WrongState(gettext("an opinion is one of %(list)s") % {"list": ", ".join(Opinion.View.values)})
        if fresh.opinions.filter(round=fresh.round, expert=expert).exists():
            raise WrongState(gettext("%(name)s has given an opinion in this round already") % {"name": expert})
        draft = fresh.drafts.first()
        assert draft is not None
        made = Opinion.objects.create(
            project=fresh, round=fresh.round, draft=draft, expert=expert, view=view, text=text[:5000], written_by=by,
            written_at=now,
        )  # fmt: skip
        record(
            by=by, verb="opinion.given", of=fresh, now=now,
            details={"opinion": made.pk, "view": view, "draft": draft.number, "sha256": hashlib.sha256(text.encode()).hexdigest()},
        )  # fmt: skip
    return made


def _plain(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode().strip()
