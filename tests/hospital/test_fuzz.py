"""The RIS under messages that nobody should send: each is answered, none is our own failure."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from pydicom.dataset import Dataset

from simulator.hospital.ris import Ris
from simulator.journal import JournalReader
from simulator.network.hl7 import INTERNAL, parse
from simulator.network.mllp import Piece
from tests.hl7_support import message
from tests.hospital.test_inbound import ORDER, PID

KINDS = (
    ("ADT^A04", f"EVN|A04\n{PID}\nPV1|1|O"), ("ADT^A08", PID.replace("JANE", "JÓN")),
    ("ADT^A40", f"EVN|A40\n{PID}\nMRG|P2^^^PACSLAB"), ("ADT^A47", f"{PID}\nMRG|P3^^^PACSLAB"),
    ("ORM^O01", ORDER), ("ORM^O01", ORDER.replace("NW", "SC")), ("OMG^O19", ORDER),
    ("OMI^O23", f"{ORDER}\nIPC|A77|RP7|1.2.3.77|SP7|CT|||^|CT1"),
    ("SIU^S12", f"SCH|1|2{'|' * 24}X1|X1\nAIS|1||CT|20260302143000"),
    ("ORU^R01", f"{PID}\nOBR|1|X1|A7|CT{'|' * 21}F\nOBX|1|TX|||Well."),
)  # fmt: skip
SIGNS = b"|^~\\&\r\n\x00\xff\xe9 09AZ"


def mangled(chance: Random, raw: bytes) -> bytes:
    """Return a message with a few bytes changed, lost, doubled or moved."""
    data = bytearray(raw)
    for _ in range(chance.choice((0, 1, 1, 2, 5, 30))):
        at = chance.randrange(len(data))
        act = chance.randrange(5)
        if act == 0:
            data[at] = chance.choice(SIGNS)
        elif act == 1:
            del data[at : at + chance.randrange(1, 12)]
        elif act == 2:
            data[at:at] = data[at : at + chance.randrange(1, 40)]
        elif act == 3:
            data[at:at] = bytes([chance.choice(SIGNS)]) * chance.choice((1, 3, 70))
        else:
            data[at:at] = chance.randbytes(chance.randrange(1, 6))
        data = data or bytearray(b"M")
    return bytes(data)


def fuzz(ris: Ris, events: JournalReader, count: int, seed: int) -> Counter[str]:
    chance, codes = Random(seed), Counter[str]()
    for number in range(count):
        kind, body = chance.choice(KINDS)
        body = body.replace("P1^", f"P{chance.randrange(6)}^").replace("X1", f"X{number % 40}")
        raw = mangled(chance, message(f"F{number}", kind, body))
        answers = ris.interfaces.receiver.receive(Piece("message", raw), "fuzz")
        for answer in answers:
            ack = parse(answer, "UNICODE UTF-8")
            codes[ack.get("MSA-1")] += 1
            said = (ack.get("ERR-3.1"), ack.get("ERR-1.4.1"))
            assert str(INTERNAL) not in said, (raw, ack.text)
    assert len(ris.interfaces.log.find()) == count  # nothing is lost
    assert not events.entries(kind="bug")
    return codes


def test_a_thousand_mangled_messages(ris: Ris, events: JournalReader) -> None:
    codes = fuzz(ris, events, 1000, seed=4)
    assert min(codes["AA"], codes["AE"], codes["AR"]) > 20
    assert ris.book.find() and ris.interfaces.patients.all()
    list(ris.worklist.entries(Dataset()))  # whatever was taken can be shown


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_many_more(ris: Ris, events: JournalReader) -> None:
    fuzz(ris, events, 20_000, seed=5)
