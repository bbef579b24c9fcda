"""The reference repair: names are compared without regard to case."""


def solve(seat):
    """Set it back, and search as the reader does."""
    given = seat.given
    seat.archive.set("query.case_sensitive_names", False)
    seat.workstation(given.workstation).find(PatientName=given.study["patient_name"].lower())
