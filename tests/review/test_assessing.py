"""Two analysts, blind to each other; a third where they are far apart."""

from __future__ import annotations

import pytest

from observatory.errors import NotAllowed, WrongState
from observatory.review import actions, sight
from observatory.review.demo import assessment_of
from observatory.review.models import Assessment, Assignment, AuditRow, Criterion, Status
from observatory.review.rules import Rules
from site_world import AS_OF, NOW

TWOS = dict.fromkeys(Criterion.values, 2)


@pytest.fixture
def assigned(world):
    row = world.candidate()
    first, second = world.analysts()
    row = actions.assign(
        candidate=row, analysts=[first, second], by=world["senior analyst"], version=row.version, now=NOW
    )
    return row, first, second


def test_two_who_agree_make_it_ready(world, assigned):
    row, first, second = assigned
    world.assess(row, first, 2)
    row.refresh_from_db()
    assert row.status == Status.ASSESSING
    world.assess(row, second, 1)
    row.refresh_from_db()
    assert row.status == Status.READY


@pytest.mark.parametrize("criterion", Criterion.values)
def test_two_points_apart_on_any_criterion_call_a_third(world, assigned, criterion):
    row, first, second = assigned
    world.assess(row, first, TWOS | {criterion: 3})
    world.assess(row, second, TWOS | {criterion: 1})
    row.refresh_from_db()
    assert row.status == Status.THIRD
    third = world["senior analyst"]
    actions.assign(candidate=row, analysts=[third], by=third, version=None, now=NOW)
    world.assess(row, third, 2)
    row.refresh_from_db()
    assert row.status == Status.READY


def test_where_a_third_is_called_is_a_rule(world, assigned):
    row, first, second = assigned
    world.assess(row, first, 3)
    values = assessment_of(row, points=TWOS)
    actions.submit_assessment(candidate=row, values=values, by=second, rules=Rules(third_at=1), now=NOW)
    row.refresh_from_db()
    assert row.status == Status.THIRD


def test_nobody_sees_the_other_before_the_round_is_complete(world, assigned):
    row, first, second = assigned
    world.assess(row, first, 3)
    row.refresh_from_db()
    given = list(row.assessments.all())
    assert sight.assessments(row, given, to=second) == []
    assert sight.assessments(row, given, to=world["administrator"]) == []
    assert sight.assessments(row, given, to=first) == given
    world.assess(row, second, 1)  # two points apart: still open
    row.refresh_from_db()
    given = list(row.assessments.all())
    assert [one.analyst for one in sight.assessments(row, given, to=second)] == [second]
    third = world["senior analyst"]
    actions.assign(candidate=row, analysts=[third], by=third, version=None, now=NOW)
    world.assess(row, third, 2)
    row.refresh_from_db()
    assert len(sight.assessments(row, list(row.assessments.all()), to=second)) == 3


def test_the_record_does_not_tell_what_is_blind(world, assigned, signed_in):
    row, first, _second = assigned
    world.assess(row, first, 3)
    both = world.person("both", "analyst", "administrator")
    rows = sight.shown(AuditRow.objects.filter(verb="assessment.submitted"), to=both)
    assert [one.withheld for one in rows] == [True]
    assert rows[0].details == {}
    rows = sight.shown(AuditRow.objects.filter(verb="assessment.submitted"), to=first)
    assert rows[0].details["points"]["size"] == 3
    exported = b"".join(signed_in(both).get("/record/export").streaming_content).decode()
    assert '"points"' not in exported
    assert "withheld" in exported


def test_an_analyst_who_was_not_asked_may_not(world, assigned):
    row, *_ = assigned
    with pytest.raises(NotAllowed):
        world.assess(row, world["senior analyst"])
    assert not Assessment.objects.exists()


def test_handed_in_is_handed_in(world, assigned):
    row, first, _second = assigned
    world.assess(row, first, 3)
    with pytest.raises(WrongState, match="submitted"):
        world.assess(row, first, 1)
    with pytest.raises(WrongState, match="submitted"):
        actions.save_assessment(candidate=row, values={"points": TWOS}, by=first, now=NOW)


@pytest.mark.parametrize(
    "values",
    [
        {"points": TWOS, "grounds": {}, "kind": "occupation", "name": "x"},
        {"points": {"size": 2}, "grounds": dict.fromkeys(Criterion.values, "a"), "kind": "occupation", "name": "x"},
        {"points": TWOS, "grounds": dict.fromkeys(Criterion.values, "a"), "kind": "", "name": "x"},
        {"points": TWOS, "grounds": dict.fromkeys(Criterion.values, "  "), "kind": "occupation", "name": "x"},
        {
            "points": TWOS | {"size": 4},
            "grounds": dict.fromkeys(Criterion.values, "a"),
            "kind": "occupation",
            "name": "x",
        },
        {"points": TWOS, "grounds": dict.fromkeys(Criterion.values, "a"), "kind": "goblin", "name": "x"},
        {"points": TWOS, "grounds": dict.fromkeys(Criterion.values, "a"), "kind": "occupation", "name": "  "},
    ],
)
def test_an_incomplete_or_wrong_assessment_is_refused_whole(world, assigned, values):
    row, first, _second = assigned
    before = AuditRow.objects.count()
    with pytest.raises(WrongState):
        actions.submit_assessment(candidate=row, values=values, by=first, rules=Rules(), now=NOW)
    assert not Assessment.objects.exists()
    assert AuditRow.objects.count() == before


def test_sentences_cited_from_an_older_dossier_stay_cited(world, assigned):
    row, first, _second = assigned
    from observatory.review.exchange import receive

    cited = row.dossier.sentences.first().pk
    actions.save_assessment(candidate=row, values={"cited": {"size": [cited, 10**9]}}, by=first, now=NOW)
    receive(world.dossier(1, as_of=AS_OF.replace(month=4), vacancies=9), wake_at=0.5, by=None, now=NOW)
    draft = actions.save_assessment(candidate=row, values={"cited": {"size": [cited]}}, by=first, now=NOW)
    assert draft.cited == {"size": [cited]}
    row.refresh_from_db()
    assert draft.dossier == row.dossier


def test_two_analysts_and_no_more(world, assigned):
    row, first, _second = assigned
    senior = world["senior analyst"]
    with pytest.raises(WrongState, match="2 analysts already"):
        actions.assign(candidate=row, analysts=[senior], by=senior, version=None, now=NOW)
    with pytest.raises(WrongState, match="assigned already"):
        actions.assign(candidate=row, analysts=[first], by=senior, version=None, now=NOW)
    with pytest.raises(WrongState, match="may not assess"):
        actions.assign(candidate=world.candidate(), analysts=[world["reader"]], by=senior, version=None, now=NOW)
    assert Assignment.objects.count() == 2


def test_work_list_is_what_is_still_to_do_in_this_round(world, assigned):
    row, first, second = assigned
    assert [one.candidate for one in sight.assignments(first)] == [row]
    world.assess(row, first)
    assert list(sight.assignments(first)) == []
    assert [one.candidate for one in sight.assignments(second)] == [row]
    senior = world["senior analyst"]
    row.refresh_from_db()
    row = actions.send_back(candidate=row, reason="again", by=senior, version=row.version, now=NOW)
    assert list(sight.assignments(second)) == []
    actions.assign(candidate=row, analysts=[first], by=senior, version=None, now=NOW)
    assert [one.candidate for one in sight.assignments(first)] == [row]
