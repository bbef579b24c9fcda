"""Plausible wrong repairs; each of them must fail."""

from exercises.engine import only_when


@only_when("stale-password")
def unlock_and_hang_up(seat):
    """Unlock: the workstation has locked it again before the doctor sits down."""
    seat.users.unlock(seat.given.doctor["name"])


def switch_the_lockout_off(seat):
    """Unlock, and let nobody ever be locked out again."""
    seat.users.unlock(seat.given.doctor["name"])
    seat.archive.set("login.lockout", False)


def allow_more_tries(seat):
    """Unlock, and let everybody guess twenty times."""
    seat.users.unlock(seat.given.doctor["name"])
    seat.archive.set("login.max_failures", 20)


def give_another_password(seat):
    """Unlock, and set a password that the doctor does not know."""
    name = seat.given.doctor["name"]
    seat.users.unlock(name)
    seat.users.set_password(name, "radiology on call")


def open_a_second_account(seat):
    """Give the doctor another account for tonight; nobody will ever close it."""
    seat.users.add("oncall", role="radiologist", password="radiology on call")
