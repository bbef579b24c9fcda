"""A workstation asks an archive and has studies sent to itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from simulator.errors import StatusError, UsageError
from simulator.fleet import inbox
from simulator.network import command as cmd
from simulator.network import dimse, scu
from simulator.network.associate import Peer, associate, plain_context, send_store
from simulator.network.dimse import Reply, Request
from simulator.network.scu import MODELS
from simulator.network.serve import Server
from tests.fleet.conftest import Ward


class SmallArchive:
    """Knows one study with two images, and one destination."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward
        models = [plain_context(MODELS["study", "find"]), plain_context(MODELS["study", "move"])]
        self.server = Server(
            name="PACSLAB", host="127.0.0.1", port=0,
            contexts=lambda proposal: [*inbox.contexts(), *models],
            handlers={cmd.C_FIND: self.find, cmd.C_MOVE: self.move},
        ).start()  # fmt: skip

    def find(self, request: Request) -> Iterator[Reply]:
        found = Dataset()
        found.PatientID = request.identifier.PatientID or "X1"
        found.StudyInstanceUID, found.ModalitiesInStudy = "1.2.3", ["CT", "SR"]
        yield Reply(status=dimse.PENDING, dataset=found)
        yield Reply(status=dimse.SUCCESS)

    def move(self, request: Request) -> Reply:
        if request.command["MoveDestination"] != "WS1":
            raise dimse.DimseError(dimse.MOVE_DESTINATION_UNKNOWN, "who is that?")
        station = self.ward.fleet.workstation("WS1")
        peer = Peer(ae="WS1", host=station.host, port=station.port)
        with associate(peer, [plain_context(CTImageStorage)]) as association:
            for uid in ("1.2.3.1", "1.2.3.2"):
                ds = Dataset()
                ds.StudyInstanceUID, ds.PatientID, ds.AccessionNumber = "1.2.3", "X1", "A1"
                data = dimse.encode_dataset(ds, ExplicitVRLittleEndian)
                send_store(association, sop_class=CTImageStorage, sop_instance=uid,
                           transfer_syntax=ExplicitVRLittleEndian, data=[data])  # fmt: skip
        return Reply(status=dimse.SUCCESS, command={"NumberOfCompletedSuboperations": 2})


@pytest.fixture
def archive(ward: Ward) -> Iterator[SmallArchive]:
    made = SmallArchive(ward)
    for station in ward.fleet.workstations.values():
        station.change({"archive.port": made.server.port})
    ward.fleet.start_listeners()
    yield made
    made.server.stop()


def test_find_and_retrieve(ward: Ward, archive: SmallArchive) -> None:
    station = ward.fleet.workstation("WS1")
    (study,) = station.query({"PatientID": "X1"})
    assert (study["PatientID"], study["ModalitiesInStudy"]) == ("X1", "CT\\SR")
    assert station.retrieve(study["StudyInstanceUID"]).completed == 2
    (row,) = station.inbox.studies()
    assert (row["instances"], row["accession"]) == (2, "A1")
    names = {path.name for path in (station.folder / "received").glob("*.dcm")}
    assert len(names) == 2 and all(len(name) == 64 + 4 for name in names)


def test_an_unknown_destination_is_the_peer_s_refusal(ward: Ward, archive: SmallArchive) -> None:
    with pytest.raises(StatusError) as refused:
        ward.fleet.workstation("WS2").retrieve("1.2.3")
    assert refused.value.status == 0xA801
    (entry,) = ward.events.entries(kind="device.retrieve.failed")
    assert entry.facts["device"] == "WS2" and entry.facts["status"] == "0xA801"


def test_a_workstation_has_no_worklist_settings(ward: Ward, archive: SmallArchive) -> None:
    station = ward.fleet.workstation("WS1")
    with pytest.raises(UsageError, match="worklist"):
        station.change({"worklist.date": "any"})
    with pytest.raises(UsageError, match="Nonsense"):
        station.query({"Nonsense": "1"})


def test_names_from_the_wire_never_become_paths(ward: Ward, archive: SmallArchive) -> None:
    station = ward.fleet.workstation("WS1")
    peer = Peer(ae="WS1", host=station.host, port=station.port)
    data = dimse.encode_dataset(Dataset(), ExplicitVRLittleEndian) or b"\x08\0\x05\0CS\0\0"
    with associate(peer, [plain_context(CTImageStorage)]) as association:
        send_store(association, sop_class=CTImageStorage, sop_instance="../../evil",
                   transfer_syntax=ExplicitVRLittleEndian, data=[data])  # fmt: skip
    assert not list(ward.folder.rglob("*evil*"))
    assert len(list((station.folder / "received").glob("*.dcm"))) == 1


def test_a_notice_of_a_study_is_logged(ward: Ward) -> None:
    station = ward.fleet.workstation("WS1")
    station.start()
    notice, series, item = Dataset(), Dataset(), Dataset()
    item.ReferencedSOPInstanceUID = "1.2.3.1.1"
    series.SeriesInstanceUID, series.ReferencedSOPSequence = "1.2.3.1", [item]
    notice.StudyInstanceUID, notice.ReferencedSeriesSequence = "1.2.3", [series]
    peer = Peer(ae="WS1", host=station.host, port=station.port)
    scu.notify_availability(peer, notice)
    assert "study 1.2.3 available, 1 instances" in str(station.log())
