"""The reference repair: the one SOP class that is missing from the list."""


def solve(seat):
    """Add it to what the workstation offers to take, and fetch."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("retrieve.classes", [*desk.settings["retrieve.classes"], seat.given.sop_class])
    desk.retrieve(seat.given.study["study_uid"])
