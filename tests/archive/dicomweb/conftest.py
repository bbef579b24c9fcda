"""A running archive with DICOMweb, for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.dicomweb.support import WebLab
from tests.archive.dicomweb.support import web_lab as run_web_lab


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebLab]:
    """Run an empty archive whose DICOMweb service answers."""
    with run_web_lab(tmp_path) as made:
        yield made
