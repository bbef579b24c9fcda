"""What must be so before the reader can search again."""

from exercises.engine import points, searched


@points(3)
def check_a_search_by_number_finds_the_study(seat):
    """A search at the workstation by the patient's number finds the study, once, as a study."""
    study, name = seat.given.study, seat.given.workstation
    rows = searched(seat, name, PatientID=study["patient_id"])
    found = [row for row in rows if row["StudyInstanceUID"] == study["study_uid"]]
    assert len(found) == 1, f"{name} got {len(found)} rows of the study. Expected: 1."
    count = str(found[0].get("NumberOfStudyRelatedInstances"))
    wanted = str(study["instances"])
    assert count == wanted, f"The row says {count} images. Expected: {wanted}."


@points(2)
def check_an_open_search_finds_what_the_other_one_finds(seat):
    """A search without any key brings the same studies on both workstations."""
    given = seat.given
    mine, other = (
        sorted(row["StudyInstanceUID"] for row in searched(seat, name))
        for name in (given.workstation, given.neighbour)
    )
    assert mine == other, f"{given.workstation} got {len(mine)} rows. Expected: {len(other)}."
    allowed = seat.archive.setting("query.relational")
    assert allowed == "negotiated", f"query.relational is {allowed}. Expected: negotiated."
