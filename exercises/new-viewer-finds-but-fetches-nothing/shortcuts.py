"""Plausible wrong repairs; each of them must fail."""


def switch_c_get_on(seat):
    """Have the archive offer C-GET after all."""
    seat.archive.set("retrieve.c_get", True)
    seat.workstation(seat.given.workstation).retrieve(seat.given.study["study_uid"])


def change_the_workstation_alone(seat):
    """Fetch by C-MOVE, and leave the archive's entry as it is."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("retrieve.by", "move")
    desk.retrieve(seat.given.study["study_uid"])


def send_it_next_door(seat):
    """Have the study sent to the other workstation."""
    seat.archive.move(seat.given.study["study_uid"], seat.given.neighbour)


def grant_every_right(seat):
    """Change over, and give the entry every right along with its port."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("retrieve.by", "move")
    rights = ["echo", "store", "find", "move", "get", "commit"]
    seat.archive.change_node(seat.given.workstation, port=desk.facts["port"], rights=rights)
