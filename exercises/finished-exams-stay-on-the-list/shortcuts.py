"""Plausible wrong repairs; each of them must fail."""

from exercises.engine import only_when


def complete_by_hand(seat):
    """Move the two orders along by hand and leave it at that."""
    for accession in seat.given.done:
        seat.ris.change(accession, event="start")
        seat.ris.change(accession, event="complete")


def cancel_what_is_done(seat):
    """Cancel the two orders: they vanish from the list."""
    for accession in seat.given.done:
        seat.ris.change(accession, event="cancel")


@only_when("not-linked")
def mend_only_the_rule(seat):
    """Let the next steps find their orders and forget these two."""
    seat.ris.set("mpps.link_by", "accession step study")


@only_when("not-allowed")
def mend_only_the_right(seat):
    """Let the next steps in, and leave at the device what it still owes."""
    seat.ris.device(seat.given.device, mpps=True)
