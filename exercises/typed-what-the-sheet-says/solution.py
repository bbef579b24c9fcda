"""The reference repair: the title at the end that is wrong, then the queue."""


def solve(seat):
    """Compare both pairs of titles, correct the one that differs, verify, send what waits."""
    name, device = seat.given.device, seat.modality(seat.given.device)
    if device.settings["archive.ae"] != seat.archive.peer.ae:
        device.set("archive.ae", seat.archive.peer.ae)
    place = device.facts
    (entry,) = (
        node["ae"]
        for node in seat.archive.nodes()
        if (node["host"], node["port"]) == (place["host"], place["port"])
    )
    if entry != name:
        seat.archive.change_node(entry, ae=name)
    device.echo()
    device.send()
