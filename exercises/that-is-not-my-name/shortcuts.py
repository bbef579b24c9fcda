"""Plausible wrong repairs; each of them must fail."""


def give_the_whole_number_to_the_newcomer(seat):
    """Change the identifier of everything that is filed there."""
    given, owner = seat.given, seat.given.owner["mrn"]
    (row,) = [p for p in seat.patients.list() if p["patient_id"] == owner]
    issuer = row["issuer"]
    seat.patients.change_id(owner, given.newcomer["mrn"], issuer=issuer, new_issuer=issuer)


def link_to_another_of_that_name(seat):
    """Take the order of somebody else who is called like that."""
    seat.fixup.link(_study(seat), seat.given.namesakes_order, other_patient=True)


def link_to_the_owners_order(seat):
    """Make the study fit the number under which it came."""
    seat.fixup.link(_study(seat), seat.given.owners_order, other_patient=True)


def write_the_owners_name_everywhere(seat):
    """Make the list look right."""
    owner = seat.given.owner
    values = {"PatientName": owner["name"], "PatientBirthDate": owner["birth_date"]}
    seat.fixup.edit(_study(seat), values)


def delete_the_exam(seat):
    """Delete what the patient complained of."""
    seat.archive.delete(_study(seat))


def _study(seat):
    owner = seat.given.owner["mrn"]
    return seat.archive.studies(patient_id=owner, order_state="unmatched")[0]["study_uid"]
