"""What must be so before the patient gets an answer."""

from exercises.engine import points

MYSELF = {"pacsadmin"}


@points(1)
def check_everybody_who_looked_is_listed(seat):
    """The list 'viewed' names everybody who has opened the record, and nobody else."""
    given = seat.given
    _compare(seat, "viewed", {*given.team, *given.nosy})


@points(1)
def check_those_without_a_reason_are_named(seat):
    """The list 'unexplained' names those without a known reason, and the trail is untouched."""
    _compare(seat, "unexplained", set(seat.given.nosy))
    state = seat.audit.verify()
    assert state["whole"], f"The audit trail is not whole any more: {state['problems']}."


def _compare(seat, name, wanted):
    handed = set(seat.handed.get(name, ())) - MYSELF
    assert handed, f"No list '{name}' was handed in: 'pacslab exercise answer {name} NAME …'."
    assert handed == wanted, (
        f"The list '{name}' has {len(handed)} names. {len(handed - wanted)} of them do not belong "
        f"in it, and {len(wanted - handed)} are missing."
    )
