"""Plausible wrong repairs; each of them must fail."""

PASSWORD = "a sealed letter 27"


def _people(seat, role="viewer"):
    for name in seat.given.users:
        seat.users.add(name, role=role, password=PASSWORD)


def just_close_it(seat):
    """Close the account: the unit stands in front of a closed door, and the device with it."""
    seat.users.disable(seat.given.shared, note="shared")


def forget_the_device(seat):
    """Give the people accounts and close the shared one; the device sends no more."""
    for name, role in zip(seat.given.users, ("viewer", "technologist", "viewer"), strict=True):
        seat.users.add(name, role=role, password=PASSWORD)
    seat.users.disable(seat.given.shared, note="shared")


def only_change_the_password(seat):
    """Give the shared account a new password, which is on the notice board by noon."""
    _people(seat)
    seat.users.set_password(seat.given.shared, PASSWORD)


def give_the_device_a_persons_account(seat):
    """Let the device send as the radiographer."""
    for name, role in zip(seat.given.users, ("viewer", "technologist", "viewer"), strict=True):
        seat.users.add(name, role=role, password=PASSWORD)
    seat.modality(seat.given.device).set("archive.user", seat.given.users[1])
    seat.modality(seat.given.device).set("archive.passcode", PASSWORD)
    seat.users.disable(seat.given.shared, note="shared")


def everybody_may_do_everything(seat):
    """Make all of them technologists, so that nobody complains."""
    _people(seat, "technologist")
    seat.modality(seat.given.device).set("archive.user", "")
    seat.users.disable(seat.given.shared, note="shared")
