"""The queue board: destinations, jobs, counts, and rules that are tried before they are entered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator import console
from simulator.client import Client
from simulator.console.look import find
from tests.archive.support import until

Press = Callable[[Any, str], str]


def test_a_rule_is_tried_entered_and_its_counts_come_out_even(seat: Client, press: Press) -> None:
    panel = console.queues(seat)
    assert "no destination" in find(panel, "board").value
    find(panel, "name").value, find(panel, "to").value = "to <b>reading</b>", "WS1"
    find(panel, "day").value = "all"
    assert "✘ 'to <b>reading</b>' is not a rule" in unescaped(press(panel, "try"))
    find(panel, "name").value, find(panel, "when").value = "to reading", "Modality=XX"
    assert press(panel, "try").startswith("<div") and "✘" in find(panel, "preview").value
    assert "the rule wants Modality=XX" in find(panel, "preview").value
    find(panel, "when").value = "Modality=CT|MR|DX|US"
    assert "would match" in press(panel, "try") and "WS1: " in find(panel, "preview").value
    assert "is in force" in press(panel, "add")
    assert "to reading" in find(panel, "rules").value
    assert "would match" in press(panel, "show-preview")
    find(panel, "place").value = "WS1"
    assert "WS1 is paused" in press(panel, "pause")
    assert "paused by pacsadmin" in find(panel, "board").value
    assert "studies queued" in press(panel, "apply")
    assert "waiting" in find(panel, "jobs").value
    assert "of 1 to look at" in press(panel, "reconcile") or "All even" in press(panel, "reconcile")
    until(lambda: {row["kind"] for row in seat.archive.queue.list()} == {"route"}, 30)
    press(panel, "refresh")  # the look at the rules is over: what waits now, waits
    assert "was given up" in press(panel, "cancel")
    assert find(panel, "place").value == "WS1"
    press(panel, "resume")
    until(lambda: not seat.archive.queue.list("WS1"), 60)
    press(panel, "refresh")
    rows = seat.archive.queue.reconcile()
    (row,) = [row for row in rows if row["ae"] == "WS1"]
    assert row["sent"] > 0 and row["matched"] == row["sent"] + row["cancelled"]
    received = seat.workstation("WS1").received()
    assert sum(study["instances"] for study in received) == row["sent"]
    assert "is off now" in press(panel, "switch")
    assert "was removed" in press(panel, "remove")
    assert "there is no rule" in find(panel, "rules").value


def unescaped(html: str) -> str:
    from html import unescape

    return unescape(html)
