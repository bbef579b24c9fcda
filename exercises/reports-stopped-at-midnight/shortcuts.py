"""Plausible wrong repairs; each of them must fail."""

from datetime import timedelta

from exercises.engine import only_when


def _next(seat):
    return f"next change {seat.clock.now() + timedelta(days=14):%Y-%m-%d}"


@only_when("password-expired")
def switch_the_rule_off(seat):
    """Let the passwords of machines last for ever."""
    seat.archive.set("password.service_max_age_days", 0)
    seat.users.change(seat.given.robot, note=_next(seat))
    seat.modality(seat.given.device).send()


@only_when("password-expired")
def change_one_side_only(seat):
    """Set a new password at the archive; the device tries the old one until the account locks."""
    seat.users.set_password(seat.given.robot, seat.given.renewed)
    seat.users.change(seat.given.robot, note=_next(seat))
    seat.modality(seat.given.device).send()


@only_when("account-expired")
def let_it_last_for_ever(seat):
    """Take the end away instead of setting the next one."""
    seat.users.change(seat.given.robot, expires="", note=_next(seat))
    seat.modality(seat.given.device).send()


def send_without_an_account(seat):
    """Let the device come as nobody; the archive takes it, for the node is known."""
    seat.modality(seat.given.device).set("archive.user", "")
    seat.users.change(seat.given.robot, note=_next(seat))
    seat.modality(seat.given.device).send()


def forget_the_next_time(seat):
    """Renew it, and leave the next night to chance."""
    last = f"{seat.clock.now() + timedelta(days=14):%Y-%m-%d}"
    if seat.users.show(seat.given.robot)["expires"]:
        seat.users.change(seat.given.robot, expires=last)
    seat.users.set_password(seat.given.robot, seat.given.renewed)
    seat.modality(seat.given.device).set("archive.passcode", seat.given.renewed)
    seat.modality(seat.given.device).send()


def call_it_a_person(seat):
    """Make the account a person's: another rule applies to those."""
    seat.users.change(seat.given.robot, kind="person", expires="", note=_next(seat))
    seat.modality(seat.given.device).send()
