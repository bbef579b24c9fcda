"""The reference repair: the patient's entry gets the identity that the order has."""


def solve(seat):
    """Read from the order who the patient is; change the identifier of the study's patient."""
    accession = seat.given.accession
    order = seat.ris.order(accession)
    (study,) = seat.archive.studies(accession=accession)
    seat.patients.change_id(
        study["patient_id"],
        order["patient_id"],
        issuer=study["issuer"],
        new_issuer=order["issuer"],
    )
