"""What must be so before the exam can be read beside the earlier one."""

from exercises.engine import expect_nobody, expect_record, merges_of, points


@points(3)
def check_both_exams_are_in_one_record(seat):
    """A search for the patient finds the new exam and the earlier one, each with its order."""
    given = seat.given
    expect_record(seat, given.patient["mrn"], [given.prior, given.accession])


@points(2)
def check_the_ghost_is_gone(seat):
    """The mistyped number has no studies, and it stands for nobody from now on."""
    given = seat.given
    expect_nobody(seat, given.typed)
    found = merges_of(seat, given.typed)
    assert not found, (
        f"{given.typed} is nobody's number, and the archive now takes it for somebody's: "
        f"{found[0]}."
    )
