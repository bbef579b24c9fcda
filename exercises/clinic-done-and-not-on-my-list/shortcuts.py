"""Plausible wrong repairs; each of them must fail, whatever the cause is."""

from exercises.engine import only_when


def scan_again(seat):
    """Have the patient scanned once more, from the list."""
    seat.modality(seat.given.device).perform(seat.given.accession)


def order_it_again(seat):
    """Place the order a second time: the first one stays open, and is billed twice."""
    given = seat.given
    patient = {"patient_id": given.patient["mrn"], "patient_name": given.patient["name"]}
    patient |= {"birth_date": given.patient["birth_date"], "sex": given.patient["sex"]}
    seat.ris.place(code=given.code, patient=patient, station_ae=given.device)


@only_when("mistyped-number", "new-case")
def link_the_images_and_hang_up(seat):
    """Bind the study, and leave the performed step with nobody."""
    given = seat.given
    for study in seat.archive.unmatched():
        if study["patient_id"] == given.patient["mrn"]:
            seat.archive.link(study["study_uid"], given.accession)


@only_when("wrong-row")
def move_the_images_only(seat):
    """Give the right patient the images; the other one is forgotten outside."""
    given = seat.given
    (study,) = seat.archive.studies(accession=given.waiting)
    seat.fixup.link(study["study_uid"], given.accession, other_patient=True)


@only_when("completed-by-hand")
def complete_only_this_one(seat):
    """Complete the order by hand; the next one stays in progress, too."""
    seat.ris.change(seat.given.accession, event="complete")


@only_when("not-allowed", "no-reference")
def move_the_order_by_hand(seat):
    """Bring the order to its end by hand, without a performed step."""
    seat.ris.change(seat.given.accession, event="start")
    seat.ris.change(seat.given.accession, event="complete")
