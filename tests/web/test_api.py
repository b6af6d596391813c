"""The API and the feed: what they give, page by page; keys, scopes, the rate; no server error on anything."""

from __future__ import annotations

import datetime as dt
import json
from xml.etree import ElementTree

import pytest
import schemathesis
from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from observatory.errors import WrongState
from observatory.removal import contents_hash
from observatory.review import actions
from observatory.review.actions.accounts import SCOPES
from observatory.review.models import ApiToken, AuditRow
from site_world import NOW

ATOM = "{http://www.w3.org/2005/Atom}"


def key_of(who, *scopes):
    return actions.make_token(by=who, name="t", scopes=scopes or SCOPES, now=timezone.now())


@pytest.fixture
def ask(world):
    key = key_of(world["reader"])

    def get(path):
        answer = Client().get(f"/api/{path}", headers={"Authorization": f"Bearer {key}"})
        return answer.status_code, answer.json()

    return get


def test_candidates_page_by_page(world, ask):
    rows = [world.candidate() for _ in range(7)]
    status, first = ask("candidates?per_page=3")
    assert (status, first["total"], first["pages"], len(first["candidates"])) == (200, 7, 3, 3)
    seen = [one for page in (1, 2, 3) for one in ask(f"candidates?per_page=3&page={page}")[1]["candidates"]]
    assert {one["candidate_id"] for one in seen} == {row.candidate_id for row in rows}
    assert [one["score"] for one in seen] == sorted((row.score for row in rows), reverse=True)
    status, said = ask("candidates?per_page=3&page=4")
    assert status == 404
    assert "3 pages" in said["detail"]
    assert ask("candidates?page=0")[0] == ask("candidates?per_page=201")[0] == ask("candidates?kind=goblin")[0] == 422


def test_candidates_by_kind_and_status(world, ask):
    world.candidate(kind="technology")
    world.candidate(kind="occupation", status="rejected")
    assert [one["kind"] for one in ask("candidates?kind=technology")[1]["candidates"]] == ["technology"]
    assert [one["status"] for one in ask("candidates?status=rejected")[1]["candidates"]] == ["rejected"]
    assert ask("candidates?status=adopted")[1]["candidates"] == []


def test_one_candidate_and_its_dossier_as_it_came(world, ask):
    row = world.candidate()
    status, one = ask(f"candidates/{row.candidate_id}")
    assert status == 200
    assert one["growth"] == {"ratio": row.growth_ratio, "low": row.growth_low, "high": row.growth_high}
    status, raw = ask(f"dossiers/{row.candidate_id}")
    assert contents_hash(raw) == raw["sha256"] == one["dossier_sha256"]
    assert raw == json.loads(row.dossier.body)
    for path in ("candidates/none", "dossiers/none", "dossiers/%00"):
        assert ask(path)[0] == 404


def test_a_decision_is_seen_once_it_is_published(world, ask):
    adopted = world.decided(name="battery passport officer", parent="2-02")
    lost = world.decided(carried=False)
    assert ask("decisions")[1]["total"] == 0
    feed = Client().get(f"/feed.atom?key={key_of(world['reader'])}").content.decode()
    assert "urn:observatory:c:" in feed
    assert "urn:observatory:d:" not in feed
    for ruling in (adopted, lost):
        actions.publish(decision=ruling, by=world["secretary"], now=NOW)
    status, said = ask("decisions")
    assert (status, said["total"]) == (200, 2)
    status, said = ask("register")
    assert said["total"] == 1
    one = said["decisions"][0]
    assert (one["name"], one["parent"], one["outcome"], one["votes"]) == (
        "battery passport officer", "2-02", "adopt", {"for": 3, "against": 0, "abstain": 0},
    )  # fmt: skip
    assert one["dossier_sha256"] == adopted.dossier_sha256


def test_a_key_is_kept_as_its_hash_only_and_can_be_taken_back(world, signed_in):
    client = signed_in(world["reader"])
    assert client.post("/account", {"what": "token", "name": "x", "scopes": ["register", "evil"]}).status_code == 422
    page = client.post("/account", {"what": "token", "name": "my script", "scopes": ["register"]})
    key = page.context["made"]
    assert key in page.content.decode()
    assert key not in client.get("/account").content.decode()
    token = ApiToken.objects.get()
    assert token.scopes == ["register"]
    assert key not in str(ApiToken.objects.values())
    assert key not in str(AuditRow.objects.values())
    headers = {"Authorization": f"Bearer {key}"}
    assert Client().get("/api/register", headers=headers).status_code == 200
    other = signed_in(world["analyst"])
    assert other.post("/account", {"what": "revoke", "token": token.pk}).status_code == 404
    assert Client().get("/api/register", headers=headers).status_code == 200
    client.post("/account", {"what": "revoke", "token": token.pk})
    assert Client().get("/api/register", headers=headers).status_code == 401
    with pytest.raises(WrongState, match="revoked already"):
        actions.revoke_token(token=token, by=world["reader"], now=NOW)


@pytest.mark.parametrize("change", ["expired", "inactive"])
def test_a_key_that_is_out_of_date_opens_nothing(world, change):
    key = key_of(world["reader"])
    if change == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    else:
        type(world["reader"]).objects.filter(username="reader").update(is_active=False)
    assert Client().get("/api/register", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert Client().get(f"/feed.atom?key={key}").status_code == 401


def test_a_key_needs_a_name_and_a_scope(world):
    for name, scopes in ((" ", SCOPES), ("x", []), ("x", ["evil"])):
        with pytest.raises(WrongState):
            actions.make_token(by=world["reader"], name=name, scopes=scopes, now=NOW)


def test_calls_beyond_the_rate_wait_for_the_next_minute(world, monkeypatch):
    key = key_of(world["reader"])
    headers = {"Authorization": f"Bearer {key}"}
    minute = [1_000_000 * 60.0]
    monkeypatch.setattr("observatory.web.tokens.time.time", lambda: minute[0])
    codes = [Client().get("/api/register", headers=headers).status_code for _ in range(122)]
    assert codes == [200] * 120 + [429] * 2
    assert Client().get(f"/feed.atom?key={key}").status_code == 429
    minute[0] += 60
    assert Client().get("/api/register", headers=headers).status_code == 200


def test_the_feed_is_atom_with_lasting_ids(world, signed_in):
    row = world.candidate(title="a <b> & \x0b c")
    ruling = world.decided(outcome="reject", reason_code="small", reason="few & far <between>")
    actions.publish(decision=ruling, by=world["secretary"], now=NOW)
    assert Client().get("/feed.atom").status_code == 401
    assert Client().get(f"/feed.atom?key={key_of(world['reader'], 'decisions')}").status_code == 401
    answer = Client().get(f"/feed.atom?key={key_of(world['reader'])}")
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    entries = {one.find(f"{ATOM}id").text: one for one in root.findall(f"{ATOM}entry")}
    assert f"urn:observatory:c:{row.candidate_id}" in entries
    one = entries[f"urn:observatory:d:{ruling.pk}"]
    assert one.find(f"{ATOM}title").text.startswith("Reject: ")
    assert one.find(f"{ATOM}summary").text == "few & far <between>"
    assert one.find(f"{ATOM}link").get("href").endswith(f"/candidates/{ruling.candidate.candidate_id}")
    again = ElementTree.fromstring(signed_in(world["reader"]).get("/feed.atom").content)
    assert {one.find(f"{ATOM}id").text for one in again.findall(f"{ATOM}entry")} == set(entries)


def test_no_call_that_the_document_allows_breaks_the_server(world, monkeypatch):
    for _ in range(3):
        world.candidate()
    ruling = world.decided()
    actions.publish(decision=ruling, by=world["secretary"], now=NOW)
    monkeypatch.setattr("observatory.web.api.within_rate", lambda token: True)
    key = key_of(world["reader"])
    # As Django's own test client does: the end of a request leaves the connection of the test open.
    monkeypatch.setattr(request_started, "send", lambda *_said, **_more: [])
    monkeypatch.setattr(HttpResponseBase, "close", lambda self: None)
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    tried = set()
    for operation in schema.get_all_operations():
        case_of = operation.ok().as_strategy()

        @settings(
            max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
        )
        @given(case=case_of)
        def call(case):
            case.call_and_validate(headers={"Authorization": f"Bearer {key}"})
            tried.add(case.operation.path)

        call()
    assert len(tried) == 9
