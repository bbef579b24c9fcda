"""Plausible wrong repairs; each of them must fail."""


def fetch_by_c_move(seat):
    """Let the archive call the workstation, which its zone forbids."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("retrieve.by", "move")
    desk.retrieve(seat.given.study["study_uid"])


def take_this_kind_alone(seat):
    """Put the missing class in place of the list."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("retrieve.classes", [seat.given.sop_class])
    desk.retrieve(seat.given.study["study_uid"])


def push_it_there(seat):
    """Have the archive send the study to the workstation, once."""
    seat.archive.move(seat.given.study["study_uid"], seat.given.workstation)


def grant_every_right(seat):
    """Give the workstation every right there is."""
    rights = ["echo", "store", "find", "move", "get", "commit"]
    seat.archive.change_node(seat.given.workstation, rights=rights)
    seat.workstation(seat.given.workstation).retrieve(seat.given.study["study_uid"])
