"""The tape: what is kept of a connection, what is never kept, and how long."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import CTImageStorage

from simulator.clock import ClockKeeper
from simulator.errors import NoAnswerError, RejectedError, StatusError
from simulator.network import command as cmd
from simulator.network import negotiation, scu
from simulator.network.associate import Caller, Peer, plain_context
from simulator.network.negotiation import Identity
from simulator.network.pdata import pdu
from simulator.network.recording import HEAD, Connection, Tape
from simulator.network.tap import Impairment, Line
from simulator.network.wire_masking import masked
from simulator.network.wire_office import WireOffice
from simulator.network.wire_reading import read
from tests.net import wait_for
from tests.network.recorded import EXPLICIT, ended, sent
from tests.network.support import FIND, small_archive, study_query


def said(tape: Tape, number: int = 0) -> list[str]:
    """Return what was said on the last connection (or another), as names."""
    connection = tape.all()[number - 1]
    return [one.name for one in read(connection, tape.kept(connection))]


# --- what is kept -----------------------------------------------------------------------------


def test_an_object_is_kept_to_its_head_with_its_true_length(tape: Tape) -> None:
    with small_archive() as archive:
        size = sent(archive.port)
        connection = ended(tape)
        assert archive.stored and len(tape.all()) == 1  # both ends are here: it is kept once
    found = read(connection, tape.kept(connection))
    assert [one.name for one in found] == [
        "A-ASSOCIATE-RQ", "A-ASSOCIATE-AC", "C-STORE-RQ", "C-STORE-RSP", "A-RELEASE-RQ",
        "A-RELEASE-RP",
    ]  # fmt: skip
    store = found[2]
    assert size < store.length < size + 1000 and HEAD < store.kept < HEAD + 300
    assert b"Test^Anna" in store.data and store.syntax == EXPLICIT
    assert connection.size == sum(one.length for one in found)
    assert connection.association == 1  # as in the journal


def test_queries_are_kept_whole(tape: Tape) -> None:
    with small_archive() as archive:
        peer = Peer(ae="PACSLAB", host="127.0.0.1", port=archive.port)
        rows = list(scu.find(peer, study_query(PatientName="A*"), Caller(ae="WS1")))
        connection = ended(tape)
    found = read(connection, tape.kept(connection))
    assert [one.says for one in found if one.name == "C-FIND-RSP"] == (
        ["0xFF00 (pending)"] * len(rows) + ["0x0000 (success)"]
    )
    assert all(one.kept == one.length for one in found)
    assert found[2].command and found[2].command["AffectedSOPClassUID"] == FIND


def test_rejection_and_failure_are_told_apart(tape: Tape) -> None:
    with small_archive() as archive:
        wrong = Peer(ae="ELSEWHERE", host="127.0.0.1", port=archive.port)
        with pytest.raises(RejectedError):
            scu.echo(wrong, Caller(ae="CT1"))
        ended(tape)
        (facts,) = WireOffice(tape).list({})
    assert (facts["outcome"], facts["caller"], facts["called"]) == ("rejected", "CT1", "ELSEWHERE")
    last = read(tape.all()[0], tape.kept(tape.all()[0]))[-1]
    assert (last.name, last.verdict) == ("A-ASSOCIATE-RJ", "refused")
    assert last.says.startswith("called AE title not recognised (1/1/7")
    with small_archive(handlers={cmd.C_STORE: lambda _: 0xA700}) as archive:
        with pytest.raises(StatusError):
            sent(archive.port, 8)
        connection = ended(tape)
    answer = next(one for one in read(connection, tape.kept(connection)) if "RSP" in one.name)
    assert (answer.verdict, answer.says) == ("failed", "0xA700 (out of resources)")


def test_a_call_that_reaches_nobody_is_kept_too(tape: Tape) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NoAnswerError):
        scu.echo(Peer(ae="PACSLAB", host="127.0.0.1", port=port), Caller(ae="CT1"))
    (facts,) = WireOffice(tape).list({"ae": "CT1"})
    assert facts["outcome"] == "no connection" and facts["called_address"] == f"127.0.0.1:{port}"
    assert said(tape) == ["no connection"]


def test_a_broken_connection_says_so(tape: Tape) -> None:
    line = Line(trouble=lambda address: Impairment(cut_after=20_000))
    with small_archive() as archive:
        with pytest.raises(NoAnswerError):
            sent(archive.port, line=line)
        wait_for(lambda: all(one.ended for one in tape.all()), why="an end is still open")
        connection = tape.all()[0]
        assert len(tape.all()) == 1  # past the tap, both ends are known to be the same
        assert connection.called[1] == archive.port
    last = read(connection, tape.kept(connection))[-1]
    assert last.verdict == "broken off" and last.name in ("closed", "A-ABORT")


# --- what is never kept -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", [2, 3, 4, 5])
def test_no_secret_is_ever_on_the_tape(tape: Tape, kind: int) -> None:
    identity = Identity(user="anna", passcode="very-secret", wants_answer=True)
    request = negotiation.proposal_pdu(
        "CT1", "PACSLAB", [plain_context(CTImageStorage)], identity=identity
    )
    at = request.index(b"\x00\x04anna") - 2
    assert request[at] == 2
    changed = request[:at] + bytes([kind]) + request[at + 1 :]
    hidden = masked(changed)
    assert len(hidden) == len(request) and b"very-secret" not in hidden
    assert (b"anna" in hidden) == (kind == 2)  # of a ticket or token, nothing at all
    assert hidden[:at] == changed[:at]


def test_an_association_with_a_passcode(tape: Tape) -> None:
    with small_archive() as archive:
        identity = Identity(user="anna", passcode="very-secret")
        sent(archive.port, 8, identity=identity)
        connection = ended(tape)
    kept = b"".join(frame.data for frame in tape.kept(connection))
    assert b"anna" in kept and b"very-secret" not in kept
    sections = WireOffice(tape).message(connection.number, 1)["sections"]
    rows = [row for section in sections for row in section["rows"]]
    assert ("", "user identity: user name and passcode", "anna (secrets are not recorded)") in rows


@given(st.binary(max_size=300))
def test_nonsense_is_masked_whole_or_not_at_all(body: bytes) -> None:
    request = b"\x01\x00" + struct.pack(">I", 68 + len(body)) + bytes(68) + body
    hidden = masked(request)
    assert len(hidden) == len(request) and hidden[:74] == request[:74]


# --- the ring ---------------------------------------------------------------------------------


@contextmanager
def line(tape: Tape) -> Iterator[Connection]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        near = socket.create_connection(door.getsockname())
        far, _ = door.accept()
        with near, far:
            made = tape.open(near)
            assert made is not None and tape.open(far) is None
            yield made
            made.close()


def test_the_ring_keeps_within_its_bounds() -> None:
    tape = Tape(size=20_000, frames=1000)
    with line(tape) as first, line(tape) as second:
        first.went([b"\x01\x00\x00\x00\x00\x04abcd"], 0.0)
        for _ in range(100):
            second.went([pdu(7, bytes(1000))], 0.0)
            assert tape.used <= 20_000
        assert 10 < len(second.frames) < 20 and not first.frames
        assert tape.kept(first)[0].data[:1] == b"\x01"  # its beginning stays while it is open
    assert [one.number for one in tape.all()] == [second.number]
    few = Tape(frames=5)
    with line(few) as third:
        for _ in range(9):
            third.message(b"x", outward=True)
        assert len(third.frames) == 5 and len(few.kept(third)) == 6


def test_ports_that_come_again_are_another_connection() -> None:
    tape = Tape()
    with line(tape) as first:
        first.message(b"x", outward=True)
        near = Connection(tape, 99, "DICOM", first.remote, first.local, 0.0)
        tape.ended(near)  # an end that was never recorded takes nothing away
        assert first.ended is None
    assert not tape._live


@given(st.lists(st.binary(max_size=40), max_size=30))
def test_whatever_is_sent_its_length_is_counted(buffers: list[bytes]) -> None:
    tape = Tape()
    made = Connection(tape, 1, "DICOM", ("127.0.0.1", 1), ("127.0.0.1", 2), 0.0)
    made.went(buffers, 0.0)
    assert made.size == sum(map(len, buffers))
    for one in read(made, tape.kept(made)):  # and reading it never fails
        assert one.name


def test_hospital_time_is_that_of_the_moment(tmp_path: Path) -> None:
    tape = Tape()
    clock = ClockKeeper(tmp_path / "clock.json", "2026-03-02T07:00:00", 1.0)
    clock.pause()
    tape.clock = clock
    with line(tape) as one:
        one.message(b"first", outward=True)
        tape._looked = 0.0  # as half a second later
        clock.jump(datetime(2026, 3, 2, 9, 30))
        one.message(b"second", outward=True)
        times = [tape.hospital_time(frame.at) for frame in one.frames]
    minutes = [f"{at:%H:%M}" for at in times if at is not None]
    assert minutes == ["07:00", "09:30"]
