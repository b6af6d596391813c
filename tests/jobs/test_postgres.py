"""The ledger and its locks in PostgreSQL; a backup that holds a PostgreSQL database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks.postgres import Postgres
from simulation import World, job

from observatory.backup import make_backup, restore_backup
from observatory.config import init_workspace, open_workspace
from observatory.errors import BadInput
from observatory.jobs.when import Every, cron
from observatory.ledger import DONE, ENDED, Ledger, Letter, Lock, open_ledger
from observatory.ledger.tables import address_of, engine_of

NOW = dt.datetime(2025, 3, 28, 9, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    server = Postgres("jobs")
    yield server
    server.remove()


@pytest.fixture
def address(server: Any) -> str:
    return str(server.address)


@pytest.mark.slow
def test_locks_on_two_machines_exclude_each_other(address: str, tmp_path: Path) -> None:
    """Two folders stand for two machines: their file locks do not know of each other."""
    one_engine, two_engine = engine_of(address_of(address, tmp_path)), engine_of(address_of(address, tmp_path))
    one, two = Lock(tmp_path / "a", "scheduler", one_engine), Lock(tmp_path / "b", "scheduler", two_engine)
    assert one.take()
    assert one.held()
    assert not two.take()
    assert not two.held()
    one.release()
    assert two.take()
    two.release()
    assert not two.held()
    one_engine.dispose()
    two_engine.dispose()


@pytest.mark.slow
def test_days_of_trouble_in_postgresql_and_back_from_a_backup(address: str, tmp_path: Path) -> None:
    jobs = [job("enrich", cron("30 2 * * *", "Europe/Rome")), job("bulletin", Every(seconds=13 * 3600), catch_up="all")]
    fates = {"done": 0.8, "retry": 0.1, "die": 0.1}
    w = World(jobs=jobs, start=NOW, seed=3, trouble=0.05, fates=fates, engine_address=address_of(address, tmp_path))
    w.until(NOW + dt.timedelta(days=3))
    w.settle_down()
    rows = w.ledger.runs(limit=1_000)
    assert {row.state for row in rows} <= set(ENDED)
    assert not w.overlaps
    assert sum(row.state == DONE for row in rows) >= 5
    w.ledger.queue(Letter(issue="x", recipients=("a@example.org",), subject="s", body="b"), now=NOW)
    w.ledger.close()
    init_workspace(tmp_path / "w")
    ws = open_workspace(tmp_path / "w", {"site.database": address})
    path, manifest = make_backup(ws, tmp_path / "out", now=NOW)
    assert manifest.databases == {"site": "postgresql"}
    with pytest.raises(BadInput, match="--database"):
        restore_backup(path, tmp_path / "again", now=NOW)
    other = Postgres("jobs-again")
    try:
        restore_backup(path, tmp_path / "again", now=NOW, database=other.address)
        ledger: Ledger = open_ledger(open_workspace(tmp_path / "again", {"site.database": other.address}))
        assert [(r.key, r.state) for r in ledger.runs(limit=1_000)] == [(r.key, r.state) for r in rows]
        assert ledger.mails()[0].state == "unsure"
        ledger.close()
    finally:
        other.remove()
