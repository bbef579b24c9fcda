"""The servers that are measured, each in a process of its own, and what each does with fsync.

`python -m benchmarks.peers DIR` runs our archive alone in DIR and prints its port.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.table import OURS
from simulator.errors import NetworkError
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from tests.net import free_port
from tests.orthanc import Orthanc, orthanc
from tests.peers import background, find

CALLER = Caller(ae="BENCH")
DESTINATION = "SINK"  # where a C-MOVE sends to: a storescp that throws away what it gets
STORESCP = "storescp"
POLICY = (
    f"fsync: {OURS} file, folder and index before each answer; Orthanc as delivered (file, index); "
    "Orthanc nosync SyncStorageArea=false; storescp none, and it has no index."
)


@dataclass(frozen=True, kw_only=True)
class Server:
    """One running server."""

    name: str
    peer: Peer
    seconds_to_echo: float
    has_index: bool = True
    orthanc: Orthanc | None = field(default=None, repr=False)
    pid: int = 0


@dataclass(frozen=True, kw_only=True)
class Field:
    """All servers twice: DCMTK's Nagle stalls make two worlds, and peers must shine in theirs."""

    delivered: list[Server]
    tuned: list[Server]  # with TCP_NODELAY=1 in the environment, which DCMTK's code reads


@contextmanager
def running(folder: Path) -> Iterator[Field]:
    """Run us and whatever peers are installed."""
    with ExitStack() as stack:
        sets = {}
        for name, nodelay in (("delivered", "0"), ("tuned", "1")):
            with _environment(nodelay):
                sink = stack.enter_context(_receiving(folder / name / "sink"))
                sets[name] = stack.enter_context(_set(folder / name, sink))
        yield Field(**sets)


@contextmanager
def _environment(nodelay: str) -> Iterator[None]:
    """Give what is started in the block this TCP_NODELAY; 0 leaves Nagle's algorithm as it is."""
    before = os.environ.pop("TCP_NODELAY", None)
    if nodelay == "1":
        os.environ["TCP_NODELAY"] = nodelay
    try:
        yield
    finally:
        os.environ.pop("TCP_NODELAY", None)
        if before is not None:
            os.environ["TCP_NODELAY"] = before


@contextmanager
def _set(folder: Path, sink: int) -> Iterator[list[Server]]:
    with ExitStack() as stack:
        servers = [stack.enter_context(ours(folder / "ours", sink))]
        if find("Orthanc"):
            for name, synced in (("Orthanc", True), ("Orthanc nosync", False)):
                servers.append(
                    stack.enter_context(orthanc_server(folder / name, name, synced, sink))
                )
        if find(STORESCP):
            servers.append(stack.enter_context(_storescp(folder / STORESCP)))
        yield servers


@contextmanager
def _receiving(folder: Path) -> Iterator[int]:
    """Run the C-MOVE destination; gives its port."""
    port = free_port()
    program = find(STORESCP)
    if program is None:
        yield port
        return
    folder.mkdir(parents=True)
    options = ("--fork", "--ignore", "-od", folder, "-aet", DESTINATION)
    with background(program, *options, port):
        _echoed(Peer(ae=DESTINATION, host="127.0.0.1", port=port))
        yield port


@contextmanager
def ours(folder: Path, sink: int) -> Iterator[Server]:
    """Run our archive in a folder."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.peers", str(folder), str(sink)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            peer = Peer(ae="PACSLAB", host="127.0.0.1", port=int(process.stdout.readline()))
            seconds = _echoed(peer, began)
            yield Server(name=OURS, peer=peer, seconds_to_echo=seconds, pid=process.pid)
        finally:
            process.kill()


@contextmanager
def orthanc_server(folder: Path, name: str, synced: bool, sink: int) -> Iterator[Server]:
    """Run an Orthanc in a folder."""
    began = time.perf_counter()
    settings = {
        "SyncStorageArea": synced,
        "DicomAlwaysAllowGet": True,
        "DicomAlwaysAllowFind": True,
        "DicomAlwaysAllowMove": True,
    }
    with orthanc(folder, {DESTINATION: ("127.0.0.1", sink)}, **settings) as made:
        peer = Peer(ae=made.ae, host="127.0.0.1", port=made.port)
        seconds, pid = _echoed(peer, began), made.process.pid
        yield Server(name=name, peer=peer, seconds_to_echo=seconds, orthanc=made, pid=pid)


@contextmanager
def _storescp(folder: Path) -> Iterator[Server]:
    folder.mkdir()
    program, port = find(STORESCP), free_port()
    assert program is not None
    peer = Peer(ae="STORESCP", host="127.0.0.1", port=port)
    began = time.perf_counter()
    with background(program, "--fork", "-od", folder, "-aet", peer.ae, port):
        seconds = _echoed(peer, began)
        yield Server(name=STORESCP, peer=peer, seconds_to_echo=seconds, has_index=False)


def _echoed(peer: Peer, began: float = 0.0) -> float:
    """Wait until a C-ECHO is answered; return the seconds since `began`."""
    for _ in range(400):
        try:
            scu.echo(peer, CALLER)
            return time.perf_counter() - began
        except NetworkError:
            time.sleep(0.025)
    raise RuntimeError(f"{peer} does not answer")


def tool(name: str, server: Server, *arguments: object) -> list[str]:
    """Return the command line of a DCMTK client that calls a server, options first."""
    program = find(name)
    assert program is not None
    peer = server.peer
    paths = [item for item in arguments if isinstance(item, Path)]
    options = [item for item in arguments if not isinstance(item, Path)]
    call = ["-aet", CALLER.ae, "-aec", peer.ae, *options, peer.host, peer.port, *paths]
    return [str(program), *map(str, call)]


def timed(commands: list[list[str]], *, nodelay: bool = True, limit: float = 120) -> float:
    """Run clients side by side; return the seconds until the last is done, at most `limit`."""
    with _environment("1" if nodelay else "0"):
        environment = dict(os.environ)
    began = time.perf_counter()
    null = subprocess.DEVNULL
    clients = [
        subprocess.Popen(command, env=environment, stdout=null, stderr=null) for command in commands
    ]
    codes = [client.wait(limit) for client in clients]
    seconds = time.perf_counter() - began
    if any(codes):
        raise RuntimeError(f"{commands[0][0]} failed: {codes}")
    return seconds


def main(folder: Path, sink: int) -> None:
    """Run our archive until killed."""
    from simulator.archive.archive import Address, Archive
    from simulator.archive.nodes import Node
    from simulator.clock import ClockKeeper
    from simulator.journal import Journal

    clock = ClockKeeper(folder / "clock.json")
    journal = Journal(folder / "journal", "archive", clock)
    archive = Archive(folder / "archive", Address(host="127.0.0.1", port=0), clock, journal)
    nodes = [Node(ae=CALLER.ae), Node(ae=DESTINATION, port=sink)]
    if archive.database.is_new:
        archive.provision(nodes, [], ("pacsadmin", "of no interest"))
    archive.start()
    print(archive.server.port, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
