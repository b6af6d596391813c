"""From the adopting vote to the published standard: each step, what it lacks, who may take it, what is kept."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from observatory.errors import BadInput, NotAllowed, Stale, WrongState
from observatory.register import delta, from_csv, to_csv
from observatory.review import actions
from observatory.review.actions.registering import all_rows, code_for, rows_of
from observatory.review.audit import verify
from observatory.review.demo_standards import earlier_rows, invented_draft
from observatory.review.models import AuditRow
from observatory.review.models_standards import Entry, EntryVersion, Project, Stage
from observatory.review.steps import StepRules, gathered, lacking, years_later
from observatory.standards import to_json
from site_world import NOW

RULES = StepRules(consultation_days=10, expert_opinions=2)
TODAY = NOW.date()


def later(days):
    return NOW + dt.timedelta(days=days)


class Work:
    """A project, and its steps with fewer words."""

    def __init__(self, world, rules=RULES):
        self.world, self.rules = world, rules
        ruling = world.decided()
        actions.publish(decision=ruling, by=world["secretary"], now=NOW)
        self.ruling = ruling
        self.row = actions.start_project(
            decision=ruling, owner=world["analyst"], due_on=None, by=world["secretary"], rules=rules, now=NOW
        )

    def fresh(self):
        self.row = Project.objects.get(pk=self.row.pk)
        return self.row

    def by(self, role, verb, *, now=NOW, **words):
        self.row = getattr(actions, verb)(
            project=self.row, by=self.world[role], version=self.fresh().version, rules=self.rules, now=now, **words
        )
        return self.row

    def draft(self, **changed):
        made = invented_draft(self.row.candidate.candidate_id, self.row.title, **changed)
        return actions.bring_in_draft(project=self.row, text=to_json(made), by=self.world["analyst"], now=NOW)

    def enter(self, **changed):
        values = {"code": "4-04-05-12", "parent": "4-04-05", **changed}
        return actions.enter(
            project=self.row, values=values, by=self.world["secretary"], version=self.fresh().version, rules=self.rules, now=NOW
        )  # fmt: skip

    def remark(self, text="More weight on checking.", now=NOW):
        return actions.remark_on(
            project=self.row, author="A college", place="", text=text, by=None, rules=self.rules, now=now
        )

    def opinion(self, expert, view="fit"):
        return actions.give_opinion(
            project=self.row, expert=expert, view=view, text="It is.", by=self.world["secretary"], now=NOW
        )

    def to(self, stage):
        """Goes on as far as a stage."""
        if self.row.stage == Stage.DRAFTING:
            if not self.row.drafts.exists():
                self.draft()
            if not Entry.objects.filter(project=self.row).exists():
                self.enter()
        while self.fresh().stage != stage:
            if self.row.stage == Stage.APPROVAL:
                self.by("chair", "approve", note="", now=later(11))
            else:
                if self.row.stage == Stage.EXPERTS:
                    self.opinion("E. One")
                    self.opinion("E. Two", "changes")
                self.by("secretary", "advance", note="", now=NOW if self.row.stage == Stage.DRAFTING else later(11))
        return self.row

    def publish(self, effective=TODAY + dt.timedelta(60), review=TODAY + dt.timedelta(900)):
        return self.by("secretary", "publish_standard", effective_on=effective, review_on=review, now=later(12))


@pytest.fixture
def work(world):
    return Work(world)


def test_the_whole_way_leaves_its_steps_and_its_rows(work, world):
    work.to(Stage.PUBLICATION)
    assert work.row.approved.number == 1
    row = work.publish()
    assert (row.stage, row.due_on) == (Stage.PUBLISHED, None)
    steps = list(row.steps.all())
    assert [one.stage for one in steps] == ["drafting", "consultation", "experts", "approval", "publication"]
    assert all(one.ended_at and one.ended_by and one.owner == world["analyst"] and one.due_on for one in steps)
    rows = {one.kind: one for one in all_rows()}
    assert rows["occupation"].status == "published"
    assert rows["standard"].code == "4-04-05-12/2026"
    assert rows["standard"].broader == rows["occupation"].identity
    assert rows["standard"].standard == row.approved.sha256
    assert rows["occupation"].evidence == work.ruling.dossier_sha256
    assert [v.number for v in EntryVersion.objects.filter(entry__kind="occupation")] == [2, 1]
    verbs = list(AuditRow.objects.filter(what="project").order_by("number").values_list("verb", flat=True))
    assert verbs == [
        "project.started", "draft.written", "project.consulted", "project.handed_to_experts", "opinion.given", "opinion.given",
        "project.put_to_approval", "project.approved", "project.published",
    ]  # fmt: skip
    from observatory.review.templatetags.review import VERBS

    assert set(AuditRow.objects.values_list("verb", flat=True)) <= set(VERBS)
    assert verify().broken == 0


def test_a_project_begins_only_from_a_published_adoption(world):
    ruling = world.decided()
    begin = {"owner": world["analyst"], "due_on": None, "rules": RULES, "now": NOW, "by": world["secretary"]}
    with pytest.raises(WrongState, match="publish the decision first"):
        actions.start_project(decision=ruling, **begin)
    lost = world.decided(carried=False)
    with pytest.raises(WrongState, match="was not"):
        actions.start_project(decision=lost, **begin)
    actions.publish(decision=ruling, by=world["secretary"], now=NOW)
    with pytest.raises(NotAllowed):
        actions.start_project(decision=ruling, **{**begin, "by": world["analyst"]})
    with pytest.raises(WrongState, match="may not work"):
        actions.start_project(decision=ruling, **{**begin, "owner": world["reader"]})
    made = actions.start_project(decision=ruling, **begin)
    assert made.due_on == TODAY + dt.timedelta(120)
    with pytest.raises(WrongState, match="has begun already"):
        actions.start_project(decision=ruling, **begin)


def test_each_step_says_what_it_lacks(work):
    def refused(words, role="secretary", verb="advance", **more):
        stage = work.fresh().stage
        with pytest.raises(WrongState, match=words):
            work.by(role, verb, **({"note": ""} if verb in ("advance", "approve") else {}), **more)
        assert work.fresh().stage == stage

    refused("there is no draft yet")
    bad = invented_draft(work.row.candidate.candidate_id, "x")
    import dataclasses

    broken = dataclasses.replace(bad, practice=bad.practice[:1])
    actions.bring_in_draft(project=work.row, text=to_json(broken), by=work.world["analyst"], now=NOW)
    refused("problems? of structure")
    work.draft()
    work.by("secretary", "advance", note="read it")
    remark = work.remark()
    refused("1 comment is not answered yet; the consultation is open until 2026-03-12")
    refused("1 comment is not answered yet$", now=later(11))
    actions.answer_remark(remark=remark, answer="accepted", reply="Done.", by=work.world["analyst"], now=NOW)
    work.by("secretary", "advance", note="", now=later(11))
    refused("0 of 2 opinions of experts are in")
    work.opinion("E. One", "unfit")
    work.opinion("E. Two", "unfit")
    refused("2 of 2 experts find the draft not fit")
    work.opinion("E. Three")
    refused("2 of 3 experts")
    work.opinion("E. Four")
    refused("2 of 4 experts")
    work.opinion("E. Five")
    work.by("secretary", "advance", note="")
    work.by("chair", "approve", note="")
    refused("it has no code yet", verb="publish_standard", effective_on=TODAY, review_on=TODAY + dt.timedelta(9))
    work.enter()
    late = TODAY + dt.timedelta(9)
    refused("without the day from which it is in force", verb="publish_standard", effective_on=None, review_on=late)
    refused(
        "has passed; expected today or later",
        verb="publish_standard",
        effective_on=TODAY - dt.timedelta(1),
        review_on=late,
    )
    refused("a day after it comes into force", verb="publish_standard", effective_on=TODAY, review_on=TODAY)
    refused("a day after it comes into force", verb="publish_standard", effective_on=TODAY, review_on=None)
    assert not Entry.objects.filter(kind="standard").exists()


def test_who_wrote_on_a_draft_does_not_approve_it(world):
    from django.contrib.auth.models import Permission

    work = Work(world)
    write = Permission.objects.get(codename="draft", content_type__app_label="review")
    world["chair"].user_permissions.add(write)
    chair = type(world["chair"]).objects.get(pk=world["chair"].pk)
    world.people["chair"] = chair
    made = invented_draft(work.row.candidate.candidate_id, work.row.title)
    actions.bring_in_draft(project=work.row, text=to_json(made), by=chair, now=NOW)
    work.enter()
    work.by("secretary", "advance", note="")
    work.by("secretary", "advance", note="", now=later(11))
    work.opinion("E. One")
    work.opinion("E. Two")
    work.by("secretary", "advance", note="")
    with pytest.raises(NotAllowed, match="somebody else approves it"):
        work.by("chair", "approve", note="")
    work.rules = StepRules(four_eyes=False)
    assert work.by("chair", "approve", note="").stage == Stage.PUBLICATION


@pytest.mark.parametrize(
    ("verb", "holder"),
    [("advance", "secretary"), ("approve", "chair"), ("return_project", "secretary"), ("publish_standard", "secretary"),
     ("withdraw_project", "secretary"), ("confirm_standard", "secretary"), ("assign_step", "secretary")],
)  # fmt: skip
def test_steps_need_their_permission(work, verb, holder):
    words = {
        "advance": {"note": ""}, "approve": {"note": ""}, "return_project": {"reason": "x"},
        "publish_standard": {"effective_on": None, "review_on": None},
        "withdraw_project": {"reason": "x", "whole": False, "replaced_by": ""},
        "confirm_standard": {"review_on": None, "note": ""},
    }  # fmt: skip
    more = words.get(verb, {})
    call = {"project": work.row, "version": work.row.version, "now": NOW}
    if verb == "assign_step":
        call |= {"owner": work.world["analyst"], "due_on": None}
    else:
        call |= {"rules": RULES, **more}
    with pytest.raises(NotAllowed):
        getattr(actions, verb)(by=work.world["reader"], **call)
    with pytest.raises(Stale):
        getattr(actions, verb)(by=work.world[holder], **{**call, "version": 99})


def test_sent_back_it_goes_the_whole_way_again(work):
    work.to(Stage.APPROVAL)
    with pytest.raises(WrongState, match="say why"):
        work.by("chair", "return_project", reason=" ")
    with pytest.raises(NotAllowed):
        work.by("secretary", "return_project", reason="not ours to refuse")
    row = work.by("chair", "return_project", reason="level 2 is thin")
    assert (row.stage, row.round, row.approved) == (Stage.DRAFTING, 2, None)
    assert row.steps.get(stage="approval").note == "level 2 is thin"
    work.by("secretary", "advance", note="", now=NOW)
    work.by("secretary", "advance", note="", now=later(11))
    with pytest.raises(WrongState, match="0 of 2 opinions"):
        work.by("secretary", "advance", note="")
    work.opinion("E. One")


def test_an_owner_and_a_day_can_change(work, world):
    row = actions.assign_step(
        project=work.row, owner=world["senior analyst"], due_on=TODAY, by=world["secretary"], version=work.row.version, now=NOW
    )  # fmt: skip
    assert row.steps.get().owner == world["senior analyst"]
    assert row.overdue(TODAY + dt.timedelta(1))
    assert not row.overdue(TODAY)
    with pytest.raises(WrongState, match="may not work"):
        actions.assign_step(
            project=row, owner=world["reader"], due_on=None, by=world["secretary"], version=row.version, now=NOW
        )


def test_a_review_confirms_or_revises(work):
    work.to(Stage.PUBLICATION)
    work.publish()
    with pytest.raises(WrongState, match="a day to come"):
        work.by("secretary", "confirm_standard", review_on=TODAY, note="still right")
    again = TODAY + dt.timedelta(2000)
    work.by("secretary", "confirm_standard", review_on=again, note="still right", now=later(500))
    standard = Entry.objects.get(kind="standard")
    assert (standard.version, standard.body["review"]) == (2, again.isoformat())
    work.by("secretary", "return_project", reason="the tools changed")
    work.draft(skills=("new tools", "old tools"))
    work.to(Stage.PUBLICATION)
    work.publish(effective=TODAY + dt.timedelta(90))
    standard.refresh_from_db()
    assert (standard.version, standard.status) == (3, "published")
    assert standard.body["standard"] == Project.objects.get().approved.sha256
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("whole", [False, True])
def test_a_standard_is_withdrawn_with_or_without_its_profession(work, whole):
    work.to(Stage.PUBLICATION)
    work.publish()
    with pytest.raises(WrongState, match="no row 'nobody'"):
        work.by("secretary", "withdraw_project", reason="x", whole=whole, replaced_by="nobody")
    work.by("secretary", "withdraw_project", reason="overtaken", whole=whole, replaced_by="", now=later(20))
    rows = {one.kind: one for one in all_rows()}
    assert rows["standard"].status == "withdrawn"
    assert rows["occupation"].status == ("withdrawn" if whole else "adopted")
    assert from_csv(to_csv(all_rows()), schemes=("dadian",)) == all_rows()
    with pytest.raises(WrongState):
        work.by("secretary", "withdraw_project", reason="x", whole=whole, replaced_by="")


def test_work_that_ends_early_leaves_nothing_in_force(work):
    work.by("secretary", "withdraw_project", reason="merged with another", whole=False, replaced_by="")
    assert work.row.stage == Stage.WITHDRAWN
    assert not Entry.objects.exists()
    with pytest.raises(WrongState):
        work.draft()


def test_a_taken_code_is_refused_with_the_row_that_has_it(work, world):
    rows = earlier_rows(TODAY, scheme="dadian")
    actions.import_rows(text=to_csv(rows), by=world["secretary"], schemes=("dadian",), now=NOW)
    assert code_for("occupation", parent="4-04-05", rules=RULES, year=2026) == "4-04-05-12"
    with pytest.raises(
        WrongState, match=r"4-04-05-11 is taken by 'data labelling lead' \(early-4-04-05-11, in the register since"
    ):
        work.enter(code="4-04-05-11")
    with pytest.raises(WrongState, match="needs a code"):
        work.enter(code=" ")
    assert Entry.objects.count() == len(rows)
    entry = work.enter()
    assert entry.body["titles"]["zh"]
    with pytest.raises(WrongState, match="in the register already"):
        work.enter(code="4-04-05-13")
    with pytest.raises(NotAllowed):
        actions.enter(project=work.row, values={}, by=world["analyst"], version=1, rules=RULES, now=NOW)


def test_import_is_whole_or_nothing(world):
    rows = earlier_rows(TODAY, scheme="dadian")
    take = {"by": world["secretary"], "schemes": ("dadian",), "now": NOW}
    bad = to_csv([*rows[:3], *rows[3:]]).replace(
        "early-6-31-07-04:standard,standard,dadian", "early-6-31-07-04:standard,standard,moon"
    )
    with pytest.raises(BadInput, match=r"row 7 \(early-6-31-07-04:standard\): scheme 'moon' is unknown"):
        actions.import_rows(text=bad, **take)
    assert not Entry.objects.exists()
    before = AuditRow.objects.count()
    assert actions.import_rows(text=to_csv(reversed(rows)), **take) == {"new": 6, "changed": 0, "known": 0}
    assert AuditRow.objects.count() == before + 7
    text = to_csv(all_rows())
    assert from_csv(text, schemes=("dadian",)) == tuple(sorted(rows, key=lambda one: one.identity))
    assert actions.import_rows(text=text, **take) == {"new": 0, "changed": 0, "known": 6}
    assert to_csv(all_rows()) == text
    from dataclasses import replace

    renamed = replace(rows[0], title="dispatcher")
    with pytest.raises(BadInput, match="which is at version 1; a change has a later version"):
        actions.import_rows(text=to_csv([renamed]), **take)
    assert actions.import_rows(text=to_csv([replace(renamed, version=2)]), **take) == {
        "new": 0,
        "changed": 1,
        "known": 0,
    }
    circle = replace(rows[2], broader=rows[3].identity, version=2)
    with pytest.raises(BadInput, match="circle"):
        actions.import_rows(text=to_csv([circle]), **take)
    with pytest.raises(NotAllowed):
        actions.import_rows(text=text, by=world["analyst"], schemes=(), now=NOW)


def test_a_release_keeps_the_register_as_it_was(work, world):
    with pytest.raises(WrongState, match="empty"):
        actions.make_release(name="1", by=world["secretary"], now=NOW)
    work.enter()
    first = actions.make_release(name="2026.1", by=world["secretary"], now=NOW)
    with pytest.raises(WrongState, match=r"nothing changed since the release 2026\.1"):
        actions.make_release(name="2026.2", by=world["secretary"], now=NOW)
    work.to(Stage.PUBLICATION)
    work.publish()
    with pytest.raises(WrongState, match="already"):
        actions.make_release(name="2026.1", by=world["secretary"], now=NOW)
    with pytest.raises(WrongState, match="a name of"):
        actions.make_release(name="../x", by=world["secretary"], now=NOW)
    second = actions.make_release(name="2026.2", by=world["secretary"], now=later(20))
    assert [one.change for one in delta(rows_of(first), rows_of(second))] == ["changed", "added"]
    type(first).objects.filter(pk=first.pk).update(body=first.body.replace("4-04", "4-05"))
    first.refresh_from_db()
    with pytest.raises(BadInput, match="does not match its hash"):
        rows_of(first)


def test_confirmed_mappings_come_into_their_rows_and_go_again(work, world):
    work.enter()
    key = work.row.candidate.candidate_id
    one = {
        "candidate_id": key, "scheme": "esco", "version": "1.2", "code": "C7", "title": "x", "relation": "closeMatch",
        "confirmed_by": "ada", "confirmed_at": NOW.isoformat(), "similarity": 0.8, "note": "",
    }  # fmt: skip
    text = json.dumps({"format_version": 1, "mappings": [one, {**one, "candidate_id": "somebody-else"}]})
    assert actions.take_mappings(text=text, by=world["secretary"], now=NOW) == 1
    assert all_rows()[0].mappings == (("esco", "1.2", "C7", "closeMatch", "ada", "2026-03-02"),)
    assert all_rows()[0].version == 2
    assert actions.take_mappings(text=text, by=None, now=NOW) == 0
    for bad in ("[]", "{", json.dumps({"mappings": [{**one, "relation": "sameAs"}]}), json.dumps({"mappings": [{}]})):
        with pytest.raises(BadInput, match="not the mappings"):
            actions.take_mappings(text=bad, by=None, now=NOW)
    with pytest.raises(WrongState, match="unknown scheme 'moon'"):
        actions.take_mappings(text=text.replace('"esco"', '"moon"'), by=None, now=NOW)
    assert actions.take_mappings(text='{"mappings": []}', by=None, now=NOW) == 1
    with pytest.raises(NotAllowed):
        actions.take_mappings(text=text, by=world["analyst"], now=NOW)


def test_what_a_step_lacks_is_asked_in_few_questions(work, django_assert_max_num_queries):
    work.draft()
    with django_assert_max_num_queries(7):
        facts = gathered(work.row)
        lacking(work.row, facts, rules=RULES, today=TODAY)
    assert years_later(dt.date(2024, 2, 29), 4) == dt.date(2028, 2, 29)
    assert json.loads(work.row.drafts.first().body)["sha256"]
