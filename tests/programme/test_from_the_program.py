"""What the program writes comes in through the site as it is: dossier, draft, crosswalk, curriculum, and the record back."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile

from invented_advertisements import workspace
from observatory.cli import cli
from observatory.given import given_of
from observatory.pipeline import shelf_of
from observatory.programme.models import Brief, Match
from observatory.programme.record_lines import heard, recognised
from observatory.records import Occupation, Taxonomy
from observatory.review import actions
from observatory.review.models import Candidate, Status
from observatory.review.models_standards import DraftVersion
from observatory.review.record_file import record_json
from observatory.review.steps import StepRules
from site_world import NOW

SHELF = Taxonomy(
    scheme="esco", version="9", released=dt.date(2020, 1, 1),
    occupations=(
        Occupation(code="7127.1", labels={"en": "heat pump commissioning engineer"}, isco="7127", description="Modbus in plants."),
        Occupation(code="5120.1", labels={"en": "cook"}, isco="5120"),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The files that the program writes of one candidate, by command."""
    folder = tmp_path_factory.mktemp("written")
    ws, _corpus, _dossier = workspace(folder)
    shelf_of(ws).add(SHELF)
    found = {}
    for name, words in {
        "dossier": ("dossier", "1", "--format", "json"), "draft": ("draft", "1", "--format", "json"), "crosswalk": ("crosswalk", "1"),
        "curriculum": ("curriculum", "1", "--format", "json"),
    }.items():  # fmt: skip
        out = folder / f"{name}.json"
        made = CliRunner().invoke(
            cli, ["-w", str(ws.root), "--set", "encoder.en=char-ngram", *words, "--out", str(out)]
        )
        assert made.exit_code == 0, made.output
        found[name] = out
    return ws, found


def test_every_file_comes_in_through_its_form(written, programme, world, signed_in, tmp_path):
    ws, files = written
    client = signed_in(programme.boss)

    def send(address, name, field="file", **more):
        body = SimpleUploadedFile(f"{name}.json", files[name].read_bytes(), "application/json")
        answer = client.post(address, {field: body, **more})
        assert answer.status_code == 302, (address, answer.content.decode()[:2000])
        return answer

    send("/bring-in", "dossier", "files")
    row = Candidate.objects.get(candidate_id="L1")
    Candidate.objects.filter(pk=row.pk).update(status=Status.READY)
    ruling = world.decided(row)
    actions.publish(decision=ruling, by=world["secretary"], now=NOW)
    project = actions.start_project(
        decision=ruling, owner=programme.boss, due_on=None, by=world["secretary"], rules=StepRules(), now=NOW
    )

    client.force_login(world["analyst"], backend="observatory.review.permitted.Backend")
    send(f"/standards/{project.pk}/bring-in", "draft")
    assert DraftVersion.objects.get().sha256 == json.loads(files["draft"].read_text("utf-8"))["sha256"]
    client.force_login(programme.boss, backend="observatory.review.permitted.Backend")

    send("/programme/crosswalks/bring-in", "crosswalk")
    asked = json.loads(files["crosswalk"].read_text("utf-8"))["proposals"]
    held = {(one.scheme, one.edition, one.code): one for one in Match.objects.all()}
    assert set(held) == {(one["scheme"], one["version"], one["code"]) for one in asked}
    assert all(held[one["scheme"], one["version"], one["code"]].similarity == one["similarity"] for one in asked)

    send("/programme/tables", "curriculum", table="brief")
    brief = Brief.objects.get()
    told = json.loads(files["curriculum"].read_text("utf-8"))
    assert [unit.code for unit in brief.units.all()] == [unit["code"] for unit in told["units"]]
    assert brief.body["certification"] == [{**one, "share": None, "rise": None} for one in told["certification"]]

    # And back: the site's record stands in the committee's file, with the draft's units.
    record, out = tmp_path / "record.json", tmp_path / "committee.json"
    record.write_text(record_json(row, heard=list(heard(row)), recognised=list(recognised(row)), now=NOW), "utf-8")
    given = given_of("L1", draft=files["draft"], record=record)
    made = CliRunner().invoke(cli, [
        "-w", str(ws.root), "dossier", "1", "--committee", "--format", "json", "--draft", str(files["draft"]), "--record", str(record),
        "--out", str(out),
    ])  # fmt: skip
    assert made.exit_code == 0, made.output
    case = json.loads(out.read_text("utf-8"))["case"]
    assert case["given"]["record"] == given.record
    assert len(case["given"]["units"]) == len(given.units) > 0
    assert CliRunner().invoke(cli, ["-w", str(ws.root), "verify-dossier", str(out)]).exit_code == 0


def test_the_programme_says_who_was_asked_and_what_was_compared(programme):
    made = programme.comparison()
    row = made.brief.candidate
    assert list(heard(row)) == []
    (line,) = recognised(row)
    assert line == "Tisza Board (HU): S1 Pump fitter 2024, 0 of our 3 units found in it, not agreed yet."
