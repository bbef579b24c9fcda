"""What must be so before the night is caught up with, and the next one is safe."""

import re
from datetime import date, timedelta

from exercises.engine import points

MOST_DAYS = 14


@points(3)
def check_what_waited_has_arrived(seat):
    """The exam that waited is in the archive, sent by the device with its own account."""
    given = seat.given
    device = seat.modality(given.device)
    user = device.settings["archive.user"]
    assert user == given.robot, f"{given.device} names '{user}' to the archive, not {given.robot}."
    answer = device.echo()
    assert answer.ok, f"{given.device} sent a C-ECHO. {answer.error} Expected: success."
    waiting = [row for row in device.queue() if row["queued"]]
    assert not waiting, f"{len(waiting)} exam(s) still wait in the queue of {given.device}."
    assert seat.study_of(given.accession), f"The archive has no study {given.accession} yet."


@points(1)
def check_the_next_date_is_written_down(seat):
    """The account works, and its note says when it has to be renewed the next time."""
    account = seat.users.show(seat.given.robot)
    assert account["state"] == "active", f"{account['name']} is {account['state']}."
    today = seat.clock.now().date()
    last = today + timedelta(days=MOST_DAYS)
    dates = [date.fromisoformat(text) for text in re.findall(r"\d{4}-\d\d-\d\d", account["note"])]
    assert any(today < day <= last for day in dates), (
        f"The note of {account['name']} says: '{account['note']}'. Expected: a date until {last}."
    )
    until = account["expires"][:10]
    ends = seat.given.cause == "account-expired"
    assert date.fromisoformat(until) <= last if until else not ends, (
        f"{account['name']} may be used until '{until}'. The rule allows until {last}."
    )


@points(1)
def check_nobody_comes_in_with_the_old_password(seat):
    """If the password was too old, another one works now, at both ends."""
    account = seat.users.show(seat.given.robot)
    rule = seat.archive.setting("password.service_max_age_days")
    changed = date.fromisoformat(account["password_at"][:10])
    age = (seat.clock.now().date() - changed).days
    assert account["state"] == "active" and (not rule or age < rule), (
        f"{account['name']} is {account['state']}, its password {age} days old. Allowed: {rule}."
    )
