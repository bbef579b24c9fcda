"""What must be so again before the room can go on working."""

from exercises.engine import points


@points(2)
def check_the_room_reaches_the_archive(seat):
    """The room reaches the archive under the archive's own name."""
    device = seat.modality(seat.given.device)
    answer = device.echo()
    assert answer.ok, f"{device.name} sent a C-ECHO. {answer.error} Expected: success."
    called, own = device.settings["archive.ae"], seat.archive.status()["ae"]
    right = called == own == seat.archive.peer.ae
    assert right, f"{device.name} calls '{called}', the archive is '{own}'."


@points(3)
def check_the_waiting_exam_has_arrived(seat):
    """The exam that waited is in the archive, complete, and belongs to its order."""
    given = seat.given
    waiting = [row for row in seat.modality(given.device).queue() if row["queued"]]
    assert not waiting, f"{len(waiting)} exam(s) still wait in the queue of {given.device}."
    made = seat.journal.entries(kind="device.exam.performed", node=given.accession)[-1]
    study = seat.study_of(given.accession) or {}
    images = made.facts["images"]
    wanted = seat.told(instances=images, order_state="matched", source=given.device)
    found = {key: study.get(key) for key in wanted}
    assert found == wanted, (
        f"The archive was asked for accession {given.accession} and has {found}. "
        f"Expected: {wanted}."
    )
