"""Plausible wrong repairs; each of them must fail, whatever the cause is."""


def send_it_next_door(seat):
    """Have the study sent to the other workstation."""
    seat.archive.move(seat.given.study["study_uid"], seat.given.neighbour)


def borrow_the_neighbours_title(seat):
    """Call the workstation what the other one is called."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("ae_title", seat.given.neighbour)
    desk.retrieve(seat.given.study["study_uid"])


def grant_every_right(seat):
    """Give the workstation every right and its address, just in case."""
    name, place = seat.given.workstation, seat.workstation(seat.given.workstation).facts
    rights = ["echo", "store", "find", "move", "get", "commit"]
    seat.archive.change_node(name, host=place["host"], port=place["port"], rights=rights)
    seat.workstation(name).retrieve(seat.given.study["study_uid"])


def wait_longer(seat):
    """Give the workstation more patience."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("timeouts.dimse", 60)
    desk.retrieve(seat.given.study["study_uid"])
