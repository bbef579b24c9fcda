"""What must be so before anybody says what came before and what came after."""

from exercises.engine import expect_record, points
from exercises.engine.headers import objects_of


@points(4)
def check_each_number_finds_its_own_images(seat):
    """Either number finds one exam, whose images were made in that order's own step."""
    made = {m["accession"]: m["images"] for m in _made(seat)}
    for accession in (seat.given.one, seat.given.other):
        found = [dict(row) for row in seat.archive.studies(accession=accession)]
        assert len(found) == 1, f"The archive has {len(found)} exams under {accession}, not one."
        count = found[0]["instances"]
        assert count == made[accession], (
            f"Under {accession} there are {count} images. The device made {made[accession]}."
        )
        step = _step(seat, accession)
        for ds in objects_of(seat, found[0]["study_uid"]):
            assert str(ds.PerformedProcedureStepID) == step, (
                f"Under {accession} there is a series of another step, "
                f"{ds.PerformedProcedureStepID}. Expected: {step}."
            )


@points(2)
def check_the_patient_has_two_exams(seat):
    """The patient's record has these two exams, each matched to its order."""
    expect_record(seat, seat.given.patient["mrn"], [seat.given.one, seat.given.other])


def _step(seat, accession):
    """Return the identifier of the performed step that the device reported for an order."""
    (step,) = [row for row in seat.ris.mpps() if accession in row["accessions"]]
    return step["pps_id"]


def _made(seat):
    entries = seat.journal.entries(kind="device.exam.performed", node=seat.given.device)
    return [entry.facts for entry in entries]
