"""A tapped line: what its two ends see of resets, silence, delay and a slow wire."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from simulator.network.tap import Impairment, Line


@contextmanager
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(5)
        yield door


@contextmanager
def connected(wrong: Impairment) -> Iterator[tuple[socket.socket, socket.socket, Line]]:
    """Give a device's end, the far end, and the line between them."""
    line = Line(trouble=lambda address: wrong)
    with listener() as door:
        near = line.connect(door.getsockname(), 5)
        far, _ = door.accept()
        for sock in (near, far):
            sock.settimeout(5)
        with near, far:
            yield near, far, line


def read(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count and (piece := sock.recv(65536)):
        data += piece
    return data


def test_a_sound_line_is_not_tapped() -> None:
    with connected(Impairment()) as (near, far, line):
        assert near.getpeername() == far.getsockname()
        assert line.counters.connections == 1


def test_a_slow_line_changes_no_byte() -> None:
    sent = bytes(range(256)) * 400
    with connected(Impairment(rate=1_000_000)) as (near, far, line):
        thread = threading.Thread(target=near.sendall, args=(sent,))
        thread.start()
        assert read(far, len(sent)) == sent
        thread.join()
        far.sendall(b"answer")
        assert read(near, 6) == b"answer"
        near.close()
        assert far.recv(1) == b""
    assert (line.counters.sent, line.counters.received) == (len(sent), 6)


def test_latency_delays_each_way() -> None:
    with connected(Impairment(latency=0.15)) as (near, far, _):
        begun = time.monotonic()
        near.sendall(b"?")
        assert far.recv(1) == b"?"
        far.sendall(b"!")
        assert near.recv(1) == b"!"
        assert time.monotonic() - begun >= 0.3


def test_a_cut_resets_both_ends_after_exactly_so_many_bytes() -> None:
    with connected(Impairment(cut_after=1000)) as (near, far, line):
        near.sendall(bytes(5000))
        got = b""
        with pytest.raises(ConnectionResetError):
            while piece := far.recv(65536):
                got += piece
        assert len(got) == 1000
        with pytest.raises(OSError):
            while near.recv(1):
                pass
    assert line.counters.cut == 1


def test_a_silent_cut_leaves_both_ends_waiting() -> None:
    with connected(Impairment(cut_after=10, silent=True)) as (near, far, _):
        near.sendall(bytes(50))
        assert read(far, 10) == bytes(10)
        for sock in (near, far):
            sock.settimeout(0.3)
            with pytest.raises(TimeoutError):
                sock.recv(1)


@pytest.mark.parametrize(
    ("blocked", "error"),
    [("refused", ConnectionRefusedError), ("unreachable", OSError), ("silent", TimeoutError)],
)
def test_a_blocked_line_fails_as_networks_do(blocked: str, error: type[OSError]) -> None:
    line = Line(trouble=lambda address: Impairment(blocked=blocked))
    with listener() as door, pytest.raises(error):
        line.connect(door.getsockname(), 0.2)


def test_an_accepted_connection_is_tapped_too() -> None:
    line = Line(trouble=lambda address: Impairment(cut_after=4))
    with listener() as door, socket.create_connection(door.getsockname()) as far:
        sock, address = door.accept()
        with line.accepted(sock, address) as near:
            far.sendall(b"12345678")
            assert near.recv(8) == b"1234"
            with pytest.raises(ConnectionResetError):
                near.recv(8)
