"""The reference repair: the level at which a list of studies is asked for."""


def solve(seat):
    """Set it, and search."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("query.level", "STUDY")
    desk.find(PatientID=seat.given.study["patient_id"])
