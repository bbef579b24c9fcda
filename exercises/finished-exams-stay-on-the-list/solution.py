"""The reference repair: let the steps in, or let them find their orders; then catch up."""


def solve(seat):
    """Mend the cause, then bring both exams up to date."""
    given = seat.given
    if not seat.ris.devices().one(ae=given.device)["mpps"]:
        seat.ris.device(given.device, mpps=True)
        seat.modality(given.device).send()
        return
    seat.ris.set("mpps.link_by", "accession step study")
    uids = {order["study_uid"]: order["accession"] for order in seat.ris.orders()}
    for step in seat.ris.mpps():
        if not step["accessions"] and step["study_uids"][0] in uids:
            seat.ris.link_step(step["uid"], uids[step["study_uids"][0]])
