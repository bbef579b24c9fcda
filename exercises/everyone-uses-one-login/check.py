"""What must be so before every entry has a person behind it again."""

from exercises.engine import points, why_refused

ROLES = ("viewer", "technologist", "viewer")


@points(2)
def check_nobody_comes_in_with_it(seat):
    """The shared account is closed and says why; its history is there."""
    given = seat.given
    account = _account(seat, given.shared)
    assert account, f"The account {given.shared} is gone. Expected: disabled, with its history."
    assert account["status"] == "disabled", f"{given.shared} is {account['status']}."
    assert why_refused(seat, given.shared, given.password), f"{given.shared} could log in."


@points(2)
def check_everybody_has_an_account(seat):
    """Each of the people has an active account of their own, with the role the work needs."""
    wrong = []
    for name, role in zip(seat.given.users, ROLES, strict=True):
        account = _account(seat, name) or {}
        wanted = {"state": "active", "role": role, "kind": "person", "has_password": True}
        found = {key: account.get(key) for key in wanted}
        wrong += [] if found == wanted else [f"{name}: {found}, expected {wanted}"]
    assert not wrong, f"Of the accounts, {'; '.join(wrong)}."


@points(2)
def check_the_device_goes_on(seat):
    """The device sends with no person's account, and without the shared one."""
    given = seat.given
    user = seat.modality(given.device).settings["archive.user"]
    assert user != given.shared, f"{given.device} still names {given.shared} to the archive."
    account = _account(seat, user) if user else {"kind": "service", "role": "service"}
    assert account, f"{given.device} names '{user}', and there is no such account."
    assert account["kind"] == "service", f"{given.device} uses {user}, which is a person's account."
    rights = seat.roles.list().one(name=account["role"])["rights"]
    assert "study.store" in rights and "user.edit" not in rights, (
        f"{user} has the role {account['role']}: {', '.join(rights)}. Expected: to send, no more."
    )
    answer = seat.modality(given.device).echo()
    assert answer.ok, f"{given.device} sent a C-ECHO. {answer.error} Expected: success."


def _account(seat, name):
    return next((user for user in seat.users.list() if user["name"] == name), None)
