"""The reference repair: one title for each, and the address that belongs to it."""


def solve(seat):
    """Rename the copy, correct the entry, and fetch at both."""
    given = seat.given
    place = seat.workstation(given.workstation).facts
    seat.workstation(given.copy).set("ae_title", given.copy)
    seat.archive.change_node(given.workstation, host=place["host"], port=place["port"])
    for name in (given.workstation, given.copy):
        seat.archive.echo_node(name)
        seat.workstation(name).retrieve(given.study["study_uid"])
