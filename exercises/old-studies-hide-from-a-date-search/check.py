"""What must be so before the old studies can be compared by their days."""

from exercises.engine import points, searched


@points(3)
def check_the_range_finds_the_old_studies(seat):
    """A search by patient and range of dates finds the old studies, each on its own day."""
    found = _in_range(seat, "20140101-20231231")
    wanted = sorted(seat.given.dates)
    got = sorted(row["StudyDate"] for row in found)
    assert got == wanted, f"The range 2014 to 2023 found the days {_said(got)}. Expected: all."
    for row in found:
        days = _days(seat, row["StudyInstanceUID"])
        assert row["StudyDate"] in days, (
            f"A study of {row['StudyDate']} holds series of {_said(days)}: not its own day."
        )


@points(2, after=check_the_range_finds_the_old_studies)
def check_a_range_still_means_a_range(seat):
    """A range in which nobody was examined finds none of them."""
    found = _in_range(seat, "20240101-20241231")
    assert not found, f"The range of 2024 found {len(found)} studies. Expected: none."


def _in_range(seat, days):
    patient = seat.given.study["patient_id"]
    return searched(seat, seat.given.workstation, PatientID=patient, StudyDate=days)


def _days(seat, study_uid):
    desk = seat.workstation(seat.given.workstation)
    keys = {"StudyInstanceUID": study_uid, "SeriesInstanceUID": "", "SeriesDate": ""}
    return sorted({row["SeriesDate"] for row in desk.find(QueryRetrieveLevel="SERIES", **keys)})


def _said(days):
    return ", ".join(days) or "none"
