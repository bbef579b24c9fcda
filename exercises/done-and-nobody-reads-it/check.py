"""What must be so before the exams can be read."""

from exercises.engine import points


@points(3)
def check_both_exams_count_as_complete(seat):
    """The two exams are complete for the RIS, with their images; the third patient still waits."""
    given = seat.given
    for accession in given.done:
        status = seat.ris.order(accession)["status"]
        assert status == "completed", f"Order {accession} is {status}. Expected: completed."
        seat.expect_stored(accession, given.device)
    status = seat.ris.order(given.third)["status"]
    assert status in ("scheduled", "arrived"), (
        f"Order {given.third} is {status}, and nobody has examined this patient."
    )


@points(2)
def check_the_next_exam_completes_by_itself(seat):
    """An order is completed again when the device says that its step has ended."""
    said = seat.ris.setting("mpps.complete_by")
    assert said == "mpps", f"mpps.complete_by is '{said}'. Expected: 'mpps', as it was."
