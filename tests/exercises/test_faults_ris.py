"""Faults of worklist and MPPS: what they do at the RIS, and that lifting mends it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import faults
from simulator.client import Client
from tests.exercises.lifting import lifts

BY = "mhill"
WHO = {"mrn": "M0990001", "name": "DOE^JANE", "birth_date": "19700101", "sex": "F"}
STATES: dict[str, dict[str, Any]] = {
    "ris-setting": {"key": "worklist.ignored_keys", "value": "Modality"},
    "ris-device": {"device": "CT1", "key": "mpps", "value": False, "usual": True},
    "ris-procedure": {"code": "CT-HEAD", "key": "modality", "value": "MR", "usual": "CT"},
}


@pytest.mark.parametrize("kind", STATES)
def test_it_changes_something_and_lifting_changes_it_back(seat: Client, kind: str) -> None:
    lifts(seat, kind, {**STATES[kind], "by": BY})


def test_the_his_orders_and_calls_off_by_hl7(seat: Client) -> None:
    facts = {"accession": "A9712345", "code": "CT-HEAD", "patient": WHO, "by": BY}
    faults.make("sent-order", {**facts, "description": "CT Head"}).apply(seat)
    assert seat.ris.order("A9712345")["station_ae"] == "CT1"
    wrong = faults.make("sent-cancel", {**facts, "named": "A9712354"})
    wrong.apply(seat)
    assert seat.ris.order("A9712345")["status"] == "scheduled"
    faults.make("sent-cancel", {**facts, "named": "A9712345"}).apply(seat)
    assert seat.ris.order("A9712345")["status"] == "cancelled"
    wrong.lift(seat)
