"""The reference repair: bound what it asks for, and how much of the archive it may take."""


def solve(seat):
    """Both ends: the key at the workstation, the limit in the node table."""
    name = seat.given.workstation
    seat.workstation(name).set("poll.date", "today")
    seat.archive.change_node(name, max_associations=2)
