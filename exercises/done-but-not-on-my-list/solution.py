"""The reference repair: the order with the same patient ID, birth date, exam and room."""


def solve(seat):
    """Find the unmatched study, find its order by more than the name, link them."""
    (study,) = seat.archive.unmatched()
    (order,) = [
        order
        for order in seat.ris.orders(patient_id=study["patient_id"])
        if order["station_ae"] == seat.given.device and order["birth_date"] == study["birth_date"]
    ]
    seat.archive.link(study["study_uid"], order["accession"])
