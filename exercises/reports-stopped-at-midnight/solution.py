"""The reference repair: renew what is over, on both sides, and write the next date down."""

from datetime import timedelta


def solve(seat):
    """Give the account its next fortnight, and let the device send what waits."""
    given = seat.given
    last = f"{seat.clock.now() + timedelta(days=14):%Y-%m-%d}"
    if seat.users.show(given.robot)["expires"]:
        seat.users.change(given.robot, expires=last)
    else:
        seat.users.set_password(given.robot, given.renewed)
        seat.modality(given.device).set("archive.passcode", given.renewed)
    seat.users.change(given.robot, note=f"next change {last}, PACS office")
    seat.modality(given.device).send()
