"""The reference repair: a blank date is an empty key."""


def solve(seat):
    """Set the workstation so, and search by the number alone."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("query.empty_date", "empty")
    desk.find(PatientID=seat.given.study["patient_id"])
