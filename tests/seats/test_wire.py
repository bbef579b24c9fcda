"""What was said on the wire, of a whole hospital: by client, by command, and in Wireshark."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.client import Client
from simulator.errors import CannotError, UsageError
from tests import peers

Command = Callable[..., tuple[int, str, str]]


def test_both_ends_are_put_together(hospital: Client) -> None:
    assert hospital.modality("CT1").echo().ok
    assert hospital.modality("CT1").echo("ris").ok
    found = hospital.wire.list(ae="CT1")
    by_called = {row["called"]: row for row in found}
    assert by_called["PACSLAB"]["id"][0] == "a" and by_called["RISLAB"]["id"][0] == "h"
    assert by_called["PACSLAB"]["hospital"].startswith("2026-03-0")
    at_hospital = hospital.wire.list("hospital", ae="CT1")
    address = by_called["PACSLAB"]["caller_address"]
    assert [row["id"][0] for row in at_hospital if row["caller_address"] == address] == ["h"]
    assert sum(row["caller_address"] == address for row in found) == 1
    shown = hospital.wire.show(by_called["RISLAB"]["id"])
    assert [row["name"] for row in shown["messages"]][2:4] == ["C-ECHO-RQ", "C-ECHO-RSP"]


def test_a_stopped_archive_leaves_the_other_end_to_read(hospital: Client) -> None:
    hospital.modality("CT1").echo()
    hospital.seat.service("stop", "archive")
    try:
        assert hospital.modality("CT1").echo().ok is False
        last = hospital.wire.list(ae="CT1")[-1]
        assert (last["outcome"], last["id"][0]) == ("no connection", "h")
        (message,) = hospital.wire.show(last["id"])["messages"]
        assert message["verdict"] == "failed"
        with pytest.raises(CannotError):
            hospital.wire.list("archive")
    finally:
        hospital.seat.service("start", "archive")


def test_ids_that_are_none(hospital: Client) -> None:
    for identity in ("", "12", "x1", "a", "a-1", "h1.5"):
        with pytest.raises(UsageError, match="no connection"):
            hospital.wire.show(identity)
    with pytest.raises(UsageError, match="records nothing"):
        hospital.wire.list("moon")


def test_by_command(hospital: Client, command: Command) -> None:
    hospital.modality("CT1").echo()
    status, out, _ = command("wire", "list", "--ae", "CT1", "--json")
    rows = json.loads(out)
    assert status == 0 and rows[-1]["caller"] == "CT1"
    assert not any(row["caller"] == "PACSLAB_UP" for row in rows)
    identity = rows[-1]["id"]
    status, out, _ = command("wire", "show", identity)
    assert status == 0 and "A-ASSOCIATE-RQ" in out and "CT1 (127.0.1.1" in out
    status, out, _ = command("archive", "wire", "message", identity, "1")
    assert status == 0 and "calling AE title" in out and "Verification SOP Class" in out
    status, _, error = command("wire", "message", identity, "99")
    assert status == 1 and "has no message 99" in error


def test_wireshark_opens_what_was_saved(
    hospital: Client, command: Command, peer: Callable[[str], Path], tmp_path: Path
) -> None:
    """DICOM and HL7 of one order: from both processes, in one file, with nothing malformed."""
    tshark = peer("tshark")
    order = hospital.ris.place(code="CT-HEAD")
    assert hospital.modality("CT1").perform(order["accession"]).ok
    path = tmp_path / "day.pcapng"
    status, out, _ = command("wire", "save", "--out", str(path), "--json")
    assert status == 0 and json.loads(out)["connections"] > 3
    hl7_ports = [hospital.seat.plan.hl7_ris, hospital.seat.plan.hl7_archive]  # type: ignore[union-attr]
    decode = [word for port in hl7_ports for word in ("-d", f"tcp.port=={port},hl7")]

    def read(wanted: str, *names: str) -> list[str]:
        fields = [word for name in names for word in ("-e", name)]
        done = peers.run(tshark, "-n", "-r", path, *decode, "-Y", wanted, "-T", "fields", *fields)
        assert done.returncode == 0, done.stdout
        return [line for line in done.stdout.splitlines() if "Running as" not in line]

    assert read("_ws.malformed", "frame.number") == []
    text = "\n".join(read("dicom", "_ws.col.Info"))
    assert "A-ASSOCIATE request CT1 --> RISLAB" in text and "C-FIND-RQ" in text
    assert "A-ASSOCIATE request CT1 --> PACSLAB" in text and "C-STORE-RSP" in text
    assert "(Success)" in text
    kinds = read("hl7", "hl7.message.type", "frame.comment")
    assert any(line.startswith("ORM\thospital time 2026") for line in kinds)
    assert any(line.startswith("ACK") for line in kinds)
    times = [float(line) for line in read("tcp", "frame.time_epoch")]
    assert times == sorted(times)
