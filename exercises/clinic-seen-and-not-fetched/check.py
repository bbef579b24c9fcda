"""What must be so again, whatever it was that kept the study away."""

from exercises.engine import expect_fetched, expect_registered, points


@points(3)
def check_the_study_arrives_on_the_workstation(seat):
    """A fetched study arrives on the workstation that asked, complete."""
    expect_fetched(seat, seat.given.workstation, seat.given.study)


@points(2, after=check_the_study_arrives_on_the_workstation)
def check_the_entry_is_right_and_no_more_than_needed(seat):
    """The workstation stands in the node table where it is, with the rights of its like."""
    name, other = seat.given.workstation, seat.given.neighbour
    expect_registered(seat, name)
    nodes = {row["ae"]: row for row in seat.archive.nodes()}
    rights = nodes[name]["rights"]
    assert set(rights) == set(nodes[other]["rights"]), f"{name} may {rights}."
