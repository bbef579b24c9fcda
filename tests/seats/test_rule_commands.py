"""pacslab archive rule and queue, as an administrator types them."""

from __future__ import annotations

import json
from collections.abc import Callable

from simulator.client import Client
from tests.archive.support import until

Command = Callable[..., tuple[int, str, str]]
RULE = ("archive", "rule")
QUEUE = ("archive", "queue")


def test_a_rule_is_tried_entered_applied_and_its_counts_come_out_even(
    hospital: Client, command: Command
) -> None:
    status, _, said = command(*RULE, "add", "CT", "--to", "NOBODY")
    assert status == 2 and "There is no node 'NOBODY'" in said
    assert "nothing to compare" in command(*QUEUE, "reconcile")[1]
    status, said, _ = command(*RULE, "preview", "CT", "--when", "Modality=CT", "--to", "WS1",
                              "--day", "all", "--json")  # fmt: skip
    wanted = sum(row["matched"] for row in json.loads(said))
    assert status == 0 and wanted > 0 and json.loads(command(*RULE, "list", "--json")[1]) == []
    assert command(*RULE, "add", "CT", "--when", "Modality=CT", "--to", "WS1")[0] == 0
    assert command(*QUEUE, "pause", "WS1", "--reason", "it moves")[0] == 0
    assert f"{wanted} instances" in command(*RULE, "apply", "CT", "--day", "all")[1]
    (row,) = json.loads(command(*QUEUE, "destinations", "--json")[1])
    assert row["paused"] and row["reason"] == "it moves" and row["waiting"] > 0
    number = str(json.loads(command(*QUEUE, "list", "WS1", "--json")[1])[0]["number"])
    assert "600 s" in command(*QUEUE, "reschedule", number, "--seconds", "600")[1]
    assert command(*QUEUE, "retry", number)[0] == 0
    assert command(*QUEUE, "resume", "WS1")[0] == 0
    until(lambda: not hospital.archive.queue.list("WS1"), 60)
    status, said, _ = command(*QUEUE, "reconcile", "--json")
    assert status == 0 and json.loads(said)[0]["sent"] == wanted
    received = hospital.workstation("WS1").received()
    assert sum(study["instances"] for study in received) == wanted
    assert "0 are tried" in command(*QUEUE, "retry-all", "WS1")[1]
    assert json.loads(command(*RULE, "change", "CT", "enabled=false", "--json")[1])["to"] == ["WS1"]
    assert command(*RULE, "show", "CT")[0] == 0
    assert command(*RULE, "remove", "CT")[0] == 0
    assert command(*QUEUE, "cancel", "999")[0] == 1
