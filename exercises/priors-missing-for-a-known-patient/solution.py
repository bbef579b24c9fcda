"""The reference repair: the study goes to the order it was made for."""


def solve(seat):
    """Find the ghost, find the order by patient ID, birth date and kind of exam, link."""
    patients = seat.patients.list(seat.given.patient["name"])
    known = {row["patient_id"] for row in seat.ris.patients()}
    (ghost,) = [row for row in patients if row["patient_id"] not in known]
    (study,) = seat.archive.studies(patient_id=ghost["patient_id"])
    (twin,) = [
        row
        for row in patients
        if row["patient_id"] in known and row["birth_date"] == ghost["birth_date"]
    ]
    made = {row["accession"] for row in seat.archive.studies(patient_id=twin["patient_id"])}
    (order,) = [
        row
        for row in seat.ris.orders(patient_id=twin["patient_id"])
        if row["accession"] not in made
    ]
    seat.fixup.link(study["study_uid"], order["accession"])
