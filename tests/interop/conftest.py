"""A running archive that knows every tool these tests use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.archive.nodes import Node
from tests.archive.support import Lab
from tests.archive.support import lab as run_lab


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """Run an empty archive."""
    with run_lab(tmp_path / "lab", [Node(ae="ORTHANC")]) as made:
        yield made
