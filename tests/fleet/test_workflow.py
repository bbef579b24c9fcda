"""What a console shows of a worklist, what its steps refer to, and what is added afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from simulator.errors import RefusedError, StatusError, UsageError
from simulator.fleet.console_list import is_shown
from simulator.fleet.workflow_settings import WorkflowSettings
from tests.fleet.conftest import Ward


def shown(device: Any) -> list[str]:
    return [item.accession for item in device.query_worklist()]


def test_an_entry_without_what_the_console_requires_is_not_shown(ward: Ward) -> None:
    device, order = ward.fleet.modality("CT1"), ward.order("CT1")
    assert shown(device) == [order.accession]
    ward.ris.settings.set("worklist.left_out", "StudyInstanceUID")
    assert shown(device) == []
    entry = ward.events.entries(kind="device.worklist")[-1]
    assert (entry.facts["entries"], entry.facts["answers"]) == (0, 1)
    assert entry.text.endswith("1 more came and are not shown")
    device.change({"worklist.needs": "PatientID"})
    assert shown(device) == [order.accession]


def test_what_is_required_may_stand_in_the_step(ward: Ward) -> None:
    device, order = ward.fleet.modality("MR1"), ward.order("MR1")
    assert shown(device) == [order.accession]
    ward.ris.settings.set("worklist.left_out", "ScheduledProcedureStepID")
    assert shown(device) == []


def test_an_entry_in_letters_the_console_does_not_read_is_not_shown(ward: Ward) -> None:
    device, order = ward.fleet.modality("US1"), ward.order("US1")
    assert shown(device) == [order.accession]
    ward.ris.settings.set("worklist.charset", "ISO_IR 192")
    assert shown(device) == []
    ward.ris.devices.change("US1", {"charset": "ISO_IR 100"}, "mia")
    assert shown(device) == [order.accession]


@pytest.mark.parametrize(
    ("said", "is_read"),
    [("", True), ("ISO_IR 6", True), ("ISO_IR 100", True), ("ISO_IR 192", False),
     (["", "ISO 2022 IR 87"], False), (["", "ISO_IR 100"], True)],
)  # fmt: skip
def test_every_character_set_of_an_entry_must_be_read(said: Any, is_read: bool) -> None:
    ds, chosen = Dataset(), WorkflowSettings(worklist_charsets=("ISO_IR 100",))
    if said:
        ds.SpecificCharacterSet = said
    assert is_shown(ds, chosen) is is_read
    assert is_shown(ds, WorkflowSettings())


@pytest.mark.parametrize(
    ("key", "value"),
    [("worklist.needs", "Nonsense"), ("worklist.charsets", "LATIN"), ("mpps.reference", "some")],
)
def test_a_bad_value_is_refused(ward: Ward, key: str, value: str) -> None:
    with pytest.raises(UsageError, match=key):
        ward.fleet.modality("CT1").change({key: value})


@pytest.mark.parametrize("reference", ["none", "shifted"])
def test_a_step_without_a_true_reference_finds_no_order(ward: Ward, reference: str) -> None:
    device, order = ward.fleet.modality("CT1"), ward.order("CT1")
    device.change({"mpps.reference": reference})
    assert device.perform(device.find_item(order.accession)).error is None
    (step,) = ward.ris.steps.all()
    assert step["accessions"] == [] and ward.ris.book.get(order.accession).status == "scheduled"
    (said,) = step["refers_to"]
    held = order.requested_procedure_id if reference == "shifted" else ""
    assert said["AccessionNumber"] == held and said["StudyInstanceUID"] != order.study_uid
    created = ward.events.entries(kind="mpps.created")[-1]
    assert created.facts["refers_to"] == [said]
    ward.ris.steps.link(step["uid"], order.accession, "mia")
    assert ward.ris.book.get(order.accession).status == "completed"


def test_a_reopened_exam_is_refused_and_gets_a_step_of_its_own(ward: Ward) -> None:
    device, order = ward.fleet.modality("CT1"), ward.order("CT1")
    first = device.perform(device.find_item(order.accession))
    again = device.append(order.accession, reopen=True)
    assert isinstance(again.error, StatusError) and again.error.status == 0x0110
    assert again.pps_uid == first.pps_uid and again.images == again.sent
    (row,) = device.queue()
    assert row["owed"] == ["set"] and "0x0110" in row["error"]
    assert device.send_queue()["ok"] is False  # a final state is final, however often one asks
    assert [step["instances"] for step in ward.ris.steps.all()] == [first.images]
    own = device.append(order.accession)
    assert own.error is None and own.pps_uid != first.pps_uid and device.queue() == []
    steps = ward.ris.steps.all()
    assert [step["status"] for step in steps] == ["COMPLETED"] * 2
    assert sum(step["instances"] for step in steps) == len(ward.shelf.stored)
    assert ward.ris.book.get(order.accession).status == "completed"
    kinds = [entry.kind for entry in ward.events.entries(kind="device.exam.")]
    assert kinds[1:4:2] == ["device.exam.reopened", "device.exam.appended"]


def test_appending_is_a_step_of_its_own_at_once(ward: Ward) -> None:
    device, order = ward.fleet.modality("DX1"), ward.order("DX1")
    first = device.perform(device.find_item(order.accession))
    added = device.append(order.accession)
    assert added.error is None and added.reported and device.queue() == []
    assert added.study_uid == first.study_uid and added.pps_uid != first.pps_uid
    assert len(ward.shelf.stored) == first.images + added.images
    with pytest.raises(RefusedError, match="never scanned A0"):
        device.append("A0")


def test_an_exam_that_is_broken_off_goes_on_in_a_step_of_its_own(ward: Ward) -> None:
    device, order = ward.fleet.modality("MR1"), ward.order("MR1")
    first = device.perform(device.find_item(order.accession), stopped=True)
    assert first.error is None and first.reported
    (step,) = ward.ris.steps.all()
    assert step["status"] == "DISCONTINUED" and "Patient condition" in step["reason"]
    assert ward.ris.book.get(order.accession).status == "discontinued"
    again = device.append(order.accession, reopen=True)
    assert isinstance(again.error, StatusError) and again.error.status == 0x0110
    assert device.append(order.accession).error is None
    states = [step["status"] for step in ward.ris.steps.all()]
    assert states == ["DISCONTINUED", "COMPLETED"]
    assert ward.ris.book.get(order.accession).status == "completed"
