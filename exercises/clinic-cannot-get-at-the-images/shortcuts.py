"""Plausible wrong repairs; each of them must fail, whatever the cause is."""


def open_a_second_account(seat):
    """Give the person another account for today; nobody will ever close it."""
    seat.users.add("desk.help", role="viewer", password="cardiology on call")


def let_everybody_look(seat):
    """Give all whom the directory knows a role."""
    seat.archive.set("directory.default_role", "viewer")
    seat.directory.sync()


def give_more_than_there_was(seat):
    """Make the account active, without limits and with a bigger role, just in case."""
    seat.users.change(seat.given.user, role="radiologist", status="active", labels=[])


def let_the_workstation_in_without_an_account(seat):
    """Take the account's name out of the workstation, and unlock what can be unlocked."""
    given = seat.given
    seat.workstation(given.station).set("archive.user", "")
    seat.users.unlock(given.user)


def use_the_surgeons_group(seat):
    """Put the person into a group that works."""
    seat.directory.change(seat.given.user, groups=["GRP-SURGERY"])
    seat.directory.sync()
