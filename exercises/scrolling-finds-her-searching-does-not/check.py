"""What must be so before names are found as people and programs type them."""

from exercises.engine import points
from exercises.engine.headers import expect_named, expect_setting


@points(3)
def check_the_patient_of_the_ticket_is_found_by_name(seat):
    """A search for the exact name finds the exam, and its objects say just that name."""
    expect_named(seat, seat.given.one, seat.given.ones_order)


@points(2)
def check_the_other_patient_is_found_by_name(seat):
    """The same holds for whoever else came from that room like this."""
    expect_named(seat, seat.given.two, seat.given.twos_order)


@points(3)
def check_the_console_puts_names_together_as_dicom_does(seat):
    """The next name from that room will be its parts and nothing else."""
    expect_setting(seat, seat.given.device, "encoding.names", "components")
