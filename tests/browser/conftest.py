"""A real browser on a real server: the site with its demo story, served by gunicorn on a free loopback port.

The server is a process of its own on SQLite, or on PostgreSQL with OBSERVATORY_TEST_DATABASE=postgresql.
The server lives as long as the tests; the browser ends with each file of tests: while it lives, its event loop
would keep Django's tests, which another worker's turn may put next, from the database.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from visitors import COMMAND, PASSWORD, Site, Visitor

from site_world import Postgres, make_workspace, on_postgres

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder need Chromium."""
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site, filled with invented candidates and the story of the demo."""
    workspace = make_workspace(tmp_path_factory.mktemp("site"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OBSERVATORY_")}
    environment |= {
        "OBSERVATORY_DEMO_PASSWORD": PASSWORD,
        "OBSERVATORY_STANDARDS__CONSULTATION_DAYS": "0",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"),
        "DJANGO_SETTINGS_MODULE": "observatory.web.settings",
    }
    server = Postgres("browser") if on_postgres() else None
    if server:
        environment["OBSERVATORY_SITE__DATABASE"] = server.address
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (workspace / "serve.log").open("wb")
    process = subprocess.Popen(
        [*COMMAND, "--workspace", str(workspace), "serve", "--port", str(port), "--workers", "1", "--demo"],
        env=environment, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    made = Site(address=f"http://127.0.0.1:{port}", workspace=workspace, environment=environment)
    try:
        _wait(made, process, workspace / "serve.log")
        yield made
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()
        if server:
            server.remove()


def _wait(site: Site, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(480):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(site.address + "/alive", timeout=2):
                return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"the site did not start: {log.read_text('utf-8', errors='replace')[-2000:]}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        what = "missing here: Chromium; on Debian: apt-get install chromium"
        if os.environ.get("OBSERVATORY_REQUIRE_ALL") == "1":
            pytest.fail(what, pytrace=False)
        pytest.skip(what)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors: visit("ada", language="it", width=390, dark=True); none of them may have met anything wrong."""
    made: list[Visitor] = []

    def make(
        name: str = "ada", *, language: str = "en", width: int = 1280, height: int = 900, dark: bool = False,
        signed_in: bool = True,
    ) -> Visitor:  # fmt: skip
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light",
            reduced_motion="reduce", locale="en-GB",
        )  # fmt: skip
        context.set_default_timeout(20_000)
        context.add_cookies([{"name": "django_language", "value": language, "url": site.address}])
        visitor = Visitor(context, site, name)
        made.append(visitor)
        if signed_in:
            visitor.sign_in()
        return visitor

    yield make
    wrong = [line for visitor in made for line in visitor.wrong]
    for visitor in made:
        visitor.context.close()
    assert not wrong
