"""The reference repair: the room's port into the clinical network, then the queue."""


def solve(seat):
    """Connect the room as the other rooms are, verify both servers, send what waits."""
    device = seat.modality(seat.given.device)
    seat.network.set(seat.given.device, vlan=10)
    device.echo()
    device.echo("ris")
    device.send()
