"""The reference repair: the right term, send again, and tidy up what was refused."""


def solve(seat):
    """Let the console name what it writes in, send the queue, empty the quarantine."""
    device = seat.modality(seat.given.device)
    device.set("encoding.character_set", "ISO_IR 192")
    assert device.send().ok
    for row in seat.quarantine.list():
        if row["source"] == seat.given.device:
            seat.quarantine.delete(row["number"])
