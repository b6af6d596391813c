"""Files: seven formats, guessed columns, and every way in which a file or a row can be bad."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from observatory.collect.files import FIELDS, PER_PAGE, READERS, columns_of, guess_columns, header, read_file
from observatory.collect.source import Page
from observatory.errors import BadFile
from observatory.records import RawPosting

NOW = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
ROWS = [
    {"id": "1", "title": "Pump technician", "company": "Idra (invented)", "date": "2025-01-02", "note": "shift work"},
    {"id": "2", "title": "AI 训练师", "company": "虚构公司", "date": "2025-01-03", "note": ""},
]


def csv_text(rows: list[dict[str, str]], delimiter: str = ",") -> str:
    lines = [delimiter.join(rows[0]), *(delimiter.join(row.values()) for row in rows)]
    return "\n".join(lines) + "\n"


def excel() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(ROWS[0]))
    for row in ROWS:
        sheet.append(list(row.values()))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def parquet() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), buffer)
    return buffer.getvalue()


CONTENT: Mapping[str, Callable[[], bytes]] = {
    "csv": lambda: csv_text(ROWS).encode(),
    "tsv": lambda: csv_text(ROWS, "\t").encode(),
    "txt": lambda: csv_text(ROWS, ";").encode(),
    "jsonl": lambda: "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode(),
    "ndjson": lambda: "\n".join(json.dumps(row) for row in ROWS).encode(),
    "json": lambda: json.dumps({"jobs": ROWS, "count": 2}).encode(),
    "parquet": parquet,
    "xlsx": excel,
}
PACKED: Mapping[str, Callable[[bytes], bytes]] = {
    "": lambda data: data, ".gz": gzip.compress, ".zst": lambda data: zstandard.compress(data),
}  # fmt: skip


def read(path: Path, **arguments: object) -> tuple[list[RawPosting], list[tuple[str, str]], list[Page]]:
    pages = list(read_file(path, **{"source": None, "columns": None, "now": NOW, **arguments}))  # type: ignore[arg-type]
    postings = [posting for page in pages for posting in page.postings]
    return postings, [(bad.reason, bad.origin) for page in pages for bad in page.rejected], pages


def written(tmp_path: Path, name: str, data: bytes | str) -> Path:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_every_format_is_tested() -> None:
    assert set(CONTENT) == set(READERS)


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("kind", CONTENT)
def test_every_format_plain_and_packed_gives_the_same_postings(tmp_path: Path, kind: str, packed: str) -> None:
    path = written(tmp_path, f"board.{kind}{packed}", PACKED[packed](CONTENT[kind]()))
    postings, bad, pages = read(path)
    assert bad == []
    assert [(p.source, p.source_id, p.title, p.employer, p.posted_at) for p in postings] == [
        ("board", "1", "Pump technician", "Idra (invented)", "2025-01-02"),
        ("board", "2", "AI 训练师", "虚构公司", "2025-01-03"),
    ]
    assert postings[0].extra == {"note": "shift work"}
    assert postings[1].extra == {}
    assert pages[-1].cursor == "2"
    assert header(path) == list(ROWS[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_that_are_read(tmp_path: Path, encoding: str) -> None:
    postings, bad, _ = read(written(tmp_path, "a.csv", csv_text(ROWS).encode(encoding)))
    assert bad == []
    assert postings[1].title == "AI 训练师"


def test_a_large_file_comes_in_pages_with_a_cursor(tmp_path: Path) -> None:
    rows = [{"id": str(i), "title": f"Role {i}"} for i in range(2 * PER_PAGE + 1)]
    _, _, pages = read(written(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows))))
    assert [page.cursor for page in pages] == [str(PER_PAGE), str(2 * PER_PAGE), str(2 * PER_PAGE + 1)]


def test_a_zst_file_of_several_frames_is_read_whole(tmp_path: Path) -> None:
    lines = [json.dumps({"id": str(i), "title": f"Role {i}"}).encode() + b"\n" for i in range(3)]
    postings, _, _ = read(written(tmp_path, "a.jsonl.zst", b"".join(map(zstandard.compress, lines))))
    assert [p.source_id for p in postings] == ["0", "1", "2"]


# --- columns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Job Title", "Company", "date_posted"], {"title": "Job Title", "employer": "Company", "posted_at": "date_posted"}),
        (["职位名称", "公司名称", "发布日期", "工作地点"], {"title": "职位名称", "employer": "公司名称", "posted_at": "发布日期", "place": "工作地点"}),
        (["titolo", "azienda", "luogo", "descrizione"], {"title": "titolo", "employer": "azienda", "place": "luogo", "description": "descrizione"}),
        (["salary", "benefits"], {}),
    ],
)  # fmt: skip
def test_columns_are_guessed(names: list[str], expected: dict[str, str]) -> None:
    assert guess_columns(names) == expected


def test_given_columns_complete_and_override_the_guess(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "title,Stelle,Firma\nx,Techniker,F\n")
    postings, _, _ = read(path, columns={"title": "Stelle", "employer": "Firma"})
    assert (postings[0].title, postings[0].employer, postings[0].extra) == ("Techniker", "F", {"title": "x"})


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"titel": "a"}, "knows the fields id, title"),
        ({"title": "gone"}, "layout may have changed since the last import"),
        ({}, r"--map title=COLUMN"),
    ],
)
def test_a_wrong_map_says_what_there_is(columns: dict[str, str], said: str) -> None:
    with pytest.raises(BadFile, match=said):
        columns_of(["a", "b"], columns, Path("x.csv"))
    assert "title" in FIELDS


def test_a_row_without_an_id_gets_the_same_one_in_every_import(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "title,employer\nTechnician,A\nTechnician,B\n")
    first, again = read(path)[0], read(path)[0]
    assert [p.source_id for p in first] == [p.source_id for p in again]
    assert first[0].source_id != first[1].source_id


def test_source_is_given_or_the_files_own_or_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, "board.csv", "title,source\nA,one\n")
    assert read(path)[0][0].source == "one"
    given = read(path, source="mine")[0][0]
    assert (given.source, given.extra) == ("mine", {"file_source": "one"})


def test_parts_of_a_text_in_columns_of_their_own_belong_to_it(tmp_path: Path) -> None:
    path = written(
        tmp_path, "a.csv", "职位名称,公司全称,岗位职责,任职要求,薪资\n窑炉操作工,新窑有限公司,看管窑炉。,三年以上经验。,8-10K\n模具工,新窑有限公司,,会看图纸。,\n",
    )  # fmt: skip
    first, second = read(path)[0]
    assert first.description == "看管窑炉。\n\n任职要求\n三年以上经验。"
    assert (first.employer, first.extra) == ("新窑有限公司", {"薪资": "8-10K"})
    assert second.description == "任职要求\n会看图纸。"


@pytest.mark.parametrize("nothing", ["NaN", "null", "None", "N/A", "-", "无", "暂无", "  "])
def test_what_programs_write_for_nothing_is_nothing(tmp_path: Path, nothing: str) -> None:
    path = written(tmp_path, "a.jsonl", json.dumps({"title": "Kiln operator", "company": nothing, "text": nothing}))
    ((posting,), *_rest) = read(path)
    assert (posting.employer, posting.description) == ("", "")


# --- bad files ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.csv", b"", "empty \\(0 bytes\\)"),
        ("empty.jsonl.gz", gzip.compress(b"", mtime=0), "holds no rows"),
        ("header.csv", b"id,title\n", "holds no rows"),
        ("a.docx", b"x", "is no format that is read; known are csv"),
        ("noending", b"x", "is no format that is read"),
        ("a.csv", b"\xff\x00\x81\x30 title \xff\xff\n" * 9, "neither UTF-8, UTF-16 nor GB 18030"),
        ("one.csv", b"just some words\nand more\n", "one column only"),
        ("a.csv.gz", gzip.compress(csv_text(ROWS * 500).encode(), mtime=0)[:60], "may be cut off"),
        ("a.jsonl.gz", gzip.compress(csv_text(ROWS).encode(), mtime=0)[:20], "may be cut off"),
        ("a.jsonl.gz", b"not gzip at all", "cannot be read"),
        ("a.jsonl.zst", b"not zstandard at all", "cannot be read|cut off"),
        ("a.jsonl.zst", zstandard.compress(b'{"title": "x"}\n' * 9_000)[:30], "cannot be read|cut off"),
        ("a.json.gz", gzip.compress(b"[]", mtime=0)[:12], "cut off"),
        ("a.json", b"[1, 2", "not a JSON document"),
        ("a.json", b"[" * 100_000, "nested too deep"),
        ("a.json", b"[]", "holds no rows"),
        ("a.parquet", parquet()[:-20], "not a whole Parquet file"),
        ("a.parquet", b"PAR1", "not a whole Parquet file"),
        ("a.parquet.gz", gzip.compress(parquet(), mtime=0)[:-40], "cut off"),
        ("a.xlsx", b"PK\x03\x04 broken", "not an Excel workbook"),
        ("a.xlsx", excel()[:-200], "not an Excel workbook"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_clear_error(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    path = written(tmp_path, name, data)
    with pytest.raises(BadFile, match=said) as caught:
        read(path)
    assert name in str(caught.value)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="there is no such file"):
        read(tmp_path / "gone.csv")
    with pytest.raises(BadFile, match="is a folder"):
        read(tmp_path)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_file_that_breaks_off_gives_what_came_before(tmp_path: Path, kind: str) -> None:
    import random

    rows = [{"id": str(i), "title": f"{random.Random(i).random()}"} for i in range(3 * PER_PAGE)]
    text = csv_text(rows) if kind == "csv" else "\n".join(map(json.dumps, rows))
    path = written(tmp_path, f"a.{kind}.gz", gzip.compress(text.encode())[:-15_000])
    pages = read_file(path, source=None, columns=None, now=NOW)
    assert next(pages).postings[0].title == rows[0]["title"]
    with pytest.raises(BadFile, match=r"what came before it is stored\. Fetch the file again"):
        list(pages)


# --- bad rows: each is set aside with its reason, the others are read ------------------------------

GOOD = '{"id": "g", "title": "Technician"}'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"this is not JSON", "not JSON"),
        (b'{"title": "cut', "not JSON"),
        (b"[" * 10_000, "nested too deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested too deep"),
        (b"[1, 2]", "not an object"),
        (b'"text"', "not an object"),
        (b"null", "not an object"),
        (b'{"title": "\xff\xfe\xff"}', "wrong encoding"),
        (b'{"title": "' + b"x" * 50_000_000 + b'"}', "line too long"),
    ],
    ids=["words", "cut", "deep list", "deep object", "list", "string", "null", "bytes", "50 MB"],
)
@pytest.mark.parametrize("at", ["first", "middle", "last"])
def test_a_bad_line_is_set_aside_and_the_others_are_read(tmp_path: Path, line: bytes, reason: str, at: str) -> None:
    good = GOOD.encode()
    lines = {"first": [line, good, good], "middle": [good, line, good], "last": [good, good, line]}[at]
    postings, bad, pages = read(written(tmp_path, "a.jsonl", b"\n".join(lines)))
    assert [p.title for p in postings] == ["Technician"] * 2
    number = {"first": 1, "middle": 2, "last": 3}[at]
    assert bad == [(reason, f"a.jsonl:{number}")]
    assert all(len(one.raw) <= 4_000 and one.detail for page in pages for one in page.rejected)


def test_a_row_with_another_number_of_values(tmp_path: Path) -> None:
    postings, bad, _ = read(written(tmp_path, "a.csv", "id,title\n1,A\n2,B,surplus\n3\n\n4,D\n"))
    assert [p.title for p in postings] == ["A", "D"]
    assert [reason for reason, _ in bad] == ["wrong number of columns"] * 2


def test_an_unclosed_quote_loses_no_row_silently(tmp_path: Path) -> None:
    text = 'id,title\n1,A\n2,"never closed\n3,C\n4,D\n'
    postings, bad, _ = read(written(tmp_path, "a.csv", text))
    assert postings[0].title == "A"
    assert len(postings) + len(bad) >= 2
    assert any("C" in p.title for p in postings) or bad


def test_values_of_other_types_become_text(tmp_path: Path) -> None:
    row = {"id": 7, "title": "T", "company": {"name": "C"}, "location": ["Roma", {"label": "Milano"}], "date": 1451520000,
           "salary": float("nan"), "url": None}  # fmt: skip
    found = read(written(tmp_path, "a.jsonl", json.dumps(row)))[0][0]
    assert (found.source_id, found.employer, found.place, found.posted_at) == ("7", "C", "Roma, Milano", 1451520000)


def test_a_csv_whose_columns_changed_names_them_again(tmp_path: Path) -> None:
    old = written(tmp_path, "old.csv", "id,title,company\n1,A,X\n")
    new = written(tmp_path, "new.csv", "id,position,employer_name\n2,B,Y\n")
    mapping = columns_of(header(old), {}, old)
    assert read(new)[0][0].title == "B"  # guessed anew
    with pytest.raises(BadFile, match="the file has id, position, employer_name"):
        read(new, columns=mapping)
