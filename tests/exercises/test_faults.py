"""Faults act through doors that staff have too, break one thing, and can be lifted again."""

from __future__ import annotations

from typing import Any

import pytest

from exercises.engine import harm
from simulator import faults
from simulator.client import Client
from simulator.clients.faults import FaultClient
from simulator.errors import PacsLabError, RefusedError

BY = "mhill"
STATES: dict[str, dict[str, Any]] = {
    "called-title": {"device": "CT1", "title": "PACSLBA"},
    "own-title": {"device": "MR1", "title": "LOAN12"},
    "no-destination": {"workstation": "WS2", "title": "READ12"},
    "station-key": {"device": "US1", "station": "US99"},
    "station-mapping": {"code": "CT-HEAD", "station": "CT99", "home": "CT1"},
    "wrong-port": {"device": "CT1", "port": 11119},
    "same-address": {"device": "US1", "other": "CT1"},
    "firewall": {"device": "MR1", "after": 60000},
    "duplex": {"device": "DX1"},
    "vlan": {"device": "CT1"},
}


@pytest.fixture
def seat(exercise_seat: Client) -> Client:
    exercise_seat.seat.reset(resume=False)
    return exercise_seat


@pytest.mark.parametrize("kind", STATES)
def test_a_fault_can_be_lifted_without_a_trace_but_the_journal(seat: Client, kind: str) -> None:
    before = harm.picture(seat)
    count = len(seat.journal.entries())
    fault = faults.make(kind, {**STATES[kind], "by": BY})
    fault.apply(seat)
    assert harm.compare(before, harm.picture(seat)), "nothing was changed"
    told = [entry for entry in seat.journal.entries()[count:] if "changed" in entry.kind]
    actors = {entry.facts.get("actor", entry.facts.get("by")) for entry in told}
    assert actors <= {BY}, actors
    fault.lift(seat)
    fault.lift(seat)  # lifting twice does no harm
    assert not harm.compare(before, harm.picture(seat))


def test_the_wrong_title_is_refused_for_its_reason(seat: Client) -> None:
    faults.make("called-title", {**STATES["called-title"], "by": BY}).apply(seat)
    faults.make("own-title", {**STATES["own-title"], "by": BY}).apply(seat)
    assert seat.modality("CT1").echo().facts["triple"] == "1/1/7"
    assert seat.modality("MR1").echo().facts["triple"] == "1/1/3"


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
