"""Plausible wrong repairs; each of them must fail."""


def press_send_until_all_is_there(seat):
    """Send again and again: this exam arrives, and the next one dies as before."""
    device = seat.modality(seat.given.device)
    for _ in range(20):
        if device.send():
            break


def switch_the_inspection_off(seat):
    """Take the rule out, though its note says who needs it."""
    seat.network.remove_rule(seat.given.rule)
    seat.modality(seat.given.device).send()


def exempt_below_the_rule(seat):
    """Add the exemption at the end, where it is never asked."""
    device = seat.given.device
    seat.network.set_rule("dicom", source=device, target="archive", action="allow")
    seat.modality(device).send()


def open_the_firewall(seat):
    """Let everybody reach everything."""
    seat.network.set_rule(seat.given.rule, source="any", target="any", action="allow")
    seat.modality(seat.given.device).send()
