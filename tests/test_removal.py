"""Words out of dossiers, drafts and texts: only what quotes a posting goes, the rest stays as it was."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invented_dossiers import DOSSIERS
from invented_standards import invented_draft
from observatory.propose import from_json, to_json, verify
from observatory.propose.dossier import digest
from observatory.removal import MARK, Removal, clear_dossier, clear_draft, clear_text, contents_hash, noted
from observatory.standards import cells
from observatory.standards import from_json as draft_from_json
from observatory.standards import to_json as draft_to_json

DAY = dt.date(2026, 1, 2)


def removal(*ids: str, words: tuple[str, ...] = (), quotations: tuple[str, ...] = ()) -> Removal:
    return Removal(ids=frozenset(ids), reason="request 1", on=DAY, words=words, quotations=frozenset(quotations))


@pytest.mark.parametrize("name", sorted(DOSSIERS))
def test_the_hash_is_the_one_the_dossier_takes_itself(name: str) -> None:
    made = DOSSIERS[name]()
    assert contents_hash(json.loads(to_json(made))) == digest(made) == made.sha256


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_each_removal_leaves_a_dossier_that_can_be_checked(first: set[int], second: set[int]) -> None:
    made = DOSSIERS["plain"]()
    raw = json.loads(to_json(made))
    for numbers in (first, second):
        wanted = removal(*(made.evidence[i].posting_id for i in numbers))
        taken = clear_dossier(raw, wanted)
        if taken.count:
            raw = noted(raw, wanted, taken.count, sha256=contents_hash(raw))
        assert clear_dossier(raw, wanted).count == 0
    found = from_json(json.dumps(raw))
    assert verify(found)
    assert found.sha256 == made.sha256
    assert sum(note.quotations for note in found.removals) == len(first | second)
    for i, (old, new) in enumerate(zip(made.evidence, found.evidence, strict=True)):
        assert (new.sentence == MARK) if i in first | second else (new == old)
    assert found.candidate == made.candidate


def test_a_dossier_altered_after_a_removal_is_found_out() -> None:
    made = DOSSIERS["plain"]()
    raw = json.loads(to_json(made))
    wanted = removal(made.evidence[0].posting_id)
    clear_dossier(raw, wanted)
    raw = noted(raw, wanted, 1, sha256=contents_hash(raw))
    raw["candidate"]["vacancies"] += 1
    assert not verify(from_json(json.dumps(raw)))


def test_a_task_goes_also_where_it_was_cut() -> None:
    raw = json.loads(to_json(DOSSIERS["plain"]()))
    raw["beside"][0]["tasks"] = {
        "shared": ["keep"],
        "extra": ["hand over plants to their oper…", "hand over keys"],
        "missing": [],
    }
    assert clear_dossier(raw, removal("none", quotations=("hand over plants to their operators at night",))).count == 1
    assert raw["beside"][0]["tasks"]["extra"] == [MARK, "hand over keys"]


def test_words_go_in_any_case_and_ids_stay() -> None:
    made = DOSSIERS["plain"]()
    raw = json.loads(to_json(made))
    clear_dossier(raw, removal(words=("INVENTED works", made.evidence[0].posting_id)))
    said = json.dumps(raw)
    assert "nvented Works" not in said
    assert raw["evidence"][0]["posting_id"] == made.evidence[0].posting_id


def test_a_statement_goes_with_its_only_quote_and_stays_with_another() -> None:
    draft = invented_draft()
    raw = json.loads(draft_to_json(draft))
    cell = next(one for one in _cells(raw) if one["origin"] == "postings" and len(one["text"]) >= 20)
    cell["quotes"] = [{"posting_id": "a", "sentence": f"We {cell['text']}."}]
    taken = clear_draft(raw, removal("a"))
    assert (taken.count, cell["text"], cell["quotes"][0]["sentence"]) == (1, MARK, MARK)
    text = "keeps the furnace at its curve"
    cell.update(
        text=text, quotes=[{"posting_id": "a", "sentence": text}, {"posting_id": "b", "sentence": f"You {text}"}]
    )
    clear_draft(raw, removal("a"))
    assert (cell["text"], cell["quotes"][0]["sentence"], cell["quotes"][1]["sentence"]) == (text, MARK, f"You {text}")
    raw.pop("sha256")
    assert any(MARK in c.quotes[0].sentence for _, c in cells(draft_from_json(json.dumps(raw))) if c.quotes)


def _cells(value):
    if isinstance(value, dict):
        if "quotes" in value:
            yield value
        else:
            for inner in value.values():
                yield from _cells(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _cells(inner)


def test_a_short_phrase_is_no_quotation_of_a_comment() -> None:
    wanted = removal("a", quotations=("data engineer", "负责区块链业务的测试分析", "we tune heat pumps on the site"))
    assert clear_text("A data engineer?", wanted) == "A data engineer?"
    assert clear_text("They say we tune heat pumps on the site.", wanted) == f"They say {MARK}."
    assert clear_text("见：负责区块链业务的测试分析。", wanted) == f"见：{MARK}。"
