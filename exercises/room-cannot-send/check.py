"""What must be so again before the room can go on working."""

from exercises.engine import eventually, points


@points(2)
def check_the_room_reaches_the_archive(seat):
    """The room reaches the archive under the archive's own name."""
    device = seat.modality(seat.given.device)
    answer = device.echo()
    assert answer.ok, f"{device.name} sent a C-ECHO. {answer.error} Expected: success."
    called, own = device.settings["archive.ae"], seat.archive.setting("dicom.ae_title")
    assert called == own == "PACSLAB", f"{device.name} calls '{called}', the archive is '{own}'."


@points(3)
def check_the_waiting_exam_has_arrived(seat):
    """The exam that waited is in the archive, complete, and belongs to its order."""
    given = seat.given
    waiting = [row for row in seat.modality(given.device).queue() if row["queued"]]
    assert not waiting, f"{len(waiting)} exam(s) still wait in the queue of {given.device}."
    made = seat.journal.entries(kind="device.exam.performed", node=given.accession)[-1]
    assert eventually(lambda: _has_arrived(seat, made.facts["images"])), (
        f"The archive was asked for accession {given.accession}. Found: "
        f"{seat.archive.studies(accession=given.accession)}. "
        f"Expected: one matched study of {made.facts['images']} images from {given.device}."
    )


def _has_arrived(seat, images):
    study = seat.study_of(seat.given.accession)
    return bool(study) and (study["instances"], study["order_state"], study["source"]) == (
        images,
        "matched",
        seat.given.device,
    )
