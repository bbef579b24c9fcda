"""Plausible wrong repairs; each of them must fail."""


def link_to_another_of_that_name(seat):
    """Take an open order of the room without comparing birth dates."""
    seat.fixup.link(_study(seat), seat.given.third_order, other_patient=True)


def reject_the_study(seat):
    """Hide it from the wrong patient; the right one still has no exam."""
    seat.fixup.reject(_study(seat), "113038")


def write_the_right_name_into_it(seat):
    """Correct what is shown; it is said of all the patient's studies."""
    right = seat.given.right
    values = {"PatientName": right["name"], "PatientBirthDate": right["birth_date"]}
    seat.fixup.edit(_study(seat), values)


def unlink_and_leave_it(seat):
    """Take it away from the order; it stays in the wrong record."""
    seat.fixup.unlink(_study(seat))


def empty_the_wrong_record(seat):
    """Link rightly, and delete the wrong patient's earlier exam for good measure."""
    seat.fixup.link(_study(seat), seat.given.right_order, other_patient=True)
    seat.archive.delete(seat.archive.studies(accession=seat.given.earlier)[0]["study_uid"])


def _study(seat):
    return seat.archive.studies(accession=seat.given.wrong_order)[0]["study_uid"]
