"""Postings from files: CSV, TSV, JSON, JSONL, Parquet and Excel, plain or packed with gz or zst.

Files are read in pages, so that a large one needs little memory. A row that cannot be read is set
aside with its reason and counted; a file that cannot be read is a `BadFile`. Which column is which
is guessed from the names that job boards use, and can be given.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import itertools
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, cast

from observatory.collect.http import read_json
from observatory.collect.source import Page
from observatory.errors import BadFile
from observatory.records import RawPosting, Rejected

PER_PAGE = 2_000
LONGEST_LINE = 20 * 1024 * 1024  # of a JSONL line, in bytes
LONGEST_RAW = 4_000
FIELDS = ("id", "title", "description", "posted_at", "employer", "place", "country", "language", "url", "source")

# Column names in use, lower case without spaces, underscores and hyphens; the first match wins.
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "jobid", "postingid", "uuid", "sourceid", "identifier", "referenznummer", "职位id", "岗位id", "职位编号",
           "编号", "codice", "objectid", "joblink"),
    "title": ("title", "jobtitle", "positionname", "position", "name", "headline", "职位名称", "岗位名称", "职位", "岗位",
              "招聘岗位", "titolo", "posizione", "mansione", "intitule", "stellenbezeichnung", "role"),
    "description": ("description", "jobdescription", "text", "body", "content", "details", "职位描述", "岗位描述",
                    "岗位职责", "职位信息", "工作内容", "职位详情", "descrizione", "comment", "jobdetails"),
    "posted_at": ("postedat", "dateposted", "postingdate", "publishedat", "publicationdate", "publishdate", "createdat",
                  "date", "posted", "listedtime", "发布日期", "发布时间", "更新时间", "更新日期", "刷新时间", "日期", "data", "datapubblicazione",
                  "time", "created"),
    "employer": ("employer", "company", "companyname", "organization", "organisation", "hiringorganization", "firm",
                 "公司", "公司名称", "公司全称", "公司名", "公司简称", "企业", "企业名称", "企业全称", "单位名称", "招聘单位", "用人单位",
                 "单位", "雇主", "雇主名称", "azienda", "datoredilavoro", "employername"),
    "place": ("place", "location", "city", "joblocation", "workplace", "工作地点", "城市", "地点", "工作城市", "工作地区", "工作地址", "所在地", "所在城市", "地区", "luogo",
              "sede", "citta", "città", "locationname"),
    "country": ("country", "countrycode", "国家", "paese"),
    "language": ("language", "lang", "语言", "lingua"),
    "url": ("url", "link", "joburl", "joblink", "applyurl", "链接", "网址", "职位链接"),
    "source": ("source", "site", "board", "来源", "fonte"),
}  # fmt: skip
# Columns in which some boards keep a part of the text beside the description: they belong to it.
TEXT_PARTS = (
    "岗位职责", "工作职责", "职责描述", "工作内容", "任职要求", "任职资格", "岗位要求", "职位要求", "responsibilities", "requirements",
    "qualifications", "responsabilità", "requisiti",
)  # fmt: skip
# What programs write where a value is missing.
NOTHING = frozenset({"nan", "none", "null", "n/a", "undefined", "-", "--", "无", "暂无"})

Row = Mapping[str, Any]
Bad = tuple[str, str, str]  # reason, detail, raw


def guess_columns(names: Sequence[str]) -> dict[str, str]:
    """Which column holds which field, by the names that job boards use.

    >>> guess_columns(["Job Title", "Company", "date_posted", "salary"])
    {'title': 'Job Title', 'posted_at': 'date_posted', 'employer': 'Company'}
    """
    plain = {_plain(name): name for name in reversed(names)}
    found: dict[str, str] = {}
    for field, known in NAMES.items():
        match = next((plain[name] for name in known if name in plain and plain[name] not in found.values()), None)
        if match is not None:
            found[field] = match
    return found


def read_file(path: Path, *, source: str | None, columns: Mapping[str, str] | None, now: dt.datetime) -> Iterator[Page]:
    """Pages of a file. `columns` maps fields to column names and completes what is guessed.

    `source` is what the postings are filed under (by default the file's own column, else its name).
    The cursor of a page is the number of rows read. Raises `BadFile` with what came and what to do.
    """
    rows = _rows(path)
    try:
        first = next(rows, None)
    except (OSError, EOFError, zlib.error) as error:
        raise BadFile(f"{path}: cannot be read ({error}); it may be cut off. Fetch it again") from error
    if first is None:
        raise BadFile(f"{path}: the file holds no rows; nothing was imported")
    head = first if isinstance(first, Mapping) else {}
    mapping = columns_of(list(head), columns, path) if head else None
    number = 0
    stream = itertools.chain([first], rows)
    while True:
        try:
            part = list(itertools.islice(stream, PER_PAGE))
        except (OSError, EOFError, zlib.error) as error:
            raise BadFile(
                f"{path}: breaks off after row {number} ({error}); what came before it is stored. "
                f"Fetch the file again and import it again: nothing is added twice"
            ) from error
        if not part:
            return
        postings, rejected = [], []
        for row in part:
            number += 1
            origin = f"{path.name}:{number}"
            if not isinstance(row, Mapping):
                rejected.append(_rejected(source or path.stem, "", row, origin, now))
                continue
            if mapping is None:
                mapping = columns_of(list(row), columns, path)
            postings.append(_posting(row, mapping, source, path, number))
        yield Page(postings=tuple(postings), rejected=tuple(rejected), cursor=str(number))


def columns_of(names: Sequence[str], given: Mapping[str, str] | None, path: Path) -> dict[str, str]:
    """Fields to columns: what is given, completed by what is guessed. Raises `BadFile` without a title."""
    given = dict(given or {})
    unknown = [field for field in given if field not in FIELDS]
    if unknown:
        raise BadFile(f"{path}: --map knows the fields {', '.join(FIELDS)}, not {', '.join(unknown)}")
    missing = [column for column in given.values() if column not in names]
    if missing:
        raise BadFile(
            f"{path}: --map names the column {', '.join(missing)}; the file has {', '.join(map(str, names))[:500]}. "
            f"Its layout may have changed since the last import"
        )
    guessed = {field: column for field, column in guess_columns(names).items() if column not in given.values()}
    mapping = {**guessed, **given}
    if "title" not in mapping and "description" not in mapping:
        raise BadFile(
            f"{path}: no column was recognised as the title. Columns are {', '.join(map(str, names))[:500]}; "
            f"say which it is with --map title=COLUMN"
        )
    return mapping


def text_parts(names: Sequence[str], mapping: Mapping[str, str]) -> list[str]:
    """The columns that hold a part of the text beside the description; each is read under its own name.

    >>> text_parts(["职位", "岗位职责", "任职要求"], {"title": "职位", "description": "岗位职责"})
    ['任职要求']
    """
    plain = {_plain(name): name for name in reversed(names)}
    return [plain[part] for part in TEXT_PARTS if part in plain and plain[part] not in mapping.values()]


def header(path: Path) -> list[str]:
    """The column names of a file's first readable row."""
    for row in _rows(path):
        if isinstance(row, Mapping):
            return list(row)
    raise BadFile(f"{path}: the file holds no rows; nothing was imported")


def _posting(row: Row, mapping: Mapping[str, str], source: str | None, path: Path, number: int) -> RawPosting:
    get = {field: row.get(column) for field, column in mapping.items()}
    parts = text_parts(list(row), mapping)
    used = {*mapping.values(), *parts}
    extra = {str(k): v for k, v in row.items() if k not in used and v is not None and v != "" and k != "extra"}
    inner = row.get("extra")
    if isinstance(inner, str) and inner.startswith("{"):
        try:
            extra = {**json.loads(inner), **extra}
        except ValueError:
            extra["extra"] = inner
    own_source = _text(get.get("source"))
    if source and own_source and own_source != source:
        extra["file_source"] = own_source
    title, description = _text(get.get("title")), _text(get.get("description"))
    for part in parts:
        text = _text(row.get(part))
        if text and text not in description:
            description = f"{description}\n\n{part}\n{text}".lstrip()
    identity = _text(get.get("id")) or _digest(
        title, description, _text(get.get("employer")), _text(get.get("posted_at"))
    )
    return RawPosting(
        source=source or own_source or path.stem.split(".")[0],
        source_id=identity,
        title=title,
        description=description,
        posted_at=_when(get.get("posted_at")),
        employer=_text(get.get("employer")),
        place=_text(get.get("place")),
        country=_text(get.get("country")),
        language=_text(get.get("language")),
        url=_text(get.get("url")) or _text(extra.pop("url", "")),
        extra=extra,
    )


def _digest(*parts: str) -> str:
    """An id for a row that has none: the same row gets the same id in every import."""
    import hashlib

    return "row-" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, Mapping):
        named = value.get("name") or value.get("display_name") or value.get("label")
        return str(named) if named else json.dumps(value, ensure_ascii=False)[:500]
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    text = str(value).strip()
    return "" if text.lower() in NOTHING else text


def _when(value: object) -> str | int | float | dt.datetime | dt.date | None:
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, str | int | float | dt.datetime | dt.date):
        return value
    return str(value)


def _rejected(source: str, source_id: str, bad: Bad, origin: str, now: dt.datetime) -> Rejected:
    return Rejected(
        source=source, source_id=source_id, reason=bad[0], detail=bad[1], origin=origin, raw=bad[2][:LONGEST_RAW],
        collected_at=now,
    )  # fmt: skip


def _plain(name: object) -> str:
    return str(name).strip().lower().replace(" ", "").replace("_", "").replace("-", "")


# --- formats ---------------------------------------------------------------------------------


def _rows(path: Path) -> Iterator[Row | Bad]:
    """Rows of a file as mappings; a row that cannot be read as (reason, detail, raw)."""
    if not path.exists():
        raise BadFile(f"{path}: there is no such file")
    if path.is_dir():
        raise BadFile(f"{path}: is a folder; name the files in it, for example {path}/*.jsonl")
    if path.stat().st_size == 0:
        raise BadFile(f"{path}: the file is empty (0 bytes)")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1] if suffixes and suffixes[-1] in (".gz", ".zst") else ""
    kind = (suffixes[-2] if packed and len(suffixes) > 1 else suffixes[-1] if suffixes else "").lstrip(".")
    reader = READERS.get(kind)
    if reader is None:
        raise BadFile(
            f"{path}: .{kind or '(none)'} is no format that is read; known are {', '.join(READERS)}, plain, .gz or .zst"
        )
    yield from reader(path, packed)


def _opened(path: Path, packed: str) -> IO[bytes]:
    if packed == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    if packed == ".zst":
        return cast(IO[bytes], io.BufferedReader(_Zstandard(path), 1024 * 1024))
    return path.open("rb")


class _Zstandard(io.RawIOBase):
    """The contents of a .zst file, which may have several frames. A file that is cut off is an `EOFError`.

    The library's own reader gives the part before the cut and says nothing.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._frame: Any = None
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            packed = self._file.read(256 * 1024)
            if not packed:
                if self._frame is not None:
                    raise EOFError("the file ends inside a frame")
                return 0
            self._ready = self._unpack(packed)
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _unpack(self, packed: bytes) -> bytes:
        import zstandard

        parts = []
        while packed:
            if self._frame is None:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            try:
                parts.append(self._frame.decompress(packed))
            except zstandard.ZstdError as error:
                raise OSError(str(error)) from error
            packed = b""
            if self._frame.eof:
                packed, self._frame = self._frame.unused_data, None
        return b"".join(parts)

    def close(self) -> None:
        self._file.close()
        super().close()


def _whole(path: Path, packed: str) -> bytes:
    with _opened(path, packed) as stream:
        return stream.read()


def _decoded(path: Path, packed: str) -> IO[str]:
    """The file as text: UTF-8, or GB 18030 where the beginning is not UTF-8 but is that."""
    with _opened(path, packed) as stream:
        try:
            head = stream.read(65_536)
        except (OSError, EOFError, zlib.error) as error:
            raise BadFile(f"{path}: cannot be unpacked ({error}); it may be cut off. Fetch it again") from error
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif _decodes(head, "utf-8"):
        encoding = "utf-8-sig"
    elif _decodes(head, "gb18030"):
        encoding = "gb18030"
    else:
        raise BadFile(f"{path}: the text is neither UTF-8, UTF-16 nor GB 18030; save it as UTF-8 and import it again")
    return io.TextIOWrapper(_opened(path, packed), encoding=encoding, errors="replace", newline="")


def _decodes(head: bytes, encoding: str) -> bool:
    for cut in range(4):  # the head may end inside a character
        try:
            (head[: len(head) - cut] if cut else head).decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _read_separated(path: Path, packed: str) -> Iterator[Row | Bad]:
    csv.field_size_limit(LONGEST_LINE)
    with _decoded(path, packed) as stream:
        first = stream.readline(LONGEST_LINE)
        delimiter = "\t" if ".tsv" in path.suffixes else max((",", ";", "\t", "|"), key=first.count)
        reader = csv.reader(itertools.chain([first], stream), delimiter=delimiter)
        names = next(reader, [])
        if len(names) < 2:
            raise BadFile(f"{path}: one column only ({', '.join(names)[:80]}); is it a CSV with a header row?")
        names = [name.strip().lstrip("\ufeff") for name in names]
        while True:
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield ("unreadable row", str(error), "")
                continue
            if not any(values):
                continue
            if len(values) != len(names):
                yield (
                    "wrong number of columns",
                    f"{len(values)} values under {len(names)} columns",
                    delimiter.join(values),
                )
                continue
            yield dict(zip(names, values, strict=True))


def _read_lines(path: Path, packed: str) -> Iterator[Row | Bad]:
    with _opened(path, packed) as stream:
        while True:
            line = stream.readline(LONGEST_LINE)
            if not line:
                return
            if len(line) >= LONGEST_LINE and not line.endswith(b"\n"):
                size, head = len(line), line[:LONGEST_RAW]
                while line and not line.endswith(b"\n"):
                    line = stream.readline(LONGEST_LINE)
                    size += len(line)
                yield (
                    "line too long",
                    f"{size} bytes; at most {LONGEST_LINE} are read",
                    head.decode("utf-8", "replace"),
                )
                continue
            if line.strip():
                yield _parsed(line)


def _parsed(line: bytes) -> Row | Bad:
    try:
        row = read_json(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        try:
            row = read_json(line.decode("gb18030"))
        except (UnicodeDecodeError, ValueError) as error:
            return ("wrong encoding", str(error)[:200], line[:LONGEST_RAW].decode("utf-8", "replace"))
    except RecursionError:
        return ("nested too deep", "JSON nested beyond what is read", line[:LONGEST_RAW].decode("utf-8", "replace"))
    except ValueError as error:
        return ("not JSON", str(error)[:200], line[:LONGEST_RAW].decode("utf-8", "replace"))
    if not isinstance(row, dict):
        return (
            "not an object",
            f"a {type(row).__name__} where an object with fields was expected",
            str(row)[:LONGEST_RAW],
        )
    return row


def _read_json(path: Path, packed: str) -> Iterator[Row | Bad]:
    """A JSON document: a list of objects, or an object with one list of objects in it."""
    with _opened(path, packed) as stream:
        data = stream.read(1024 * 1024 * 1024 + 1)
    if len(data) > 1024 * 1024 * 1024:
        raise BadFile(f"{path}: more than 1 GiB of JSON in one document; save it as JSONL (one object a line)")
    try:
        document = read_json(data.decode("utf-8-sig"))
    except RecursionError as error:
        raise BadFile(f"{path}: nested too deep to be read as JSON") from error
    except (UnicodeDecodeError, ValueError) as error:
        raise BadFile(f"{path}: not a JSON document ({error}); for one object a line use the ending .jsonl") from error
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
        document = lists[0] if len(lists) == 1 else [document]
    for row in cast(Iterable[object], document):
        yield row if isinstance(row, dict) else ("not an object", f"a {type(row).__name__} in the list", str(row)[:200])


def _read_parquet(path: Path, packed: str) -> Iterator[Row | Bad]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path if not packed else io.BytesIO(_whole(path, packed))) as file:
            for batch in file.iter_batches(batch_size=PER_PAGE):
                yield from batch.to_pylist()
    except (pa.ArrowInvalid, pa.ArrowException, OSError, EOFError) as error:
        raise BadFile(f"{path}: not a whole Parquet file ({error}); it may be cut off. Fetch it again") from error


def _read_excel(path: Path, packed: str) -> Iterator[Row | Bad]:
    import zipfile

    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(_whole(path, packed)), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise BadFile(f"{path}: not an Excel workbook (.xlsx): {error}") from error
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        names = [str(name).strip() if name is not None else f"column {i + 1}" for i, name in enumerate(next(rows, ()))]
        for values in rows:
            if any(value is not None for value in values):
                yield dict(zip(names, values, strict=False))
    finally:
        book.close()


READERS = {
    "csv": _read_separated, "tsv": _read_separated, "txt": _read_separated, "jsonl": _read_lines, "ndjson": _read_lines,
    "json": _read_json, "parquet": _read_parquet, "xlsx": _read_excel,
}  # fmt: skip
