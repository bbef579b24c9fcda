"""Plausible wrong repairs; each of them must fail."""


def agree_on_the_slower_one(seat):
    """Set both sides to half duplex: they agree, and the room has half a link for ever."""
    seat.network.set(seat.given.device, duplex="half", node_duplex="half")


def wait_longer(seat):
    """Give the device more time for each answer."""
    seat.modality(seat.given.device).set("timeouts.dimse", 120)


def exempt_it_from_the_firewall(seat):
    """Let the room pass the firewall unseen, which it did before."""
    device = seat.given.device
    seat.network.set_rule("quick", source=device, target="archive", action="allow")


def swap_the_sides(seat):
    """Change both sides at once, so that they disagree the other way round."""
    port = seat.network.port(seat.given.device)
    seat.network.set(seat.given.device, duplex=port["node_duplex"], node_duplex=port["duplex"])
