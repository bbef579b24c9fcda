"""The reference repair: combined matching only where it was negotiated."""


def solve(seat):
    """Set it back to what the standard says, and search again."""
    given = seat.given
    seat.archive.set("query.combined_datetime", "negotiated")
    desk = seat.workstation(given.workstation)
    desk.find(StudyDate="20000101-20991231", StudyTime=given.shift["keys"])
