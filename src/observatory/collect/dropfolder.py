"""Files that people put into a folder: exports of boards that have no interface, the road for China.

BOARD is a name under [sources.dropfolder.NAME] with `folder`, and `layout` (a row of LAYOUTS) or
`columns` for the names of columns. A file is taken when it is not being written any more: its size
and time are those of the look before. What is read stays where it is; the cursor says which files
are done and how far the one in work is.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from observatory.collect.files import READERS, guess_columns, header, read_file
from observatory.collect.http import Client
from observatory.collect.source import NO_OPTIONS, Options, Page, Terms, board_name, required
from observatory.errors import BadFile, SettingError
from observatory.records import Rejected

SETTLED = dt.timedelta(seconds=30)  # a file written to within this time is left for the next look

# Columns of the exports of large boards, as people make them with the boards' own back offices and with
# common collecting programs: field -> the names tried in this order.
LAYOUTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "51job": {
        "id": ("职位编号", "jobid", "job_id"), "title": ("职位名称", "职位名", "职位", "jobname"),
        "description": ("职位信息", "职位描述", "岗位职责", "jobdescribe"), "posted_at": ("发布日期", "发布时间", "更新时间", "issuedate"),
        "employer": ("公司名称", "公司名", "公司", "company_name"), "place": ("工作地点", "地点", "工作地区", "workarea"),
    },
    "zhaopin": {
        "id": ("职位编号", "number", "positionid"), "title": ("职位名称", "岗位名称", "职位", "jobname"),
        "description": ("职位描述", "岗位描述", "任职要求", "jobsummary"), "posted_at": ("发布时间", "更新时间", "发布日期", "publishtime"),
        "employer": ("公司名称", "企业名称", "公司", "companyname"), "place": ("工作城市", "工作地点", "城市", "workcity"),
    },
    "boss": {
        "id": ("职位id", "encryptjobid", "jobid"), "title": ("岗位名称", "职位名称", "岗位", "职位", "jobname"),
        "description": ("岗位描述", "职位描述", "岗位职责", "postdescription"), "posted_at": ("发布时间", "发布日期", "采集时间"),
        "employer": ("公司名称", "公司", "brandname"), "place": ("工作地点", "城市", "所在城市", "cityname"),
    },
    "liepin": {
        "id": ("职位编号", "job_id", "jobid"), "title": ("职位名称", "职位", "title"),
        "description": ("职位介绍", "职位描述", "岗位职责"), "posted_at": ("更新时间", "发布时间", "更新日期"),
        "employer": ("公司名称", "企业名称", "公司"), "place": ("工作地点", "地区", "城市"),
    },
    "jobspy": {
        "id": ("id",), "title": ("title",), "description": ("description",), "posted_at": ("date_posted",),
        "employer": ("company",), "place": ("location",), "url": ("job_url",),
    },
}  # fmt: skip


class DropFolder:
    """The files of one folder."""

    terms: ClassVar[Terms] = Terms(
        licence="files of the operator, under whatever terms they were made",
        attribution="as named by the operator",
        page="docs/sources/dropfolder.md",
    )
    layout = ""

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        kind = type(self).__name__.lower()
        self._folder = Path(required(kind, options, "folder", f"the folder of {board}"))
        self.name = f"{kind}:{board_name(kind, board)}"
        self._client = client
        self._layout = str(options.get("layout", self.layout))
        self._columns = {str(field): str(column) for field, column in dict(options.get("columns", {})).items()}
        if self._layout and self._layout not in LAYOUTS:
            raise SettingError(f"{self.name}: layout is one of {', '.join(LAYOUTS)}, not {self._layout!r}")

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        if not self._folder.is_dir():
            raise BadFile(f"{self.name}: {self._folder} is no folder; make it, or name another in sources.toml")
        state = json.loads(cursor) if cursor.startswith("{") else {}
        done: dict[str, list[float]] = state.get("done", {})
        now = self._client.now()
        for path in sorted(self._folder.iterdir(), key=lambda one: (one.stat().st_mtime, one.name)):
            about = path.stat()
            mark = [about.st_size, about.st_mtime]
            if not path.is_file() or not _readable(path) or done.get(path.name) == mark:
                continue
            if now - dt.datetime.fromtimestamp(about.st_mtime, dt.UTC) < SETTLED:
                continue
            rows = int(state.get("row", 0)) if state.get("file") == [path.name, *mark] else 0
            try:
                for page in read_file(path, source=self.name, columns=self._mapping(path), now=now):
                    number = int(page.cursor)
                    if number <= rows:
                        continue
                    inside = {"done": done, "file": [path.name, *mark], "row": number}
                    yield Page(postings=page.postings, rejected=page.rejected, cursor=json.dumps(inside))
                problem: tuple[Rejected, ...] = ()
            except BadFile as error:  # one bad file does not stop the others
                problem = (Rejected(
                    source=self.name, source_id=path.name, reason="bad file", detail=str(error), origin=path.name, raw="",
                    collected_at=now,
                ),)  # fmt: skip
            done = {**done, path.name: mark}
            yield Page(postings=(), rejected=problem, cursor=json.dumps({"done": done}))

    def _mapping(self, path: Path) -> dict[str, str]:
        """Fields to the columns of this file: given, else those of the layout that it has."""
        if not self._layout:
            return self._columns
        names = header(path)
        plain = {name.strip().lower(): name for name in reversed(names)}
        found = {
            field: next(plain[name] for name in tried if name in plain)
            for field, tried in LAYOUTS[self._layout].items() if any(name in plain for name in tried)
        }  # fmt: skip
        if "title" not in found and "title" not in guess_columns(names):
            raise BadFile(
                f"{path}: none of the columns {', '.join(names)[:300]} is a title of the layout {self._layout}"
            )
        return {**found, **self._columns}


class JobSpy(DropFolder):
    """Output of python-jobspy (CSV), which an operator has run under the terms of each site it reads."""

    terms: ClassVar[Terms] = Terms(
        licence="depends on each site that was read: the operator answers for it",
        attribution="the site named in each row",
        page="docs/sources/jobspy.md",
    )
    layout = "jobspy"


def _readable(path: Path) -> bool:
    suffixes = [suffix.lower().lstrip(".") for suffix in path.suffixes if suffix.lower() not in (".gz", ".zst")]
    return bool(suffixes) and suffixes[-1] in READERS and not path.name.startswith(".")
