"""The reference repair: the room says whose its numbers are; each study is linked anew."""


def solve(seat):
    """Set the room, link both studies again, and look at the owner's record."""
    given = seat.given
    seat.modality(given.device).set("patient.issuer", "worklist")
    for order in seat.ris.orders(station_ae=given.device):
        if order["issuer"] == "STJAMES":
            (study,) = seat.archive.studies(accession=order["accession"])
            seat.fixup.unlink(study["study_uid"])
            seat.fixup.link(study["study_uid"], order["accession"], other_patient=True)
    owner = given.study
    values = {
        "PatientName": owner["patient_name"],
        "PatientBirthDate": owner["birth_date"],
        "PatientSex": owner["sex"],
    }
    seat.fixup.edit(owner["study_uid"], values)
