"""What must be so before the research group's program finds its patients."""

from exercises.engine import points


@points(3)
def check_the_patient_is_found(seat):
    """A query of the Patient Root model, level PATIENT, finds the one patient."""
    wanted = seat.given.study["patient_id"]
    keys = {"PatientID": wanted, "PatientName": None}
    found = seat.archive.find("PATIENT", model="patient", **keys)
    ids = [str(ds.PatientID) for ds in found]
    assert ids == [wanted], f"A C-FIND for patient {wanted} found {ids or 'nobody'}."


@points(2)
def check_the_studies_below_are_found(seat):
    """Below the patient the program finds the study, as the second of its two steps."""
    study = seat.given.study
    keys = {"PatientID": study["patient_id"], "StudyInstanceUID": None}
    found = seat.archive.find("STUDY", model="patient", **keys)
    uids = {str(ds.StudyInstanceUID) for ds in found}
    assert study["study_uid"] in uids, (
        f"A C-FIND below patient {study['patient_id']} found {len(uids)} studies, "
        f"without the {study['description']}."
    )
