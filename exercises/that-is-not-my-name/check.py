"""What must be so before either record can be trusted."""

from exercises.engine import expect_record, points


@points(2)
def check_the_newcomer_has_an_own_record(seat):
    """A search by the second person's own number finds the exam, with its order."""
    expect_record(seat, seat.given.newcomer["mrn"], [seat.given.newcomers_order])


@points(3)
def check_the_owner_has_only_own_studies(seat):
    """The number belongs to one person again: name, birth date and only the own exam."""
    given = seat.given
    expect_record(seat, given.owner["mrn"], [given.owners_order])
    (row,) = [p for p in seat.patients.list() if p["patient_id"] == given.owner["mrn"]]
    found, wanted = (row["patient_name"], row["birth_date"]), given.owner
    assert found == (wanted["name"], wanted["birth_date"]), (
        f"The archive says of {given.owner['mrn']}: {found[0]}, born {found[1]}. "
        f"Expected: {wanted['name']}, born {wanted['birth_date']}."
    )
