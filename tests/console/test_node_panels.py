"""The node table's check and limits, and the list of open associations, in panels and commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator import cli, console
from simulator.client import Client
from simulator.console.look import find
from simulator.errors import NoAnswerError
from simulator.network.associate import Caller, associate, plain_context
from simulator.network.association import Aborted

Press = Callable[[Any, str], str]
CT = "1.2.840.10008.5.1.4.1.1.2"


def test_a_node_is_limited_and_the_table_checked(seat: Client, press: Press) -> None:
    table = console.node_table(seat)
    find(table, "node").value = "WS2"
    find(table, "sends_classes").value = "CTImageStorage"
    assert "Changed sends_classes of WS2" in press(table, "change")
    assert seat.nodes.show("WS2")["sends_classes"] == [CT]
    assert find(table, "sends_classes").value == CT
    assert "Nothing was changed" in press(table, "change")
    seat.nodes.add("WS-2", "127.0.0.1", 9, rights=["echo"])
    press(table, "check")
    said = find(table, "findings").value
    assert "look-alike" in said and "connection refused" in said


def test_an_open_association_is_ended(seat: Client, press: Press) -> None:
    panel = console.association_list(seat)
    assert "No association is chosen" in press(panel, "abort")
    caller = Caller(ae="NOTEBOOK")
    contexts = [plain_context("1.2.840.10008.1.1")]
    with (
        pytest.raises(NoAnswerError),
        associate(seat.archive.peer, contexts, caller) as association,
    ):
        press(panel, "refresh")
        assert "NOTEBOOK" in find(panel, "associations").value
        number = seat.associations.list().one(calling="NOTEBOOK")["number"]
        find(panel, "association").value = number
        assert f"Association {number} was aborted" in press(panel, "abort")
        with pytest.raises(Aborted) as caught:
            association.receive()
        assert caught.value.source == 0
        raise caught.value
    assert not [row for row in seat.associations.list() if row["calling"] == "NOTEBOOK"]


def test_the_same_by_command(
    seat: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(*words: str) -> tuple[int, str]:
        status = cli.run(["archive", *words, "--seat", str(seat.seat.folder)])
        out, error = capsys.readouterr()
        return status, out + error

    file = tmp_path / "nodes.csv"
    assert command("node", "export", "--out", str(file))[0] == 0
    assert "as it is" in command("node", "load", str(file), "--dry-run")[1]
    file.write_text(file.read_text("utf-8") + "MR99,127.0.0.1,x\n", "utf-8")
    status, said = command("node", "load", str(file))
    assert status == 1 and "2 cells" not in said and "nothing was changed" in said
    for form in ("toml", "json"):
        assert "WS1" in command("node", "export", "--format", form)[1]
    assert command("node", "check") == (0, "Nothing is wrong.\n")
    command("node", "add", "WS-2", "127.0.0.1", "9")
    status, said = command("node", "check")
    assert status == 1 and "WS-2 and WS2 differ only by case" in said
    assert command("association", "list")[0] == 0
    status, said = command("association", "abort", "999999")
    assert status == 1 and "no open association" in said
    assert command("node", "change", "WS2", "sends_classes=CTImageStorage")[0] == 0
    assert CT in command("node", "show", "WS2")[1]
    assert command("node", "echo", "WS2")[0] == 0
