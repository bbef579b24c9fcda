"""Plausible wrong repairs; each of them must fail."""


def _find(seat, judge, comment="read and found so"):
    for row in seat.emergencies.list(waiting=True):
        seat.emergencies.review(row["number"], judge(row), comment)


def wave_them_all_through(seat):
    """Find everything justified: they will have had their reasons."""
    _find(seat, lambda row: "justified")


def suspect_everybody(seat):
    """Find nothing justified, to be on the safe side."""
    _find(seat, lambda row: "not justified")


def go_by_the_roster_alone(seat):
    """Find justified whoever was on duty, whatever was opened."""
    idle = seat.given.idle["name"]
    _find(seat, lambda row: "not justified" if row["user"] == idle else "justified")


def say_nothing_about_why(seat):
    """Write the right findings, and no word of what speaks for them."""
    wrong = (seat.given.idle["name"], seat.given.careless["name"])
    _find(seat, lambda row: "not justified" if row["user"] in wrong else "justified", "")


def punish_at_once(seat):
    """Write the right findings, and close two accounts that nobody asked to close."""
    wrong = (seat.given.idle["name"], seat.given.careless["name"])
    _find(seat, lambda row: "not justified" if row["user"] in wrong else "justified")
    for name in wrong:
        seat.users.disable(name, note="opened a closed record")
