"""What must be so before the finding can be closed."""

from exercises.engine import points, why_refused


@points(2)
def check_no_account_opens_with_a_guess(seat):
    """No account opens with a delivered password or its own name."""
    found = [row for row in seat.users.weak() if row["state"] == "active"]
    easy = [f"{row['name']} ({row['why']})" for row in found]
    assert not easy, f"The archive's own scan still finds: {', '.join(easy)}."


@points(1)
def check_the_vendor_is_out(seat):
    """The vendor's account is closed, and its history is there."""
    vendor = seat.given.vendor
    state = seat.users.show(vendor)["state"]
    assert state == "disabled", f"{vendor} is {state}. Expected: disabled."
    assert why_refused(seat, vendor, vendor), f"{vendor} could log in."


@points(2)
def check_the_devices_go_on(seat):
    """Both devices send with their own accounts, and none with a password one can guess."""
    given = seat.given
    easy = [row["name"] for row in seat.users.weak()]
    assert given.robot not in easy, f"{given.robot} still opens with a guess."
    for device, account in ((given.device, given.robot), (given.other, given.decent)):
        user = seat.modality(device).settings["archive.user"]
        assert user == account, f"{device} names '{user}' to the archive. Expected: {account}."
        answer = seat.modality(device).echo()
        assert answer.ok, f"{device} sent a C-ECHO. {answer.error} Expected: success."


@points(1)
def check_such_passwords_are_refused(seat):
    """The archive refuses common and delivered passwords from now on."""
    found = seat.archive.setting("password.refuse_common")
    assert found is True, f"password.refuse_common is {found}. Expected: True."
