"""What must be so before everybody has back what was lost, and nobody anything else."""

from exercises.engine import logged_in, points, rights_of


@points(3)
def check_everybody_affected_has_it_back(seat):
    """Each person who lost the right by the migration has it again."""
    given = seat.given
    for name in given.affected:
        found = _rights(seat, name)
        assert found == {"study.read", given.right}, (
            f"{name} logged in and may: {', '.join(sorted(found)) or 'nothing'}. "
            f"Expected: study.read and {given.right}."
        )


@points(2)
def check_it_comes_from_the_directory(seat):
    """The directory has the claim for the holders, beside what they had, and for nobody else."""
    given = seat.given
    people = {row["user"]: set(row["claims"]) for row in seat.directory.people()}
    for name in given.users:
        loses = name in (given.never, given.mover)
        wanted = {"remote-access"} | (set() if loses else {given.claim})
        found = people.get(name, set())
        assert found == wanted, (
            f"{name} has the claims {', '.join(sorted(found)) or '(none)'} in the directory. "
            f"Expected: {', '.join(sorted(wanted))}."
        )
    for name in (given.never, given.mover):
        assert given.right not in _rights(seat, name), f"{name} may {given.right}, and should not."


def _rights(seat, name):
    with logged_in(seat, name, f"{seat.given.password}{name}") as person:
        return rights_of(person)
