"""Plausible wrong repairs; each of them must fail."""


def hide_the_whole_room(seat):
    """Let the rule look at who sends."""
    _merge(seat)
    _with(seat, f"source={seat.given.device}")


def label_by_hand(seat):
    """Put the label on what is there today."""
    _merge(seat)
    for study in seat.archive.studies(patient_id=seat.given.agreed):
        seat.labels.give("QA", study["study_uid"])


def forget_the_other_rooms(seat):
    """Enter the new rule, and lose the old ones."""
    _merge(seat)
    seat.labels.put("QA", rules=[f"patient_id={seat.given.agreed}"])


def leave_the_odd_one(seat):
    """Make the rule for the agreed number, and see to the other one another day."""
    _with(seat, f"patient_id={seat.given.agreed}")


def reject_the_tests(seat):
    """Take them out of circulation, with a rule for the next ones."""
    _merge(seat)
    for study in seat.archive.studies(patient_id=seat.given.agreed):
        seat.fixup.reject(study["study_uid"], "113001")
    _with(seat, f"patient_id={seat.given.agreed}")


def delete_the_tests(seat):
    """Clean the list."""
    for number in (seat.given.agreed, seat.given.stray):
        for study in seat.archive.studies(patient_id=number):
            seat.archive.delete(study["study_uid"])


def _merge(seat):
    seat.patients.merge(seat.given.stray, seat.given.agreed)


def _with(seat, rule):
    (label,) = [row for row in seat.labels.list() if row["name"] == "QA"]
    seat.labels.put("QA", rules=[*label["rules"], rule])
