"""The reference repair: one record, a rule that holds, and the prior where it is read."""


def solve(seat):
    """Mend the cause of this variant, then send what was missed."""
    given, rules = seat.given, seat.archive.rules
    if given.cause == "mistyped-id":
        (study,) = seat.archive.studies(patient_id=given.typed)
        seat.fixup.link(study["study_uid"], given.accession)
    elif given.cause == "missed-merge":
        parked = seat.ris.messages(state="parked", channel="PACS", kind="ADT^A40")
        (merge,) = [row for row in parked if row["patient_id"] == given.patient["mrn"]]
        seat.ris.resend(merge["number"])
    elif given.cause == "wrong-issuer":
        seat.modality(given.device).set("patient.issuer", "worklist")
        (study,) = seat.archive.studies(accession=given.accession)
        seat.fixup.unlink(study["study_uid"])
        seat.fixup.link(study["study_uid"], given.accession, other_patient=True)
    elif given.cause == "rule-off":
        rules.change(given.rule, enabled=True)
    elif given.cause == "other-desk":
        rules.change(given.rule, to=[given.workstation])
    elif given.cause == "rule-misses":
        rules.change(given.rule, when=[f"Modality={given.modality}"])
    else:
        seat.archive.queue.resume(given.workstation)
    _send(seat)


def _send(seat):
    (prior,) = seat.archive.studies(accession=seat.given.prior)
    seat.archive.move(prior["study_uid"], seat.given.workstation)
