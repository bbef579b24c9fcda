"""What must be so before a report is opened again."""

from exercises.engine import expect_record, points

_WAITING = ("ordered", "scheduled", "arrived", "in progress", "cancelled")


@points(3)
def check_each_exam_is_at_its_own_order(seat):
    """Each of the two exams is found by its own order's number, and the number by one exam."""
    given, (one, other) = seat.given, _made(seat)
    for accession, wanted in ((given.shared, one), (given.missing, other)):
        found = _found(seat, accession)
        assert found == [wanted], (
            f"A C-FIND for {accession} found {len(found)} studies. "
            "Expected: only the exam that was made for it."
        )
    if given.cause == "own-order":
        expect_record(seat, given.patient["mrn"], [given.shared, given.missing])
    else:
        expect_record(seat, given.patient["mrn"], [given.missing])
        expect_record(seat, given.owner["mrn"], [given.shared])


@points(2)
def check_only_what_was_wrong_is_cleared(seat):
    """One pair of doubles is cleared; the exam in two parts has both of them, as before."""
    given = seat.given
    doubles = [row for row in seat.fixup.problems() if row["kind"] == "duplicate"]
    left = {row["accession"] for row in doubles}
    assert given.shared not in left, f"The list of doubles still names {given.shared}."
    expect_record(seat, given.third["mrn"], [given.parted, given.parted])


@points(1)
def check_nobody_waits_for_the_added_exam(seat):
    """The RIS does not wait for an exam that was done."""
    status = seat.ris.order(seat.given.missing)["status"]
    assert status not in _WAITING, (
        f"The RIS has order {seat.given.missing} as {status}. Expected: completed."
    )


def _found(seat, accession):
    found = seat.archive.find(AccessionNumber=accession, StudyInstanceUID=None)
    return [str(study.StudyInstanceUID) for study in found]


def _made(seat):
    """Return the studies that the device made with the shared number, the added one last."""
    entries = seat.journal.entries(kind="device.exam.performed", node=seat.given.device)
    made = [entry.facts for entry in entries if entry.facts["accession"] == seat.given.shared]
    return [facts["study_uid"] for facts in made[-2:]]
