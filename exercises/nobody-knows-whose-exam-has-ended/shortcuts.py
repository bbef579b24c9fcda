"""Plausible wrong repairs; each of them must fail."""


def correct_only_the_device(seat):
    """Mend what is to come, and forget what was."""
    seat.modality(seat.given.device).set("mpps.reference", "worklist")


def link_and_leave_the_device(seat):
    """Put the two right by hand; the next one is lost again."""
    given = seat.given
    _link_steps(seat, {given.one["mrn"]: given.first, given.two["mrn"]: given.second})


def match_by_patient_from_now_on(seat):
    """Let the RIS guess by the patient: that looks at no step that is there already."""
    seat.ris.set("mpps.link_by", "accession step study patient")
    seat.modality(seat.given.device).set("mpps.reference", "worklist")


def link_to_the_other_order(seat):
    """Take the right patient and the order that is still to come."""
    given = seat.given
    seat.modality(given.device).set("mpps.reference", "worklist")
    _link_steps(seat, {given.one["mrn"]: given.first, given.two["mrn"]: given.later})


def complete_by_hand(seat):
    """Move the two orders along; the steps go on belonging to nobody."""
    given = seat.given
    seat.modality(given.device).set("mpps.reference", "worklist")
    for accession in (given.first, given.second):
        seat.ris.change(accession, event="start")
        seat.ris.change(accession, event="complete")


def _link_steps(seat, orders):
    for step in seat.ris.mpps():
        if step["patient_id"] in orders and not step["accessions"]:
            seat.ris.link_step(step["uid"], orders[step["patient_id"]])
