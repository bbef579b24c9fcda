"""Plausible wrong repairs; each of them must fail."""


def disable_it_once_more(seat):
    """Do again what did not help."""
    seat.users.disable(seat.given.leaver["name"], note="dismissed; disabled again")


def only_end_the_sessions(seat):
    """End the sessions that people have, forget the tokens that programs have."""
    for row in seat.users.sessions(seat.given.leaver["name"]):
        if row["kind"] == "session":
            seat.users.end_session(row["number"])
    seat.archive.set("login.revoke_on_disable", True)


def leave_it_at_this_one(seat):
    """End what is open now; the next one who goes stays in again."""
    seat.users.end_sessions(seat.given.leaver["name"])


def end_everybodys_sessions(seat):
    """Throw everybody out, the nightly copy too."""
    for row in seat.users.sessions():
        if row["user"] != "pacsadmin":
            seat.users.end_session(row["number"])
    seat.archive.set("login.revoke_on_disable", True)


def delete_the_account(seat):
    """Remove the account, and with it the owner of everything it did."""
    seat.archive.set("login.revoke_on_disable", True)
    seat.users.remove(seat.given.leaver["name"])
