"""Running hospitals for the tests of lessons: one without JupyterLab, and one in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulator.client import Client, connect
from simulator.seat import Options, Seat
from tests.console.conftest import running, seat

__all__ = ["running", "seat"]


@pytest.fixture(scope="session")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    """A hospital with JupyterLab, one for all tests in a browser."""
    place = Seat(tmp_path_factory.mktemp("browser") / "seat")
    place.up(Options(ports="auto", lab=True))
    yield place
    place.down()


@pytest.fixture
def morning(hospital: Seat) -> Client:
    """That hospital as on its first morning, with the day standing still."""
    client = connect(hospital.folder)
    client.seat.reset(resume=False)
    return client


@pytest.fixture
def chromium(peer: Callable[[str], Path]) -> Path:
    """Return where Chromium is; without it the test is skipped."""
    return peer("chromium")
