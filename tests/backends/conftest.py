"""Whole hospitals whose archive is not ours: a real Orthanc, and DCMTK's dcmqrscp as a stranger."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulator.cli import run
from simulator.client import Client, connect
from simulator.furnishing import known_nodes
from simulator.ports import free_plan
from simulator.seat import Options, Seat, device_numbers
from tests.net import free_port, wait_for_port
from tests.peers import background, peer

_CONFIG = "seed = 5\nbaseline_studies = 4\n"


def _folder(factory: pytest.TempPathFactory, name: str) -> Path:
    folder = factory.mktemp("backends") / name
    folder.mkdir()
    (folder / "config.toml").write_text(_CONFIG, "utf-8")
    return folder


@pytest.fixture(scope="session")
def orthanc_seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    """A running seat whose archive is a real Orthanc."""
    peer("Orthanc")
    made = Seat(_folder(tmp_path_factory, "orthanc"))
    made.up(Options(ports="auto", lab=False, backend="orthanc"))
    yield made
    made.down()


@pytest.fixture
def orthanc_hospital(orthanc_seat: Seat) -> Iterator[Client]:
    """A client of it, put back to its baseline afterwards."""
    client = connect(orthanc_seat.folder)
    client.fleet.pause()
    yield client
    orthanc_seat.reset()


@pytest.fixture(scope="session")
def external_seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    """A running seat whose archive is a dcmqrscp that somebody else started."""
    program = peer("dcmqrscp")
    made = Seat(_folder(tmp_path_factory, "external"))
    port = free_port()
    plan = free_plan(device_numbers())
    (made.folder / "run").mkdir()
    from simulator.files import write_json

    write_json(made.folder / "run" / "plan.json", plan.facts())
    path = tmp_path_factory.mktemp("dcmqrscp")
    (path / "STRANGER").mkdir()
    nodes = [node for node in known_nodes(plan) if node.port]
    hosts = "\n".join(f"{n.ae.lower()} = ({n.ae}, {n.host}, {n.port})" for n in nodes)
    (path / "dcmqrscp.cfg").write_text(
        f"NetworkTCPPort = {port}\nMaxPDUSize = 16384\nMaxAssociations = 32\n"
        f"HostTable BEGIN\n{hosts}\nHostTable END\nVendorTable BEGIN\nVendorTable END\n"
        f"AETable BEGIN\nSTRANGER {path / 'STRANGER'} RW (500, 1024mb) ANY\nAETable END\n",
        "ascii",
    )
    text = (made.folder / "config.toml").read_text("utf-8")
    place = f'ae = "STRANGER"\nhost = "127.0.0.1"\nport = {port}\n'
    table = f'\n[backend]\nkind = "external"\n{place}'
    (made.folder / "config.toml").write_text(text + table, "utf-8")
    with background(program, "-c", path / "dcmqrscp.cfg", cwd=path):
        wait_for_port(port)
        made.up(Options(ports="auto", lab=False))
        yield made
        made.down()


@pytest.fixture
def external_hospital(external_seat: Seat) -> Client:
    """A client of it; what is sent there stays there."""
    client = connect(external_seat.folder)
    client.fleet.pause()
    return client


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run `pacslab …` on a seat; returns exit status, output and errors."""

    def call(seat: Seat, *words: str) -> tuple[int, str, str]:
        status = run([*words, "--seat", str(seat.folder)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
