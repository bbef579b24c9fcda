"""The mapping table of sending applications, and how strictly the RIS reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.errors import UsageError
from simulator.hospital.ris import Ris
from simulator.hospital.senders import issued
from simulator.network.hl7 import parse
from simulator.network.mllp_client import MllpClient
from tests.hl7_support import message
from tests.hospital.test_inbound import ORDER, PID


@pytest.fixture
def line(ris: Ris) -> Iterator[MllpClient]:
    server = ris.interfaces.listen().start()
    with MllpClient("127.0.0.1", int(server.port)) as client:
        yield client


def said(line: MllpClient, kind: str = "ADT^A04", body: str = PID, **header: str) -> str:
    ack = line.send(message("M1", kind, body, **header))
    return f"{ack.code} {ack.reason}".strip()


def test_senders_in_the_table(ris: Ris, line: MllpClient) -> None:
    assert said(line, sender="SITEB") == "AA"
    ris.settings.set("hl7.unknown_senders", False)
    assert said(line, sender="SITEB") == "AR MSH-3: the sender 'SITEB' is not in the table"
    ris.interfaces.senders.change("SITEB", {"types": "ORM"}, "eva")
    assert said(line, sender="SITEB") == "AR MSH-9: 'SITEB' may send ORM, not ADT"
    ris.interfaces.senders.change("SITEB", {"types": ""}, "eva")
    assert said(line, sender="SITEB") == "AA"
    ris.interfaces.senders.change("SITEB", {"taken": False}, "eva")
    assert said(line, sender="SITEB") == "AR MSH-3: the sender 'SITEB' is not heard here"
    rows = ris.interfaces.log.find()
    assert [row["code"] for row in rows] == ["AA", "AR", "AR", "AA", "AR"]  # nothing is lost


def test_a_sender_s_identifiers_get_their_issuer(ris: Ris, line: MllpClient) -> None:
    """Fault C17: 1001 of the other site is somebody else than ours."""
    ris.interfaces.senders.change("SITEB", {"issuer": "SITEB"}, "eva")
    ours, theirs = "PID|1||1001||DOE^JANE", "PID|1||1001||ROE^JOHN"
    assert said(line, body=ours) == said(line, body=theirs, sender="SITEB") == "AA"
    found = {row["issuer"]: row["patient_name"] for row in ris.interfaces.patients.all()}
    assert found == {"PACSLAB": "DOE^JANE", "SITEB": "ROE^JOHN"}


def test_only_what_has_no_issuer_gets_one() -> None:
    read = parse(message("1", body="PID|||7~8^^^X||A\nMRG|9^^^\nPV1"))
    made = issued(read, "B")
    assert [made.get(path) for path in ("PID-3.4", "PID-3[2].4", "MRG-1.4")] == ["B", "X", "B"]
    assert made.get("PID-5") == "A" and made.raw == read.raw
    nobody = parse(message("1", body="PID|||^^^||A"))
    assert issued(nobody, "B").get("PID-3.4") == ""


def test_a_sender_s_character_set(ris: Ris, line: MllpClient) -> None:
    raw = message("M1", "ADT^A04", PID.replace("JANE", "JÓN"), charset="8859/1")
    raw = raw.replace(b"8859/1", b"")
    assert line.send(raw).code == "AE"
    ris.interfaces.senders.change("HIS", {"charset": "8859/1"}, "eva")
    assert line.send(raw).code == "AA"
    found = ris.interfaces.patients.find("P1")
    assert found is not None and found["patient_name"] == "DOE^JÓN"


def test_the_names_the_ris_answers_to(ris: Ris, line: MllpClient) -> None:
    assert said(line, receiver="RADIS").startswith(
        "AR MSH-5: no application 'RADIS' here, only RIS"
    )
    ris.settings.set("hl7.applications", "RIS RADIS")
    assert said(line, receiver="RADIS") == "AA"
    ris.settings.set("hl7.applications", "any")
    assert said(line, receiver="WHOEVER") == "AA"


@pytest.mark.parametrize(
    ("kind", "body", "answer"),
    [
        ("ADT^A04", PID, "AE EVN: the segment is missing"),
        ("ADT^A04", f"EVN|A04\n{PID}", "AE PV1: the segment is missing"),
        ("ADT^A04", f"EVN|A04\n{PID}\nPV1|1|O", "AA"),
        ("ADT^A08", "EVN|A08\nPID|1||P1\nPV1|1|O", "AE PID-5: the patient has no name"),
        ("ORM^O01", ORDER, "AA"),
    ],
)
def test_strictness(ris: Ris, line: MllpClient, kind: str, body: str, answer: str) -> None:
    assert said(line, "ADT^A04", PID) == "AA"  # a lenient one does without
    ris.settings.set("hl7.strict", True)
    assert said(line, kind, body) == answer


def test_an_empty_receiving_facility_is_refused_only_by_the_strict(
    ris: Ris, line: MllpClient
) -> None:
    """Fault J9: MSH-6 of '^^' must not kill the channel."""
    raw = message("M1", "ADT^A04", PID).replace(b"|HIS|HOSP||HOSP|", b"|HIS|HOSP||^^|")
    assert line.send(raw).code == "AA"
    ris.settings.set("hl7.strict", True)
    ack = line.send(raw)
    assert (ack.code, ack.reason) == ("AR", "MSH-6: the field is empty")
    ris.settings.set("hl7.strict", False)
    assert line.send(raw).code == "AA"


def test_policies_for_orders(ris: Ris, line: MllpClient) -> None:
    """Faults J7, E4 and E7, each by the RIS's own policy."""
    ris.settings.set("hl7.order_without_uid", "refuse")
    assert said(line, "ORM^O01", ORDER) == "AE ZDS-1: the order has no Study Instance UID"
    assert said(line, "ORM^O01", f"{ORDER}\nZDS|1.2.3.4^RIS^Application^DICOM") == "AA"
    assert ris.book.find(placer="X1")[0].study_uid == "1.2.3.4"
    ris.settings.set("hl7.order_without_uid", "make one")
    ris.settings.set("hl7.unmapped", "refuse")
    other = ORDER.replace("X1", "X2").replace("CT-HEAD", "CT-HEART")
    assert said(line, "ORM^O01", other).startswith("AE OBR-4: procedure CT-HEART is not in the")
    ris.settings.set("hl7.cancel", False)
    assert said(line, "ORM^O01", ORDER.replace("NW", "CA")) == "AA"
    assert ris.book.find(placer="X1")[0].status == "scheduled"
    assert "ignored (hl7.cancel is off)" in ris.interfaces.log.find()[-1]["reason"]


def test_the_code_for_our_own_failures(
    ris: Ris, line: MllpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault J1: what a product says when it is the one that fails."""

    def broken(*_: object, **__: object) -> int:
        raise OSError("disk full")

    monkeypatch.setattr(ris.interfaces.log, "add", broken)
    assert said(line).startswith("AR not processed, send it again later")
    ris.settings.set("hl7.failure", "AE")
    assert said(line).startswith("AE not processed")


@pytest.mark.parametrize(
    "changes", [{"issuer": "A|B"}, {"charset": "KLINGON"}, {"taken": "no"}, {"colour": 1}]
)
def test_what_no_sender_can_be(ris: Ris, changes: dict[str, Any]) -> None:
    with pytest.raises(Exception) as refused:
        ris.interfaces.senders.change("HIS", changes, "eva")
    assert str(refused.value) and ris.interfaces.senders.all() == []
    with pytest.raises(UsageError):
        ris.interfaces.senders.change("", {}, "eva")
