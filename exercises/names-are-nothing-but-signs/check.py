"""What must be so before nobody of another script is lost any more."""

from exercises.engine import points
from exercises.engine.headers import expect_character_set, expect_named


@points(3)
def check_the_patient_of_the_ticket_is_found_by_name(seat):
    """A search for the name in its own letters finds the exam, and its objects say that name."""
    expect_named(seat, seat.given.one, seat.given.ones_order)


@points(2)
def check_the_other_patient_is_found_by_name(seat):
    """The same holds for whoever else was examined in that room meanwhile."""
    expect_named(seat, seat.given.two, seat.given.twos_order)


@points(3)
def check_the_console_names_what_it_writes(seat):
    """The room names the character set it writes in, and every name fits into it."""
    expect_character_set(seat, seat.given.device)
