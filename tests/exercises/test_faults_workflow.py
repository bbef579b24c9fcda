"""Faults of the way from an order to a reader: added images, maps and limits, rules and queues."""

from __future__ import annotations

from typing import Any

from exercises.engine import harm
from exercises.engine.persons import logged_in, rights_of
from simulator import faults
from simulator.client import Client

BY = "mhill"
WHO = {"mrn": "M0990001", "name": "DOE^JANE", "birth_date": "19700101", "sex": "F"}
PASSWORD = "some good password 7"
RULE = {"kind": "prefetch", "trigger": "arrival", "to": ["WS1"], "when": ["Modality=CT"]}


def made(kind: str, **facts: Any) -> Any:
    return faults.make(kind, {**facts, "by": BY})


def test_what_is_added_to_a_finished_exam_is_owed_until_it_has_a_step(seat: Client) -> None:
    order = {"code": "CT-HEAD", "accession": "A9712345", "patient": WHO, "station": "CT1"}
    made("order", **order).apply(seat)
    made("exam", device="CT1", accession="A9712345").apply(seat)
    fault = made("added-images", device="CT1", accession="A9712345")
    fault.apply(seat)
    (row,) = seat.modality("CT1").queue()
    assert row["owed"] == ["set"] and "0x0110" in row["error"]
    fault.lift(seat)
    fault.lift(seat)
    assert not seat.modality("CT1").queue()
    steps = [row for row in seat.ris.mpps() if "A9712345" in row["accessions"]]
    assert [step["status"] for step in steps] == ["COMPLETED"] * 2
    made("added-images", device="CT1", accession="A9712345", reopen=False).apply(seat)
    assert not seat.modality("CT1").queue()


def test_a_rule_is_entered_changed_and_taken_out_again(seat: Client) -> None:
    before = harm.picture(seat)
    entered = made("rule-entered", name="priors to WS1", facts=RULE)
    changes = {"changes": {"enabled": False}, "usual": {"enabled": True}}
    changed = made("rule-changed", name="priors to WS1", **changes)
    entered.apply(seat)
    changed.apply(seat)
    assert seat.archive.rules.show("priors to WS1")["enabled"] is False
    changed.lift(seat)
    assert seat.archive.rules.show("priors to WS1")["enabled"] is True
    entered.lift(seat)
    entered.lift(seat)
    assert not harm.compare(before, harm.picture(seat))


def test_a_destination_is_paused_until_somebody_thinks_of_it(seat: Client) -> None:
    before = harm.picture(seat)
    made("paused", node="WS1", resumed=True).apply(seat)
    assert not harm.compare(before, harm.picture(seat))
    fault = made("paused", node="WS1", reason="network test")
    fault.apply(seat)
    (change,) = harm.compare(before, harm.picture(seat))
    assert (change.area, change.item, change.key) == ("destination", "WS1", "paused")
    fault.lift(seat)
    assert not harm.compare(before, harm.picture(seat))


def test_a_limit_and_a_lost_meaning_shut_a_person_out(seat: Client) -> None:
    (study, *_) = seat.archive.studies()
    made("directory").apply(seat)
    made("meaning", name="GRP-WARD", value="viewer").apply(seat)
    facts = {"full_name": "Ada Doe", "groups": ["GRP-WARD"], "password": PASSWORD}
    made("directory-person", user="adoe", facts=facts).apply(seat)
    trial = faults.make("log-in-try", {"name": "adoe", "password": PASSWORD})
    trial.apply(seat)
    limited = made("limited", name="adoe", label="PROJECT-1", patients=[study["patient_id"]])
    limited.apply(seat)
    with logged_in(seat, "adoe", PASSWORD) as person:
        assert {row["patient_id"] for row in person.archive.studies()} == {study["patient_id"]}
    limited.lift(seat)
    lost = made("meaning-lost", group="GRP-WARD", role="viewer")
    lost.apply(seat)
    with logged_in(seat, "adoe", PASSWORD) as person:
        assert not rights_of(person)
    lost.lift(seat)
    with logged_in(seat, "adoe", PASSWORD) as person:
        assert rights_of(person) == {"study.read"}
        assert len(person.archive.studies()) > 1
    faults.make("log-in-try", {"name": "adoe", "password": "wrong"}).apply(seat)
    assert seat.users.show("adoe")["failures"] == 1
    trial.lift(seat)
