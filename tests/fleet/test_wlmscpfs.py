"""A device asks another vendor's worklist server: DCMTK's wlmscpfs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from simulator.hospital.worklist import entry_of
from tests import peers
from tests.fleet.conftest import Ward
from tests.net import free_port, wait_for_port


@pytest.mark.peer("wlmscpfs")
def test_a_device_reads_a_foreign_worklist(ward: Ward, tmp_path: Path) -> None:
    order = ward.ris.book.place(code="CT-HEAD", scheduled=datetime(2026, 3, 2, 9, 30))
    folder = tmp_path / "wl" / "OTHERRIS"
    folder.mkdir(parents=True)
    (folder / "lockfile").touch()
    entry = entry_of(order)
    entry.file_meta = FileMetaDataset()
    entry.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    entry.save_as(folder / "one.wl", enforce_file_format=False)
    device, port = ward.fleet.modality("CT1"), free_port()
    arguments = ("-dfp", tmp_path / "wl", "-dfr", port)
    with peers.background(peers.peer("wlmscpfs"), *arguments, grace=0):
        wait_for_port(port)
        device.change({"ris.ae": "OTHERRIS", "ris.port": port})
        (item,) = device.query_worklist()
        device.change({"worklist.station_ae": "CT9"})
        assert device.query_worklist() == []
    assert (item.accession, item.protocol, item.modality) == (order.accession, "head", "CT")
    assert item.patient_name == order.patient.name and item.scheduled == order.scheduled
