"""PDF, DOCX and Markdown say what the page says."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx
import pytest

from invented_dossiers import DOSSIERS, HOSTILE, chinese, hostile, plain
from observatory.errors import MissingPart
from observatory.publish import documents, dossier_docx, dossier_markdown, dossier_pdf, wording


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        if os.environ.get("OBSERVATORY_REQUIRE_ALL"):
            pytest.fail(f"{name} is not installed: apt-get install poppler-utils")
        pytest.skip(f"{name} is not installed: apt-get install poppler-utils")
    return found


def need_han() -> None:
    if not documents.han_font(documents.families()):
        if os.environ.get("OBSERVATORY_REQUIRE_ALL"):
            pytest.fail("no font with Chinese characters: apt-get install fonts-noto-cjk")
        pytest.skip("no font with Chinese characters: apt-get install fonts-noto-cjk")


def text_of(pdf: bytes, folder: Path) -> str:
    (folder / "d.pdf").write_bytes(pdf)
    made = subprocess.run([program("pdftotext"), "-layout", "d.pdf", "-"], cwd=folder, capture_output=True, check=True)
    return " ".join(made.stdout.decode().split())


@pytest.mark.parametrize("name", ["plain", "crowded", "empty", "hostile"])
def test_pdf_is_made_and_the_same_each_time(name: str) -> None:
    dossier = DOSSIERS[name]()
    assert dossier_pdf(dossier).startswith(b"%PDF-")
    assert dossier_pdf(dossier) == dossier_pdf(dossier)


def test_pdf_holds_text_with_its_fonts(tmp_path: Path) -> None:
    dossier = plain()
    pdf = dossier_pdf(dossier)
    text = text_of(pdf, tmp_path)
    for needed in (wording.title(dossier), "171 vacancies of 38 employers", "per 1,000 vacancies", "no data", "Kelvin GmbH",
                   dossier.sha256, dossier.evidence[0].posting_id):  # fmt: skip
        assert needed in text
    listed = subprocess.run(
        [program("pdffonts"), "d.pdf"], cwd=tmp_path, capture_output=True, check=True
    ).stdout.decode()
    rows = listed.splitlines()[2:]
    assert rows
    assert all(row.split()[-5] == "yes" for row in rows)  # column emb


def test_chart_in_the_pdf_is_of_vectors(tmp_path: Path) -> None:
    (tmp_path / "d.pdf").write_bytes(dossier_pdf(plain()))
    pictures = subprocess.run([program("pdfimages"), "-list", "d.pdf"], cwd=tmp_path, capture_output=True, check=True)
    assert len(pictures.stdout.decode().splitlines()) == 2  # the head of the list only


def test_chinese_pdf_can_be_read(tmp_path: Path) -> None:
    need_han()
    text = text_of(dossier_pdf(chinese()), tmp_path).replace(" ", "")
    assert "生成式人工智能系统应用员" in text
    assert "虚构科技（重庆）有限公司" in text


def test_chinese_without_a_font_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "families", lambda: ("Libertinus Serif",))
    with pytest.raises(MissingPart, match="fonts-noto-cjk"):
        dossier_pdf(chinese())
    assert dossier_pdf(plain()).startswith(b"%PDF-")


@pytest.mark.parametrize("name", DOSSIERS)
def test_docx_opens_and_is_the_same_each_time(name: str) -> None:
    dossier = DOSSIERS[name]()
    made = dossier_docx(dossier)
    assert made == dossier_docx(dossier)
    paper = docx.Document(io.BytesIO(made))
    text = "\n".join(p.text for p in paper.paragraphs)
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    assert all(sentence in text for sentence in wording.conclusion(dossier))
    assert dossier.sha256 in cells
    assert all(e.sentence in text for e in dossier.evidence)
    pictures = [n for n in zipfile.ZipFile(io.BytesIO(made)).namelist() if n.startswith("word/media/")]
    assert len(pictures) == (1 if dossier.history else 0)


def test_docx_drops_what_xml_forbids() -> None:
    assert documents.clean("a\x00b\x0bc\ud800d\n") == "abcd\n"


def test_markdown_escapes_postings() -> None:
    text = dossier_markdown(hostile())
    assert "<script" not in text.replace("\\<", "")
    assert "\\<script\\>" in text
    assert HOSTILE not in text


def test_markdown_has_the_figures() -> None:
    text = dossier_markdown(plain())
    assert "no data" in text
    assert "| commissioning engineer | ESCO 1.0.9 | 2144.1.9 | 0.81 |" in text
    assert plain().sha256 in text


def test_a_word_without_end_stays_on_the_paper(tmp_path: Path) -> None:
    """Names of 132 signs without a space once ran over the next column and the edge."""
    (tmp_path / "d.pdf").write_bytes(dossier_pdf(DOSSIERS["crowded"]()))
    made = subprocess.run([program("pdftotext"), "-bbox", "d.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    right = [
        float(edge) for edge in re.findall(r'<word xMin="[\d.]+" yMin="[\d.]+" xMax="([\d.]+)"', made.stdout.decode())
    ]
    assert right
    assert max(right) <= 595.3 - 62.3 + 1  # A4 less its margin of 22 mm, in points
