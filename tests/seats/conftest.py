"""A whole hospital for the tests of this folder, started once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from simulator.cli import run
from simulator.client import Client, connect
from simulator.seat import Options, Seat
from tests.notebooks.browser import FLAGS
from tests.seats.tab import SOFTWARE_GL


@pytest.fixture(scope="session")
def seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    """A running seat with few studies and no JupyterLab."""
    made = Seat(tmp_path_factory.mktemp("seats") / "seat")
    made.folder.mkdir()
    (made.folder / "config.toml").write_text("seed = 5\nbaseline_studies = 8\n", "utf-8")
    made.up(Options(ports="auto", lab=False))
    yield made
    made.down()


@pytest.fixture
def hospital(seat: Seat) -> Iterator[Client]:
    """A client of the running seat, put back to its baseline afterwards."""
    client = connect(seat.folder)
    client.fleet.pause()
    yield client
    seat.reset()


@pytest.fixture
def command(seat: Seat, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run `pacslab …` on the seat; returns exit status, output and errors."""

    def call(*words: str) -> tuple[int, str, str]:
        status = run([*words, "--seat", str(seat.folder)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


@pytest.fixture(scope="module")
def jupyter(seat: Seat) -> Iterator[Seat]:
    """The seat with a JupyterLab."""
    seat.start_lab()
    yield seat
    seat._stop("jupyter")


@pytest.fixture
def chromium(peer: Callable[[str], Path]) -> Iterator[Browser]:
    """A real browser that can draw, and reach this computer only."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(peer("chromium")), args=[*FLAGS, *SOFTWARE_GL]
        )
        yield browser
        browser.close()
