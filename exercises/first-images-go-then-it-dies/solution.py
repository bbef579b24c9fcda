"""The reference repair: an exemption above the inspection, then the queue."""


def solve(seat):
    """Put a rule for the images before the one that inspects, then send what waits."""
    device, network = seat.given.device, seat.network
    inspection = network.rules().one(name=seat.given.rule)
    network.remove_rule(inspection["name"])
    network.set_rule(f"{device}-archive", source=device, target="archive", action="allow")
    network.set_rule(**inspection)
    seat.modality(device).send()
