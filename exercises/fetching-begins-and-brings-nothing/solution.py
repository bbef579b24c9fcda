"""The reference repair: where the workstation really listens."""


def solve(seat):
    """Correct the entry, verify from the archive's side, fetch."""
    name = seat.given.workstation
    place = seat.workstation(name).facts
    seat.archive.change_node(name, host=place["host"], port=place["port"])
    seat.archive.echo_node(name)
    seat.workstation(name).retrieve(seat.given.study["study_uid"])
