"""The reference repair: close what nobody needs, renew what something needs, refuse the next."""


def solve(seat):
    """Disable the vendor's account; change the machine's password at both ends."""
    given = seat.given
    seat.users.disable(given.vendor, note="contract ended; found by the scan of IT security")
    seat.users.set_password(given.robot, given.renewed)
    device = seat.modality(given.device)
    device.set("archive.passcode", given.renewed)
    seat.archive.set("password.refuse_common", True)
    device.echo()
