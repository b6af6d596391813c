"""The programme on the review's world."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def programme(world: Any) -> Any:
    """Makers of what the programme keeps."""
    from invented_programme import Programme

    return Programme(world)
