"""The reference repair: each study gets the day that its series has."""


def solve(seat):
    """Find what has no date, ask its series, and correct the study."""
    desk = seat.workstation(seat.given.workstation)
    for row in desk.find(PatientID=seat.given.study["patient_id"]):
        if not row["StudyDate"]:
            uid = row["StudyInstanceUID"]
            keys = {"StudyInstanceUID": uid, "SeriesInstanceUID": "", "SeriesDate": ""}
            (series,) = desk.find(QueryRetrieveLevel="SERIES", **keys)
            seat.fixup.edit(uid, {"StudyDate": series["SeriesDate"]})
