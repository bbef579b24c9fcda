"""What must be so before the auditor can sign."""

from exercises.engine import logged_in, may, points, rights_of

TRIED = {  # a call that needs the right, about something that does not exist
    "study.delete": ("DELETE", "/studies/2.25.1"),
    "user.edit": ("DELETE", "/users/nobody.at.all"),
    "node.edit": ("DELETE", "/nodes/NOBODY_AT_ALL"),
    "label.edit": ("DELETE", "/labels/nothing-at-all"),
}


@points(2)
def check_the_roles_are_those_of_the_policy(seat):
    """Every role has the rights of the policy, no more and no less."""
    wanted = {row["name"]: set(row["rights"]) for row in seat.given.policy}
    found = {row["name"]: set(row["rights"]) for row in seat.roles.list()}
    strange = sorted(found.keys() ^ wanted.keys())
    assert not strange, f"The policy and the archive do not have the same roles: {strange}."
    more = [f"{role} has {right}" for role in wanted for right in found[role] - wanted[role]]
    less = [f"{role} lacks {right}" for role in wanted for right in wanted[role] - found[role]]
    assert not more + less, f"Compared with the policy, {'; '.join(sorted(more + less))}."


@points(1)
def check_who_should_not_is_refused(seat):
    """Somebody of the role that had too much tries, and is refused."""
    given = seat.given
    with logged_in(seat, given.witness["name"], given.witness_password) as person:
        assert not may(person, *TRIED[given.gained]), (
            f"{given.witness['name']} tried what needs {given.gained}, and was not refused."
        )


@points(1)
def check_who_needs_it_can(seat):
    """Somebody of the role that lacked something can do the daily work again."""
    given = seat.given
    with logged_in(seat, given.poor_witness["name"], given.poor_password) as person:
        found = rights_of(person)
    assert given.lost in found, (
        f"{given.poor_witness['name']} logged in and may {', '.join(sorted(found))}. "
        f"Expected: {given.lost}, too."
    )
