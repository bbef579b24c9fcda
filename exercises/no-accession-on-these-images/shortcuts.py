"""Plausible wrong repairs; each of them must fail."""


def link_the_images_only(seat):
    """Bind the studies at the archive; the RIS goes on waiting for the patients."""
    given = seat.given
    _link_studies(seat, {given.one["mrn"]: given.first, given.two["mrn"]: given.second})


def clear_the_list_by_hand(seat):
    """Complete the orders at the RIS, and leave images and steps without them."""
    for accession in (seat.given.first, seat.given.second):
        seat.ris.change(accession, event="start")
        seat.ris.change(accession, event="complete")


def link_to_the_order_that_waits(seat):
    """Take the right patient and the order that is still to come."""
    given = seat.given
    orders = {given.one["mrn"]: given.later, given.two["mrn"]: given.second}
    _link_studies(seat, orders)
    for step in seat.ris.mpps():
        if not step["accessions"] and step["patient_id"] in orders:
            seat.ris.link_step(step["uid"], orders[step["patient_id"]])


def scan_them_again(seat):
    """Do both exams once more, from the list this time."""
    for accession in (seat.given.first, seat.given.second):
        seat.modality(seat.given.device).perform(accession)


def _link_studies(seat, orders):
    for study in seat.archive.unmatched():
        if study["patient_id"] in orders:
            seat.archive.link(study["study_uid"], orders[study["patient_id"]])
