"""Instance availability notification: after a procedure step, after quiet, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    InstanceAvailabilityNotification,
    ModalityPerformedProcedureStep,
)

from simulator.network import scu
from tests.archive.support import CALLER, Lab, study, until
from tests.net import free_port

PPS = "1.2.3.9.9"


@pytest.fixture
def notices() -> list[Dataset]:
    return []


@pytest.fixture
def ready(lab: Lab, notices: list[Dataset]) -> Iterator[Lab]:
    """An archive that notifies WS1, a pynetdicom SCP."""
    port = free_port()
    lab.archive.nodes.change("WS1", {"port": port, "ian": True})
    lab.set("commitment.retry_seconds", 0.1)

    def take(event: Any) -> tuple[int, Dataset]:
        notices.append(event.attribute_list)
        return 0x0000, event.attribute_list

    ae = AE("WS1")
    ae.require_called_aet = True
    ae.add_supported_context(InstanceAvailabilityNotification)
    ae.start_server(("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_N_CREATE, take)])
    yield lab
    ae.shutdown()


def step(count: int, status: str = "COMPLETED") -> Dataset:
    ds, series, scheduled = Dataset(), Dataset(), Dataset()
    ds.PerformedProcedureStepStatus = status
    series.ReferencedImageSequence = []
    for number in range(1, count + 1):
        image = Dataset()
        image.ReferencedSOPInstanceUID = f"1.2.3.1.1.{number}"
        series.ReferencedImageSequence.append(image)
    scheduled.StudyInstanceUID = "1.2.3.1"
    ds.PerformedSeriesSequence, ds.ScheduledStepAttributesSequence = [series], [scheduled]
    return ds


def test_a_completed_step_is_notified(ready: Lab, notices: list[Dataset]) -> None:
    ready.store(*study(1, 2))
    ready.archive.availability.step_changed(PPS, step(2, "IN PROGRESS"))
    assert ready.archive.owed.all() == []
    ready.archive.availability.step_changed(PPS, step(2))
    until(lambda: notices)
    (ds,) = notices
    assert ds.StudyInstanceUID == "1.2.3.1"
    (pps,) = ds.ReferencedPerformedProcedureStepSequence
    assert pps.ReferencedSOPClassUID == ModalityPerformedProcedureStep
    assert pps.ReferencedSOPInstanceUID == PPS
    (series,) = ds.ReferencedSeriesSequence
    assert series.SeriesInstanceUID == "1.2.3.1.1"
    assert [item.ReferencedSOPInstanceUID for item in series.ReferencedSOPSequence] == [
        "1.2.3.1.1.1",
        "1.2.3.1.1.2",
    ]
    assert {item.InstanceAvailability for item in series.ReferencedSOPSequence} == {"ONLINE"}
    assert {item.RetrieveAETitle for item in series.ReferencedSOPSequence} == {"PACSLAB"}
    until(lambda: not ready.archive.owed.all())
    assert "WS1 was told that study 1.2.3.1" in ready.told("availability.notified")[0].text


def test_the_step_comes_by_mpps(ready: Lab, notices: list[Dataset]) -> None:
    begun = step(0, "IN PROGRESS")
    del begun.PerformedSeriesSequence
    begun.PerformedProcedureStepID, begun.PerformedStationAETitle = "P1", "CT1"
    begun.PerformedProcedureStepStartDate = "20260302"
    begun.PerformedProcedureStepStartTime, begun.Modality = "070000", "CT"
    scu.mpps_create(ready.peer, PPS, begun, CALLER)
    ready.store(*study(1, 2))
    done = step(2)
    del done.ScheduledStepAttributesSequence
    scu.mpps_set(ready.peer, PPS, done, CALLER)
    until(lambda: notices)
    assert notices[0].ReferencedPerformedProcedureStepSequence[0].ReferencedSOPInstanceUID == PPS


def test_it_waits_for_the_last_image_of_the_step(ready: Lab, notices: list[Dataset]) -> None:
    first, second = study(1, 2)
    ready.store(first)
    ready.archive.availability.step_changed(PPS, step(2))
    until(lambda: ready.told("availability.failed"))
    assert "1 of 2 instances" in ready.told("availability.failed")[0].text
    assert not notices
    ready.store(second)
    until(lambda: notices)


def test_a_quiet_study_is_notified_once(ready: Lab, notices: list[Dataset]) -> None:
    ready.set("ian.quiet_seconds", 0.3)
    for ds in study(1, 4):
        ready.store(ds)
    until(lambda: notices)
    (series,) = notices[0].ReferencedSeriesSequence
    assert len(series.ReferencedSOPSequence) == 4
    assert notices[0].ReferencedPerformedProcedureStepSequence == []
    until(lambda: not ready.archive.owed.all())
    assert len(notices) == 1
    ready.store(study(1, 5)[4])  # a late one: the study is notified once more
    until(lambda: len(notices) == 2)


def test_a_deleted_study_is_not_notified(ready: Lab, notices: list[Dataset]) -> None:
    ready.set("ian.quiet_seconds", 0.3)
    ready.store(*study(1, 1))
    ready.archive.index.delete_study("1.2.3.1")
    until(lambda: not ready.archive.owed.all())
    assert not notices


def test_nobody_who_did_not_ask_is_told(ready: Lab, notices: list[Dataset]) -> None:
    ready.archive.nodes.change("WS1", {"ian": False})
    ready.set("ian.quiet_seconds", 0.1)
    ready.store(*study(1, 1))
    ready.archive.availability.step_changed(PPS, step(1))
    assert ready.archive.owed.all() == [] and not notices


def test_a_silent_node_is_told_later(ready: Lab, notices: list[Dataset]) -> None:
    port = ready.archive.nodes.get("WS1").port
    ready.archive.nodes.change("WS1", {"port": free_port()})
    ready.store(*study(1, 2))
    ready.archive.availability.step_changed(PPS, step(2))
    until(lambda: ready.told("availability.failed"))
    ready.archive.nodes.change("WS1", {"port": port})
    until(lambda: notices)
