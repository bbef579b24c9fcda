"""The reference repair: the exam that shows what the other order asked for goes to that order."""


def solve(seat):
    """Compare what the two studies show with what the patient's open order asks for."""
    given = seat.given
    order = seat.ris.order(given.missing)
    found = [
        row
        for row in seat.archive.studies(accession=given.shared, patient_id=given.patient["mrn"])
        if row["description"] == order["description"]
    ]
    study = found[0]
    seat.fixup.link(study["study_uid"], given.missing)
    steps = [step for step in seat.ris.mpps() if study["study_uid"] in step["study_uids"]]
    seat.ris.link_step(steps[-1]["uid"], given.missing)
