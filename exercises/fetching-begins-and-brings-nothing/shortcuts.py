"""Plausible wrong repairs; each of them must fail."""


def guess_the_port(seat):
    """Enter the port that DICOM usually has."""
    seat.archive.change_node(seat.given.workstation, port=104)
    seat.workstation(seat.given.workstation).retrieve(seat.given.study["study_uid"])


def use_the_neighbours_name(seat):
    """Call the workstation what its neighbour is called: that entry works."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("ae_title", {"WS1": "WS2", "WS2": "WS1"}[seat.given.workstation])
    desk.retrieve(seat.given.study["study_uid"])


def send_it_next_door(seat):
    """Have the study sent to the other workstation."""
    other = {"WS1": "WS2", "WS2": "WS1"}[seat.given.workstation]
    seat.archive.move(seat.given.study["study_uid"], other)


def grant_storing_along_with_it(seat):
    """Correct the entry, and let the workstation store into the archive, to be safe."""
    name = seat.given.workstation
    place = seat.workstation(name).facts
    rights = ["echo", "store", "find", "move", "get"]
    seat.archive.change_node(name, host=place["host"], port=place["port"], rights=rights)
