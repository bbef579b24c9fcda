"""DCMTK's archive, dcmqrscp, beside ours: each asks, sends and fetches; and termscu at our door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pynetdicom.presentation import build_context

from simulator.network import scu
from simulator.network.associate import Caller, Peer
from simulator.network.association import Message
from simulator.network.dimse import decode_dataset
from tests import peers
from tests.archive.support import CALLER, CTImageStorage, Lab, query, study, until
from tests.net import free_port, wait_for_port

ME = Caller(ae="CT1")
pytestmark = pytest.mark.peer("dcmqrscp")


@pytest.fixture
def other(lab: Lab, tmp_path: Path) -> Iterator[Peer]:
    """A dcmqrscp that knows our archive, and that ours knows by the name ORTHANC has here."""
    port, folder = free_port(), tmp_path / "QR"
    folder.mkdir()
    (tmp_path / "qr.cfg").write_text(
        f"NetworkTCPPort = {port}\nMaxPDUSize = 16384\nMaxAssociations = 16\n"
        f"HostTable BEGIN\npacs = (PACSLAB, 127.0.0.1, {lab.port})\nHostTable END\n"
        f"VendorTable BEGIN\nVendorTable END\n"
        f"AETable BEGIN\nORTHANC {folder} RW (100, 500mb) ANY\nAETable END\n",
        "ascii",
    )
    with peers.background(peers.peer("dcmqrscp"), "-c", tmp_path / "qr.cfg", cwd=tmp_path):
        wait_for_port(port)
        lab.archive.nodes.change("ORTHANC", {"port": port})
        yield Peer(ae="ORTHANC", host="127.0.0.1", port=port)


def test_we_move_to_it_then_ask_it_and_fetch(lab: Lab, other: Peer) -> None:
    scu.echo(other, ME)
    sent = study(1, 3)
    lab.store(*sent)
    moved = scu.move(lab.peer, query("STUDY", StudyInstanceUID="1.2.3.1"), "ORTHANC", CALLER)
    assert (moved.completed, moved.failed) == (3, 0)
    (answer,) = scu.find(other, query("STUDY", StudyInstanceUID="", PatientID="T1"), ME)
    assert answer.StudyInstanceUID == "1.2.3.1"
    got: list[int] = []

    def receive(message: Message) -> int:
        ds = decode_dataset(message.data, message.context.transfer_syntax)
        assert ds == sent[ds.InstanceNumber - 1]
        got.append(ds.InstanceNumber)
        return 0

    wanted = query("STUDY", StudyInstanceUID="1.2.3.1")
    storage = [build_context(CTImageStorage)]
    scu.get(other, wanted, receive, storage, ME)
    assert sorted(got) == [1, 2, 3]


def test_it_moves_to_us(lab: Lab, other: Peer) -> None:
    lab.store(*study(1, 2))
    scu.move(lab.peer, query("STUDY", StudyInstanceUID="1.2.3.1"), "ORTHANC", CALLER)
    lab.archive.index.delete_study("1.2.3.1")
    moved = scu.move(other, query("STUDY", StudyInstanceUID="1.2.3.1"), "PACSLAB", ME)
    assert moved.failed == 0
    until(lambda: lab.archive.index.counts()["instances"] == 2)


@pytest.mark.peer("termscu")
def test_termscu_does_not_end_us(lab: Lab) -> None:
    """It asks a server to end, by a private SOP class; whoever may do that, not a caller."""
    titles = ("-aet", "CT1", "-aec", "PACSLAB")
    peers.run(peers.peer("termscu"), *titles, "127.0.0.1", lab.port)
    scu.echo(lab.peer, CALLER)
