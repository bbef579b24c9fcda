"""What must be so before a blank date means any date again."""

from exercises.engine import points, searched


@points(3)
def check_a_search_without_a_date_finds_the_study(seat):
    """A search by the patient's number alone finds the study at the workstation."""
    _expect_found(seat, {})


@points(2)
def check_dates_mean_what_they_meant(seat):
    """A date that is typed still narrows the list down, and the archive is as it was ordered."""
    _expect_found(seat, {})
    _expect_found(seat, {"StudyDate": seat.given.study["date"]})
    for key, wanted in (("query.star_dates", seat.given.stars), ("query.invalid_values", "refuse")):
        found = seat.archive.setting(key)
        assert found == wanted, f"{key} is '{found}'. Expected: '{wanted}', as ordered."


def _expect_found(seat, keys):
    study, name = seat.given.study, seat.given.workstation
    rows = searched(seat, name, PatientID=study["patient_id"], **keys)
    uids = [row["StudyInstanceUID"] for row in rows]
    said = f" and the date {keys['StudyDate']}" if keys else ""
    assert study["study_uid"] in uids, (
        f"{name} searched for {study['patient_id']}{said}: {len(rows)} studies, not this one."
    )
