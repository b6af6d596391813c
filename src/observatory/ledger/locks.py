"""Locks that die with their holder: one scheduler a workspace, one process a job.

A file lock is the kernel's: a killed process leaves none behind. With the ledger in PostgreSQL an
advisory lock is held as well, on a connection of its own, so that two machines exclude each other.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from observatory.errors import StorageError


class Lock:
    """A named lock of a workspace. Take it with `take`, give it back with `release`."""

    def __init__(self, folder: Path, name: str, engine: Engine) -> None:
        self.name = name
        self.engine = engine
        self._file = FileLock(folder / f"{name}.lock", is_singleton=False, thread_local=False)
        self._connection: Any = None

    def take(self) -> bool:
        """Takes the lock now or says that another holds it. Raises `StorageError` when it cannot tell."""
        if self._file.is_locked:
            return True
        try:
            Path(self._file.lock_file).parent.mkdir(parents=True, exist_ok=True)
            self._file.acquire(timeout=0)
        except Timeout:
            return False
        except OSError as error:
            raise StorageError(f"{self._file.lock_file}: no lock can be taken there ({error.strerror})") from error
        if self.engine.dialect.name != "postgresql":
            return True
        try:
            self._connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            taken = self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key()}).scalar()
        except DBAPIError as error:
            self.release()
            raise StorageError(f"the database does not answer, so the lock {self.name} cannot be taken: {error.orig}") from error  # fmt: skip
        if not taken:
            self.release()
        return bool(taken)

    def held(self) -> bool:
        """Whether the lock taken is still ours: a database that was restarted has forgotten it."""
        if not self._file.is_locked:
            return False
        if self._connection is None:
            return self.engine.dialect.name != "postgresql"
        try:
            mine = text(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted "
                "AND ((classid::bigint << 32) | objid::bigint) = :key"
            )
            return bool(self._connection.execute(mine, {"key": self._key()}).scalar())
        except DBAPIError:
            return False

    def free(self) -> bool:
        """Whether nobody holds the lock at this moment."""
        if not self.take():
            return False
        self.release()
        return True

    def release(self) -> None:
        """Gives the lock back."""
        if self._connection is not None:
            # Closing the session gives the advisory lock back even when the database does not answer.
            with contextlib.suppress(DBAPIError):
                self._connection.invalidate()
            with contextlib.suppress(DBAPIError):
                self._connection.close()
            self._connection = None
        self._file.release(force=True)

    def _key(self) -> int:
        """The lock's number in the database: 63 bits of the name's hash, the same on every machine."""
        return int.from_bytes(hashlib.sha256(f"observatory {self.name}".encode()).digest()[:8], "big") >> 1
