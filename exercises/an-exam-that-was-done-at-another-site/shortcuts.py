"""Plausible wrong repairs; each of them must fail."""


def give_the_whole_number_to_the_branch(seat):
    """Change the issuer of everything that stands under the number."""
    _set_room(seat)
    number = seat.given.study["patient_id"]
    seat.patients.change_id(number, number, issuer="PACSLAB", new_issuer="STJAMES")


def make_the_branch_the_default(seat):
    """Let the archive give the branch's issuer to whatever says none."""
    seat.archive.set("coerce.default_issuer", "STJAMES")


def give_no_issuer_to_anybody(seat):
    """Switch the archive's rule off, against what was asked."""
    seat.archive.set("coerce.default_issuer", "none")
    _set_room(seat)


def set_the_room_alone(seat):
    """Let the next exams be right; what lies in the wrong record stays there."""
    _set_room(seat)


def help_only_the_one_of_the_ticket(seat):
    """Set the room and correct one of the two exams."""
    _set_room(seat)
    _again(seat, seat.given.theirs_order)


def delete_what_does_not_belong(seat):
    """Make the exam disappear from the record, and from the archive."""
    _set_room(seat)
    seat.archive.delete(_study(seat, seat.given.theirs_order))


def _set_room(seat):
    seat.modality(seat.given.device).set("patient.issuer", "STJAMES")


def _again(seat, accession):
    uid = _study(seat, accession)
    seat.fixup.unlink(uid)
    seat.fixup.link(uid, accession, other_patient=True)


def _study(seat, accession):
    return seat.archive.studies(accession=accession)[0]["study_uid"]
