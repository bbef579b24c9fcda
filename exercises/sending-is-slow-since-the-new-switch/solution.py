"""The reference repair: both sides of the link alike."""


def solve(seat):
    """Set the switch and the room to full duplex, and verify."""
    seat.network.set(seat.given.device, duplex="full", node_duplex="full")
    seat.modality(seat.given.device).echo()
