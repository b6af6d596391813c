"""Backup and restore: corpus, databases and settings in one checksummed file, made while everything runs.

A backup is a tar file whose last member is its manifest: name, size and SHA-256 of every other one.
Databases are copied first and the corpus after them: what the ledger calls done is then in the
corpus, and what is only in the corpus is done again without harm.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from observatory import __version__
from observatory.config import FILE, FORMAT_VERSION, Workspace, open_workspace
from observatory.corpus.snapshot import files_of, versions_now
from observatory.errors import BadFile, BadInput, MissingPart, StorageError
from observatory.ledger import open_ledger

FORMAT = 1
SUFFIX = ".observatory-backup"
MANIFEST = "manifest.json"
INSIDE = "workspace/"
BLOCK = 2**20
FORGOTTEN = "var/forgotten.jsonl"  # requests to remove texts, without words
# Folders and files of a workspace that are copied as they are, beside corpus and databases.
SETTINGS = (FILE, "sources.toml", "jobs", "sectors", "models", "corpora/taxonomies", "corpora/employment")
STATE = (
    "var/cursors.json",
    "var/secret_key",
    "var/ranking.json",
    "var/backtest",
    "var/review",
    "var/reports",
    FORGOTTEN,
)
DATABASES = {"site": "var/site.sqlite3", "ledger": "var/ledger.sqlite3"}

Progress = Callable[[str, int, int], None]


class FileEntry(BaseModel):
    """A member of a backup."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    size: int
    sha256: str


class Manifest(BaseModel):
    """What a backup holds and what it was made from."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: int
    observatory: str
    workspace_format: int
    workspace: str
    made_at: dt.datetime
    corpus_versions: dict[str, int]
    databases: dict[str, Literal["sqlite", "postgresql"]]
    files: tuple[FileEntry, ...]

    @property
    def bytes(self) -> int:
        """Size of all members together."""
        return sum(file.size for file in self.files)


def backup_folder(ws: Workspace) -> Path:
    """Where backups of a workspace go."""
    return Path(ws.settings.backup.folder) if ws.settings.backup.folder else ws.root / "backups"


def make_backup(
    ws: Workspace, out: Path, *, now: dt.datetime, progress: Progress | None = None
) -> tuple[Path, Manifest]:
    """Makes a backup in the folder `out`; other jobs may run. The file appears whole or not at all.

    Raises `StorageError` when the disk refuses, `MissingPart` when pg_dump is needed and not there.
    """
    path = out / f"{ws.root.name}-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"
    if path.exists():
        raise StorageError(f"{path} exists already; wait a second, then try again")
    part = path.with_name(path.name + ".part")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".backup-") as scratch:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it holds the key of the site
            with os.fdopen(handle, "wb") as file:
                manifest = _write(ws, file, Path(scratch), now, progress or (lambda stage, done, of: None))
                file.flush()
                os.fsync(file.fileno())
        os.replace(part, path)
        if (listed := ws.root / FORGOTTEN).is_file():  # beside the backups, so that an older one is restored with it
            shutil.copyfile(listed, out / listed.name)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(
            f"{path}: the backup was not made ({error}); older backups are untouched. Make room, then try again"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return path, manifest


def _write(ws: Workspace, file: IO[bytes], scratch: Path, now: dt.datetime, progress: Progress) -> Manifest:
    entries: list[FileEntry] = []
    databases: dict[str, Literal["sqlite", "postgresql"]] = {}
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, address in _databases(ws).items():
            copy = scratch / name
            if address.startswith("postgres"):
                _dump(address, copy)
                databases[name] = "postgresql"
                entries.append(_add(tar, copy, f"{name}.dump"))
            elif (ws.root / DATABASES[name]).is_file():
                _copy_sqlite(ws.root / DATABASES[name], copy)
                databases[name] = "sqlite"
                entries.append(_add(tar, copy, INSIDE + DATABASES[name]))
            progress("database", len(databases), 0)
        small = [path for part in (*SETTINGS, *STATE) for path in _below(ws.root / part)]
        for path in small:
            entries.append(_add(tar, path, INSIDE + path.relative_to(ws.root).as_posix()))
        versions = versions_now(ws.corpus_dir)
        files = files_of(ws.corpus_dir, versions)
        for done, path in enumerate(files, 1):
            entries.append(_add(tar, path, INSIDE + path.relative_to(ws.root).as_posix()))
            progress("corpus", done, len(files))
        manifest = Manifest(
            format=FORMAT, observatory=__version__, workspace_format=FORMAT_VERSION,
            workspace=ws.settings.workspace.name, made_at=now, corpus_versions=versions, databases=databases,
            files=tuple(entries),
        )  # fmt: skip
        body = manifest.model_dump_json(indent=1).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(body)
        tar.addfile(info, io.BytesIO(body))
    return manifest


def _databases(ws: Workspace) -> dict[str, str]:
    """Address of each database; the ledger is left out where it lies in the site's."""
    site, ledger = ws.settings.site.database, ws.settings.schedule.database
    found = {"site": site}
    if ledger and ledger != site:
        found["ledger"] = ledger
    elif not site:
        found["ledger"] = ""
    return found


def _below(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from sorted(one for one in path.rglob("*") if one.is_file() and not one.is_symlink())


def _add(tar: tarfile.TarFile, path: Path, name: str) -> FileEntry:
    """Puts a file into the tar, hashing the very bytes that go in."""
    with path.open("rb") as file:
        info = tarfile.TarInfo(name)
        info.size = os.fstat(file.fileno()).st_size
        info.mode = 0o600
        reading = _Hashing(file, info.size)
        tar.addfile(info, reading)
    return FileEntry(name=name, size=info.size, sha256=reading.digest.hexdigest())


class _Hashing:
    """A file that is hashed while it is read, up to the size it had when it was opened."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.file, self.left, self.digest = file, size, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        block = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(block)
        self.digest.update(block)
        return block


def _copy_sqlite(path: Path, copy: Path) -> None:
    """A consistent copy of a SQLite database while others write to it."""
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target, pages=2_000, sleep=0.05)
        found = target.execute("PRAGMA integrity_check").fetchone()[0]
        target.execute("PRAGMA journal_mode=DELETE")  # one file, no log beside it
    if found != "ok":
        raise StorageError(f"{path}: SQLite finds it damaged ({found}); restore it from an older backup")


# --- reading ---------------------------------------------------------------------------------


def verify_backup(path: Path, *, progress: Progress | None = None) -> Manifest:
    """Reads a whole backup and checks every member. Raises `BadFile` when it is damaged, `BadInput` when it is newer."""
    seen: dict[str, tuple[int, str]] = {}
    manifest = None
    with _opened(path) as tar:
        for info in tar:
            file = tar.extractfile(info) if info.isreg() else None
            if file is None or not _plain(info.name):
                raise BadFile(f"{path}: member {info.name!r} is no plain file of a backup; do not use this file")
            if info.name == MANIFEST:
                manifest = _manifest(path, file.read())
                continue
            digest = hashlib.sha256()
            while block := file.read(BLOCK):
                digest.update(block)
            seen[info.name] = (info.size, digest.hexdigest())
            if progress is not None:
                progress("verify", len(seen), 0)
    if manifest is None:
        raise BadFile(f"{path}: the backup breaks off before its end; use another one")
    told = {file.name: (file.size, file.sha256) for file in manifest.files}
    for name in sorted({*told, *seen}):
        if told.get(name) != seen.get(name):
            what = "is missing" if name not in seen else "is not in the manifest" if name not in told else "was altered"
            raise BadFile(f"{path}: damaged: {name} {what}; use another backup")
    return manifest


def restore_backup(
    path: Path, target: Path, *, now: dt.datetime, database: str = "", progress: Progress | None = None
) -> Manifest:
    """Makes the workspace of a backup again in `target`, which must not exist or be empty.

    Nothing is written before the backup was verified. `database` is the empty PostgreSQL database to
    fill, where the backup holds one. Letters that still waited are kept as unsure: they may have gone out
    since. Raises as `verify_backup`, and `StorageError`.
    """
    manifest = verify_backup(path, progress=progress)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput(f"{target} is not empty; name a new folder, so that nothing is overwritten")
    dumps = [name for name, kind in manifest.databases.items() if kind == "postgresql"]
    if dumps and not database:
        raise BadInput(
            "this backup holds a PostgreSQL database; name an empty one to fill: --database postgresql://user@host/name"
        )
    part = target.with_name(f".{target.name}.restoring")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        with _opened(path) as tar:
            for info in tar:
                file = tar.extractfile(info)
                if info.name == MANIFEST or file is None:
                    continue
                out = part / info.name
                out.parent.mkdir(parents=True, exist_ok=True)
                private = info.name.endswith(("secret_key", ".sqlite3", ".dump"))
                with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT, 0o600 if private else 0o644), "wb") as copy:
                    shutil.copyfileobj(file, copy, BLOCK)
                    copy.flush()
                    os.fsync(copy.fileno())
        for name in dumps:
            _load(database, part / f"{name}.dump")
        made = part / INSIDE.rstrip("/")
        for folder in ("corpora", "models", "jobs", "sectors", "var"):
            (made / folder).mkdir(exist_ok=True)
        if target.exists():
            target.rmdir()
        os.replace(made, target)
    except OSError as error:
        raise StorageError(f"{target}: the backup could not be restored ({error}); {path} is untouched") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    overrides = {"site.database": database} if dumps and "site" in dumps else {}
    ledger = open_ledger(open_workspace(target, overrides))
    ledger.hold_mails(now=now)
    ledger.close()
    return manifest


def prune_backups(folder: Path, *, keep: int) -> list[Path]:
    """Removes all but the newest `keep` backups of a folder; returns those removed."""
    old = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.name.rsplit("-", 2)[-2:], reverse=True)[keep:]
    for path in old:
        path.unlink()
    return old


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    if not path.is_file():
        raise BadFile(f"{path}: there is no such file; expected a file *{SUFFIX}")
    try:
        with tarfile.open(path, mode="r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError) as error:
        raise BadFile(f"{path}: damaged, or no backup ({error}); use another one") from error


def _plain(name: str) -> bool:
    parts = PurePosixPath(name).parts
    inside = name in (MANIFEST, "site.dump", "ledger.dump") or name.startswith(INSIDE)
    return inside and ".." not in parts and not name.startswith("/") and "\0" not in name


def _manifest(path: Path, body: bytes) -> Manifest:
    try:
        raw = json.loads(body)
        made_by = (raw.get("format"), raw.get("workspace_format"), _number(str(raw.get("observatory", "0"))))
        newer = made_by[0] > FORMAT or made_by[1] > FORMAT_VERSION or made_by[2] > _number(__version__)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadFile(f"{path}: damaged: its manifest cannot be read ({error}); use another backup") from error
    if newer:
        raise BadInput(
            f"{path} was made by a newer version of the observatory ({raw.get('observatory')}; this is {__version__}). "
            f"Upgrade the observatory, then restore; nothing was changed"
        )
    try:
        return Manifest.model_validate(raw)
    except ValidationError as error:
        raise BadFile(
            f"{path}: damaged: its manifest lacks something ({error.errors()[0]['loc']}); use another backup"
        ) from error


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("+")[0].split(".")[:3] if part.isdecimal())


# --- PostgreSQL ------------------------------------------------------------------------------


def _dump(address: str, out: Path) -> None:
    _run("pg_dump", address, ["--format=custom", "--no-owner", "--no-privileges", f"--file={out}"])


def _load(address: str, dump: Path) -> None:
    _run("pg_restore", address, ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(dump)])


def _run(program: str, address: str, arguments: list[str]) -> None:
    """pg_dump or pg_restore, the password in its environment and never on its command line."""
    found = shutil.which(program) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)), ""
    )
    if not found:
        raise MissingPart(f"{program} is not installed; on Debian: apt-get install postgresql-client")
    from psycopg.conninfo import conninfo_to_dict

    known = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
        "sslmode": "PGSSLMODE",
    }
    connection = {
        known[name]: str(value) for name, value in conninfo_to_dict(address).items() if name in known and value
    }
    environment: Mapping[str, str] = {**os.environ, **connection}
    named = [f"--dbname={connection.get('PGDATABASE', '')}"] if program == "pg_restore" else []
    made = subprocess.run([found, *named, *arguments], env=environment, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise StorageError(
            f"{program} failed: {made.stderr.strip().splitlines()[0] if made.stderr.strip() else made.returncode}"
        )
