"""Two archives for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.routing.support import pair
from tests.archive.support import Lab


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Lab, Lab]]:
    """An archive, and one that it knows as OTHER."""
    with pair(tmp_path) as made:
        yield made
