"""The reference repair: the device's reference, and by hand what it has reported meanwhile."""


def solve(seat):
    """Correct the device, then link each of the two steps."""
    given = seat.given
    seat.modality(given.device).set("mpps.reference", "worklist")
    orders = {given.one["mrn"]: given.first, given.two["mrn"]: given.second}
    for step in seat.ris.mpps():
        if step["patient_id"] in orders and not step["accessions"]:
            seat.ris.link_step(step["uid"], orders[step["patient_id"]])
