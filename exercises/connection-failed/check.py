"""What must be so again before the room can go on working."""

from exercises.engine import points


@points(2)
def check_the_room_reaches_the_archive(seat):
    """The room reaches the archive under the archive's own name."""
    seat.expect_echo(seat.given.device)


@points(3)
def check_the_waiting_exam_has_arrived(seat):
    """The exam that waited is in the archive, complete, and belongs to its order."""
    seat.expect_stored(seat.given.accession, seat.given.device)
