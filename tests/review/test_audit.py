"""The audit trail: in the same transaction, chained, append-only; any row altered or missing is found."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from observatory.review import actions, audit
from observatory.review.models import AuditHead, AuditRow, Candidate
from site_world import NOW

pytestmark = pytest.mark.django_db
TRIGGERS = {
    "sqlite": ("DROP TRIGGER review_audit_no_update", "DROP TRIGGER review_audit_no_delete"),
    "postgresql": ("ALTER TABLE review_auditrow DISABLE TRIGGER ALL",),
}
ROWS = 12
FIELDS = ("at", "by", "verb", "what", "key", "details", "previous", "sha256", "number")


def write(number=ROWS):
    with transaction.atomic():
        head = AuditHead.objects.get(pk=1)
        for i in range(number):
            audit.record(by=None, verb=f"thing.done{i % 3}", of=head, details={"i": i, "名": "è\ud800"[:1]}, now=NOW)


@pytest.fixture
def defenceless():
    """The trail without its triggers: as one who holds the database can have it."""
    write()
    with connection.cursor() as cursor:
        for statement in TRIGGERS[connection.vendor]:
            cursor.execute(statement)


def test_a_whole_trail_is_found_whole():
    assert audit.verify() == audit.Verdict(rows=0, broken=0, reason="", head=audit.START)
    write()
    found = audit.verify()
    assert (found.rows, found.broken) == (ROWS, 0)
    assert found.head == AuditRow.objects.get(number=ROWS).sha256


class _Back(Exception):
    """Rolls one example back."""


def attempt(change):
    """What `verify` says after a change, which is then undone."""
    found = []
    try:
        with transaction.atomic():
            change()
            found.append(audit.verify())
            raise _Back
    except _Back:
        return found[0]


CHANGES = {
    "at": lambda old: old + dt.timedelta(microseconds=1), "by": lambda old: old + "x", "verb": lambda old: old + "x",
    "what": lambda old: old + "x", "key": lambda old: old + "0", "details": lambda old: {**old, "more": 1},
    "previous": lambda old: "f" * 64 if old[0] != "f" else "0" * 64,
    "sha256": lambda old: "f" * 64 if old[0] != "f" else "0" * 64, "number": lambda old: old + 1_000,
}  # fmt: skip


@pytest.mark.usefixtures("defenceless")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(1, ROWS), field=st.sampled_from(FIELDS))
def test_any_altered_field_of_any_row_is_found(number, field):
    def change():
        old = AuditRow.objects.values_list(field, flat=True).get(number=number)
        AuditRow.objects.filter(number=number).update(**{field: CHANGES[field](old)})

    found = attempt(change)
    assert found.broken in (number, number + 1)


@pytest.mark.usefixtures("defenceless")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=st.sets(st.integers(1, ROWS), min_size=1))
def test_any_missing_rows_are_found_the_last_ones_too(numbers):
    found = attempt(lambda: AuditRow.objects.filter(number__in=numbers).delete())
    assert found.broken == min(numbers)


@pytest.mark.usefixtures("defenceless")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pair=st.tuples(st.integers(1, ROWS), st.integers(1, ROWS)).filter(lambda pair: pair[0] != pair[1]))
def test_two_rows_exchanged_are_found(pair):
    def change():
        first, second = pair
        a, b = (AuditRow.objects.get(number=number) for number in pair)
        AuditRow.objects.filter(number=first).update(number=10_000)
        AuditRow.objects.filter(number=second).update(number=first)
        AuditRow.objects.filter(number=10_000).update(number=second)
        assert a.details != b.details

    assert attempt(change).broken == min(pair)


@pytest.mark.usefixtures("defenceless")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(after=st.integers(0, ROWS), sound=st.booleans())
def test_a_row_put_in_is_found(after, sound):
    """Even one with a right hash of its own: what follows it no longer fits, or the head does not know it."""

    def change():
        for number in range(ROWS, after, -1):
            AuditRow.objects.filter(number=number).update(number=number + 1)
        before = AuditRow.objects.get(number=after).sha256 if after else audit.START
        said = [after + 1, NOW.isoformat(), "eve", "thing.done", "audithead", "1", {}]
        digest = audit.row_hash(*said, before) if sound else "a" * 64
        AuditRow(
            number=after + 1, at=NOW, by="eve", verb="thing.done", what="audithead", key="1", details={}, previous=before,
            sha256=digest,
        ).save()  # fmt: skip

    found = attempt(change)
    assert found.broken in (after + 1, after + 2)


@pytest.mark.usefixtures("defenceless")
def test_the_head_alone_put_back_is_found():
    assert attempt(lambda: AuditHead.objects.update(number=3)).broken == ROWS + 1


@pytest.mark.parametrize("change", ["update", "delete", "save", "raw"])
def test_the_database_refuses_to_change_a_row(change):
    write(2)
    row = AuditRow.objects.get(number=1)

    def do():
        if change == "update":
            AuditRow.objects.filter(number=1).update(by="eve")
        elif change == "delete":
            AuditRow.objects.filter(number=2).delete()
        elif change == "save":
            row.by = "eve"
            row.save()
        else:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM review_auditrow")

    with pytest.raises(DatabaseError), transaction.atomic():
        do()
    assert audit.verify().rows == 2
    assert audit.verify().broken == 0


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_postgresql_refuses_to_empty_the_table():
    write(2)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE review_auditrow")


def test_a_change_that_fails_leaves_no_row(world, monkeypatch):
    row = world.candidate()
    before = AuditRow.objects.count()

    def broken(**_said):
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr("observatory.review.actions.candidates.record", broken)
    with pytest.raises(RuntimeError):
        actions.rename(candidate=row, title="other", by=world["senior analyst"], version=row.version, now=NOW)
    row.refresh_from_db()
    assert row.title != "other"
    assert row.version == 1
    assert AuditRow.objects.count() == before


def test_outside_a_transaction_nothing_is_recorded(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(connections["default"], "in_atomic_block", False)
        with pytest.raises(RuntimeError, match="one transaction"):
            audit.record(by=None, verb="x", of=AuditHead(pk=1), details={}, now=NOW)


def test_an_export_can_be_checked_by_anybody(world):
    """With nothing but SHA-256 and JSON: as an outsider would, from the documentation."""
    world.decided()
    previous = "0" * 64
    lines = [json.loads(line) for line in audit.export()]
    assert len(lines) == AuditRow.objects.count() > 10
    for number, row in enumerate(lines, 1):
        said = [row[name] for name in ("number", "at", "by", "verb", "what", "key", "details", "previous")]
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert row["number"] == number
        assert row["previous"] == previous
        assert row["sha256"] == hashlib.sha256(text.encode()).hexdigest()
        previous = row["sha256"]


def test_every_verb_leaves_one_row_that_names_who(world):
    before = AuditRow.objects.count()
    row = world.candidate()
    assert AuditRow.objects.count() == before + 1
    actions.rename(candidate=row, title="other", by=world["senior analyst"], version=1, now=NOW)
    actions.comment(candidate=row, text="hm", by=world["analyst"], now=NOW)
    rows = list(AuditRow.objects.order_by("number").values_list("by", "verb", "what", "key"))[-3:]
    assert rows == [
        ("observatory", "dossier.new", "candidate", row.candidate_id),
        ("senior_analyst", "candidate.renamed", "candidate", row.candidate_id),
        ("analyst", "candidate.commented", "candidate", row.candidate_id),
    ]


def test_the_models_and_the_migrations_agree():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
    assert Candidate._meta.label == "review.Candidate"
