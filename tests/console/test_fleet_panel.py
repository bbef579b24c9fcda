"""The fleet panel: adding images to a finished exam, rightly and by re-opening it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator import console
from simulator.client import Client
from simulator.console.look import find

Press = Callable[[Any, str], str]


def test_a_finished_exam_is_reopened_and_then_appended_to(seat: Client, press: Press) -> None:
    order = seat.ris.place(code="CT-HEAD", station_ae="CT1")["accession"]
    assert seat.modality("CT1").perform(order)
    panel = console.fleet_panel(seat)
    find(panel, "device").value = "CT1"
    find(panel, "accession").value = order
    assert "0x0110" in press(panel, "reopen")
    assert "images, reported" in press(panel, "append")
    assert not [row for row in seat.modality("CT1").queue() if row["owed"]]
    find(panel, "accession").value = "A0"
    assert "never scanned A0" in press(panel, "append")
