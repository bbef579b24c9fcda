"""MLLP: any bytes, in any pieces; no good message is lost between bad ones."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import CannotError, NoAnswerError
from simulator.network import hl7, hl7_ack
from simulator.network.hl7 import Hl7Error
from simulator.network.mllp import CR, FS, VT, FrameReader, MllpServer, Piece, frame
from simulator.network.mllp_client import MllpClient
from tests.hl7_support import NOW, Answers, message
from tests.net import free_port


@pytest.fixture
def server() -> Iterator[Answers]:
    with Answers() as made:
        yield made


def pieces(*parts: bytes, limit: int = 1000) -> list[Piece]:
    reader = FrameReader(limit)
    return [piece for part in parts for piece in reader.feed(part)] + list(reader.end())


# --- framing, without a network -----------------------------------------------------------------


def test_two_messages_in_one_packet_and_one_in_many() -> None:
    assert pieces(frame(b"a") + frame(b"b")) == [Piece("message", b"a"), Piece("message", b"b")]
    single = [bytes([byte]) for byte in frame(b"hello")]
    assert pieces(*single) == [Piece("message", b"hello")]


def test_a_lost_end_does_not_take_the_next_message_along() -> None:
    assert pieces(VT + b"half" + frame(b"good")) == [
        Piece("truncated", b"half"), Piece("message", b"good"),
    ]  # fmt: skip
    assert pieces(VT + b"half") == [Piece("truncated", b"half")]


def test_bytes_outside_of_a_frame_are_noise() -> None:
    assert pieces(b"GET / HTTP/1.1\r\n" + frame(b"good")) == [
        Piece("noise", b"GET / HTTP/1.1"), Piece("message", b"good"),
    ]  # fmt: skip
    assert pieces(b"\r\n" + frame(b"a") + b"\r\n") == [Piece("message", b"a")]


def test_a_message_too_long_is_given_up_once() -> None:
    found = pieces(VT + b"x" * 600, b"x" * 600, b"x" * 600 + FS + CR + frame(b"good"))
    assert [piece.kind for piece in found] == ["oversized", "message"]
    found = pieces(VT + b"x" * 1200, frame(b"good"))  # its end is lost as well
    assert [piece.kind for piece in found] == ["oversized", "message"]


@given(st.lists(st.binary(max_size=80), max_size=6), st.integers(1, 9), st.randoms())
@settings(max_examples=300)
def test_good_messages_survive_whatever_stands_between(
    junk: list[bytes], size: int, chance: Random
) -> None:
    stream, good = b"", []
    for number, bad in enumerate(junk):
        good.append(b"MSH|good%d" % number)
        stream += bad + frame(good[-1])
    cut = [stream[at : at + size] for at in range(0, len(stream), size)]
    found = [piece.data for piece in pieces(*cut) if piece.kind == "message"]
    assert [data for data in found if data in good] == good


# --- a server and its client --------------------------------------------------------------------


def test_an_acknowledgement_for_each_message(server: Answers) -> None:
    client = MllpClient("127.0.0.1", server.port)
    for number in range(3):
        ack = client.send(message(f"M{number}"))
        assert ack.accepted and ack.control_id == f"M{number}"
    client.close()
    assert server.got == ["M0", "M1", "M2"]


def test_a_line_that_was_closed_is_opened_again(server: Answers) -> None:
    client = MllpClient("127.0.0.1", server.port)
    assert client.send(message("M1")).accepted
    port = server.port
    server.restart()
    assert server.port == port and client.send(message("M2")).accepted
    client.close()


def test_nobody_there() -> None:
    with pytest.raises(NoAnswerError, match="Nothing answers HL7"):
        MllpClient("127.0.0.1", free_port()).send(message("M1"))


def odd_server(reply: Callable[[bytes], bytes]) -> int:
    """Listen once, answer with what `reply` makes of the request; returns the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        sock, _ = listener.accept()
        with listener, sock:
            sock.sendall(reply(sock.recv(65536)))
            sock.settimeout(5)
            sock.recv(1)

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


def test_silence_is_no_answer() -> None:
    client = MllpClient("127.0.0.1", odd_server(lambda _: b""), timeout=0.3)
    with pytest.raises(NoAnswerError, match="did not acknowledge"):
        client.send(message("M1"))


def test_a_plain_text_error_is_shown() -> None:
    client = MllpClient("127.0.0.1", odd_server(lambda _: b"java.lang.Exception"), timeout=0.3)
    with pytest.raises(NoAnswerError, match="it said b'java"):
        client.send(message("M1"))


def test_what_is_framed_but_no_acknowledgement() -> None:
    client = MllpClient("127.0.0.1", odd_server(lambda _: frame(b"Error")), timeout=1)
    with pytest.raises(Hl7Error, match="MSH"):
        client.send(message("M1"))


def test_a_late_answer_to_another_message_is_passed_over() -> None:
    def both(_: bytes) -> bytes:
        acks = [hl7_ack.acknowledge(hl7.peek(message(x)), "AA", None, NOW) for x in ("M0", "M1")]
        return b"".join(map(frame, acks))

    with MllpClient("127.0.0.1", odd_server(both)) as client:
        assert client.send(message("M1")).control_id == "M1"


def test_a_taken_port_is_one_sentence(server: Answers) -> None:
    with pytest.raises(CannotError, match=f"cannot listen for HL7 at 127.0.0.1:{server.port}"):
        MllpServer(name="RIS", host="127.0.0.1", port=server.port, receive=lambda *_: [])


def test_a_handler_that_fails_does_not_end_the_line(server: Answers) -> None:
    server.fail = True
    client = MllpClient("127.0.0.1", server.port, timeout=0.3)
    with pytest.raises(NoAnswerError):
        client.send(message("M1"))
    server.fail = False
    assert client.send(message("M2")).accepted
    client.close()
    assert any(kind == "bug" for kind, _ in server.told)


# --- fuzz ---------------------------------------------------------------------------------------


def junk(chance: Random) -> bytes:
    """Return what a broken sender might put on the line, complete or not."""
    good = message(f"J{chance.randrange(10**6)}")
    kind = chance.randrange(7)
    if kind == 0:
        return chance.randbytes(chance.randrange(200))
    if kind == 1:
        return VT + good[: chance.randrange(len(good))]  # truncated
    if kind == 2:
        return frame(good[: chance.randrange(len(good))])
    if kind == 3:
        return frame(good.replace(b"\r", b""))
    if kind == 4:
        return frame(good[:60] + chance.randbytes(20) + good[60:])  # mis-encoded
    if kind == 5:
        return frame(VT + FS + good + CR + FS)
    return good  # no frame at all


def fuzz(server: Answers, count: int, seed: int) -> None:
    """Send `count` bad messages with good ones between; every good one must be answered."""
    chance = Random(seed)
    sent: list[str] = []
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        acks: list[str] = []
        reading = threading.Thread(target=read_acks, args=(sock, acks))
        reading.start()
        for number in range(count):
            data = junk(chance)
            if number % 10 == 0:
                sent.append(f"GOOD{number}")
                data += frame(message(sent[-1]))
            for at in range(0, len(data), 97) if number % 3 == 0 else (0,):
                sock.sendall(data[at : at + 97] if number % 3 == 0 else data)
        sock.shutdown(socket.SHUT_WR)
        reading.join(60)
    assert [name for name in server.got if name.startswith("GOOD")] == sent
    assert [name for name in acks if name.startswith("GOOD")] == sent
    assert not [told for told in server.told if told[0] == "bug"]


def read_acks(sock: socket.socket, acks: list[str]) -> None:
    reader = FrameReader()
    while data := sock.recv(65536):
        acks += [hl7_ack.read(piece.data).control_id for piece in reader.feed(data)]


def test_2000_broken_messages(server: Answers) -> None:
    fuzz(server, 2000, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_100000_broken_messages(server: Answers) -> None:
    for seed in range(10):
        fuzz(server, 10_000, seed)
        server.got.clear()
