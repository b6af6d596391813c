"""A PostgreSQL server of one's own, for tests and benchmarks: started in a temporary folder, removed at the end."""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import random
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path


class Postgres:
    """A PostgreSQL server in a temporary folder; `address` is the setting `site.database` for it.

    It answers on a socket in its folder only, and also on `listen` where an address is given.
    """

    def __init__(self, name: str, *, listen: str = "") -> None:
        self.listen = listen
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb")) or [shutil.which("initdb") or ""]  # noqa: PTH207
        if not found[-1]:
            raise RuntimeError("no initdb; on Debian: apt-get install postgresql")
        self.bin = Path(found[-1]).parent
        self.folder = Path(tempfile.mkdtemp(prefix="obs-pg-"))
        self.data = self.folder / "data"
        # The server refuses to run as root: then it runs as the user the package made.
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        self._run("initdb", "-D", str(self.data), "-U", "observatory", "-A", "trust", "-E", "UTF8", "--no-sync")
        if listen:
            with (self.data / "pg_hba.conf").open("a") as file:
                file.write(f"host all all {listen}/24 trust\n")
        self.start()
        self._run("createdb", "-h", str(self.folder), "-U", "observatory", name)
        self.address = f"postgresql://observatory@/{name}?host={self.folder}"

    def start(self) -> None:
        options = f"-c listen_addresses='{self.listen}' -c unix_socket_directories={self.folder} -c fsync=off -c max_connections=80"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "immediate", "stop")

    def kill(self) -> None:
        """`kill -9` of the whole server, as when its machine dies."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_one(self, rng: random.Random) -> None:
        """`kill -9` of one process that serves a client; the server then ends them all and recovers by itself."""
        parent = self._parent()
        own = [pid for pid in self.processes() if pid != parent]
        if own:
            with contextlib.suppress(ProcessLookupError):
                os.kill(rng.choice(own), signal.SIGKILL)

    def processes(self) -> list[int]:
        """The processes of this server: those that work in its folder."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with contextlib.suppress(OSError):
                    if (entry / "cwd").resolve() == self.data:
                        found.append(int(entry.name))
        return sorted(found)

    def _parent(self) -> int:
        try:
            return int((self.data / "postmaster.pid").read_text("utf-8").split("\n", 1)[0])
        except (OSError, ValueError):
            return 0

    def remove(self) -> None:
        if self.processes():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *words: str) -> None:
        as_user = ["runuser", "-u", self.user, "--"] if os.geteuid() == 0 else []
        made = subprocess.run(
            [*as_user, str(self.bin / program), *words],
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL, stderr=subprocess.STDOUT,
            cwd="/", check=False,
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(f"{program} failed: {(made.stdout or b'').decode(errors='replace')[-800:]}")
