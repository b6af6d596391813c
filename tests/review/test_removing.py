"""Words out of the site: dossiers and drafts keep their frozen hash, the record says so, nothing else changes."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from observatory.errors import BadInput
from observatory.removal import MARK, Removal, clear_dossier, contents_hash, noted
from observatory.review import actions
from observatory.review.actions.drafting import draft_of
from observatory.review.audit import verify
from observatory.review.demo_standards import invented_draft
from observatory.review.exchange import checked, receive
from observatory.review.models import AuditRow, Candidate, Comment, DossierFile, EvidenceSentence
from observatory.review.models_standards import DraftVersion, Stage
from observatory.review.removing import remove_words
from observatory.standards import cells, to_json
from review.test_workflow import Work
from site_world import NOW

EVERY = {"everywhere": True, "now": NOW}


def removal(*ids, words=(), quotations=()):
    return Removal(
        ids=frozenset(ids), reason="request 7", on=NOW.date(), words=tuple(words), quotations=frozenset(quotations)
    )


def first_quoted(row):
    return row.dossier.sentences.order_by("pk").first()


def test_a_dossier_keeps_its_hash_and_loses_the_words(world, signed_in):
    row = world.candidate()
    other = world.candidate()
    cited = first_quoted(row)
    said = cited.sentence
    actions.comment(candidate=row, text=f"I doubt this: {said}", by=world["analyst"], now=NOW)
    actions.comment(candidate=row, text="Nothing to do with it.", by=world["analyst"], now=NOW)
    untouched = {f.pk: f.body for f in DossierFile.objects.exclude(sentences__posting_id=cited.posting_id)}
    done = remove_words(removal(cited.posting_id), **EVERY)
    assert done.dossiers >= 1
    assert done.quotations >= 1
    assert done.texts == 1
    row.dossier.refresh_from_db()
    left = [e for e in json.loads(row.dossier.body)["evidence"] if e["posting_id"] == cited.posting_id]
    assert [(e["sentence"], e["employer"]) for e in left] == [(MARK, "")]
    again = EvidenceSentence.objects.get(pk=cited.pk)
    assert (again.sentence, again.employer, again.url, again.start, again.end) == (MARK, "", "", 0, 0)
    assert (again.posting_id, again.posted_at, again.source) == (cited.posting_id, cited.posted_at, cited.source)
    assert sorted(Comment.objects.values_list("text", flat=True)) == [f"I doubt this: {MARK}", "Nothing to do with it."]
    raw = checked(row.dossier.body, sha256=row.dossier.sha256)
    assert raw["sha256"] == row.dossier.sha256
    assert {f.pk: f.body for f in DossierFile.objects.filter(pk__in=untouched)} == untouched
    entry = AuditRow.objects.filter(verb="dossier.words_removed", key=row.candidate_id).get()
    assert entry.details["sha256"] == row.dossier.sha256
    assert entry.details["sha256_now"] == raw["removals"][0]["sha256"]
    assert entry.details["postings"] == [cited.posting_id]
    assert said not in json.dumps(list(AuditRow.objects.values_list("details", flat=True)), default=str)
    assert verify().broken == 0
    number = AuditRow.objects.count()
    assert remove_words(removal(cited.posting_id), **EVERY).quotations == 0
    assert AuditRow.objects.count() == number
    page = signed_in(world["analyst"]).get(reverse("candidate", args=[row.candidate_id])).content.decode()
    assert "quotation was removed" in page
    assert "request 7" in page
    assert other.dossier.body


def test_a_frozen_dossier_altered_under_cover_of_a_removal_is_refused(world):
    row = world.candidate()
    raw = json.loads(row.dossier.body)
    wanted = removal(first_quoted(row).posting_id)
    clear_dossier(raw, wanted)
    raw["candidate"]["vacancies"] += 1
    body = json.dumps(noted(raw, wanted, 1, sha256=contents_hash(raw)), ensure_ascii=False)
    checked(body)  # by itself it holds together
    with pytest.raises(BadInput, match="does not match its hash"):
        checked(body, sha256=row.dossier.sha256)


def test_a_vote_goes_on_with_a_dossier_that_lost_a_quotation(world):
    members = world.members(3)
    meeting = world.meeting(members)
    row = world.ready()
    item = world.tabled(meeting, row)
    remove_words(removal(first_quoted(row).posting_id), **EVERY)
    actions.open_vote(item=item, by=world["chair"], now=NOW)
    world.vote(item, dict.fromkeys(members, "for"))
    item.refresh_from_db()
    assert item.dossier_sha256 == row.dossier.sha256


def test_an_older_copy_does_not_bring_the_words_back(world):
    row = world.candidate()
    older = row.dossier.body
    cited = first_quoted(row)
    remove_words(removal(cited.posting_id), **EVERY)
    row.dossier.refresh_from_db()
    with pytest.raises(BadInput, match="older copy"):
        receive(older, wake_at=0.5, by=None, now=NOW)
    assert receive(row.dossier.body, wake_at=0.5, by=None, now=NOW)[1] == "known"
    body, sha256 = row.dossier.body, row.dossier.sha256
    Candidate.objects.update(dossier=None)
    EvidenceSentence.objects.all().delete()
    DossierFile.objects.all().delete()
    Candidate.objects.all().delete()
    made, what = receive(body, wake_at=0.5, by=None, now=NOW)  # on another site it comes as it is
    assert (what, made.dossier.sha256) == ("new", sha256)
    checked(made.dossier.body, sha256=sha256)


def test_a_published_draft_keeps_its_hash_and_can_be_read(world):
    work = Work(world)
    made = invented_draft(work.row.candidate.candidate_id, work.row.title)
    quoted = next(cell for _, cell in cells(made) if cell.quotes and len(cell.text) >= 20)
    work.draft()
    work.to(Stage.PUBLICATION)
    work.publish()
    version = DraftVersion.objects.get()
    frozen = version.sha256
    done = remove_words(removal(quoted.quotes[0].posting_id), **EVERY)
    assert done.drafts == 1
    version.refresh_from_db()
    read = draft_of(version)
    assert version.sha256 == frozen
    assert any(MARK in quote.sentence for _, cell in cells(read) for quote in cell.quotes)
    left = [
        quote for _, cell in cells(read) for quote in cell.quotes if quote.posting_id == quoted.quotes[0].posting_id
    ]
    assert {quote.sentence for quote in left} == {MARK}
    entry = AuditRow.objects.get(verb="draft.words_removed")
    assert (entry.details["sha256"], entry.details["number"]) == (frozen, 1)
    DraftVersion.objects.update(body=version.body.replace(read.title, "Another name"))
    version.refresh_from_db()
    with pytest.raises(BadInput):
        draft_of(version)
    assert to_json(read)


def test_a_name_goes_wherever_people_wrote_it_and_what_is_never_changed_is_named(world):
    row = world.candidate()
    actions.comment(candidate=row, text="Ask Ada Lovelady, or ADA LOVELADY's office.", by=world["analyst"], now=NOW)
    actions.rename(candidate=row, title="Role of Ada Lovelady", by=world["senior analyst"], version=None, now=NOW)
    done = remove_words(removal(words=("ada lovelady",)), **EVERY)
    assert done.texts == 2
    row.refresh_from_db()
    assert row.title == f"Role of {MARK}"
    assert Comment.objects.get().text == f"Ask {MARK}, or {MARK}'s office."
    assert len(done.stays) == 1
    assert done.stays[0].startswith("the audit trail, which is never changed: rows ")
    assert verify().broken == 0
    assert remove_words(removal(words=("ada lovelady",)), everywhere=False, now=NOW).texts == 0
