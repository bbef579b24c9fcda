"""The reference repair: disable three accounts, each with a reason."""


def solve(seat):
    """Disable the people on the list, by user name."""
    for name in seat.given.leaver_names:
        seat.users.disable(name, note="left at the end of February, personnel list of March")
