"""What must be so before anybody reads these images."""

from exercises.engine import expect_record, points


@points(3)
def check_the_right_patient_has_the_images(seat):
    """A search for whoever was scanned finds the exam, with the order it was made for."""
    expect_record(seat, seat.given.right["mrn"], [seat.given.right_order])


@points(2)
def check_the_wrong_patient_shows_none_of_them(seat):
    """The other patient's record shows the earlier exam, as it was, and nothing else."""
    expect_record(seat, seat.given.wrong["mrn"], [seat.given.earlier])
    keys = {"PatientName": None, "PatientBirthDate": None}
    (study,) = seat.archive.find(PatientID=seat.given.wrong["mrn"], **keys)
    found, born = str(study.PatientName), str(study.PatientBirthDate)
    wanted = (seat.given.wrong["name"], seat.given.wrong["birth_date"])
    assert (found, born) == wanted, (
        f"The earlier exam says {found}, born {born}. Expected: {' born '.join(wanted)}."
    )
