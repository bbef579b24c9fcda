"""The reference repair: the claim, back to those who lost it by the migration."""


def solve(seat):
    """Add the claim to what each has, then let the accounts follow."""
    given = seat.given
    for person in seat.directory.people():
        if person["user"] in given.affected:
            seat.directory.change(person["user"], claims=[*person["claims"], given.claim])
    seat.directory.sync()
