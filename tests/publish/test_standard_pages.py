"""A draft laid out: every statement with its sentences or its mark, in page, DOCX and PDF, in each view."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from invented_standards import cell, invented_draft
from observatory.errors import SettingError
from observatory.publish.standard import Layout, draft_json, draft_page, unit_set
from observatory.publish.standard_documents import draft_docx, draft_pdf
from observatory.standards import Draft, cells, from_json

DRAFT = invented_draft()


def test_each_statement_shows_what_it_rests_on_or_its_mark() -> None:
    blocks = Layout(DRAFT, "en").blocks("standard")
    tables = [b for b in blocks if b.kind == "table" and b.merged]
    assert [b.head for b in tables] == [("Function", "Content of work", "Skill requirements", "Related knowledge")] * 3
    said = [shown for b in tables for row in b.rows for items in row for shown in items]
    assert all(shown.missing or (shown.note and shown.refs) for shown in said)
    assert sum(shown.missing for shown in said) == 6  # one skill cell in each of six rows
    sources = next(b for b in blocks if b.kind == "table" and b.quiet)
    assert {row[1][0].text for row in sources.rows} == {q.sentence for _, c in cells(DRAFT) for q in c.quotes}
    numbers = [row[0][0].text for row in sources.rows]
    assert numbers == [f"[{n}]" for n in range(1, len(numbers) + 1)]


def test_weights_stand_with_their_sum() -> None:
    theory = next(b for b in Layout(DRAFT, "en").blocks("standard") if b.kind == "table" and b.head[0] == "Item")
    assert [cells_[0].text for cells_ in theory.rows[-1]] == ["Total", "100", "100", "100"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("view", ["standard", "esco", "units"])
def test_pages_escape_and_speak_the_language(view: str, language: str) -> None:
    nasty = replace(DRAFT, title="<b>bees</b>", basics=(cell("<script>x</script>"),))
    page = draft_page(nasty, view=view, language=language)  # type: ignore[arg-type]
    assert "<script>" not in page
    assert "&lt;b&gt;bees" in page
    assert ("无依据" if language == "zh" else "no evidence") in page
    assert page == draft_page(nasty, view=view, language=language)  # type: ignore[arg-type]


def test_json_of_the_standard_reads_back_and_views_hold_no_invented_field() -> None:
    assert from_json(draft_json(DRAFT, "standard")) == DRAFT
    profile = json.loads(draft_json(DRAFT, "esco"))
    assert (profile["preferredLabel"], profile["iscoGroup"]) == ("urban beekeeper", None)
    units = unit_set(DRAFT)
    assert [unit["unit"] for unit in units["units"]] == ["f1", "f2"]
    assert all(unit["evidenceGuide"] is None for unit in units["units"])
    with pytest.raises(SettingError, match="standard, esco, units"):
        Layout(DRAFT, "en").blocks("other")  # type: ignore[arg-type]


def _texts(made: bytes) -> list[str]:
    import docx

    paper = docx.Document(io.BytesIO(made))
    rows = [tuple(c.text for c in row.cells) for table in paper.tables for row in table.rows]
    return [p.text for p in paper.paragraphs] + [" | ".join(row) for row in rows]


def test_the_docx_has_the_official_table_and_the_same_bytes_each_time() -> None:
    made = draft_docx(DRAFT, language="zh")
    texts = _texts(made)
    assert "职业功能 | 工作内容 | 技能要求 | 相关知识要求" in texts
    assert any(text.startswith("4.1 理论知识权重表") for text in texts)
    assert any("无依据" in text for text in texts)
    assert made == draft_docx(DRAFT, language="zh")


def _two_contents(draft: Draft) -> Draft:
    first = draft.functions[0]
    second = replace(first.contents[0], key="f1.c2", title=cell("move hives"))
    return replace(draft, functions=(replace(first, contents=(*first.contents, second)), draft.functions[1]))


def test_a_function_of_two_contents_is_one_joined_cell() -> None:
    import docx

    paper = docx.Document(io.BytesIO(draft_docx(_two_contents(DRAFT))))
    table = next(t for t in paper.tables if t.rows[0].cells[0].text == "Function")
    assert table.cell(1, 0)._tc is table.cell(2, 0)._tc
    assert table.cell(1, 0).text.count("keep bees") == 1
    assert table.cell(3, 0)._tc is not table.cell(2, 0)._tc


@pytest.mark.parametrize("view", ["standard", "units"])
def test_the_pdf_is_set(view: str, tmp_path: Path) -> None:
    (tmp_path / "d.pdf").write_bytes(draft_pdf(_two_contents(DRAFT), view=view))  # type: ignore[arg-type]
    text = subprocess.run(
        ["pdftotext", "-layout", "d.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert "urban beekeeper" in text
    assert "no evidence" in text


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed: apt-get install libreoffice-writer"
)
def test_libreoffice_opens_the_docx_and_makes_a_pdf_of_it(tmp_path: Path) -> None:
    (tmp_path / "d.docx").write_bytes(draft_docx(_two_contents(DRAFT), language="zh"))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/home", "--headless", "--convert-to", "pdf", "d.docx"],
        cwd=tmp_path, capture_output=True, check=True, timeout=170,
    )  # fmt: skip
    text = subprocess.run(
        ["pdftotext", "-layout", "d.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert "职业功能" in text
    assert "技能要求" in text
