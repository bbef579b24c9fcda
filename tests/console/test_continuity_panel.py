"""The panel of backups and downtimes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator import console
from simulator.client import Client
from simulator.console.look import find

Press = Callable[[Any, str], str]
EVIL = "<script>alert(1)</script>"


def test_backups_and_downtimes(seat: Client, press: Press) -> None:
    panel = console.continuity(seat)
    assert "✘" in press(panel, "undo")
    assert "new" in press(panel, "create")
    name = seat.backups.list()[-1]["name"]
    assert name in find(panel, "backups").value
    assert "can be restored" in press(panel, "verify")
    studies = len(seat.archive.studies())
    seat.archive.delete(seat.archive.studies()[0]["study_uid"])
    assert f"{studies} studies" in press(panel, "restore")
    assert len(seat.archive.studies()) == studies
    assert "before the restore" in press(panel, "undo")
    assert len(seat.archive.studies()) == studies - 1
    find(panel, "name").value = "../etc"
    assert "✘" in press(panel, "verify")
    seat.backups.remove(name)


def test_the_switch_of_a_downtime(seat: Client, press: Press) -> None:
    panel = console.continuity(seat)
    assert "✘" in press(panel, "start")  # it needs a reason
    find(panel, "reason").value = EVIL
    assert "refused" in press(panel, "start") and seat.downtime.status()["on"]
    assert "nothing is stored" in find(panel, "down").value
    assert "0 to look at" in press(panel, "reconcile")
    assert "<script" not in find(panel, "down").value + find(panel, "exams").value
    assert "as always" in press(panel, "stop")
