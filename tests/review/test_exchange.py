"""The door between pipeline and review: dossiers in, their hash checked; verdicts out; silence and waking."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invented_dossiers import DOSSIERS
from observatory.errors import BadInput
from observatory.propose import to_json
from observatory.removal import contents_hash
from observatory.review import actions
from observatory.review.exchange import (
    checked,
    receive,
    receive_all,
    receive_health,
    verdicts,
    verdicts_csv,
    verdicts_json,
    wakes_at,
)
from observatory.review.models import AuditRow, Candidate, DossierFile, EvidenceSentence, Health, Status
from site_world import AS_OF, NOW


def take(text, now=NOW):
    return receive(text, wake_at=0.5, by=None, now=now)


def sealed(raw):
    return json.dumps({**raw, "sha256": contents_hash(raw)}, ensure_ascii=False)


@pytest.mark.parametrize("name", [name for name in DOSSIERS if name != "hostile"])
def test_what_the_pipeline_writes_is_taken_in(db, name):
    """The contract of both sides: the hash, too, is taken in the same way."""
    made = DOSSIERS[name]()
    row, what = take(to_json(made))
    assert what == "new"
    assert row.dossier.sha256 == made.sha256
    assert row.candidate_id == made.candidate.candidate_id
    assert row.components == made.candidate.components
    assert row.dossier.sentences.count() == len(made.evidence)


def test_an_id_that_is_no_address_is_refused(db):
    with pytest.raises(BadInput, match=r"candidate\.candidate_id"):
        take(to_json(DOSSIERS["hostile"]()))


def test_new_known_updated_older(world):
    first, later, older = world.dossier(1), world.dossier(1, as_of=AS_OF.replace(month=4)), world.dossier(1, as_of=AS_OF.replace(month=1))  # fmt: skip
    row, what = take(first)
    assert what == "new"
    assert take(first)[1] == "known"
    assert DossierFile.objects.count() == 1
    row, what = take(later)
    assert what == "updated"
    assert row.dossier.as_of == AS_OF.replace(month=4)
    assert row.version == 2
    row, what = take(older)
    assert what == "older"
    assert row.dossier.as_of == AS_OF.replace(month=4)
    assert row.dossiers.count() == 3
    assert [r.verb for r in AuditRow.objects.order_by("number")][-3:] == [
        "dossier.new",
        "dossier.updated",
        "dossier.older",
    ]


def test_a_title_given_by_people_stays(world):
    row, _ = take(world.dossier(1))
    actions.rename(candidate=row, title="better name", by=world["senior analyst"], version=1, now=NOW)
    row, _ = take(world.dossier(1, as_of=AS_OF.replace(month=4)))
    assert row.title == "better name"


@given(st.data())
def test_any_changed_byte_that_is_still_a_dossier_is_found(data):
    text = to_json(DOSSIERS["plain"]())
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    changed = text[:place] + letter + text[place + 1 :]
    try:
        same = json.loads(changed) == json.loads(text)
        run = {"stages", "seconds", "started_at"}  # what a run cost is not part of the evidence
        one, two = json.loads(changed), json.loads(text)
        for raw in (one, two):
            raw["run"] = {k: v for k, v in raw["run"].items() if k not in run}
        same = same or one == two
    except (ValueError, KeyError, TypeError, AttributeError):
        same = False
    if same:
        checked(changed)
    else:
        with pytest.raises(BadInput):
            checked(changed)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"), ("[]", "not a dossier"), ("null", "not a dossier"), ('{"schema_version": 1}', "candidate"),
        ("[" * 100_000, "not a dossier"), ('{"a":' * 60 + "1" + "}" * 60, "deep"), ("PK\x03\x04 not json", "not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_dossier_says_what_is_wrong(text, words):
    with pytest.raises(BadInput, match=words):
        checked(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vacancies", -1), ("vacancies", 10**30), ("score", 1.5), ("score", float("nan")), ("novelty", float("inf")),
        ("kind", "goblin"), ("title", ""), ("candidate_id", "a/b"), ("candidate_id", ".."), ("candidate_id", "x" * 71),
        ("candidate_id", "a~1"), ("first_seen", "yesterday"), ("titles", ["a"]),
    ],
)  # fmt: skip
def test_a_bad_field_is_refused_with_its_name(world, field, value):
    with pytest.raises(BadInput, match=field if field != "kind" else "is none of"):
        take(world.dossier(1, **{field: value}))
    assert not Candidate.objects.exists()


def test_half_characters_and_nul_do_not_reach_the_database(db, world):
    raw = json.loads(world.dossier(1, title="a\0b\ud83d", titles={"en": ["x\ud800"]}, skills=["\0"]))
    raw["evidence"][0] |= {"sentence": "a\0b \udfff", "employer": "\ud800", "url": "\0"}
    raw["limits"] = ["\ud800"]
    text = json.dumps({**raw, "sha256": contents_hash(raw)})
    row, what = take(text)
    assert what == "new"
    row.refresh_from_db()
    assert row.title == "ab?"
    assert EvidenceSentence.objects.filter(sentence="ab ?").exists()
    json.dumps(checked(row.dossier.body), ensure_ascii=False).encode()


def test_several_files_are_taken_in_together_or_not_at_all(world):
    good = {"a.json": world.dossier(1), "b.json": world.dossier(2)}
    bad = {**good, "c.json": world.dossier(3).replace('"rank": 3', '"rank": 4')}
    with pytest.raises(BadInput, match=r"c\.json: .*does not match its hash.*none of the 3 files"):
        receive_all(bad, wake_at=0.5, by=None, now=NOW)
    assert not Candidate.objects.exists()
    assert [what for _row, what in receive_all(good, wake_at=0.5, by=None, now=NOW)] == ["new", "new"]


def rejected(world, vacancies):
    ruling = world.decided(world.ready(vacancies=vacancies), "reject", reason_code="small", reason="few")
    return ruling.candidate, int(ruling.candidate.candidate_id[-5:])


@pytest.mark.parametrize(
    ("vacancies", "what"), [(3, "silent"), (40, "silent"), (59, "silent"), (60, "woken"), (400, "woken")]
)
def test_a_rejected_lineage_is_silent_until_its_evidence_changes(world, vacancies, what):
    row, number = rejected(world, 40)
    text = world.dossier(number, as_of=AS_OF.replace(month=6), vacancies=vacancies)
    row, said = take(text)
    assert said == what
    row.refresh_from_db()
    assert row.status == (Status.REJECTED if what == "silent" else Status.NEW)
    assert row.assessment_round == (1 if what == "silent" else 2)
    assert AuditRow.objects.order_by("-number").first().verb == f"dossier.{what}"


@given(st.integers(0, 10**6), st.floats(0.01, 5))
def test_waking_needs_more_than_there_was(base, share):
    needed = wakes_at(Candidate(silenced_vacancies=base), wake_at=share)
    assert needed > base
    assert needed >= base * (1 + share) - 1e-6
    assert needed - 1 < max(base + 1, base * (1 + share) + 1e-6)


def test_the_candidate_says_so(world, signed_in):
    row, _number = rejected(world, 40)
    page = signed_in(world["reader"]).get(f"/candidates/{row.candidate_id}")
    assert page.context["wake"] == 60
    assert "40" in page.content.decode()
    assert "60" in page.content.decode()


def test_a_watched_one_comes_back_after_its_day(world):
    row = world.candidate()
    until = NOW.date() + dt.timedelta(days=30)
    actions.watch(candidate=row, until=until, reason="", by=world["senior analyst"], version=1, now=NOW)
    assert take(world.dossier(1, as_of=AS_OF.replace(month=4)))[1] == "updated"
    after = NOW + dt.timedelta(days=30)
    row, what = take(world.dossier(1, as_of=AS_OF.replace(month=5)), now=after)
    assert (what, row.status, row.watch_until) == ("woken", Status.NEW, None)


@pytest.mark.parametrize("status", [Status.ADOPTED, Status.SPLIT])
def test_a_decided_one_takes_new_figures_and_stays_decided(world, status):
    world.candidate(status=status)
    row, what = take(world.dossier(1, as_of=AS_OF.replace(month=4)))
    assert (what, row.status) == ("decided", status)


def test_verdicts_are_the_standing_decisions(world):
    adopted = world.decided(kind="specialisation", name="new name").candidate
    row, number = rejected(world, 40)
    parts = actions.split(
        candidate=(whole := world.candidate()), titles=["a", "b"], by=world["senior analyst"], version=1, now=NOW
    )
    merged = world.decided(outcome="merge", merge_into=parts[1]).candidate
    found = {one["lineage_id"]: one for one in verdicts()}
    assert (
        found[adopted.candidate_id] | {"verdict": "adopt", "carried": True, "kind": "specialisation"}
        == found[adopted.candidate_id]
    )
    assert found[row.candidate_id]["reason"] == "small"
    assert found[row.candidate_id]["silenced_at_vacancies"] == 40
    assert found[row.candidate_id]["as_of"] == AS_OF.isoformat()
    assert dt.datetime.fromisoformat(found[row.candidate_id]["decided_at"]) == NOW
    assert found[merged.candidate_id]["merged_into"] == whole.candidate_id
    # an appeal takes a verdict back
    take(world.dossier(number, as_of=AS_OF.replace(month=4), vacancies=41))
    ruling = row.decisions.get()
    actions.appeal(decision=ruling, grounds="new evidence", by=world["senior analyst"], now=NOW)
    assert row.candidate_id not in {one["lineage_id"] for one in verdicts()}


def test_verdict_files_hold_the_same_in_both_forms(world):
    rejected(world, 40)
    world.decided()
    whole = json.loads(verdicts_json())
    assert whole["format_version"] == 1
    rows = list(csv.DictReader(io.StringIO(verdicts_csv())))
    assert [{k: "" if v is None else str(v) for k, v in one.items()} for one in whole["verdicts"]] == rows
    assert len(rows) == 2


def test_health_is_taken_in_and_replaced(db):
    row = {"name": "weekly scan", "what": "job", "well": True}
    assert receive_health([row, {"name": "board", "what": "source", "well": False, "detail": "time-out"}], now=NOW) == 2
    receive_health([row | {"well": False}], now=NOW)
    assert Health.objects.count() == 2
    assert not Health.objects.get(name="weekly scan").well
    with pytest.raises(BadInput, match="not a health row"):
        receive_health([row | {"what": "goblin"}], now=NOW)
