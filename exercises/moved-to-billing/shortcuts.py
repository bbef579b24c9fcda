"""Plausible wrong repairs; each of them must fail."""

from exercises.engine import only_when

NOTE = "moved to billing"


@only_when("old-account-kept")
def keep_both_and_trim_the_old_one(seat):
    """Give the old account the new role, too: one person, two open accounts."""
    seat.users.change(seat.given.mover["name"], role="viewer", note=NOTE)


@only_when("old-account-kept")
def close_the_new_one(seat):
    """Close the account for billing, and leave the one that can correct."""
    seat.users.disable(seat.given.second, note=NOTE)


@only_when("role-kept")
def close_the_account(seat):
    """Close the account: billing cannot look any more."""
    seat.users.disable(seat.given.mover["name"], note=NOTE)


@only_when("role-kept")
def take_everything(seat):
    """Take every right away: billing cannot look any more."""
    seat.users.change(seat.given.mover["name"], role="none", note=NOTE)


def take_the_right_from_the_role(seat):
    """Take correcting away from the role: image quality stands still."""
    seat.roles.put("qc", rights=["study.read", "node.read"])
    seat.users.change(seat.given.mover["name"], note=NOTE)


def take_the_cover_along(seat):
    """Repair it, and 'tidy up' the colleague who covers, too."""
    if any(row["name"] == seat.given.second for row in seat.users.list()):
        seat.users.disable(seat.given.mover["name"], note=NOTE)
    else:
        seat.users.change(seat.given.mover["name"], role="viewer", note=NOTE)
    seat.users.change(seat.given.cover["name"], role="technologist")
