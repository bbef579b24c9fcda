"""Plausible wrong repairs; each of them must fail."""


def _rights(seat, role):
    return next(row["rights"] for row in seat.given.policy if row["name"] == role)


def take_away_and_stop_there(seat):
    """Remove what is too much; what people lack is not the auditor's headline."""
    seat.roles.put(seat.given.role, rights=_rights(seat, seat.given.role))


def help_only_who_complained(seat):
    """Give the missing right back, and leave the other role as it is."""
    seat.roles.put(seat.given.poorer, rights=_rights(seat, seat.given.poorer))


def move_the_person(seat):
    """Give the person the auditor saw another role; the rest of the role keeps the right."""
    seat.roles.put(seat.given.poorer, rights=_rights(seat, seat.given.poorer))
    seat.users.change(seat.given.witness["name"], role="none")


def take_everything_away(seat):
    """Leave the role that had too much with nothing at all."""
    seat.roles.put(seat.given.poorer, rights=_rights(seat, seat.given.poorer))
    seat.roles.put(seat.given.role, rights=[])


def make_a_new_role(seat):
    """Repair both, and add a role nobody asked for, to be flexible."""
    for role in (seat.given.role, seat.given.poorer):
        seat.roles.put(role, rights=_rights(seat, role))
    seat.roles.put("flexible", rights=["study.read", "study.delete"])
