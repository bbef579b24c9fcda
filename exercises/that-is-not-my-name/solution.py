"""The reference repair: what the images say besides the number leads to the order."""


def solve(seat):
    """Read name and birth date in the images, find that person's order, link."""
    owner = seat.given.owner["mrn"]
    (study,) = seat.archive.studies(patient_id=owner, order_state="unmatched")
    place = {"StudyInstanceUID": study["study_uid"]}
    series = seat.archive.find("SERIES", SeriesInstanceUID=None, **place)[0].SeriesInstanceUID
    found = seat.archive.find("IMAGE", SOPInstanceUID=None, SeriesInstanceUID=series, **place)
    image = seat.archive.instance(found[0].SOPInstanceUID)
    (order,) = [
        order
        for order in seat.ris.orders(station_ae=seat.given.device)
        if order["birth_date"] == str(image.PatientBirthDate)
        and order["patient_name"] == str(image.PatientName)
    ]
    seat.fixup.link(study["study_uid"], order["accession"], other_patient=True)
    _name_the_owner(seat, owner)


def _name_the_owner(seat, owner):
    """Let the record say again what the RIS says of its patient, if it does not."""
    (order,) = seat.ris.orders(patient_id=owner)
    (row,) = [p for p in seat.patients.list() if p["patient_id"] == owner]
    if row["patient_name"] != order["patient_name"]:
        (study,) = seat.archive.studies(patient_id=owner)
        values = {"PatientName": order["patient_name"], "PatientBirthDate": order["birth_date"],
                  "PatientSex": order["sex"]}  # fmt: skip
        seat.fixup.edit(study["study_uid"], values)
