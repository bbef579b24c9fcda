"""Both our sides against a real Orthanc: it stores to us, we ask it and have it send."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom.presentation import build_context

from simulator.errors import RejectedError
from simulator.network import dimse, scu
from simulator.network.associate import Caller, Peer, associate, send_store
from simulator.network.association import Message
from tests.network.support import image, small_archive, study_query
from tests.orthanc import Orthanc, orthanc

CT = build_context(CTImageStorage, [ExplicitVRLittleEndian])


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    """One Orthanc for the module; it checks nothing about who asks."""
    folder = tmp_path_factory.mktemp("orthanc")
    with orthanc(folder, DicomAlwaysAllowFind=True, DicomAlwaysAllowGet=True) as running:
        running.register("PACSLAB_SCU", 1)
        yield running


def at(peer: Orthanc) -> Peer:
    return Peer(ae=peer.ae, host="127.0.0.1", port=peer.port)


def store(peer: Orthanc, ds: Dataset) -> None:
    with associate(at(peer), [CT]) as association:
        send_store(
            association,
            sop_class=CTImageStorage,
            sop_instance=ds.SOPInstanceUID,
            transfer_syntax=ExplicitVRLittleEndian,
            data=[dimse.encode_dataset(ds, ExplicitVRLittleEndian)],
        )


def test_we_echo_it_and_it_tells_us_who_it_is_not(peer: Orthanc) -> None:
    scu.echo(at(peer))
    with pytest.raises(RejectedError):
        scu.echo(Peer(ae="WRONG", host="127.0.0.1", port=peer.port))


def test_it_echoes_us(peer: Orthanc) -> None:
    with small_archive() as archive:
        peer.register("PACSLAB", archive.port)
        peer.echo("PACSLAB")
    assert "c-echo" in archive.kinds()


def test_what_we_store_we_find_and_get(peer: Orthanc) -> None:
    ds = image(512)  # many PDUs
    ds.StudyInstanceUID, ds.PatientID = "1.2.3.77", "GET77"
    store(peer, ds)
    (found,) = scu.find(at(peer), study_query(PatientID="GET77"))
    assert found.StudyInstanceUID == "1.2.3.77"
    got: list[Dataset] = []

    def take(message: Message) -> int:
        got.append(dimse.decode_dataset(message.data, message.context.transfer_syntax))
        return dimse.SUCCESS

    result = scu.get(at(peer), study_query(StudyInstanceUID="1.2.3.77"), take, [CT])
    assert (result.completed, result.failed) == (1, 0)
    assert got[0].PixelData == ds.PixelData


def test_it_moves_to_us(peer: Orthanc) -> None:
    ds = image(512)
    ds.StudyInstanceUID = "1.2.3.78"
    store(peer, ds)
    with small_archive() as archive:
        peer.register("PACSLAB", archive.port)
        query = study_query(StudyInstanceUID="1.2.3.78")
        result = scu.move(at(peer), query, "PACSLAB", Caller())
    assert result.failed == 0
    ((instance, data),) = archive.stored
    assert instance == ds.SOPInstanceUID
    assert dimse.decode_dataset(data, ExplicitVRLittleEndian).PixelData == ds.PixelData


def test_it_stores_to_us(orthanc: Orthanc, tmp_path: Path) -> None:
    wanted = []
    for _ in range(3):
        ds = image(256)
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        buffer = BytesIO()
        ds.save_as(buffer, enforce_file_format=True)
        orthanc.upload(buffer.getvalue())
        wanted.append(str(ds.SOPInstanceUID))
    assert orthanc.instances() == sorted(wanted)
    with small_archive() as archive:
        orthanc.register("PACSLAB", archive.port)
        answer = orthanc.store_to("PACSLAB")
    assert answer["FailedInstancesCount"] == 0
    assert sorted(instance for instance, _ in archive.stored) == sorted(wanted)


@pytest.mark.peer("libOrthancDicomWeb.so")
def test_its_dicomweb_can_be_asked_for(tmp_path: Path) -> None:
    with orthanc(tmp_path, dicomweb=True) as running:
        assert running.call("GET", "/dicom-web/studies") == []
        assert running.process.poll() is None
    assert running.process.poll() is not None
