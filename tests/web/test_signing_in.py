"""Sign-in: one answer to everything wrong, lock-out, second factor, sessions that end without losing words."""

from __future__ import annotations

import datetime as dt
import re
import time

import pyotp
import pytest
import segno
from django.contrib.sessions.models import Session
from django.test import Client

from observatory.review import actions
from observatory.review.models import Assessment, AuditRow, Comment, User
from site_world import NOW

PASSWORD = "correct horse 7"


def enter(client, name="reader", password=PASSWORD, code="", **more):
    return client.post("/sign-in", {"username": name, "password": password, "code": code, **more})


def inside(client):
    return client.get("/").status_code == 200


def test_the_right_words_open_the_door(world):
    client = Client()
    answer = enter(client, next="/candidates")
    assert (answer.status_code, answer["Location"]) == (302, "/candidates")
    assert inside(client)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_the_door_leads_nowhere_else(world, target):
    assert enter(Client(), next=target)["Location"] == "/"


def test_what_is_wrong_is_not_told(world):
    User.objects.filter(username="analyst").update(totp_secret=pyotp.random_base32())
    User.objects.filter(username="chair").update(is_active=False)
    pages = set()
    for name, password in (
        ("reader", "wrong"), ("nobody", PASSWORD), ("analyst", PASSWORD), ("analyst", "wrong"), ("chair", PASSWORD),
        ("a\0b", PASSWORD),
    ):  # fmt: skip
        client = Client()
        answer = enter(client, name, password)
        assert answer.status_code == 422, (name, password)
        assert not inside(client)
        words = answer.content.decode().split("</head>")[1]
        pages.add(re.sub(r'value="[^"]*"', "", words))
    assert len(pages) == 1


def test_five_failures_lock_the_name_out(world):
    client = Client()
    for _ in range(4):
        assert enter(client, password="wrong").status_code == 422
    assert enter(client, password="wrong").status_code == 429
    assert enter(client).status_code == 429  # the right password, too
    assert not inside(client)
    assert enter(Client(), "analyst").status_code == 302  # others are not locked out


def test_a_success_forgets_the_failures(world):
    client = Client()
    for _ in range(4):
        enter(client, password="wrong")
    assert enter(client).status_code == 302
    client.post("/sign-out")
    for _ in range(4):
        assert enter(client, password="wrong").status_code == 422


def test_guessing_codes_locks_out_as_well(world):
    secret = pyotp.random_base32()
    User.objects.filter(username="reader").update(totp_secret=secret)
    client = Client()
    near = {pyotp.TOTP(secret).at(int(time.time()) + 30 * step) for step in range(-3, 4)}
    codes = [code for code in (f"{n:06d}" for n in range(20)) if code not in near]
    statuses = [enter(client, code=code).status_code for code in codes[:6]]
    assert statuses[0] == 422
    assert statuses[-1] == 429
    assert enter(client, code=pyotp.TOTP(secret).now()).status_code == 429


def test_a_code_opens_once(world):
    secret = pyotp.random_base32()
    User.objects.filter(username="reader").update(totp_secret=secret)
    code = pyotp.TOTP(secret).now()
    assert enter(Client(), code=code).status_code == 302
    assert enter(Client(), code=code).status_code == 422
    before = pyotp.TOTP(secret).at(int(time.time()) - 300)
    assert enter(Client(), code=before).status_code == 422


def test_the_second_factor_is_set_up_and_taken_off(world, signed_in):
    client = signed_in(world["reader"])
    client.post("/account", {"what": "totp_start"})
    page = client.get("/account")
    secret = page.context["secret"]
    address = pyotp.parse_uri(page.context["uri"])
    assert (address.secret, address.name, address.issuer) == (secret, "reader", "Observatory")
    drawn = segno.make(page.context["uri"], error="m", micro=False).svg_inline(border=2)
    assert re.findall(r' d="[^"]+"', drawn)[0] in page.content.decode()
    assert client.post("/account", {"what": "totp_confirm", "code": "000000x"}).status_code == 422
    assert not User.objects.get(username="reader").totp_secret
    client.post("/account", {"what": "totp_confirm", "code": pyotp.TOTP(secret).now()})
    assert User.objects.get(username="reader").totp_secret == secret
    assert secret not in client.get("/account").content.decode()
    client.post("/account", {"what": "totp_off", "password": "wrong"})
    assert User.objects.get(username="reader").totp_secret
    client.post("/account", {"what": "totp_off", "password": PASSWORD})
    assert not User.objects.get(username="reader").totp_secret
    verbs = list(AuditRow.objects.order_by("number").values_list("verb", flat=True))
    assert verbs[-2:] == ["account.second_factor_on", "account.second_factor_off"]
    assert secret not in str(list(AuditRow.objects.values_list("details", flat=True)))


@pytest.mark.parametrize("new", ["short", "1234567890123", "password12", "reader1234"])
def test_weak_passwords_are_refused(world, signed_in, new):
    client = signed_in(world["reader"])
    answer = client.post("/account", {
        "what": "password", "old_password": PASSWORD, "new_password1": new, "new_password2": new,
    })  # fmt: skip
    assert answer.context["passwords"].errors
    assert User.objects.get(username="reader").check_password(PASSWORD)


def test_a_new_password_ends_the_other_sessions(world):
    here, there = Client(), Client()
    enter(here)
    enter(there)
    new = "a longer horse 9"
    here.post("/account", {"what": "password", "old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert inside(here)
    assert not inside(there)
    assert AuditRow.objects.filter(verb="account.password_changed", by="reader").count() == 1


def test_signing_out_ends_the_session(world):
    client = Client()
    enter(client)
    client.get("/sign-out")
    assert inside(client)  # a link cannot sign anybody out
    client.post("/sign-out")
    assert not inside(client)


def expire(client):
    Session.objects.filter(session_key=client.session.session_key).delete()


@pytest.fixture
def form(world):
    """An analyst in the middle of an assessment, whose session has just ended."""
    row = world.candidate()
    first, second = world.analysts()
    actions.assign(candidate=row, analysts=[first, second], by=world["senior analyst"], version=1, now=NOW)
    client = Client()
    enter(client, "analyst")
    path = f"/candidates/{row.candidate_id}/assess"
    assert client.get(path).status_code == 200
    expire(client)
    typed = {
        "points-size": "2",
        "reason-size": "three plants hire for it <b>now</b>",
        "name": "x",
        "kind": "occupation",
    }
    answer = client.post(path, {**typed, "submit": "1"}, headers={"Referer": f"http://testserver{path}"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=")
    return client, path, answer["Location"]


def test_nothing_typed_in_a_form_is_lost_when_the_session_ends(form):
    client, path, door = form
    assert client.get(door).context["kept_some"]
    assert enter(client, "analyst", next=path)["Location"] == path
    page = client.get(path)
    one = next(one for one in page.context["criteria"] if one["name"] == "size")
    assert (one["points"], one["reason"]) == (2, "three plants hire for it <b>now</b>")
    assert page.context["values"]["name"] == "x"
    assert "&lt;b&gt;now" in page.content.decode()
    assert not Assessment.objects.exists()
    assert client.get(path).context["values"]["name"] != "x"  # given back once


def test_what_one_person_typed_is_not_given_to_another(form, world):
    client, path, _door = form
    enter(client, "second_analyst")
    page = client.get(path)
    assert page.status_code == 200
    assert "three plants" not in page.content.decode()
    client.post("/sign-out")


def test_words_of_any_other_form_are_shown_to_copy(world):
    row = world.candidate()
    client = Client()
    enter(client, "analyst")
    page = f"/candidates/{row.candidate_id}"
    expire(client)
    answer = client.post(f"{page}/comment", {"text": "a long remark"}, headers={"Referer": f"http://testserver{page}"})
    assert answer.status_code == 302
    enter(client, "analyst")
    shown = client.get(page)
    assert shown.context["kept_typed"] == [("text", "a long remark")]
    assert "a long remark" in shown.content.decode()
    assert not Comment.objects.exists()
    assert client.get(page).context["kept_typed"] == []


def test_htmx_is_sent_to_the_door(world):
    answer = Client().get("/candidates?q=x", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/sign-in?next=%2Fcandidates%3Fq%3Dx"


def test_a_form_without_its_key_gives_back_what_was_typed(world, signed_in):
    row = world.candidate()
    client = Client(enforce_csrf_checks=True)
    client.force_login(world["analyst"], backend="observatory.review.permitted.Backend")
    answer = client.post(f"/candidates/{row.candidate_id}/comment", {"text": "my words", "csrfmiddlewaretoken": "old"})
    assert answer.status_code == 403
    assert "my words" in answer.content.decode()
    assert not Comment.objects.exists()


def test_a_session_lasts_the_hours_that_are_set(world, settings):
    client = Client()
    enter(client)
    session = Session.objects.get(session_key=client.session.session_key)
    left = session.expire_date - dt.datetime.now(dt.UTC)
    assert dt.timedelta(hours=7, minutes=59) < left <= dt.timedelta(hours=8)
    assert settings.SESSION_COOKIE_HTTPONLY


def test_the_language_chosen_holds_for_the_person(world):
    client = Client()
    enter(client)
    client.post("/language", {"language": "it", "next": "/candidates"})
    assert User.objects.get(username="reader").language == "it"
    other = Client()
    enter(other)
    assert other.get("/candidates").headers["Content-Language"] == "it"
    assert client.post("/language", {"language": "xx", "next": "https://evil.example"})["Location"] == "/"
