"""Plausible wrong repairs; each of them must fail."""


def link_by_the_name_alone(seat):
    """Take the other patient of the same name."""
    seat.archive.link(_study(seat), seat.given.namesakes_order)


def link_to_the_patients_other_order(seat):
    """Take the right patient and the wrong order."""
    seat.archive.link(_study(seat), seat.given.second_order)


def delete_the_study(seat):
    """Make the list of unmatched studies empty."""
    seat.archive.delete(_study(seat))


def order_it_once_more(seat):
    """Place a second order and link to that: the true one stays open."""
    given = seat.given
    patient = {
        "patient_id": given.patient["mrn"],
        "patient_name": given.patient["name"],
        "birth_date": given.patient["birth_date"],
        "sex": given.patient["sex"],
    }
    order = seat.ris.place(code=given.code, patient=patient)
    seat.archive.link(_study(seat), order["accession"])


def _study(seat):
    return seat.archive.unmatched()[0]["study_uid"]
