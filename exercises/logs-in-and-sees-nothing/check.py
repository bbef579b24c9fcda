"""What must be so before the department can work, and only the department."""

from exercises.engine import logged_in, points, rights_of


@points(3)
def check_everybody_of_the_group_sees_studies(seat):
    """Each of the three logs in with the hospital password and sees studies, no more."""
    given = seat.given
    passwords = (given.first_password, given.second_password, given.third_password)
    for name, password in zip(given.users, passwords, strict=True):
        with logged_in(seat, name, password) as person:
            found = rights_of(person)
        assert found == {"study.read"}, (
            f"{name} logged in and may: {', '.join(sorted(found)) or 'nothing'}. "
            "Expected: study.read."
        )


@points(1)
def check_it_is_the_group_that_may(seat):
    """The group has the role, so that the next colleague has it, too; others get nothing."""
    given = seat.given
    meant = {row["name"]: row["value"] for row in seat.directory.show()["map"]}
    found = meant.get(given.group)
    assert found == "viewer", f"{given.group} means '{found or 'nothing'}'. Expected: viewer."
    with logged_in(seat, given.mechanic_user, given.mechanic_password) as person:
        rights = rights_of(person)
    assert not rights, f"{given.mechanic_user} may {', '.join(sorted(rights))}. Expected: nothing."
