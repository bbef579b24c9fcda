"""What must be so before the priors can be compared."""

from exercises.engine import expect_nobody, expect_record, points


@points(3)
def check_the_survivor_has_all_exams(seat):
    """A search by the number that stays finds every exam of the person, and nobody else's."""
    given = seat.given
    exams = [given.survivors_exam, given.first_retired, given.second_retired]
    expect_record(seat, given.survivor["mrn"], exams)


@points(2)
def check_the_retired_number_is_empty(seat):
    """The number that the source of identity retired has no study left."""
    expect_nobody(seat, seat.given.retired["mrn"])
