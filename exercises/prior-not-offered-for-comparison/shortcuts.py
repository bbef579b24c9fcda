"""Plausible wrong repairs; each of them must fail."""


def merge_into_the_record_with_more_exams(seat):
    """Do as was advised: the direction that moves less."""
    _merge(seat, seat.given.survivor["mrn"], seat.given.retired["mrn"])


def merge_the_namesake_too(seat):
    """Merge rightly, then everybody of that name as well."""
    _merge(seat, seat.given.retired["mrn"], seat.given.survivor["mrn"])
    _merge(seat, seat.given.namesake["mrn"], seat.given.survivor["mrn"])


def move_one_exam_by_linking_it(seat):
    """Link one study to the survivor's order: two exams have one accession number now."""
    study = seat.archive.studies(accession=seat.given.first_retired)[0]
    seat.fixup.link(study["study_uid"], seat.given.survivors_exam)


def delete_the_retired_record(seat):
    """Delete what lies under the retired number."""
    for study in seat.archive.studies(patient_id=seat.given.retired["mrn"]):
        seat.archive.delete(study["study_uid"])


def _merge(seat, retired, survivor):
    issuers = {row["patient_id"]: row["issuer"] for row in seat.patients.list()}
    seat.patients.merge(
        retired, survivor, retired_issuer=issuers[retired], survivor_issuer=issuers[survivor]
    )
