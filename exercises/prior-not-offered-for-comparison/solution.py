"""The reference repair: what the source of identity said is heard after all."""


def solve(seat):
    """Find the merge that the archive refused and send it again."""
    parked = seat.ris.messages(state="parked", channel="PACS", kind="ADT^A40")
    (merge,) = [row for row in parked if row["patient_id"] == seat.given.survivor["mrn"]]
    seat.ris.resend(merge["number"])
