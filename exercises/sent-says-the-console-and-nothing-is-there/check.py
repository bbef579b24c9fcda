"""What must be so before sent means stored again."""

from exercises.engine import points
from exercises.engine.headers import expect_legal, expect_quarantine_without, expect_setting


@points(3)
def check_the_exam_of_the_ticket_is_in_the_archive(seat):
    """The exam arrived complete from its room, with code strings that the standard allows."""
    seat.expect_stored(seat.given.ones_order, seat.given.device)
    expect_legal(seat, seat.given.ones_order)


@points(2)
def check_the_other_missing_exam_is_in_the_archive(seat):
    """So did the other exam that the room had done meanwhile."""
    seat.expect_stored(seat.given.twos_order, seat.given.device)
    expect_legal(seat, seat.given.twos_order)


@points(3)
def check_the_console_writes_codes(seat):
    """The next exam of that room will have codes where codes belong."""
    expect_setting(seat, seat.given.device, seat.given.key, "code")


@points(1)
def check_nothing_is_left_in_quarantine(seat):
    """The quarantine has nothing of that room, and the archive still looks at values."""
    expect_quarantine_without(seat, seat.given.device)
