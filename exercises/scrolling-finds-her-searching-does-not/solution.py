"""The reference repair: the console first, then the names that came meanwhile."""


def solve(seat):
    """Set names to components; write into the studies what the orders say."""
    seat.modality(seat.given.device).set("encoding.names", "components")
    for accession in (seat.given.ones_order, seat.given.twos_order):
        order = seat.ris.order(accession)
        (study,) = seat.archive.studies(accession=accession)
        seat.fixup.edit(study["study_uid"], {"PatientName": order["patient_name"]})
