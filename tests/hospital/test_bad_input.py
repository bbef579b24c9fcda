"""The issue's list of bad input, line by line: the right answer, a line to act on, nothing lost."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from simulator.hospital.ris import Ris
from simulator.journal import JournalReader
from simulator.network import hl7_ack
from simulator.network.hl7_ack import Ack
from simulator.network.mllp import FrameReader, frame
from tests.hl7_support import message
from tests.hospital.test_inbound import ORDER, PID
from tests.net import wait_for

NEXT = message("NEXT", "ADT^A04", PID.replace("P1^", "P9^"))


@pytest.fixture
def port(ris: Ris) -> Iterator[int]:
    yield int(ris.interfaces.listen().start().port)


def answers(port: int, *packets: bytes, count: int) -> list[Ack]:
    """Send packets, each on its own, and return this many acknowledgements."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for packet in packets:
            sock.sendall(packet)
            time.sleep(0.01)
        sock.settimeout(5)
        reader, found = FrameReader(), list[Ack]()
        while len(found) < count:
            found += [hl7_ack.read(piece.data) for piece in reader.feed(sock.recv(65536))]
    return found


BAD = [
    # what it is, the message, the answer, where it points, the words of the log line
    ("no segment terminator", message("M1", "ADT^A04", PID).replace(b"\r", b" "), "AE", "MSH",
     "no carriage return ends any segment"),
    ("unknown trigger", message("M1", "ADT^A99", PID), "AR", "MSH-9", "'ADT^A99' is not taken"),
    ("unknown type", message("M1", "XYZ^X01", PID), "AR", "MSH-9", "'XYZ^X01' are not taken"),
    ("A40 naming one ID twice", message("M1", "ADT^A40", f"{PID}\nMRG|P1^^^PACSLAB"), "AE",
     "MRG-1", "PID-3 and MRG-1 both name P1: nothing was merged"),
    ("an accession of 17 characters",
     message("M1", "ORM^O01", ORDER.replace("X1||CT", "X1|A1234567890123456|CT")), "AE", "OBR-3",
     "'A1234567890123456' has 17 characters, more than the 16 DICOM has room for"),
    ("a date of 20261340", message("M1", "ADT^A04", PID.replace("19700131", "20261340")), "AE",
     "PID-7", "'20261340' is no date and time"),
    ("a name that is not its charset",
     message("M1", "ADT^A04", PID.replace("JANE", "JÓN")).replace("Ó".encode(), b"\xd3"), "AE",
     "PID-5", "byte 0xD3 is not UNICODE UTF-8, which MSH-18 promises"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "code", "where", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD]
)
def test_each_meets_the_right_answer(
    ris: Ris, port: int, events: JournalReader, raw: bytes, code: str, where: str, words: str
) -> None:
    bad, good = answers(port, frame(raw) + frame(NEXT), count=2)
    assert (bad.code, bad.control_id) == (code, "M1") and words in bad.reason
    assert (good.code, good.control_id) == ("AA", "NEXT")
    wait_for(lambda: len(events.entries("hl7.received")) == 2)
    entry = events.entries("hl7.received")[0]
    assert entry.facts["code"] == code and where in entry.text and words in entry.text
    first, second = ris.interfaces.log.find()  # nothing is lost
    assert (first["state"], second["state"]) == ("rejected", "accepted")
    assert ris.interfaces.log.get(first["number"])["raw"] == raw
    assert [row["patient_id"] for row in ris.interfaces.patients.all()] == ["P9"]


def test_an_empty_receiving_facility(ris: Ris, port: int) -> None:
    """MSH-6 of '^^' is odd, and no reason to stop."""
    raw = message("M1", "ADT^A04", PID).replace(b"|HIS|HOSP||HOSP|", b"|HIS|HOSP||^^|")
    assert b"||^^|" in raw
    assert [ack.code for ack in answers(port, frame(raw), frame(NEXT), count=2)] == ["AA", "AA"]
    assert len(ris.interfaces.patients.all()) == 2


def test_two_messages_in_one_packet(ris: Ris, port: int) -> None:
    one = message("ONE", "ADT^A04", PID)
    found = answers(port, frame(one) + frame(NEXT), count=2)
    assert [(ack.code, ack.control_id) for ack in found] == [("AA", "ONE"), ("AA", "NEXT")]


def test_two_messages_in_one_frame(ris: Ris, port: int, events: JournalReader) -> None:
    """The second header has no frame of its own: both are refused, and both are in the log."""
    raw = message("ONE", "ADT^A04", PID) + NEXT
    (ack,) = answers(port, frame(raw), count=1)
    assert ack.code == "AE" and "second MSH" in ack.reason
    assert ris.interfaces.log.get(1)["raw"] == raw and ris.interfaces.patients.all() == []


def test_one_message_in_ten_packets(ris: Ris, port: int) -> None:
    whole = frame(message("ONE", "ADT^A04", PID))
    size = len(whole) // 10 + 1
    packets = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert len(packets) == 10
    (ack,) = answers(port, *packets, count=1)
    assert (ack.code, ack.control_id) == ("AA", "ONE")


def test_one_message_a_byte_at_a_time_between_noise(ris: Ris, port: int) -> None:
    whole = b"hello\r\n" + frame(message("ONE", "ADT^A04", PID))
    (ack,) = answers(port, *[whole[at : at + 1] for at in range(len(whole))], count=1)
    assert ack.code == "AA"
