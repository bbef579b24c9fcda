"""The reference repair: the planned address for the node that left it, then the queue."""


def solve(seat):
    """Find who shares the room's address, give it back its own, send what waits."""
    (other,) = (
        row
        for row in seat.network.ports()
        if row["duplicate_address"] and row["address"] != row["planned"]
    )
    seat.network.set(other["node"], address=other["planned"])
    seat.modality(seat.given.device).send()
