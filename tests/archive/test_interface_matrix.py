"""Every message the archive takes, and bad input: the answer, a line to act on, nothing lost."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from simulator.archive.interfaces import UPDATES
from simulator.network import hl7_ack, scu
from simulator.network.associate import Caller
from simulator.network.hl7_ack import Ack
from simulator.network.mllp import FrameReader, MllpServer, frame
from tests.archive.support import Lab, study, until
from tests.archive.test_interfaces import ORM, PID, report, step
from tests.hl7_support import message

NEXT = message("NEXT", "ADT^A08", PID, sender="RIS")


@pytest.fixture
def port(lab: Lab) -> Iterator[int]:
    receive = lab.archive.interfaces.receiver.receive
    server = MllpServer(name="archive", host="127.0.0.1", port=0, receive=receive).start()
    yield int(server.port)
    server.stop()


def answers(port: int, *packets: bytes, count: int) -> list[Ack]:
    with socket.create_connection(("127.0.0.1", port)) as sock:
        for packet in packets:
            sock.sendall(packet)
        sock.settimeout(5)
        reader, found = FrameReader(), list[Ack]()
        while len(found) < count:
            found += [hl7_ack.read(piece.data) for piece in reader.feed(sock.recv(65536))]
    return found


def said(port: int, kind: str, body: str) -> str:
    (ack,) = answers(port, frame(message("M1", kind, body, sender="RIS")), count=1)
    return f"{ack.code} {ack.reason}".strip()


@pytest.mark.parametrize("trigger", UPDATES)
def test_every_update(lab: Lab, port: int, trigger: str) -> None:
    """Index, files and orders say the new name; the rule that did it is told."""
    lab.store(*study(1))
    assert said(port, "ORM^O01", ORM) == "AA"
    assert said(port, f"ADT^{trigger}", f"EVN|{trigger}\n{PID.replace('TEST', 'NEU')}") == "AA"
    (row,) = lab.archive.index.studies()
    assert row["patient_name"] == "NEU^ANNA"
    assert lab.archive.orders.all()[0]["patient_name"] == "NEU^ANNA"
    (entry,) = lab.told("study.readdressed")
    assert entry.facts["rule"] == f"ADT^{trigger} M1 of RIS"


@pytest.mark.parametrize("trigger", ["A40", "A47"])
def test_every_merge(lab: Lab, port: int, trigger: str) -> None:
    lab.store(*study(1))
    body = f"EVN|{trigger}\n{PID.replace('T1^', 'T2^')}\nMRG|T1"
    assert said(port, f"ADT^{trigger}", body) == "AA"
    assert not lab.find(PatientID="T1") and len(lab.find(PatientID="T2")) == 1
    (entry,) = lab.told("study.readdressed")
    assert entry.facts["rule"] == f"ADT^{trigger} M1 of RIS"
    assert (entry.facts["old"], entry.facts["patient_id"]) == ("T1", "T2")


@pytest.mark.parametrize("kind", ["ORM^O01", "OMG^O19", "OMI^O23"])
def test_every_order_message(lab: Lab, port: int, kind: str) -> None:
    assert said(port, kind, ORM) == "AA"
    steps = (("SC", "IP", "in progress"), ("SC", "CM", "completed"), ("XO", "CM", "completed"),
             ("CA", "CA", "cancelled"))  # fmt: skip
    for control, status, then in steps:
        assert said(port, kind, ORM.replace("NW|P1|A1||SC", f"{control}|P1|A1||{status}")) == "AA"
        assert lab.archive.orders.all()[0]["status"] == then


def test_each_match_is_told_with_its_rule(lab: Lab, port: int) -> None:
    lab.store(*study(1), *study(2, AccessionNumber=""), *study(3, AccessionNumber="A9"))
    until(lambda: len(lab.told("study.unmatched")) == 3)
    rules = {entry.facts["study"]: entry.facts["rule"] for entry in lab.told("study.unmatched")}
    assert rules == {"1.2.3.1": "unknown order", "1.2.3.2": "no accession number",
                     "1.2.3.3": "unknown order"}  # fmt: skip
    assert said(port, "ORM^O01", ORM) == "AA"
    until(lambda: lab.told("study.matched"))
    assert lab.told("study.matched")[0].facts["rule"] == "accession number and patient ID"
    (late,) = lab.told("study.late-order")
    assert (late.facts["rule"], late.facts["study"]) == ("late order", "1.2.3.1")
    other = ORM.replace("A1|", "A9|").replace("T1^", "T9^").replace("|A1", "|A9")
    assert said(port, "ORM^O01", other) == "AA"
    until(lambda: len(lab.told("study.unmatched")) == 4)
    assert lab.told("study.unmatched")[-1].facts["rule"] == "another patient"


def test_a_merge_moves_performed_steps_too(lab: Lab, port: int) -> None:
    scu.mpps_create(lab.peer, "1.2.9", step(), Caller(ae="CT1"))
    assert said(port, "ADT^A40", f"{PID.replace('T1^', 'T2^')}\nMRG|T1") == "AA"
    assert [row["patient_id"] for row in lab.archive.steps.all()] == ["T2"]


BAD = [
    ("no segment terminator", message("M1", "ADT^A08", PID).replace(b"\r", b" "), "AE",
     "no carriage return ends any segment"),
    ("two messages in one frame", message("M1", "ADT^A08", PID) + NEXT, "AE", "a second MSH"),
    ("unknown trigger", message("M1", "ADT^A99", PID), "AR", "'ADT^A99' is not taken here"),
    ("A40 naming one ID twice", message("M1", "ADT^A40", f"{PID}\nMRG|T1"), "AE",
     "PID-3 and MRG-1 both name T1"),
    ("an accession of 17 characters",
     message("M1", "ORM^O01", ORM.replace("A1|RP1", "A1234567890123456|RP1")), "AE",
     "'A1234567890123456' has 17 characters"),
    ("a date of 20261340", message("M1", "ADT^A08", PID.replace("19700101", "20261340")), "AE",
     "'20261340' is no date"),
    ("a name that is not its charset",
     message("M1", "ADT^A08", PID.replace("ANNA", "JÓN")).replace("Ó".encode(), b"\xd3"), "AE",
     "byte 0xD3 is not UNICODE UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "code", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD]
)
def test_bad_input(lab: Lab, port: int, raw: bytes, code: str, words: str) -> None:
    lab.store(*study(1))
    before = lab.archive.index.studies()
    bad, good = answers(port, frame(raw) + frame(NEXT), count=2)
    assert (bad.code, bad.control_id, good.code) == (code, "M1", "AA") and words in bad.reason
    until(lambda: len(lab.told("hl7.received")) == 2)
    assert words in lab.told("hl7.received")[0].text
    rows = lab.archive.interfaces.log.find()
    assert [row["state"] for row in rows] == ["rejected", "accepted"]
    assert lab.archive.interfaces.log.get(rows[0]["number"])["raw"] == raw
    assert [row["patient_id"] for row in lab.archive.index.studies()] == [
        row["patient_id"] for row in before
    ]


def test_packets_and_facilities(lab: Lab, port: int) -> None:
    """Two in one packet, one in ten, and MSH-6 of '^^'."""
    odd = message("ODD", "ADT^A08", PID).replace(b"|HIS|HOSP||HOSP|", b"|HIS|HOSP||^^|")
    whole = frame(message("ONE", "ADT^A08", PID))
    size = len(whole) // 10 + 1
    ten = [whole[at : at + size] for at in range(0, len(whole), size)]
    found = answers(port, frame(NEXT) + frame(odd), *ten, count=3)
    assert [(ack.code, ack.control_id) for ack in found] == [
        ("AA", "NEXT"), ("AA", "ODD"), ("AA", "ONE"),
    ]  # fmt: skip


def test_a_report_is_kept_with_its_study_after_a_merge(lab: Lab, port: int) -> None:
    lab.store(*study(1))
    assert said(port, "ORM^O01", ORM) == "AA"
    assert said(port, "ADT^A40", f"{PID.replace('T1^', 'T2^')}\nMRG|T1") == "AA"
    assert said(port, "ORU^R01", report()).startswith("AE PID-3: A1 is of patient T2")
    assert said(port, "ORU^R01", report().replace("T1^", "T2^")) == "AA"
