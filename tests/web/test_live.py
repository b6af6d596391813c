"""The site as it runs: `observatory serve` with gunicorn's workers, on a database of its own."""

from __future__ import annotations

import pytest
from benchmarks.postgres import Postgres
from benchmarks.site_server import Site
from benchmarks.site_storm import storm

from site_world import on_postgres

pytestmark = pytest.mark.slow


@pytest.fixture
def live(tmp_path):
    """A site that has just been started on an empty database."""
    server = Postgres("live") if on_postgres() else None
    site = Site(tmp_path / "ws", database=server.address if server else "")
    try:
        site.start()
        yield site, server
    finally:
        site.stop()
        if server:
            server.remove()


def test_forty_clients_deciding_at_random_lose_and_double_nothing(live):
    site, _server = live
    found = storm(site, clients=40, seconds=10, seed=1)
    assert found["faults"] == []
    steps = found["steps"]
    assert steps.get("rename done", 0) > 0
    assert found["votes"] > 0
    assert sum(number for step, number in steps.items() if step.endswith("refused")) > 10  # they did meet
    assert "unbroken" in site.command("audit", "verify")


@pytest.mark.skipif("not __import__('site_world').on_postgres()", reason="a file does not go away by itself")
def test_a_database_that_goes_away_and_comes_back(live):
    site, server = live
    assert site.get("/alive")[0] == 200
    server.stop()
    try:
        for path in ("/alive", "/sign-in", "/api/candidates", "/"):
            status, text = site.get(path, session="a" * 32)
            if path != "/sign-in":
                assert status in (503, 401), path
            assert "Traceback" not in text
    finally:
        server.start()
    assert site.get("/alive")[0] == 200
    assert site.get("/sign-in")[0] == 200
