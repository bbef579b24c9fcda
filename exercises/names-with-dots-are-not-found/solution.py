"""The reference repair: the request declares what it is written in."""


def solve(seat):
    """Set both as the other workstation has them, and search."""
    desk, other = (
        seat.workstation(name) for name in (seat.given.workstation, seat.given.neighbour)
    )
    usual = other.settings
    for key in ("query.charset", "query.encoding"):
        desk.set(key, usual[key])
    desk.find(PatientName=f"{seat.given.surname}*")
