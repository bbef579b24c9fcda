"""Faults of what belongs into one study: what the archive makes of them, and that lifting mends."""

from __future__ import annotations

from typing import Any

import pytest

from exercises.engine import eventually, harm
from exercises.engine.case import Case
from exercises.engine.headers import objects_of
from simulator import faults
from simulator.client import Client

BY = "mhill"
ONE = {"mrn": "M0111111", "name": "ABBOTT^ANNA", "birth_date": "19600101", "sex": "F"}
FIRST, SECOND = "A9711111", "A9711112"
UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


@pytest.fixture
def seat(exercise_seat: Client) -> Case:
    exercise_seat.seat.reset(resume=False)
    return Case(exercise_seat, {}, "instructor")


def inject(seat: Client, kind: str, **facts: Any) -> faults.Fault:
    fault = faults.make(kind, {**facts, "by": BY})
    fault.apply(seat)
    return fault


def order(seat: Client, code: str, accession: str, device: str) -> None:
    inject(seat, "order", code=code, accession=accession, patient=ONE, station=device)


def test_what_is_scanned_under_the_same_row_is_in_the_same_study(seat: Case) -> None:
    order(seat, "XR-CHEST2", FIRST, "DX1")
    order(seat, "XR-ABD", SECOND, "DX1")
    inject(seat, "exam", device="DX1", accession=FIRST)
    inject(seat, "same-row", device="DX1", accession=FIRST, protocol="abdomen")
    study = seat.study_of(FIRST)
    assert study is not None and (study["series"], study["instances"]) == (3, 3)
    steps = [step for step in seat.ris.mpps() if FIRST in step["accessions"]]
    assert len({step["pps_id"] for step in steps}) == 2
    assert (seat.ris.order(FIRST)["status"], seat.ris.order(FIRST)["protocol"]) == (
        "completed", "chest",
    )  # fmt: skip
    assert seat.study_of(SECOND) is None and seat.ris.order(SECOND)["status"] == "scheduled"


def test_a_corrected_copy_is_another_study_of_the_same_moment(seat: Case) -> None:
    order(seat, "XR-CHEST2", FIRST, "DX1")
    order(seat, "XR-ABD", SECOND, "DX1")
    facts = {"device": "DX1", "protocol": "chest", "patient": ONE}
    inject(seat, "corrected-copy", accessions=[SECOND, FIRST], **facts)
    copies = [seat.study_of(number) for number in (SECOND, FIRST)]
    assert all(copy and copy["order_state"] == "matched" for copy in copies)
    one, other = (objects_of(seat, str(copy["study_uid"]))[0] for copy in copies if copy)
    assert (one.StudyDate, one.StudyTime) == (other.StudyDate, other.StudyTime)
    assert not {one[uid].value for uid in UIDS} & {other[uid].value for uid in UIDS}
    sent = [e.facts["accession"] for e in seat.journal.entries(kind="device.exam.performed")]
    assert sent[-2:] == [SECOND, FIRST]


@pytest.mark.parametrize("changes", [{"patient_id": "M0222222"}, {"issuer": "NORTHSIDE"}])
def test_an_order_that_is_registered_anew_makes_a_study_say_two_things(
    seat: Case, changes: dict[str, str]
) -> None:
    order(seat, "XR-CHEST2", FIRST, "DX1")
    inject(seat, "exam", device="DX1", accession=FIRST)
    usual = {key: seat.ris.order(FIRST)[key] for key in changes}
    fault = inject(seat, "re-registered", accession=FIRST, changes=changes, usual=usual)
    inject(seat, "same-row", device="DX1", accession=FIRST, protocol="chest")
    study = seat.study_of(FIRST)
    assert study is not None
    ((key, new),) = changes.items()
    keyword = {"patient_id": "PatientID", "issuer": "IssuerOfPatientID"}[key]
    said = {str(ds[keyword].value) for ds in objects_of(seat, study["study_uid"])}
    assert said == {new, str(usual[key])} and study[key] == usual[key]
    fault.lift(seat)
    assert seat.ris.order(FIRST)[key] == usual[key]


def test_a_copied_order_brings_the_study_uid_along(seat: Case) -> None:
    order(seat, "XR-CHEST2", FIRST, "DX1")
    said = {"code": "XR-CHEST2", "description": "XR Chest PA and Lateral", "accession": SECOND}
    inject(seat, "sent-order", **said, patient=ONE, copy_of=FIRST)
    eventually(lambda: bool(seat.ris.orders(accession=SECOND)))
    assert seat.ris.order(SECOND)["study_uid"] == seat.ris.order(FIRST)["study_uid"]
    for accession in (FIRST, SECOND):
        inject(seat, "exam", device="DX1", accession=accession)
    study = seat.study_of(FIRST)
    assert study is not None and study["instances"] == 4 and seat.study_of(SECOND) is None
    assert {seat.ris.order(number)["status"] for number in (FIRST, SECOND)} == {"completed"}


def test_phantoms_are_kept_apart_until_it_is_lifted(seat: Case) -> None:
    facts = {"name": "physics", "full_name": "Medical Physics", "password": "some good pass 7"}
    inject(seat, "account", **facts)
    before = harm.picture(seat)
    number = seat.archive.studies()[0]["patient_id"]
    fault = inject(seat, "phantoms-apart", label="QA", patients=[number], account="physics")
    with_label = seat.users.login("physics", "some good pass 7")
    assert {row["patient_id"] for row in with_label.studies()} == {number}
    assert number not in {row["patient_id"] for row in Client(seat.seat).archive.studies()}
    fault.lift(seat)
    fault.lift(seat)
    assert not harm.compare(before, harm.picture(seat))
