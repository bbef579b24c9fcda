"""Plausible wrong repairs; each of them must fail."""


def give_it_the_old_name(seat):
    """Call the workstation what it was called before; it is registered under that name."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("ae_title", seat.given.workstation)
    desk.retrieve(seat.given.study["study_uid"])


def send_it_next_door(seat):
    """Have the study sent to the other workstation."""
    other = {"WS1": "WS2", "WS2": "WS1"}[seat.given.workstation]
    seat.archive.move(seat.given.study["study_uid"], other)


def guess_the_port(seat):
    """Enter the port that DICOM usually has."""
    seat.archive.change_node(seat.given.title, port=104)
    seat.workstation(seat.given.workstation).retrieve(seat.given.study["study_uid"])


def grant_every_right(seat):
    """Give the workstation the right to do everything, along with the port."""
    port = seat.workstation(seat.given.workstation).facts["port"]
    rights = ["echo", "store", "find", "move", "get"]
    seat.archive.change_node(seat.given.title, port=port, rights=rights)
