"""Plausible wrong repairs; each of them must fail."""


def _add(seat, names):
    for person in seat.directory.people():
        if person["user"] in names and seat.given.claim not in person["claims"]:
            claims = [*person["claims"], seat.given.claim]
            seat.directory.change(person["user"], claims=claims)
    seat.directory.sync()


def help_only_who_called(seat):
    """Give the claim back to the one person who complained."""
    _add(seat, seat.given.affected[:1])


def give_it_to_the_whole_office(seat):
    """Give everybody of the office the claim, to be done with it."""
    _add(seat, seat.given.users)


def give_it_back_to_all_who_lost_it(seat):
    """Take the colleague along who lost it rightly."""
    _add(seat, [*seat.given.affected, seat.given.mover])


def write_the_claim_over_the_others(seat):
    """Set the one claim, and with it remove what they work from home with."""
    for name in seat.given.affected:
        seat.directory.change(name, claims=[seat.given.claim])
    seat.directory.sync()


def widen_the_role(seat):
    """Give the right to the role: every viewer of the house has it now."""
    rights = seat.roles.list().one(name="viewer")["rights"]
    seat.roles.put("viewer", rights=[*rights, seat.given.right])
