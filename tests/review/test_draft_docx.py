"""A draft as a Word document: its tables, its marks, in the reader's language; it becomes a PDF in LibreOffice."""

from __future__ import annotations

import io
import os
import shutil
import subprocess

import docx
import pytest
from django.utils import translation

from observatory.review.demo_standards import invented_draft
from observatory.review.draft_docx import as_docx
from observatory.standards import check


def read(made: bytes):
    return docx.Document(io.BytesIO(made))


@pytest.mark.parametrize(
    ("structure", "opened"),
    [("five", ("5", "4", "3", "2", "1")), ("five", ("4", "3")), ("three", ("junior", "intermediate", "senior"))],
)
def test_one_table_a_level_and_two_of_weights(structure, opened):
    draft = invented_draft("x", "fleet supervisor", structure=structure, opened=opened)
    assert check(draft) == ()
    tables = read(as_docx(draft, version=3, code="4-01")).tables
    assert len(tables) == len(opened) + 2
    heads = [cell.text for cell in tables[0].rows[0].cells]
    assert heads == ["Function", "Content of work", "Skill requirement", "Related knowledge"]
    assert len(tables[0].rows) == 1 + sum(len(function.contents) for function in draft.functions)
    first = [row.cells[0] for row in tables[0].rows[1:3]]
    assert first[0]._tc is first[1]._tc  # contents of one function share its cell
    sums = [cell.text for cell in tables[-1].rows[-1].cells]
    assert sums == ["Sum", *["100"] * len(opened)]


def test_every_cell_says_what_it_rests_on():
    draft = invented_draft("x", "fleet supervisor")
    made = read(as_docx(draft, version=1))
    said = "\n".join(
        [p.text for p in made.paragraphs] + [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    )  # fmt: skip
    assert "[no evidence]" in said
    assert "[written by a person]" in said
    assert "[6 postings, 4 employers]" in said
    assert "version 1" in said


def test_it_is_written_in_the_language_of_the_reader():
    with translation.override("zh-hans"):
        made = read(as_docx(invented_draft("x", "车队主管"), version=1))
    assert [cell.text for cell in made.tables[0].rows[0].cells] == ["职业功能", "工作内容", "技能要求", "相关知识要求"]
    assert "无证据" in "".join(p.text for p in made.paragraphs)


@pytest.mark.slow
def test_libreoffice_makes_a_pdf_of_it(tmp_path):
    office = shutil.which("soffice")
    if office is None:
        if os.environ.get("OBSERVATORY_REQUIRE_ALL") == "1":
            pytest.fail("missing here: LibreOffice; on Debian: apt-get install libreoffice-writer", pytrace=False)
        pytest.skip("missing here: LibreOffice; on Debian: apt-get install libreoffice-writer")
    file = tmp_path / "draft.docx"
    with translation.override("zh-hans"):
        file.write_bytes(as_docx(invented_draft("x", "车队主管"), version=1))
    subprocess.run(
        [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(file)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    text = subprocess.run(
        ["pdftotext", str(tmp_path / "draft.pdf"), "-"], check=True, capture_output=True, text=True, timeout=30
    )
    assert "相关知识要求" in text.stdout
