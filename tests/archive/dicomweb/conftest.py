"""Running archives with DICOMweb: one for each test that asks, one for those that only look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.dicomweb.support import WebLab
from tests.archive.dicomweb.support import web_lab as run_web_lab
from tests.archive.support import study


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebLab]:
    """Run an empty archive whose DICOMweb service answers."""
    with run_web_lab(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebLab]:
    """Run an archive with one study of one image, for tests that change nothing."""
    with run_web_lab(tmp_path_factory.mktemp("shelf")) as made:
        made.lab.store(*study(1))
        yield made
