"""The reference repair: the model is offered again."""


def solve(seat):
    """Switch it on, and ask as the program does."""
    seat.archive.set("query.patient_root", True)
    patient_id = seat.given.study["patient_id"]
    seat.archive.find("PATIENT", model="patient", PatientID=patient_id)
