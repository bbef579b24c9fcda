"""The plain port: opened and closed by a setting, and what happens where it was taken."""

from __future__ import annotations

import pytest

from simulator.archive.archive import Archive
from simulator.errors import NoAnswerError
from simulator.network import scu
from simulator.network.wire import listen
from tests.archive.support import CALLER, Lab, image


def test_the_setting_closes_and_opens_the_port(lab: Lab) -> None:
    lab.set("dicom.listening", False)
    with pytest.raises(NoAnswerError, match="connection refused"):
        scu.echo(lab.peer, CALLER)
    lab.set("dicom.listening", False)
    lab.set("dicom.listening", True)
    assert lab.store(image()) == [0]
    numbers = [entry.facts["association"] for entry in lab.told("association.accepted")]
    assert len(set(numbers)) == len(numbers)


def test_a_port_that_was_taken_meanwhile_is_told_and_tried_again(lab: Lab) -> None:
    lab.set("dicom.listening", False)
    with listen("thief", lab.peer.host, lab.port):
        lab.set("dicom.listening", True)
        (entry,) = lab.told("listener.failed")
        assert str(lab.port) in entry.text and entry.facts["server"] == "archive"
        assert lab.archive.settings["dicom.listening"] is True
    lab.set("dicom.listening", True)
    scu.echo(lab.peer, CALLER)


def test_what_was_switched_off_stays_off_at_the_next_start(lab: Lab) -> None:
    lab.set("dicom.listening", False)
    archive: Archive = lab.archive
    archive.listeners.stop()
    archive.listeners.start()
    with pytest.raises(NoAnswerError, match="connection refused"):
        scu.echo(lab.peer, CALLER)
