"""Who may open what: every address, every step and every call of the API, for every role."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from observatory.review import actions
from observatory.review.actions.accounts import SCOPES
from observatory.review.demo_standards import invented_draft
from observatory.review.models import AuditRow
from observatory.review.permissions import GROUPS, OF_CANDIDATE, OF_DECISION, OF_ITEM, OF_MEETING, OF_PROJECT
from observatory.review.release_texts import standards_of
from observatory.review.steps import StepRules
from observatory.review.views.register import FILES
from observatory.standards import to_json
from observatory.web.api import api
from site_world import NOW

# name of the address: (methods and the permission each needs; "" = anybody, "in" = whoever signed in)
PAGES = {
    "home": {"GET": "read"},
    "sign_in": {"GET": "", "POST": ""},
    "sign_out": {"GET": "", "POST": ""},
    "account": {"GET": "read", "POST": "read"},
    "language": {"GET": "", "POST": ""},
    "theme": {"GET": "", "POST": ""},
    "first_look": {"GET": "read", "POST": "read"},
    "queue": {"GET": "read"},
    "save_view": {"POST": "read"},
    "bulk_assign": {"POST": "triage"},
    "candidate": {"GET": "read"},
    "assess": {"GET": "assess", "POST": "assess"},
    "dossier": {"GET": "read"},
    "change": {"POST": OF_CANDIDATE},
    "landscape": {"GET": "read"},
    "trends": {"GET": "read"},
    "meetings": {"GET": "read"},
    "new_meeting": {"GET": "table", "POST": "table"},
    "meeting": {"GET": "read"},
    "minutes": {"GET": "read"},
    "change_meeting": {"POST": OF_MEETING},
    "item": {"GET": "read"},
    "change_item": {"POST": OF_ITEM},
    "register": {"GET": "read"},
    "change_decision": {"POST": OF_DECISION},
    "standards": {"GET": "read"},
    "start_project": {"POST": "steer"},
    "project": {"GET": "read"},
    "draft": {"GET": "read"},
    "edit_draft": {"GET": "draft", "POST": "draft"},
    "compare_drafts": {"GET": "read"},
    "draft_file": {"GET": "read"},
    "change_project": {"POST": {verb: needed for verb, needed in OF_PROJECT.items() if verb != "edit"}},
    "professions": {"GET": ""},
    "profession": {"GET": ""},
    "profession_version": {"GET": ""},
    "releases": {"GET": ""},
    "new_release": {"POST": "register"},
    "import_register": {"POST": "register"},
    "release_file": {"GET": ""},
    "release_text": {"GET": ""},
    "consultations": {"GET": ""},
    "consultation": {"GET": "", "POST": ""},
    "agreement": {"GET": "triage"},
    "trail": {"GET": "audit"},
    "trail_export": {"GET": "audit"},
    "jobs": {"GET": "operate", "POST": "operate"},
    "archive": {"GET": "read"},
    "bring_in": {"GET": "operate", "POST": "operate"},
    "alive": {"GET": ""},
    "feed": {"GET": "in"},
}


SIGNING = ("/sign-in", "/sign-out")


def ours():
    return [entry for entry in get_resolver().url_patterns if isinstance(entry, URLPattern)]


def test_every_address_stands_in_the_table():
    assert {entry.name for entry in ours()} == set(PAGES)


def project(world):
    """A project in consultation, its profession in the register, and a release."""
    from django.utils import timezone

    ruling = world.decided()
    actions.publish(decision=ruling, by=world["secretary"], now=NOW)
    rules, boss = StepRules(), world["secretary"]
    work = actions.start_project(decision=ruling, owner=world["analyst"], due_on=None, by=boss, rules=rules, now=NOW)
    text = to_json(invented_draft(work.candidate.candidate_id, work.title))
    actions.bring_in_draft(project=work, text=text, by=world["analyst"], now=NOW)
    actions.enter(project=work, values={"code": "1-01"}, by=boss, version=work.version, rules=rules, now=NOW)
    actions.make_release(name="r1", by=boss, now=NOW)
    work.refresh_from_db()
    return actions.advance(project=work, note="", by=boss, version=work.version, rules=rules, now=timezone.now())


@pytest.fixture
def addresses(world):
    """(address, method, permission) for everything there is."""
    row = world.candidate()
    first, second = world.analysts()
    actions.assign(candidate=row, analysts=[first, second], by=world["senior analyst"], version=1, now=NOW)
    ruling = world.decided()
    key, item = row.candidate_id, ruling.item
    work = project(world)
    (text,) = standards_of(world.released("r0"))
    made = f"/professions/{work.candidate.candidate_id}"
    fixed = {
        "candidate": [f"/candidates/{key}"], "assess": [f"/candidates/{key}/assess"],
        "dossier": [f"/candidates/{key}/dossier.json"], "meeting": [f"/meetings/{item.meeting_id}"],
        "minutes": [f"/meetings/{item.meeting_id}/minutes.{form}" for form in ("docx", "pdf")],
        "item": [f"/items/{item.pk}"], "project": [f"/standards/{work.pk}"], "draft": [f"/standards/{work.pk}/draft"],
        "edit_draft": [f"/standards/{work.pk}/draft/weights"], "compare_drafts": [f"/standards/{work.pk}/compare"],
        "draft_file": [f"/standards/{work.pk}/draft.{form}" for form in ("docx", "json")],
        "profession": [made], "profession_version": [f"{made}/v1"], "consultation": [f"/consultations/{work.pk}"],
        "release_file": [f"/releases/r1/{file}" for file in FILES],
        "release_text": [f"/releases/r0/standards/{text.identity}.docx"],
    }  # fmt: skip
    steps = {
        "change": "/candidates/{key}/{verb}", "change_meeting": "/meetings/{meeting}/{verb}",
        "change_item": "/items/{item}/{verb}", "change_decision": "/decisions/{ruling}/{verb}",
        "change_project": "/standards/{work}/{verb}",
    }  # fmt: skip
    found = []
    for entry in ours():
        for method, needed in PAGES[entry.name].items():
            if isinstance(needed, str):
                paths = fixed.get(entry.name) or [f"/{entry.pattern}"]
                found += [(path, method, needed) for path in paths]
            else:
                form = steps[entry.name]
                known = {"key": key, "meeting": item.meeting_id, "item": item.pk, "ruling": ruling.pk, "work": work.pk}
                found += [(form.format(verb=verb, **known), method, one) for verb, one in needed.items()]
    return found


@pytest.mark.parametrize("role", GROUPS)
def test_each_role_opens_what_its_permissions_say(world, signed_in, addresses, role):
    client = signed_in(world[role])
    wrong = []
    rows = AuditRow.objects.count()
    for path, method, needed in addresses:
        if path in SIGNING:
            continue
        answer = client.generic(method, path, "", content_type="application/x-www-form-urlencoded")
        may = needed in ("", "in") or needed in GROUPS[role]
        if path.endswith("/assess") and may and role != "analyst":
            may = False  # assigned to other analysts
        if (answer.status_code == 403) == may or answer.status_code >= 500:
            wrong.append((method, path, answer.status_code, "may" if may else "may not"))
    assert not wrong
    # Steps that need no words: a draft is saved, a meeting closed, a decision published. No other form did anything.
    assert AuditRow.objects.count() - rows == {"analyst": 1, "chair": 2, "secretary": 1}.get(role, 0)


@pytest.mark.parametrize("role", [*GROUPS, ""])
def test_addresses_refuse_other_methods(world, signed_in, addresses, role):
    client = signed_in(world[role]) if role else Client()
    paths = {path: {m for p, m, _ in addresses if p == path} for path, _m, _n in addresses}
    free = {path for path, _method, needed in addresses if needed == ""}
    for path, allowed in paths.items():
        if allowed == {"POST"} and role:
            assert client.get(path).status_code == 405, path
        for method in ("PUT", "DELETE", "PATCH"):
            if path not in (*SIGNING, "/language", "/theme", "/alive", "/feed.atom"):
                assert client.generic(method, path).status_code == (405 if role or path in free else 302), (
                    method,
                    path,
                )


def test_who_has_not_signed_in_is_asked_to(addresses):
    client = Client()
    for path, method, needed in addresses:
        answer = client.generic(method, path, "", content_type="application/x-www-form-urlencoded")
        if needed == "":
            assert answer.status_code in (200, 302, 422), path
        elif needed == "in":
            assert answer.status_code == 401, path
        else:
            assert answer.status_code == 302, path
            assert answer["Location"].startswith("/sign-in?next="), path


def test_who_left_may_nothing_at_once(world, signed_in):
    client = signed_in(world["senior analyst"])
    assert client.get("/candidates").status_code == 200
    type(world["senior analyst"]).objects.filter(username="senior_analyst").update(is_active=False)
    assert client.get("/candidates").status_code == 302


def test_somebody_without_any_group_sees_nothing(world, signed_in, addresses):
    client = signed_in(world.person("nobody"))
    for path, method, needed in addresses:
        if needed not in ("", "in"):
            answer = client.generic(method, path, "", content_type="application/x-www-form-urlencoded")
            assert answer.status_code == 403, path
    assert client.get("/feed.atom").status_code == 403


@pytest.mark.parametrize("role", GROUPS)
def test_the_administration_is_for_administrators_and_has_no_door(world, signed_in, role):
    answer = Client().get("/admin/")
    assert answer.status_code == 302
    answer = Client().get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in")
    client = signed_in(world[role])
    answer = client.get("/admin/", follow=True)
    if role != "administrator":
        assert answer.status_code == 403
        return
    assert answer.status_code == 200
    reader = world["reader"]
    edit = f"/admin/review/user/{reader.pk}/change/"
    page = client.get(edit)
    assert page.status_code == 200
    assert "is_superuser" not in page.content.decode()
    assert "totp" not in page.content.decode()
    groups = list(reader.groups.values_list("pk", flat=True))
    data = {
        "username": reader.username, "first_name": "New", "last_name": "", "email": "", "language": "",
        "is_active": "on", "groups": groups, "is_superuser": "on",
    }  # fmt: skip
    assert client.post(edit, data).status_code == 302
    reader.refresh_from_db()
    assert (reader.first_name, reader.is_superuser) == ("New", False)
    row = AuditRow.objects.order_by("-number").first()
    assert (row.verb, row.by, row.details["groups"]) == ("user.changed", "administrator", ["reader"])
    assert client.post(f"/admin/review/user/{reader.pk}/delete/", {"post": "yes"}).status_code == 403
    for path in ("/admin/review/user/", "/admin/review/user/add/", "/admin/auth/group/", "/admin/auth/group/1/change/"):
        assert client.get(path).status_code == 200, path


def test_a_group_changed_in_the_administration_is_recorded(world, signed_in):
    from django.contrib.auth.models import Group, Permission

    client = signed_in(world["administrator"])
    group = Group.objects.get(name="reader")
    comment = Permission.objects.get(codename="comment", content_type__app_label="review")
    read = Permission.objects.get(codename="read", content_type__app_label="review")
    said = {"name": "reader", "permissions": [comment.pk, read.pk]}
    assert client.post(f"/admin/auth/group/{group.pk}/change/", said).status_code == 302
    row = AuditRow.objects.order_by("-number").first()
    assert (row.verb, row.details["permissions"]) == ("group.changed", ["comment", "read"])
    assert world["reader"].__class__.objects.get(username="reader").has_perm("review.comment")


def calls():
    """(address, scope) of each call of the API, from its own document."""
    found = []
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, said in methods.items():
            assert method == "get"
            assert said["security"], path
            found.append((path, path.split("/")[2].partition("?")[0]))
    return found


@pytest.mark.parametrize("scope", [*SCOPES, "none"])
def test_each_call_needs_its_scope(world, scope):
    row, work = world.candidate(), project(world)
    key = actions.make_token(by=world["reader"], name="t", scopes=[scope if scope != "none" else "register"], now=now())
    for path, needed in calls():
        address = path.replace("{candidate_id}", row.candidate_id).replace("{identity}", work.candidate.candidate_id)
        assert Client().get(address).status_code == 401
        assert Client().get(address, headers={"Authorization": "Bearer obs_wrong"}).status_code == 401
        answer = Client().get(address, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == (200 if needed == (scope if scope != "none" else "register") else 403), address


@pytest.mark.parametrize("role", GROUPS)
def test_a_key_can_what_its_owner_can(world, role):
    key = actions.make_token(by=world[role], name="t", scopes=list(SCOPES), now=now())
    headers = {"Authorization": f"Bearer {key}"}
    assert Client().get("/api/candidates", headers=headers).status_code == 200
    world[role].groups.clear()
    assert Client().get("/api/candidates", headers=headers).status_code == 403


def now():
    from django.utils import timezone

    return timezone.now()
