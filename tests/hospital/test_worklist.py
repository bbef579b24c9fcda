"""The worklist on the wire: our own client, and DCMTK's findscu."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from simulator.errors import RejectedError, StatusError
from simulator.hospital.ris import Ris
from simulator.journal import JournalReader
from simulator.network import scu
from simulator.network.associate import Peer
from simulator.people import Person
from tests import peers
from tests.net import wait_for

AT = datetime(2026, 3, 2, 9, 30)
JANE = Person(mrn="X1", name="MÜLLER^JANE", birth_date="19700101", sex="F")


def query(**step: str) -> Dataset:
    ds, item = Dataset(), Dataset()
    for keyword in ("PatientName", "PatientID", "AccessionNumber", "StudyInstanceUID"):
        setattr(ds, keyword, "")
    item.ScheduledProcedureStepStatus = ""
    for keyword, value in step.items():
        setattr(item, keyword, value)
    ds.ScheduledProcedureStepSequence = [item]
    return ds


def accessions(peer: Peer, ds: Dataset) -> list[str]:
    return [str(answer.AccessionNumber) for answer in scu.find(peer, ds, model="worklist")]


def test_a_device_sees_its_own_steps(ris: Ris, peer_of: Peer) -> None:
    ct = ris.book.place(code="CT-CHEST", person=JANE, scheduled=AT)
    mr = ris.book.place(code="MR-BRAIN", scheduled=AT)
    (found,) = scu.find(peer_of, query(ScheduledStationAETitle="CT1"), model="worklist")
    assert str(found.PatientName) == "MÜLLER^JANE" and found.SpecificCharacterSet == "ISO_IR 100"
    assert found.StudyInstanceUID == ct.study_uid
    assert found.ScheduledProcedureStepSequence[0].ScheduledProcedureStepStatus == "SCHEDULED"
    assert accessions(peer_of, query(Modality="MR")) == [mr.accession]
    assert len(accessions(peer_of, query())) == 2


def test_finished_steps_are_hidden_unless_named(ris: Ris, peer_of: Peer) -> None:
    order = ris.book.place(code="CT-CHEST", scheduled=AT)
    ris.book.cancel(order.accession)
    named = query()
    named.AccessionNumber = order.accession
    assert accessions(peer_of, query()) == []
    (found,) = scu.find(peer_of, named, model="worklist")
    assert found.ScheduledProcedureStepSequence[0].ScheduledProcedureStepStatus == "CANCELLED"


def test_queries_without_a_step_and_with_nonsense(ris: Ris, peer_of: Peer) -> None:
    order = ris.book.place(code="CT-CHEST", scheduled=AT)
    bare = Dataset()
    bare.AccessionNumber = ""
    assert accessions(peer_of, bare) == [order.accession]
    bare.ScheduledProcedureStepSequence = []
    assert accessions(peer_of, bare) == [order.accession]
    with pytest.raises(StatusError, match="StartDate") as refused:
        accessions(peer_of, query(ScheduledProcedureStepStartDate="soon"))
    assert refused.value.status == 0xA900


def test_a_wrong_called_title_is_rejected_with_a_reason(
    ris: Ris, peer_of: Peer, events: JournalReader
) -> None:
    with pytest.raises(RejectedError) as refused:
        scu.echo(Peer(ae="RIS", host=peer_of.host, port=peer_of.port))
    assert refused.value.triple == (1, 1, 7)
    wait_for(lambda: events.entries(kind="association.rejected"))  # told after it was sent
    (entry,) = events.entries(kind="association.rejected")
    assert "'RISLAB', not 'RIS'" in entry.text
    scu.echo(peer_of)


@pytest.mark.peer("findscu")
def test_findscu(ris: Ris, peer_of: Peer, tmp_path: Path) -> None:
    order = ris.book.place(code="CT-CHEST", person=JANE, scheduled=AT)
    ris.book.place(code="MR-BRAIN", scheduled=AT)
    sequence = "(0040,0100)[0]"
    keys = ["PatientName=", "AccessionNumber=", "0008,0005=", f"{sequence}.Modality=",
            f"{sequence}.ScheduledStationAETitle=CT1",
            f"{sequence}.ScheduledProcedureStepStartDate=20260302-20260302"]  # fmt: skip
    done = peers.run(
        peers.peer("findscu"), "-W", "-aec", "RISLAB", "-X", "-od", tmp_path,
        *[part for key in keys for part in ("-k", key)], peer_of.host, peer_of.port,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    (file,) = tmp_path.glob("rsp*.dcm")
    found = dcmread(file, force=True)
    assert (found.AccessionNumber, str(found.PatientName)) == (order.accession, "MÜLLER^JANE")
    assert found.ScheduledProcedureStepSequence[0].Modality == "CT"


@pytest.mark.peer("findscu")
def test_findscu_can_cancel(ris: Ris, peer_of: Peer) -> None:
    for _ in range(40):
        ris.book.place_next(AT)
    done = peers.run(
        peers.peer("findscu"), "-v", "-W", "-aec", "RISLAB", "--cancel", 1,
        "-k", "(0040,0100)[0].Modality=", peer_of.host, peer_of.port,
    )  # fmt: skip
    assert done.returncode == 0 and "Response" in done.stdout, done.stdout
