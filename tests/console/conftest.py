"""A running seat, shared by the tests of panels and lessons of one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator.client import Client, connect
from simulator.console import look
from simulator.seat import Options, Seat


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A whole hospital, without JupyterLab, whose day stands still."""
    seat = Seat(tmp_path_factory.mktemp("console") / "seat")
    seat.up(Options(ports="auto", lab=False))
    try:
        client = connect(seat.folder)
        client.fleet.pause()
        yield client
    finally:
        seat.down()


@pytest.fixture
def seat(running: Client) -> Client:
    """The hospital as on its first morning, with the day standing still."""
    running.seat.reset(resume=False)
    return running


@pytest.fixture
def press() -> Callable[[Any, str], str]:
    """Press a button of a panel by name and return what the message line says then."""

    def pressed(panel: Any, button: str) -> str:
        look.find(panel, button).click()
        return str(look.find(panel, "message").value)

    return pressed
