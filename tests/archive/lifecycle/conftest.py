"""A running archive whose clock a test can move."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.support import Lab
from tests.archive.support import lab as run_lab


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """Run an empty archive that knows CT1 and WS1."""
    with run_lab(tmp_path) as made:
        made.archive.integrity.wait()
        yield made
