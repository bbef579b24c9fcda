"""The reference repair: the order of the patient with the birth date of the wristband."""


def solve(seat):
    """Find the open order at that room by the birth date that is known; link and confirm."""
    (study,) = seat.archive.studies(accession=seat.given.wrong_order)
    (order,) = [
        order
        for order in seat.ris.orders(station_ae=seat.given.device)
        if order["birth_date"] == seat.given.right["birth_date"]
    ]
    seat.fixup.link(study["study_uid"], order["accession"], other_patient=True)
