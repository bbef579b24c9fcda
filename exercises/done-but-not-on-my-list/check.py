"""What must be so before the exam can be read as the right patient's."""

from exercises.engine import points


@points(3)
def check_the_study_belongs_to_its_order(seat):
    """The study belongs to the order it was made for, and to the right patient."""
    given = seat.given
    uid = _study_uid(seat)
    found = [row for row in seat.archive.studies() if row["study_uid"] == uid]
    assert found, f"The study that {given.device} made is not in the archive any more."
    was = (found[0]["order_state"], found[0]["accession"], found[0]["patient_id"])
    wanted = ("matched", given.accession, given.patient["mrn"])
    assert was[0] == "matched", f"The study is {was[0]}: {found[0]['order_note']}."
    assert was == wanted, (
        f"The study belongs to order {was[1]} of patient {was[2]}, which is wrong."
    )


@points(2)
def check_a_search_by_the_order_finds_it_complete(seat):
    """A search by the order's number finds the whole study, and nothing is left unmatched."""
    given = seat.given
    keys = {"StudyInstanceUID": None, "NumberOfStudyRelatedInstances": None}
    found = seat.archive.find(AccessionNumber=given.accession, **keys)
    images = _made(seat).facts["images"]
    assert len(found) == 1, f"A C-FIND for {given.accession} found {len(found)} studies, not one."
    count = int(found[0].NumberOfStudyRelatedInstances)
    assert count == images, f"The study has {count} images. Expected: {images}."
    left = seat.archive.unmatched()
    assert not left, f"{len(left)} study is still unmatched: {left[0]['order_note']}."


def _made(seat):
    entries = seat.journal.entries(kind="device.exam.performed", node=seat.given.device)
    return [entry for entry in entries if entry.facts["accession"] == seat.given.typed][-1]


def _study_uid(seat):
    return _made(seat).facts["study_uid"]
