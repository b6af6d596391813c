"""The review site as a process of its own: `observatory serve` on a free loopback port, and scripts beside it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.page import ROOT

TOML = '[workspace]\nname = "Invented"\nformat_version = 1\n'


class Site:
    """A workspace with a site on it. `database` is the setting `site.database`; empty means SQLite."""

    def __init__(self, folder: Path, *, database: str = "", workers: int = 2, threads: int = 4) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        said = f'[site]\ndatabase = "{database}"\n' if database else ""
        (folder / "observatory.toml").write_text(TOML + said, "utf-8")
        self.workers, self.threads = workers, threads
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OBSERVATORY_", "DJANGO_"))}
        return {**kept, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))), "PYTHONUNBUFFERED": "1"}

    def command(self, *words: str) -> str:
        """Runs a command of the observatory on this workspace; its output."""
        said = [
            sys.executable,
            "-c",
            "from observatory.cli import main; main()",
            "--workspace",
            str(self.folder),
            *words,
        ]
        made = subprocess.run(said, env=self.environment, capture_output=True, text=True, check=False)
        if made.returncode:
            raise RuntimeError(f"observatory {' '.join(words)}: {made.stderr[-1500:]}")
        return made.stdout

    def script(self, verb: str, **values: Any) -> Any:
        """Runs a verb of `benchmarks.site_filling` on this workspace's database; what it answers."""
        environment = {
            **self.environment, "OBSERVATORY_WORKSPACE": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "observatory.web.settings",
        }  # fmt: skip
        made = subprocess.run(
            [sys.executable, "-m", "benchmarks.site_filling", verb, json.dumps(values)],
            env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(f"{verb}: {made.stderr[-1500:]}")
        return json.loads(made.stdout.splitlines()[-1])

    def start(self, *, seconds: float = 60) -> None:
        """Serves, and waits until the site answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        words = ["serve", "--port", str(self.port), "--workers", str(self.workers), "--threads", str(self.threads)]
        said = [
            sys.executable,
            "-c",
            "from observatory.cli import main; main()",
            "--workspace",
            str(self.folder),
            *words,
        ]
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(said, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                if self.get("/alive")[0] == 200:
                    return
            time.sleep(0.2)
        raise RuntimeError(f"the site did not start: {(self.folder / 'serve.log').read_text()[-1500:]}")

    def stop(self) -> None:
        """Ends the server and its workers."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def get(self, path: str, *, session: str = "") -> tuple[int, str]:
        """Status and body of one page."""
        one = Visitor(self.port, session=session)
        try:
            return one.get(path)[:2]
        finally:
            one.close()


class Visitor:
    """A browser that has signed in: keeps its connection, its session and the key of forms."""

    def __init__(self, port: int, *, session: str = "") -> None:
        self.port = port
        self.csrf = "a" * 32
        self.headers = {"Cookie": f"csrftoken={self.csrf}" + (f"; sessionid={session}" if session else "")}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)

    def get(self, path: str) -> tuple[int, str, tuple[float, float]]:
        """Status, body, and the milliseconds that the server says it took: by the clock, and of processor time."""
        return self._ask("GET", path, None, self.headers)

    def post(self, path: str, body: str) -> tuple[int, str, tuple[float, float]]:
        """Sends a form, its fields already encoded."""
        sent = {**self.headers, "X-CSRFToken": self.csrf, "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, body.encode(), sent)

    def close(self) -> None:
        self.connection.close()

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, str, tuple[float, float]]:
        for again in (False, True):
            try:
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                text = answer.read().decode("utf-8", "replace")
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.connection.close()  # the server closed a connection that had been idle
                if again or method == "POST":
                    raise
                continue
            took = re.findall(r"dur=([\d.]+)", answer.headers.get("Server-Timing", ""))
            clock, cpu = (float(one) for one in took) if len(took) == 2 else (0.0, 0.0)
            return answer.status, text, (clock, cpu)
        raise AssertionError
