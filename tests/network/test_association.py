"""Both ends of an association against each other, and against bytes nobody should send."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.network import command as cmd
from simulator.network import wire as w
from simulator.network.association import Aborted, Association, Context, Message
from simulator.network.wire import Wire

CONTEXT = Context(id=1, abstract_syntax="1.2.840.10008.1.1", transfer_syntax="1.2.840.10008.1.2")
ECHO = {"CommandField": cmd.C_ECHO, "AffectedSOPClassUID": "1.2.840.10008.1.1", "MessageID": 1}
FIND = {"CommandField": cmd.C_FIND, "AffectedSOPClassUID": "1.2.840.10008.1.1"}


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        far = socket.create_connection(listener.getsockname())
        near, _ = listener.accept()
    return near, far


def make(sock: socket.socket, max_send: int = 0) -> Association:
    return Association(
        Wire(sock, 3), calling="CT1", called="PACSLAB", contexts=[CONTEXT], max_send=max_send
    )


@pytest.fixture
def ends() -> Iterator[tuple[Association, Association]]:
    near, far = map(make, tcp_pair())
    yield near, far
    near.wire.close()
    far.wire.close()


@pytest.fixture
def raw() -> Iterator[tuple[Association, socket.socket]]:
    """An association, and the bare socket at its other end."""
    near, far = tcp_pair()
    far.settimeout(3)
    association = make(near)
    yield association, far
    association.wire.close()
    far.close()


def pdv(control: int, data: bytes, context: int = 1) -> bytes:
    return struct.pack(">IBB", len(data) + 2, context, control) + data


def pdata(*pdvs: bytes) -> bytes:
    body = b"".join(pdvs)
    return struct.pack(">BBI", w.P_DATA, 0, len(body)) + body


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


@settings(max_examples=25, deadline=None)
@given(st.lists(st.binary(max_size=5000), max_size=4), st.integers(20, 3000))
def test_a_message_arrives_whole_in_pdus_the_peer_accepts(parts: list[bytes], limit: int) -> None:
    near_sock, far_sock = tcp_pair()
    near = make(near_sock, limit)
    near.send(CONTEXT, ECHO, parts)
    near_sock.shutdown(socket.SHUT_WR)
    sent = bytearray()
    while data := far_sock.recv(65536):
        sent += data
    near.wire.close()
    far_sock.close()
    near_sock, far_sock = tcp_pair()
    far = make(far_sock)
    near_sock.sendall(sent)
    message = far.receive()
    near_sock.close()
    far.wire.close()
    assert message is not None
    assert message.data == b"".join(parts)
    assert message.command["MessageID"] == 1
    at = 0
    while at < len(sent):
        length = int.from_bytes(sent[at + 2 : at + 6], "big")
        assert length <= max(70, limit)
        at += 6 + length


def test_a_request_yields_its_answers_up_to_the_final_one(
    ends: tuple[Association, Association],
) -> None:
    near, far = ends

    def answer() -> None:
        message = far.receive()
        assert message is not None
        response = {
            "CommandField": cmd.C_FIND | cmd.RESPONSE,
            "MessageIDBeingRespondedTo": message.command["MessageID"],
        }
        for status in (0xFF00, 0xFF01, 0x0000):
            far.send(message.context, {**response, "Status": status}, [b"12"] if status else [])

    thread = in_thread(answer)
    statuses = [m.command["Status"] for m in near.request(CONTEXT, FIND, [b"query"])]
    assert statuses == [0xFF00, 0xFF01, 0x0000]
    thread.join()


def test_who_stops_listening_cancels_and_hears_the_peer_out(
    ends: tuple[Association, Association],
) -> None:
    near, far = ends
    sent: list[int] = []

    def answer() -> None:
        message = far.receive()
        assert message is not None
        number = message.command["MessageID"]
        response = {
            "CommandField": cmd.C_FIND | cmd.RESPONSE,
            "MessageIDBeingRespondedTo": number,
        }
        while not far.cancelled(number):
            far.send(message.context, {**response, "Status": 0xFF00}, [b"12"])
            sent.append(1)
        far.send(message.context, {**response, "Status": 0xFE00})
        assert far.receive() is None

    thread = in_thread(answer)
    answers = near.request(CONTEXT, FIND, [b"query"])
    next(answers)
    answers.close()
    near.release()
    thread.join(3)
    assert not thread.is_alive()
    assert sent


def test_a_cancel_counts_for_its_own_request_only(ends: tuple[Association, Association]) -> None:
    """Many peers number every request 1; the next one must not begin cancelled."""
    near, far = ends
    near.send(CONTEXT, {**FIND, "MessageID": 1}, [b"query"])
    assert far.receive() is not None
    near.cancel(CONTEXT, 1)
    threading.Event().wait(0.05)
    assert far.cancelled(1)
    assert not far.cancelled(2)
    near.send(CONTEXT, {**FIND, "MessageID": 1}, [b"query"])
    assert far.receive() is not None
    assert not far.cancelled(1)


def test_a_cancel_in_the_same_pdu_is_seen(raw: tuple[Association, socket.socket]) -> None:
    association, far = raw
    request = cmd.encode({**FIND, "MessageID": 4, "CommandDataSetType": cmd.NO_DATA_SET})
    cancel = cmd.encode(
        {
            "CommandField": cmd.C_CANCEL,
            "MessageIDBeingRespondedTo": 4,
            "CommandDataSetType": cmd.NO_DATA_SET,
        }
    )
    far.sendall(pdata(pdv(3, request), pdv(3, cancel)))
    assert association.receive() is not None
    assert association.cancelled(4)


def test_a_message_that_overtakes_the_answer_is_kept(
    ends: tuple[Association, Association],
) -> None:
    near, far = ends

    def answer() -> None:
        message = far.receive()
        assert message is not None
        far.send(message.context, {"CommandField": cmd.N_EVENT_REPORT, "MessageID": 9})
        far.send(
            message.context,
            {
                "CommandField": cmd.C_ECHO | cmd.RESPONSE,
                "MessageIDBeingRespondedTo": message.command["MessageID"],
                "Status": 0,
            },
        )

    thread = in_thread(answer)
    (response,) = near.request(CONTEXT, ECHO)
    assert response.command["Status"] == 0
    report = near.receive()
    assert isinstance(report, Message)
    assert report.command["CommandField"] == cmd.N_EVENT_REPORT
    thread.join()


def test_release_ends_both_sides(ends: tuple[Association, Association]) -> None:
    near, far = ends
    thread = in_thread(near.release)
    assert far.receive() is None
    thread.join(3)
    assert not thread.is_alive()


def test_a_peer_that_does_not_wait_for_the_release_answer_is_no_trouble(
    raw: tuple[Association, socket.socket],
) -> None:
    association, far = raw
    far.sendall(struct.pack(">BBI", w.RELEASE_RQ, 0, 4) + bytes(4))
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
    far.close()
    assert association.receive() is None


def test_an_abort_says_who_and_why(ends: tuple[Association, Association]) -> None:
    near, far = ends
    near.abort(2, 6)
    with pytest.raises(Aborted, match="invalid PDU parameter value") as caught:
        far.receive()
    assert (caught.value.source, caught.value.reason) == (2, 6)


_COMMAND = cmd.encode({**ECHO, "CommandDataSetType": cmd.NO_DATA_SET})
_WITH_DATA = cmd.encode({**ECHO, "CommandDataSetType": 1})
BAD = {
    "a context nobody accepted": pdata(pdv(3, _COMMAND, context=5)),
    "a data set before its command": pdata(pdv(2, b"1234")),
    "a command inside a data set": pdata(pdv(3, _WITH_DATA), pdv(3, _COMMAND)),
    "a PDV longer than its PDU": pdata(struct.pack(">IBB", 99, 1, 3) + b"1234"),
    "a PDV without a header": pdata(struct.pack(">IBB", 1, 1, 3)),
    "bytes after the last PDV": pdata(pdv(3, _COMMAND), b"123"),
    "a command set that is none": pdata(pdv(3, b"\x08\x00\x05\x00\x00\x00\x00\x00")),
    "a second association request": struct.pack(">BBI", w.ASSOCIATE_RQ, 0, 4) + bytes(4),
    "a PDU type that does not exist": struct.pack(">BBI", 0x55, 0, 4) + bytes(4),
    "a giant": b"\x04\x00\xff\xff\xff\xf0",
}


@pytest.mark.parametrize("sent", BAD.values(), ids=BAD.keys())
def test_what_breaks_the_rules_is_answered_with_an_abort(
    raw: tuple[Association, socket.socket], sent: bytes
) -> None:
    association, far = raw
    far.sendall(sent)
    with pytest.raises(Aborted):
        while association.receive() is not None:
            pass
    assert far.recv(10)[:1] == bytes([w.ABORT])


def test_a_command_set_without_end_is_cut_off(raw: tuple[Association, socket.socket]) -> None:
    association, far = raw

    def flood() -> None:
        with suppress(OSError):
            for _ in range(100):
                far.sendall(pdata(pdv(1, bytes(4096))))

    thread = in_thread(flood)
    with pytest.raises(Aborted, match="too long"):
        association.receive()
    far.close()
    thread.join()


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=80))
def test_any_bytes_at_all_end_in_order(data: bytes) -> None:
    near, far = tcp_pair()
    association = make(near)
    far.sendall(pdata(data))
    far.shutdown(socket.SHUT_WR)
    with suppress(Aborted):
        while association.receive() is not None:
            pass
    association.wire.close()
    far.close()


def test_contexts_are_found_by_class_and_syntax(ends: tuple[Association, Association]) -> None:
    near, _ = ends
    assert near.accepted(CONTEXT.abstract_syntax) == CONTEXT
    assert near.accepted(CONTEXT.abstract_syntax, CONTEXT.transfer_syntax) == CONTEXT
    assert near.accepted(CONTEXT.abstract_syntax, "1.2.840.10008.1.2.1") is None
    assert near.accepted("1.2.3") is None
