"""The reference repair: each reason held against the roster and the orders."""

import re


def solve(seat):
    """Find each access justified that names an order of just this patient, on duty."""
    on_duty = {
        person["name"]
        for person in (
            seat.given.reader,
            seat.given.late_reader,
            seat.given.careless,
            seat.given.tech,
        )
    }
    for row in seat.emergencies.list(waiting=True):
        named = re.search(r"A9\d+", row["reason"])
        owner = seat.ris.order(named[0])["patient_id"] if named else ""
        if row["user"] in on_duty and owner == row["patient_id"]:
            finding, comment = "justified", f"on duty; {named[0]} is an order of this patient"
        else:
            finding, comment = "not justified", "no order of this patient, or not on duty"
        seat.emergencies.review(row["number"], finding, comment)
