"""The reference repair: both the study and the step go to the order they were made for."""


def solve(seat):
    """Link each study at the archive and each step at the RIS."""
    given = seat.given
    orders = {given.one["mrn"]: given.first, given.two["mrn"]: given.second}
    for study in seat.archive.unmatched():
        if study["patient_id"] in orders:
            seat.archive.link(study["study_uid"], orders[study["patient_id"]])
    for step in seat.ris.mpps():
        if not step["accessions"] and step["patient_id"] in orders:
            seat.ris.link_step(step["uid"], orders[step["patient_id"]])
