"""What must be so before one number may be two people's."""

from exercises.engine import merges_of, points
from exercises.engine.headers import expect_setting

OURS, THEIRS = "PACSLAB", "STJAMES"


@points(3)
def check_the_patient_of_the_branch_has_an_own_record(seat):
    """Number and issuer together find the branch's patient, with just that exam."""
    _expect_one(seat, seat.given.theirs, seat.given.theirs_order)


@points(2)
def check_the_other_patient_of_the_branch_is_theirs_too(seat):
    """Whoever else was examined there stands under the branch's issuer, no number is retired."""
    given = seat.given
    _expect_one(seat, given.quiet, given.quiet_order)
    found = [text for who in (given.quiet, given.theirs) for text in merges_of(seat, who["mrn"])]
    assert not found, (
        "A number of this house that is given out tomorrow would now lead to a patient of the "
        f"branch: {found[0]}."
    )


@points(2)
def check_the_owner_has_only_own_studies(seat):
    """Under our issuer the number has its owner's name, and no exam of the branch."""
    owner = seat.given.study
    found = _accessions(seat, owner["patient_id"], OURS)
    _expect_study(seat, found)
    rows = {row["issuer"]: row for row in seat.patients.list(owner["patient_id"])}
    said = (rows[OURS]["patient_name"], rows[OURS]["birth_date"])
    assert said == (owner["patient_name"], owner["birth_date"]), (
        f"The archive calls {owner['patient_id']} of {OURS} {said[0]}, born {said[1]}."
    )


@points(3)
def check_the_room_says_whose_its_numbers_are(seat):
    """The next exam of the branch's room brings the issuer that the worklist says."""
    expect_setting(seat, seat.given.device, "patient.issuer", "worklist", THEIRS)


def _expect_one(seat, person, accession):
    found = _accessions(seat, person["mrn"], THEIRS)
    assert found == [accession], (
        f"A C-FIND for {person['mrn']} of {THEIRS} found {', '.join(found) or 'no study'}. "
        f"Expected: {accession}."
    )
    (row,) = [r for r in seat.patients.list(person["mrn"]) if r["issuer"] == THEIRS]
    assert row["patient_name"] == person["name"], f"The archive calls {person['mrn']} {row}."


def _expect_study(seat, found):
    given = seat.given
    assert given.study["accession"] in found, (
        f"The owner's exam {given.study['accession']} is not under {OURS} any more."
    )
    assert given.theirs_order not in found, f"{given.theirs_order} is still under {OURS}."


def _accessions(seat, patient_id, issuer):
    keys = {"PatientID": patient_id, "IssuerOfPatientID": issuer, "AccessionNumber": None}
    return sorted(str(row.AccessionNumber) for row in seat.archive.find(**keys))
