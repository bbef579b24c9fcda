"""Every message the RIS takes, in every version and mode it may come in."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from pydicom.dataset import Dataset

from simulator.hospital.inbound import UPDATES
from simulator.hospital.ris import Ris
from simulator.network import hl7_ack
from simulator.network.channel import Channel
from simulator.network.hl7 import CHARSETS, parse
from simulator.network.mllp import FrameReader, frame
from simulator.network.mllp_client import MllpClient
from tests.hl7_support import message
from tests.hospital.test_inbound import ORDER, PID
from tests.net import wait_for

BODY = "EVN|A0X\nPID|1||P1^^^PACSLAB^MR||ROE^JANE||19710101|F\nPV1|1|I|WARD^2^B||||||||||||||||V77"
ORDERS = {
    "ORM^O01": "{pid}\nORC|{control}|X1|||{status}||^^^20260302090000^^S\nOBR|1|X1||CT-HEAD",
    "OMG^O19": "{pid}\nORC|{control}|X1|||{status}\nTQ1|1||||||20260302090000||S\n"
    "OBR|1|X1||CT-HEAD",
    "OMI^O23": "{pid}\nORC|{control}|X1|||{status}\nTQ1|1||||||20260302090000||S\n"
    "OBR|1|X1||CT-HEAD\nIPC|A77|RP7|1.2.3.77|SP7|CT|||^|CT1",
}  # fmt: skip


@pytest.fixture
def line(ris: Ris) -> Iterator[MllpClient]:
    server = ris.interfaces.listen().start()
    with MllpClient("127.0.0.1", int(server.port)) as client:
        yield client


def said(line: MllpClient, kind: str, body: str, **header: str) -> str:
    ack = line.send(message("M1", kind, body, **header))
    return f"{ack.code} {ack.reason}".strip()


def order(kind: str, control: str, status: str = "") -> str:
    return ORDERS[kind].format(pid=PID, control=control, status=status)


# --- ADT ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("trigger", UPDATES)
def test_every_update(ris: Ris, line: MllpClient, trigger: str) -> None:
    """A01 to A08, A11, A28, A31: registered, or brought up to date, as is the order's patient."""
    assert said(line, "ORM^O01", ORDER) == "AA"
    assert said(line, f"ADT^{trigger}", BODY.replace("A0X", trigger)) == "AA"
    found = ris.interfaces.patients.find("P1")
    assert found is not None
    assert (found["patient_name"], found["visit"], found["location"]) == (
        "ROE^JANE", "V77", "WARD^2^B",
    )  # fmt: skip
    assert ris.book.find(placer="X1")[0].patient.name == "ROE^JANE"


def test_a_visit_is_on_the_worklist(ris: Ris, line: MllpClient) -> None:
    assert said(line, "ORM^O01", ORDER) == "AA"
    assert said(line, "ADT^A01", BODY.replace("A0X", "A01")) == "AA"
    query = Dataset()
    query.AdmissionID, query.CurrentPatientLocation = "V77", ""
    (entry,) = ris.worklist.entries(query)
    assert (entry.AdmissionID, entry.CurrentPatientLocation) == ("V77", "WARD^2^B")
    query.AdmissionID = "V78"
    assert list(ris.worklist.entries(query)) == []


@pytest.mark.parametrize("trigger", ["A40", "A47"])
def test_every_merge(ris: Ris, line: MllpClient, trigger: str) -> None:
    assert said(line, "ORM^O01", ORDER) == "AA"
    body = f"EVN|{trigger}\n{PID.replace('P1^', 'P2^')}\nMRG|P1^^^PACSLAB"
    assert said(line, f"ADT^{trigger}", body) == "AA"
    assert ris.book.find(placer="X1")[0].patient.mrn == "P2"


# --- orders -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ORDERS)
def test_every_order_control(ris: Ris, line: MllpClient, kind: str) -> None:
    """NW, XO, SC (scheduled, in progress, completed), and CA or DC at the right moment."""
    assert said(line, kind, order(kind, "NW")) == "AA"
    (placed,) = ris.book.find(placer="X1")
    assert (placed.status, placed.priority) == ("scheduled", "STAT")
    changed = order(kind, "XO").replace("20260302090000", "20260302113000")
    assert said(line, kind, changed) == "AA"
    assert f"{ris.book.get(placed.accession).scheduled:%H:%M}" == "11:30"
    assert said(line, kind, order(kind, "SC", "IP")) == "AA"
    assert ris.book.get(placed.accession).status == "in progress"
    assert said(line, kind, order(kind, "CA")).startswith("AE ORC-1")
    assert said(line, kind, order(kind, "DC")) == "AA"
    assert ris.book.get(placed.accession).status == "discontinued"
    assert said(line, kind, order(kind, "SC", "SC")) == "AA"
    assert said(line, kind, order(kind, "CA")) == "AA"
    assert ris.book.get(placed.accession).status == "cancelled"
    assert said(line, kind, order(kind, "SC", "CM")).startswith("AE ORC-5: An order that is canc")
    assert said(line, kind, order(kind, "ZZ")).startswith("AE ORC-1: 'ZZ' is no order control")


def test_an_arrival_and_a_completion(ris: Ris, line: MllpClient) -> None:
    said(line, "ORM^O01", ORDER)
    arrived = order("ORM^O01", "SC", "SC").replace("^^S\n", f"^^S{'|' * 18}ARRIVED\n")
    assert said(line, "ORM^O01", arrived) == "AA"
    assert ris.book.find(placer="X1")[0].status == "arrived"
    for status in ("IP", "CM"):
        assert said(line, "ORM^O01", order("ORM^O01", "SC", status)) == "AA"
    assert ris.book.find(placer="X1")[0].status == "completed"


@pytest.mark.parametrize(
    ("status", "stays"), [("P", "completed"), ("F", "reported"), ("C", "reported")]
)
def test_every_report_status(ris: Ris, line: MllpClient, status: str, stays: str) -> None:
    placed = ris.book.place(code="CT-HEAD")
    who = f"PID|1||{placed.patient.mrn}^^^PACSLAB"
    body = f"{who}\nOBR|1||{placed.accession}|CT{'|' * 21}{status}\nOBX|1|TX|||Well."
    assert said(line, "ORU^R01", body).startswith("AE OBR-3")  # nothing was done yet
    for event in ("start", "complete"):
        ris.book.move(placed.accession, event)
    assert said(line, "ORU^R01", body) == "AA"
    assert ris.book.get(placed.accession).status == stays
    assert ris.interfaces.reports.of(placed.accession)[0]["status"] == status
    assert said(line, "ORU^R01", body.replace(placed.patient.mrn, "P9")).startswith("AE PID-3")


# --- versions, character sets, modes -----------------------------------------------------------


@pytest.mark.parametrize("version", ["2.3.1", "2.4", "2.5", "2.5.1"])
@pytest.mark.parametrize("kind", ORDERS)
def test_every_version(ris: Ris, line: MllpClient, version: str, kind: str) -> None:
    assert said(line, kind, order(kind, "NW"), version=version) == "AA"
    refused = line.send(message("M2", kind, order(kind, "ZZ"), version=version))
    assert (refused.code, refused.control_id) == ("AE", "M2")


@pytest.mark.parametrize(
    ("charset", "name"),
    [("8859/1", "MÜLLER^JÖRG"), ("8859/2", "NOVÁK^JIŘÍ"), ("8859/5", "ИВАНОВ^ИВАН"),
     ("8859/7", "ΔΙΟΝΥΣΙΟΣ"), ("8859/15", "LŒB^ANNE"), ("UNICODE UTF-8", "山田^太郎"),
     ("GB 18030-2000", "王^小东"), ("KS X 1001", "김^희중"), ("ISO IR87", "山田^太郎"),
     ("ASCII", "SMITH^ANN")],
)  # fmt: skip
def test_every_character_set(ris: Ris, line: MllpClient, charset: str, name: str) -> None:
    assert charset in CHARSETS
    assert said(line, "ADT^A04", PID.replace("DOE^JANE", name), charset=charset) == "AA"
    found = ris.interfaces.patients.find("P1")
    assert found is not None and found["patient_name"] == name


@pytest.mark.parametrize(
    ("accept", "application", "kind", "codes"),
    [
        ("", "", "ADT^A04", ["AA"]), ("AL", "AL", "ADT^A04", ["CA", "AA"]),
        ("AL", "NE", "ADT^A04", ["CA"]), ("ER", "ER", "ADT^A04", []),
        ("AL", "AL", "ADT^A99", ["CR", "AR"]), ("SU", "SU", "ADT^A99", []),
    ],
)  # fmt: skip
def test_every_acknowledgement_mode(
    ris: Ris, line: MllpClient, accept: str, application: str, kind: str, codes: list[str]
) -> None:
    raw = message("M1", kind, PID).replace(
        b"|P|2.5.1||||||", f"|P|2.5.1|||{accept}|{application}||".encode()
    )
    last = message("END", "ADT^A04", PID)
    with socket.create_connection((line.host, line.port)) as sock:
        sock.sendall(frame(raw) + frame(last))
        sock.settimeout(5)
        reader, acks = FrameReader(), []
        while not acks or acks[-1].control_id != "END":
            acks += [hl7_ack.read(piece.data) for piece in reader.feed(sock.recv(65536))]
    assert [ack.code for ack in acks[:-1]] == codes


@pytest.mark.parametrize(("receiver", "state"), [("RIS", "sent"), ("OTHER", "parked")])
def test_our_own_channel_in_enhanced_mode(
    ris: Ris, line: MllpClient, receiver: str, state: str
) -> None:
    """CA means kept, not done: only what comes after it decides."""
    outbox = ris.interfaces.outbox
    outbox.furnish(
        Channel(name="SELF", host=line.host, port=line.port, sending_application="HIS",
                receiving_application=receiver, mode="enhanced", on_reject="park")
    )  # fmt: skip
    outbox.start()
    number = outbox.post("SELF", "ADT^A04", PID.split("\n"))
    assert outbox.wait(number, 5) == state
    sent = parse(outbox.log.get(number)["raw"])
    assert (sent.get("MSH-15"), sent.get("MSH-16"), sent.get("MSH-18")) == (
        "AL", "AL", "UNICODE UTF-8",
    )  # fmt: skip
    assert outbox.log.get(number)["code"] == ("AA" if state == "sent" else "CR")
    wait_for(outbox.drained)
