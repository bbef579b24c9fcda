"""The reference repair: the one attribute that the workstation does not ask for."""


def solve(seat):
    """Add it to what comes back, and search."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("query.return_keys", [*desk.settings["query.return_keys"], seat.given.keyword])
    desk.find(PatientID=seat.given.study["patient_id"])
