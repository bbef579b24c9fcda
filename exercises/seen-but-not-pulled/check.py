"""What must be so before the study comes to the right screen."""

from exercises.engine import expect_fetched, expect_registered, points


@points(2)
def check_the_archive_knows_where_to_send(seat):
    """The archive knows the workstation's new name, address and port, and reaches it."""
    expect_registered(seat, seat.given.workstation, seat.given.title)


@points(3)
def check_the_study_arrives_on_the_workstation(seat):
    """A fetched study arrives on the workstation, complete, under its new name."""
    given = seat.given
    name = seat.workstation(given.workstation).settings["ae_title"]
    assert name == given.title, f"The workstation calls itself {name}. Expected: {given.title}."
    expect_fetched(seat, given.workstation, given.study)
