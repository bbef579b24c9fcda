"""What must be so again, whatever it was that kept the exam from the list."""

from exercises.engine import points
from exercises.engine.records import expect_record

_OPEN = ("scheduled", "arrived", "in progress")


@points(3)
def check_the_exam_is_on_the_reading_list(seat):
    """The exam is on the reading list: the right patient's, complete, with its order."""
    given = seat.given
    expect_record(seat, given.patient["mrn"], [given.accession])
    made = [
        entry.facts["images"]
        for entry in seat.journal.entries(kind="device.exam.performed", node=given.device)
        if entry.facts["accession"] == given.under
    ][-1]
    rows = [row for row in seat.archive.reading_list() if row["accession"] == given.accession]
    found = [(row["patient_id"], row["instances"]) for row in rows]
    assert found == [(given.patient["mrn"], made)], (
        f"The reading list has {len(found)} exam(s) for {given.accession}, with "
        f"{found[0][1] if found else 0} images. "
        f"Expected: one of {given.patient['mrn']}, with {made}."
    )


@points(1, after=check_the_exam_is_on_the_reading_list)
def check_the_ris_knows_by_whom_it_was_done(seat):
    """A performed step belongs to the order and has ended, and the other patient still waits."""
    given = seat.given
    steps = [row for row in seat.ris.mpps() if given.accession in row["accessions"]]
    states = [row["status"] for row in steps]
    assert states == ["COMPLETED"], (
        f"Order {given.accession} has {len(states)} performed steps. Expected: one, completed."
    )
    status = seat.ris.order(given.waiting)["status"]
    assert status in _OPEN, (
        f"{given.other['plain']} sits outside, and order {given.waiting} is {status}. "
        "Expected: open, so that the worklist shows it."
    )


@points(1, after=check_the_exam_is_on_the_reading_list)
def check_the_next_exam_goes_by_itself(seat):
    """The device sends, reports for the right order and owes nothing."""
    device = seat.given.device
    seat.expect_echo(device)
    owed = [row for row in seat.modality(device).queue() if row["queued"] or row["owed"]]
    assert not owed, f"{device} still owes something for {len(owed)} exam(s)."
    reference = seat.modality(device).settings["mpps.reference"]
    assert reference == "worklist", f"The steps of {device} refer to '{reference}'."
    assert seat.ris.devices().one(ae=device)["mpps"] is True, f"{device} may not report."
    way = seat.ris.setting("mpps.complete_by")
    assert way == "mpps", f"Orders are completed by '{way}'. Expected: mpps."
