"""Plausible wrong repairs; each of them must fail."""


def press_send_until_it_is_through(seat):
    """Send again: this exam arrives, and the next one is a matter of luck."""
    device = seat.modality(seat.given.device)
    for _ in range(3):
        if device.send():
            break


def move_the_room_that_complains(seat):
    """Give the innocent one another address."""
    seat.network.set(seat.given.device, address="127.0.1.200")
    seat.modality(seat.given.device).send()


def take_any_free_address(seat):
    """Give the other one an address that is free but not its own."""
    seat.network.set(seat.given.culprit, address="127.0.1.201")
    seat.modality(seat.given.device).send()


def shut_the_other_one_out(seat):
    """Block the other node: it still has the address, and now it cannot work."""
    seat.network.set_rule("stop", source=seat.given.culprit, target="any", action="drop")
    seat.modality(seat.given.device).send()
