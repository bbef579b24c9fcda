"""What must be so before the review can be signed."""

from exercises.engine import points


@points(3)
def check_nobody_who_left_gets_in(seat):
    """The accounts of all who have left are disabled."""
    wrong = []
    for name in seat.given.leaver_names:
        account = _account(seat, name)
        assert account, f"The account {name} is gone. It should be disabled, with its history."
        if account["status"] != "disabled":
            wrong.append(f"{name} is {account['status']}")
    assert not wrong, f"Of those who left, {', '.join(wrong)}. Expected: disabled."


@points(1)
def check_each_closed_account_says_why(seat):
    """Each account that was closed says why in its note."""
    silent = [name for name in seat.given.leaver_names if not _says_why(seat, name)]
    assert not silent, f"No reason stands in the note of {', '.join(silent)}."


def _account(seat, name):
    return next((user for user in seat.users.list() if user["name"] == name), None)


def _says_why(seat, name):
    account = _account(seat, name)
    return bool(account) and account["status"] == "disabled" and len(account["note"].strip()) >= 4
