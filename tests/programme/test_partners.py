"""Partners, their standards, and two standards side by side; a withdrawn standard takes nothing new."""

from __future__ import annotations

import datetime as dt

import pytest

from observatory.errors import NotAllowed, Stale, WrongState
from observatory.programme.actions import partners as actions
from observatory.programme.models import Comparison, LevelMatch, UnitMatch
from observatory.review.audit import verify
from observatory.review.models import AuditRow
from site_world import NOW


def units(laid):
    return list(laid.brief.units.all()), list(laid.standard.units.all())


def test_a_partner_stands_once_in_a_country(programme):
    programme.partner()
    programme.partner(country="AT")
    with pytest.raises(WrongState, match="partner in this country already"):
        programme.partner()


def test_a_change_is_recorded_with_before_and_after(programme):
    row = programme.partner()
    actions.change_partner(partner=row, values={"status": "agreed"}, by=programme.boss, version=1, now=NOW)
    said = AuditRow.objects.get(verb="partner.changed")
    assert said.details == {"changed": {"status": ["talks", "agreed"]}, "version": 2}
    with pytest.raises(Stale):
        actions.change_partner(partner=row, values={"status": "ended"}, by=programme.boss, version=1, now=NOW)
    unchanged = actions.change_partner(partner=row, values={"status": "agreed"}, by=programme.boss, version=2, now=NOW)
    assert unchanged.version == 2


def test_an_agreement_runs_from_and_until(programme):
    day = dt.date(2025, 1, 1)
    values = {"title": "Memorandum", "signed_on": day, "starts_on": day, "ends_on": dt.date(2025, 12, 31)}
    made = actions.add_agreement(partner=programme.partner(), values=values, by=programme.boss, now=NOW)
    assert [made.in_force(one) for one in (day, dt.date(2025, 12, 31), dt.date(2026, 1, 1))] == [True, True, False]
    with pytest.raises(WrongState, match="ends before it starts"):
        actions.change_agreement(agreement=made, values={"ends_on": dt.date(2024, 1, 1)}, by=programme.boss, version=1, now=NOW)  # fmt: skip


def test_units_common_missing_and_extra(programme):
    laid = programme.comparison()
    (one, two, _three), (a, b, _c) = units(laid)
    laid = actions.match_units(comparison=laid, own=one, theirs=a, extent="full", by=programme.boss, version=1, now=NOW)
    laid = actions.match_units(
        comparison=laid, own=two, theirs=b, extent="partial", by=programme.boss, version=2, now=NOW
    )
    laid = actions.match_units(comparison=laid, own=two, theirs=b, extent="full", note="x", by=programme.boss, version=3, now=NOW)  # fmt: skip
    assert sorted(laid.matches.values_list("own__code", "theirs__code", "extent")) == [("1", "A", "full"), ("2", "B", "full")]  # fmt: skip
    match = UnitMatch.objects.get(own=two)
    laid = actions.part_units(comparison=laid, match=match, by=programme.boss, version=laid.version, now=NOW)
    assert laid.matches.count() == 1
    laid = actions.agree(comparison=laid, by=programme.boss, version=laid.version, now=NOW)
    with pytest.raises(WrongState, match="agreed"):
        actions.match_units(comparison=laid, own=two, theirs=b, extent="full", by=programme.boss, version=laid.version, now=NOW)  # fmt: skip
    laid = actions.reopen(comparison=laid, reason="their annex", by=programme.boss, version=laid.version, now=NOW)
    assert laid.agreed_at is None
    assert verify().broken == 0


def test_a_unit_of_another_standard_is_refused(programme):
    laid = programme.comparison()
    stranger = programme.standard(programme.partner("Other"), "S2").units.first()
    with pytest.raises(WrongState, match="not in this comparison"):
        actions.match_units(comparison=laid, own=units(laid)[0][0], theirs=stranger, extent="full", by=programme.boss, version=1, now=NOW)  # fmt: skip
    assert Comparison.objects.get().version == 1


def test_levels_go_up_together(programme):
    laid = programme.comparison()
    assert (laid.brief.levels, laid.standard.levels) == (["5", "4"], ["L2", "L3"])
    laid = actions.match_levels(comparison=laid, levels={"5": "L2", "4": "L3"}, by=programme.boss, version=1, now=NOW)
    with pytest.raises(WrongState, match="check the order"):
        actions.match_levels(comparison=laid, levels={"5": "L3", "4": "L2"}, by=programme.boss, version=2, now=NOW)
    with pytest.raises(WrongState, match="no such level: L9"):
        actions.match_levels(comparison=laid, levels={"5": "L9"}, by=programme.boss, version=2, now=NOW)
    assert dict(LevelMatch.objects.values_list("own", "theirs")) == {"5": "L2", "4": "L3"}


def test_a_withdrawn_standard_takes_no_new_mapping_and_marks_the_old(programme):
    laid = programme.comparison()
    (one, *_), (a, *_) = units(laid)
    laid = actions.match_units(comparison=laid, own=one, theirs=a, extent="full", by=programme.boss, version=1, now=NOW)
    gone = actions.withdraw_standard(
        standard=laid.standard,
        on=NOW.date(),
        reason="replaced",
        by=programme.boss,
        version=laid.standard.version,
        now=NOW,
    )
    said = AuditRow.objects.get(verb="standard.withdrawn")
    assert said.details["comparisons_marked"] == [laid.pk]
    steps = (
        lambda: actions.start_comparison(brief=programme.brief(programme.adopted()), standard=gone, by=programme.boss, now=NOW),
        lambda: actions.match_units(comparison=laid, own=one, theirs=a, extent="full", by=programme.boss, version=2, now=NOW),
        lambda: actions.match_levels(comparison=laid, levels={"5": "L2"}, by=programme.boss, version=2, now=NOW),
        lambda: actions.agree(comparison=laid, by=programme.boss, version=2, now=NOW),
        lambda: actions.put_units(standard=gone, units=[], by=programme.boss, version=None, now=NOW),
    )  # fmt: skip
    for step in steps:
        with pytest.raises(WrongState, match="Tisza Board withdrew 'S1 Pump fitter' on 2026-03-02"):
            step()
    assert laid.matches.count() == 1


def test_the_page_says_that_it_is_withdrawn_and_offers_no_step(programme, signed_in):
    laid = programme.comparison()
    client = signed_in(programme.boss)
    assert "Both sides agree" in client.get(f"/programme/comparisons/{laid.pk}").content.decode()
    actions.withdraw_standard(standard=laid.standard, on=NOW.date(), reason="replaced", by=programme.boss, version=laid.standard.version, now=NOW)  # fmt: skip
    page = client.get(f"/programme/comparisons/{laid.pk}").content.decode()
    assert "withdrew this standard" in page
    assert "Both sides agree" not in page
    assert "Lay side by side" not in client.get(f"/programme/standards/{laid.standard_id}").content.decode()


def test_the_nearest_unit_is_only_a_hint(programme, signed_in):
    laid = programme.comparison()
    page = signed_in(programme.boss).get(f"/programme/comparisons/{laid.pk}").content.decode()
    assert "balance, loop" in page or "loop, balance" in page
    assert page.count("missing at the partner") >= 3
    assert not UnitMatch.objects.exists()


def test_the_map_and_the_table_narrow_to_a_region(programme, signed_in):
    programme.partner("Danube Board", "HU", status="recognised")
    programme.partner("Lakes Board", "CA")
    client = signed_in(programme.world["reader"])
    page = client.get("/programme/partners").content.decode()
    assert 'class="tile pa-recognised"' in page
    assert "Lakes Board" in page
    assert "Hungary" in page
    page = client.get("/programme/partners?region=belt-and-road").content.decode()
    assert "Danube Board" in page
    assert "Lakes Board" not in page
    assert "1 of 65 in this region" in page
    assert "Add a partner" not in page


def test_who_may_only_read(programme, world):
    for role in ("reader", "analyst", "senior analyst", "chair"):
        with pytest.raises(NotAllowed, match=r"programme\.keep"):
            actions.add_partner(values={"name": "x"}, by=world[role], now=NOW)


def test_what_is_agreed_on_a_withdrawn_standard_no_longer_counts(programme, signed_in):
    laid = programme.comparison()
    (one, *_), (a, *_) = units(laid)
    laid = actions.match_units(comparison=laid, own=one, theirs=a, extent="full", by=programme.boss, version=1, now=NOW)
    actions.agree(comparison=laid, by=programme.boss, version=2, now=NOW)
    client = signed_in(programme.boss)
    partners = '<td class="num">0</td><td class="num">1</td><td class="num">{}</td></tr>'
    assert partners.format(1) in client.get("/programme/partners").content.decode()
    actions.withdraw_standard(standard=laid.standard, on=NOW.date(), reason="replaced", by=programme.boss, version=laid.standard.version, now=NOW)  # fmt: skip
    assert partners.format(0) in client.get("/programme/partners").content.decode()
    page = client.get(f"/programme/professions/{laid.brief.candidate.candidate_id}").content.decode()
    assert "withdrawn by the partner" in page
