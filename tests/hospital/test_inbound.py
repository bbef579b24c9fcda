"""HL7 into the RIS, over a real MLLP line: what each message does, and what each error meets."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from random import Random

import pytest

from simulator.errors import RefusedError
from simulator.hospital import history
from simulator.hospital.ris import Ris
from simulator.journal import JournalReader
from simulator.network import hl7_ack
from simulator.network.hl7 import parse
from simulator.network.mllp import VT, FrameReader, frame
from simulator.network.mllp_client import MllpClient
from tests.hl7_support import message

Send = Callable[..., str]
PID = "PID|1||P1^^^PACSLAB^MR||DOE^JANE||19700131|F"
ORDER = f"{PID}\nORC|NW|X1|||||^^^20260302090000^^S\nOBR|1|X1||CT-HEAD^CT Head"


@pytest.fixture
def port(ris: Ris) -> Iterator[int]:
    server = ris.interfaces.listen().start()
    yield int(server.port)


@pytest.fixture
def send(port: int) -> Iterator[Send]:
    """Send one message; returns code and reason, e.g. 'AA', or 'AE PID-3: …'."""
    with MllpClient("127.0.0.1", port) as client:
        count = iter(range(1, 10**6))

        def call(kind: str, body: str, **header: str) -> str:
            ack = client.send(message(f"M{next(count)}", kind, body, **header))
            return f"{ack.code} {ack.reason}".strip()

        yield call


def test_an_order_s_way(send: Send, ris: Ris) -> None:
    assert send("ORM^O01", ORDER) == "AA"
    (order,) = ris.book.find(placer="X1")
    assert (order.status, order.station_ae, order.priority) == ("scheduled", "CT1", "STAT")
    assert f"{order.scheduled:%H:%M}" == "09:00" and order.accession.startswith("A")
    assert len(list(ris.worklist.entries(_all()))) == 1
    body = f"{PID}\nORC|{{}}|X1|{order.accession}||{{}}\nOBR|1|X1||CT-HEAD"
    assert send("ORM^O01", body.format("SC", "IP")) == "AA"
    assert send("ORM^O01", body.format("CA", "")).startswith("AE ORC-1: An order that is in prog")
    assert send("ORM^O01", body.format("SC", "CM")) == "AA"
    steps = [(row["what"], row["new"]) for row in history.of(ris.database, order.accession)]
    assert steps == [("placed", "scheduled"), ("status", "in progress"), ("status", "completed")]
    report = f"{PID}\nOBR|1|X1|{order.accession}|CT-HEAD{'|' * 21}F\nOBX|1|TX|||All is well."
    assert send("ORU^R01", report) == "AA"
    assert ris.book.get(order.accession).status == "reported"
    assert ris.interfaces.reports.of(order.accession)[0]["text"] == "All is well."


def _all() -> object:
    from pydicom.dataset import Dataset

    return Dataset()


def test_omi_and_omg_say_the_same_in_other_segments(send: Send, ris: Ris) -> None:
    tq1 = "TQ1|1||||||20260302103000||S"
    ipc = "IPC|A77|RP7|1.2.3.77|SP7|MR|||^|MR1"
    body = f"{PID}\nORC|NW|X2\n{tq1}\nOBR|1|X2||MR-BRAIN\n{ipc}"
    assert send("OMI^O23", body) == "AA"
    order = ris.book.get("A77")
    assert (order.study_uid, order.step_id, order.station_ae) == ("1.2.3.77", "SP7", "MR1")
    assert send("OMG^O19", f"{PID}\nORC|NW|X3\n{tq1}\nOBR|1|X3||CT-HEAD") == "AA"
    assert ris.book.find(placer="X3")[0].priority == "STAT"


def test_an_order_sent_twice_is_one_order(send: Send, ris: Ris) -> None:
    assert send("ORM^O01", ORDER) == "AA" and send("ORM^O01", ORDER) == "AA"
    assert len(ris.book.find(placer="X1")) == 1
    other = ORDER.replace("P1^", "P2^")
    assert send("ORM^O01", other).startswith("AE PID-3: order A") and len(ris.book.find()) == 1


def test_an_unmapped_procedure_is_accepted_and_on_no_worklist(send: Send, ris: Ris) -> None:
    """Fault E4: the order is there, the worklist does not show it until the table is mended."""
    assert send("ORM^O01", ORDER.replace("CT-HEAD", "CT-HEART")) == "AA"
    (order,) = ris.book.find(placer="X1")
    assert order.status == "ordered" and not list(ris.worklist.entries(_all()))
    ris.book.table.change("CT-HEART", {"modality": "CT", "station_ae": "CT1", "protocol": "heart"})
    ris.interfaces.receiver.replay(1)
    (order,) = ris.book.find(placer="X1")
    assert (order.status, order.station_ae) == ("scheduled", "CT1")


def test_appointments(send: Send, ris: Ris) -> None:
    send("ORM^O01", ORDER)
    (order,) = ris.book.find(placer="X1")
    sch = "SCH|1|2{}\nAIS|1||CT|20260302143000"
    fields = "|" * 24 + f"X1|{order.accession}"
    assert send("SIU^S13", sch.format(fields)) == "AA"
    assert f"{ris.book.get(order.accession).scheduled:%H:%M}" == "14:30"
    assert send("SIU^S15", sch.format(fields)) == "AA"
    assert ris.book.get(order.accession).status == "ordered"
    assert send("SIU^S12", sch.format(fields)) == "AA"
    assert ris.book.get(order.accession).status == "scheduled"
    assert send("SIU^S12", "SCH|NONE").startswith("AE SCH-26: no order")


def test_an_update_reaches_the_orders(send: Send, ris: Ris, events: JournalReader) -> None:
    send("ORM^O01", ORDER)
    assert send("ADT^A08", PID.replace("DOE^JANE", "ROE^JANE")) == "AA"
    assert ris.book.find(placer="X1")[0].patient.name == "ROE^JANE"
    (entry,) = events.entries("patient.changed")
    assert (entry.facts["old"], entry.facts["new"]) == ("DOE^JANE", "ROE^JANE")


def test_a_merge_moves_orders_and_retires_the_identifier(send: Send, ris: Ris) -> None:
    send("ORM^O01", ORDER)
    survivor = PID.replace("P1^", "P2^")
    send("ADT^A04", survivor)
    merge = f"EVN|A40\n{survivor}\nMRG|P1^^^PACSLAB"
    assert send("ADT^A40", merge) == "AA"
    assert ris.book.find(placer="X1")[0].patient.mrn == "P2"
    assert send("ADT^A40", merge) == "AA"  # again: nothing more to do
    reverse = f"EVN|A40\n{PID}\nMRG|P2^^^PACSLAB"  # fault J5
    assert send("ADT^A40", reverse).startswith("AE PID-3: P1 was merged into P2")
    assert send("ADT^A08", PID).startswith("AE PID-3: P1 was merged into P2")  # fault J6
    assert send("ORM^O01", ORDER.replace("X1", "X9")).startswith("AE PID-3: P1 was merged")
    assert ris.interfaces.patients.all(merged_into="P2")[0]["patient_id"] == "P1"


def test_an_identifier_is_changed(send: Send, ris: Ris) -> None:
    send("ORM^O01", ORDER)
    new = PID.replace("P1^", "P5^")
    assert send("ADT^A47", f"EVN|A47\n{new}\nMRG|P1^^^PACSLAB") == "AA"
    assert ris.book.find(placer="X1")[0].patient.mrn == "P5"
    assert send("ADT^A47", f"EVN|A47\n{new}\nMRG|P1^^^PACSLAB").startswith("AE PID-3: P5 is some")


# --- bad input: the list of the issue -----------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body", "header", "answer"),
    [
        ("ADT^A40", f"{PID}\nMRG|P1^^^PACSLAB", {}, "AE MRG-1: PID-3 and MRG-1 both name P1"),
        ("ADT^A99", PID, {}, "AR MSH-9.2: trigger 'ADT^A99' is not taken here"),
        ("XYZ^X01", PID, {}, "AR MSH-9.1: messages 'XYZ^X01' are not taken here"),
        ("ADT^A08", PID, {"version": "9"}, "AR MSH-12: version '9' is unknown"),
        ("ADT^A08", PID, {"receiver": "LAB"}, "AR MSH-5: no application 'LAB' here, only RIS"),
        ("ADT^A08", PID, {"receiver": "^^"}, "AA"),
        ("ADT^A08", PID, {"charset": "KLINGON"}, "AE MSH-18: 'KLINGON' is no character set"),
        ("ADT^A08", PID.replace("19700131", "20261340"), {}, "AE PID-7: '20261340' is no date"),
        ("ORM^O01", ORDER.replace("X1||CT-HEAD", "X1|A1234567890123456|CT-HEAD"), {},
         "AE OBR-3: 'A1234567890123456' has 17 characters"),
        ("ORM^O01", ORDER.replace("CT-HEAD^CT Head", ""), {}, "AE OBR-4: the order does not say"),
        ("ORM^O01", ORDER.replace("NW", "CA"), {}, "AE ORC-2: no order X1 is known here"),
        ("ADT^A08", "EVN|A08", {}, "AE PID: the segment is missing"),
        ("ORU^R01", f"{PID}\nOBR|1||A9|X{'|' * 21}F\nOBX|1|TX|||x", {}, "AE OBR-3: no order A9"),
        ("ADT^A40", f"{PID}\nMRG|P9^^^PACSLAB", {}, "AE MRG-1: no patient P9 is known here"),
    ],
)  # fmt: skip
def test_bad_input_meets_the_right_answer(
    send: Send, ris: Ris, events: JournalReader, kind: str, body: str, header: dict[str, str],
    answer: str,
) -> None:  # fmt: skip
    assert send(kind, body, **header).startswith(answer)
    (entry,) = events.entries("hl7.received")
    assert entry.facts["code"] == answer[:2] and answer[3:] in entry.text
    (row,) = ris.interfaces.log.find()  # nothing is lost: it stands in the log
    assert (row["code"], row["kind"], row["control_id"]) == (answer[:2], kind, "M1")
    assert send("ADT^A04", PID.replace("P1^", "P7^")) == "AA"  # and the next is taken


def test_bytes_that_are_not_their_character_set(port: int, ris: Ris) -> None:
    raw = message("M1", body=PID.replace("JANE", "JÓN")).replace("Ó".encode(), b"\xd3")
    with MllpClient("127.0.0.1", port) as client:
        ack = client.send(raw)
    assert (ack.code, ack.reason) == (
        "AE", "PID-5: byte 0xD3 is not UNICODE UTF-8, which MSH-18 promises",
    )  # fmt: skip
    assert ris.interfaces.log.get(1)["raw"] == raw  # byte for byte


def test_a_letter_that_no_ascii_has_without_msh_18(port: int) -> None:
    raw = message("M1", body=PID.replace("JANE", "JÓN")).replace(b"UNICODE UTF-8", b"")
    with MllpClient("127.0.0.1", port) as client:
        assert client.send(raw).reason.startswith("PID-5: byte 0xC3 is not ASCII")


def test_what_breaks_off_is_refused_and_the_next_is_taken(port: int, ris: Ris) -> None:
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(VT + message("HALF")[:90] + frame(message("GOOD", body=PID)))
        sock.settimeout(5)
        reader, acks = FrameReader(), []
        while len(acks) < 2:
            acks += [hl7_ack.read(piece.data) for piece in reader.feed(sock.recv(65536))]
    assert [(ack.code, ack.control_id) for ack in acks] == [("AR", "HALF"), ("AA", "GOOD")]
    assert [row["state"] for row in ris.interfaces.log.find()] == ["rejected", "accepted"]


def test_a_failure_inside_is_ar_and_leaves_nothing_behind(
    send: Send, ris: Ris, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Durable or refused: the order's row and the log's row stand or fall together."""
    log = ris.interfaces.log

    def broken(message: object, **facts: object) -> int:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(log, "add", broken)
        assert send("ORM^O01", ORDER).startswith("AR not processed, send it again later")
    assert ris.book.find() == [] and log.find() == []
    assert send("ORM^O01", ORDER) == "AA" and len(ris.book.find()) == 1


def test_a_rejected_message_is_replayed_after_its_cause_is_mended(send: Send, ris: Ris) -> None:
    cancel = ORDER.replace("NW", "CA")
    assert send("ORM^O01", cancel).startswith("AE")
    with pytest.raises(RefusedError, match="no order X1"):
        ris.interfaces.receiver.replay(1)
    send("ORM^O01", ORDER)
    assert "is cancelled" in ris.interfaces.receiver.replay(1)
    assert ris.book.find(placer="X1")[0].status == "cancelled"


def test_enhanced_mode_gets_both_acknowledgements(port: int) -> None:
    raw = message("M1", body=PID).replace(b"|P|2.5.1||||||", b"|P|2.5.1|||AL|AL||")
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(frame(raw))
        sock.settimeout(5)
        reader, codes = FrameReader(), []
        while len(codes) < 2:
            codes += [parse(p.data).get("MSA-1") for p in reader.feed(sock.recv(65536))]
    assert codes == ["CA", "AA"]


def test_other_delimiters_are_translated_on_the_way_on(port: int, ris: Ris) -> None:
    raw = b"MSH#*!@%#HIS##RIS##2026##ADT*A04#7#P#2.3.1\rPID###P1***PACSLAB##A%B*C^D\r"
    with MllpClient("127.0.0.1", port) as client:
        assert client.send(raw).code == "AA"
    assert ris.interfaces.patients.find("P1") is not None


def test_random_bytes_between_good_messages(port: int, ris: Ris, events: JournalReader) -> None:
    chance, good = Random(3), 0
    with socket.create_connection(("127.0.0.1", port)) as sock:
        for number in range(60):
            sock.sendall(chance.choice((VT, b"")) + chance.randbytes(50))
            sock.sendall(frame(message(f"G{number}", "ADT^A04", PID.replace("P1", f"P{number}"))))
        sock.shutdown(socket.SHUT_WR)
        reader = FrameReader()
        while data := sock.recv(65536):
            good += sum(hl7_ack.read(p.data).code == "AA" for p in reader.feed(data))
    assert good == 60 and len(ris.interfaces.patients.all()) == 60
    assert not events.entries("bug")
