"""The reference repair: the one thing that is missing, the port."""


def solve(seat):
    """Complete the workstation's entry, verify from the archive's side, fetch."""
    given = seat.given
    port = seat.workstation(given.workstation).facts["port"]
    seat.archive.change_node(given.title, port=port)
    seat.archive.echo_node(given.title)
    seat.workstation(given.workstation).retrieve(given.study["study_uid"])
