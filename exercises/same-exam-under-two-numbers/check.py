"""What must be so before anybody reports these images twice."""

from exercises.engine import expect_record, points
from simulator.errors import RefusedError

_WRONG_ENTRY = "113038"
_OPEN = ("scheduled", "arrived", "in progress")


@points(3)
def check_one_copy_under_the_right_number(seat):
    """A search finds the exam once, complete, under the order it was made for."""
    given = seat.given
    expect_record(seat, given.patient["mrn"], [given.right])
    keys = {"StudyInstanceUID": None, "NumberOfStudyRelatedInstances": None}
    (study,) = seat.archive.find(AccessionNumber=given.right, **keys)
    made, count = _images(seat), int(study.NumberOfStudyRelatedInstances)
    assert count == made, f"The exam under {given.right} has {count} images of {made}."


@points(2)
def check_the_other_copy_is_rejected_and_kept(seat):
    """The other copy is out of circulation for the right reason, and was not deleted."""
    images, kept = _images(seat), seat.fixup.rejected()
    copies = {uid: [row for row in kept if row["study_uid"] == uid] for uid in _copies(seat)}
    uid, rows = max(copies.items(), key=lambda item: len(item[1]))
    assert len(rows) == images, (
        f"{len(rows)} objects of a copy are rejected and kept. Expected: {images}."
    )
    assert _is_kept(seat, uid, images), "The files of the rejected copy were deleted for good."
    codes = ", ".join(sorted({row["code"] for row in rows}))
    assert codes == _WRONG_ENTRY, f"The copy was rejected with {codes}: that is another reason."


@points(1)
def check_the_exam_that_was_not_done_is_open(seat):
    """The RIS has the exam that was not done among those to be done."""
    status = seat.ris.order(seat.given.wrong)["status"]
    assert status in _OPEN, (
        f"The RIS has order {seat.given.wrong} as {status}. Expected: on the worklist, because "
        "nobody has done it."
    )


def _is_kept(seat, study_uid, images):
    """Return whether a purge would still find the files; only looks."""
    try:
        return seat.fixup.purge(study_uid, preview=True)["objects"] >= images
    except RefusedError:
        return False


def _copies(seat):
    """Return the Study Instance UID of each copy that the device made."""
    numbers = (seat.given.right, seat.given.wrong)
    return [made["study_uid"] for made in _made(seat) if made["accession"] in numbers]


def _images(seat):
    return next(m["images"] for m in _made(seat) if m["accession"] == seat.given.right)


def _made(seat):
    entries = seat.journal.entries(kind="device.exam.performed", node=seat.given.device)
    return [entry.facts for entry in entries]
