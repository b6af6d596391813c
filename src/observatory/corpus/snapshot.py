"""Which files make up the corpus at one moment, so that a backup can copy them while jobs go on writing.

Delta's files are written once and never changed; a version is a list of them. The versions of all
tables are noted while no writer is inside a commit; the files are then read at leisure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from filelock import FileLock, Timeout

from observatory.errors import StorageError
from observatory.records import TABLES

LOG = "_delta_log"


def versions_now(folder: Path, *, wait_seconds: float = 600) -> dict[str, int]:
    """The newest version of each table that exists, all noted at the same moment.

    Raises `StorageError` when a writer holds the corpus longer than `wait_seconds`.
    """
    if not folder.is_dir():
        return {}
    try:
        with FileLock(folder / ".lock", timeout=wait_seconds):
            found = {name: _newest(folder / name) for name in sorted(TABLES)}
    except Timeout as error:
        raise StorageError(
            f"{folder}: another process has been writing for {wait_seconds:g} seconds; try again later"
        ) from error
    return {name: version for name, version in found.items() if version >= 0}


def files_of(folder: Path, versions: Mapping[str, int]) -> list[Path]:
    """Every file that the tables need at these versions and at all older ones, in a fixed order.

    Older versions are part of it: a dossier names the version that it was made from. Raises
    `StorageError` when a file that the newest version needs is not there.
    """
    found: list[Path] = []
    for name, version in sorted(versions.items()):
        found += _files_of_table(folder / name, version)
    return found


def _newest(table: Path) -> int:
    return max((int(file.stem) for file in (table / LOG).glob("*.json") if file.stem.isdecimal()), default=-1)


def _files_of_table(table: Path, version: int) -> list[Path]:
    commits = sorted(
        file for file in (table / LOG).glob("*.json") if file.stem.isdecimal() and int(file.stem) <= version
    )
    if not commits or int(commits[-1].stem) != version:
        raise StorageError(f"{table}: version {version} has no commit in {LOG}; the table is damaged")
    needed: dict[str, bool] = {}  # path: whether the newest version needs it
    for commit in commits:
        for line in commit.read_text("utf-8").splitlines():
            action = json.loads(line)
            if "add" in action:
                needed[unquote(action["add"]["path"])] = True
            elif "remove" in action:
                needed[unquote(action["remove"]["path"])] = False
    data = []
    for path, now in sorted(needed.items()):
        if (table / path).is_file():
            data.append(table / path)
        elif now:
            raise StorageError(
                f"{table / path}: version {version} needs this file and it is gone; the table is damaged"
            )
    checkpoints = [
        file for file in sorted((table / LOG).glob("*.checkpoint*.parquet"))
        if file.name.split(".")[0].isdecimal() and int(file.name.split(".")[0]) <= version
    ]  # fmt: skip
    pointer = table / LOG / "_last_checkpoint"
    if pointer.is_file() and int(json.loads(pointer.read_text("utf-8"))["version"]) <= version:
        checkpoints.append(pointer)
    return [*commits, *checkpoints, *data]
