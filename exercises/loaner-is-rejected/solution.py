"""The reference repair: one new entry, as small as it can be."""


def solve(seat):
    """Register the loaner with its address and two rights, verify, send what waits."""
    device = seat.modality(seat.given.device)
    place = device.facts
    seat.archive.add_node(
        seat.given.loaner,
        place["host"],
        place["port"],
        description="Loaner until Friday",
        rights=["echo", "store"],
    )
    device.echo()
    device.send()
