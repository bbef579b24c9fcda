"""Plausible wrong repairs; each of them must fail."""


def let_what_has_no_date_match(seat):
    """Have the archive show what has no value in every search for one."""
    seat.archive.set("query.match_unknown", True)


def write_the_day_of_the_takeover(seat):
    """Give all of them the day on which they were received."""
    _write(seat, lambda number: f"{seat.clock.now():%Y%m%d}")


def write_the_days_in_the_order_they_came(seat):
    """Give them the right days, without looking which is whose."""
    days = sorted(seat.given.dates)
    _write(seat, lambda number: days[(number + 1) % len(days)])


def hand_them_over_by_hand(seat):
    """Have them sent to the reader's workstation, and leave it at that."""
    for row in seat.archive.studies(patient_id=seat.given.study["patient_id"]):
        if not row["date"]:
            seat.archive.move(row["study_uid"], seat.given.workstation)


def _write(seat, day):
    rows = [
        row
        for row in seat.archive.studies(patient_id=seat.given.study["patient_id"])
        if not row["date"]
    ]
    dates = {row["study_uid"]: _series_day(seat, row["study_uid"]) for row in rows}
    for number, uid in enumerate(sorted(dates, key=dates.__getitem__)):
        seat.fixup.edit(uid, {"StudyDate": day(number)})


def _series_day(seat, study_uid):
    keys = {"StudyInstanceUID": study_uid, "SeriesInstanceUID": "", "SeriesDate": ""}
    desk = seat.workstation(seat.given.workstation)
    return desk.find(QueryRetrieveLevel="SERIES", **keys)[0]["SeriesDate"]
