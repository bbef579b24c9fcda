"""Performed steps and their orders: pynetdicom as the device, every transition of the standard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE
from pynetdicom.association import Association

from simulator.errors import RefusedError
from simulator.hospital.orders import Order
from simulator.hospital.ris import Ris
from simulator.journal import JournalReader
from simulator.network.associate import Peer
from simulator.people import Person
from tests.hospital.test_mpps import MPPS, begin, status
from tests.network.support import ready

AT = datetime(2026, 3, 2, 9, 30)
JANE = Person(mrn="X1", name="DOE^JANE", birth_date="19700101", sex="F")


class Device:
    """A modality made of pynetdicom."""

    def __init__(self, association: Association) -> None:
        self.association = association

    def create(self, uid: str, order: Order | None, **changes: Any) -> Dataset:
        ready(self.association)
        reply, _ = self.association.send_n_create(begin(order, **changes), MPPS, uid)
        return reply

    def set(self, uid: str, changes: Dataset) -> Dataset:
        ready(self.association)
        reply, _ = self.association.send_n_set(changes, MPPS, uid)
        return reply

    def perform(self, uid: str, order: Order | None, last: str = "COMPLETED") -> None:
        assert self.create(uid, order).Status == 0
        assert self.set(uid, status(last)).Status == 0


@pytest.fixture
def device(ris: Ris, peer_of: Peer) -> Iterator[Device]:
    ae = AE(ae_title="CT1")
    ae.add_requested_context(MPPS)
    association = ae.associate(peer_of.host, peer_of.port, ae_title=peer_of.ae)
    assert association.is_established
    yield Device(association)
    association.release()
    ae.shutdown()


@pytest.fixture
def order(ris: Ris) -> Order:
    return ris.book.place(code="CT-CHEST", person=JANE, scheduled=AT)


STATES = ("IN PROGRESS", "COMPLETED", "DISCONTINUED")


@pytest.mark.parametrize("now", STATES)
@pytest.mark.parametrize("then", [*STATES, ""])
def test_every_transition(device: Device, ris: Ris, order: Order, now: str, then: str) -> None:
    """PS3.4 F.7.2.2: from IN PROGRESS anywhere, from a final state nowhere (0x0110, 0xA710)."""
    assert device.create("1.2.4", order).Status == 0
    if now != "IN PROGRESS":
        assert device.set("1.2.4", status(now)).Status == 0
    changes = status(then)
    if not then:
        del changes.PerformedProcedureStepStatus
    reply = device.set("1.2.4", changes)
    (row,) = ris.steps.all()
    if now == "IN PROGRESS":
        assert reply.Status == 0 and row["status"] == (then or now)
    else:
        assert (reply.Status, reply.ErrorID, row["status"]) == (0x0110, 0xA710, now)
        assert "may no longer be updated" in reply.ErrorComment


def test_duplicate_and_unknown(device: Device, order: Order) -> None:
    assert device.create("1.2.4", order).Status == 0
    assert device.create("1.2.4", order).Status == 0x0111
    assert device.set("1.2.5", status("COMPLETED")).Status == 0x0112


@pytest.mark.parametrize("wrong", ["COMPLETED", "DISCONTINUED", "", "DONE"])
def test_a_step_begins_in_progress(device: Device, ris: Ris, wrong: str) -> None:
    reply = device.create("1.2.4", None, PerformedProcedureStepStatus=wrong)
    assert reply.Status in (0x0106, 0x0121) and ris.steps.all() == []


def test_a_discontinued_step_says_why(device: Device, ris: Ris, order: Order) -> None:
    assert device.create("1.2.4", order).Status == 0
    ended, reason = status("DISCONTINUED"), Dataset()
    reason.CodeValue, reason.CodingSchemeDesignator = "110501", "DCM"
    reason.CodeMeaning = "Equipment failure"
    ended.PerformedProcedureStepDiscontinuationReasonCodeSequence = [reason]
    assert device.set("1.2.4", ended).Status == 0
    assert ris.steps.all()[0]["reason"] == "Equipment failure"
    assert ris.book.get(order.accession).status == "discontinued"
    device.perform("1.2.5", order)  # the patient came back
    assert ris.book.get(order.accession).status == "completed"


def test_several_steps_complete_one_order(
    device: Device, ris: Ris, order: Order, events: JournalReader
) -> None:
    assert device.create("1.2.4", order).Status == 0
    assert device.create("1.2.5", order).Status == 0
    assert device.set("1.2.4", status("COMPLETED")).Status == 0
    assert ris.book.get(order.accession).status == "in progress"
    (entry,) = events.entries(kind="mpps.order-not-moved")
    assert "another step of it is still in progress" in entry.text
    assert device.set("1.2.5", status("DISCONTINUED")).Status == 0
    assert ris.book.get(order.accession).status == "completed"


def test_a_step_that_is_appended(device: Device, ris: Ris, order: Order) -> None:
    """IHE's append case, and fault E10: what is added later is a new step."""
    device.perform("1.2.4", order)
    assert device.set("1.2.4", status("COMPLETED")).Status == 0x0110
    assert device.create("1.2.5", order).Status == 0
    assert ris.book.get(order.accession).status == "in progress"
    assert device.set("1.2.5", status("COMPLETED")).Status == 0
    assert ris.book.get(order.accession).status == "completed"
    assert [row["status"] for row in ris.steps.all()] == ["COMPLETED"] * 2


def test_what_was_reported_or_cancelled_stays_so(
    device: Device, ris: Ris, order: Order, events: JournalReader
) -> None:
    other = ris.book.place(code="CT-HEAD", scheduled=AT)
    ris.book.cancel(other.accession)
    device.perform("1.2.4", order)
    ris.book.move(order.accession, "report")
    device.perform("1.2.5", order)
    device.perform("1.2.6", other)
    assert ris.book.get(order.accession).status == "reported"
    assert ris.book.get(other.accession).status == "cancelled"
    assert len(events.entries(kind="mpps.order-not-moved")) == 4


def test_one_step_for_two_orders(device: Device, ris: Ris, order: Order) -> None:
    """The group case: both orders are done with one acquisition (fault C10 begins here)."""
    other = ris.book.place(code="CT-HEAD", person=JANE, scheduled=AT)
    ds = begin(order)
    ds.ScheduledStepAttributesSequence = [
        *ds.ScheduledStepAttributesSequence, *begin(other).ScheduledStepAttributesSequence,
    ]  # fmt: skip
    reply, _ = device.association.send_n_create(ds, MPPS, "1.2.4")
    assert reply.Status == 0 and device.set("1.2.4", status("COMPLETED")).Status == 0
    assert {o.status for o in ris.book.find()} == {"completed"}
    assert ris.steps.all()[0]["accessions"] == [order.accession, other.accession]


@pytest.mark.parametrize(
    ("rules", "said", "found"),
    [
        ("accession step study", {"AccessionNumber": "A"}, "accession"),
        ("accession step study", {"ScheduledProcedureStepID": "S"}, "step"),
        ("accession step study", {"StudyInstanceUID": "U"}, "study"),
        ("study", {"AccessionNumber": "A"}, ""),
        ("accession patient", {}, "patient"),
        ("accession", {}, ""),
        ("none", {"AccessionNumber": "A", "StudyInstanceUID": "U"}, ""),
    ],
)
def test_the_rules_that_link_a_step(
    device: Device, ris: Ris, order: Order, events: JournalReader, rules: str,
    said: dict[str, str], found: str,
) -> None:  # fmt: skip
    """Faults E8 and E9: what a step refers to, and what the RIS makes of it; told by rule."""
    ris.settings.set("mpps.link_by", rules)
    values = {"A": order.accession, "S": order.step_id, "U": order.study_uid}
    item = Dataset()
    item.StudyInstanceUID = "1.9.9"
    for keyword, letter in said.items():
        setattr(item, keyword, values[letter])
    assert device.create("1.2.4", None, ScheduledStepAttributesSequence=[item]).Status == 0
    (entry,) = events.entries(kind="mpps.created")
    assert (entry.facts["rule"], entry.facts["linked"]) == (found, bool(found))
    moved = ris.book.get(order.accession).status
    assert moved == ("in progress" if found else "scheduled")


def test_a_patient_with_two_orders_is_not_guessed(device: Device, ris: Ris, order: Order) -> None:
    ris.book.place(code="CT-HEAD", person=JANE, scheduled=AT)
    ris.settings.set("mpps.link_by", "patient")
    assert device.create("1.2.4", None).Status == 0
    assert ris.steps.all()[0]["accessions"] == []


def test_a_step_is_linked_by_hand(
    device: Device, ris: Ris, order: Order, events: JournalReader
) -> None:
    """Fault E12: a new case was opened instead of the row; the order is completed afterwards."""
    device.perform("1.2.4", None)
    assert ris.steps.link("1.2.4", order.accession, "eva")["accessions"] == [order.accession]
    assert ris.book.get(order.accession).status == "completed"
    (entry,) = events.entries(kind="mpps.linked")
    assert entry.facts["rule"] == "by hand (eva)"
    with pytest.raises(RefusedError, match="already"):
        ris.steps.link("1.2.4", order.accession, "eva")
    with pytest.raises(RefusedError, match="no performed step"):
        ris.steps.link("1.2.9", order.accession, "eva")


def test_orders_that_are_completed_by_hand(device: Device, ris: Ris, order: Order) -> None:
    """Fault E11: the exam-complete trigger is not the MPPS, and nobody pulls it."""
    ris.settings.set("mpps.complete_by", "hand")
    device.perform("1.2.4", order)
    assert ris.book.get(order.accession).status == "in progress"


def test_a_lenient_ris_takes_a_step_without_its_mandatory_attributes(
    device: Device, ris: Ris, order: Order
) -> None:
    incomplete = {"Modality": None, "PerformedProcedureStepStartTime": None}
    assert device.create("1.2.4", order, **incomplete).Status == 0x0120
    ris.settings.set("mpps.strict", False)
    assert device.create("1.2.4", order, **incomplete).Status == 0
    assert ris.steps.all()[0]["accessions"] == [order.accession]


def test_steps_can_be_switched_off(ris: Ris, peer_of: Peer) -> None:
    ris.settings.set("mpps.offered", False)
    ae = AE(ae_title="CT1")
    ae.add_requested_context(MPPS)
    association = ae.associate(peer_of.host, peer_of.port, ae_title=peer_of.ae)
    assert not association.is_established and association.rejected_contexts[0].result == 3
    ae.shutdown()
