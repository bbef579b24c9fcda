"""The reference repair: the one thing that was taken from this account, or from the machine's."""

from datetime import timedelta


def solve(seat):
    """Give it back, and let the accounts follow the directory."""
    given = seat.given
    if given.cause in ("locked", "disabled"):
        seat.users.unlock(given.user)
    elif given.cause == "no-group":
        seat.directory.change(given.user, groups=["GRP-STAFF", given.group])
        seat.directory.sync()
    elif given.cause == "not-mapped":
        seat.directory.map_group(given.group, "viewer")
        seat.directory.sync()
    elif given.cause == "limited":
        seat.users.change(given.user, labels=[])
    else:
        until = seat.clock.now() + timedelta(days=300)
        seat.users.change(given.robot, expires=f"{until:%Y-%m-%d}")
