"""Images added to a finished exam, by client, command and REST."""

from __future__ import annotations

from collections.abc import Callable

from simulator.client import Client

Command = Callable[..., tuple[int, str, str]]


def test_what_is_added_to_a_finished_exam(hospital: Client, command: Command) -> None:
    """Fault E10: re-opened, the report is refused; appended, it is a step of its own."""
    order = hospital.ris.place(code="CT-HEAD", station_ae="CT1")["accession"]
    device = hospital.modality("CT1")
    assert device.perform(order)
    status, _, said = command("fleet", "append", "CT1", order, "--reopen")
    assert status != 0 and "0x0110" in said
    assert [row["owed"] for row in device.queue()] == [["set"]]
    status, said, _ = command("fleet", "append", "CT1", order)
    assert status == 0 and f"CT1 appended to {order}" in said
    assert not device.queue()
    assert device.append(order).facts["reported"] is True
    steps = [row for row in hospital.ris.mpps() if order in row["accessions"]]
    assert [row["status"] for row in steps] == ["COMPLETED"] * 3
    assert command("fleet", "append", "CT1", "A0")[0] != 0
