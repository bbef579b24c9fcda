"""What must be so before the ward searches again."""

from exercises.engine import expect_record, points
from exercises.engine.headers import objects_of


@points(3)
def check_the_exam_is_found_whole_under_the_identity_that_holds(seat):
    """The archive has the whole exam under the number and issuer that the order says."""
    given, wanted = seat.given, seat.given.identity
    expect_record(seat, wanted["patient_id"], [given.accession])
    (study,) = seat.archive.studies(accession=given.accession)
    found = {key: study[key] for key in wanted}
    assert found == wanted, f"The archive has the exam under {found}. Expected: {wanted}."
    made = seat.journal.entries(kind="device.exam.performed", node=given.device)
    images = sum(entry.facts["images"] for entry in made[-2:])  # the last two are this exam's
    assert study["instances"] == images, f"The exam has {study['instances']} images of {images}."


@points(3)
def check_all_objects_say_the_same(seat):
    """An object of each series names the identity that the order says."""
    given, wanted = seat.given, seat.given.identity
    (study,) = seat.archive.studies(accession=given.accession)
    for ds in objects_of(seat, study["study_uid"]):
        said = {"patient_id": str(ds.PatientID), "issuer": str(ds.IssuerOfPatientID)}
        assert said == wanted, (
            f"An object of series '{ds.SeriesDescription}' says {said}. Expected: {wanted}."
        )
    order = seat.ris.order(given.accession)
    asked = {key: order[key] for key in wanted}
    assert asked == wanted, f"The order says {asked} now. Expected: {wanted}."
