"""What must be so before the move is complete."""

from exercises.engine import logged_in, may, points, rights_of, why_refused


@points(3)
def check_only_the_new_job_is_left(seat):
    """The person has one open account, may look with it, and correct nothing."""
    given = seat.given
    name = given.mover["full_name"]
    mine = [row for row in seat.users.list() if row["full_name"] == name]
    active = [f"{row['name']} ({row['role']})" for row in mine if row["state"] == "active"]
    assert len(active) == 1, (
        f"{name} has open accounts: {', '.join(active) or 'none'}. Wanted: one."
    )
    two = given.cause == "old-account-kept"
    user, password = (
        (given.second, given.second_password) if two else (given.mover["name"], given.password)
    )
    with logged_in(seat, user, password) as person:
        found = rights_of(person)
        corrects = may(person, "POST", "/studies/2.25.1/link")
    assert found == {"study.read"} and not corrects, (
        f"{user} logged in and may: {', '.join(sorted(found)) or 'nothing'}. Expected: study.read."
    )
    if two:
        refused = why_refused(seat, given.mover["name"], given.password)
        assert refused, f"{given.mover['name']} can still log in."


@points(1)
def check_the_change_says_why(seat):
    """The account that was changed says in its note what for."""
    account = seat.users.show(seat.given.mover["name"])
    changed = account["role"] != "qc" or account["status"] == "disabled"
    assert changed, f"{account['name']} is as it was: {account['role']}, {account['status']}."
    note = account["note"].strip()
    assert len(note) >= 8, f"The note of {account['name']} says '{note}'. Expected: the reason."
