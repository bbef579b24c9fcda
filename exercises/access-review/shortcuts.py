"""Plausible wrong repairs; each of them must fail."""

NOTE = "left, see the list of the personnel office"


def delete_the_accounts(seat):
    """Remove them, and with them the owner of everything they did."""
    for name in seat.given.leaver_names:
        seat.users.remove(name)


def go_by_the_full_name(seat):
    """Disable everybody with a name on the list: the newcomer of the same name too."""
    names = {leaver["full_name"] for leaver in seat.given.leavers}
    for user in seat.users.list():
        if user["full_name"] in names:
            seat.users.disable(user["name"], note=NOTE)


def disable_whoever_ever_left(seat):
    """Take the person who came back along."""
    for name in (*seat.given.leaver_names, seat.given.back["name"]):
        seat.users.disable(name, note=NOTE)


def lock_instead_of_disable(seat):
    """Lock them as after wrong passwords: the help desk will unlock them on the next call."""
    for name in seat.given.leaver_names:
        seat.users.change(name, status="locked", note=NOTE)


def close_and_switch_the_lockout_off(seat):
    """Do the job, and take a safeguard away because it is in the way."""
    for name in seat.given.leaver_names:
        seat.users.disable(name, note=NOTE)
    seat.archive.set("login.lockout", False)
