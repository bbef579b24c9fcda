"""The reference repair: heed cancellations, and do what this one said."""


def solve(seat):
    """Set what is wrong, then cancel the one order."""
    if not seat.ris.setting("hl7.cancel"):
        seat.ris.set("hl7.cancel", True)
    seat.ris.change(seat.given.accession, event="cancel")
