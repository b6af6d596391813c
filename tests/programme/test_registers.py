"""The registers: entries, yearly figures against target, briefs, one profession from signal to certified people."""

from __future__ import annotations

import datetime as dt

import pytest

from observatory.errors import BadInput, Stale, WrongState
from observatory.programme.actions import registers as actions
from observatory.programme.charts import Year, bars
from observatory.programme.models import Brief, Figure, Target
from observatory.review.models import AuditRow
from site_world import NOW


def report(programme, entry, row, **changed):
    said = {"year": 2025, "people": 10, "source": "yearly report", "version": None, **changed}
    return actions.report(entry=entry, candidate=row, by=programme.boss, now=NOW, **said)


def test_only_adopted_professions(programme, world):
    with pytest.raises(WrongState, match="is not adopted"):
        programme.entry(world.candidate())


def test_a_figure_has_a_source_a_year_and_a_profession(programme):
    row = programme.adopted()
    entry = programme.entry(row)
    for changed, why in (
        ({"source": " "}, "without a source"), ({"year": 2027}, "to 2026 is expected"), ({"year": 2023}, "was not open in 2023"),
        ({"people": -1}, "0 to 10 million"), ({"people": 10**9}, "0 to 10 million"),
    ):  # fmt: skip
        with pytest.raises(WrongState, match=why):
            report(programme, entry, row, **changed)
    with pytest.raises(WrongState, match="is no profession of"):
        report(programme, entry, programme.adopted())
    assert not Figure.objects.exists()


def test_a_figure_is_corrected_with_its_version(programme):
    row = programme.adopted()
    entry = programme.entry(row)
    report(programme, entry, row)
    with pytest.raises(WrongState, match="correct that one"):
        report(programme, entry, row, people=11)
    report(programme, entry, row, people=12, version=1)
    with pytest.raises(Stale):
        report(programme, entry, row, people=13, version=1)
    assert Figure.objects.get().people == 12
    assert AuditRow.objects.get(verb="figure.changed").details["changed"] == {"people": [10, 12]}


def test_a_profession_with_figures_stays_in_the_entry(programme):
    row, other = programme.adopted(), programme.adopted()
    entry = programme.entry(row)
    report(programme, entry, row)
    with pytest.raises(WrongState, match="leave it in"):
        actions.change_entry(entry=entry, values={}, professions=[other], by=programme.boss, version=1, now=NOW)
    after = actions.change_entry(
        entry=entry, values={}, professions=[row, other], by=programme.boss, version=1, now=NOW
    )
    assert after.professions.count() == 2


def test_a_target_is_set_once_and_changed_after(programme):
    for value in (10, 12, 12):
        actions.set_target(register="base", measure="people", year=2026, value=value, by=programme.boss, now=NOW)
    assert Target.objects.get().value == 12
    assert AuditRow.objects.filter(verb="target.set").count() == 2


def test_a_brief_comes_in_once_and_older_ones_stay(programme):
    row = programme.adopted()
    first = programme.brief(row)
    assert [(unit.code, unit.level) for unit in first.units.all()] == [("1", "5"), ("2", "4"), ("3", "4")]
    assert programme.brief(row) == first
    programme.brief(row, limits=["x"])
    assert Brief.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"units": []}, "units"), ({"units": [{"code": "1", "title": "a"}, {"code": "1", "title": "b"}]}, "same code: 1"),
        ({"units": [{"code": "1", "title": "a", "level": "9"}]}, "does not list: 1"),
        ({"candidate_id": "nobody"}, "no candidate has the id nobody"), ({"skills": [{"label": ""}]}, "skills.0.label"),
    ],
)  # fmt: skip
def test_a_brief_that_does_not_fit(programme, changed, why):
    row = programme.adopted()
    with pytest.raises(BadInput, match=why):
        programme.brief(row, **changed)
    assert not Brief.objects.exists()


def test_from_first_signal_to_certified_people(programme, signed_in):
    row = programme.adopted()
    client = signed_in(programme.boss)
    page = client.get(f"/programme/professions/{row.candidate_id}").content.decode()
    assert page.count('class="ahead"') == 11
    programme.brief(row, certification=[{"label": "brazing", "share": 0.4, "reason": "asked by many"}], competition={"suits": False, "reasons": ["too slow"]})  # fmt: skip
    test = programme.entry(row, "certification", "A certificate")
    report(programme, test, row, people=31)
    report(programme, test, row, people=40, year=2024)
    page = client.get(f"/programme/professions/{row.candidate_id}").content.decode()
    assert page.count('class="ahead"') == 8
    assert "<b>71</b>" in page
    for words in ("Install heat pumps", "asked by many", "suggested: no", "too slow", "A certificate"):
        assert words in page
    home = client.get("/programme/").content.decode()
    assert ">71</td>" in home


def test_a_profession_that_is_not_adopted_has_no_such_page(programme, world, signed_in):
    row = world.candidate()
    assert signed_in(programme.boss).get(f"/programme/professions/{row.candidate_id}").status_code == 404


def test_the_register_shows_years_against_target(programme, signed_in):
    row = programme.adopted()
    this = dt.datetime.now(dt.UTC).year
    entry = programme.entry(row, starts_on=dt.date(this - 1, 1, 1))
    actions.report(entry=entry, candidate=row, year=this - 1, people=1234, source="x", version=None, by=programme.boss, now=dt.datetime.now(dt.UTC))  # fmt: skip
    actions.set_target(register="base", measure="people", year=this - 1, value=2000, by=programme.boss, now=NOW)
    page = signed_in(programme.world["reader"]).get("/programme/registers/base").content.decode()
    assert f"{this - 1}: 1,234 people trained (target 2,000)" in page
    assert 'class="bar short"' in page
    assert f"{this}: not reported people trained (no target)" in page


def test_a_year_without_a_report_is_no_zero():
    drawn = bars([Year(year=2024, value=None, target=None), Year(year=2025, value=0, target=5)], title="t", unit="u")
    assert "2024: not reported u (no target)" in drawn
    assert drawn.count("<rect") == 1
    assert "No figure" in bars([Year(year=2024, value=None, target=None)], title="t", unit="u")


def test_units_come_from_a_draft_of_the_standard(programme, world, signed_in):
    import dataclasses

    from invented_standards import invented_draft
    from observatory.review import actions as review
    from observatory.review.steps import StepRules
    from observatory.standards import to_json

    ruling = world.decided()
    review.publish(decision=ruling, by=world["secretary"], now=NOW)
    row = type(ruling.candidate).objects.get(pk=ruling.candidate_id)
    made = review.start_project(decision=ruling, owner=world["analyst"], due_on=None, by=world["senior analyst"], rules=StepRules(), now=NOW)  # fmt: skip
    text = to_json(dataclasses.replace(invented_draft(), candidate_id=row.candidate_id))
    draft = review.bring_in_draft(project=made, text=text, by=world["analyst"], now=NOW)
    client = signed_in(programme.boss)
    here = f"/programme/professions/{row.candidate_id}"
    assert "Take its units" in client.get(here).content.decode()
    assert client.post(f"{here}/units").status_code == 302
    brief = Brief.objects.get()
    read = invented_draft()
    wanted = [
        (content.title.text, row.level) for level in read.levels for function in read.functions
        for content in function.contents for row in content.requirements if row.level == level.level
    ]  # fmt: skip
    assert [(unit.title, unit.level) for unit in brief.units.all()] == wanted
    assert brief.levels == [level.level for level in read.levels]
    assert brief.body["draft"]["sha256"] == draft.sha256
    page = client.get(here).content.decode()
    assert "from draft 1 of the standard" in page
    assert "Take its units" not in page
    assert client.post(f"{here}/units").status_code == 302
    assert Brief.objects.count() == 1


def test_no_draft_no_units(programme, signed_in):
    row = programme.adopted()
    assert signed_in(programme.boss).post(f"/programme/professions/{row.candidate_id}/units").status_code == 409
