"""Every page of the programme: who opens it, how often it asks the database, what it says to a wrong form."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from observatory.programme.actions import crosswalk, experts, partners, registers
from observatory.programme.models import Agreement, Comparison, Entry, Expert, Figure, Invitation, Match, UnitMatch
from observatory.programme.permissions import GROUPS as OURS
from observatory.programme.permissions import PERMISSIONS
from observatory.review.models import AuditRow
from observatory.review.permissions import GROUPS
from observatory.web.urls import urlpatterns as site
from site_world import NOW

MOST = 12
urls = next(entry for entry in site if str(entry.pattern) == "programme/").urlconf_module
# name of the address: (methods and the permission each needs)
PAGES = {
    "home": {"GET": "read"}, "profession": {"GET": "read"}, "take_units": {"POST": "keep"}, "crosswalks": {"GET": "read"}, "bring_in": {"POST": "crosswalk"},
    "mappings": {"GET": "read"}, "crosswalk": {"GET": "read"}, "carry": {"POST": "crosswalk"}, "change_match": {"POST": "crosswalk"}, "partners": {"GET": "read"},
    "new_partner": {"GET": "keep", "POST": "keep"}, "partner": {"GET": "read"}, "change_partner": {"GET": "keep", "POST": "keep"},
    "new_agreement": {"GET": "keep", "POST": "keep"}, "new_standard": {"GET": "keep", "POST": "keep"},
    "change_agreement": {"GET": "keep", "POST": "keep"}, "standard": {"GET": "read"}, "units": {"GET": "keep", "POST": "keep"},
    "change_standard": {"POST": "keep"}, "comparison": {"GET": "read"}, "change_comparison": {"POST": "keep"},
    "experts": {"GET": "experts"}, "new_expert": {"GET": "experts", "POST": "experts"}, "invite": {"POST": "experts"},
    "expert": {"GET": "experts"}, "change_expert": {"GET": "experts", "POST": "experts"},
    "conflict": {"GET": "experts", "POST": "experts"}, "erase": {"POST": "experts"}, "answer": {"POST": "experts"},
    "register": {"GET": "read"}, "new_entry": {"GET": "keep", "POST": "keep"}, "target": {"POST": "keep"},
    "entry": {"GET": "read"}, "change_entry": {"GET": "keep", "POST": "keep"}, "figure": {"GET": "keep", "POST": "keep"},
    "tables": {"GET": "keep", "POST": "keep"}, "table": {"GET": "read"},
}  # fmt: skip


@pytest.fixture
def crowd(programme):
    """A programme in which much has happened."""
    row = programme.adopted()
    programme.brief(row)
    for i in range(12):
        held = programme.partner(f"Partner {i}", ("HU", "TH", "LA", "KZ")[i % 4])
        day = NOW.date()
        partners.add_agreement(partner=held, values={"title": "M", "signed_on": day, "starts_on": day, "ends_on": None}, by=programme.boss, now=NOW)  # fmt: skip
        held_standard = programme.standard(held, f"S{i}")
    laid = partners.start_comparison(brief=row.briefs.get(), standard=held_standard, by=programme.boss, now=NOW)
    own, theirs = laid.brief.units.first(), laid.standard.units.first()
    partners.match_units(comparison=laid, own=own, theirs=theirs, extent="full", by=programme.boss, version=1, now=NOW)
    programme.proposals(row, *"abcdefgh")
    crosswalk.confirm(match=Match.objects.first(), relation="exactMatch", by=programme.boss, version=1, now=NOW)
    for i in range(8):
        person = programme.expert(f"Person {i}", email=f"p{i}@example.org")
        experts.invite(expert=person, candidate=row, purpose="review", due_on=NOW.date().replace(year=2099), at_once=3, by=programme.boss, now=NOW)  # fmt: skip
        experts.declare(expert=person, employer=f"Firm {i}", reason="x", by=programme.boss, now=NOW)
    for register in ("base", "station", "certification", "competition"):
        for i in range(5):
            entry = programme.entry(row, register, f"{register} {i}", partner=held)
            registers.report(
                entry=entry, candidate=row, year=2025, people=i, source="x", version=None, by=programme.boss, now=NOW
            )
    for _ in range(4):
        programme.brief(programme.adopted())
    return row


def addresses(row):
    """(address, method, permission) of everything there is."""
    laid, known = Comparison.objects.get(), Match.objects.last()
    fixed = {
        "profession": [row.candidate_id], "take_units": [row.candidate_id], "crosswalk": [row.candidate_id], "carry": [row.candidate_id], "partner": [laid.standard.partner_id],
        "change_partner": [laid.standard.partner_id], "new_agreement": [laid.standard.partner_id],
        "new_standard": [laid.standard.partner_id], "change_agreement": [Agreement.objects.first().pk],
        "standard": [laid.standard_id], "units": [laid.standard_id], "comparison": [laid.pk],
        "expert": [Expert.objects.first().pk], "change_expert": [Expert.objects.first().pk],
        "conflict": [Expert.objects.first().pk], "erase": [Expert.objects.first().pk], "entry": [Entry.objects.first().pk],
        "change_entry": [Entry.objects.first().pk], "figure": [Entry.objects.first().pk],
    }  # fmt: skip
    numbers = {
        "change_match": known.pk, "change_standard": laid.standard_id, "change_comparison": laid.pk,
        "answer": Invitation.objects.first().pk,
    }  # fmt: skip
    found = []
    for entry in urls.urlpatterns:
        text = str(entry.pattern)
        if entry.name in fixed:
            paths = [re.sub(r"<[^>]+>", str(fixed[entry.name][0]), text)]
        elif "(?P<" in text:
            text = text.strip("^$").replace(r"(?P<pk>\d{1,15})", str(numbers.get(entry.name, ""))).replace("\\.", ".")
            choice = re.search(r"\(\?P<\w+>([^)]*)\)", text)
            paths = [text.replace(choice.group(0), word) for word in choice.group(1).split("|")]
        else:
            paths = [text]
        found += [
            (f"/programme/{path}", method, needed) for path in paths for method, needed in PAGES[entry.name].items()
        ]
    return found


def test_every_address_stands_in_the_table():
    assert {entry.name for entry in urls.urlpatterns} == set(PAGES)


@pytest.mark.parametrize("role", GROUPS)
def test_each_role_opens_what_its_permissions_say(crowd, world, signed_in, role):
    client = signed_in(world[role])
    rows, wrong = AuditRow.objects.count(), []
    for path, method, needed in addresses(crowd):
        answer = client.generic(method, path, "", content_type="application/x-www-form-urlencoded")
        may = needed == "read" or needed in OURS.get(role, ())
        if (answer.status_code == 403) == may or answer.status_code >= 500:
            wrong.append((method, path, answer.status_code, "may" if may else "may not"))
        if method == "GET" and may:
            assert answer.status_code == 200, path
    assert not wrong
    assert AuditRow.objects.count() == rows


def test_other_methods_and_nobody_are_refused(crowd, signed_in, programme):
    client = signed_in(programme.boss)
    paths = {path: {m for p, m, _ in addresses(crowd) if p == path} for path, _m, _n in addresses(crowd)}
    for path, allowed in paths.items():
        for method in {"GET", "POST", "PUT", "DELETE"} - allowed:
            assert client.generic(method, path).status_code == 405, (method, path)
        answer = Client().get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in?next="), path


def test_every_page_opens_in_few_questions_to_the_database(crowd, signed_in, programme):
    client = signed_in(programme.boss)
    extra = [
        f"/programme/experts?candidate={crowd.candidate_id}", "/programme/partners?region=belt-and-road&country=HU",
        f"/programme/entries/{Entry.objects.first().pk}/figure?of={Figure.objects.filter(entry=Entry.objects.first()).first().pk}",
    ]  # fmt: skip
    worst = {}
    for path in [*(path for path, method, _ in addresses(crowd) if method == "GET"), *extra]:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path).status_code == 200, path
        asked = [one["sql"] for one in caught.captured_queries if "SAVEPOINT" not in one["sql"]]
        if len(asked) > MOST:
            worst[path] = asked
    assert not worst, "\n".join(f"{path}: {len(many)}" for path, many in worst.items()) + "\n".join(
        sql[:150] for sql in next(iter(worst.values()), [])
    )


def test_the_pages_grow_no_questions_with_their_rows(crowd, signed_in, programme):
    client = signed_in(programme.boss)
    paths = ["/programme/", "/programme/crosswalks", "/programme/partners", "/programme/experts", "/programme/registers/base",
             f"/programme/experts?candidate={crowd.candidate_id}", f"/programme/professions/{crowd.candidate_id}"]  # fmt: skip

    def count(path):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path).status_code == 200
        return len(caught)

    before = [count(path) for path in paths]
    for i in range(6):
        programme.expert(f"New {i}", email="")
        programme.entry(crowd, "base", f"new {i}", partner=programme.partner(f"new {i}", "UZ"))
        programme.proposals(programme.adopted(), "x")
    assert [count(path) for path in paths] == before


def test_forms_with_problems_keep_what_was_typed(crowd, signed_in, programme):
    client = signed_in(programme.boss)
    answer = client.post(
        "/programme/partners/new", {"name": "A", "country": "XX", "kind": "authority", "status": "talks"}
    )
    assert answer.status_code == 422
    assert 'value="A"' in answer.content.decode()
    held = Entry.objects.first()
    answer = client.post(
        f"/programme/entries/{held.pk}/figure", {"candidate": crowd.pk, "year": 2025, "people": -3, "source": "x"}
    )
    assert answer.status_code == 422
    unit = client.post(
        f"/programme/standards/{Comparison.objects.get().standard_id}/units", {"units": "A only\nB; b\nB; c"}
    )
    assert unit.status_code == 422
    for words in ("line 1: a code and a title", "line 3: the code B is there already"):
        assert words in unit.content.decode().replace("Line", "line")


def test_a_step_on_what_changed_meanwhile(crowd, signed_in, programme):
    client, laid = signed_in(programme.boss), Comparison.objects.get()
    match = UnitMatch.objects.get()
    assert client.post(f"/programme/comparisons/{laid.pk}/part", {"match": match.pk, "version": 1}).status_code == 409
    assert client.post(f"/programme/comparisons/{laid.pk}/part", {"match": match.pk}).status_code == 409
    assert (
        client.post(f"/programme/comparisons/{laid.pk}/part", {"match": match.pk, "version": laid.version}).status_code
        == 302
    )
    assert not UnitMatch.objects.exists()


def test_the_groups_hold_the_permissions_and_an_administrator_may_take_them(world, django_db_blocker):
    from django.apps import apps
    from django.contrib.auth.models import Group, Permission

    from observatory.programme.permissions import give

    held = {name: set(Group.objects.get(name=name).permissions.filter(content_type__app_label="programme").values_list("codename", flat=True)) for name in GROUPS}  # fmt: skip
    assert held == {name: set(OURS.get(name, ())) for name in GROUPS}
    assert {name for names in held.values() for name in names} == set(PERMISSIONS)
    for one in Permission.objects.filter(content_type__app_label="programme"):
        one.group_set.clear()
    give(apps.get_app_config("programme"), "default", plan=[])
    assert not Permission.objects.filter(content_type__app_label="programme", group__isnull=False).exists()


def test_who_may_not_is_told_what_is_needed(world, signed_in):
    page = signed_in(world["reader"]).get("/programme/experts").content.decode()
    assert "May see, keep and invite experts" in page


def test_verbs_have_words_and_the_record_shows_them(crowd, signed_in, programme):
    from pathlib import Path

    from observatory.programme.words import VERBS

    source = Path(urls.__file__).parent
    used = {
        verb
        for file in source.rglob("*.py")
        for verb in re.findall(r'verb="([a-z_]+\.[a-z_]+)"', file.read_text("utf-8"))
    }
    used |= {"match.confirmed", "match.rejected"}
    assert used == set(VERBS)
    page = signed_in(programme.boss).get("/record").content.decode()
    assert "yearly figure reported" in page


def test_hostile_words_are_shown_as_words(programme, signed_in):
    bad = "<script>alert(1)</script>\"'><svg onload=x>"
    row = programme.adopted()
    held = programme.partner(bad[:100], note=bad)
    programme.standard(held, bad[:50], [{"code": bad[:50], "title": bad, "level": "L", "detail": bad}])
    programme.brief(
        row,
        units=[{"code": "1", "title": bad, "level": "5", "skills": [bad]}],
        taught=[{"title": bad, "skills": [bad]}],
    )
    programme.proposals(row, bad, title=bad, evidence=[bad])
    programme.expert(bad[:100], expertise=bad, organisation=bad)
    programme.entry(row, name=bad, place=bad, note=bad)
    client = signed_in(programme.boss)
    laid = partners.start_comparison(brief=row.briefs.get(), standard=held.standards.get(), by=programme.boss, now=NOW)
    for path in ("/programme/partners", f"/programme/partners/{held.pk}", f"/programme/standards/{held.standards.get().pk}",
                 f"/programme/comparisons/{laid.pk}", f"/programme/professions/{row.candidate_id}", "/programme/experts",
                 f"/programme/experts/{Expert.objects.get().pk}", f"/programme/crosswalks/of/{row.candidate_id}",
                 f"/programme/entries/{Entry.objects.get().pk}", "/programme/registers/base"):  # fmt: skip
        page = client.get(path).content.decode()
        assert "<script>alert" not in page, path
        assert "<svg onload" not in page, path
