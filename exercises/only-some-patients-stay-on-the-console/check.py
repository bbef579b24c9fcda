"""What must be so before every patient of the room comes through."""

from exercises.engine import points
from exercises.engine.headers import (
    expect_character_set,
    expect_named,
    expect_quarantine_without,
)


@points(3)
def check_the_exam_of_the_ticket_is_in_the_archive(seat):
    """The exam arrived complete from its room, and is found by the patient's name."""
    seat.expect_stored(seat.given.ones_order, seat.given.device)
    expect_named(seat, seat.given.one, seat.given.ones_order)


@points(2)
def check_the_other_refused_exam_is_in_the_archive(seat):
    """The other patient's exam arrived complete and is found by name, too."""
    seat.expect_stored(seat.given.twos_order, seat.given.device)
    expect_named(seat, seat.given.two, seat.given.twos_order)


@points(3)
def check_the_console_names_what_it_writes(seat):
    """The room names the character set it writes in, and every name fits into it."""
    expect_character_set(seat, seat.given.device)


@points(1)
def check_nothing_is_left_in_quarantine(seat):
    """The quarantine has nothing of that room, and the archive still looks at values."""
    expect_quarantine_without(seat, seat.given.device)
