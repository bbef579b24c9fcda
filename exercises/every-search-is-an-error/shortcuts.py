"""Plausible wrong repairs; each of them must fail."""


def allow_everything(seat):
    """Have the archive allow keys of any level together."""
    seat.archive.set("query.relational", "always")


def ask_for_patients(seat):
    """Take the other information model, at its highest level."""
    desk = seat.workstation(seat.given.workstation)
    desk.set("query.model", "patient")
    desk.set("query.level", "PATIENT")


def be_lenient(seat):
    """Have the archive pass over values that make no sense."""
    seat.archive.set("query.invalid_values", "ignore")


def grant_every_right(seat):
    """Give the workstation every right there is."""
    rights = ["echo", "store", "find", "move", "get", "commit"]
    seat.archive.change_node(seat.given.workstation, rights=rights)
