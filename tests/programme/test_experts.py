"""Experts: matched by their text, refused for a conflict, erased without a trace of the person."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from observatory.errors import NotAllowed, WrongState
from observatory.ledger import open_ledger
from observatory.programme.actions import experts as actions
from observatory.programme.matching import nearest, terms
from observatory.programme.models import Expert, Interest, Invitation
from observatory.programme.views.experts import issue_of
from observatory.review.audit import verify
from observatory.review.models import AuditRow
from site_world import NOW

SOON = dt.date(2026, 4, 1)


@pytest.fixture
def ledger(settings):
    """The ledger of the workspace; its connections are given back at the end."""
    book = open_ledger(settings.WORKSPACE)
    yield book
    book.close()


def invite(programme, expert, row, **changed):
    said = {"purpose": "review", "due_on": SOON, "at_once": 3, **changed}
    return actions.invite(expert=expert, candidate=row, by=programme.boss, now=NOW, **said)


def test_a_conflict_is_refused_with_its_reason(programme):
    expert, row = programme.expert(), programme.adopted()
    actions.declare(
        expert=expert, candidate=row, reason="advised the firm that asks for it", by=programme.boss, now=NOW
    )
    with pytest.raises(WrongState, match="conflict of interest and cannot be invited: advised the firm"):
        invite(programme, expert, row)
    assert not Invitation.objects.exists()
    invite(programme, expert, programme.adopted())


def test_a_conflict_with_an_employer_that_the_dossier_names(programme):
    row = programme.adopted()
    named = json.loads(row.dossier.body)["top_employers"][0][0]
    expert = programme.expert()
    actions.declare(expert=expert, employer=named.upper() + " ", reason="owns shares", by=programme.boss, now=NOW)
    with pytest.raises(WrongState, match="owns shares"):
        invite(programme, expert, row)


def test_a_conflict_with_a_partner_holds_for_its_comparison(programme):
    laid = programme.comparison()
    expert = programme.expert()
    actions.declare(
        expert=expert, partner=laid.standard.partner, reason="sits on its board", by=programme.boss, now=NOW
    )
    with pytest.raises(WrongState, match="sits on its board"):
        invite(programme, expert, laid.brief.candidate, purpose="recognition", comparison=laid)
    with pytest.raises(WrongState, match="sits on its board"):
        invite(programme, expert, laid.brief.candidate, purpose="recognition")
    invite(programme, expert, laid.brief.candidate)
    assert Invitation.objects.count() == 1


def test_a_conflict_declared_later_withdraws_what_is_open(programme):
    expert, row = programme.expert(), programme.adopted()
    sent = invite(programme, expert, row)
    other = invite(programme, expert, programme.adopted())
    actions.declare(expert=expert, candidate=row, reason="new job", by=programme.boss, now=NOW)
    sent.refresh_from_db()
    other.refresh_from_db()
    assert (sent.state, other.state) == ("withdrawn", "invited")


def test_who_is_busy_or_away_is_not_asked(programme):
    rows = [programme.adopted() for _ in range(4)]
    little = programme.expert("Little Time", availability="little")
    invite(programme, little, rows[0])
    with pytest.raises(WrongState, match="1 open tasks already, of 1"):
        invite(programme, little, rows[1])
    busy = programme.expert("Much Work")
    for row in rows[:3]:
        sent = invite(programme, busy, row)
    with pytest.raises(WrongState, match="3 open tasks already"):
        invite(programme, busy, rows[3])
    actions.answer(invitation=sent, state="declined", by=programme.boss, version=1, now=NOW)
    invite(programme, busy, rows[3])
    with pytest.raises(WrongState, match="not available by 2026-04-01"):
        invite(programme, programme.expert("Far Away", free_from=dt.date(2026, 5, 1)), rows[0])
    with pytest.raises(WrongState, match="not available"):
        invite(programme, programme.expert("No", availability="no"), rows[0])


def test_an_invitation_goes_its_way(programme):
    sent = invite(programme, programme.expert(), programme.adopted())
    with pytest.raises(WrongState, match="cannot follow"):
        actions.answer(invitation=sent, state="done", by=programme.boss, version=1, now=NOW)
    actions.answer(invitation=sent, state="accepted", by=programme.boss, version=1, now=NOW)
    actions.answer(invitation=sent, state="done", by=programme.boss, version=2, now=NOW)
    with pytest.raises(WrongState, match="cannot follow"):
        actions.answer(invitation=sent, state="withdrawn", by=programme.boss, version=3, now=NOW)
    with pytest.raises(WrongState, match="still to come"):
        invite(programme, programme.expert("x"), programme.adopted(), due_on=NOW.date())


def test_an_expert_is_kept_only_with_consent(programme):
    for day in (None, NOW.date() + dt.timedelta(days=1)):
        with pytest.raises(WrongState, match="consent"):
            programme.expert(agreed_on=day)


def test_erasure_leaves_the_record_sound_and_nothing_of_the_person(programme, signed_in, ledger):
    expert, row = programme.expert(), programme.adopted()
    client = signed_in(programme.boss)
    said = {"expert": expert.pk, "candidate": row.candidate_id, "purpose": "review", "due_on": "2099-04-01"}
    assert client.post("/programme/experts/invite", said).status_code == 302
    actions.declare(expert=expert, employer="Secret Works", reason="a cousin there", by=programme.boss, now=NOW)
    actions.change_expert(
        expert=expert, values={"organisation": "Another School"}, by=programme.boss, version=2, now=NOW
    )
    expert.refresh_from_db()
    letters = ledger
    issue = issue_of(Invitation.objects.get())
    (letter,) = letters.mails(issue=issue)
    assert letter.recipient == "ine@example.org"
    assert "Ine Vented" in letter.body
    assert client.post(f"/programme/experts/{expert.pk}/erase", {"version": expert.version}).status_code == 302
    expert.refresh_from_db()
    assert (expert.name, expert.email, expert.organisation, expert.country, expert.expertise) == ("", "", "", "", "")
    assert Invitation.objects.get().state == "withdrawn"
    assert Interest.objects.get().reason == ""
    (letter,) = letters.mails(issue=issue)
    assert (letter.recipient.partition("-")[0], letter.body, letter.state) == ("erased", "", "refused")
    everything = json.dumps([one.details for one in AuditRow.objects.all()])
    for word in ("Ine", "Vented", "example.org", "A school", "Another School", "hydronics", "Secret Works", "cousin"):
        assert word not in everything
    assert verify().broken == 0
    page = client.get(f"/programme/experts/{expert.pk}").content.decode()
    assert f"Erased expert no. {expert.pk}" in page
    with pytest.raises(WrongState, match="erased on request"):
        invite(programme, expert, programme.adopted())
    with pytest.raises(WrongState, match="erased on request"):
        actions.change_expert(expert=expert, values={"name": "x"}, by=programme.boss, version=expert.version, now=NOW)


def test_the_letter_is_queued_once(programme, signed_in, ledger):
    expert, row = programme.expert(email="once@example.org"), programme.adopted()
    client = signed_in(programme.boss)
    said = {"expert": expert.pk, "candidate": row.candidate_id, "purpose": "draft", "due_on": "2099-04-01"}
    assert client.post("/programme/experts/invite", said).status_code == 302
    assert client.post("/programme/experts/invite", said).status_code == 409
    sent = Invitation.objects.get()
    assert len(ledger.mails(issue=issue_of(sent))) == 1


def test_the_nearest_come_first_with_the_words_that_say_so(programme, signed_in):
    row = programme.adopted(title="heat pump planner", skills=["hydronics", "refrigerants"])
    fits = programme.expert("Fits Well", expertise="hydronics and refrigerants of heat pumps")
    programme.expert("Other Field", expertise="museum lighting")
    page = signed_in(programme.boss).get(f"/programme/experts?candidate={row.candidate_id}").content.decode()
    assert "Fits Well" in page
    assert "hydronic" in page
    assert "Other Field" not in page.split("Open invitations")[0].split("Nearest by expertise")[1]
    actions.declare(expert=fits, candidate=row, reason="wrote the posting", by=programme.boss, now=NOW)
    page = signed_in(programme.boss).get(f"/programme/experts?candidate={row.candidate_id}").content.decode()
    assert "wrote the posting" in page
    assert 'action="/programme/experts/invite"' not in page


def test_experts_by_language(programme, signed_in):
    programme.expert("Speaks Thai", languages=["th"])
    programme.expert("Speaks Italian")
    page = signed_in(programme.boss).get("/programme/experts?language=th").content.decode()
    assert "Speaks Thai" in page
    assert "Speaks Italian" not in page


def test_terms_of_both_scripts():
    assert terms("Robots, 机器人调度 and C++") == ["robot", "机器", "器人", "人调", "调度", "c++"]
    found = nearest("机器人 调度", {1: "机器人维护", 2: "会计", 3: ""})
    assert [one.key for one in found] == [1]
    assert nearest("", {1: "x y"}) == []
    assert nearest("the and of", {1: "robots"}) == []
    same = nearest("robot fleet", {1: "robot fleet", 2: "robot"})
    assert [one.key for one in same] == [1, 2]
    assert same[0].cosine == pytest.approx(1.0)


def test_experts_are_seen_by_those_who_keep_them(programme, world, signed_in):
    programme.expert()
    for role in ("reader", "analyst", "senior analyst", "chair", "committee member"):
        assert signed_in(world[role]).get("/programme/experts").status_code == 403
        with pytest.raises(NotAllowed, match=r"programme\.experts"):
            actions.erase(expert=Expert.objects.get(), by=world[role], version=1, now=NOW)
    assert signed_in(world["secretary"]).get("/programme/experts").status_code == 200
