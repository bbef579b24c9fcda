"""The reference repair: both roles as the policy says."""


def solve(seat):
    """Give each role that differs exactly the rights of the policy."""
    for row in seat.roles.list():
        (wanted,) = [role for role in seat.given.policy if role["name"] == row["name"]]
        if set(row["rights"]) != set(wanted["rights"]):
            seat.roles.put(row["name"], rights=wanted["rights"])
