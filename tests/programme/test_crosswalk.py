"""Crosswalks: proposals come in whole or not at all, a person confirms, and only that goes out."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.db import transaction

from observatory.errors import BadInput, NotAllowed, Stale, WrongState
from observatory.programme.actions import crosswalk as actions
from observatory.programme.crosswalks import mappings, mappings_csv, mappings_json
from observatory.programme.models import Match
from observatory.review.audit import verify
from observatory.review.models import AuditRow
from site_world import NOW


def test_a_proposal_is_confirmed_by_a_person_and_goes_out(programme):
    row = programme.adopted()
    assert programme.proposals(row, "a", "b") == {"new": 2, "changed": 0, "known": 0}
    assert mappings() == []
    first = Match.objects.get(code="a")
    actions.confirm(match=first, relation="broadMatch", note="read both", by=programme.boss, version=1, now=NOW)
    (found,) = mappings()
    assert found == {
        "candidate_id": row.candidate_id, "scheme": "esco", "version": "1.2", "code": "a", "title": "concept a",
        "relation": "broadMatch", "confirmed_by": "keeper", "confirmed_at": NOW.isoformat(), "similarity": 0.7,
        "note": "read both",
    }  # fmt: skip
    assert json.loads(mappings_json())["mappings"] == [found]
    assert next(csv.DictReader(io.StringIO(mappings_csv())))["confirmed_by"] == "keeper"
    said = AuditRow.objects.get(verb="match.confirmed")
    assert (said.by, said.details["relation"], said.details["candidate"]) == ("keeper", "broadMatch", row.candidate_id)
    assert verify().broken == 0


def test_one_concept_of_a_classification_at_most_is_the_same(programme):
    row = programme.adopted()
    programme.proposals(row, "a", "b")
    programme.proposals(row, "a", version="1.1")
    a, b = Match.objects.filter(edition="1.2").order_by("code")
    actions.confirm(match=a, relation="exactMatch", by=programme.boss, version=1, now=NOW)
    with pytest.raises(WrongState, match="a concept a"):
        actions.confirm(match=b, relation="exactMatch", by=programme.boss, version=1, now=NOW)
    other = Match.objects.get(edition="1.1")
    actions.confirm(match=other, relation="exactMatch", by=programme.boss, version=1, now=NOW)
    actions.confirm(match=b, relation="closeMatch", by=programme.boss, version=1, now=NOW)
    assert len(mappings()) == 3


def test_a_rejection_needs_a_reason_and_can_be_opened_again(programme):
    programme.proposals(programme.adopted(), "a")
    row = Match.objects.get()
    with pytest.raises(WrongState, match="say why"):
        actions.reject(match=row, reason=" ", by=programme.boss, version=1, now=NOW)
    actions.reject(match=row, reason="another work", by=programme.boss, version=1, now=NOW)
    with pytest.raises(WrongState, match="decided already"):
        actions.confirm(match=row, relation="closeMatch", by=programme.boss, version=2, now=NOW)
    actions.reopen(match=row, reason="a new edition", by=programme.boss, version=2, now=NOW)
    row.refresh_from_db()
    assert (row.state, row.reason, row.decided_by, row.decided_at) == ("open", "", None, None)
    assert AuditRow.objects.get(verb="match.rejected").details["reason"] == "another work"


def test_two_people_never_overwrite_each_other(programme):
    programme.proposals(programme.adopted(), "a")
    row = Match.objects.get()
    actions.confirm(match=row, relation="closeMatch", by=programme.boss, version=1, now=NOW)
    with pytest.raises(Stale, match="changed by somebody else"):
        actions.reject(match=row, reason="no", by=programme.boss, version=1, now=NOW)
    assert Match.objects.get().state == "confirmed"


def test_what_a_person_decided_stays_when_proposals_come_again(programme):
    row = programme.adopted()
    programme.proposals(row, "a", "b")
    actions.confirm(match=Match.objects.get(code="a"), relation="exactMatch", by=programme.boss, version=1, now=NOW)
    assert programme.proposals(row, "a", "b", similarity=0.9) == {"new": 0, "changed": 1, "known": 1}
    assert Match.objects.get(code="a").similarity == 0.7
    assert Match.objects.get(code="b").similarity == 0.9


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"scheme": "nace"}, "1: scheme 'nace' is none of"), ({"relation": "sameAs"}, "1: relation"),
        ({"similarity": 1.5}, "1: similarity"), ({"code": ""}, "1: code"), ({"extra": 1}, "1: extra"),
        ({"candidate_id": "nobody"}, "no candidate has the id nobody"),
    ],
)  # fmt: skip
def test_a_file_with_a_wrong_row_is_refused_whole(programme, changed, why):
    row = programme.adopted()
    good = {
        "candidate_id": row.candidate_id, "scheme": "isco", "version": "08", "code": "2512", "title": "x",
        "relation": "broadMatch", "similarity": 0.5,
    }  # fmt: skip
    text = json.dumps({"proposals": [good | changed, good]})
    with pytest.raises(BadInput, match=why):
        actions.receive(text=text, by=programme.boss, now=NOW)
    assert not Match.objects.exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", '{"proposals": 3}', "[" * 100_000])
def test_a_file_that_is_no_crosswalk(programme, text):
    with pytest.raises(BadInput, match="not a crosswalk"):
        actions.receive(text=text, by=programme.boss, now=NOW)


def test_twice_the_same_concept_in_a_file(programme):
    row = programme.adopted()
    with pytest.raises(BadInput, match="2: esco a is proposed twice"):
        programme.proposals(row, "a", "a")


def test_who_may_not_confirm(programme, world):
    programme.proposals(programme.adopted(), "a")
    for role in ("reader", "analyst", "secretary", "chair"):
        with pytest.raises(NotAllowed, match=r"programme\.crosswalk"):
            actions.confirm(match=Match.objects.get(), relation="exactMatch", by=world[role], version=1, now=NOW)


def test_confirmed_mappings_are_carried_into_the_register(programme, world, signed_in):
    from observatory.register import Row
    from observatory.review.actions.registering import row_of, store
    from observatory.review.models_standards import Entry

    row = programme.adopted()
    programme.proposals(row, "a", "b")
    a, b = Match.objects.order_by("code")
    actions.confirm(match=a, relation="exactMatch", by=programme.boss, version=1, now=NOW)
    entered = Row(identity=row.candidate_id, kind="occupation", scheme="office", code="1-01", title=row.title, adopted=NOW.date(), titles={"en": (row.title,)})  # fmt: skip
    with transaction.atomic():
        store(entered, why="adopted", by=world["secretary"], now=NOW)
    client = signed_in(programme.boss)
    here = f"/programme/crosswalks/of/{row.candidate_id}"
    assert "Write them into the register" in client.get(here).content.decode()
    assert client.post(f"{here}/carry").status_code == 302
    held = row_of(Entry.objects.get())
    assert held.mappings == (("esco", "1.2", "a", "exactMatch", "keeper", "2026-03-02"),)
    assert held.version == 2
    assert "Write them into the register" not in client.get(here).content.decode()
    actions.confirm(match=b, relation="relatedMatch", by=programme.boss, version=1, now=NOW)
    assert len(row_of(Entry.objects.get()).mappings) == 2
    actions.reopen(match=Match.objects.get(code="a"), reason="an error", by=programme.boss, version=2, now=NOW)
    held = row_of(Entry.objects.get())
    assert [(one[2], one[3]) for one in held.mappings] == [("b", "relatedMatch")]
    assert held.version == 4
    assert actions.carry(candidate=row, by=programme.boss, now=NOW) is False
    assert verify().broken == 0


def test_the_common_name_of_a_scheme_is_read_as_the_registers(programme):
    programme.proposals(programme.adopted(), "2512", scheme="isco", version="")
    assert Match.objects.get().scheme == "isco-08"
