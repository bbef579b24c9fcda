"""Storage commitment from the device's side, and sending by TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.archive.archive import Address, Archive
from simulator.archive.nodes import Node
from simulator.authority import Authority
from simulator.errors import UsageError
from simulator.fleet import safekeeping
from simulator.fleet.modality import Modality
from simulator.journal import Journal
from tests.fleet.conftest import Ward
from tests.net import wait_for


class Pair:
    """A real archive, and a device that sends to it."""

    def __init__(self, ward: Ward, folder: Path) -> None:
        self.ward, self.device = ward, ward.fleet.modality("CT1")
        self.journal = Journal(folder / "journal", "archive", ward.clock)
        address = Address(host="127.0.0.1", port=0)
        self.archive = Archive(folder / "archive", address, ward.clock, self.journal)
        self.device.start()
        node = Node(ae="CT1", host=self.device.host, port=self.device.port)
        self.archive.provision([node], [], ("pacsadmin", "correct horse battery"))
        self.archive.settings.set("commitment.retry_seconds", 0.1)
        self.archive.settings.set("commitment.delay_seconds", 0.05)
        self.archive.start()
        self.set({"archive.port": self.archive.server.port, "commitment": True})

    def set(self, changes: dict[str, Any]) -> None:
        self.device.change(changes)

    def perform(self) -> Any:
        order = self.ward.order()
        return self.device.perform(self.device.find_item(order.accession, date=""))

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.ward.events.entries("device.commitment")]

    def close(self) -> None:
        self.archive.stop()
        self.journal.close()


@pytest.fixture
def pair(ward: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    monkeypatch.setattr(safekeeping, "_PATIENCE", 0.0)
    made = Pair(ward, tmp_path)
    yield made
    made.close()


def kept(device: Modality) -> int:
    return sum(row["uncommitted"] for row in device.queue())


def test_images_go_once_the_archive_vouches_for_them(pair: Pair) -> None:
    done = pair.perform()
    assert done.error is None and done.sent == done.images
    assert pair.device.queue() == []
    assert pair.kinds() == ["device.commitment.asked", "device.commitment.result"]


def test_a_result_that_comes_to_the_listener(pair: Pair) -> None:
    pair.archive.settings.set("commitment.mode", "new")
    pair.set({"commitment.wait": 0.1})
    done = pair.perform()
    assert done.error is None
    wait_for(lambda: pair.device.queue() == [])
    assert pair.device.facts()["uncommitted"] == 0


def test_an_archive_that_does_not_commit_fills_the_device(pair: Pair) -> None:
    pair.archive.settings.set("commitment.offered", False)
    done = pair.perform()
    assert done.sent == done.images and "presentation context" in str(done.error)
    assert kept(pair.device) == done.images == pair.device.facts()["uncommitted"]
    assert "device.commitment.failed" in pair.kinds()
    pair.archive.settings.set("commitment.offered", True)
    assert pair.device.send_queue()["ok"] is True
    assert pair.device.queue() == []


def test_a_wrong_address_leaves_it_pending_until_repaired(pair: Pair) -> None:
    port = pair.device.port
    pair.archive.settings.set("commitment.mode", "new")
    pair.archive.nodes.change("CT1", {"port": 1})
    done = pair.perform()
    assert done.error is None and kept(pair.device) == done.images
    wait_for(lambda: any(report.attempts for report in pair.archive.owed.all()))
    pair.archive.nodes.change("CT1", {"port": port})
    wait_for(lambda: pair.device.queue() == [], 10)


def test_an_instance_that_is_gone_is_sent_again(pair: Pair) -> None:
    pair.archive.settings.set("commitment.mode", "same")
    pair.archive.settings.set("commitment.delay_seconds", 5)
    pair.set({"commitment.wait": 0.1})
    done = pair.perform()
    assert kept(pair.device) == done.images
    pair.archive.index.delete_study(done.study_uid)
    pair.archive.settings.set("commitment.mode", "auto")
    wait_for(lambda: "no such SOP instance" in pair.device.queue()[0]["error"], 10)
    assert pair.device.queue()[0]["queued"] == done.images
    pair.archive.settings.set("commitment.delay_seconds", 0.05)
    pair.set({"commitment.wait": 2})
    answer = pair.device.send_queue()
    assert (answer["ok"], answer["sent"]) == (True, done.images)
    assert pair.device.queue() == []


def test_kept_images_survive_a_restart_and_a_snapshot(pair: Pair, tmp_path: Path) -> None:
    pair.archive.settings.set("commitment.offered", False)
    done = pair.perform()
    pair.ward.fleet.snapshot(tmp_path / "snapshot")
    pair.archive.settings.set("commitment.offered", True)
    pair.device.send_queue()
    assert pair.device.queue() == []
    pair.ward.fleet.restore(tmp_path / "snapshot")
    assert kept(pair.device) == done.images


def test_switched_off_nothing_is_kept(pair: Pair) -> None:
    pair.archive.settings.set("commitment.offered", False)
    pair.perform()
    pair.set({"commitment": False})
    assert pair.device.send_queue()["ok"] is True
    assert pair.device.queue() == []
    assert pair.perform().error is None
    assert pair.device.queue() == []


# --- TLS ------------------------------------------------------------------------------------------


def test_a_device_sends_by_tls(pair: Pair, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")
    authority.init()
    for name in ("PACSLAB", "CT1"):
        authority.issue(name)
    pair.archive.settings.set("dicom.tls", "mutual")
    port = pair.archive.listeners.tls_port
    pair.set({"archive.tls": True, "archive.port": port})
    assert pair.device.echo("archive").port == port
    done = pair.perform()
    assert done.error is None and pair.device.queue() == []
    pair.set({"archive.port": pair.archive.server.port})
    assert "Is that a TLS port?" in str(pair.perform().error)
    pair.set({"archive.tls": False})
    assert pair.device.send_queue()["ok"] is True
    pair.archive.settings.set("dicom.tls", "off")
    pair.set({"archive.tls": True, "archive.port": port})
    assert "connection refused" in str(pair.perform().error)


def test_a_device_without_a_certificate_says_what_to_do(pair: Pair) -> None:
    pair.set({"archive.tls": True})
    assert "pacslab tls" in str(pair.perform().error)


def test_a_device_names_its_account(pair: Pair) -> None:
    pair.archive.users.add({"name": "ct1", "role": "service"}, "battery horse staple", "test")
    pair.archive.settings.set("dicom.user_identity", "required")
    assert "rejected the association" in str(pair.perform().error)
    pair.set({"archive.user": "ct1", "archive.passcode": "battery horse staple"})
    assert pair.device.send_queue()["ok"] is True
    settings = pair.device.facts()["settings"]
    assert (settings["archive.user"], settings["archive.passcode"]) == ("ct1", "(set)")
    told = [entry.text for entry in pair.ward.events.entries("device.setting.changed")]
    assert not [text for text in told if "staple" in text]


def test_what_makes_no_sense_is_refused(pair: Pair) -> None:
    for bad in ({"archive.tls": "maybe"}, {"commitment": 3}, {"commitment.wait": -1}):
        with pytest.raises(UsageError):
            pair.set(bad)
