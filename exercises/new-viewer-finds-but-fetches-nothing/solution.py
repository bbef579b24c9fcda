"""The reference repair: fetch by C-MOVE, and let the archive know where to send."""


def solve(seat):
    """Change the workstation over, complete its entry, verify, fetch."""
    name = seat.given.workstation
    desk = seat.workstation(name)
    desk.set("retrieve.by", "move")
    seat.archive.change_node(name, port=desk.facts["port"])
    seat.archive.echo_node(name)
    desk.retrieve(seat.given.study["study_uid"])
