"""The reference repair: the limit stays, and is announced."""


def solve(seat):
    """Let a list that was cut end with a warning; then ask for the one study."""
    given = seat.given
    seat.archive.set("query.limit_status", "0xB001")
    seat.workstation(given.workstation).find(PatientID=given.study["patient_id"])
