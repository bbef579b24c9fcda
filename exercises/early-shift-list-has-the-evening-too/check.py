"""What must be so before the list is the one that was asked for."""

from exercises.engine import points

_ALL_DATES = "20000101-20991231"


@points(3)
def check_only_exams_of_these_hours_are_listed(seat):
    """Dates and hours together find the exams of these hours, all of them and no other."""
    _expect_exactly(seat, seat.given.workstation, seat.given.shift["keys"])


@points(2)
def check_the_other_workstation_gets_the_same(seat):
    """Other hours, asked for at the other workstation, are right as well."""
    other = {"WS1": "WS2", "WS2": "WS1"}[seat.given.workstation]
    _expect_exactly(seat, other, "060000-090000")


def _expect_exactly(seat, workstation, hours):
    first, last = hours.split("-")
    rows = seat.workstation(workstation).find(StudyDate=_ALL_DATES, StudyTime=hours)
    found = {row["StudyInstanceUID"] for row in rows}
    right = {
        row["study_uid"]
        for row in seat.archive.studies()
        if row["time"] >= first and row["time"][:6] <= last
    }
    assert found == right, (
        f"{workstation} asked for {hours} of all dates: the list had {len(found - right)} studies "
        f"of other hours, and {len(right - found)} were missing."
    )
