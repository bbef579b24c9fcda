"""A running seat for the exercises, started once, and one that was never started."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from simulator.client import Client, connect
from simulator.errors import RefusedError
from simulator.seat import Options, Seat


@pytest.fixture(scope="session")
def exercise_seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A whole hospital on free ports."""
    seat = Seat(tmp_path_factory.mktemp("exercises") / "seat")
    seat.up(Options(ports="auto", lab=False))
    try:
        yield connect(seat.folder)
    finally:
        with suppress(RefusedError):  # exercises about the directory start it
            connect(seat.folder).directory.stop()
        seat.down()


@pytest.fixture
def seat(exercise_seat: Client) -> Client:
    """That hospital as on its first morning, with the day standing still."""
    exercise_seat.seat.reset(resume=False)
    return exercise_seat
