"""Plausible wrong repairs; each of them must fail."""


def close_only_the_one_in_the_report(seat):
    """Do what the report says, and look no further."""
    seat.users.disable(seat.given.vendor, note="found by the scan")
    seat.archive.set("password.refuse_common", True)


def disable_all_that_are_easy(seat):
    """Close whatever the scan finds; the device's images stop."""
    for row in seat.users.weak():
        seat.users.disable(row["name"], note="found by the scan")
    seat.archive.set("password.refuse_common", True)


def change_one_end_only(seat):
    """Change the machine's password at the archive, and not at the machine."""
    seat.users.disable(seat.given.vendor, note="found by the scan")
    seat.users.set_password(seat.given.robot, seat.given.renewed)
    seat.archive.set("password.refuse_common", True)


def delete_the_vendor(seat):
    """Remove the vendor's account, and the owner of everything it did."""
    seat.users.remove(seat.given.vendor)
    seat.users.set_password(seat.given.robot, seat.given.renewed)
    seat.modality(seat.given.device).set("archive.passcode", seat.given.renewed)
    seat.archive.set("password.refuse_common", True)


def let_the_next_one_through(seat):
    """Repair both, and leave the door open for the next installation."""
    seat.users.disable(seat.given.vendor, note="found by the scan")
    seat.users.set_password(seat.given.robot, seat.given.renewed)
    seat.modality(seat.given.device).set("archive.passcode", seat.given.renewed)
