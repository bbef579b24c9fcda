"""A whole hospital for the tests of this folder, started once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from simulator.cli import run
from simulator.client import Client, connect
from simulator.seat import Options, Seat


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
