"""Performed procedure steps on the wire (PS3.4 Annex F)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pydicom.dataset import Dataset

from simulator.errors import StatusError
from simulator.hospital.orders import Order
from simulator.hospital.ris import Ris
from simulator.journal import JournalReader
from simulator.network import command as cmd
from simulator.network import dimse, scu
from simulator.network.associate import Peer, associate, plain_context

AT = datetime(2026, 3, 2, 9, 30)
MPPS = "1.2.840.10008.3.1.2.3.3"


def begin(order: Order | None, **changes: Any) -> Dataset:
    ds, step = Dataset(), Dataset()
    step.StudyInstanceUID = order.study_uid if order else "1.2.3"
    step.AccessionNumber = order.accession if order else ""
    ds.ScheduledStepAttributesSequence = [step]
    ds.PatientName, ds.PatientID = "DOE^JANE", "X1"
    ds.PerformedProcedureStepID, ds.PerformedStationAETitle, ds.Modality = "P1", "CT1", "CT"
    ds.PerformedProcedureStepStartDate, ds.PerformedProcedureStepStartTime = "20260302", "0930"
    ds.PerformedProcedureStepStatus = "IN PROGRESS"
    for keyword, value in changes.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    return ds


def status(value: str) -> Dataset:
    ds = Dataset()
    ds.PerformedProcedureStepStatus = value
    ds.PerformedProcedureStepEndDate, ds.PerformedProcedureStepEndTime = "20260302", "0945"
    return ds


def refused(peer: Peer, uid: str, ds: Dataset, *, create: bool = True) -> int:
    with pytest.raises(StatusError) as error:
        (scu.mpps_create if create else scu.mpps_set)(peer, uid, ds)
    return error.value.status


@pytest.mark.parametrize(("last", "then"), [("COMPLETED", "completed"),
                                            ("DISCONTINUED", "discontinued")])  # fmt: skip
def test_a_step_moves_its_order(ris: Ris, peer_of: Peer, last: str, then: str) -> None:
    order = ris.book.place(code="CT-CHEST", scheduled=AT)
    scu.mpps_create(peer_of, "1.2.4", begin(order))
    assert ris.book.get(order.accession).status == "in progress"
    scu.mpps_set(peer_of, "1.2.4", status("IN PROGRESS"))
    scu.mpps_set(peer_of, "1.2.4", status(last))
    assert ris.book.get(order.accession).status == then
    (row,) = ris.steps.all()
    assert (row["status"], row["accessions"]) == (last, [order.accession])
    assert row["ended"] == "20260302 0945"


def test_what_may_not_begin(ris: Ris, peer_of: Peer) -> None:
    scu.mpps_create(peer_of, "1.2.4", begin(None))
    assert refused(peer_of, "1.2.4", begin(None)) == 0x0111
    complete = begin(None, PerformedProcedureStepStatus="COMPLETED")
    assert refused(peer_of, "1.2.5", complete) == 0x0106
    assert refused(peer_of, "1.2.5", begin(None, Modality=None)) == 0x0120
    assert refused(peer_of, "1.2.5", begin(None, Modality="")) == 0x0121
    assert refused(peer_of, "1.2.5", begin(None, ScheduledStepAttributesSequence=[])) == 0x0121
    assert refused(peer_of, "1.2.6", status("COMPLETED"), create=False) == 0x0112
    assert refused(peer_of, "1.2.4", status("DONE"), create=False) == 0x0106
    assert len(ris.steps.all()) == 1


def test_a_final_state_is_final(ris: Ris, peer_of: Peer) -> None:
    scu.mpps_create(peer_of, "1.2.4", begin(None))
    scu.mpps_set(peer_of, "1.2.4", status("COMPLETED"))
    with associate(peer_of, [plain_context(MPPS)]) as association:
        context = association.accepted(MPPS)
        assert context is not None
        request = {"CommandField": cmd.N_SET, "RequestedSOPClassUID": MPPS,
                   "RequestedSOPInstanceUID": "1.2.4"}  # fmt: skip
        data = [dimse.encode_dataset(status("DISCONTINUED"), context.transfer_syntax)]
        (answer,) = association.request(context, request, data)
    assert answer.command["Status"] == 0x0110
    assert answer.command["ErrorID"] == 0xA710
    assert "may no longer be updated" in answer.command["ErrorComment"]


def test_a_step_nobody_ordered_is_kept_and_said(
    ris: Ris, peer_of: Peer, events: JournalReader
) -> None:
    scu.mpps_create(peer_of, "1.2.4", begin(None))
    (entry,) = events.entries(kind="mpps.created")
    assert entry.facts["linked"] is False and "no order known here" in entry.text
