"""The reference repair: the trail's own report, by number, against the treating team."""


def solve(seat):
    """Hand both lists in."""
    given = seat.given
    rows = seat.audit.access(given.patient["mrn"])
    viewed = {row["user"] for row in rows if row["person"]} - {"pacsadmin"}
    seat.hand_in("viewed", sorted(viewed))
    seat.hand_in("unexplained", sorted(viewed - set(given.team)))
