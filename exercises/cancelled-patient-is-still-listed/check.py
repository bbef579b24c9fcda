"""What must be so before nobody is called in for nothing."""

from exercises.engine import points


@points(3)
def check_the_cancelled_order_is_off_the_list(seat):
    """The order that was called off is cancelled, and the other patient is still listed."""
    given = seat.given
    status = seat.ris.order(given.accession)["status"]
    assert status == "cancelled", f"Order {given.accession} is {status}. Expected: cancelled."
    shown = {row["accession"] for row in seat.modality(given.device).worklist()}
    assert given.accession not in shown, f"{given.device} still shows {given.accession}."
    assert given.kept in shown, f"{given.device} does not show {given.kept} any more."
    status = seat.ris.order(given.kept)["status"]
    assert status == "scheduled", f"Order {given.kept} is {status}. Expected: scheduled."


@points(2)
def check_the_next_cancellation_will_be_heeded(seat):
    """The RIS acts upon cancellations, once this one has been dealt with."""
    assert seat.ris.setting("hl7.cancel") is True, "The RIS still ignores cancellations."
    status = seat.ris.order(seat.given.accession)["status"]
    assert status == "cancelled", f"And order {seat.given.accession} is {status}."
