"""What must be so before studies come to the workstation again."""

from exercises.engine import expect_fetched, expect_registered, points


@points(2)
def check_the_archive_reaches_the_workstation(seat):
    """The archive has the workstation where it is, and reaches it."""
    expect_registered(seat, seat.given.workstation)


@points(3)
def check_the_study_arrives_complete(seat):
    """A fetched study arrives on the workstation that asked, complete."""
    name = seat.given.workstation
    called = seat.workstation(name).settings["ae_title"]
    assert called == name, f"The workstation calls itself {called}. Expected: {name}."
    expect_fetched(seat, name, seat.given.study)
