"""Plausible wrong repairs; each of them must fail."""

from exercises.engine import only_when


def cancel_the_wrong_one(seat):
    """Cancel the other patient of the list."""
    seat.ris.change(seat.given.kept, event="cancel")


def move_it_out_of_sight(seat):
    """Schedule the order on a station that does not exist."""
    seat.ris.change(seat.given.accession, station_ae="NOWHERE")


@only_when("ignored")
def cancel_only_this_one(seat):
    """Cancel the order and leave the next cancellations to be ignored."""
    seat.ris.change(seat.given.accession, event="cancel")
