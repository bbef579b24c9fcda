"""The reference repair: the one thing in the workstation's entry that is wrong."""


def solve(seat):
    """Correct port, host or rights, verify from the archive's side, fetch."""
    name, place = seat.given.workstation, seat.workstation(seat.given.workstation).facts
    if seat.given.cause == "no-right":
        like = seat.archive.nodes().one(ae=seat.given.neighbour)
        seat.archive.change_node(name, rights=list(like["rights"]))
    elif seat.given.cause == "wrong-host":
        seat.archive.change_node(name, host=place["host"])
    else:
        seat.archive.change_node(name, port=place["port"])
    seat.archive.echo_node(name)
    seat.workstation(name).retrieve(seat.given.study["study_uid"])
