"""The reference repair: the port at the device, then the queue."""


def solve(seat):
    """Type the port the archive listens at, verify, send what waits."""
    device = seat.modality(seat.given.device)
    device.set("archive.port", seat.archive.peer.port)
    device.echo()
    device.send()
