"""Whole runs of `observatory collect` against a hostile server: each answer is bounded and counted, nothing else suffers."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import zstandard
from benchmarks.page import ROOT

from site_world import make_workspace

TEXT = "We fire porcelain in a roller kiln and look for a person who keeps the temperature curve and notes each batch. "
LOGIN = '<form>Please sign in <input name="u"><input type="password" name="p"></form>'
BILLION = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><workzag-jobs><position><id>1</id><name>&b;</name></position></workzag-jobs>'
SIZE = 2 * 2**30
# The real command, every host answered by the server of this test, without waiting between requests.
COMMAND = """
import httpx, sys
from observatory.collect import source
from observatory.collect.http import Client
send = httpx.HTTPTransport.handle_request
def here(self, request):
    request.headers["X-Host"] = request.url.host
    request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=%d)
    return send(self, request)
httpx.HTTPTransport.handle_request, Client._pace, source.PagedBoard.most_pages = here, lambda *_: None, 5
from observatory.cli import main
try:
    main()
finally:
    # of this program alone: ru_maxrss also counts what its parent held when it was started
    peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print("peak", int(peak) // 1024, file=sys.stderr)
"""


def job(number: int, title: str = "", content: str = "") -> dict[str, Any]:
    return {"id": number, "title": title or f"Kiln operator {number}", "updated_at": "2026-10-02T10:00:00Z",
            "content": content or f"<p>{TEXT} Number {number}.</p>"}  # fmt: skip


def packed(kind: str) -> bytes:
    """2 GB of zeros, compressed."""
    into = zlib.compressobj(1, zlib.DEFLATED, 31) if kind == "gzip" else zstandard.ZstdCompressor().compressobj()
    block = bytes(2**24)
    return b"".join([into.compress(block) for _ in range(SIZE // len(block))] + [into.flush()])


DEEP = json.loads("[" * 100 + "]" * 100)
BOARDS: dict[str, Any] = {
    "good": [job(i) for i in range(5)], "nul": [job(1, "Kiln\0 operator"), job(2)],
    "signs": [job(1, "\u202eKiln operator\u202c"), job(2, "Кiln оperator"), job(3, "\ud800 half")],
    "scripts": [job(1, "<script>alert(1)</script>Kiln operator", f"<script>steal()</script><img src=x onerror=alert(1)><p>{TEXT}</p>")],
    "login": [job(i, content=LOGIN) for i in range(3)], "deep": DEEP, "changed": [{"ident": 1}, {"ident": 2}], "one": [job(1), job(2), {"ident": 3}],
}  # fmt: skip


class Hostile(BaseHTTPRequestHandler):
    """Answers by the host and the board asked for."""

    protocol_version = "HTTP/1.1"
    bombs: ClassVar[dict[str, bytes]] = {}

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        host, path = self.headers["X-Host"], self.path.partition("?")[0]
        board = path.split("/")[3] if path.count("/") > 3 else host.partition(".")[0]
        if host == "boards-api.greenhouse.io":
            self.greenhouse(board)
        elif host == "api.lever.co":
            skip = int(self.path.partition("skip=")[2].partition("&")[0])
            self.send(
                [{"id": f"{skip + i}", "text": f"Kiln operator {skip + i}", "description": TEXT} for i in range(100)]
            )
        elif host == "www.arbeitnow.com":
            self.send(
                {"data": [{"slug": "a", "title": "Kiln operator"}], "links": {"next": "http://169.254.169.254/latest"}}
            )
        elif host == "data.usajobs.gov":
            self.send({"error": "expired"}, status=401)
        elif host == "api.smartrecruiters.com":
            self.send({"totalFound": 0, "content": []})
        elif board == "entities":
            self.send(BILLION.encode(), kind="text/xml")
        else:
            self.send(b"<workzag-jobs><job><id>1</id></job></workzag-jobs>", kind="text/xml")

    def greenhouse(self, board: str) -> None:
        if board in BOARDS:
            self.send({"jobs": BOARDS[board]})
        elif board in self.bombs:
            self.send(self.bombs[board], Content_Encoding=board)
        elif board == "twice":
            self.send(gzip.compress(gzip.compress(b"{}")), Content_Encoding="gzip, gzip")
        elif board == "loop":
            self.send(b"", status=302, Location=self.path)
        elif board == "elsewhere":
            self.send(b"", status=302, Location="http://127.0.0.1/")
        elif board == "page":
            self.send(b"<html>About us</html>", kind="text/html")
        elif board == "huge":
            self.send_response(200)
            self.send_header("Content-Length", str(SIZE))
            self.end_headers()
            try:
                for _ in range(SIZE // 2**20):
                    self.wfile.write(b'{"a": 1},' + b" " * (2**20 - 9))
            except OSError:
                self.close_connection = True
        else:
            self.send({}, status=404)

    def send(self, body: Any, *, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(raw)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        try:
            self.wfile.write(raw)
        except OSError:
            self.close_connection = True


# Source: outcome in `observatory sources`, postings stored, what was set aside and why.
EXPECTED: dict[str, tuple[str, int, dict[str, int]]] = {
    "greenhouse:huge": ("could not tell: refused", 0, {}), "greenhouse:gzip": ("could not tell: refused", 0, {}),
    "greenhouse:zstd": ("could not tell: refused", 0, {}), "greenhouse:twice": ("could not tell: refused", 0, {}),
    "greenhouse:loop": ("could not tell: refused", 0, {}), "greenhouse:elsewhere": ("could not tell: refused", 0, {}),
    "greenhouse:page": ("could not tell: changed shape", 0, {}), "greenhouse:deep": ("could not tell: changed shape", 0, {}),
    "greenhouse:changed": ("could not tell: changed shape", 0, {}), "greenhouse:one": ("postings", 2, {"another shape": 1}),
    "greenhouse:nul": ("postings", 2, {}), "greenhouse:signs": ("postings", 2, {"direction overridden": 1}),
    "greenhouse:scripts": ("postings", 1, {}), "greenhouse:login": ("could not tell: bot wall or login page", 0, {"wall in place of text": 3}),
    "greenhouse:nobody": ("could not tell: no such board", 0, {}), "lever:endless": ("could not tell: changed shape", 500, {}),
    "arbeitnow": ("could not tell: changed shape", 0, {}), "personio:entities": ("could not tell: changed shape", 0, {}),
    "personio:renamed": ("could not tell: changed shape", 0, {}), "usajobs": ("could not tell: key refused", 0, {}),
    "smartrecruiters:nobody": ("could not tell: empty, as an unknown board answers", 0, {}), "greenhouse:good": ("postings", 5, {}),
}  # fmt: skip
HOSTS = ("boards-api.greenhouse.io", "api.lever.co", "www.arbeitnow.com", "entities.jobs.personio.de", "renamed.jobs.personio.de",
         "data.usajobs.gov", "api.smartrecruiters.com")  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    Hostile.bombs = {"gzip": packed("gzip"), "zstd": packed("zstd")}
    found = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    found.daemon_threads = True
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found.server_port
    found.shutdown()
    found.server_close()


def observatory(workspace: Path, port: int, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OBSERVATORY_", "DJANGO_"))}
    secret = {"OBSERVATORY_SOURCE_USAJOBS_KEY": "most-secret", "OBSERVATORY_SOURCE_USAJOBS_EMAIL": "a@b.example"}
    return subprocess.run(
        [sys.executable, "-c", COMMAND % port, "-w", str(workspace), *words], env={**kept, **secret, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_every_bad_answer_is_bounded_counted_and_harms_no_other_source(tmp_path: Path, server: int) -> None:
    workspace = make_workspace(tmp_path / "ws")
    boards: dict[str, list[str]] = {}
    for name in EXPECTED:
        boards.setdefault(name.partition(":")[0], []).append(name.partition(":")[2])
    lines = ["[accepted]", *(f"{kind} = 2026-01-01" for kind in boards)]
    for kind, names in boards.items():
        lines += [
            f"[sources.{kind}]",
            f"allow_hosts = {json.dumps(HOSTS)}",
            *([f"boards = {json.dumps(names)}"] if names[0] else []),
        ]
    (workspace / "sources.toml").write_text("\n".join(lines), "utf-8")
    told = observatory(workspace, server, "collect")
    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    failed = [name for name, row in EXPECTED.items() if row[0].startswith("could not tell: ") and "empty" not in row[0]]
    last = next(line for line in told.stderr.splitlines() if " sources failed: " in line)
    assert last.startswith(f"{len(failed)} of {len(EXPECTED)} sources failed: ")
    assert all(name in last for name in failed)
    assert int(told.stderr.rpartition("peak ")[2]) < 500
    shown = observatory(workspace, server, "sources", "--json")
    held = {row["source"]: row for row in json.loads(shown.stdout)["held"]}
    assert {
        name: (row["outcome"] + (f": {row['cause']}" if row["cause"] else ""), row["postings"], row["set_aside"])
        for name, row in held.items()
    } == EXPECTED  # fmt: skip
    assert all(held[name]["why"] for name in failed)
    assert "most-secret" not in told.stdout + told.stderr + shown.stdout
    text = observatory(workspace, server, "sources").stdout
    assert "why: https://data.usajobs.gov/api/Search: answered 401" in text
    from observatory.corpus import Corpus

    rows = Corpus(workspace / "corpora" / "store").query("SELECT source, title, description FROM postings").to_pylist()
    assert {row["title"] for row in rows if row["source"] == "greenhouse:nul"} == {"Kiln operator", "Kiln operator 2"}
    assert {row["title"] for row in rows if row["source"] == "greenhouse:signs"} == {"Kiln operator", "\ufffd half"}
    (page,) = [row for row in rows if row["source"] == "greenhouse:scripts"]
    assert page["title"] == "Kiln operator"
    assert not any(word in page["description"] for word in ("steal", "alert", "onerror", "<"))
