"""The reference repair: end what is open, and let it end by itself the next time."""


def solve(seat):
    """End this account's sessions and tokens; couple them to the account again."""
    seat.users.end_sessions(seat.given.leaver["name"])
    seat.archive.set("login.revoke_on_disable", True)
