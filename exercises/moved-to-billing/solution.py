"""The reference repair: what belonged to the old job goes, in the one place where it is."""


def solve(seat):
    """Give the one account the new role, or close the old one of two."""
    given, name = seat.given, seat.given.mover["name"]
    if any(row["name"] == given.second for row in seat.users.list()):
        seat.users.disable(name, note="moved to billing, works with the new account")
    else:
        seat.users.change(name, role="viewer", note="moved to billing: looks only")
