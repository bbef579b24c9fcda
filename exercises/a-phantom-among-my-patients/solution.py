"""The reference repair: one number for the room's tests, and a rule that knows it."""


def solve(seat):
    """Let what was typed become the agreed number; add that to the rules there are."""
    given = seat.given
    seat.patients.merge(given.stray, given.agreed)
    (label,) = [row for row in seat.labels.list() if row["name"] == "QA"]
    seat.labels.put("QA", rules=[*label["rules"], f"patient_id={given.agreed}"])
