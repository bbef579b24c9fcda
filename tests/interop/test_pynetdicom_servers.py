"""pynetdicom's own servers: its storescp is sent to, its qrscp is stored to, asked and fetched."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydicom import dcmread
from pynetdicom.presentation import build_context

from simulator.network import scu
from simulator.network.associate import Caller, Peer
from simulator.network.association import Message
from simulator.network.dimse import decode_dataset
from tests import peers
from tests.archive.support import CALLER, CTImageStorage, Lab, query, study, until
from tests.net import free_port, wait_for_port

WANTED = {"StudyInstanceUID": "1.2.3.1"}


@contextmanager
def server(name: str, *options: object, cwd: Path) -> Iterator[None]:
    """Run one of the servers for the length of a block."""
    words = ["-m", "pynetdicom", name, *map(str, options)]
    with peers.background(Path(sys.executable), *words, cwd=cwd, log=Path(os.devnull)):
        yield


def test_we_move_to_its_storescp(lab: Lab, tmp_path: Path) -> None:
    port, received = free_port(), tmp_path / "received"
    received.mkdir()
    options = (port, "-aet", "WS1", "-od", received, "-ba", "127.0.0.1")
    with server("storescp", *options, cwd=tmp_path):
        wait_for_port(port, seconds=20)
        lab.archive.nodes.change("WS1", {"port": port})
        sent = study(1, 2)
        lab.store(*sent)
        moved = scu.move(lab.peer, query("STUDY", **WANTED), "WS1", CALLER)
    assert (moved.completed, moved.failed) == (2, 0)
    back = sorted(map(dcmread, received.iterdir()), key=lambda ds: ds.InstanceNumber)
    assert [ds.SOPInstanceUID for ds in back] == [ds.SOPInstanceUID for ds in sent]


def test_its_qrscp_is_an_archive_to_us(lab: Lab, tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "qr.ini").write_text(
        f"[DEFAULT]\nae_title: ORTHANC\nport: {port}\nmax_pdu: 16382\nacse_timeout: 30\n"
        "dimse_timeout: 30\nnetwork_timeout: 30\nbind_address: 127.0.0.1\n"
        f"instance_location: {tmp_path / 'instances'}\ndatabase_location: {tmp_path / 'q.sqlite'}\n"
        f"[PACSLAB]\naddress: 127.0.0.1\nport: {lab.port}\n",
        "ascii",
    )
    (tmp_path / "instances").mkdir()
    other, me = Peer(ae="ORTHANC", host="127.0.0.1", port=port), Caller(ae="CT1")
    with server("qrscp", "-c", tmp_path / "qr.ini", cwd=tmp_path):
        wait_for_port(port, seconds=20)
        lab.archive.nodes.change("ORTHANC", {"port": port})
        scu.echo(other, me)
        lab.store(*study(1, 2))
        moved = scu.move(lab.peer, query("STUDY", **WANTED), "ORTHANC", CALLER)
        assert (moved.completed, moved.failed) == (2, 0)
        asked = query("STUDY", PatientID="T1", StudyInstanceUID="")
        found = {answer.StudyInstanceUID for answer in scu.find(other, asked, me)}
        assert found == {"1.2.3.1"}  # an answer for each instance: its habit
        got: list[int] = []

        def receive(message: Message) -> int:
            ds = decode_dataset(message.data, message.context.transfer_syntax)
            got.append(int(ds.InstanceNumber))
            return 0

        storage = [build_context(CTImageStorage)]
        scu.get(other, query("STUDY", PatientID="T1", **WANTED), receive, storage, me)
        assert sorted(got) == [1, 2]
        lab.archive.index.delete_study("1.2.3.1")
        scu.move(other, query("STUDY", PatientID="T1", **WANTED), "PACSLAB", me)
        until(lambda: lab.archive.index.counts()["instances"] == 2)
