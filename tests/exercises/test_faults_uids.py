"""A console that counts UIDs like another: what the archive keeps, and how images come back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from exercises.engine import harm
from simulator import faults
from simulator.client import Client

BY, OWNER, CLONE, KEY = "mhill", "US3", "US1", "uids.counted_from"
CODES = {OWNER: "US-BLADDER", CLONE: "US-ABD"}
FACTS = {"devices": (OWNER, CLONE), "key": KEY, "value": "HU-9913", "usual": "automatic", "by": BY}


@pytest.fixture
def seat(exercise_seat: Client) -> Iterator[Client]:
    exercise_seat.seat.reset(resume=False)
    yield exercise_seat
    exercise_seat.archive.set("store.duplicates", "keep_first")


def scanned(seat: Client, device: str, number: int) -> str:
    """Have a new patient examined; return the accession number."""
    accession = f"A{number}"
    patient = {"mrn": f"M{number}", "name": "GRANT^IDA", "birth_date": "19600131", "sex": "F"}
    order = {"code": CODES[device], "accession": accession, "by": BY, "station": device}
    faults.make("order", {**order, "patient": patient}).apply(seat)
    faults.make("exam", {"device": device, "accession": accession, "by": BY}).apply(seat)
    return accession


def stored(seat: Client, accession: str) -> dict[str, str]:
    """Return the patient of each image stored under an accession number."""
    return {
        one["sop_uid"]: str(seat.archive.instance(one["sop_uid"]).PatientID)
        for study in seat.archive.studies(accession=accession)
        for series in seat.archive.study(study["study_uid"])["tree"]
        for one in series["instances"]
    }


def told(seat: Client) -> list[dict[str, Any]]:
    return [entry.facts for entry in seat.journal.entries(kind="store.duplicate")]


def test_it_can_be_lifted_without_a_trace_but_the_journal(seat: Client) -> None:
    before = harm.picture(seat)
    fault = faults.make("device-setting", FACTS)
    fault.apply(seat)
    changed = {change.path for change in harm.compare(before, harm.picture(seat))}
    assert changed == {f"device/{OWNER}/{KEY}", f"device/{CLONE}/{KEY}"}
    fault.lift(seat)
    assert not harm.compare(before, harm.picture(seat))


def test_images_are_taken_with_success_and_not_kept_until_they_have_their_own_uids(
    seat: Client,
) -> None:
    faults.make("device-setting", FACTS).apply(seat)
    owners, known = stored(seat, scanned(seat, OWNER, 98101)), len(told(seat))
    accession = scanned(seat, CLONE, 98102)
    lost, left = told(seat)[known:], stored(seat, accession)
    made = seat.journal.entries(kind="device.exam.performed", node=accession)[-1].facts
    assert {one["sop_instance"] for one in lost} == set(owners)
    assert made["sent"] == made["images"] == len(left) + len(lost)
    console = seat.modality(CLONE)
    console.set(KEY, "automatic")
    (study,) = seat.archive.studies(accession=accession)
    seat.fixup.reject(study["study_uid"], "113037")
    assert console.send(accession).ok
    again = stored(seat, accession)
    assert len(again) == made["images"] and not set(again) & {*owners, *left}
    assert set(again.values()) == {"M98102"}
    assert stored(seat, "A98101") == owners and set(owners.values()) == {"M98101"}


def test_a_policy_that_refuses_leaves_them_on_the_console(seat: Client) -> None:
    faults.make("device-setting", FACTS).apply(seat)
    seat.archive.set("store.duplicates", "refuse")
    owners = stored(seat, scanned(seat, OWNER, 98103))
    accession = scanned(seat, CLONE, 98104)
    (waiting,) = [row for row in seat.modality(CLONE).queue() if row["accession"] == accession]
    assert waiting["queued"] == len(owners)


def test_a_policy_that_replaces_takes_them_from_the_other_patient(seat: Client) -> None:
    faults.make("device-setting", FACTS).apply(seat)
    seat.archive.set("store.duplicates", "replace")
    before = stored(seat, scanned(seat, OWNER, 98105))
    after = stored(seat, scanned(seat, CLONE, 98106))
    assert before and set(before) <= set(after) and set(after.values()) == {"M98106"}
    assert not stored(seat, "A98105")
