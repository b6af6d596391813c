"""Collection measured: 200,000 postings from a local service, and a collection killed at random moments.

python -m benchmarks collect
python -m benchmarks.collecting serve NUMBER PORT-FILE     the service (used by the benchmark)
python -m benchmarks.collecting gather WORKSPACE PORT NUMBER    one collection (used by the benchmark)
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import http.server
import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from benchmarks.page import Bench, table

NUMBER = int(os.environ.get("BENCH_POSTINGS", "200000"))
SMALL = int(os.environ.get("BENCH_SMALL", "20000"))
STOPS = int(os.environ.get("BENCH_STOPS", "50"))
PER_PAGE = 500
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
ROOT = Path(__file__).resolve().parent.parent
_SYLLABLES = "ka le mi so tu ver nal pro den gri sto mal fe ro bin ta cor del".split()
_WORDS = [f"{a}{b}{c}" for a in _SYLLABLES for b in _SYLLABLES for c in _SYLLABLES[:10]]
_TITLES = "kiln operator,glaze chemist,mould maker,press technician,valve fitter,sensor engineer,battery tester,shift planner".split(
    ","
)


def measure(bench: Bench) -> str:
    """The section on collection."""
    seconds, peak, growth = speed(bench.out, NUMBER)
    same, stops = stopped(bench.out, SMALL, STOPS)
    return "\n\n".join([
        "## Collection",
        table(["", "measured", "bound"], [
            [f"postings a second, {NUMBER} from paged JSON into the corpus, vacancies joined", f"{NUMBER / seconds:.0f}", "2000"],
            ["highest memory, MB", f"{peak:.0f}", "500"],
            ["memory when half was read, MB", f"{peak - growth:.0f}", ""],
            [f"kill -9 at random moments of a collection of {SMALL}: the same corpus after resuming", f"{same} of {stops}", f"{stops}"],
        ]),
        "The service and the collector shared the machine's cores.",
    ])  # fmt: skip


def speed(folder: Path, number: int) -> tuple[float, float, float]:
    """Seconds of one collection, its highest memory, and how much it rose after the first half (MB)."""
    with service(folder, number) as port:
        started = time.monotonic()
        made = subprocess.run(
            _gather(folder / "speed", port, number), capture_output=True, text=True, check=True, env=_environment()
        )
        seconds = time.monotonic() - started
    found = json.loads(made.stdout.splitlines()[-1])
    return seconds, found["peak"], found["peak"] - found["half"]


def stopped(folder: Path, number: int, stops: int, seed: int = 5) -> tuple[int, int]:
    """How many of `stops` collections, each killed at a random moment and resumed, gave the undisturbed corpus."""
    rng = random.Random(seed)
    with service(folder, number) as port:
        started = time.monotonic()
        subprocess.run(_gather(folder / "whole", port, number), check=True, capture_output=True, env=_environment())
        whole = time.monotonic() - started
        expected = digest(folder / "whole")
        same = 0
        for trial in range(stops):
            workspace = folder / f"stop{trial}"
            process = subprocess.Popen(
                _gather(workspace, port, number),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
            time.sleep(rng.uniform(0.1, 1.0) * whole)
            process.send_signal(signal.SIGKILL)
            process.wait()
            subprocess.run(_gather(workspace, port, number), check=True, capture_output=True, env=_environment())
            same += digest(workspace) == expected
    return same, stops


def digest(workspace: Path) -> str:
    """A digest of all that a collection stores: postings, vacancies, what was seen."""
    from observatory.config import open_workspace
    from observatory.pipeline import corpus_of

    corpus = corpus_of(open_workspace(workspace))
    rows = [
        sorted(map(str, corpus.read(name).to_pylist()))
        for name in ("postings", "vacancies", "copies", "sightings", "rejected")
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


@contextlib.contextmanager
def service(folder: Path, number: int) -> Iterator[int]:
    """The local service, in a process of its own; gives its port."""
    file = folder / "port"
    file.unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.collecting", "serve", str(number), str(file)], cwd=ROOT, env=_environment()
    )
    try:
        for _ in range(600):
            if file.is_file() and file.read_text():
                break
            time.sleep(0.1)
        yield int(file.read_text())
    finally:
        process.terminate()
        process.wait()


def _gather(workspace: Path, port: int, number: int) -> list[str]:
    return [sys.executable, "-m", "benchmarks.collecting", "gather", str(workspace), str(port), str(number)]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}


def posting(number: int) -> dict[str, object]:
    """An invented posting; one in eight is posted again a month later with a few other words."""
    rng = random.Random(number - 1 if number % 8 == 7 else number)
    words = [" ".join(rng.choices(_WORDS, k=11)) + "." for _ in range(12)]
    if number % 8 == 7:
        words[3] = "A person who begins at once."
    day = dt.date(2026, 1, 1) + dt.timedelta(days=number % 240 + (30 if number % 8 == 7 else 0))
    return {
        "id": f"n{number}", "title": f"{rng.choice(_TITLES)} {rng.choice(_WORDS)}", "text": "<p>" + "</p><p>".join(words) + "</p>",
        "day": day.isoformat(), "employer": f"Works {(number - number % 8) % 9_973}", "place": rng.choice(["Modena", "Chongqing", "Leeds"]),
    }  # fmt: skip


def serve(number: int, file: Path) -> None:
    """Answers /jobs?at=N with one page, made when it is asked for."""

    class Answering(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            at = int(parse_qs(urlsplit(self.path).query).get("at", ["0"])[0])
            jobs = [posting(n) for n in range(at, min(at + PER_PAGE, number))]
            body = json.dumps({"jobs": jobs, "next": at + PER_PAGE if at + PER_PAGE < number else None}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the collector was killed
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    file.write_text(str(server.server_address[1]))
    server.serve_forever()


def gather(workspace: Path, port: int, number: int) -> None:
    """One collection into a workspace, made where there is none; prints its memory."""
    from observatory import pipeline
    from observatory.collect import Client
    from observatory.collect.source import PagedBoard, Part, Terms
    from observatory.config import init_workspace, open_workspace
    from observatory.records import RawPosting

    half = [0.0]

    class Local(PagedBoard):
        """The local service."""

        terms = Terms(licence="invented", attribution="invented", page="invented", open_data=True)

        def part(self, at: int | str, since: dt.datetime | None) -> Part:
            if int(at) >= number // 2 and not half[0]:
                half[0] = _memory()
            answer = self._client.json(f"http://127.0.0.1:{port}/jobs", params={"at": int(at)})
            return Part(next=answer["next"], postings=[
                RawPosting(source="local", source_id=one["id"], title=one["title"], description=one["text"], posted_at=one["day"],
                           employer=one["employer"], place=one["place"]) for one in answer["jobs"]
            ])  # fmt: skip

    ws = open_workspace(workspace) if (workspace / "observatory.toml").is_file() else init_workspace(workspace)
    with Client(rate=100_000.0, allow_hosts=frozenset({"127.0.0.1"})) as client:
        report = pipeline.collect(ws, [Local(client)], since=None, now=NOW)["local"]
    assert not report.failed, report.failed
    print(json.dumps({"peak": _memory(), "half": half[0], "added": report.added}))


def _memory() -> float:
    """The highest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        threading.current_thread().name = "service"
        serve(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        gather(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
