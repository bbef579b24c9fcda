"""The reference repair: reject the copy under the order whose exam the images do not show."""


def solve(seat):
    """Compare what was ordered with what the images show; reject the other copy, open its order."""
    mrn = seat.given.patient["mrn"]
    ordered = {
        order["accession"]: order["description"] for order in seat.ris.orders(patient_id=mrn)
    }
    for study in seat.archive.studies(patient_id=mrn):
        if study["description"] != ordered[study["accession"]]:
            seat.fixup.reject(study["study_uid"], "113038")
            seat.ris.change(study["accession"], event="append")
