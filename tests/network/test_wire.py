from __future__ import annotations

import socket
import threading
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import CannotError
from simulator.network import wire as w
from simulator.network.wire import Closed, Oversized, Wire


@pytest.fixture
def pair() -> Iterator[tuple[Wire, socket.socket]]:
    """A wire, and the bare socket at its other end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        far = socket.create_connection(listener.getsockname())
        near, _ = listener.accept()
    far.settimeout(5)
    wire = Wire(near, 2)
    yield wire, far
    wire.close()
    far.close()


def test_a_pdu_is_read_whole_however_it_arrives(pair: tuple[Wire, socket.socket]) -> None:
    wire, far = pair

    def dribble() -> None:
        for byte in b"\x04\x00\x00\x00\x00\x03abc\x05\x00\x00\x00\x00\x00":
            far.sendall(bytes([byte]))

    thread = threading.Thread(target=dribble)
    thread.start()
    assert wire.read() == (w.P_DATA, bytearray(b"abc"))
    assert wire.read() == (w.RELEASE_RQ, bytearray())
    thread.join()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.binary(max_size=3000), max_size=1200))
def test_buffers_arrive_in_order(parts: list[bytes]) -> None:
    """More buffers than one system call takes, empty ones among them."""
    near, far = _tcp_pair()
    got = bytearray()

    def take() -> None:
        while data := far.recv(65536):
            got.extend(data)

    thread = threading.Thread(target=take)
    thread.start()
    wire = Wire(near, 5)
    wire.send(parts)
    wire.close()
    thread.join()
    far.close()
    assert bytes(got) == b"".join(parts)


def _tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        far = socket.create_connection(listener.getsockname())
        near, _ = listener.accept()
    return near, far


def test_a_long_message_is_sent_whole(pair: tuple[Wire, socket.socket]) -> None:
    """Far more than the system takes at once."""
    wire, far = pair
    parts = [bytes([number % 256]) * 100_000 for number in range(100)]
    got = bytearray()

    def take() -> None:
        while len(got) < 10_000_000:
            got.extend(far.recv(1 << 20))

    thread = threading.Thread(target=take)
    thread.start()
    wire.send(parts)
    thread.join()
    assert bytes(got) == b"".join(parts)


def test_an_announced_giant_is_refused_before_memory_is_taken(
    pair: tuple[Wire, socket.socket],
) -> None:
    wire, far = pair
    far.sendall(b"\x04\x00\xff\xff\xff\xf0")
    tracemalloc.start()
    try:
        with pytest.raises(Oversized, match="4294967280 bytes"):
            wire.read()
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_the_largest_pdu_we_accept_is_accepted(pair: tuple[Wire, socket.socket]) -> None:
    wire, far = pair
    sender = threading.Thread(
        target=far.sendall, args=(b"\x04\x00" + w.PDU_CAP.to_bytes(4, "big") + bytes(w.PDU_CAP),)
    )
    sender.start()
    assert len(wire.read()[1]) == w.PDU_CAP
    sender.join()


@pytest.mark.parametrize("sent", [b"", b"\x04\x00", b"\x04\x00\x00\x00\x00\x05ab"])
def test_a_close_in_the_middle_is_closed(pair: tuple[Wire, socket.socket], sent: bytes) -> None:
    wire, far = pair
    far.sendall(sent)
    far.close()
    with pytest.raises(Closed):
        wire.read()


def test_a_reset_is_closed_both_ways(pair: tuple[Wire, socket.socket]) -> None:
    wire, far = pair
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    far.close()
    with pytest.raises(Closed):
        wire.read()
    with pytest.raises(Closed):
        wire.send([b"x"])


def test_silence_times_out(pair: tuple[Wire, socket.socket]) -> None:
    wire, _ = pair
    wire.sock.settimeout(0.05)
    with pytest.raises(TimeoutError):
        wire.read()


def test_readable_does_not_wait(pair: tuple[Wire, socket.socket]) -> None:
    wire, far = pair
    assert not wire.readable()
    far.sendall(b"\x05")
    far.close()
    threading.Event().wait(0.05)
    assert wire.readable()


def test_closing_from_another_thread_ends_a_read(pair: tuple[Wire, socket.socket]) -> None:
    wire, _ = pair
    threading.Timer(0.05, wire.close).start()
    with pytest.raises(Closed):
        wire.read()
    wire.close()  # twice does no harm
    with pytest.raises(Closed):
        wire.readable()
    with pytest.raises(Closed):
        wire.send([b"x"])


def test_a_taken_port_is_a_sentence_with_a_remedy() -> None:
    with w.listen("PACSLAB", "127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(CannotError, match=f"PACSLAB cannot listen at 127.0.0.1:{port}") as told:
            w.listen("PACSLAB", "127.0.0.1", port)
    assert "--ports auto" in told.value.remedy


def test_aborts_are_said_in_words() -> None:
    assert "application" in w.abort_text(0, 0)
    assert "unexpected PDU (A-ABORT source 2, reason 2)" in w.abort_text(2, 2)
    assert "no reason given" in w.abort_text(2, 99)
