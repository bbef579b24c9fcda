"""The reference repair: the address in the node table, then the push."""


def solve(seat):
    """Enter where the device is, let the archive verify it, push the study again."""
    name, place = seat.given.device, seat.modality(seat.given.device).facts
    seat.archive.change_node(name, host=place["host"], port=place["port"])
    seat.archive.echo_node(name)
    seat.archive.move(seat.given.study["study_uid"], name)
