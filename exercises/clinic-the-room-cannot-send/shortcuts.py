"""Plausible wrong repairs; each of them must fail, whatever the cause is."""


def switch_the_checks_off(seat):
    """Let the archive accept whoever calls whatever."""
    seat.archive.set("dicom.check_called_ae", False)
    seat.archive.set("dicom.check_calling_ae", False)
    seat.modality(seat.given.device).send()


def press_send_again(seat):
    """Try it a few times more."""
    for _ in range(3):
        seat.modality(seat.given.device).send()


def borrow_the_neighbours_title(seat):
    """Call the room what another room is called: that one can send."""
    device = seat.modality(seat.given.device)
    device.set("ae_title", seat.given.neighbour)
    device.send()


def make_room(seat):
    """Delete an old study, in case the archive is full."""
    seat.archive.delete(seat.archive.studies()[0]["study_uid"])
    seat.modality(seat.given.device).send()
