"""Tables out and in: nothing is lost, the same file twice changes nothing, a wrong row refuses the whole file."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.errors import BadInput
from observatory.programme.actions import partners, registers
from observatory.programme.models import Agreement, Entry, Figure, Partner, PartnerStandard, PartnerUnit, Target
from observatory.programme.tables import TABLES, bring_in, written
from observatory.review.audit import verify
from observatory.review.models import AuditRow
from site_world import NOW

ORDER = ("partners", "agreements", "units", "entries", "figures", "targets")


def crowd(programme):
    row = programme.adopted()
    held = programme.partner('Tisza, "Board"\nof skills', note="=1+1; 备注, two\nlines")
    programme.partner("Zweite", "AT")
    day = dt.date(2024, 2, 29)
    partners.add_agreement(partner=held, values={"title": "M", "signed_on": day, "starts_on": day, "ends_on": None}, by=programme.boss, now=NOW)  # fmt: skip
    programme.standard(held)
    entry = programme.entry(row, "station", "Station, one", partner=held, note="x")
    programme.entry(row, "base", "B", ends_on=dt.date(2025, 1, 1))
    registers.report(
        entry=entry, candidate=row, year=2025, people=7, source="a, b", version=None, by=programme.boss, now=NOW
    )
    registers.set_target(register="base", measure="people", year=2026, value=9, by=programme.boss, now=NOW)


def test_what_goes_out_comes_in_again_without_loss(programme):
    crowd(programme)
    before = {name: written(name) for name in ORDER}
    for model in (Figure, Entry, PartnerUnit, PartnerStandard, Agreement, Partner, Target):
        model.objects.all().delete()
    for name in ORDER:
        taken = bring_in(name, before[name], by=programme.boss, now=NOW)
        assert taken.wrong == []
        assert taken.added
    assert {name: written(name) for name in ORDER} == before
    rows = AuditRow.objects.count()
    for name in ORDER:
        taken = bring_in(name, before[name], by=programme.boss, now=NOW)
        assert (taken.added, taken.changed, taken.wrong) == (0, 0, [])
    assert AuditRow.objects.count() == rows
    assert verify().broken == 0


def test_a_changed_cell_changes_one_row(programme):
    crowd(programme)
    text = written("partners").replace("Zweite,authority,talks", "Zweite,authority,agreed")
    taken = bring_in("partners", text, by=programme.boss, now=NOW)
    assert (taken.added, taken.changed, taken.same) == (0, 1, 1)


@pytest.mark.parametrize(
    ("table", "lines", "wrong"),
    [
        ("partners", ["AT,A,authority,talks,,", "ZZ,B,authority,talks,,", "AT,C,club,talks,,", "AT,D,authority,talks"], {3: "country", 4: "kind", 5: "cells"}),
        ("agreements", ["AT,Nobody,M,2024-01-01,2024-01-01,", "HU,P,M,2024-13-01,2024-01-01,", "HU,P,N,2024-01-01,2024-01-01,2023-01-01"], {2: "no partner", 3: "signed_on", 4: "ends before"}),
        ("units", ["HU,P,S,T,,U,,,", "HU,P,S,T,,U1,title,L,", "HU,P,S,Other,,U2,title,L,"], {2: "unit_title", 4: "another title"}),
        ("entries", ["club,CN,N,,,,,2024-01-01,,", "base,CN,N,,,,nobody,2024-01-01,,", "base,CN,N,,,,,2024-01-01,,"], {2: "register", 3: "nobody", 4: "professions"}),
        ("figures", ["base,CN,None,x,2024,1,s"], {2: "no entry"}),
        ("targets", ["base,people,2026,many", "base,cats,2026,1", "base,people,2026,-1"], {2: "value", 3: "measure", 4: "value"}),
    ],
)  # fmt: skip
def test_a_file_with_wrong_rows_is_refused_row_by_row(programme, table, lines, wrong):
    programme.partner("P")
    rows = AuditRow.objects.count()
    text = "\n".join([",".join(TABLES[table].columns), *lines]) + "\n"
    taken = bring_in(table, text, by=programme.boss, now=NOW)
    assert {number: True for number, why in taken.wrong if wrong[number] in why} == dict.fromkeys(wrong, True), (
        taken.wrong
    )
    assert (taken.added, AuditRow.objects.count()) == (0, rows)
    assert Partner.objects.count() == 1
    assert not PartnerStandard.objects.exists()


@pytest.mark.parametrize("text", ["", "country,name\nAT,x\n", "a\tb\n", '"broken'])
def test_a_file_that_is_no_such_table(programme, text):
    with pytest.raises(BadInput):
        bring_in("partners", text, by=programme.boss, now=NOW)


def test_the_page_lists_each_wrong_row_and_takes_none(programme, signed_in):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = signed_in(programme.boss)
    body = (",".join(TABLES["partners"].columns) + "\nAT,A,authority,talks,,\nXX,B,authority,talks,,\n").encode()
    answer = client.post("/programme/tables", {"table": "partners", "file": SimpleUploadedFile("p.csv", body)})
    assert answer.status_code == 422
    assert "<b>row 3</b>" in answer.content.decode()
    assert not Partner.objects.exists()
    answer = client.post("/programme/tables", {"table": "partners", "file": SimpleUploadedFile("p.csv", b"\xff\xfe")})
    assert answer.status_code == 422
    assert "UTF-8" in answer.content.decode()
    assert client.post("/programme/tables", {"table": "partners"}).status_code == 422
    assert (
        client.post("/programme/tables", {"table": "what", "file": SimpleUploadedFile("p.csv", b"a")}).status_code
        == 422
    )
    ok = client.post(
        "/programme/tables", {"table": "partners", "file": SimpleUploadedFile("p.csv", body.replace(b"XX", b"IT"))}
    )
    assert ok.status_code == 302
    assert Partner.objects.count() == 2


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40).map(str.strip)


@given(name=CELLS.filter(bool), note=CELLS)
def test_any_words_of_a_partner_come_back(transactional_words, name, note):
    programme = transactional_words
    programme.partner(name, note=note)
    text = written("partners")
    Partner.objects.all().delete()
    assert bring_in("partners", text, by=programme.boss, now=NOW).wrong == []
    assert written("partners") == text
    Partner.objects.all().delete()


@pytest.fixture
def transactional_words(programme):
    return programme
