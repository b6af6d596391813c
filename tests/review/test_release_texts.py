"""The texts of published standards among the files of a release; the count of the year; the record of a candidate."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re

import pytest
from django.test import Client

from observatory.errors import BadInput
from observatory.given import given_of
from observatory.review import actions
from observatory.review.models import Status
from observatory.review.models_standards import DraftVersion, Entry, Project
from observatory.review.record_file import dissent, found_candidate, record_json
from observatory.review.release_texts import FIELDS, fields_csv, files_of, published_texts, text_docx, texts_json
from observatory.standards import to_json
from site_world import NOW


@pytest.fixture
def released(world):
    return world.released("2026.1")


def test_the_words_go_out_and_what_they_rest_on_stays(released):
    ((row, draft),) = published_texts(released)
    told = json.loads(texts_json(released))
    (text,) = told["standards"]
    assert (text["identity"], text["sha256"], text["code"]) == (row.identity, row.standard, "4-04-05-12/2026")
    assert set(text) == set(FIELDS) == {line["field"] for line in csv.DictReader(io.StringIO(fields_csv()))}
    assert [one["title"] for one in text["functions"]] == [one.title.text for one in draft.functions]
    assert text["functions"][0]["contents"][0]["requirements"][0]["level"] in {one["level"] for one in text["levels"]}
    for table in ("theory", "practice"):
        for level in (one["level"] for one in text["levels"]):
            assert sum(shares.get(level, 0) for shares in text[table].values()) == 100
    raw = texts_json(released)
    for posting in re.findall(r"p\d{8}", to_json(draft)):
        assert posting not in raw
    assert "You will take care of" not in raw  # the invented sentences of postings


def test_the_document_is_the_table_form_without_evidence(released):
    from docx import Document

    ((row, draft),) = published_texts(released)
    paper = Document(io.BytesIO(text_docx(released, row.identity)))
    words = "\n".join(one.text for one in paper.paragraphs) + "\n".join(
        cell.text for table in paper.tables for line in table.rows for cell in line.cells
    )
    assert "Standard, in force from 2026-04-01" in words
    assert draft.functions[0].title.text in words
    assert not re.search(r"\d+ postings", words)
    assert len(paper.tables) == len(draft.levels) + 2
    with pytest.raises(BadInput, match="no text of a standard"):
        text_docx(released, "nobody")


def test_everybody_reads_them_and_a_text_that_was_altered_is_refused(released):
    client = Client()
    identity = Entry.objects.get(kind="standard").identity
    page = client.get("/releases").content.decode()
    address = f"/releases/2026.1/standards/{identity}.docx"
    assert address in page
    assert client.get(address).content[:2] == b"PK"
    assert json.loads(client.get("/releases/2026.1/standards.json").content)["release"] == "2026.1"
    assert client.get("/releases/2026.1/standards/nobody.docx").status_code == 404
    assert [name for name, _ in files_of(released)] == [
        "standards.json", "standards-dictionary.csv", "standard-4-04-05-12-2026.docx",
    ]  # fmt: skip
    version = DraftVersion.objects.get()
    DraftVersion.objects.update(body=version.body.replace("planning the work", "resting"))
    with pytest.raises(BadInput):
        texts_json(released)


def test_home_and_standards_count_the_same(released, world, signed_in):
    Project.objects.update(published_at=dt.datetime.now(dt.UTC))
    client = signed_in(world["secretary"])
    counts = [re.search(r'class="big"><strong>(\d+)</strong> <span>([^<]+)', client.get(path).content.decode()) for path in ("/", "/standards")]  # fmt: skip
    assert counts[0].groups() == counts[1].groups()
    assert counts[0][1] == "1"
    Project.objects.update(stage="withdrawn", published_at=None)
    for path in ("/", "/standards"):
        assert "<strong>0</strong> <span>of 10 standards published" in client.get(path).content.decode()


def test_the_record_says_where_people_differ_and_names_nobody(world, tmp_path):
    row = world.candidate()
    first, second = world.analysts()
    actions.assign(candidate=row, analysts=[first, second], by=world["senior analyst"], version=None, now=NOW)
    world.assess(row, first, {**dict.fromkeys(("purpose", "social", "legal", "stable", "skill"), 2), "size": 1})
    row.refresh_from_db()
    assert list(dissent(row)) == []  # still blind
    world.assess(row, second)
    row.refresh_from_db()
    type(row).objects.filter(pk=row.pk).update(status=Status.READY)
    row.refresh_from_db()
    assert list(dissent(row)) == ["Analysts differ on Group size: 1, 2 points (round 1)."]
    members = world.members(3)
    item = world.tabled(world.meeting(members), row)
    actions.open_vote(item=item, by=world["chair"], now=NOW)
    world.vote(item, {world["chair"]: "for", members[0]: "for", members[1]: "against", members[2]: "abstain"})
    actions.close_vote(item=item, by=world["chair"], now=NOW)
    row.refresh_from_db()
    assert len(list(dissent(row))) == 1  # the decision is not published
    ruling = row.decisions.get()
    actions.publish(decision=ruling, by=world["secretary"], now=NOW)
    assert list(dissent(row))[1] == "Vote of 2026-03-02 on the motion Adopt: 2 for, 1 against, 1 abstained."
    file = tmp_path / "record.json"
    file.write_text(record_json(row, heard=["2 experts asked."], recognised=[], now=NOW), "utf-8")
    given = given_of(row.candidate_id, draft=None, record=file)
    assert given.dissent == tuple(dissent(row))
    assert given.heard == ("2 experts asked.",)
    for person in (first, second, *members):
        assert person.username not in file.read_text("utf-8")
    with pytest.raises(BadInput, match="review import"):
        found_candidate("nobody")
