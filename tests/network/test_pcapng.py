"""Captures: what Wireshark's own dissectors make of our files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import RefusedError, RejectedError, StatusError, UsageError
from simulator.network import command as cmd
from simulator.network import pcapng, scu
from simulator.network.associate import Caller, Peer
from simulator.network.mllp_client import MllpClient
from simulator.network.pcapng import ACK, PSH, SYN, Segment
from simulator.network.recording import Tape
from simulator.network.tls import Tls
from simulator.network.wire_office import WireOffice
from tests import peers
from tests.hl7_support import Answers, message
from tests.network.recorded import ended, sent
from tests.network.support import small_archive, study_query

Dissect = Callable[..., list[str]]


@pytest.fixture
def dissect(peer: Callable[[str], Path], tmp_path: Path) -> Dissect:
    """Have tshark read a capture; what is malformed or does not fit together fails the test."""
    tshark = peer("tshark")

    def run(data: bytes, *arguments: str) -> list[str]:
        path = tmp_path / "wire.pcapng"
        path.write_bytes(data)
        wrong = "_ws.malformed || tcp.analysis.flags || _ws.expert.severity >= 8388608"
        assert _lines(tshark, path, "-Y", wrong) == []
        return _lines(tshark, path, *arguments)

    return run


def _lines(tshark: Path, path: Path, *arguments: str) -> list[str]:
    done = peers.run(tshark, "-n", "-r", path, *arguments, timeout=60)
    assert done.returncode == 0, done.stdout
    return [line.strip() for line in done.stdout.splitlines() if "Running as user" not in line]


def fields(*names: str) -> list[str]:
    return ["-T", "fields", *(word for name in names for word in ("-e", name))]


def test_wireshark_reads_a_store_and_its_status(tape: Tape, dissect: Dissect) -> None:
    with small_archive(handlers={cmd.C_STORE: lambda _: 0xA700}) as archive:
        with pytest.raises(StatusError):
            sent(archive.port)
        connection = ended(tape)
        port = archive.port
    data = WireOffice(tape).capture()
    said = dissect(data, "-Y", "dicom", *fields("_ws.col.Info"))
    assert [line.partition("[")[0] for line in said] == [
        "A-ASSOCIATE request CT1 --> PACSLAB", "A-ASSOCIATE accept  CT1 <-- PACSLAB",
        "P-DATA, C-STORE-RQ ID=1", "P-DATA", "P-DATA, C-STORE-RSP (Refused: Out of Resources)",
        "A-RELEASE request", "A-RELEASE response",
    ]  # fmt: skip
    assert "[Packet size limited during capture]" in said[3]  # and not: malformed
    ends = dissect(data, "-Y", "dicom.pdu.type == 1", *fields("ip.src", "tcp.dstport"))
    assert ends == [f"127.0.0.1\t{port}"]
    status = dissect(data, "-Y", "dicom.pdv.flags == 3", "-V")
    assert any("Out of Resources" in line or "a700" in line.lower() for line in status)
    whole = dissect(data, *fields("tcp.len"))
    assert sum(map(int, whole)) == connection.size


def test_wireshark_reads_queries_and_rejections(tape: Tape, dissect: Dissect) -> None:
    with small_archive() as archive:
        peer = Peer(ae="PACSLAB", host="127.0.0.1", port=archive.port)
        rows = list(scu.find(peer, study_query(PatientName="Test^Anna"), Caller(ae="WS1")))
        with suppress(RejectedError):
            scu.echo(Peer(ae="WRONG", host="127.0.0.1", port=archive.port), Caller(ae="CT9"))
        ended(tape)
    said = dissect(WireOffice(tape).capture(), "-Y", "dicom", *fields("_ws.col.Info"))
    text = "\n".join(said)
    assert "C-FIND-RQ" in text and text.count("C-FIND-RSP ID=") == len(rows) + 1
    assert "(Success)" in text and "A-ASSOCIATE request CT9 --> WRONG" in text
    assert "A-ASSOCIATE reject  CT9 <-- WRONG" in text and "Called AE" in text
    every = dissect(WireOffice(tape).capture(), "-V", "-Y", "dicom")
    assert any("Test^Anna" in line for line in every)


def test_wireshark_reads_hl7(tape: Tape, dissect: Dissect) -> None:
    with Answers() as server, MllpClient("127.0.0.1", server.port) as client:
        for number in range(3):
            assert client.send(message(f"HIS00{number}", "ADT^A08")).code == "AA"
        client.close()
        port = server.port
        ended(tape)
    data = WireOffice(tape).capture()
    wanted = ("-d", f"tcp.port=={port},hl7")
    kinds = dissect(data, *wanted, "-Y", "hl7", *fields("hl7.message.type", "hl7.event.type"))
    assert [line.split("\t")[0] for line in kinds] == ["ADT", "ACK"] * 3
    assert kinds[0].split("\t")[1] == "A08"
    text = "\n".join(dissect(data, *wanted, "-V", "-Y", "hl7"))
    assert "MSH" in text and "HIS002" in text and "MSA" in text


def test_tls_is_shown_as_after_decryption_and_says_so(
    tape: Tape, dissect: Dissect, tmp_path: Path
) -> None:
    from simulator.authority import Authority
    from simulator.network.tls import server_context

    authority = Authority(tmp_path / "tls")
    authority.init()
    for name in ("PACSLAB", "CT1"):
        authority.issue(name, ["127.0.0.1"])
    ours, theirs = (Tls.of(tmp_path / "tls" / name) for name in ("PACSLAB", "CT1"))
    with small_archive(tls=lambda: server_context(ours)) as archive:
        sent(archive.port, 16, tls=theirs)
        connection = ended(tape)
        assert connection.tls
    data = WireOffice(tape).capture(str(connection.number))
    said = dissect(data, "-Y", "dicom", *fields("frame.comment", "_ws.col.Info"))
    assert "came by TLS, shown as after decryption" in said[0] and "A-ASSOCIATE request" in said[0]


# --- the writer -------------------------------------------------------------------------------


def segment(at: float, **facts: Any) -> Segment:
    given = {"source": ("127.0.1.5", 40000), "target": ("127.0.0.1", 11112), "flags": PSH | ACK,
             "sequence": 1, "acknowledged": 1, "data": b"x", "length": 1, **facts}  # fmt: skip
    return Segment(at=at, **given)


def test_captures_are_merged_in_the_order_of_time(dissect: Dissect) -> None:
    one = pcapng.capture([segment(30.25, flags=SYN, data=b"", length=0)])
    other = pcapng.capture([segment(20.5, source=("::1", 7), target=("::1", 8), flags=SYN,
                                    data=b"", length=0, comment="é")])  # fmt: skip
    found = dissect(pcapng.merged([one, other]), *fields("frame.time_epoch", "frame.comment"))
    assert [line.split("\t")[0] for line in found] == ["20.500000000", "30.250000000"]
    assert found[0].endswith("é")


def test_blocks_are_whole() -> None:
    data = pcapng.capture([segment(1.0, comment="abc"), segment(2.0, data=b"", length=9)], "why")
    found = list(pcapng.blocks(data))
    assert b"".join(found) == data
    assert [int.from_bytes(block[:4], "little") for block in found] == [
        pcapng.SECTION, pcapng.INTERFACE, pcapng.PACKET, pcapng.PACKET,
    ]  # fmt: skip
    assert all(block[4:8] == block[-4:] and len(block) % 4 == 0 for block in found)


@pytest.mark.parametrize("numbers", ["x", "1,y", "-1", "1;2", "9" * 20])
def test_numbers_that_are_none(numbers: str) -> None:
    with pytest.raises(UsageError, match="not numbers"):
        WireOffice(Tape()).capture(numbers)


def test_what_is_not_there() -> None:
    office = WireOffice(Tape())
    assert office.list({}) == []
    for ask in (lambda: office.show(1), lambda: office.message(1, 1), lambda: office.capture("1")):
        with pytest.raises(RefusedError, match="not on the recording"):
            ask()
    for query in ({"limit": "x"}, {"since": "yesterday"}):
        with pytest.raises(UsageError):
            office.list(query)
