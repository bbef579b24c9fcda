"""The reference repair: the console first, then the two names, as the RIS has them."""


def solve(seat):
    """Let the console write as the worklist says; correct whose names differ from the orders."""
    device = seat.modality(seat.given.device)
    device.set("encoding.code_page", "automatic")
    device.set("encoding.character_set", "automatic")
    for accession in (seat.given.ones_order, seat.given.twos_order):
        order = seat.ris.order(accession)
        (study,) = seat.archive.studies(accession=accession)
        seat.fixup.edit(study["study_uid"], {"PatientName": order["patient_name"]})
