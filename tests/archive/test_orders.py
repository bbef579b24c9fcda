"""Matching studies with orders, learnt from a worklist that is really asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pynetdicom.presentation import build_context
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    ModalityWorklistInformationFind,
)

from simulator.archive.nodes import Node
from simulator.network import command as cmd
from simulator.network import dimse
from simulator.network.associate import PLAIN
from simulator.network.dimse import Reply, Request
from simulator.network.serve import Server, serve
from tests.archive.support import Lab, study, until
from tests.archive.support import lab as run_lab
from tests.net import free_port


class Worklist:
    """A RIS that answers for the orders it has, and remembers what it was asked."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.broken: Any = None

    def find(self, request: Request) -> Iterator[Reply]:
        accession = str(request.identifier.AccessionNumber)
        self.asked.append(accession)
        if self.broken is not None:
            yield Reply(status=dimse.PENDING, dataset=self.broken)
        elif accession in self.orders:
            yield Reply(status=dimse.PENDING, dataset=item(accession, **self.orders[accession]))
        yield Reply(status=dimse.SUCCESS)

    @contextmanager
    def listening(self, port: int = 0) -> Iterator[Server]:
        context = build_context(ModalityWorklistInformationFind, PLAIN)
        with serve(
            name="RISLAB",
            host="127.0.0.1",
            port=port,
            contexts=lambda _: [context],
            handlers={cmd.C_FIND: self.find},
        ) as server:
            yield server


def item(accession: str, **values: Any) -> Dataset:
    """Return a worklist item."""
    ds, step = Dataset(), Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.AccessionNumber, ds.PatientName, ds.PatientID = accession, "Right^Rosa", "P9"
    ds.IssuerOfPatientID, ds.PatientBirthDate, ds.PatientSex = "HOSPITAL", "19800202", "F"
    ds.StudyInstanceUID, ds.ReferringPhysicianName = "1.2.3.9", "Ref^Rita"
    ds.RequestedProcedureID, ds.RequestedProcedureDescription = "RP9", "CT chest"
    step.ScheduledProcedureStepID, step.Modality = "SP9", "CT"
    step.ScheduledStationAETitle = "CT1"
    step.ScheduledProcedureStepStartDate = "20260302"
    step.ScheduledProcedureStepStartTime = "0700"
    ds.ScheduledProcedureStepSequence = Sequence([step])
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


@pytest.fixture
def ris() -> Worklist:
    return Worklist()


@pytest.fixture
def matched(tmp_path: Path, ris: Worklist) -> Iterator[Lab]:
    """An archive that asks the worklist."""
    with ris.listening() as server, run_lab(tmp_path, [Node(ae="RISLAB", port=server.port)]) as lab:
        yield lab


def state(lab: Lab, number: int) -> tuple[str, str]:
    def decided() -> bool:
        return bool(row()["order_state"] != "new")

    def row() -> dict[str, Any]:
        return lab.archive.index.study(f"1.2.3.{number}") or {"order_state": "new"}

    until(decided)
    return row()["order_state"], row()["order_note"]


def test_matched_by_accession_number_and_patient_id(matched: Lab, ris: Worklist) -> None:
    ris.orders = {"A1": {"PatientID": "T1"}, "A2": {"PatientID": "SOMEBODY"}}
    for number in (1, 2, 3, 4):
        accession = "" if number == 4 else f"A{number}"
        matched.store(*study(number, 2, AccessionNumber=accession))
    assert state(matched, 1) == (
        "matched",
        "accession number and patient ID agree with order A1",
    )
    assert state(matched, 2) == (
        "unmatched",
        "order A2 is for patient SOMEBODY, the images say T2",
    )
    assert state(matched, 3) == ("unmatched", "the RIS knows no order A3")
    assert state(matched, 4) == ("unmatched", "it has no accession number")
    assert ris.asked == ["A1", "A2", "A3"]  # once a study, not once an image
    (entry,) = matched.told("study.matched")
    assert (entry.facts["accession"], entry.facts["source"]) == ("A1", "CT1")


def test_an_order_is_asked_for_once(matched: Lab, ris: Worklist) -> None:
    ris.orders = {"A1": {"PatientID": "T1"}}
    orders = matched.archive.orders
    first = orders.find("A1")
    assert first is not None and first == orders.find("A1")
    assert ris.asked == ["A1"]
    assert (first["patient_id"], first["step_id"], first["station_ae"]) == ("T1", "SP9", "CT1")
    assert orders.all() == [first]


@pytest.mark.parametrize("accession", ["", "A*", "A?", "A\\B", "A" * 17])
def test_what_is_no_accession_number_is_not_asked(
    matched: Lab, ris: Worklist, accession: str
) -> None:
    ris.orders = {accession: {}}
    assert matched.archive.orders.find(accession) is None
    assert ris.asked == []


def test_a_ris_that_is_down_is_asked_again(
    tmp_path: Path, ris: Worklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.archive.orders._RETRY_SECONDS", 0.1)
    port = free_port()
    ris.orders = {"A1": {"PatientID": "T1"}}
    with run_lab(tmp_path, [Node(ae="RISLAB", port=port)]) as lab:
        lab.store(*study(1))
        until(lambda: lab.told("orders.unreachable"))
        assert lab.archive.index.studies()[0]["order_state"] == "new"
        with ris.listening(port):
            assert state(lab, 1)[0] == "matched"
        assert len(lab.told("orders.unreachable")) == 1  # said once, not at every attempt


def test_what_was_not_looked_up_before_a_restart_is_looked_up_then(
    tmp_path: Path, ris: Worklist
) -> None:
    ris.orders = {"A1": {"PatientID": "T1"}}
    with run_lab(tmp_path, [Node(ae="RISLAB", port=free_port())]) as lab:
        lab.store(*study(1))
        until(lambda: lab.told("orders.unreachable"))
    with ris.listening() as server, run_lab(tmp_path) as again:
        again.archive.nodes.change("RISLAB", {"port": server.port})
        assert state(again, 1)[0] == "matched"


def test_an_answer_of_no_use_does_not_stop_the_matching(matched: Lab, ris: Worklist) -> None:
    odd = Dataset()
    odd.add_new(0x00400100, "LO", "no sequence at all")
    ris.broken = odd
    matched.store(*study(1))
    until(lambda: matched.told("orders.failed"))
    ris.broken, ris.orders = None, {"A2": {"PatientID": "T2"}}
    matched.store(*study(2))
    assert state(matched, 2)[0] == "matched"
