"""The reference repair: what the failing association lacks, then the queue."""


def solve(seat):
    """Give the room the rights and encodings of the room beside it, then send what waits."""
    name, device, beside = seat.given.device, seat.modality(seat.given.device), "DX2"
    nodes, usual = seat.archive.nodes(), seat.modality(beside).settings["syntaxes"]
    if nodes.one(ae=name)["rights"] != nodes.one(ae=beside)["rights"]:
        seat.archive.change_node(name, rights=nodes.one(ae=beside)["rights"])
    if device.settings["syntaxes"] != usual:
        device.set("syntaxes", usual)
    device.send()
