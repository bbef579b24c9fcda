"""Faults act through doors that staff have too, break one thing, and can be lifted again."""

from __future__ import annotations

from typing import Any

import pytest

from exercises.engine import harm
from exercises.engine.case import eventually
from simulator import faults
from simulator.client import Client
from simulator.clients.faults import FaultClient
from simulator.errors import PacsLabError, RefusedError
from tests.exercises.lifting import lifts

BY = "mhill"
STATES: dict[str, dict[str, Any]] = {
    "called-title": {"device": "CT1", "title": "PACSLBA"},
    "own-title": {"device": "MR1", "title": "LOAN12"},
    "no-destination": {"workstation": "WS2", "title": "READ12"},
    "stale-entry": {"workstation": "WS1", "port": 4321},
    "clone": {"workstation": "WS1", "copy": "WS2"},
    "station-key": {"device": "US1", "station": "US99"},
    "station-mapping": {"code": "CT-HEAD", "station": "CT99", "home": "CT1"},
    "wrong-port": {"device": "CT1", "port": 11119},
    "same-address": {"device": "US1", "other": "CT1"},
    "firewall": {"device": "MR1", "after": 60000},
    "duplex": {"device": "DX1"},
    "vlan": {"device": "CT1"},
    "node-title": {"node": "CT1", "title": "Ct1"},
    "node-address": {"node": "CT1", "host": "127.0.1.77"},
    "node-port": {"node": "WS1", "port": 0},
    "node-rights": {"node": "US1", "rights": ["echo", "find"]},
    "archive-setting": {"key": "dicom.max_pdu", "value": 262144},
    "device-setting": {"devices": ["MR1"], "key": "transfer.pause", "value": 2, "usual": 0},
    "port-taken": {"device": "NM1", "fitter": BY},
}


@pytest.mark.parametrize("kind", STATES)
def test_a_fault_can_be_lifted_without_a_trace_but_the_journal(seat: Client, kind: str) -> None:
    count = len(seat.journal.entries())
    lifts(seat, kind, {**STATES[kind], "by": BY})
    told = [entry for entry in seat.journal.entries()[count:] if "changed" in entry.kind]
    actors = {entry.facts.get("actor", entry.facts.get("by")) for entry in told}
    assert actors <= {BY}, actors


def test_the_wrong_title_is_refused_for_its_reason(seat: Client) -> None:
    faults.make("called-title", {**STATES["called-title"], "by": BY}).apply(seat)
    faults.make("own-title", {**STATES["own-title"], "by": BY}).apply(seat)
    assert seat.modality("CT1").echo().facts["triple"] == "1/1/7"
    assert seat.modality("MR1").echo().facts["triple"] == "1/1/3"


def test_rules_of_a_routine_let_through_what_came_through_and_go_again(seat: Client) -> None:
    before = harm.picture(seat)
    fault = faults.make("routine-rules", {"count": 3, "seed": 5, "by": [BY], "spare": ["CT1"]})
    fault.apply(seat)
    rules = seat.network.rules()
    assert len(rules) == 3 and not any(rule["source"] == "CT1" for rule in rules)
    assert {rule["action"] for rule in rules} == {"allow"}
    fault.lift(seat)
    assert not harm.compare(before, harm.picture(seat))


def test_what_is_put_back_changes_nothing_but_is_told(seat: Client) -> None:
    before, count = harm.picture(seat), len(seat.journal.entries())
    wrong = {"device": "CT1", "key": "archive.ae", "value": "NOBODY", "by": BY}
    faults.make("device-put-back", wrong).apply(seat)
    faults.make("node-put-back", {"node": "MR1", "title": "Mr1", "by": BY}).apply(seat)
    faults.make("setting-put-back", {"key": "dicom.max_pdu", "value": 262144, "by": BY}).apply(seat)
    assert not harm.compare(before, harm.picture(seat))
    told = [entry.kind for entry in seat.journal.entries()[count:]]
    assert {"association.rejected", "node.changed", "setting.changed"} <= set(told)


def test_a_full_volume_refuses_images_until_it_is_cleared(seat: Client) -> None:
    fault = faults.make("volume-full", {"by": BY})
    fault.apply(seat)
    made = {"devices": ["CR1"], "accessions": ["A9711119"], "by": BY}
    faults.make("rush", made).apply(seat)
    assert not seat.archive.studies(accession="A9711119")
    fault.lift(seat)
    assert seat.modality("CR1").send().ok
    assert seat.archive.studies(accession="A9711119")


def test_a_device_that_lingers_takes_every_place_until_it_is_switched_off(seat: Client) -> None:
    seat.archive.set("dicom.max_associations", 3)
    seat.modality("NM1").set("transfer.linger", 3600)
    fault = faults.make("calls", {"device": "NM1", "by": BY})
    fault.apply(seat)
    assert seat.modality("CT1").echo().facts["triple"] == "2/3/2"
    assert {row["calling"] for row in seat.archive.call("GET", "/associations")} == {"NM1"}
    fault.lift(seat)
    assert eventually(lambda: not seat.archive.call("GET", "/associations"))
    assert seat.modality("CT1").echo().ok


def test_in_a_rush_the_later_rooms_are_turned_away_and_can_send_afterwards(seat: Client) -> None:
    seat.archive.set("dicom.max_associations", 1)
    seat.modality("XA1").set("transfer.linger", 60)
    rooms = {"devices": ["XA1", "CR1"], "accessions": ["A9711111", "A9711112"], "by": BY}
    fault = faults.make("rush", rooms)
    fault.apply(seat)
    assert seat.archive.studies(accession="A9711111")
    assert not seat.archive.studies(accession="A9711112")
    assert [row["queued"] for row in seat.modality("CR1").queue()] == [1]
    seat.archive.set("dicom.max_associations", 25)
    fault.lift(seat)
    assert seat.archive.studies(accession="A9711112")


def test_a_study_that_is_pushed_arrives_or_the_journal_says_why(seat: Client) -> None:
    study = dict(seat.archive.studies()[0])
    fault = faults.make("push", {"device": "MR1", "study": study})
    fault.apply(seat)
    assert [row["study_uid"] for row in seat.modality("MR1").received()] == [study["study_uid"]]
    faults.make("node-address", {"node": "MR1", "other": "CT1", "by": BY}).apply(seat)
    count = len(seat.journal.entries())
    fault.apply(seat)
    told = [entry.facts.get("status") for entry in seat.journal.entries()[count:]]
    assert "0xA702" in told


def test_routine_changes_break_nothing_and_follow_from_their_seed(seat: Client) -> None:
    before = harm.picture(seat)
    pictures = []
    for _ in range(2):
        seat.seat.reset(resume=False)
        for kind in ("routine-nodes", "routine-devices", "routine-accounts"):
            faults.make(kind, {"count": 3, "seed": 5, "by": [BY, "x"], "spare": ["CT1"]}).apply(
                seat
            )
        pictures.append(harm.picture(seat))
    assert pictures[0] == pictures[1] != before
    changed = harm.compare(before, pictures[0])
    assert not any(change.item == "CT1" or harm.danger(change) for change in changed)
    assert all(seat.modality(name).echo().ok for name in ("CT1", "MR1", "DX1", "US1"))


def test_somebody_who_logs_in_can_be_shut_out(seat: Client) -> None:
    name = seat.users.list(role="radiologist")[0]["name"]
    fault = faults.make("log-in", {"name": name, "by": BY})
    fault.apply(seat)
    assert seat.users.get(name)["last_login"]
    fault.lift(seat)
    with pytest.raises(RefusedError, match="disabled"):
        fault.apply(seat)


def test_an_order_is_cancelled_when_it_is_lifted(seat: Client) -> None:
    patient = {"mrn": "M99", "name": "DOE^JANE", "birth_date": "19700101", "sex": "F"}
    facts = {"code": "CT-HEAD", "accession": "A9712345", "patient": patient, "by": BY}
    fault = faults.make("order", facts)
    fault.apply(seat)
    assert seat.ris.order("A9712345")["patient_id"] == "M99"
    fault.lift(seat)
    fault.lift(seat)
    assert seat.ris.order("A9712345")["status"] == "cancelled"


def test_an_instructor_injects_lists_and_lifts_faults(seat: Client) -> None:
    desk = FaultClient(seat.seat, "instructor")
    assert set(STATES) <= {row["kind"] for row in desk.kinds()}
    before = harm.picture(seat)
    made = desk.inject("vlan", device="CT1")
    assert [row["id"] for row in desk.status()] == [made["id"]]
    assert harm.compare(before, harm.picture(seat))
    desk.lift(made["id"])
    assert not desk.status() and not harm.compare(before, harm.picture(seat))
    for kind, facts in (("nonsense", {}), ("vlan", {}), ("vlan", {"device": "CT1", "x": 1})):
        with pytest.raises(PacsLabError):
            desk.inject(kind, **facts)
    with pytest.raises(PacsLabError):
        desk.lift(99)


def test_faults_are_not_the_trainees_business(seat: Client) -> None:
    with pytest.raises(RefusedError):
        FaultClient(seat.seat).status()
