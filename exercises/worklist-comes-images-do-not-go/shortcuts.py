"""Plausible wrong repairs; each of them must fail."""


def be_more_patient(seat):
    """Undo the shorter timeout, which was not it."""
    device = seat.modality(seat.given.device)
    device.set("timeouts.connect", 2)
    device.send()


def open_the_firewall(seat):
    """Let everybody reach everything: the firewall never saw this room's calls."""
    seat.network.set_rule("all", source="any", target="any", action="allow")
    seat.modality(seat.given.device).send()


def try_another_network(seat):
    """Plug the room into the guests' network: now the worklist is gone, too."""
    seat.network.set(seat.given.device, vlan=30)
    seat.modality(seat.given.device).send()


def send_to_the_server_that_answers(seat):
    """Send the images to the RIS, which takes none."""
    device, ris = seat.modality(seat.given.device), seat.ris.peer
    device.set("archive.ae", ris.ae)
    device.set("archive.port", ris.port)
    device.send()
