"""What must be so before the ward looks."""

from exercises.engine import points
from simulator.errors import RefusedError


@points(3)
def check_only_the_repeat_is_found(seat):
    """A search by the order's number finds the repeat, complete, and nothing else."""
    first, repeat = _exams(seat)
    keys = {"StudyInstanceUID": None, "NumberOfStudyRelatedInstances": None}
    found = seat.archive.find(AccessionNumber=seat.given.accession, **keys)
    shown = {str(study.StudyInstanceUID): study for study in found}
    assert first["study_uid"] not in shown, "A C-FIND still finds the failed exam."
    assert repeat["study_uid"] in shown, "A C-FIND does not find the repeat any more."
    count = int(shown[repeat["study_uid"]].NumberOfStudyRelatedInstances)
    assert count == repeat["images"], f"The repeat has {count} images of {repeat['images']}."


@points(2)
def check_the_failed_exam_is_kept_with_its_reason(seat):
    """All of the failed exam is rejected for the right reason, and kept."""
    first, _ = _exams(seat)
    kept = seat.fixup.rejected(first["study_uid"])
    assert len(kept) == first["images"], (
        f"{len(kept)} objects of the failed exam are rejected and kept. "
        f"Expected: {first['images']}."
    )
    assert _can_still_be_shown(seat, first), "The files of the failed exam were deleted for good."
    codes = {row["code"] for row in kept}
    assert codes == {seat.given.reason}, (
        f"They were rejected with {', '.join(codes)}: wrong reason."
    )


def _can_still_be_shown(seat, exam):
    """Return whether there is anything left that a purge could delete; only looks."""
    try:
        left = seat.fixup.purge(exam["study_uid"], preview=True)["objects"]
    except RefusedError:
        return False
    return left >= exam["images"]


def _exams(seat):
    entries = seat.journal.entries(kind="device.exam.performed", node=seat.given.device)
    made = [entry.facts for entry in entries if entry.facts["accession"] == seat.given.accession]
    return made[-2:]
