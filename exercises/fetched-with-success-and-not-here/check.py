"""What must be so before each workstation gets what it asks for."""

from exercises.engine import expect_fetched, expect_registered, points


@points(3)
def check_the_study_arrives_where_it_was_asked_for(seat):
    """What the complaining workstation fetches arrives there, complete."""
    _expect_at(seat, seat.given.workstation)


@points(2)
def check_the_neighbour_gets_its_own(seat):
    """The other workstation has its own title again, and fetches to itself."""
    _expect_at(seat, seat.given.copy)


def _expect_at(seat, name):
    title = seat.workstation(name).settings["ae_title"]
    assert title == name, f"{name} calls itself {title}. Expected: {name}."
    expect_registered(seat, name)
    expect_fetched(seat, name, seat.given.study)
