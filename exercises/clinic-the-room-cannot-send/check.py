"""What must be so again, whatever it was that broke."""

from exercises.engine import expect_way, points


@points(3)
def check_the_waiting_exam_has_arrived(seat):
    """The exam that waited is in the archive, complete, and belongs to its order."""
    seat.expect_stored(seat.given.accession, seat.given.device)


@points(2)
def check_the_next_exam_will_arrive_too(seat):
    """The way from the room to the archive is sound again, and guarded as before."""
    seat.expect_stored(seat.given.accession, seat.given.device)
    expect_way(seat, seat.given.device)
