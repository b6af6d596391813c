"""Sources that read the operator's files: archives, N-Quads, a drop folder; each goes on from its cursor."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from invented_services import SERVICES, TEXT, Ad

from observatory.collect import SOURCES, Client
from observatory.collect.careers import job_postings
from observatory.collect.source import Page
from observatory.errors import BadFile, SettingError

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def source_of(kind: str, board: str, options: dict[str, Any] | None = None) -> Any:
    client = Client(transport=httpx.MockTransport(lambda request: httpx.Response(500)), now=lambda: NOW)
    return SOURCES[kind][0](client, board, options or {})


def ids(pages: list[Page]) -> list[str]:
    return [posting.source_id for page in pages for posting in page.postings]


def test_an_archive_is_read_by_month_and_from_its_cursor(tmp_path: Path) -> None:
    lines = SERVICES["jobstream"][2](httpx.Request("GET", "https://x.example"), [Ad(i) for i in range(4_500)]).content
    file = tmp_path / "2026.zip"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("2026.jsonl", lines)
    pages = list(source_of("jobtecharchive", str(file)).pages("", since=None))
    assert len(set(ids(pages))) == 4_500
    rest = list(source_of("jobtecharchive", str(file)).pages(pages[0].cursor, since=None))
    assert set(ids(pages[:1])) | set(ids(rest)) == set(ids(pages))
    assert not set(ids(pages[:1])) & set(ids(rest))
    span = source_of("jobtecharchive", str(file)).between("", dt.datetime(2026, 10, 1, tzinfo=dt.UTC), dt.datetime(2026, 10, 8, tzinfo=dt.UTC))  # fmt: skip
    assert 0 < len(ids(list(span))) < 4_500
    with pytest.raises(BadFile):
        list(source_of("jobtecharchive", str(tmp_path / "absent.zip")).pages("", since=None))


def test_n_quads_become_postings_of_their_page(tmp_path: Path) -> None:
    quads = []
    for n in range(3):
        page = f"<https://forno{n}.example/job>"
        quads += [
            f"_:a{n} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://schema.org/JobPosting> {page} .",
            f'_:a{n} <http://schema.org/title> "Kiln operator {n}"@en {page} .',
            f'_:a{n} <http://schema.org/description> "{TEXT} \\u00e8 \\"here\\"" {page} .',
            f'_:a{n} <http://schema.org/datePosted> "2026-10-0{n + 1}" {page} .',
            f"_:a{n} <http://schema.org/hiringOrganization> _:b{n} {page} .",
            f'_:b{n} <http://schema.org/name> "Forno" {page} .',
            "this line is no quad",
        ]
    file = tmp_path / "jobs.nq.gz"
    file.write_bytes(gzip.compress("\n".join(quads).encode()))
    (page,) = source_of("webdatacommons", str(file)).pages("", since=None)
    assert [one.source_id for one in page.postings] == [f"https://forno{n}.example/job" for n in range(3)]
    assert page.postings[0].employer == "Forno"
    assert page.postings[0].description.endswith('è "here"')
    (again,) = source_of("webdatacommons", str(file)).pages(page.cursor, since=None)
    assert not again.postings


def test_a_drop_folder_takes_each_file_once_and_a_bad_one_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "职位名称,公司名称,工作地点,职位描述,发布日期\n窑炉操作工,新窑公司,重庆,负责窑炉设备日常运行与维护,2026-10-01\n"
    )
    (tmp_path / "b.csv").write_text("")
    (tmp_path / "c.csv").write_text("职位名称,公司名称\n模具工,新窑公司\n")
    (tmp_path / "new.csv").write_text("职位名称,公司名称\n还在写,新窑公司\n")
    for name in "abc":
        os.utime(tmp_path / f"{name}.csv", (NOW.timestamp() - 3_600,) * 2)
    os.utime(tmp_path / "new.csv", (NOW.timestamp() - 5,) * 2)
    options = {"folder": str(tmp_path), "layout": "51job"}
    pages = list(source_of("dropfolder", "export", options).pages("", since=None))
    found = [posting for page in pages for posting in page.postings]
    assert sorted(one.title for one in found) == ["模具工", "窑炉操作工"]
    assert {one.source for one in found} == {"dropfolder:export"}
    assert [one.reason for page in pages for one in page.rejected] == ["bad file"]
    assert not list(source_of("dropfolder", "export", options).pages(pages[-1].cursor, since=None))
    with pytest.raises(SettingError, match="layout is one of"):
        source_of("dropfolder", "export", {"folder": str(tmp_path), "layout": "other"})


def test_output_of_jobspy_is_read(tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text("id,site,job_url,title,company,location,date_posted,description\nx-1,board,https://x.example/1,Kiln operator,Forno,Modena,2026-10-01,Keeps the curve\n")  # fmt: skip
    os.utime(tmp_path / "jobs.csv", (NOW.timestamp() - 3_600,) * 2)
    pages = list(source_of("jobspy", "run", {"folder": str(tmp_path)}).pages("", since=None))
    assert ids(pages) == ["x-1"]


def test_json_ld_is_found_in_lists_and_graphs() -> None:
    one = {"@type": "JobPosting", "title": "Kiln operator"}
    for data in (
        one,
        [one],
        {"@graph": [{"@type": "WebSite"}, one]},
        {"@type": ["Thing", "JobPosting"], "title": "Kiln operator"},
    ):
        page = f'<script type="application/ld+json">{json.dumps(data)}</script>'.encode()
        assert [found["title"] for found in job_postings(page, "https://x.example")] == ["Kiln operator"]
    assert job_postings(b'<script type="application/ld+json">{broken</script>', "https://x.example") == []


def test_microdata_is_read_where_it_is_asked_for() -> None:
    page = b"""<html><body><div itemscope itemtype="https://schema.org/JobPosting"><h1 itemprop="title">Kiln operator</h1>
    <p itemprop="description">Keeps the temperature curve.</p></div></body></html>"""
    assert job_postings(page, "https://x.example") == []
    (found,) = job_postings(page, "https://x.example", microdata=True)
    assert found["title"] == "Kiln operator"
