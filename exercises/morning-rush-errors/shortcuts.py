"""Plausible wrong repairs; each of them must fail."""


def throw_the_others_out(seat):
    """Abort what is open and send: right now it works."""
    for row in seat.archive.call("GET", "/associations"):
        seat.archive.call("DELETE", f"/associations/{row['number']}")
    _send(seat)


def take_every_limit_away(seat):
    """Allow as many as the archive can be set to."""
    seat.archive.set("dicom.max_associations", 500)
    _send(seat)


def one_place_more(seat):
    """Allow just enough for this morning."""
    seat.archive.set("dicom.max_associations", seat.given.limit + 2)
    _send(seat)


def make_the_devices_hang_up(seat):
    """Change how the devices end their transfers, against what their makers say."""
    for device in seat.given.first:
        seat.modality(device).set("transfer.linger", 0)
    _send(seat)


def _send(seat):
    for device in seat.given.first + seat.given.last:
        seat.modality(device).send()
