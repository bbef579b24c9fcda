"""The reference repair: the name at the device, then the queue."""


def solve(seat):
    """Type the archive's own title at the device, verify, send what waits."""
    device = seat.modality(seat.given.device)
    device.set("archive.ae", seat.archive.peer.ae)
    device.echo()
    device.send()
